require ["fileinto", "include"];

include "needs-fileinto";
