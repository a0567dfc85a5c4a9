require ["vnd.dovecot.pipe", "fileinto"];
fileinto "kept";
pipe "fails";
