if address :is "from" ["*@example.com", "a*b@example.com"] {
	keep;
}
if address :domain :contains "from" "*.example.com" {
	keep;
}
if header :contains "list-id" "*.lists.example.com" {
	keep;
}
if header :is "subject" "invoice*" {
	keep;
}
if header :contains "subject" "*invoice*" {
	keep;
}
if header :matches "subject" ["invoice", "bill"] {
	keep;
}
# Fine: stars that are stars, questions, a list with a wildcard in it, a wildcard that is quoted.
if header :contains "subject" ["*** SPAM ***", "a*b", "what?", "*", "**important**"] {
	keep;
}
if header :matches "subject" ["invoice", "*bill*"] {
	keep;
}
if header :matches "subject" "a\\*b" {
	keep;
}
