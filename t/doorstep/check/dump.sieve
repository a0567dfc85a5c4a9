require ["fileinto", "envelope", "copy", "relational", "include"];

if allof (header :contains ["subject", "comments"] ["a", "b\"c"], not size :over 10K) {
	fileinto :copy "Folder";
	stop;
} elsif anyof (envelope :localpart :is "to" "x", header :count "gt" "received" "9") {
	redirect "user@example.com";
} else {
	include :optional "absent";
}
if header :is "list-id" ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"] {
	discard;
}
