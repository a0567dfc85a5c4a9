# SPDX-License-Identifier: MIT
# dovecot.sh - a throw-away Dovecot on a loopback port: the domain's POP3 server, with james's mail
#
# Sourced after t/lib.sh; needs root, since Dovecot gives each of its processes a user. It reads
#   POP3_PORT, POP3_PASSWORD
# and sets POP3_MAILDIR (james's) and POP3_CA (what its TLS certificate is checked by).

dovecot_configure() {
	local dir=$TMP/dovecot
	POP3_MAILDIR=$dir/mail/james
	POP3_CA=$dir/cert.pem
	chmod 755 "$TMP"
	mkdir -p "$dir/run" "$dir/state" "$POP3_MAILDIR"/{new,cur,tmp}
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
		-keyout "$dir/key.pem" -out "$dir/cert.pem" 2>/dev/null
	echo "james:{PLAIN}$POP3_PASSWORD" >"$dir/users"
	chown -R mail:mail "$dir/mail"
	chmod 644 "$dir/users"
	cat >"$dir/dovecot.conf" <<-END
		base_dir = $dir/run
		state_dir = $dir/state
		log_path = $dir/log
		protocols = pop3
		listen = 127.0.0.1
		default_login_user = nobody
		default_internal_user = mail
		default_internal_group = mail
		first_valid_uid = 1
		mail_uid = mail
		mail_gid = mail
		mail_home = $dir/mail/%u
		mail_location = maildir:~/
		auth_mechanisms = plain
		ssl = yes
		ssl_cert = <$dir/cert.pem
		ssl_key = <$dir/key.pem
		passdb {
		  driver = passwd-file
		  args = $dir/users
		}
		userdb {
		  driver = static
		  args = uid=mail gid=mail home=$dir/mail/%u
		}
		service pop3-login {
		  chroot =
		  inet_listener pop3 {
		    port = $POP3_PORT
		  }
		  inet_listener pop3s {
		    port = 0
		  }
		}
		service anvil {
		  chroot =
		}
	END
}

# dovecot_put NAME FILE - mail that waits; its arrival order is that of the names.
dovecot_put() {
	cp "$2" "$POP3_MAILDIR/new/$1"
	chown mail:mail "$POP3_MAILDIR/new/$1"
}

# Both folders: Dovecot moves mail from new/ to cur/.
dovecot_count() { find "$POP3_MAILDIR/new" "$POP3_MAILDIR/cur" -type f | wc -l; }

dovecot_start() {
	dovecot_configure
	dovecot -F -c "$TMP/dovecot/dovecot.conf" >"$TMP/dovecot/out" 2>&1 &
	end_later $!
	DOVECOT_PID=$!
	await listens "$POP3_PORT" || { cat "$TMP/dovecot/out" "$TMP/dovecot/log" >&2; return 1; }
}
