if header :is "from" "boss@example.com" {
	keep;
}
if header :is ["To", "Cc"] ["nobody", "team@example.com", "another@example.com"] {
	keep;
}
if header :matches "from" ["*@example.com", "boss@*"] {
	keep;
}
# Fine: fields that mostly hold a bare address, parts of an address, what stands around it.
if header :is ["Sender", "Return-Path", "Delivered-To"] "owner-list@example.com" {
	keep;
}
if header :contains "from" "boss@example.com" {
	keep;
}
if header :matches "from" ["*@example.com*", "*<*@example.com>", "\"boss\" <*@example.com"] {
	keep;
}
if header :is "from" "Boss <boss@example.com>" {
	keep;
}
if header :is ["From", "X-Boss"] "boss@example.com" {
	keep;
}
