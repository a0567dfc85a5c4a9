require "fileinto";

if true {
	redirect "a@example.com";
	stop;
}
fileinto "Never";
