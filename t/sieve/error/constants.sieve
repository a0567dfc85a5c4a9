require ["envelope", "fileinto", "include", "relational", "encoded-character"];

if header ["Subject:", "two words", ""] "x" {
	stop;
}
redirect "nobody";
redirect "a@example.com, b@example.com";
redirect "a@example.com${hex:0d 0a}RCPT TO:<b@example.com>";
fileinto "../secret";
fileinto "";
if envelope "cc" "x" {
	stop;
}
if header :value "above" "subject" "x" {
	stop;
}
include "../other";
if header "subject" "${unicode:d800}" {
	stop;
}
