require ["imap4flags", "fileinto", "copy"];
setflag "\\Seen";
fileinto :copy "a";
fileinto :copy :flags ["x", "y X"] "b";
setflag "";
fileinto :copy "c";
addflag "last";
