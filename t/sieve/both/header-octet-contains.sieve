if header :comparator "i;octet" :contains "subject" "HELLO" {
    discard;
}
