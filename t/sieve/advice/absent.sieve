if allof (not exists "List-Id", header :contains "list-id" "sieve") {
	keep;
}
if allof (address :is "reply-to" "a@example.com", not exists "reply-to") {
	keep;
}
if allof (not exists "x-a", exists ["x-b", "x-a"]) {
	keep;
}
# Fine: the second name, the missing of either, another test, a test that is not in the allof itself.
if allof (not exists "x-a", header :contains ["x-a", "x-b"] "x") {
	keep;
}
if allof (not exists ["x-a", "x-b"], header :contains "x-a" "x") {
	keep;
}
if allof (not exists "x-a", not header :contains "x-a" "x") {
	keep;
}
if allof (not exists "x-a", anyof (header :contains "x-a" "x", size :over 1K)) {
	keep;
}
if anyof (not exists "x-a", header :contains "x-a" "x") {
	keep;
}
