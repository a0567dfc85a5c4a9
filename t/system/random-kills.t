#!/bin/bash
# SPDX-License-Identifier: MIT
# random-kills.t - doorstepd is killed again and again under load: each mail ends at the reader or his domain
#
# The moments are chosen by the number of deliveries since the last login, at random; DOORSTEP_SEED
# repeats a run.
. "$(dirname "$0")/../lib.sh"
. "$SRC/t/system/house.sh"
RELAY_EXTRA='fallback_after_s = 8
reader_connect_timeout_ms = 1000
reader_reply_timeout_ms = 2000'
AWAIT_S=90
n_mails=60 n_kills=8
RANDOM=${DOORSTEP_SEED:=$RANDOM}
echo "# DOORSTEP_SEED=$DOORSTEP_SEED"
house_start
log=$(daemon_log_of james)

log_in() { log_in_as james >>"$TMP/login.log" 2>&1; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }
taken() { grep -c 'event=rcpt .*verdict=taken' "$log"; }
all_is_done() { [ -e "$TMP/all-sent" ] && queues_are_empty; }
taken_are() { [ "$(taken)" -ge "$1" ] || all_is_done; }

# Half of them are large, so that a kill finds some in the middle of their text.
head -c 400000 /dev/urandom >"$TMP/large"
send_all() {
	local i size
	for ((i = 1; i <= n_mails; i++)); do
		size=
		[ $((i % 2)) = 0 ] || size=--attach
		send_mail "friend$i@friends.example" "Token $i of $n_mails" ${size:+$size "@$TMP/large"} &&
			echo "Token $i of $n_mails" >>"$TMP/accepted"
	done
	touch "$TMP/all-sent"
}

check 'login' log_in
send_all &
sending=$!
killed=0
while [ $killed -lt $n_kills ] && ! all_is_done 2>/dev/null; do
	pid=$(daemon_pid_of james)
	await taken_are $(($(taken) + RANDOM % 4))
	kill -KILL "$pid" && await is_gone "$pid" && killed=$((killed + 1))
	log_in || { cat "$TMP/login.log"; break; }
done
wait $sending
echo "# killed $killed times"
check 'it was killed while mail came' test $killed -ge 3
is 'each mail was accepted' $n_mails "$(wc -l <"$TMP/accepted")"
check 'the queues become empty' await queues_are_empty
check 'the last login fetches what is stored' log_in

surplus=0
while read -r token; do
	copies=$(($(at_host james "$token") + $(at_domain james "$token")))
	[ $copies -ge 1 ] || echo "lost: $token"
	[ $copies -le 1 ] || surplus=$((surplus + copies - 1))
done <"$TMP/accepted" >"$TMP/lost"
: >"$TMP/none"
same 'nothing is lost' "$TMP/none" "$TMP/lost"
# What was cut off may have been stored: the sender cannot know.
cut_off=$(grep -c 'code=451 announced=yes.*reader.s host' "$TMP/relay.log")
echo "# $cut_off deliveries were cut off or found nobody, $surplus extra copies"
check 'no more copies than deliveries that were cut off' test $surplus -le "$cut_off"
is 'half a mail is nowhere' '' "$(grep -rL '^Subject: ' "$TMP/james/Maildir/new" "$TMP/james/Maildir/cur" | head -3)"
is 'nothing went back to the sender' '' "$(nothing_bounced)"
done_testing
