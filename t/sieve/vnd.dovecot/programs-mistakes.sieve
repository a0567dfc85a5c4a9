require ["vnd.dovecot.pipe", "vnd.dovecot.filter", "vnd.dovecot.execute"];
pipe "../sh";
filter "";
execute "a" ["x
y"];
execute :input "a" :pipe "cat";
execute :output "x" "cat";
execute :copy "cat";
