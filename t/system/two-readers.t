#!/bin/bash
# SPDX-License-Identifier: MIT
# two-readers.t - one mail to readers who are ready, offline and busy: each gets what is his
. "$(dirname "$0")/../lib.sh"
. "$SRC/t/system/house.sh"
MX_EXTRA="virtual_mailbox_maps = inline:{ james@$domain=james/, bob@$domain=bob/, carol@$domain=carol/ }"
# The domain's own MTA, which delivers without a ticket once the hook's map tells it where.
SMTP_EXTRA='accept_from = 127.0.0.1'
AWAIT_S=90
house_start
for name in bob carol; do
	house_add_reader $name
	house_reader $name
done
# plain_sender NAME MX_PORT - a sending Postfix that knows nothing of redirects; sets TO_PORT
plain_sender() {
	TO_PORT=$(free_port)
	postfix_start "$1" "$TO_PORT" <<-END
		virtual_mailbox_domains =
		default_transport = smtp:[127.0.0.1]:$2
	END
}
TO=james@$domain,bob@$domain,carol@$domain

# told SUBJECT - carol's host has no desktop: there the notice is kept as a mail.
told() { host_has carol "New mail: $1"; }
# where SUBJECT - copies at each reader's host and at the domain
where() {
	local name
	for name in james bob carol; do echo "$name $(at_host $name "$1") $(at_domain $name "$1")"; done | paste -sd ,
}

check 'james is ready' log_in_as james
check 'carol is busy' log_in_as carol --busy --no-fetch
is 'as the directory says' '1 0 2' "$(value_of james online) $(value_of bob online) $(value_of carol online)"

check 'with relay: sent' send_mail ann@friends.example 'To all by relay'
check 'with relay: delivered' await queues_are_empty
is 'with relay: james at his host, the others at the domain' 'james 1 0,bob 0 1,carol 0 1' "$(where 'To all by relay')"
check 'with relay: carol is told' await told 'To all by relay'
is 'with relay: nobody else is' 1 "$(grep -c 'event=notify .*verdict=sent' "$TMP/hook.log")"

check 'a sender without relay' plain_sender plain "$MX_PORT"
check 'without relay: sent' send_mail ann@friends.example 'To all plainly'
check 'without relay: delivered' await queues_are_empty
is 'without relay: all at the domain' 'james 0 1,bob 0 1,carol 0 1' "$(where 'To all plainly')"
check 'without relay: carol is told' await told 'To all plainly'

# Now the domain's MTA itself may deliver to readers.
MAP_PORT=$(free_port)
kill "$HOOK_PID"
wait "$HOOK_PID"
cat >>"$TMP/hook.conf" <<END
[socketmap]
listen = 127.0.0.1:$MAP_PORT
transport = reader
END
check 'the hook with socketmap' hook_start
map_mx=$(free_port)
postfix_start mapmx "$map_mx" <<END
virtual_mailbox_base = $TMP/dovecot/mail
virtual_uid_maps = static:$(id -u mail)
virtual_gid_maps = static:$(id -g mail)
smtpd_milters = { inet:127.0.0.1:$HOOK_PORT, default_action=accept, connect_timeout=2s, command_timeout=5s }
$MX_EXTRA
transport_maps = socketmap:inet:127.0.0.1:$MAP_PORT:transport
smtp_tls_policy_maps = socketmap:inet:127.0.0.1:$MAP_PORT:tlspolicy
smtp_tls_fingerprint_digest = sha256
END
check 'a sender without relay to it' plain_sender plainmap "$map_mx"
check 'socketmap: sent' send_mail ann@friends.example 'To all by the domain'
check 'socketmap: delivered' await queues_are_empty
is 'socketmap: james at his host, the others at the domain' 'james 1 0,bob 0 1,carol 0 1' \
	"$(where 'To all by the domain')"
check 'socketmap: carol is told' await told 'To all by the domain'
check 'nothing went back to the sender' nothing_bounced
done_testing
