if anyof (header :is "subject" "first", exists "list-id", header :is "x-spam-flag" "yes") {
    discard;
}
