if exists ["from", "to", "subject"] {
    discard;
}
