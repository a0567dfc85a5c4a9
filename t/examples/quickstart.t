#!/bin/bash
# SPDX-License-Identifier: MIT
# quickstart.t - the quick start keeps its promises, in time, and leaves nothing behind
. "$(dirname "$0")/../lib.sh"
need slapd postfix dovecot swaks curl
[ "$(id -u)" = 0 ] || skip_all 'Postfix needs root'

mkdir -m 755 "$TMP/tmp"
chmod 755 "$TMP"
SECONDS=0
TMPDIR=$TMP/tmp QUICKSTART_BUILT=yes "$SRC/examples/quickstart" >"$TMP/out" 2>"$TMP/err"
is 'it ends well' 0 $?
took_s=$SECONDS
check 'within a minute' test $took_s -lt 60
is 'says nothing on standard error' '' "$(cat "$TMP/err")"
check 'and no colours, away from a terminal' fails grep -q $'\e' "$TMP/out"
is 'its folder is gone' '' "$(ls "$TMP/tmp")"
is 'its programs too' '' "$(pgrep -f "$TMP/tmp" | xargs -r ps -o args= -p)"
for decision in redirect notify store; do
	check "the hook decided: $decision" grep -q "doorstep-hook  *event=rcpt .* verdict=$decision " "$TMP/out"
done
check 'mails came back in order' \
	grep -qz 'mail program  *Lunch?.*mail program  *Are you there.*mail program  *I go on without you' "$TMP/out"
done_testing
