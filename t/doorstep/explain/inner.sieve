require ["include", "variables", "fileinto"];
global "seen";
if string "${seen}" "" {
	set "seen" "once";
	return;
}
fileinto "${seen}";
stop;
