require ["ihave", "vacation"];
if allof (false, ihave "vacation-seconds") {
	stop;
}
vacation :seconds 10 "Soon.";
