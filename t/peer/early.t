#!/bin/bash
# SPDX-License-Identifier: MIT
# early.t - doorstepd runs the reader's script at RCPT: what is unwanted is refused before it is sent

. "$(dirname "$0")/../lib.sh"
need openssl perl
. "$SRC/t/peer/daemon.sh"

SECRET=$(printf '5a%.0s' {1..32})
LISTED=127.0.0.5
MAILDIR=$TMP/mail
SCRIPTS=$TMP/sieve
STATE=$TMP/run
mkdir -p "$SCRIPTS"
mkdir -m 700 "$STATE"

# write_session MAILFILTERS [STATUS]
write_session() {
	(
		umask 077
		cat >"$STATE/session.new" <<-END
			[session]
			user_name=james
			emails=james@example.org;jim@example.org;
			mailfilters=$1
			status=${2:-1}
			lease_s=300
			host=127.0.0.1
			ticket_secret=$SECRET
		END
	)
	mv "$STATE/session.new" "$STATE/session"
}
# script - standard input becomes the reader's script.
script() { cat >"$SCRIPTS/next" && mv "$SCRIPTS/next" "$SCRIPTS/personal.sieve"; }

# start_with [LINE OF [mail]] [LINE OF [smtp]] - the daemon with such settings.
start_with() {
	cat >"$TMP/d.conf" <<-END
		[mail]
		maildir = $MAILDIR
		scripts = $SCRIPTS
		${1-}
		[smtp]
		listen = 127.0.0.1:0
		accept_from = $LISTED
		timeout_s = 20
		${2-}
		[pop3]
		listen = none
		[presence]
		state_folder = $STATE
		[tls]
		key = $TMP/tls.pem
	END
	start_daemon "$TMP/d.conf"
}

# talk - sends standard input as it is from the listed address, and prints what comes back.
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
	' "$PORT" "$LISTED"
}
talk_tls() {
	timeout 20 openssl s_client -starttls smtp -connect "127.0.0.1:$PORT" -quiet 2>"$TMP/tls.err"
}
codes() { sed -n 's/^\([0-9][0-9][0-9]\) .*/\1/p' | tr '\n' ' ' | sed 's/ $//'; }
# rcpt SENDER RECIPIENT... - the replies to the recipients, before any DATA.
rcpt() {
	local sender=$1
	shift
	{
		printf '%s\r\n' 'EHLO c' "MAIL FROM:<$sender>"
		printf 'RCPT TO:<%s>\r\n' "$@"
		printf 'QUIT\r\n'
	} | talk | tr -d '\r' | sed '/^220 /d; /^250-/d; /^221 /d' | tail -n +3
}
# mail SENDER SUBJECT RECIPIENT... - a whole mail; the codes of all replies.
mail() {
	local sender=$1 subject=$2
	shift 2
	{
		printf '%s\r\n' 'EHLO c' "MAIL FROM:<$sender>"
		printf 'RCPT TO:<%s>\r\n' "$@"
		printf '%s\r\n' DATA "Subject: $subject" '' x . QUIT
	} | talk | codes
}
stored() { find "$MAILDIR" -path '*/new/*' -type f 2>/dev/null | wc -l; }
empty_maildir() { rm -rf "$MAILDIR"; }
last_rcpt() { grep '^event=rcpt ' "$TMP/log" | tail -n 1; }

write_session ""
start_with

# --- reject and ereject ------------------------------------------------------------------------------
script <<'END'
require ["envelope", "environment", "reject", "ereject", "fileinto"];
if envelope "from" "pest@example.com" {
	ereject text:
Not from you.
Never again.
.
	;
	stop;
}
if envelope "from" "clerk@example.com" { reject "No letters."; stop; }
if envelope "from" "umlaut@example.com" { ereject "Nö."; stop; }
if environment "remote-ip" "127.0.0.99" { ereject "Not this host."; stop; }
if envelope "to" "jim@example.org" { ereject "Jim has moved."; stop; }
if envelope "from" "twice@example.com" { ereject "a"; ereject "b"; }
if envelope "from" "copy@example.com" { fileinto "Copies"; }
if envelope "from" "silent@example.com" { discard; stop; }
if header "subject" "sale" { ereject "Nothing is bought here."; }
END
is 'ereject: 550 5.7.1 at RCPT, with all its lines' '550-5.7.1 Not from you.
550 5.7.1 Never again.' "$(rcpt pest@example.com james@example.org)"
is 'reject as well' '550 5.7.1 No letters.' "$(rcpt clerk@example.com james@example.org)"
is 'what is not ASCII is told in other words' \
	"550 5.7.1 The recipient's mail filter refuses this message" \
	"$(rcpt umlaut@example.com james@example.org)"
check 'the log says refused' grep -q 'verdict=refused' <(last_rcpt)
is 'DATA finds no recipient' '220 250 250 550 554 500 500 500 500 221' \
	"$(mail pest@example.com hello james@example.org)"
is 'nothing is stored' 0 "$(stored)"
check 'a mail that is wanted comes' [ "$(mail a@example.com hello james@example.org)" = '220 250 250 250 354 250 221' ]
is 'and is stored' 1 "$(stored)"
empty_maildir

# --- More must be known ---------------------------------------------------------------------------------
is 'what the header decides is refused after DATA' '220 250 250 250 354 550 221' \
	"$(mail a@example.com sale james@example.org)"
is 'and not stored' 0 "$(stored)"

# --- One verdict per recipient ---------------------------------------------------------------------------
is 'two recipients: one is refused, one taken' '550 5.7.1 Jim has moved.
250 2.1.5 Recipient taken' "$(rcpt a@example.com jim@example.org james@example.org)"
is 'the mail comes for the other' '220 250 250 550 250 354 250 221' \
	"$(mail a@example.com hello jim@example.org james@example.org)"
is 'and is stored once' 1 "$(stored)"
check 'for whom it was taken' grep -rq '^Delivered-To:.*james@example.org' "$MAILDIR"/new
empty_maildir

# --- A script that fails, or is broken -----------------------------------------------------------------------
is 'a script that fails keeps the mail' '220 250 250 250 354 250 221' \
	"$(mail twice@example.com hello james@example.org)"
is 'it is stored' 1 "$(stored)"
check 'with the reason' grep -rq '^X-Doorstep-Problem: .*ereject' "$MAILDIR/new"
empty_maildir
cp "$SCRIPTS/personal.sieve" "$TMP/good.sieve"
script <<<'frob; discard;'
is 'a script that does not compile keeps the mail' '220 250 250 250 354 250 221' \
	"$(mail pest@example.com hello james@example.org)"
is 'it is stored, beside the report' 2 "$(stored)"
empty_maildir
script <"$TMP/good.sieve"
check 'once repaired it refuses again' grep -q '^550 5.7.1' <(rcpt pest@example.com james@example.org)

# --- discard -----------------------------------------------------------------------------------------------
is 'discard is silent' '220 250 250 250 354 250 221' "$(mail silent@example.com hello james@example.org)"
is 'and nothing is stored' 0 "$(stored)"
write_session '21*@spam.example;22127.0.0.77;'
is 'what the access list denies is refused' \
	"550 5.7.1 The recipient's access list refuses this message" \
	"$(rcpt a@spam.example james@example.org)"
check 'the log says denied' grep -q 'verdict=denied' <(last_rcpt)
write_session "22$LISTED;"
check 'by the address of the client too' grep -q '^550 5.7.1' <(rcpt a@example.com james@example.org)
script <<<'frob;'
check 'the access list holds without the script' grep -q '^550 5.7.1' <(rcpt a@example.com james@example.org)
script <"$TMP/good.sieve"

# --- The notification of the domain to a reader who is busy ----------------------------------------------------
# with_ticket SENDER - the replies to a mail with a ticket.
with_ticket() {
	sed 's/$/\r/' <<-END | talk_tls | codes
		EHLO mx.example
		MAIL FROM:<$1>
		RCPT TO:<james@example.org> XTICKET=$("$BUILD/t/tools/ticket" "$SECRET" james@example.org "$1" 60)
		DATA
		Auto-Submitted: auto-notified
		Subject: new mail

		hello
		.
		QUIT
	END
}
write_session '23*;' 2
is 'busy: what the list denies is refused' '250 250 550 554 500 500 500 500 500 221' "$(with_ticket a@b)"
is 'busy: the notification is not' '250 250 250 354 250 221' "$(with_ticket '')"
is 'busy: it goes to the desktop' 1 "$(grep -c '^event=notify ' "$TMP/log")"
end_daemon

# --- Settings ------------------------------------------------------------------------------------------------
write_session '21*@spam.example;'
empty_maildir
start_with '' 'discard_early = refuse'
is 'discard_early = refuse: the script discards' \
	"550 5.7.1 The recipient's mail filter refuses this message" \
	"$(rcpt silent@example.com james@example.org)"
check 'discard_early = refuse: the list denies' grep -q '^550 5.7.1' <(rcpt a@spam.example james@example.org)
end_daemon
start_with '' 'discard_early = accept'
for sender in silent@example.com a@spam.example; do
	is "discard_early = accept: $sender" '220 250 250 250 354 250 221' \
		"$(mail $sender hello james@example.org)"
done
is 'discard_early = accept: nothing is stored' 0 "$(stored)"
end_daemon

script <<'END'
require "envelope";
if envelope "from" "silent@example.com" { discard; stop; }
END
start_with 'engine = libsieve' 'discard_early = refuse'
for sender in silent@example.com a@spam.example; do
	is "engine = libsieve: $sender comes, and is thrown away" '220 250 250 250 354 250 221' \
		"$(mail $sender hello james@example.org)"
done
is 'engine = libsieve: nothing is stored' 0 "$(stored)"
end_daemon
done_testing
