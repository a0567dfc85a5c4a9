require "envelope";

if address :domain "from" "boss@example.com" {
	keep;
}
if address :domain :contains "from" "@example.com" {
	keep;
}
if address :localpart :is "from" "boss@example.com" {
	keep;
}
if address :is "from" "Boss <boss@example.com>" {
	keep;
}
if address :is ["to", "cc"] "lists.example.com" {
	keep;
}
if envelope :is "from" "<boss@example.com>" {
	keep;
}
# Fine: parts of addresses, the null path, what may be no address at all.
if address :is "from" ["boss@example.com", "root", ""] {
	keep;
}
if address :contains "from" ["example.com", "@example"] {
	keep;
}
if envelope "from" "" {
	keep;
}
if address :localpart :is "from" "\"a@b\"" {
	keep;
}
