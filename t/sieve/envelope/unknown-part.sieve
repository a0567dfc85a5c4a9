require "envelope";

if envelope "cc" "a@example.com" {
	discard;
}
