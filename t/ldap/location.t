#!/bin/bash
# SPDX-License-Identifier: MIT
# location.t - the location client against a real slapd: answers, and a directory that is away
. "$(dirname "$0")/../lib.sh"
need slapd ldapadd perl
LDAP_PORT=$(free_port)
. "$SRC/t/ldap/slapd.sh"
slapd_start || exit 1

printf '%s\n' "$LDAP_HOOK_PW" >"$TMP/hook.pw"
settings() { # BIND_DN PASSWORD_FILE URI
	printf '[directory]\nuri = %s\nbase = %s\ntimeout_ms = 1000\n' "$3" "$LDAP_BASE"
	[ -z "$1" ] || printf 'bind_dn = %s\npassword_file = %s\n' "$1" "$2"
}
settings "$LDAP_HOOK" "$TMP/hook.pw" "$LDAP_URI" >"$TMP/hook.conf"
settings '' '' "$LDAP_URI" >"$TMP/reader.conf"

# The clients live as long as the test: what happens to the directory happens to open sessions.
coproc HOOK { exec "$BUILD/t/ldap/location-client" "$TMP/hook.conf" 2>>"$TMP/hook.err"; }
exec 5<&"${HOOK[0]}" 6>&"${HOOK[1]}"
end_later "$HOOK_PID"
mkfifo "$TMP/in" "$TMP/out"
"$BUILD/t/ldap/location-client" "$TMP/reader.conf" <"$TMP/in" >"$TMP/out" 2>>"$TMP/reader.err" &
end_later $!
exec 7>"$TMP/in" 8<"$TMP/out"

hook() { local IFS=$'\t'; echo "$*" >&6; read -r -t 10 REPLY <&5 || REPLY='no answer'; }
reader() { local IFS=$'\t'; echo "$*" >&7; read -r -t 10 REPLY <&8 || REPLY='no answer'; }
hook_is() { local wanted=$1; shift; hook "$@"; is "hook: ${*//[^ -~]/?} -> $wanted" "$wanted" "$REPLY"; }
reader_is() { local wanted=$1; shift; reader "$@"; is "reader: $* -> $wanted" "$wanted" "$REPLY"; }

paper='james online=1 host=172.16.30.25 port=25 lease=0 secret=0 filters=0'
hook_is "$paper" email james@oanet.ntu.edu.tw
hook_is "$paper" email James@OANET.ntu.edu.tw
hook_is none email nobody@oanet.ntu.edu.tw
hook_is "$paper" user james
hook_is "$paper" host 172.16.30.25 25
hook_is none host 172.16.30.25 2525
hook_is none email ''

# Nothing in an address is read as a filter or a name (RFC 4515 section 3).
for hostile in '*' 'james*' '*)(objectClass=*' 'a)(|(username=*' ' james@oanet.ntu.edu.tw' '\x00' \
	'james@oanet.ntu.edu.tw\x00' '\2a' '\xff\xfe' 'james,o=oanet' '#a' 'a+b=c' '"' '\\2a' '(' ')'; do
	hook_is none email "$hostile"
done
hook_is none email "$(printf 'a%.0s' {1..255})@oanet.ntu.edu.tw"

reader_is CREDENTIALS login james wrong
reader_is CREDENTIALS login nobody 1234
reader_is CREDENTIALS login james ''
reader_is CREDENTIALS login '*' 1234
reader_is 'james online=1 host=172.16.30.25 port=25 lease=0 secret=0 filters=2' login james 1234
reader_is none publish "$LDAP_USER_DN" 2 ::ffff:10.1.2.3 2525 2000000000
hook_is 'james online=2 host=10.1.2.3 port=2525 lease=2000000000 secret=1 filters=0' host 10.1.2.3 2525
reader_is CONFIG publish "$LDAP_USER_DN" 1 nowhere 25 0
reader_is DENIED publish "$LDAP_HOOK" 1 10.1.2.3 25 0
hook_is DENIED publish "$LDAP_USER_DN" 1 10.6.6.6 25 0
reader_is none withdraw "$LDAP_USER_DN"
hook_is 'james online=0 host=- port=25 lease=0 secret=0 filters=0' user james

# Two records with one address: no answer can be the right one.
sed -e 's/cn=james/cn=twin/; s/^cn: james/cn: twin/; s/^username: .*/username: twin/' \
	"$SRC/t/ldap/james.ldif" >"$TMP/twin.ldif"
slapd_add "$TMP/twin.ldif"
hook_is none email james@oanet.ntu.edu.tw
printf 'dn: cn=twin,o=oanet\nchangetype: delete\n' | slapd_modify

# A new server behind an open session, then none, then one that says nothing.
offline='james online=0 host=- port=25 lease=0 secret=0 filters=0'
slapd_stop && slapd_resume
hook_is "$offline" email james@oanet.ntu.edu.tw
reader_is none publish "$LDAP_USER_DN" 1 10.1.2.4 2525 0
slapd_stop
hook_is UNREACHABLE email james@oanet.ntu.edu.tw
hook_is UNREACHABLE email james@oanet.ntu.edu.tw
slapd_resume
hook_is 'james online=1 host=10.1.2.4 port=2525 lease=0 secret=1 filters=0' email james@oanet.ntu.edu.tw
kill -STOP "$LDAP_PID"
await grep -q '^State:.T' "/proc/$LDAP_PID/status"
hook_is TIMEOUT email james@oanet.ntu.edu.tw
hook_is TIMEOUT email james@oanet.ntu.edu.tw
kill -CONT "$LDAP_PID"
hook_is 'james online=1 host=10.1.2.4 port=2525 lease=0 secret=1 filters=0' email james@oanet.ntu.edu.tw
slapd_stop

# Servers that answer, but not in LDAP.
cat >"$TMP/garbage.pl" <<'PERL'
use strict; use warnings; use IO::Socket::INET;
my ($port, $hex) = @ARGV;
my $listener = IO::Socket::INET->new(LocalAddr => "127.0.0.1:$port", Listen => 8, ReuseAddr => 1) or die;
$SIG{PIPE} = 'IGNORE';
while (my $client = $listener->accept) {
	sysread $client, my $request, 4096;
	syswrite $client, pack('H*', $hex);
}
PERL
garbage() { # NAME HEX
	local port pid
	port=$(free_port)
	perl "$TMP/garbage.pl" "$port" "$2" &
	pid=$!
	end_later $pid
	await listens "$port"
	settings '' '' "ldap://127.0.0.1:$port/" >"$TMP/garbage.conf"
	printf 'email\tjames@oanet.ntu.edu.tw\n' |
		"$BUILD/t/ldap/location-client" "$TMP/garbage.conf" >"$TMP/garbage.out" 2>>"$TMP/garbage.err"
	kill $pid
	check "garbage: $1 is UNREACHABLE or TIMEOUT" grep -qxE 'UNREACHABLE|TIMEOUT' "$TMP/garbage.out"
}
garbage 'nothing' ''
garbage 'another protocol' 485454502f312e3120343030204261640d0a0d0a
garbage 'zeros' 0000000000000000
garbage 'a length of 2 GB' 30847fffffff020101
garbage 'half an answer' 300c0201016507
garbage 'an answer to no question' 300c02017f65070a010004000400
garbage 'a length without end' 3080
garbage 'an entry that is cut inside' 300902010164040402ffff
garbage 'success without an end of the sequence' 300c02010165070a0100040004ff

check 'no password was told' fails grep -e 1234 -e "$LDAP_HOOK_PW" "$TMP"/*.err
done_testing
