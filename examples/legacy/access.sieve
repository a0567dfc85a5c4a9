require ["envelope", "environment", "reject", "vnd.doorstep.cidr"];

# client, line 9
if anyof (
    environment "remote-host" "dialup.example.net",
    environment :matches "remote-host" "*.dialup.example.net"
) {
    reject "Send through your provider's server";
    stop;
}
# client, line 8
elsif environment :cidr "remote-ip" "192.0.2.25" {
    # Let through.
}
# client, line 7
elsif environment :cidr "remote-ip" "192.0.2.0/24" {
    reject "Access denied";
    stop;
}

# sender, lines 2, 6
if envelope "from" ["postmaster@spam.example", "friend@offers.example.com"] {
    # Let through.
}
# sender, line 15
elsif envelope "from" "spammer@example.net" {
    reject "Not now";
    stop;
}
# sender, line 4
elsif envelope :localpart "from" "newsletter" {
    discard;
    stop;
}
# sender, line 3
elsif anyof (
    envelope :domain "from" "spam.example",
    envelope :domain :matches "from" "*.spam.example"
) {
    reject "Access denied";
    stop;
}
# sender, line 5
elsif anyof (
    envelope :domain "from" "offers.example.com",
    envelope :domain :matches "from" "*.offers.example.com"
) {
    reject "We do not read offers";
    stop;
}

# Left out, line 14: the report says why
