if address :is "from" "ann@example.org" {
    discard;
}
