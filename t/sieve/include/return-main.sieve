require ["fileinto", "include"];

fileinto "main";
return;
fileinto "never";
