require "convert";
convert "text" "text/plain" ["charset=utf-8"];
convert "text/html" "text/plain; charset=utf-8" ["charset=utf-8"];
convert "text/html" "text/plain" ["utf-8"];
convert "text/html" "text/plain";
