if address :localpart :is ["from", "to"] "bob" {
    discard;
}
