require "ihave";
if not ihave "vnd.example.unknown" {
	if vnd_example :contains "a" "b" {
		discard;
	}
}
