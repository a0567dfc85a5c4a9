require ["ihave", "vacation"];
if ihave "vacation-seconds" {
	vacation :seconds 10 "Soon.";
}
