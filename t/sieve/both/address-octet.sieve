if address :comparator "i;octet" :domain :is "from" "EXAMPLE.ORG" {
    discard;
}
