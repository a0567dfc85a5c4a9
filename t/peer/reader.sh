# SPDX-License-Identifier: MIT
# reader.sh - james's host on a loopback address, with his directory (slapd) and his domain's POP3 server
#
# Sourced after t/lib.sh; needs root, for Dovecot. reader_start starts both servers and writes the
# settings $TMP/d.conf, and the password files $TMP/password and $TMP/wrong.

need doorstep doorstepd slapd ldapsearch dovecot curl openssl
[ "$(id -u)" = 0 ] || skip_all 'Dovecot needs root'
. "$SRC/t/ldap/slapd.sh"
. "$SRC/t/peer/dovecot.sh"
MAILDIR=$TMP/Maildir

reader_start() {
	LDAP_PORT=$(free_port)
	slapd_start || return 1
	end_later "$LDAP_PID"
	POP3_PORT=$(free_port)
	POP3_PASSWORD=$LDAP_USER_PW
	dovecot_start || return 1
	mkdir -p "$TMP/home"
	export HOME=$TMP/home XDG_STATE_HOME=$TMP/state XDG_DATA_HOME=$TMP/data XDG_CONFIG_HOME=$TMP/config
	reader_configure
	echo "$LDAP_USER_PW" >"$TMP/password"
	echo wrong >"$TMP/wrong"
	# As nobody who is online: the entry of the schema's test says that james is.
	slapd_modify <<-END
		dn: $LDAP_USER_DN
		changetype: modify
		replace: online
		online: 0
		-
		delete: Ipaddress
	END
}

reader_configure() {
	cat >"$TMP/d.conf" <<-END
		[mail]
		maildir = $MAILDIR
		scripts = $TMP/sieve
		[smtp]
		listen = 127.0.0.1:0
		host_name = reader.example
		[pop3]
		listen = 127.0.0.1:0
		password_file = $TMP/config/doorstep/pop3-password
		[fetch]
		url = pop3://127.0.0.1:$POP3_PORT
		ca_file = $POP3_CA
		received_by = mx.oanet.example
		[presence]
		state_folder = $TMP/run
		lease_s = 300
		[tls]
		key = $TMP/tls.pem
		[directory]
		uri = $LDAP_URI
		base = $LDAP_BASE
	END
}

# Values of james's attribute, as the directory's administrator sees them.
value() {
	ldapsearch -x -LLL -o ldif-wrap=no -H "$LDAP_URI" -D "$LDAP_ADMIN" -w "$LDAP_ADMIN_PW" -s base \
		-b "$LDAP_USER_DN" "$1" | sed -n "s/^$1::* //Ip"
}

# exits CODE COMMAND... - for check.
exits() {
	local wanted=$1
	shift
	"$@"
	local got=$?
	[ $got = "$wanted" ] || { echo "exit code $got"; false; }
}

log_in() { doorstep login --config "$TMP/d.conf" --user james --address 127.0.0.1 "$@"; }

# A mail that waits at the domain, handed over by the host IP.
waiting() {
	cat >"$TMP/mail" <<-END
		Return-Path: <$3>
		Delivered-To: james@oanet.ntu.edu.tw
		Received: from a (a [$2]) by mx.oanet.example (Postfix) with ESMTP id 1; Tue, 24 Nov 2026 02:00:00 +0000
		Received: from b (b [140.112.4.200]) by mx.oanet.example (Postfix) with ESMTP id 0; Tue, 24 Nov 2026 01:00:00 +0000
		From: <$3>
		Subject: $1
		X-Seq: $1

		.dot
		last
	END
	dovecot_put "170000000$1.M1P1.h" "$TMP/mail"
}

# X-Seq of what stands in the Maildir, in order of arrival.
order() {
	find "$MAILDIR/new" "$MAILDIR/cur" -type f -printf '%f %p\n' | sort -t. -k1,1n -k2,2V |
		cut -d' ' -f2 | xargs -r sed -n 's/\r$//;s/^X-Seq: //p' | xargs
}
