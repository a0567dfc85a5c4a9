require ["include", "variables"];
# Scripts in scripts; they may return or end all.
set "greeting" "hello";
if header :matches "subject" "*\"*\"*" { set :upper "word" "${2}"; }
include "inner";
include :optional "none-such";
include "inner";
keep;
