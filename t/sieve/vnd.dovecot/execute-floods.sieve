require ["vnd.dovecot.execute", "variables"];
execute :output "x" "floods";
