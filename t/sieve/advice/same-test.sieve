require "fileinto";

if header :contains "subject" ["a", "b"] {
	fileinto "first";
} elsif anyof (size :over 1M, header :contains "to" "list") {
	fileinto "second";
} elsif HEADER :Contains "subject" ["a", "b"] {
	fileinto "third";
} elsif anyof (size :over 1024K, header :contains "to" "list") {
	fileinto "fourth";
} elsif header :contains "subject" ["A", "b"] {
	fileinto "another list";
}
if header :contains "subject" ["a", "b"] {
	fileinto "another chain";
}
