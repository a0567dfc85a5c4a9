if address :all :contains "to" "@example" {
    discard;
}
