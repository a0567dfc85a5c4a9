require "ihave";
if header "subject" "nobody" {
	if ihave "fileinto" {
		stop;
	}
}
fileinto "too-early";
