#!/bin/bash
# SPDX-License-Identifier: MIT
# directory.t - the location server hangs, goes away, comes back: mail is answered at once, and none is lost
. "$(dirname "$0")/../lib.sh"
. "$SRC/t/system/house.sh"
AWAIT_S=90
house_start
log=$(daemon_log_of james)
published() { grep -c 'event=presence .*verdict=published' "$log"; }
published_since() { [ "$(published)" -gt "$1" ]; }

# talk SUBJECT - one session that announces itself, at the domain's MTA; its replies go to $TMP/talk.
talk() { perl "$SRC/t/mta-hook/smtp-talk.pl" "$MX_PORT" announce "$1" "james@$domain" >"$TMP/talk" 2>&1; }
rcpt_said() { grep "^rcpt: $1" "$TMP/talk" || { cat "$TMP/talk"; false; }; }
quick() { awk '/^seconds/ { exit !($2 < 2.0) }' "$TMP/talk" || { cat "$TMP/talk"; false; }; }
asked() { talk "$1"; rcpt_said "$2"; }

check 'login' log_in_as james
check 'ready: 551' asked 'with a directory' 551

kill -STOP "$LDAP_PID"
check 'it hangs: 250' asked 'it hangs' 250
check 'it hangs: in less than 2 s' quick
check 'it hangs: the sender takes a mail' send_mail ann@friends.example 'it hangs again'
check 'it hangs: stored at the domain' await domain_has james 'it hangs'
check 'it hangs: and so is what came from the sender' await domain_has james 'it hangs again'
kill -CONT "$LDAP_PID"

slapd_stop
check 'it is away: 250' asked 'it is away' 250
check 'it is away: in less than 2 s' quick
check 'it is away: stored at the domain' await domain_has james 'it is away'
pid=$(as_reader james sed -n 's/^pid=//p' run/daemon)
kill -HUP "$pid"
check 'it is away: the daemon cannot renew' await grep -q 'event=presence .*verdict=failed' "$log"
before=$(published)
check 'it comes back' slapd_resume
check 'it is back: 551' await asked 'it is back' 551
check 'it is back: the daemon renews by itself' await published_since "$before"

# Between the 551 and the delivery. A host that stopped holds the relay just there.
redirects=$(grep -c verdict=redirect "$TMP/hook.log")
redirected_again() { [ "$(grep -c verdict=redirect "$TMP/hook.log")" -gt "$redirects" ]; }
kill -STOP "$pid"
check 'after the 551: the sender takes a mail' send_mail ann@friends.example 'between'
check 'after the 551: it is redirected' await redirected_again
slapd_stop
kill -CONT "$pid"
check 'after the 551: the mail is delivered without a directory' await host_has james 'between'
check 'after the 551: and has left the sender' await queue_is_empty sender
is 'after the 551: nothing of it is stored at the domain' 0 "$(at_domain james 'between')"
check 'it comes back' slapd_resume

# A host that dies renews nothing; three seconds are left of what counts of its lease.
kill -KILL "$pid"
slapd_modify <<END
dn: $LDAP_USER_DN
changetype: modify
replace: doorstepLeaseEnd
doorstepLeaseEnd: $(date -u -d '33 seconds' +%Y%m%d%H%M%SZ)
END
check 'the lease runs: 551' await asked 'the lease runs' 551
check 'the lease ends: 250' await asked 'the lease ends' 250
check 'the lease ends: that is the reason' grep -q 'reason=offline' <(tail -n 1 "$TMP/hook.log")
check 'the lease ends: stored at the domain' await domain_has james 'the lease ends'

check 'the next login' log_in_as james
for subject in 'it hangs' 'it hangs again' 'it is away' 'the lease ends'; do
	is "james has: $subject" '1 0' "$(at_host james "$subject") $(at_domain james "$subject")"
done
is 'the sender was told of no failure' '' "$(nothing_bounced)"
done_testing
