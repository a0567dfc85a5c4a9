# What decides a list of tests, and what is then never asked.
if not header "subject" "second" { discard; }
if anyof (false, exists "subject", size :over 1M) { }
if allof (exists "subject", not exists "to", size :over 1M) { discard; }
elsif not anyof (not true, false) {
	stop;
} else {
	discard;
}
keep;
