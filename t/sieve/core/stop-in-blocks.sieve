redirect "before@example.com";
if true {
	if anyof (false, true) {
		stop;
		discard;
	}
	discard;
} else {
	discard;
}
keep;
