if {
	stop;
}
if true;
keep {
	stop;
}
if (true, false) {
	stop;
}
if allof true {
	stop;
}
if true false {
	stop;
}
