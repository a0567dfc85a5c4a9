require ["vnd.doorstep.cidr", "variables"];
set "bits" "40";
if header :cidr "x-ip" "192.0.2.0/${bits}" {
	discard;
}
