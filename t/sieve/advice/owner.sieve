# options: --owner me@example.com --owner also-me@example.net
require "copy";

if header :contains "subject" "x" {
	redirect "Me@example.com";
}
redirect :copy "Me <also-me@example.net>";
redirect "another@example.com";
