if anyof (size :over 0, size :under 1) {
    discard;
}
