require ["body", "copy", "duplicate", "fileinto", "mailbox"];

# lines 9-10
if duplicate {
    discard;
    stop;
}

# lines 13-15
if header :contains "List-Id" "<sieve.ietf.org>" {
    fileinto :create "lists/sieve";
    stop;
}

# lines 17-20
if allof (
    header :matches "Precedence" "bulk*",
    not header :contains "X-Loop" "ann@example.org"
) {
    fileinto :create "Bulk/news";
    stop;
}

# lines 23-26
if allof (header :contains "Subject" "[urgent]", size :under 20000) {
    redirect :copy "ann@phone.example.net";
}

# lines 28-30
if header :matches "X-Spam-Level" "\\*\\*\\*\\*\\**" {
    discard;
    stop;
}

# lines 32-36, 38-40, 42-44
if header :contains [
    "To",
    "Cc",
    "Bcc",
    "Resent-To",
    "Resent-Cc",
    "Apparently-To",
    "X-Envelope-To"
] "orders@example.org" {
    fileinto :create :copy "orders";
    if body :raw :contains "invoice" {
        fileinto :create "invoices";
        stop;
    } else {
        keep;
        stop;
    }
}

# Left out, lines 46-49: it has a weighted condition

# lines ~/.procmail/more.rc:2-4
if header :contains "Sender" "billing@" {
    fileinto :create "bills";
    stop;
}
