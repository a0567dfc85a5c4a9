require ["fileinto", "include"];

include :optional "no-such-script";
fileinto "optional";
