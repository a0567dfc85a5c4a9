require "encoded-character";

if header "subject" ["${Unicode:Cool}", "${unicode:200000", "${unicode:}"] {
	discard;
}
