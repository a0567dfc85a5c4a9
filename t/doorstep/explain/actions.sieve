require ["fileinto", "copy"];
# Actions that leave the implicit keep, that cancel it, and that are the same.
fileinto :copy "Copies";
redirect :copy "me@phone.example";
fileinto "Copies";
keep;
keep;
redirect "me@phone.example";
discard;
