#!/bin/bash
# SPDX-License-Identifier: MIT
# sendmail.t - the rules of a real Sendmail look up random access maps as the scripts made of them do
. "$(dirname "$0")/../lib.sh"
need m4 perl unshare
root=${DOORSTEP_SENDMAIL_ROOT:-$SRC/build/sendmail-root}
[ -x "$root/usr/libexec/sendmail/sendmail" ] || skip_all 'Sendmail is not unpacked: t/run does it'
[ "$(id -u)" = 0 ] || skip_all 'only root may give Sendmail a host name of its own'

chmod 755 "$TMP"
mkdir "$TMP/run"
check 'refused, thrown away and let through alike' perl "$SRC/t/convert/access-lists" "$TMP/run" "$root" 120 1
is 'of many senders and clients' '960 compared, 0 differ' "$(tail -1 "$TMP/check.out")"
done_testing
