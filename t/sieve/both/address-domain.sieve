if address :domain :is ["from", "to"] "example.net" {
    discard;
}
