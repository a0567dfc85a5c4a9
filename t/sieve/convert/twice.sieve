require ["convert", "fileinto", "copy"];
convert "text/html" "text/plain" ["charset=utf-8"];
fileinto :copy "first";
convert "text/plain" "text/html" ["charset=utf-8"];
