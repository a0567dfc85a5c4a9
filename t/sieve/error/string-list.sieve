if header :is "subject" ["a" "b", 3, "c"] {
	keep;
}
foo );
