redirect;
redirect 5;
redirect ["user@example.com"];
keep "INBOX";
if header "subject" {
	stop;
}
if exists {
	stop;
}
if size 10 {
	stop;
}
if size :over :under 10 {
	stop;
}
