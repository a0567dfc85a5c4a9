require ["fcc", "vacation", "imap4flags", "mailbox"];
vacation :flags "x" "Gone.";
vacation :create "Gone.";
keep :fcc "Sent";
