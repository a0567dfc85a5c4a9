require ["vnd.dovecot.pipe", "variables", "environment"];
pipe "silent";
