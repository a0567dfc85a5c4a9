require "vnd.dovecot.execute";
execute "sleeps";
