if true {
	keep
}
stop;;
