require "vnd.doorstep.cidr";
if header :cidr "x-ip" ["192.0.2.1/24", "192.0.2.0/33", "2001:db8::/129", "192.0.2/24", "example.org", "192.0.2.0/",
	"192.0.2.0/x", ""] {
	discard;
}
