#!/bin/bash
# SPDX-License-Identifier: MIT
# relay.t - doorstep-relay between a real sending Postfix, scripted exchangers and reader's hosts
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/postfix.sh"
[ "$(id -u)" = 0 ] || skip_all "Postfix needs root"
need postfix perl openssl swaks
perl -MIO::Socket::SSL -e 1 2>/dev/null || skip_all "Perl's IO::Socket::SSL is not installed"
trap 'postfix_stop_all; lib_end' EXIT

. "$(dirname "$0")/hosts.sh"

# relay NAME PORT MX_PORT FALLBACK_S
relay() {
	cat >"$TMP/$1.conf" <<-EOF
	[relay]
	listen = 127.0.0.1:$2
	host_name = relay.test
	next_hop = [127.0.0.1]:$3
	allow_networks = 127.0.0.0/8
	fallback_after_s = $4
	reader_connect_timeout_ms = 2000
	reader_reply_timeout_ms = 2000
	EOF
	doorstep-relay --config="$TMP/$1.conf" >"$TMP/$1.out" 2>"$TMP/$1.err" &
	relay_pid=$!
	end_later $relay_pid
	await listens "$2"
}

# lmtp PORT FILE RECIPIENTS - one mail by hand; the replies to it go to $TMP/lmtp.out
lmtp() {
	swaks --protocol LMTP --server 127.0.0.1 --port "$1" --from ann@sender.test --to "$3" \
		--data "@$2" --suppress-data >"$TMP/lmtp.out" 2>&1
}
replied() { grep -Eq "^<[-*][* ] +$1" "$TMP/lmtp.out"; }
got_data() { grep -q '^C DATA' "$TMP/$1.log"; }
announced() { grep -q '^C XREDIR1' "$TMP/$1.log"; }
redirect_to() { echo "redirect=REDIRECT v=1 host=127.0.0.1 port=$1 key=sha256:$(cat "$TMP/$2.pin") ticket=1.2.3"; }

# mail_of SUBJECT WHEN - a mail that our own MTA took then
mail_of() { printf 'Received: by sender.test; %s\r\nSubject: %s\r\n\r\nThe body\r\n.dot\r\nend\r\n' "$(date -R -d "$2")" "$1"; }
mail_of young now >"$TMP/young"
mail_of old '1 hour ago' >"$TMP/old"
printf 'Subject: no age\r\n\r\nThe body\r\n' >"$TMP/ageless"

make_key reader
make_key stranger
mx=$(free_port) reader=$(free_port) closed=$(free_port) lmtp_port=$(free_port)
to=james@oanet.ntu.edu.tw

relay relay "$lmtp_port" "$mx" 600

# A redirect is followed with ticket and pin.
host mx "$mx" "$(redirect_to "$reader" reader)"; mx_pid=$host_pid
host reader "$reader" cert="$TMP/reader.pem" xticket=1; reader_pid=$host_pid
lmtp "$lmtp_port" "$TMP/young" $to
check 'redirect: the mail is delivered' replied 250
check 'redirect: the exchanger got no mail' fails got_data mx
check 'redirect: the ticket was shown' grep -q "RCPT TO:<$to> XTICKET=1.2.3" "$TMP/reader.log"
check 'redirect: a dot in the text is stuffed' grep -qx 'C \.\.dot' "$TMP/reader.log"
check 'redirect: the log says who took it' grep -q \
	"^event=deliver from=ann@sender.test to=$to verdict=delivered code=250 announced=yes via=reader " "$TMP/relay.err"

# One that is old, or of unknown age, announces nothing and is delivered at the exchanger.
for age in old ageless; do
	: >"$TMP/mx.log"
	: >"$TMP/reader.log"
	lmtp "$lmtp_port" "$TMP/$age" $to
	check "$age: the exchanger took it" got_data mx
	check "$age: nothing was announced" fails announced mx
	check "$age: nothing went to the reader's host" fails grep -q . "$TMP/reader.log"
done
end_host "$reader_pid"

# A stranger at the reader's address, with another key, gets nothing of the mail.
host stranger "$reader" cert="$TMP/stranger.pem" xticket=1; reader_pid=$host_pid
lmtp "$lmtp_port" "$TMP/young" $to
check 'stranger: the mail stays queued' replied 451
check 'stranger: was spoken to' grep -q '^C STARTTLS' "$TMP/stranger.log"
check 'stranger: saw no envelope' fails grep -Eq '^C (MAIL|RCPT|DATA)' "$TMP/stranger.log"
end_host "$reader_pid"

# A host without TLS gets nothing either.
host clear "$reader"; reader_pid=$host_pid
lmtp "$lmtp_port" "$TMP/young" $to
check 'no TLS: the mail stays queued' replied 451
check 'no TLS: saw no envelope' fails grep -Eq '^C (MAIL|RCPT|DATA)' "$TMP/clear.log"
end_host "$reader_pid"

# The host breaks off, at each stage.
for stage in ehlo mail rcpt data dot; do
	host "broken-$stage" "$reader" cert="$TMP/reader.pem" xticket=1 die=$stage; reader_pid=$host_pid
	lmtp "$lmtp_port" "$TMP/young" $to
	check "breaks off at $stage: the mail stays queued" replied 451
	end_host "$reader_pid"
done

# The reader's own refusal is final; that of a ticket is not.
host refusing "$reader" cert="$TMP/reader.pem" xticket=1 'data=550 5.7.1 Not wanted'; reader_pid=$host_pid
lmtp "$lmtp_port" "$TMP/young" $to
check 'refused by the reader: passed on with its text' replied '550 5.7.1 Not wanted'
end_host "$reader_pid"
host ticketless "$reader" cert="$TMP/reader.pem" xticket=1 'rcpt=550 5.1.1 Unknown'; reader_pid=$host_pid
lmtp "$lmtp_port" "$TMP/young" $to
check 'unknown at the host: the mail stays queued' replied 451
end_host "$reader_pid"
lmtp "$lmtp_port" "$TMP/young" $to
check 'host is gone: the mail stays queued' replied 451
end_host "$mx_pid"

# Redirects that must not be followed are answered by delivering as if nothing had been announced.
for target in 'host=10.0.0.1 port=25' 'host=127.0.0.1 port=22' 'host=localhost port=2525' \
	'host=169.254.169.254 port=2525' 'host=::ffff:127.0.0.1 port=2525'; do
	host mx "$mx" "redirect=REDIRECT v=1 $target key=sha256:$(cat "$TMP/reader.pin") ticket=1.2.3"
	mx_pid=$host_pid
	lmtp "$lmtp_port" "$TMP/young" $to
	check "not followed ($target): delivered at the exchanger" got_data mx
	end_host "$mx_pid"
done

# Refusals of the exchanger are passed on.
host mx "$mx" 'rcpt=550 5.1.1 Unknown here'; mx_pid=$host_pid
lmtp "$lmtp_port" "$TMP/young" $to,bob@oanet.ntu.edu.tw
check 'permanent refusal: passed on' replied '550 5.1.1 Unknown here'
end_host "$mx_pid"
lmtp "$lmtp_port" "$TMP/young" $to
check 'no exchanger: the mail stays queued' replied 451

# Lines that are no LMTP do not hurt; the next client is served.
printf 'LHLO x\r\nMAIL FROM:<a@b\r\nRCPT\r\n\0\0\r\nRCPT TO:<a@b>\r\nDATA\r\n%5000s\r\nHELO x\r\nQUIT\r\n' x |
	timeout 10 perl -MIO::Socket::INET -e '
		my $s = IO::Socket::INET->new("127.0.0.1:'"$lmtp_port"'") or die;
		local $/; print $s scalar <STDIN>; print scalar <$s>' >"$TMP/malformed.out"
check 'malformed lines: each is refused' grep -q '^50[0-3] ' "$TMP/malformed.out"
check 'malformed lines: the session ends in order' grep -q '^221 ' "$TMP/malformed.out"
host mx "$mx"; mx_pid=$host_pid
lmtp "$lmtp_port" "$TMP/young" $to
check 'malformed lines: the next client is served' replied 250
end_host "$mx_pid"

# A real Postfix sends through a relay. The reader's host is dead; after the time that the relay grants,
# the mail is delivered at the exchanger, without announcement, and nothing is lost.
slow_port=$(free_port) sender=$(free_port)
relay slow "$slow_port" "$mx" 4
host mx "$mx" "$(redirect_to "$closed" reader)"; mx_pid=$host_pid
postfix_start sender "$sender" <<EOF
relay_domains =
virtual_mailbox_domains =
default_transport = lmtp:inet:127.0.0.1:$slow_port
EOF
swaks --server 127.0.0.1 --port "$sender" --from ann@sender.test --to $to --body fallback >/dev/null 2>&1
# Asked for its queue, Postfix may miss a mail that goes from one to the next.
check 'Postfix: the mail leaves the queue' await grep -q ': removed$' "$TMP/sender/log"
check 'Postfix: it was first announced' announced mx
check 'Postfix: it was taken at the exchanger' got_data mx
is 'Postfix: taken once' 1 "$(grep -c '^C DATA' "$TMP/mx.log")"
is 'Postfix: no announcement in the session that took it' 0 \
	"$(tac "$TMP/mx.log" | sed '/^C EHLO/q' | grep -c XREDIR1)"
check 'Postfix: nothing bounced' fails grep -q 'status=bounced' "$TMP/sender/log"
check 'Postfix: the reason stood in its log' grep -q "reader's host" "$TMP/sender/log"
end_host "$mx_pid"

kill "$relay_pid"
wait "$relay_pid"
is 'ends in order' 0 $?
done_testing
