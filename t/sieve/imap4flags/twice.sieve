require ["imap4flags", "fileinto"];
fileinto :flags "first" "a";
fileinto :flags "second" "a";
