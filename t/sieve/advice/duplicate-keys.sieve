require "relational";

if header :contains "subject" ["a", "b", "a"] {
	keep;
}
if address :is "from" ["a@example.com", "b@example.com", "b@example.com", "a@example.com", "a@example.com"] {
	keep;
}
# Fine: other letters, and numbers of fields.
if header :is "subject" ["a", "A"] {
	keep;
}
if header :count "gt" "received" ["1", "1"] {
	keep;
}
