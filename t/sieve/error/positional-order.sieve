# RFC 5228 section 2.6.1: all positional arguments, in their order, of their type.
if size 10 :over { stop; }
if header "subject" { stop; }
if header 5 "x" { stop; }
if header "subject" "x" "y" { stop; }
if exists "a" "b" { stop; }
redirect :is "a@example.com";
if size :over "10" { stop; }
