#!/bin/bash
# SPDX-License-Identifier: MIT
# pop3.t - doorstepd's POP3 service with real clients: curl, fetchmail, and commands by hand
. "$(dirname "$0")/../lib.sh"
need doorstepd curl perl

MAILDIR=$TMP/Maildir
mkdir -p "$MAILDIR"/{new,cur,tmp}
user=$(id -un)
password='open sesame'

cat >"$TMP/d.conf" <<END
[mail]
maildir = $MAILDIR
scripts = $TMP/sieve
[smtp]
listen = 127.0.0.1:0
host_name = reader.example
[pop3]
listen = 127.0.0.1:0
password_file = $TMP/password
[presence]
state_folder = $TMP/run
[tls]
key = $TMP/tls.pem
END
(umask 077 && perl -e 'print crypt($ARGV[0], "\$6\$abcdefgh\$"), "\n"' "$password" >"$TMP/password")

# Sets daemon and port. The ready line comes once the daemon listens.
start_daemon() {
	rm -f "$TMP/ready"
	mkfifo "$TMP/ready"
	doorstepd --config "$TMP/d.conf" >"$TMP/ready" 2>>"$TMP/log" &
	daemon=$!
	end_later "$daemon"
	read -r ready <"$TMP/ready" || { cat "$TMP/log" >&2; exit 1; }
	port=${ready##*pop3=127.0.0.1:}
	port=${port%% *}
}

stop_daemon() { kill "$daemon" && wait "$daemon"; }

# Options of curl, then a message number or nothing.
pop3_curl() { curl -s --max-time 10 --user "$user:$password" "$@"; }

# Commands on standard input, LF between; what the server sends, to its end.
talk() {
	exec 3<>"/dev/tcp/127.0.0.1/$port"
	sed 's/$/\r/' >&3
	timeout 10 cat <&3
	exec 3<&- 3>&-
}

login() { printf 'USER %s\nPASS %s\n' "$user" "$password"; }

# The mails: names in the order of arrival, which is not that of their texts.
printf 'Subject: c\nX-Seq: 1\n\n.\n..\n.dot\n\n' >"$MAILDIR/new/1700000001.M9P1.h"
printf 'Subject: a\r\nX-Seq: 2\r\n\r\nwith CRLF\r\n' >"$MAILDIR/cur/1700000001.M10P1.h:2,S"
printf 'Subject: b\nX-Seq: 3\n\nno line end' >"$MAILDIR/new/1700000002.M1P1.h,S=38"
perl -e 'print "Subject: d\nX-Seq: 4\n\n", map { chr($_ % 256) x 70 . "\n" } grep { $_ != 10 && $_ != 13 } 1 .. 4000' \
	>"$MAILDIR/new/1700000003.M1P1.h"
mails=("$MAILDIR/new/1700000001.M9P1.h" "$MAILDIR/cur/1700000001.M10P1.h:2,S"
	"$MAILDIR/new/1700000002.M1P1.h,S=38" "$MAILDIR/new/1700000003.M1P1.h")

start_daemon
url=pop3://127.0.0.1:$port

printf '%s\r\n' '1 1700000001.M9P1.h' '2 1700000001.M10P1.h' '3 1700000002.M1P1.h,S=38' \
	'4 1700000003.M1P1.h' >"$TMP/uidl.wanted"
pop3_curl "$url/" -X UIDL >"$TMP/uidl.got"
same 'UIDL: Maildir names without flags, in order of arrival' "$TMP/uidl.wanted" "$TMP/uidl.got"

number=0
for mail in "${mails[@]}"; do
	number=$((number + 1))
	perl -0777 -pe 's/\r?\n/\r\n/g; s/(?<!\n)\z/\r\n/' "$mail" >"$TMP/wanted"
	pop3_curl "$url/$number" >"$TMP/got"
	same "RETR $number: byte for byte" "$TMP/wanted" "$TMP/got"
	printf '%s %s\r\n' $number "$(wc -c <"$TMP/wanted")" >>"$TMP/list.wanted"
done
pop3_curl "$url/" >"$TMP/list.got"
same 'LIST: sizes as sent' "$TMP/list.wanted" "$TMP/list.got"

{ login; echo 'RETR 1'; echo QUIT; } | talk >"$TMP/raw"
printf '%s\r\n' 'Subject: c' 'X-Seq: 1' '' '..' '...' '..dot' '' '.' >"$TMP/wanted"
sed '1,/message follows/d;/bye/d' "$TMP/raw" >"$TMP/got"
same 'dots are stuffed on the wire' "$TMP/wanted" "$TMP/got"

{ login; echo 'TOP 3 0'; echo QUIT; } | talk >"$TMP/raw"
printf '%s\r\n' 'Subject: b' 'X-Seq: 3' '' '.' >"$TMP/wanted"
sed '1,/message follows/d;/bye/d' "$TMP/raw" >"$TMP/got"
same 'TOP 0: the header alone' "$TMP/wanted" "$TMP/got"

# All in one write: the replies come in order (RFC 2449 section 6.6).
{ login; printf 'STAT\nNOOP\nRETR 99\nUIDL 1\nQUIT\n'; } | talk | sed 's/ .*//' | tr -d '\r' >"$TMP/got"
printf '%s\n' +OK +OK +OK +OK +OK -ERR +OK +OK >"$TMP/wanted"
same 'pipelined commands' "$TMP/wanted" "$TMP/got"

is 'STLS, then the mail' 'Subject: c' \
	"$(pop3_curl --ssl-reqd --insecure "$url/1" | head -1 | tr -d '\r')"

# --- hostile -----------------------------------------------------------------------------------
{ login; printf '%s\n' 'RETR -1' 'RETR 0' 'RETR 4294967297' 'TOP 1 -1' 'TOP 1 999999999999' 'LIST 1 2' \
	'DELE 5' QUIT; } | talk | sed -n '4,10p' | cut -c1-4 | tr -d '\n' >"$TMP/got"
is 'numbers out of range' "$(printf -- '-ERR%.0s' 1 2 3 4 5 6 7)" "$(cat "$TMP/got")"

{ echo "USER $user"; printf 'PASS '; head -c 1048576 /dev/zero | tr '\0' a; echo; echo QUIT; } | talk |
	tr -d '\r' | sed 1d >"$TMP/got"
printf '%s\n' '+OK send the password' '-ERR that line is too long' '+OK bye' >"$TMP/wanted"
same '1 MB of PASS' "$TMP/wanted" "$TMP/got"

{ login; echo 'DELE 1'; } | (talk_and_drop() {
	exec 3<>"/dev/tcp/127.0.0.1/$port"
	sed 's/$/\r/' >&3
	for _ in 1 2 3 4; do read -r line <&3; done
	echo "$line"
}; talk_and_drop) | tr -d '\r' >"$TMP/got"
is 'DELE, then the connection is dropped' '+OK removed at QUIT' "$(cat "$TMP/got")"
check 'nothing is deleted without QUIT' test -f "${mails[0]}"

exec 4<>"/dev/tcp/127.0.0.1/$port"
login | sed 's/$/\r/' >&4
for _ in 1 2 3; do read -r line <&4; done
{ login; echo QUIT; } | talk | tr -d '\r' | sed -n 3p >"$TMP/got"
is 'one session at a time' '-ERR [IN-USE] another session has the maildrop open' "$(cat "$TMP/got")"
rm "${mails[2]}"
printf 'RETR 3\r\nRETR 1\r\nDELE 3\r\nQUIT\r\n' >&4
timeout 10 cat <&4 | tr -d '\r' >"$TMP/raw"
exec 4<&- 4>&-
is 'a message that somebody removed' '-ERR another program has removed this message' "$(sed -n 1p "$TMP/raw")"
is 'QUIT goes well all the same' '+OK bye' "$(tail -1 "$TMP/raw")"

# --- across a restart, and with flags set by another program ---------------------------------------
mv "${mails[3]}" "$MAILDIR/cur/1700000003.M1P1.h:2,RS"
stop_daemon
start_daemon
url=pop3://127.0.0.1:$port
printf '%s\r\n' '1 1700000001.M9P1.h' '2 1700000001.M10P1.h' '3 1700000003.M1P1.h' >"$TMP/uidl.wanted"
pop3_curl "$url/" -X UIDL >"$TMP/uidl.got"
same 'UIDL: stable across a restart and a move to cur/' "$TMP/uidl.wanted" "$TMP/uidl.got"

# --- fetchmail ------------------------------------------------------------------------------------
if command -v fetchmail >/dev/null; then
	cat >"$TMP/fetchmailrc" <<-END
		poll 127.0.0.1 service $port protocol pop3 uidl
		user "$user" password "$password" is "$user" here sslproto '' fetchall mda "cat >>$TMP/fetched"
	END
	chmod 600 "$TMP/fetchmailrc"
	export FETCHMAILHOME=$TMP
	check 'fetchmail takes all mail' fetchmail -f "$TMP/fetchmailrc" -i "$TMP/fetchids" --nosyslog -v
	is 'in order of arrival' '1 2 4' "$(sed -n 's/\r$//;s/^X-Seq: //p' "$TMP/fetched" | xargs)"
	is 'and deletes it' 0 "$(find "$MAILDIR/new" "$MAILDIR/cur" -type f | wc -l)"
fi

# --- guessing ----------------------------------------------------------------------------------------
for guess in 1 2 3; do
	printf 'USER %s\nPASS guess%s\nQUIT\n' "$user" $guess | talk | tr -d '\r' | sed -n 3p
done >"$TMP/got"
printf '%s\n' '-ERR [AUTH] user name or password is wrong' '-ERR [AUTH] user name or password is wrong' \
	'-ERR [SYS/TEMP] too many failed logins, try again later' >"$TMP/wanted"
same 'guessing is slowed' "$TMP/wanted" "$TMP/got"
check 'no password is logged' fails grep -q 'sesame\|guess1' "$TMP/log"

stop_daemon
done_testing
