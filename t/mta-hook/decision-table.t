#!/bin/bash
# SPDX-License-Identifier: MIT
# decision-table.t - every row of the hook's table, with a real slapd, through real MTAs
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/postfix.sh"
. "$(dirname "$0")/sendmail.sh"
[ "$(id -u)" = 0 ] || skip_all "Postfix needs root"
need slapd ldapadd postfix perl openssl
perl -MIO::Socket::SSL -e 1 2>/dev/null || skip_all "Perl's IO::Socket::SSL is not installed"
IP=127.0.0.1 LDAP_PORT=$(free_port)
. "$SRC/t/ldap/slapd.sh"
trap 'postfix_stop_all; lib_end' EXIT

james=james@oanet.ntu.edu.tw bob=bob@oanet.ntu.edu.tw
. "$(dirname "$0")/hosts.sh"
make_key reader
reader=$(free_port)

# presence USER STATUS LEASE_SECONDS - as a login writes it
presence() {
	slapd_modify <<-EOF
	dn: cn=$1,o=oanet
	changetype: modify
	replace: online
	online: $2
	-
	replace: Ipaddress
	Ipaddress: 127.0.0.1
	-
	replace: doorstepSmtpPort
	doorstepSmtpPort: $reader
	-
	replace: doorstepLeaseEnd
	doorstepLeaseEnd: $(date -u -d "$3 seconds" +%Y%m%d%H%M%SZ)
	-
	replace: doorstepTlsKey
	doorstepTlsKey: sha256:$(cat "$TMP/reader.pin")
	-
	replace: doorstepTicketSecret
	doorstepTicketSecret:: $(head -c 32 /dev/zero | base64)
	EOF
}

# hook NAME PORT [lines for the key file]
hook() {
	cat >"$TMP/$1.conf" <<-EOF
	[hook]
	milter = 127.0.0.1:$2
	host_name = mx.test
	directory_retry_s = 1
	[redirect]
	clients = all
	allow_networks = 127.0.0.0/8
	[notify]
	interval_s = 0
	[directory]
	uri = $LDAP_URI
	base = $LDAP_BASE
	bind_dn = $LDAP_HOOK
	password_file = $TMP/hook.password
	$3
	EOF
	echo "$LDAP_HOOK_PW" >"$TMP/hook.password"
	doorstep-hook --config="$TMP/$1.conf" >"$TMP/$1.out" 2>"$TMP/$1.err" &
	hook_pid=$!
	end_later $hook_pid
	await listens "$2" && return
	echo 'Bail out! doorstep-hook does not start'
	cat "$TMP/$1.err" >&2
	exit 1
}

# talk NAME MODE RECIPIENT... - one session with the MTA; its replies go to $TMP/talk
talk() {
	local mode=$1
	shift
	subject="mail $((n_mails += 1))"
	perl "$SRC/t/mta-hook/smtp-talk.pl" "$mta_port" "$mode" "$subject" "$@" >"$TMP/talk" 2>&1
}
n_mails=0
rcpt_said() { grep -q "^rcpt: $1" "$TMP/talk"; }
quick() { awk '/^seconds/ { exit !($2 < 2.0) }' "$TMP/talk"; }
stored() { grep -rqsx "Subject: $subject" "$TMP/$mta/mail/$1"; }
not_stored() { ! stored "$1"; }

# The rows that hold for every MTA and with and without socketmap. $row names the MTA.
common_rows() {
	presence james 0 300
	talk announce $james
	check "$row, offline: 250" rcpt_said 250
	check "$row, offline: stored" await stored james

	presence james 1 300
	talk announce $james
	check "$row, ready and announced: 551 for people" \
		grep -qF "rcpt: 551-5.1.6 User not local; please try <james@[127.0.0.1]>" "$TMP/talk"
	check "$row, ready and announced: 551 for programs" grep -Eq \
		"^rcpt: 551 5\.1\.6 REDIRECT v=1 host=127\.0\.0\.1 port=$reader key=sha256:$(cat "$TMP/reader.pin") ticket=1\.[0-9]+\.[0-9a-f]{16}\.[0-9a-f]{64}\$" "$TMP/talk"
	check "$row, ready and announced: the announcement got 450" grep -q '^xredir1: 450 4.7.0' "$TMP/talk"

	talk announce $james $bob
	check "$row, two recipients: 551 for the one" rcpt_said 551
	check "$row, two recipients: 250 for the other" rcpt_said 250
	check "$row, two recipients: stored for the other" await stored bob
	check "$row, two recipients: nothing stored for the one" not_stored james

	presence james 1 -1
	talk announce $james
	check "$row, lease has ended: 250" rcpt_said 250
	check "$row, lease has ended: stored" await stored james
	presence james 1 20
	talk announce $james
	check "$row, lease about to end: 250" rcpt_said 250

	presence james 2 300
	: >"$TMP/host.log"
	talk announce $james
	check "$row, busy: 250" rcpt_said 250
	check "$row, busy: stored" await stored james
	check "$row, busy: the reader is told" await grep -q '^C \.$' "$TMP/host.log"
	check "$row, busy: by a mail that answers nobody" grep -q '^C MAIL FROM:<>' "$TMP/host.log"
	check "$row, busy: with a ticket" grep -q "^C RCPT TO:<$james> XTICKET=1\." "$TMP/host.log"
	check "$row, busy: as RFC 5436 wants it" \
		grep -qxF "C Auto-Submitted: auto-notified; owner-email=\"$james\"" "$TMP/host.log"
	check "$row, busy: about this mail" grep -qx "C Subject: New mail: $subject" "$TMP/host.log"

	presence james 1 300
	kill -STOP "$LDAP_PID"
	talk announce $james
	kill -CONT "$LDAP_PID"
	check "$row, directory hangs: 250" rcpt_said 250
	check "$row, directory hangs: in less than 2 s" quick
	check "$row, directory hangs: stored" await stored james

	slapd_stop
	talk announce $james
	check "$row, directory away: 250" rcpt_said 250
	check "$row, directory away: in less than 2 s" quick
	check "$row, directory away: stored" await stored james
	slapd_resume
	check "$row, directory back: redirects again" await redirects_again
}
redirects_again() { talk announce $james; rcpt_said 551; }

# What a client sees that announced nothing, or whose announcement is forgotten, with no socketmap.
stored_rows() {
	presence james 1 300
	for mode in plain forget; do
		talk $mode $james
		check "$row, ready and $mode: 250" rcpt_said 250
		check "$row, ready and $mode: stored" await stored james
	done
}

# Postfix remembers its last answer about an address for 30 s, one address at a time.
forget_address() {
	talk plain $bob
	await stored bob
}

relayed_rows() {
	presence james 1 300
	forget_address
	: >"$TMP/host.log"
	talk plain $james
	check "$row, ready and plain: 250" rcpt_said 250
	check "$row, ready and plain: relayed to the reader's host" await grep -qx "C Subject: $subject" "$TMP/host.log"
	check "$row, ready and plain: over TLS" grep -qx 'S tls' "$TMP/host.log"
	check "$row, ready and plain: nothing stored" not_stored james

	# A stranger at the reader's address gets nothing; the mail waits until the reader is away, then
	# it is stored.
	end_host "$host_pid"
	host host "$reader" cert="$TMP/stranger.pem"
	talk plain $james
	check "$row, stranger: 250" rcpt_said 250
	check "$row, stranger: was spoken to" await grep -qx 'C STARTTLS' "$TMP/host.log"
	check "$row, stranger: got no mail" fails grep -q '^C DATA' "$TMP/host.log"
	presence james 0 300
	waiting=$subject
	forget_address
	subject=$waiting
	check "$row, stranger: stored once the reader is offline" await stored james
	end_host "$host_pid"
	host host "$reader" cert="$TMP/reader.pem" xticket=1
}

slapd_start || skip_all "slapd does not start"
trap 'slapd_stop; postfix_stop_all; lib_end' EXIT
make_key stranger
slapd_add /dev/stdin <<EOF
dn: cn=bob,o=oanet
objectclass: UserLocationRecord
cn: bob
username: bob
email: $bob
online: 0
EOF
host host "$reader" cert="$TMP/reader.pem" xticket=1

milter=$(free_port)
hook hook "$milter" ''
mta=plain row='Postfix' mta_port=$(free_port)
postfix_start $mta "$mta_port" <<EOF
smtpd_milters = { inet:127.0.0.1:$milter, default_action=accept, connect_timeout=2s, command_timeout=5s }
EOF
common_rows
stored_rows
kill "$hook_pid"
wait "$hook_pid"
is "$row: the hook ends in order" 0 $?
talk announce $james
check "$row, hook away: 250" rcpt_said 250
check "$row, hook away: stored" await stored james

milter=$(free_port) map=$(free_port)
hook maphook "$milter" "[socketmap]
listen = 127.0.0.1:$map
transport = reader"
mta=relaying row='Postfix with socketmap' mta_port=$(free_port)
postfix_start $mta "$mta_port" <<EOF
smtpd_milters = { inet:127.0.0.1:$milter, default_action=accept, connect_timeout=2s, command_timeout=5s }
transport_maps = socketmap:inet:127.0.0.1:$map:transport
smtp_tls_policy_maps = socketmap:inet:127.0.0.1:$map:tlspolicy
smtp_tls_fingerprint_digest = sha256
EOF
common_rows
relayed_rows

# Sendmail has no map of the hook's: whoever announces nothing is stored for.
if [ -n "${DOORSTEP_SENDMAIL_ROOT-}" ]; then
	milter=$(free_port)
	hook smhook "$milter" ''
	mta=sendmail row='Sendmail' mta_port=$(free_port)
	sendmail_start $mta "$mta_port" "$milter" || cat "$TMP/$mta/log" "$TMP/$mta/m4.err" >&2
	common_rows
	stored_rows
else
	[ -z "${CI-}" ] || check 'DOORSTEP_SENDMAIL_ROOT is set' false
	check 'Sendmail # SKIP DOORSTEP_SENDMAIL_ROOT is not set' true
fi

done_testing
