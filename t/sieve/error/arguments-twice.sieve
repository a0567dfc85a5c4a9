# RFC 5228 section 2.6: conflicting arguments, and optional ones more than once, are errors.
if address :localpart :domain "from" "x" { stop; }
if address :all :ALL "from" "x" { stop; }
if header :is :IS "subject" "x" { stop; }
if size :over 1 :over 2 { stop; }
if size :over :under 1 { stop; }
