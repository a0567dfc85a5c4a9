require ["envelope", "environment"];

# Access list: hosts, the most specific entry first.
if environment :is "remote-ip" ["192.0.2.11"] {
    discard;
    stop;
} elsif environment :matches "remote-ip" ["192.0.2.*"] {
    # Allowed.
} elsif environment :matches "remote-ip" ["10.*.*.*"] {
    discard;
    stop;
}

# Access list: senders, the most specific entry first.
if envelope :is "from" ["postmaster@spam.example"] {
    # Allowed.
} elsif envelope :domain :is "from" ["spam.example"] {
    discard;
    stop;
}
