require "ihave";
if ihave "vnd.example.unknown" {
	vnd_example_file :urgent "somewhere" { keep; }
	if vnd_example :contains "a" "b" {
		fileinto :vnd_example "somewhere";
	} elsif header :vnd_example "subject" "x" {
		keep;
	}
} else {
	keep;
}
