require ["fileinto"];
fileinto "A";
