# RFC 5228 section 8.2: a list of strings or tests has at least one.
if header [] "x" { stop; }
if header "subject" [ ] { stop; }
if anyof () { stop; }
if allof (true,) { stop; }
if header ["a",] "x" { stop; }
