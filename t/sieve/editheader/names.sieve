require "editheader";
addheader "X A" "value";
addheader "X-A:" "value";
addheader "" "value";
deleteheader "X-Ä";
deleteheader :last "X-A";
