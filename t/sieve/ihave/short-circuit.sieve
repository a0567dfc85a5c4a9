require "ihave";
if allof (false, ihave "fileinto") {
	discard;
}
fileinto "not-evaluated";
