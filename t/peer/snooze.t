#!/bin/bash
# SPDX-License-Identifier: MIT
# snooze.t - doorstepd wakes snoozed mails: those that wait when it starts, and those that come
. "$(dirname "$0")/../lib.sh"
need doorstepd swaks
. "$SRC/t/peer/daemon.sh"

MAILDIR=$TMP/mail
mkdir "$TMP/sieve"
mkdir -m 700 "$TMP/run"
cat >"$TMP/d.conf" <<END
[mail]
maildir = $MAILDIR
scripts = $TMP/sieve
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
[sieve]
snooze_mailbox = Later
END
(
	umask 077
	printf '[session]\nuser_name=james\nemails=james@example.org;\nmailfilters=\nstatus=1\nlease_s=300\n%s\n' \
		'host=127.0.0.1' >"$TMP/run/session"
)
# A minute from now at most is too soon to be sure that it waits: the day after tomorrow is not.
cat >"$TMP/sieve/personal.sieve" <<END
require ["snooze", "fileinto"];
snooze :mailbox "Woken" :weekdays "$(date -d '2 days' +%w)" "12:00";
END

count() { find "$MAILDIR/$1" -type f -path '*/new/*' 2>/dev/null | wc -l; }

start_daemon "$TMP/d.conf"
check "a mail is taken" swaks --silent 2 --server "127.0.0.1:$PORT" --from a@b.example \
	--to james@example.org --h-Subject sleep --body words
is "it waits in the mailbox of the setting" 1 "$(count .Later)"
is "and is nowhere else" 1 "$(find "$MAILDIR" -type f -path '*/new/*' | wc -l)"
end_daemon
start_daemon "$TMP/d.conf"
is "its time has not come at the next start" 1 "$(count .Later)"
end_daemon

mail=$(find "$MAILDIR/.Later/new" -type f)
check "it says when it wakes" grep -qE '^X-Doorstep-Snooze: [0-9]+ m=Woken a= r=' "$mail"
sed -i -E 's/^(X-Doorstep-Snooze:) [0-9]+/\1 1000000000/' "$mail"
start_daemon "$TMP/d.conf"
is "once its time has come it is woken" "0 1" "$(count .Later) $(count .Woken)"
woken=$(find "$MAILDIR/.Woken/new" -type f)
check "without the field" fails grep -q X-Doorstep-Snooze "$woken"
check "with all its words" grep -qx words "$woken"
check "with its trace" grep -q '^Received: ' "$woken"
check "the log tells" grep -q '^event=wake .*mails=1 .*verdict=moved' "$TMP/log"
end_daemon
done_testing
