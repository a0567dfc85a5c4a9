if allof (header :contains "subject" "hello", address :is "to" "bob@example.com", not false) {
    discard;
}
