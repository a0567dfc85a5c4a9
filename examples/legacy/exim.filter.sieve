require ["body", "copy", "envelope", "fileinto", "mailbox", "regex"];

# line 4
if envelope "from" "" {
    stop;
}

# lines 6-9
if header :contains "list-id" "<sieve.ietf.org>" {
    fileinto :create "lists/sieve";
    stop;
}

# lines 11-25
if allof (
    header :matches "subject" "[urgent]*",
    anyof (not size :over 100K, envelope "from" "boss@example.org")
) {
    redirect :copy "ann@phone.example.net";
} elsif anyof (
    header :regex "subject" "make (money|cash) fast",
    envelope :domain "from" "spam.example"
) {
    discard;
    stop;
} elsif header :contains :comparator "i;octet" "x-spam-level" "*****" {
    fileinto :create "Junk";
} else {
    if body :text :contains "invoice" {
        fileinto :copy :create "invoices";
    }
}

# Left out, line 27: Sieve has nothing like this command
# Left out, lines 29-31: Sieve has nothing like one of its commands

# line 32
redirect "archive@example.org";
