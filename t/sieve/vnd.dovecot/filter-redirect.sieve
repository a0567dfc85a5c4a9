require ["vnd.dovecot.filter", "copy"];
filter "subject" "changed";
redirect :copy "other@example.org";
