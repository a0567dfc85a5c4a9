# one
if header "subject" "a {
	keep;
}
