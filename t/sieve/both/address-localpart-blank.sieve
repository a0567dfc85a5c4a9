if address :localpart :contains "from" " " {
    discard;
}
