#!/bin/bash
# SPDX-License-Identifier: MIT
# login.t - login to logout against a real directory: what is published, fetched first, and withdrawn
. "$(dirname "$0")/../lib.sh"
need doorstep doorstepd slapd ldapsearch dovecot curl openssl
[ "$(id -u)" = 0 ] || skip_all 'Dovecot needs root'
. "$SRC/t/ldap/slapd.sh"
. "$SRC/t/peer/dovecot.sh"

LDAP_PORT=$(free_port)
slapd_start || exit 1
end_later "$LDAP_PID"
POP3_PORT=$(free_port)
POP3_PASSWORD=$LDAP_USER_PW
dovecot_start || exit 1

MAILDIR=$TMP/Maildir
mkdir -p "$TMP/home"
export HOME=$TMP/home XDG_STATE_HOME=$TMP/state XDG_DATA_HOME=$TMP/data XDG_CONFIG_HOME=$TMP/config
cat >"$TMP/d.conf" <<END
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
echo "$LDAP_USER_PW" >"$TMP/password"
echo wrong >"$TMP/wrong"

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

# --- refusals ----------------------------------------------------------------------------------
slapd_modify <<END
dn: $LDAP_USER_DN
changetype: modify
replace: online
online: 0
-
delete: Ipaddress
END
check 'a wrong password is refused' exits 1 log_in --password-file "$TMP/wrong"
cp "$TMP/check.out" "$TMP/refused"
check 'an unknown user is refused in the same words' exits 1 \
	doorstep login --config "$TMP/d.conf" --user jamesx --password-file "$TMP/wrong"
is 'the same words' "$(sed 's/jamesx/james/' "$TMP/check.out")" "$(cat "$TMP/refused")"
is 'nothing is published' 0 "$(value online)"
check 'status: nobody is here' exits 1 doorstep status --config "$TMP/d.conf"
check 'busy: nobody is here' exits 1 doorstep busy --config "$TMP/d.conf"
check 'a bad option is a usage error' exits 2 doorstep login --no-such-option

# --- login -------------------------------------------------------------------------------------
waiting 1 192.0.2.1 a@example.net
waiting 2 140.112.4.11 b@example.net
waiting 3 140.112.4.7 c@example.net
waiting 4 192.0.2.4 d@example.net
check 'login' log_in --password-file "$TMP/password"
is 'online is 1' 1 "$(value online)"
is 'the address is published' 127.0.0.1 "$(value Ipaddress)"
is 'a secret is published' 44 "$(value doorstepTicketSecret | tr -d '\n' | wc -c)"
pin=sha256:$(openssl x509 -in "$TMP/tls.pem" -noout -pubkey | openssl pkey -pubin -outform DER |
	openssl dgst -sha256 -r | cut -d' ' -f1)
is 'the key is published' "$pin" "$(value doorstepTlsKey)"
check 'the published port answers' listens "$(value doorstepSmtpPort)"
is 'waiting mail was fetched in order, without what the access list denies' '1 3 4' "$(order)"
is 'and is deleted at the domain' 0 "$(dovecot_count)"
check 'the fetch is traced' grep -rq '^Received: from 127.0.0.1 by reader.example with POP3 id ' "$MAILDIR/new"
check 'status' doorstep status --config "$TMP/d.conf"
check 'status tells the record' grep -q '^directory: james is ready at 127.0.0.1 port ' "$TMP/check.out"

pop3_port=$(sed -n 's/.*POP3 port //p' "$TMP/check.out")
is 'POP3 takes the password of the login' 3 \
	"$(curl -s --user "james:$LDAP_USER_PW" "pop3://127.0.0.1:$pop3_port/" | wc -l)"
first=$(value doorstepTicketSecret)

# --- changes ------------------------------------------------------------------------------------
check 'busy' doorstep busy --config "$TMP/d.conf"
is 'online is 2' 2 "$(value online)"
check 'ready' doorstep ready --config "$TMP/d.conf"
is 'online is 1 again' 1 "$(value online)"

waiting 5 192.0.2.5 e@example.net
check 'a second login' log_in --password-file "$TMP/password" --busy
check 'has a secret of its own' [ "$(value doorstepTicketSecret)" != "$first" ]
is 'and is busy' 2 "$(value online)"
is 'and fetches behind what is there' '1 3 4 5' "$(order)"

# --- logout -------------------------------------------------------------------------------------
smtp_port=$(value doorstepSmtpPort)
check 'logout' doorstep logout --config "$TMP/d.conf"
is 'online is 0' 0 "$(value online)"
is 'address, port, lease, key and secret are gone' '' \
	"$(value Ipaddress)$(value doorstepSmtpPort)$(value doorstepLeaseEnd)$(value doorstepTlsKey)$(value doorstepTicketSecret)"
check 'the daemon has ended' fails listens "$smtp_port"
check 'a second logout is refused' exits 1 doorstep logout --config "$TMP/d.conf"

# --- failures ------------------------------------------------------------------------------------
sed "s/^url = .*/url = pop3:\/\/127.0.0.1:1/" "$TMP/d.conf" >"$TMP/no-pop3.conf"
check 'no fetch, no login' exits 75 doorstep login --config "$TMP/no-pop3.conf" --user james \
	--address 127.0.0.1 --password-file "$TMP/password"
is 'nothing is published then' 0 "$(value online)"
check 'unless it is told not to fetch' doorstep login --config "$TMP/no-pop3.conf" --user james \
	--address 127.0.0.1 --password-file "$TMP/password" --no-fetch
kill "$LDAP_PID"
wait "$LDAP_PID" 2>/dev/null
check 'logout without the directory says so' exits 75 doorstep logout --config "$TMP/no-pop3.conf"
check 'and ends the daemon all the same' exits 1 doorstep status --config "$TMP/d.conf"
check 'login without the directory: try later' exits 75 log_in --password-file "$TMP/password"
check 'no password is logged' fails grep -rq "$LDAP_USER_PW" "$TMP/state"

done_testing
