if header :count "gt" "received" "3" {
	discard;
}
