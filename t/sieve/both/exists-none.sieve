if not exists ["x-spam-flag", "list-id"] {
    discard;
}
