require ["body", "copy", "fileinto", "mailbox"];

# lines 5-8
if header :contains "List-Id" "<sieve.ietf.org>" {
    fileinto :create "Lists/sieve";
    stop;
}

# lines 10-11
if allof (
    header :contains "Subject" "[urgent]",
    anyof (size :under 20000, not header :matches "Precedence" "bulk*")
) {
    redirect :copy "ann@phone.example.net";
}

# lines 13-25
if header :matches :comparator "i;octet" "X-Spam-Flag" "YES*" {
    discard;
    stop;
} elsif body :raw :contains "invoice" {
    fileinto :copy :create "Invoices";
    keep;
    stop;
} else {
    fileinto :copy :create "Archive";
}

# Left out, line 27: Sieve has nothing like one of its statements

# line 28
redirect "ann@example.net";
stop;
