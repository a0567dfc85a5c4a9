#!/bin/bash
# SPDX-License-Identifier: MIT
# stranger.t - somebody else's doorstepd at the address of james's record gets nothing of his mail
. "$(dirname "$0")/../lib.sh"
. "$SRC/t/system/house.sh"
RELAY_EXTRA='fallback_after_s = 3'
AWAIT_S=90
house_start
house_reader stranger
is_gone() { ! kill -0 "$1" 2>/dev/null; }
sender_is_done() { queue_is_empty sender; }

check 'james logs in' log_in_as james
port=$(smtp_port_of james)
pid=$(daemon_pid_of james)
check 'his host dies' eval 'kill -KILL $pid && await is_gone $pid'
is 'the record still names it' "1 $port" "$(value_of james online) $(value_of james doorstepSmtpPort)"

# Who takes mail for james, from anybody and without ticket, if only it comes: it even has his session.
sed -e "s/^listen = .*:0$/listen = 127.0.0.1:$port/;/^\[pop3\]/,/^\[/s/^listen.*/listen = none/" \
	-e "s/^host_name = .*/&\naccept_from = 127.0.0.0\/8/" -e '/^\[directory\]/,$d' -i "$TMP/stranger/doorstepd.conf"
cp -p "$TMP/james/run/session" "$TMP/session"
as_reader stranger mkdir -m 700 run
cp -p "$TMP/session" "$TMP/stranger/run/session"
as_reader stranger doorstepd --config "$TMP/stranger/doorstepd.conf" >"$TMP/stranger.log" 2>&1 &
stranger=$!
end_later $stranger
check 'a stranger listens there' await grep -q '^ready ' "$TMP/stranger.log"
check 'he would take mail for james' swaks --server "127.0.0.1:$port" --from a@b.example --to "james@$domain"
before=$(find "$TMP/stranger/Maildir/new" -type f | wc -l)
is 'and has that one' 1 "$before"
: >"$TMP/stranger.log"

check 'the sender takes a mail' send_mail ann@friends.example 'For james alone'
check 'the stranger was spoken to' await grep -q 'event=session' "$TMP/stranger.log"
check 'the relay saw another key' await grep -q 'code=451 .*key' "$TMP/relay.log"
check 'the mail is stored at the domain' await domain_has james 'For james alone'
check 'and has left the sender' await sender_is_done
is 'the stranger saw no envelope' '' "$(grep -E 'event=(mail|rcpt|deliver)' "$TMP/stranger.log")"
is 'and no mail' 0 "$(at_host stranger 'For james alone')"
kill $stranger
wait $stranger
check 'james logs in again' log_in_as james
is 'and has his mail' '1 0' "$(at_host james 'For james alone') $(at_domain james 'For james alone')"
is 'the sender was told of no failure' '' "$(nothing_bounced)"
done_testing
