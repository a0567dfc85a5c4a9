if header :comparator "i;ascii-casemap" :is "subject" "HELLO" {
    discard;
}
