require ["relational", "comparator-i;ascii-numeric"];
# Each match type, met and missed; decoded values; keys; comparators.
if header :is "subject" ["first", "SECOND"] { }
if header :is :comparator "i;octet" "subject" ["first", "SECOND"] { }
if header :contains "subject" "\"FROM\"" { }
if header :contains "subject" ["a.", "b.", "c.", "d.", "e.", "f.", "g."] { }
if header :matches "x-tricky" "back\\\\slash*" { }
if header :matches "subject" "?" { }
if header :value "ge" :comparator "i;ascii-numeric" "x-spam-score" "5" { }
if header :count "gt" :comparator "i;ascii-numeric" "subject" "2" { }
if header "x-none" "" { }
if exists ["subject", "x-none"] { }
if size :over 10K { }
if size :under 10K { }
if true { }
if false { }
