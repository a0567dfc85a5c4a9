require ["editheader", "ihave"];
addheader "X-A" "1";
error "enough";
