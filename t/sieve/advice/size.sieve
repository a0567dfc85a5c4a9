if allof (size :over 100K, size :under 50K) {
	keep;
}
if allof (size :over 10, allof (header :contains "subject" "x", size :under 11)) {
	keep;
}
if allof (size :over 10, size :under 12) {
	keep;
}
if anyof (size :over 100K, size :under 50K) {
	keep;
}
if allof (size :under 50K, not size :over 100K) {
	keep;
}
