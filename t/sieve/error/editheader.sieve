require "editheader";
addheader "X A" "value";
deleteheader :last "X-A";
deleteheader :index 0 "X-A";
deleteheader "X-Ä" "value";
addheader "X-A";
