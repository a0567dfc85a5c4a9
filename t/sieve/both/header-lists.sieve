if header :is ["subject", "x-spam-flag"] ["hello", "yes"] {
    discard;
}
