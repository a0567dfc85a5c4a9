if address is "from" "user@example.com" {
	stop;
}
if size over 100K {
	stop;
}
if not header contains "subject" "x" {
	stop;
}
