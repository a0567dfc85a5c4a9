require ["vacation", "fileinto"];
vacation "I am away.";
discard;
keep;
fileinto "Away";
redirect "office@example.org";
