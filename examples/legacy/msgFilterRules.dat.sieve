require ["copy", "fileinto", "imap4flags", "mailbox"];

# Sieve list: lines 3-8
if allof (
    header :contains "Subject" "[sieve]",
    header :contains "List-Id" "<sieve.ietf.org>"
) {
    fileinto :create "Lists/Sieve";
    stop;
}

# Boss: lines 9-17
if anyof (
    header :contains "From" "boss@example.org",
    header :matches "Subject" "(urgent, now)*"
) {
    addflag ["\\Flagged", "$label1"];
    fileinto :copy :create "Boss";
}

# Large: lines 18-24
if allof (
    size :over 5000K,
    not header :contains ["To", "Cc"] "ann@example.org"
) {
    addflag "\\Seen";
}

# Left out, Friends: lines 30-35: it compares in a way that Sieve has not

# Gro"sse: lines 36-42
if header "From" "carl@example.org" {
    redirect :copy "phone@example.net";
    stop;
}

# Left out, line 21: the report says why
