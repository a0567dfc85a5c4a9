#!/bin/bash
# SPDX-License-Identifier: MIT
# elsewhere.t - the reader has left this host: its mail follows them, round in circles it does not go
. "$(dirname "$0")/../lib.sh"
need doorstepd slapd ldapsearch swaks perl
perl -MIO::Socket::SSL -e 1 2>/dev/null || skip_all "Perl's IO::Socket::SSL is not installed"
. "$SRC/t/ldap/slapd.sh"
. "$SRC/t/mta-hook/hosts.sh"

MAILDIR=$TMP/mail
mkdir "$TMP/sieve"
mkdir -m 700 "$TMP/run"
LDAP_PORT=$(free_port)
slapd_start || exit 1
submit_port=$(free_port)
to=james@oanet.ntu.edu.tw

slapd_modify <<END
dn: $LDAP_USER_DN
changetype: modify
replace: online
online: 0
END
cat >"$TMP/d.conf" <<END
[mail]
maildir = $MAILDIR
scripts = $TMP/sieve
submit = 127.0.0.1:$submit_port
[smtp]
listen = 127.0.0.1:0
host_name = laptop.example.org
accept_from = 127.0.0.5
[pop3]
listen = none
[presence]
state_folder = $TMP/run
[tls]
key = $TMP/tls.pem
[directory]
uri = $LDAP_URI
base = $LDAP_BASE
[sieve]
extlists_list = own, host, gone
extlists_list/own/ldap = ldap:///$LDAP_BASE?email?sub?(username=james)
extlists_list/host/ldap = ldap://127.0.0.1/$LDAP_BASE?email
extlists_list/gone/ldap = ldap:///cn=nobody,$LDAP_BASE?email?base
END
(
	umask 077
	cat >"$TMP/run/session" <<-END
		[session]
		user_name=james
		dn=$LDAP_USER_DN
		password=$LDAP_USER_PW
		emails=$to;
		mailfilters=
		status=1
		lease_s=300
		host=127.0.0.1
	END
)

value() {
	ldapsearch -x -LLL -o ldif-wrap=no -H "$LDAP_URI" -D "$LDAP_ADMIN" -w "$LDAP_ADMIN_PW" -s base \
		-b "$LDAP_USER_DN" "$1" | sed -n "s/^$1: //Ip"
}
is_here() { [ "$(value Ipaddress)" = 127.0.0.1 ]; }
# moved_to ADDRESS - the reader logs in on another host, and this one looks at the directory.
moved_to() {
	slapd_modify <<-END
		dn: $LDAP_USER_DN
		changetype: modify
		replace: Ipaddress
		Ipaddress: $1
	END
	kill -HUP "$daemon"
}
logged() { grep -q "^event=presence user=james verdict=$1" "$TMP/log"; }
send() {
	swaks --server 127.0.0.1 --port "$port" --local-interface 127.0.0.5 --hide-all \
		--from ann@sender.example --to $to "$@"
}
stored() { find "$MAILDIR" -path '*/new/*' -type f 2>/dev/null | wc -l; }
sent_on() { grep -c "^C RCPT TO:<$to>" "$TMP/submit.log"; }

cat >"$TMP/sieve/personal.sieve" <<'END'
require ["vnd.doorstep.location", "fileinto", "copy", "relational", "comparator-i;ascii-numeric"];
if header "subject" "after" { redirect :copy :location "james@oanet.ntu.edu.tw"; }
if allof (header "subject" "where", location "status" "ready", location "host" "127.0.0.1",
	location "lease" "300", location "here" "yes") { fileinto "Here"; }
if allof (header "subject" "where", location "STATUS" "ready", location :matches "host" "192.0.2.*",
	location :value "le" :comparator "i;ascii-numeric" "lease" "300", location "here" "no") { fileinto "There"; }
END
cat >>"$TMP/sieve/personal.sieve" <<'END'
if header "subject" ["a", "b"] {
	if header :list "x-list" "own" { fileinto "Listed"; }
}
if header "subject" ["host", "gone"] {
	if allof (header "subject" "host", header :list "x-list" "host") { discard; }
	if header :list "x-list" "gone" { discard; }
}
END
sed -i '1s/"fileinto"/"fileinto", "extlists"/' "$TMP/sieve/personal.sieve"
host submit "$submit_port"
submit_pid=$host_pid
doorstepd --config "$TMP/d.conf" >"$TMP/ready" 2>"$TMP/log" &
daemon=$!
end_later $daemon
await grep -q ^ready "$TMP/ready"
port=$(sed -n 's/^ready smtp=127.0.0.1:\([0-9]*\).*/\1/p' "$TMP/ready")
await is_here
check "here: the mail is taken" send --h-Subject here
is "here: it is stored" 1 "$(stored)"
is "here: nothing is sent on" 0 "$(sent_on)"

check "here: location tells" send --h-Subject where
is "here: location is this host" 1 "$(find "$MAILDIR/.Here/new" -type f | wc -l)"

send --h-Subject a --add-header "X-List: James@OANET.ntu.edu.tw"
is "a list of the directory: a value that is there" 1 "$(find "$MAILDIR/.Listed/new" -type f | wc -l)"
send --h-Subject b --add-header 'X-List: mary@oanet.ntu.edu.tw'
is "a list of the directory: one that is not" 1 "$(find "$MAILDIR/.Listed/new" -type f | wc -l)"
send --h-Subject gone --add-header 'X-List: x'
check "what cannot be searched is told" grep -q 'list .*gone.*: .*search: ' "$TMP/log"
send --h-Subject host --add-header 'X-List: x'
check "nor does a URL send the search to another server" grep -q 'list .*host.*is no search' "$TMP/log"
is "and both mails are kept" 6 "$(stored)"

moved_to 192.0.2.9
await logged elsewhere
check "elsewhere: this host notices" logged elsewhere
check "elsewhere: the mail is taken" send --h-Subject there
is "elsewhere: it is sent to the reader's domain" 1 "$(sent_on)"
check "elsewhere: with the sender that it had" grep -q '^C MAIL FROM:<ann@sender.example>' "$TMP/submit.log"
check "elsewhere: whole" grep -qx 'C Subject: there' "$TMP/submit.log"
is "elsewhere: it is not stored" 6 "$(stored)"
check "elsewhere: the log says so" grep -q '^event=deliver .* verdict=sent ' "$TMP/log"
is "elsewhere: the directory is left as it is" 192.0.2.9 "$(value Ipaddress)"

for i in $(seq 15); do printf 'Received: from a by b; %s\n' "$i"; done >"$TMP/hops"
{ cat "$TMP/hops"; printf 'Subject: where\n\nx\n'; } >"$TMP/circling"
check "in circles: the mail is taken" send --data "@$TMP/circling"
is "in circles: it is not sent on" 1 "$(sent_on)"
is "in circles: location is the other host" 1 "$(find "$MAILDIR/.There/new" -type f | wc -l)"
is "in circles: it stays here" 7 "$(stored)"
sed 's/^Subject: where/Subject: after/' "$TMP/circling" >"$TMP/after"
check "redirect :location: the mail is taken" send --data "@$TMP/after"
is "redirect :location: it is sent on" 2 "$(sent_on)"
is "redirect :location: with :copy it stays here too" 8 "$(stored)"

end_host "$submit_pid"
check "nobody to send it: the mail is taken" send --h-Subject stuck
is "nobody to send it: it stays here" 9 "$(stored)"

moved_to 127.0.0.1
await sh -c "[ \$(grep -c '^event=presence user=james verdict=published' '$TMP/log') = 2 ]"
check "back here: the mail is taken" send --h-Subject back
is "back here: it is stored" 10 "$(stored)"
check "redirect :location, back here: the mail is taken" send --data "@$TMP/after"
is "redirect :location, back here: it stays" 11 "$(stored)"
check "redirect :location, back here: no redirect was tried" \
	fails grep -q redirect <(grep '^event=deliver' "$TMP/log" | tail -n 1)

moved_to 192.0.2.9
await sh -c "[ \$(grep -c '^event=presence user=james verdict=elsewhere' '$TMP/log') = 2 ]"
kill "$daemon"
wait "$daemon"
is "the end: the presence of the other host is left alone" 192.0.2.9 "$(value Ipaddress)"
done_testing
