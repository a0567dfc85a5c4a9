if allof (header :contains "subject" "x", false) {
	keep;
}
if anyof (not false, header :contains "subject" "x") {
	keep;
} else {
	discard;
}
if allof (true, header :contains "subject" "x", anyof (size :over 1K, false)) {
	keep;
}
if not anyof (true, size :over 1K) {
	keep;
}
