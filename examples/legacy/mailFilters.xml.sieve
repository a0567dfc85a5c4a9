require ["body", "copy", "fileinto", "imap4flags", "mailbox"];

# lines 3-11
if header :contains "From" ["ann@example.org", "carl@example.org"] {
    addflag "\\Flagged";
    fileinto :copy :create "Friends";
}

# lines 12-17
if header :contains "List-Id" "sieve.ietf.org" {
    addflag "\\Seen";
    fileinto :create "Lists/Sieve";
}

# lines 18-25
if allof (
    header :contains "Subject" "make money fast",
    not anyof (
        header :contains ["From", "To", "Cc", "Subject"] "invoice",
        body :text :contains "invoice"
    ),
    size :over 2M
) {
    fileinto :create "Trash";
}

# Left out, lines 26-29: its query is more than words with OR between

# lines 30-33
if header :contains ["To", "Cc", "Bcc"] "ann+shop@example.org" {
    redirect :copy "shop@example.net";
}
