if header :comparator "i;unicode-casemap" "subject" "x" { discard; }
