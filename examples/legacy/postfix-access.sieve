require [
    "copy",
    "editheader",
    "envelope",
    "environment",
    "reject",
    "vnd.doorstep.cidr"
];

# client, line 9
if environment :cidr "remote-ip" "198.51.100.0/24" {
    reject "Access denied";
    stop;
}

# sender, line 7
if anyof (
    envelope :domain "from" "mail.example.net",
    envelope :domain :matches "from" "*.mail.example.net"
) {
    # Let through.
}
# sender, line 3
elsif envelope "from" "spammer@example.com" {
    reject "We know you";
    stop;
}
# sender, line 12
elsif envelope "from" "list@example.com" {
    addheader "X-List" "yes";
}
# sender, line 13
elsif envelope "from" "boss@example.com" {
    redirect :copy "archive@example.org";
}
# sender, line 14
elsif envelope "from" "late@example.com" {
    reject "come back later";
    stop;
}
# sender, lines 2, 4
elsif anyof (
    envelope "from" "",
    envelope :domain "from" "example.com",
    envelope :domain :matches "from" "*.example.com"
) {
    # Let through.
}
# sender, line 5
elsif anyof (
    envelope :domain "from" "example.net",
    envelope :domain :matches "from" "*.example.net"
) {
    reject "Not from this domain";
    stop;
}
# sender, line 8
elsif envelope :localpart "from" "newsletter" {
    discard;
    stop;
}

# Left out, lines 10-11: the report says why
