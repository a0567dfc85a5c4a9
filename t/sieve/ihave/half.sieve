require "ihave";
if ihave ["fileinto", "vnd.example.unknown"] {
	stop;
}
fileinto "half";
