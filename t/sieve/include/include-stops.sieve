require ["fileinto", "include"];

include "stops";
fileinto "never";
