if header :contains ["Subject:", "two words"] "x" {
	keep;
}
