if anyof (true false, header "a" , ) {
	keep );
	stop;
}
