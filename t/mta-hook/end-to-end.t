#!/bin/bash
# SPDX-License-Identifier: MIT
# end-to-end.t - sending Postfix, relay, receiving Postfix with hook, and the reader's own daemon
. "$(dirname "$0")/../lib.sh"
. "$SRC/t/peer/reader.sh"
. "$(dirname "$0")/postfix.sh"
need postfix swaks
IP=127.0.0.1
trap 'postfix_stop_all; lib_end' EXIT
reader_start || skip_all 'the reader'"'"'s servers do not start'
clean_up() {
	local status=$?
	doorstep logout --config="$TMP/d.conf" >/dev/null 2>&1
	(exit $status)
	postfix_stop_all
	lib_end
}
trap clean_up EXIT
milter=$(free_port) receiver=$(free_port) relay=$(free_port) sender=$(free_port)
james=james@oanet.ntu.edu.tw

echo "$LDAP_HOOK_PW" >"$TMP/hook.password"
cat >"$TMP/hook.conf" <<EOF
[hook]
milter = 127.0.0.1:$milter
[redirect]
clients = all
allow_networks = 127.0.0.0/8
[directory]
uri = $LDAP_URI
base = $LDAP_BASE
bind_dn = $LDAP_HOOK
password_file = $TMP/hook.password
EOF
cat >"$TMP/relay.conf" <<EOF
[relay]
listen = 127.0.0.1:$relay
next_hop = [127.0.0.1]:$receiver
allow_networks = 127.0.0.0/8
EOF
doorstep-hook --config="$TMP/hook.conf" 2>"$TMP/hook.err" &
end_later $!
doorstep-relay --config="$TMP/relay.conf" >"$TMP/relay.out" 2>&1 &
end_later $!
await listens "$milter"
await listens "$relay"
postfix_start receiver "$receiver" <<EOF
smtpd_milters = { inet:127.0.0.1:$milter, default_action=accept }
EOF
postfix_start sender "$sender" <<EOF
virtual_mailbox_domains =
default_transport = lmtp:inet:127.0.0.1:$relay
EOF

send() {
	swaks --server 127.0.0.1 --port "$sender" --from ann@sender.test --to $james \
		--header "Subject: $1" --body hello >/dev/null 2>&1
}
at_reader() { grep -rqsx "Subject: $1" "$MAILDIR"; }
at_server() { grep -rqsx "Subject: $1" "$TMP/receiver/mail/james"; }

send 'before login'
check 'offline: stored at the server' await at_server 'before login'
check 'login' log_in --password-file "$TMP/password"
send 'straight to the reader'
check 'ready: delivered to the reader' await at_reader 'straight to the reader'
check 'ready: nothing stored at the server' fails at_server 'straight to the reader'
check 'ready: the queue of the sender is empty' await queue_is_empty sender
check 'logout' doorstep logout --config="$TMP/d.conf"
send 'after logout'
check 'offline again: stored at the server' await at_server 'after logout'
check 'nothing bounced' fails grep -q status=bounced "$TMP/sender/log" "$TMP/receiver/log"
done_testing
