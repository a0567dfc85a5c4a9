# RFC 5228 section 5.1: the test is for fields that hold addresses, and for nothing else.
if address :is ["From", "Subject"] "a@example.com" {
	keep;
}
