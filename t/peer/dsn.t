#!/bin/bash
# SPDX-License-Identifier: MIT
# dsn.t - delivery notifications and time limits (RFC 3461, RFC 2852): asked of doorstepd, and by its scripts
. "$(dirname "$0")/../lib.sh"
need doorstepd perl
perl -MIO::Socket::SSL -e 1 2>/dev/null || skip_all "Perl's IO::Socket::SSL is not installed"
. "$SRC/t/mta-hook/hosts.sh"
. "$SRC/t/peer/daemon.sh"

MAILDIR=$TMP/mail
to=james@example.org
mkdir "$TMP/sieve"
mkdir -m 700 "$TMP/run"
submit_port=$(free_port)
cat >"$TMP/d.conf" <<END
[mail]
maildir = $MAILDIR
scripts = $TMP/sieve
submit = 127.0.0.1:$submit_port
[smtp]
listen = 127.0.0.1:0
host_name = laptop.example.org
accept_from = 127.0.0.1
[pop3]
listen = none
[presence]
state_folder = $TMP/run
[tls]
key = $TMP/tls.pem
END
(
	umask 077
	printf '[session]\nuser_name=james\nemails=%s;\nmailfilters=\nstatus=1\nlease_s=300\nhost=127.0.0.1\n' \
		"$to" >"$TMP/run/session"
)
cat >"$TMP/sieve/personal.sieve" <<'END'
require ["envelope", "envelope-dsn", "envelope-deliverby", "redirect-dsn", "redirect-deliverby", "copy", "fileinto"];
if header "subject" "asked" {
	if allof (envelope "notify" "SUCCESS", envelope "ret" "HDRS", envelope "envid" "QQ+1",
		envelope "orcpt" "rfc822;j@list.example", envelope "bymode" "return", envelope "bytrace" "trace") {
		fileinto "Asked";
	}
}
if header "subject" "on" { redirect :notify "NEVER" :ret "HDRS" "next@example.net"; }
if header "subject" "quick" { redirect :bytimerelative 600 "next@example.net"; }
if header "subject" "no" { discard; }
END

# mail SUBJECT MAIL-PARAMETERS RCPT-PARAMETERS [SENDER] - sends one mail; the replies.
mail() {
	perl -MIO::Socket::INET -e '
		my ($port, $to, $subject, $mail, $rcpt, $from) = @ARGV;
		my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $port) or die $@;
		sub reply { while (defined(my $line = <$s>)) { print $line; last if $line =~ /^\d+ / } }
		reply();
		for ("EHLO c", "MAIL FROM:<$from>$mail", "RCPT TO:<$to>$rcpt", "DATA",
			"Subject: $subject\r\n\r\nsecret words\r\n.", "QUIT") { print $s "$_\r\n"; reply(); }
	' "$PORT" "$to" "$1" "$2" "$3" "${4-ann@sender.example}"
}
sent() { grep -c '^C DATA' "$TMP/submit.log"; }
# restart_host [name=value ...] - the submission server, with an empty log
restart_host() {
	[ -z "$host_pid" ] || end_host "$host_pid"
	host submit "$submit_port" "$@"
}
host_pid=
restart_host offers="DSN DELIVERBY"
start_daemon "$TMP/d.conf"

mail asked ' RET=HDRS ENVID=QQ+2B1 BY=600;RT' ' NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;j@list.example' >"$TMP/out"
check "DSN is offered" grep -qx '250-DSN.' "$TMP/out"
check "and DELIVERBY" grep -qx '250-DELIVERBY.' "$TMP/out"
check "the mail is taken" grep -q '^250 2.0.0' "$TMP/out"
is "the script has seen all parameters" 1 "$(find "$MAILDIR/.Asked/new" -type f | wc -l)"
is "the sender is told" 1 "$(sent)"
check "by nobody" grep -qx 'C MAIL FROM:<>.*' "$TMP/submit.log"
check "where the mail came from" grep -q '^C RCPT TO:<ann@sender.example>' "$TMP/submit.log"
for line in 'Reporting-MTA: dns; laptop.example.org' 'Original-Envelope-Id: QQ+1' \
	'Original-Recipient: rfc822;j@list.example' "Final-Recipient: rfc822; $to" 'Action: delivered' \
	'Status: 2.0.0' 'Content-Type: message/delivery-status' 'Subject: asked'; do
	check "told: $line" grep -qxF "C $line" "$TMP/submit.log"
done
check "the words of the mail are not" fails grep -q 'secret words' "$TMP/submit.log"

restart_host offers=DSN
mail asked '' ' NOTIFY=NEVER' >/dev/null
mail asked '' '' >/dev/null
mail asked '' ' NOTIFY=FAILURE,DELAY' >/dev/null
mail asked '' ' NOTIFY=SUCCESS' '' >"$TMP/out"
check "a mail from nobody is taken" grep -q '^250 2.0.0' "$TMP/out"
is "nobody is told who has not asked, or is nobody" 0 "$(sent)"
mail no '' ' NOTIFY=SUCCESS' >/dev/null
check "what a script throws away has arrived" grep -qx 'C Action: delivered' "$TMP/submit.log"

restart_host offers="DSN DELIVERBY"
mail on '' '' >/dev/null
check "redirect :ret" grep -qxE 'C MAIL FROM:<james@example.org>.* RET=HDRS' "$TMP/submit.log"
check "redirect :notify" grep -qx 'C RCPT TO:<next@example.net> NOTIFY=NEVER' "$TMP/submit.log"
restart_host offers=SIZE
mail on '' ' NOTIFY=SUCCESS' >"$TMP/out"
check "without DSN it is sent all the same" grep -qx 'C RCPT TO:<next@example.net>' "$TMP/submit.log"
check "and its sender told that it was" grep -qx 'C Action: relayed' "$TMP/submit.log"

restart_host offers=DELIVERBY
mail quick '' '' >/dev/null
check "redirect :bytimerelative" grep -qE 'C MAIL FROM:<james@example.org>.* BY=(600|59[0-9]);R' "$TMP/submit.log"
kept=$(find "$MAILDIR/new" -type f | wc -l)
restart_host
mail quick '' '' >"$TMP/out"
check "a limit that nobody keeps: the mail is taken" grep -q '^250 2.0.0' "$TMP/out"
is "and kept" $((kept + 1)) "$(find "$MAILDIR/new" -type f | wc -l)"
is "and not sent" 0 "$(sent)"
check "the log says why" grep -q 'that is to come back when it is late' "$TMP/log"
end_host "$host_pid"
mail asked '' ' NOTIFY=SUCCESS' >"$TMP/out"
check "a sender who cannot be told: the mail is taken" grep -q '^250 2.0.0' "$TMP/out"
check "and that is logged" grep -q '^event=confirm .*verdict=failed' "$TMP/log"
end_daemon

sed '/^submit/d' "$TMP/d.conf" >"$TMP/alone.conf"
start_daemon "$TMP/alone.conf"
mail asked '' ' NOTIFY=SUCCESS' >"$TMP/out"
check "who cannot send notifications does not offer them" fails grep -q DSN "$TMP/out"
check "and does not take the parameter" grep -q '^555 5.5.4' "$TMP/out"
end_daemon
done_testing
