if anyof (header :contains "to" "Friends", address :is "to" "carol@example.net") {
    discard;
}
