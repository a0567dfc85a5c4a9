keep;
if header ["a" "b" { discard; }
%;
keep "x";
