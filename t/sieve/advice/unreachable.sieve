require "fileinto";

if header :contains "subject" "a" {
	stop;
	keep;
	discard;
}
if true {
	keep;
} elsif header :contains "subject" "b" {
	keep;
} else {
	discard;
}
if false {
	keep;
} else {
	fileinto "x";
}
if not false {
	keep;
} else {
	discard;
}
if header :contains "subject" "c" {
	stop;
} elsif header :contains "subject" "d" {
	keep;
	stop;
} else {
	if size :over 1M {
		stop;
	} else {
		discard;
		stop;
	}
}
keep;
