if address :matches "to" "*@example.???" {
    discard;
}
