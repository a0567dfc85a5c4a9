if header :matches "subject" "*\\*free\\**" {
    discard;
}
