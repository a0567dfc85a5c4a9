if header :contains "subject" "ell" {
    discard;
}
