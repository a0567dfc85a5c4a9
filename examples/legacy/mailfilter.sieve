require ["envelope", "environment"];

# client, line 3
if environment :is "remote-ip" ["192.0.2.11"] {
    discard;
    stop;
}
# client, line 2
elsif environment :matches "remote-ip" ["192.0.2.*"] {
    # Allowed.
}
# client, line 6
elsif environment :matches "remote-ip" ["10.*.*.*"] {
    discard;
    stop;
}

# sender, line 5
if envelope :is "from" ["postmaster@spam.example"] {
    # Allowed.
}
# sender, line 4
elsif envelope :domain :is "from" ["spam.example"] {
    discard;
    stop;
}

# Left out, line 8: the report says why
