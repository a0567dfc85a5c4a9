require ["fileinto", "reject"];
# What cannot be done together fails, and the mail is kept.
fileinto "Work";
reject "Go away.";
