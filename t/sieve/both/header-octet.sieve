if header :comparator "i;octet" :is "subject" "hello" {
    discard;
}
