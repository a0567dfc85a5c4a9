require "fileinto";
keep;
require "copy";

if true {
	require "reject";
}
else {
	stop;
}
keep;
elsif true {
	stop;
}
else {
	stop;
}
