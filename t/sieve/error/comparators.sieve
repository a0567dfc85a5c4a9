# RFC 5228 section 2.7.3: unknown, undeclared, given twice, and not fit for the match type.
require ["fileinto", "envelope", "comparator-i;ascii-numeric"];
if header :comparator "i;none" "subject" "x" { stop; }
if header :comparator "I;OCTET" "subject" "x" { stop; }
if header :comparator "i;octet" :comparator "i;octet" "subject" "x" { stop; }
if header :contains :comparator "i;ascii-numeric" "subject" "1" { stop; }
if address :comparator "i;ascii-numeric" :matches "from" "1" { stop; }
if header :comparator ["i;octet", "i;ascii-casemap"] "subject" "x" { stop; }
if exists :comparator "i;octet" "subject" { stop; }
if header "subject" "x" :comparator "i;octet" { stop; }
