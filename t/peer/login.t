#!/bin/bash
# SPDX-License-Identifier: MIT
# login.t - login to logout against a real directory: what is published, fetched first, and withdrawn
. "$(dirname "$0")/../lib.sh"
. "$SRC/t/peer/reader.sh"
reader_start || exit 1

# --- refusals ----------------------------------------------------------------------------------
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
check 'the fetch is traced' grep -rqP '^\twith POP3 id [0-9a-f]{32}; ' "$MAILDIR/new"
check 'status' doorstep status --config "$TMP/d.conf"
cp "$TMP/check.out" "$TMP/status"
check 'status tells the record' grep '^directory: james is ready at 127.0.0.1 port ' "$TMP/status"

pop3_port=$(sed -n 's/.*POP3 port //p' "$TMP/status")
is 'POP3 takes the password of the login' 3 \
	"$(curl -s --user "james:$LDAP_USER_PW" "pop3://127.0.0.1:$pop3_port/" | wc -l)"
first=$(value doorstepTicketSecret)

# --- changes ------------------------------------------------------------------------------------
check 'busy' doorstep busy --config "$TMP/d.conf"
is 'online is 2' 2 "$(value online)"
check 'ready' doorstep ready --config "$TMP/d.conf"
is 'online is 1 again' 1 "$(value online)"

# Each change makes the daemon renew the lease: one that was slow to do so must not bring the old state back.
flip() {
	local i
	for i in 1 2 3 4 5 6 7 8 9 10; do
		kill -HUP "$(status_pid)"
		doorstep busy --config "$TMP/d.conf" && [ "$(value online)" = 2 ] || return 1
		kill -HUP "$(status_pid)"
		doorstep ready --config "$TMP/d.conf" && [ "$(value online)" = 1 ] || return 1
	done
}
status_pid() { doorstep status --config "$TMP/d.conf" | sed -n 's/^daemon: process \([0-9]*\),.*/\1/p'; }
check 'the last word stands, again and again' flip

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

# --- in the foreground ------------------------------------------------------------------------------
doorstep login --config "$TMP/d.conf" --user james --address 127.0.0.1 --foreground \
	--password-file "$TMP/password" >"$TMP/foreground" 2>&1 &
foreground=$!
end_later "$foreground"
check 'a login that stays' await grep -q ' is ready at ' "$TMP/foreground"
is 'is online' 1 "$(value online)"
kill "$foreground"
check 'ends well when it is ended' wait "$foreground"
is 'and is offline then' 0 "$(value online)"
check 'with its daemon' grep -q '^daemon: not running' <(doorstep status --config "$TMP/d.conf")

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
