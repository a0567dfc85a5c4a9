IF HEADER :IS "SUBJECT" "hello" {
    DISCARD;
}
