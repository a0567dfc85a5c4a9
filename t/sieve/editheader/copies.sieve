require ["editheader", "fileinto", "copy"];
fileinto :copy "first";
addheader "X-A" "1";
fileinto :copy "second";
addheader :last "X-B" "2";
deleteheader "Subject";
addheader "Subject" "changed";
redirect :copy "office@example.org";
