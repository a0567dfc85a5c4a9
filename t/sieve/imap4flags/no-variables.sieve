require "imap4flags";
setflag "flagvar" "a";
if hasflag "flagvar" "a" {
	keep;
}
