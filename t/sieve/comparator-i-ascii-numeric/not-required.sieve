if header :comparator "i;ascii-numeric" "x-priority" "3" {
	discard;
}
