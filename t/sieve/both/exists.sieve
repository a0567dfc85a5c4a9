if exists "subject" {
    discard;
}
