require ["include", "fileinto"];
fileinto "A";
include "none";
