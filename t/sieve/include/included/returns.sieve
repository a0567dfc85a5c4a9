require ["fileinto", "include"];

fileinto "returns";
return;
fileinto "never";
