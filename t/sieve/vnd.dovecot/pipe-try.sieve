require ["vnd.dovecot.pipe"];
pipe :try "fails";
