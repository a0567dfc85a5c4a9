#!/bin/bash
# SPDX-License-Identifier: MIT
# smtp.t - doorstepd's SMTP: who may hand in mail, and what becomes of it, with swaks and raw sessions

. "$(dirname "$0")/../lib.sh"
need swaks openssl perl
. "$SRC/t/peer/daemon.sh"

SECRET=$(printf '5a%.0s' {1..32})
TICKET=$BUILD/t/tools/ticket
LISTED=127.0.0.5
MAILDIR=$TMP/mail
SCRIPTS=$TMP/sieve
STATE=$TMP/run
mkdir -p "$SCRIPTS"
mkdir -m 700 "$STATE"

write_session() {
	(
		umask 077
		cat >"$STATE/session.new" <<-END
			[session]
			user_name=james
			emails=James@example.org;jim@example.org;
			mailfilters=$1
			status=${2:-1}
			lease_s=300
			host=127.0.0.1
			ticket_secret=$SECRET
		END
	)
	mv "$STATE/session.new" "$STATE/session"
}

cat >"$TMP/d.conf" <<END
[mail]
maildir = $MAILDIR
scripts = $SCRIPTS
[smtp]
listen = 127.0.0.1:0
host_name = laptop.example.org
accept_from = $LISTED
max_message_bytes = 100000
timeout_s = 20
[pop3]
listen = none
[presence]
state_folder = $STATE
[tls]
key = $TMP/tls.pem
END

# talk [SOURCE-IP] - sends standard input as it is, and prints what comes back.
talk() {
	perl -MIO::Socket::INET -e '
		local $/;
		my $in = <STDIN>;
		my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ARGV[0],
			LocalAddr => $ARGV[1]) or die "connect: $@";
		binmode $s;
		print $s $in;
		$s->shutdown(1);
		print <$s>;
	' "$PORT" "${1:-127.0.0.1}"
}
# says PATTERN FILE - for check: a line matches; all of it is shown when none does.
says() { grep -q "$1" "$2" || { cat "$2"; false; }; }
# codes - the code of each reply, in one line.
codes() { sed -n 's/^\([0-9][0-9][0-9]\) .*/\1/p' | tr '\n' ' ' | sed 's/ $//'; }
# talk_tls - the same after STARTTLS; prints what comes back after it.
talk_tls() {
	timeout 20 openssl s_client -starttls smtp -connect "127.0.0.1:$PORT" -quiet 2>"$TMP/tls.err"
}
crlf() { sed 's/$/\r/'; }
stored() { find "$MAILDIR" -path '*/new/*' -type f 2>/dev/null | wc -l; }
empty_maildir() { rm -rf "$MAILDIR"; }
send() { swaks --server 127.0.0.1 --port "$PORT" --local-interface "$LISTED" --hide-all \
	--from a@sender.example --to james@example.org "$@"; }
# with_ticket RECIPIENT SENDER TICKET - one mail after STARTTLS; the codes of its replies.
with_ticket() {
	crlf <<-END | talk_tls | codes
		EHLO sender.example
		MAIL FROM:<$2>
		RCPT TO:<$1> XTICKET=$3
		DATA
		Subject: ticket

		hello
		.
		QUIT
	END
}
ticket() { "$TICKET" "$SECRET" "$@"; }

# --- Nobody is logged in -----------------------------------------------------------------------------
start_daemon "$TMP/d.conf"
check "the ready line tells the port" [ "$PORT" -gt 0 ]
check "the same line stands in the log" grep -qx "ready smtp=127.0.0.1:$PORT" "$TMP/log"
is "nobody is logged in: try later" "220 250 250 450 221" "$(printf '%s\r\n' 'EHLO c' \
	'MAIL FROM:<a@b>' 'RCPT TO:<james@example.org>' QUIT | talk "$LISTED" | codes)"
check "a second daemon on the same folder is refused" fails doorstepd --config "$TMP/d.conf"
write_session ""

# --- Who may ---------------------------------------------------------------------------------------
check "a listed client needs no ticket" send --body hello
is "the mail is stored" 1 "$(stored)"
MAIL=$(find "$MAILDIR" -path '*/new/*' -type f)
is "Return-Path, Delivered-To and Received stand above it, in this order" \
	"Return-Path:Delivered-To:Received:" "$(sed -n '1,3s/^\([A-Za-z-]*:\).*/\1/p' "$MAIL" | tr -d '\n')"
check "Return-Path is the sender" grep -qx 'Return-Path: <a@sender.example>' "$MAIL"
check "Received tells address, host and protocol" sh -c \
	"grep -q 'from .* (\[$LISTED\])' '$MAIL' && grep -q 'by laptop.example.org .*with ESMTP$' '$MAIL'"
check "the body is there" grep -qx hello "$MAIL"

replies() { printf '%s\r\n' 'EHLO c' 'MAIL FROM:<a@b>' "RCPT TO:<$1>" QUIT | talk "${2:-$LISTED}"; }
while read -r address code; do
	is "$address: $code" "$code" "$(replies "$address" | codes | cut -d' ' -f4)"
done <<'END'
JAMES@Example.ORG 250
jim@example.org 250
james@[127.0.0.1] 250
Jim@[127.0.0.1] 250
postmaster 250
james@[127.0.0.2] 550
james@example.com 550
other@example.org 550
james%example.com@example.org 550
example.com!james@example.org 550
"james@example.com"@example.org 550
james@example.org@example.com 501
other@[127.0.0.1] 550
END
check "an unknown recipient is told as 5.1.1" sh -c "printf '%s' '$(replies x@y)' | grep -q '^550 5.1.1'"
check "nobody is sent a 551" fails grep -q '^551' <(replies james@example.com)

# --- Tickets -----------------------------------------------------------------------------------------
check "no ticket: 450 4.7.1" grep -q '^450 4.7.1' <(replies james@example.org 127.0.0.1)
check "a notification without a ticket is refused as well" grep -q '^450 4.7.1' <(printf '%s\r\n' \
	'EHLO c' 'MAIL FROM:<>' 'RCPT TO:<james@example.org>' QUIT | talk)
empty_maildir
GOOD=$(ticket james@example.org a@b 60)
is "a ticket is taken after STARTTLS" "250 250 250 354 250 221" \
	"$(with_ticket james@example.org a@b "$GOOD")"
is "and the mail is stored" 1 "$(stored)"
refusal() { crlf <<<"EHLO c
MAIL FROM:<$2>
RCPT TO:<$1> XTICKET=$3
QUIT" | talk_tls | grep '^450'; }
check "the same ticket again: replayed" grep -q '450 4\.7\.1 .*replayed' \
	<(refusal james@example.org a@b "$GOOD")
check "an old one: expired" grep -q '450 4\.7\.1 .*expired' \
	<(refusal james@example.org a@b "$(ticket james@example.org a@b -60)")
check "another sender's: forged" grep -q '450 4\.7\.1 .*forged' \
	<(refusal james@example.org a@b "$(ticket james@example.org x@b 60)")
check "another recipient's: forged" grep -q '450 4\.7\.1 .*forged' \
	<(refusal james@example.org a@b "$(ticket jim@example.org a@b 60)")
check "with another secret: forged" grep -q '450 4\.7\.1 .*forged' <(refusal james@example.org a@b \
	"$("$TICKET" "$(printf '00%.0s' {1..32})" james@example.org a@b 60)")
check "nonsense: malformed" grep -q '450 4\.7\.1 .*malformed' <(refusal james@example.org a@b 1.2.3)
is "none of them was stored" 1 "$(stored)"

# --- Notifications: the domain sends them to a reader who is busy, and then alone ------------------------
# notification SENDER - one that is redirected mail like any other, or the domain's own; its replies.
notification() {
	crlf <<-END | talk_tls | codes
		EHLO mx.example
		MAIL FROM:<$1>
		RCPT TO:<james@example.org> XTICKET=$(ticket james@example.org "$1" 60)
		DATA
		Auto-Submitted: auto-notified
		Subject: new mail

		hello
		.
		QUIT
	END
}
shown() { grep -c '^event=notify ' "$TMP/log"; }
empty_maildir
is "ready: mail that calls itself a notification is taken" "250 250 250 354 250 221" "$(notification '')"
is "ready: it is stored" 1 "$(stored)"
is "ready: nothing is shown" 0 "$(shown)"
write_session "" 2
is "busy: that of a sender is taken" "250 250 250 354 250 221" "$(notification a@b)"
is "busy: it is stored as well" 2 "$(stored)"
is "busy: nothing is shown yet" 0 "$(shown)"
is "busy: the domain's is taken" "250 250 250 354 250 221" "$(notification '')"
is "busy: it goes to the desktop" 1 "$(shown)"
write_session ""
is "tickets are not taken in clear" "220 250 250 555 221" "$(printf '%s\r\n' 'EHLO c' \
	'MAIL FROM:<a@b>' "RCPT TO:<james@example.org> XTICKET=$(ticket james@example.org a@b 60)" QUIT |
	talk | codes)"

# --- Framing (RFC 5321 section 2.3.8, RFC 3207 section 6) ------------------------------------------------
SMUGGLED='MAIL FROM:<evil@x>\r\nRCPT TO:<james@example.org>\r\nDATA\r\nevil\r\n.\r\n'
for end in '\n.\n' '\r\n.\n' '\n.\r\n' '\r.\r' '\r\n.\r' '\r.\r\n' '\n\n.\r\n'; do
	empty_maildir
	got=$(printf "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<james@example.org>\r\nDATA\r\n\
S: 1\r\n\r\nfirst$end${SMUGGLED}QUIT\r\n" | talk "$LISTED" | codes)
	is "$end ends no mail, and the mail is refused" "220 250 250 250 354 550 221" "$got"
	is "$end: nothing is stored" 0 "$(stored)"
done
empty_maildir
got=$(printf "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<james@example.org>\r\nDATA\r\nS: 1\r\n\r\n\
a\r\n\0.\r\n.\r\nQUIT\r\n" | talk "$LISTED" | codes)
is "a NUL before the dot makes it text" "220 250 250 250 354 250 221" "$got"
is "and the one mail is stored" 1 "$(stored)"

got=$(perl -MIO::Socket::INET -MIO::Socket::SSL -e '
	my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ARGV[0]) or die;
	my $line = <$s>;
	print $s "EHLO c\r\n";
	while (($line = <$s>) =~ /^250-/) { }
	print $s "STARTTLS\r\nMAIL FROM:<evil\@x>\r\n";
	$line = <$s>;
	IO::Socket::SSL->start_SSL($s, SSL_verify_mode => 0) or die;
	print $s "EHLO c\r\nRCPT TO:<james\@example.org>\r\nQUIT\r\n";
	print <$s>;
' "$PORT" | codes)
is "commands smuggled in behind STARTTLS are forgotten" "250 503 221" "$got"

# --- Limits ------------------------------------------------------------------------------------------
empty_maildir
head -c 200000 /dev/zero | tr '\0' x | fold -w 70 >"$TMP/large"
is "a declared size is refused at once" "220 250 552 221" "$(printf '%s\r\n' 'EHLO c' \
	'MAIL FROM:<a@b> SIZE=200000' QUIT | talk "$LISTED" | codes)"
check "an undeclared one after the mail" fails send --body "@$TMP/large"
is "and nothing is stored" 0 "$(stored)"
loop=$(for i in $(seq 101); do echo "Received: from a by b; $i"; done)
is "too many hops" "220 250 250 250 354 554 221" "$(printf '%s\r\n' 'EHLO c' 'MAIL FROM:<a@b>' \
	'RCPT TO:<james@example.org>' DATA "${loop//$'\n'/$'\r\n'}" '' x . QUIT | talk "$LISTED" | codes)"
is "AUTH, EXPN and BDAT are not known" "220 250 500 500 500 221" "$(printf '%s\r\n' 'EHLO c' \
	'AUTH PLAIN =' 'EXPN x' 'BDAT 0 LAST' QUIT | talk "$LISTED" | codes)"
is "VRFY tells nothing" "220 250 252 252 221" "$(printf '%s\r\n' 'EHLO c' 'VRFY james' 'VRFY x' QUIT |
	talk "$LISTED" | codes)"

# --- The script ---------------------------------------------------------------------------------------
empty_maildir
cat >"$SCRIPTS/personal.sieve" <<'END'
require ["fileinto", "reject", "environment"];
if header :is "Subject" "file" { fileinto "Filed"; }
elsif header :is "Subject" "away" { discard; }
elsif header :is "Subject" "no" { reject "Not wanted here."; }
elsif allof(header :is "Subject" "where", environment :is "remote-ip" "127.0.0.5",
	environment :is "location" "MDA", environment :is "domain" "example.org") { fileinto "Where"; }
END
check "a mail is filed" send --h-Subject file
check "it is in its folder" [ "$(find "$MAILDIR/.Filed/new" -type f | wc -l)" = 1 ]
check "environment items are there" send --h-Subject where
check "and true" [ "$(find "$MAILDIR/.Where/new" -type f | wc -l)" = 1 ]
check "discard is taken with 250" send --h-Subject away
is "and stores nothing" 2 "$(stored)"
check "reject is a 550 5.7.1 at the end of data" grep -q '550.5.7.1 Not wanted here' \
	<(printf '%s\r\n' 'EHLO c' 'MAIL FROM:<a@b>' 'RCPT TO:<james@example.org>' DATA 'Subject: no' '' \
	x . QUIT | talk "$LISTED")
is "and stores nothing either" 2 "$(stored)"

empty_maildir
printf 'require "fileinto";\nif headr :is "Subject" "file" { fileinto "Filed"; }\n' \
	>"$SCRIPTS/personal.sieve"
check "with a script that does not compile mail is taken" send --h-Subject file
check "and again" send --h-Subject file
is "both are kept, and the reader is told once" 3 "$(find "$MAILDIR/new" -type f | wc -l)"
TOLD=$(grep -l 'Subject: Your mail script' "$MAILDIR"/new/*)
check "told with line and caret" sh -c "grep -q 'personal:2:4' '$TOLD' && grep -q '\\^' '$TOLD'"
sed -i 's/headr/heade/' "$SCRIPTS/personal.sieve"
check "another version that does not compile" send --h-Subject file
is "is told again" 2 "$(grep -l 'Subject: Your mail script' "$MAILDIR"/new/* | wc -l)"
write_session "21*@sender.example;"
empty_maildir
check "the access list works without the script" fails send --h-Subject file
is "and has denied the mail" 0 "$(stored)"
write_session ""
sed -i 's/heade/header/' "$SCRIPTS/personal.sieve"
check "once repaired" send --h-Subject file
check "the script works" [ "$(find "$MAILDIR/.Filed/new" -type f | wc -l)" = 1 ]
rm "$SCRIPTS/personal.sieve"

# --- The end -------------------------------------------------------------------------------------------
check "the log holds no line that is not one" fails grep -qv -e '^event=' -e '^ready ' -e '^doorstepd: ' "$TMP/log"
check "the log holds no secret" fails grep -q "$SECRET" "$TMP/log"
kill -TERM "$PID"
wait "$PID"
is "SIGTERM ends it in order" 0 $?

# --- The second engine ----------------------------------------------------------------------------------
sed 's/^\[smtp\]/engine = libsieve\n&/' "$TMP/d.conf" >"$TMP/second.conf"
empty_maildir
write_session "21bad@sender.example;"
printf 'require "fileinto"; if header :is "subject" "filed" { fileinto "Filed"; }\n' \
	>"$SCRIPTS/personal.sieve"
start_daemon "$TMP/second.conf"
check "libsieve: a mail for the personal script" send --header 'Subject: filed' --body x
is "libsieve: the personal script has filed it" 1 "$(find "$MAILDIR/.Filed/new" -type f | wc -l)"
empty_maildir
send --from bad@sender.example --body x
is "libsieve: the access list throws a mail away" 0 "$(stored)"
printf 'require ["fileinto", "copy"]; fileinto :copy "Copied";\n' >"$SCRIPTS/personal.sieve"
check "libsieve: a script that it cannot run: the mail is taken" send --body kept
is "libsieve: and kept in the inbox, beside the report" 2 \
	"$(find "$MAILDIR/new" -type f | wc -l)"
check "libsieve: the report says why" grep -rq libsieve "$MAILDIR/new"
kill -TERM "$PID"
wait "$PID"
rm "$SCRIPTS/personal.sieve"

# --- Disk full ------------------------------------------------------------------------------------------
if [ "$(id -u)" = 0 ] && mkdir "$TMP/small" && mount -t tmpfs -o size=3m none "$TMP/small" 2>/dev/null; then
	sed "s,^maildir.*,maildir = $TMP/small/mail,; s,^max_message.*,max_message_bytes = 8000000," \
		"$TMP/d.conf" >"$TMP/small.conf"
	start_daemon "$TMP/small.conf"
	MAILDIR=$TMP/small/mail
	head -c 700000 /dev/zero | tr '\0' y | fold -w 70 >"$TMP/part"
	accepted=0
	while send --body "@$TMP/part" && [ $accepted -lt 10 ]; do accepted=$((accepted + 1)); done
	check "some mails fit" [ $accepted -ge 1 ]
	check "not all" [ $accepted -lt 10 ]
	is "all that were taken are there, and no other" "$accepted" "$(stored)"
	is "nothing is left in tmp" 0 "$(find "$MAILDIR/tmp" -type f | wc -l)"
	# A client that waits for 354: the room may be found wanting before the mail has come.
	head -c 4000000 /dev/zero | tr '\0' y | fold -w 70 >"$TMP/large"
	swaks --server 127.0.0.1 --port "$PORT" --local-interface "$LISTED" --suppress-data \
		--from a@sender.example --to james@example.org --body "@$TMP/large" >"$TMP/full" 2>&1
	check "a full disk is told as 452 4.3.1" says ' 452 4.3.1' "$TMP/full"
	find "$MAILDIR/new" -type f -delete
	check "room again: taken again" send --body "@$TMP/part"
	kill -TERM "$PID"
	wait "$PID"
	umount "$TMP/small"
else
	echo "# disk full: needs root and a tmpfs"
fi

done_testing
