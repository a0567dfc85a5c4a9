#!/bin/bash
# SPDX-License-Identifier: MIT
# fetch.t - mail that waits at a real POP3 server: nothing lost, nothing twice, wherever the fetch dies
. "$(dirname "$0")/../lib.sh"
. "$SRC/t/peer/reader.sh"
need strace
reader_start || exit 1
sed -i 's/^listen = 127.0.0.1:0$/listen = 127.0.0.1:2525/' "$TMP/d.conf"

fetch() { log_in --no-daemon --password-file "$TMP/password" "$@"; }

# --- the server's identity ------------------------------------------------------------------------
waiting 1 192.0.2.1 a@example.net
grep -v '^ca_file' "$TMP/d.conf" >"$TMP/strict.conf"
check 'a certificate that nobody vouches for' exits 75 doorstep login --config "$TMP/strict.conf" \
	--no-daemon --user james --address 127.0.0.1 --password-file "$TMP/password"
is 'nothing is fetched then' 1 "$(dovecot_count)"
sed 's/^ca_file.*/clear = yes/; s,pop3://127.0.0.1,pop3://192.0.2.1,' "$TMP/d.conf" >"$TMP/clear.conf"
check 'no password goes in the clear to another host' exits 1 doorstep login --config "$TMP/clear.conf" \
	--no-daemon --user james --address 127.0.0.1 --password-file "$TMP/password"
sed -i "s/^james:.*/james:{PLAIN}other/" "$TMP/dovecot/users"
check 'another password there' exits 1 fetch
is 'nothing is published then' 0 "$(value online)"
sed -i "s/^james:.*/james:{PLAIN}$POP3_PASSWORD/" "$TMP/dovecot/users"

# --- as it should go ------------------------------------------------------------------------------
for number in 2 3 4 5; do waiting $number 192.0.2.$number a@example.net; done
check 'all is fetched' fetch
is 'in order of arrival' '1 2 3 4 5' "$(order)"
is 'and deleted there' 0 "$(dovecot_count)"
sed '1,/^\r*$/d' "$(grep -lr '^X-Seq: 3' "$MAILDIR/new")" | tr -d '\r' >"$TMP/got"
printf '\n.dot\nlast\n' | sed 1d >"$TMP/wanted"
same 'the text is as it was' "$TMP/wanted" "$TMP/got"
check 'fetched again: nothing comes' fetch
is 'nothing twice' '1 2 3 4 5' "$(order)"

# The same text waits again, as after a server's restore from backup: only what is certain to be the same
# mail is deleted unread, and the memory of those is gone by now.
waiting 1 192.0.2.1 a@example.net
check 'a mail that comes again is a mail' fetch
is 'and is stored' '1 2 3 4 5 1' "$(order)"

# --- killed at any step -------------------------------------------------------------------------------
# Each call that changes what is stored, here or there: one run for each, killed just before it.
killed=0

# kill_at CALL NUMBER - true when the fetch came to its end.
kill_at() {
	(strace -f -qq -o /dev/null -e "trace=$1" -e "inject=$1:signal=KILL:when=$2" \
		doorstep login --config "$TMP/d.conf" --user james --address 127.0.0.1 --no-daemon \
		--password-file "$TMP/password"
	exit $?) >/dev/null 2>&1
}

# Two mails wait, the fetch is killed, another one follows.
run_killed() {
	rm -rf "$MAILDIR" "$TMP/data/doorstep/fetched"
	rm -f "$POP3_MAILDIR"/{new,cur}/*
	waiting 1 192.0.2.1 a@example.net
	waiting 2 192.0.2.2 b@example.net
	kill_at "$1" "$2" && return 1
	killed=$((killed + 1))
	fetch >"$TMP/again" 2>&1 || echo "$1 $2: $(cat "$TMP/again")"
	[ "$(order)" = '1 2' ] || echo "$1 $2: here: $(order)"
	[ "$(dovecot_count)" = 0 ] || echo "$1 $2: $(dovecot_count) left there"
	[ $killed -lt 400 ]
}

for call in fsync link rename unlink write sendto; do
	number=1
	while run_killed $call $number; do number=$((number + 1)); done
done >"$TMP/broken"
: >"$TMP/none"
echo "# killed $killed times"
same 'killed at any step: nothing lost, nothing twice' "$TMP/none" "$TMP/broken"
check 'there were steps to be killed at' [ $killed -gt 40 ]

done_testing
