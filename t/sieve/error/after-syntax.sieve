# What does not parse hides neither other commands nor the commands in its block.
require ["fileinto", "copy";
if header :contains "subject" ["a" "b"] {
	kep;
	fileinto :copy "x";
}
} else {
	discard;
}
if header :contian "subject" "x" {
	redirect "nobody";
	keep 5
}
