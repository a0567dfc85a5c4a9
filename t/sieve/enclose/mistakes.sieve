require "enclose";
enclose;
enclose :headers ["Content-Type"] "x";
enclose :headers ["MIME-version"] "x";
