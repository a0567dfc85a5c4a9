require ["fileinto", "reject"];
fileinto "A";
redirect "a@example.com";
reject "no";
