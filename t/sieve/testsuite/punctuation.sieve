keep
discard;
if header is "a" "b" { keep; }
