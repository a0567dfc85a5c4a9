// a comment
if !exists "x-spam" { keep; }
if exists "x-a" and exists "x-b" { keep; }
if size > 100K { discard; }
if header :contains "subject" “hello” { keep; }
if header :contains subject "hello" { keep; }
if header "subject" == "hello" { keep; }
if exists "x-a" || exists "x-b" { keep; }
redirect me@example.com;
keep();
discard("x");
if true, false { keep; }
if true { keep; } else if false { discard; } else { keep; }
if header :contains ["a", "b",] [] { keep; }
set $x "y";
