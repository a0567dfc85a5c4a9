require ["mailboxid", "fileinto", "special-use", "fcc", "vacation"];
if mailboxidexists ["F1", "", "a b"] { stop; }
fileinto :mailboxid "F1" :specialuse "\\Junk" "Spam";
vacation :mailboxid "F1" "Gone.";
keep :mailboxid "F1";
