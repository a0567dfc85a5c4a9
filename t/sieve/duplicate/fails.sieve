require ["duplicate", "ihave"];
if not duplicate :uniqueid "of a failed run" { error "no"; }
