# RFC 5228 section 2.7.3: a comparator that is not declared is an error, even if it is supported.
if header :comparator "i;ascii-numeric" "x-priority" "1" { stop; }
