require ["fileinto", "filinto", "x-nothing"];

kep;
kep;
fileinot "Lists";
if haeder "subject" "x" {
	discart;
}
if keep {
	stop;
}
header "subject" "x";
