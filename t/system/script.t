#!/bin/bash
# SPDX-License-Identifier: MIT
# script.t - james's own script on mail that comes directly or is fetched: broken, mended, sending on
. "$(dirname "$0")/../lib.sh"
. "$SRC/t/system/house.sh"
house_start
home=$TMP/james
sed -i "s/^\[mail\]/&\nsubmit = 127.0.0.1:$SENDER_PORT/" "$home/doorstepd.conf"
slapd_modify <<END
dn: $LDAP_USER_DN
changetype: modify
add: mailfilter
mailfilter: 22127.0.0.9
END

script() {
	cat >"$home/sieve/next"
	chown nobody:nogroup "$home/sieve/next"
	mv "$home/sieve/next" "$home/sieve/personal.sieve"
}
filed() { grep -rqsxE "Subject: $2"$'\r?' "$home/Maildir$1/new" "$home/Maildir$1/cur"; }
told='Your mail script does not work'
sender_is_done() { queue_is_empty sender; }
refused_by_list() { grep -q 'status=bounced.*550 5\.7\.1 .*access list refuses' "$TMP/sender/log"; }

# --- A script that does not compile ----------------------------------------------------------------
script <<'END'
if header :contains "subject" "minutes" {
	fileinto "Minutes";
}
END
check 'login' log_in_as james
for subject in 'Broken one' 'Broken minutes'; do
	check "$subject: sent" send_mail ann@friends.example "$subject"
	check "$subject: kept" await filed '' "$subject"
done
is 'he is told once' 1 "$(at_host james "$told")"
check 'and where it is wrong' grep -rq 'fileinto' "$(grep -rl "$told" "$home/Maildir/new")"
check 'the access list: sent' send_mail pest@spam.example 'Denied'
check 'the access list: refused for good' await refused_by_list
check 'the access list: not sent again' await sender_is_done
is 'the access list: nothing is kept of it' '0 0' "$(at_host james Denied) $(at_domain james Denied)"

# --- Mended, without a restart --------------------------------------------------------------------
script <<END
require ["copy", "fileinto"];
if header :contains "subject" "minutes" {
	fileinto "Minutes";
}
if header :contains "subject" "for Bob" {
	redirect :copy "bob@$domain";
}
END
check 'mended: sent' send_mail ann@friends.example 'More minutes'
check 'mended: filed' await filed /.Minutes 'More minutes'
is 'mended: he is told no more' 1 "$(at_host james "$told")"
check 'sent on: sent' send_mail ann@friends.example 'Something for Bob'
check 'sent on: to the other' await domain_has bob 'Something for Bob'
check 'sent on: and kept' await filed '' 'Something for Bob'
check 'sent on: by the submission server' grep -q "to=<bob@$domain>.*status=sent" "$TMP/sender/log"

# --- Mail that waits while he is offline --------------------------------------------------------------
# from_address IP SUBJECT [FIELD] - handed to the domain's MTA by this host
from_address() {
	TO_PORT=$MX_PORT send_mail ann@friends.example "$2" --local-interface "$1" ${3:+--add-header "$3"} &&
		await domain_has james "$2"
}
check 'logout' doorstep_as james logout
check 'waiting: from an address that is denied' from_address 127.0.0.9 'From nine'
check 'waiting: from another one' from_address 127.0.0.8 'From eight, minutes'
check 'waiting: one that pretends to come from the first' from_address 127.0.0.8 'From eight' \
	'Received: from nine.example (nine.example [127.0.0.9]) by mx.test (Postfix) with ESMTP id 1; Tue, 24 Nov 2026 01:00:00 +0000'
check 'waiting: one that pretends to come from the other' from_address 127.0.0.9 'Nine again' \
	'Received: from eight.example (eight.example [127.0.0.8]) by mx.test (Postfix) with ESMTP id 1; Tue, 24 Nov 2026 01:00:00 +0000'
check 'login' log_in_as james
check 'fetched: filed by his rules' filed /.Minutes 'From eight, minutes'
check 'fetched: what came from elsewhere is kept' filed '' 'From eight'
for subject in 'From nine' 'Nine again'; do
	is "fetched: gone: $subject" '0 0' "$(at_host james "$subject") $(at_domain james "$subject")"
done
is 'nothing but what the access list refused went back to its sender' '' \
	"$(nothing_bounced | grep -v -e 'access list refuses' -e 'to=<pest@spam.example>')"
done_testing
