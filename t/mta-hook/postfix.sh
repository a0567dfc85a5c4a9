# SPDX-License-Identifier: MIT
# postfix.sh - private Postfix instances on 127.0.0.1 that deliver to Maildirs; needs root
#
# Sourced after t/lib.sh. An instance NAME lives in $TMP/NAME: etc/, queue/, data/, mail/<user>/, log.

postfix_running=

# What each instance has in its main.cf unless its test says otherwise.
postfix_defaults() {
	local dir=$TMP/$1
	cat <<-EOF
	compatibility_level = 3.6
	queue_directory = $dir/queue
	data_directory = $dir/data
	command_directory = /usr/sbin
	daemon_directory = /usr/lib/postfix/sbin
	mail_owner = postfix
	setgid_group = postdrop
	maillog_file = $dir/log
	maillog_file_prefixes = $dir
	inet_interfaces = 127.0.0.1
	inet_protocols = ipv4
	myhostname = $1.test
	mydestination =
	local_recipient_maps =
	local_transport = error:nobody is local
	alias_maps =
	alias_database =
	mynetworks = 127.0.0.0/8
	smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
	smtp_host_lookup = native
	smtp_dns_support_level = disabled
	smtputf8_enable = no
	virtual_mailbox_domains = oanet.ntu.edu.tw
	virtual_mailbox_base = $dir/mail
	virtual_mailbox_maps = inline:{ james@oanet.ntu.edu.tw=james/, bob@oanet.ntu.edu.tw=bob/ }
	virtual_uid_maps = static:$(id -u postfix)
	virtual_gid_maps = static:$(id -g postfix)
	virtual_minimum_uid = 1
	minimal_backoff_time = 2s
	maximal_backoff_time = 3s
	queue_run_delay = 1s
	EOF
}

# postfix_start NAME PORT < lines for main.cf, besides the defaults or in their place
postfix_start() {
	local dir=$TMP/$1 port=$2
	chmod 755 "$TMP"
	mkdir -p "$dir/etc" "$dir/queue" "$dir/data" "$dir/mail"
	chown postfix "$dir/data" "$dir/mail"
	cat >"$dir/etc/own.cf"
	# A name that stands twice makes every process warn when it starts, postlogd too; that one then writes
	# to the socket that it alone reads, and all of Postfix hangs once that socket is full.
	postfix_defaults "$1" | awk '{ name = $1 }
		FILENAME == ARGV[1] { own[name]; next } !(name in own)' \
		"$dir/etc/own.cf" - >"$dir/etc/main.cf"
	cat "$dir/etc/own.cf" >>"$dir/etc/main.cf"
	# Postfix waits for a file this young to settle before it trusts it.
	touch -d '1 minute ago' "$dir/etc/main.cf"
	postfix_services "$port" >"$dir/etc/master.cf"
	postfix -c "$dir/etc" start >"$dir/start.log" 2>&1 || { cat "$dir/start.log" "$dir/log" >&2; return 1; }
	postfix_running="$postfix_running $1"
	await listens "$port"
}

# The queue manager wakes each second: a mail whose delivery process has not let go of it when it is tried
# again waits in `incoming` for a minute, and nothing but a new mail or a wake-up makes it look there.
postfix_services() {
	cat <<-EOF
	127.0.0.1:$1 inet n - n - - smtpd
	pickup unix n - n 60 1 pickup
	cleanup unix n - n - 0 cleanup
	qmgr unix n - n 1 1 qmgr
	tlsmgr unix - - n 1000? 1 tlsmgr
	rewrite unix - - n - - trivial-rewrite
	bounce unix - - n - 0 bounce
	defer unix - - n - 0 bounce
	trace unix - - n - 0 bounce
	verify unix - - n - 1 verify
	flush unix n - n 1000? 0 flush
	proxymap unix - - n - - proxymap
	smtp unix - - n - - smtp
	reader unix - - n - - smtp
	showq unix n - n - - showq
	error unix - - n - - error
	retry unix - - n - - error
	discard unix - - n - - discard
	virtual unix - n n - - virtual
	lmtp unix - - n - - lmtp
	anvil unix - - n - 1 anvil
	scache unix - - n - 1 scache
	postlog unix-dgram n - n - 1 postlogd
	EOF
}

# postfix_stop_all - for the end of a test; keeps its status.
postfix_stop_all() {
	local status=$? name
	for name in $postfix_running; do postfix -c "$TMP/$name/etc" stop >/dev/null 2>&1; done
	return $status
}

# queued NAME - how many mails wait there.
queued() {
	local list
	list=$(postqueue -c "$TMP/$1/etc" -j) && { grep -c queue_name <<<"$list" || true; }
}
# queue_is_empty NAME - asked twice: folders are read one after the other, and a mail that goes back to one
# that was read already is missed.
queue_is_empty() { [ "$(queued "$1")" = 0 ] && [ "$(queued "$1")" = 0 ]; }

# queues_are_empty - of every Postfix here. Each is asked twice: a mail that goes from one to the next
# between two questions is in neither, but the second round meets it.
queues_are_empty() {
	local name
	for name in $postfix_running $postfix_running; do queue_is_empty "$name" || return 1; done
}
