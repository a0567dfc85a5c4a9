if header :matches "subject" "h*o" {
    discard;
}
