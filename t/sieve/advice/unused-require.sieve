require ["fileinto", "copy", "envelope", "comparator-i;octet", "comparator-i;ascii-numeric",
	"encoded-character", "relational", "subaddress", "include"];

if header :value "gt" :comparator "i;ascii-numeric" "x-priority" "3" {
	fileinto :copy "Low";
}
