fileinto "Lists";
fileinto "Lists";
redirect :copy "user@example.com";
if header :count "gt" "received" "3" {
	reject "too many";
}
if address :detail "to" "lists" {
	keep;
}
if header :comparator "i;ascii-numeric" "x-priority" "1" {
	keep;
}
