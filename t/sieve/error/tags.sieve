if header :contain "subject" "x" {
	stop;
}
if header :is :contains "subject" "x" {
	stop;
}
if header "subject" :is "x" {
	stop;
}
if header :localpart "from" "x" {
	stop;
}
if size :ovre 10 {
	stop;
}
if header :comparator "i;octett" "subject" "x" {
	stop;
}
