# A sound script of some length: there is nothing to say about it.
require ["fileinto", "envelope", "subaddress", "reject", "copy"];

if header :contains "subject" ["[SPAM]", "*** junk ***"] {
	discard;
	stop;
}
if address :is "from" "boss@example.com" {
	keep;
} elsif address :domain :is "from" "example.com" {
	fileinto "Colleagues";
} elsif header :matches "list-id" "*<*.lists.example.org>*" {
	fileinto "Lists";
} elsif envelope :detail "to" "shop" {
	fileinto "Shops";
	redirect :copy "accounts@example.com";
} elsif size :over 20M {
	reject "Please send a link instead.";
} elsif allof (size :over 1M, size :under 20M) {
	fileinto "Large";
} else {
	keep;
}
if exists ["x-spam-flag", "x-spam-level"] {
	if header :is "x-spam-flag" "yes" {
		stop;
	}
	fileinto "Checked";
}
