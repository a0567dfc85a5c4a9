if header :contains "subject" ["Grüße", "café"] {
    discard;
}
