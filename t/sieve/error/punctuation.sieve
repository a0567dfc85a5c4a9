if header 'subject' "x" { keep; }
keep: ;
