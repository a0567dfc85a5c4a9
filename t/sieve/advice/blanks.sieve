if header :is "subject" [" hello", "hello ", "hello there"] {
	keep;
}
if header :matches "subject" "* hello " {
	keep;
}
if header :contains "subject" text:
hello
.
{
	keep;
}
if address :is "from" "a@example.com " {
	keep;
}
# Fine: a blank inside of what is looked for.
if header :contains "subject" " hello " {
	keep;
}
if header :matches "subject" "* hello *" {
	keep;
}
