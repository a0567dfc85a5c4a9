require ["environment", "reject", "vnd.doorstep.cidr"];

# client, line 2
if environment :cidr "remote-ip" "192.0.2.25" {
    # Let through.
}
# client, line 3
elsif environment :cidr "remote-ip" "192.0.2.0/24" {
    reject "Blocked network";
    stop;
}
# client, line 5
elsif environment :cidr "remote-ip" "198.51.100.7" {
    discard;
    stop;
}
# client, line 6
elsif environment :cidr "remote-ip" "2001:db8::/32" {
    reject "Access denied";
    stop;
}

# Left out, lines 7-8: the report says why
