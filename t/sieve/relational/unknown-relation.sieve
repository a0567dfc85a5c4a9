require "relational";

if header :value "above" "x-priority" "3" {
	discard;
}
