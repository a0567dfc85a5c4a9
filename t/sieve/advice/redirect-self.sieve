require ["envelope", "copy"];

if address :is ["to", "cc"] ["me@example.com", "us@example.com"] {
	redirect "Us@example.com";
	redirect "other@example.com";
}
if allof (size :under 1M, envelope "to" "me@example.com") {
	if header :contains "subject" "x" {
		redirect :copy "Me <me@example.com>";
	}
} else {
	redirect "me@example.com";
}
# Fine: the mail came from there, or did not come there, or for others of that domain.
if address :is "from" "me@example.com" {
	redirect "me@example.com";
}
if not address :is "to" "me@example.com" {
	redirect "me@example.com";
}
if address :domain :is "to" "example.com" {
	redirect "me@example.com";
}
