# SPDX-License-Identifier: MIT
# house.sh - the whole system on loopback, from the sender's MTA to the hosts of its readers
#
# Sourced after t/lib.sh, by the tests of this folder and by examples/quickstart; needs root, for
# Postfix and Dovecot. Readers' programs run as the user nobody. Each part is started by one function,
# and all of it ended by house_end, for which `trap house_end EXIT` stands here. It reads
#   RELAY_EXTRA, HOOK_EXTRA, MX_EXTRA, READER_EXTRA, SMTP_EXTRA
#              lines for the end of the settings of each, one text for each (none)
# and sets
#   domain, HOOK_PORT, MX_PORT, RELAY_PORT, SENDER_PORT, HOOK_PID, RELAY_PID

. "$SRC/t/ldap/slapd.sh"
. "$SRC/t/mta-hook/postfix.sh"
. "$SRC/t/peer/dovecot.sh"
domain=oanet.ntu.edu.tw
house_readers=

# Ends everything, and keeps the status.
house_end() {
	local status=$? name
	# A directory that was stopped would hold up what comes now.
	[ -z "${LDAP_PID-}" ] || kill -CONT "$LDAP_PID" 2>/dev/null
	[ "$lib_failed" -eq 0 ] || tail -v -n 12 "$TMP"/relay.log "$TMP"/sender/log "$TMP"/mx/log >&2
	for name in $house_readers; do doorstep_as "$name" logout >/dev/null 2>&1; done
	postfix_stop_all
	slapd_stop
	(exit $status)
	lib_end
}
trap house_end EXIT

# --- The reader's domain -------------------------------------------------------------------------

# The directory, with james as the paper shows him, but offline.
house_directory() {
	LDAP_PORT=$(free_port)
	slapd_start && slapd_modify <<-END
		dn: $LDAP_USER_DN
		changetype: modify
		add: mailfilter
		mailfilter: 21@spam.example
		-
		replace: online
		online: 0
		-
		delete: Ipaddress
	END
}

# house_add_reader NAME - one more, with the password of james and without mailfilter.
house_add_reader() {
	slapd_add /dev/stdin <<-END
		dn: cn=$1,$LDAP_BASE
		objectclass: UserLocationRecord
		cn: $1
		username: $1
		userPassword: $LDAP_USER_PW
		email: $1@$domain
		online: 0
	END
}

hook_start() {
	doorstep-hook --config="$TMP/hook.conf" >>"$TMP/hook.log" 2>&1 &
	HOOK_PID=$!
	end_later $HOOK_PID
	await listens "$HOOK_PORT"
}

# The receiving Postfix with doorstep-hook, and Dovecot on what it stores.
house_domain() {
	POP3_PORT=$(free_port) POP3_PASSWORD=$LDAP_USER_PW
	dovecot_start || return 1
	HOOK_PORT=$(free_port) MX_PORT=$(free_port)
	echo "$LDAP_HOOK_PW" >"$TMP/hook.password"
	cat >"$TMP/hook.conf" <<-END
		[hook]
		milter = 127.0.0.1:$HOOK_PORT
		host_name = mx.$domain
		directory_retry_s = 1
		[redirect]
		clients = all
		allow_networks = 127.0.0.0/8
		[notify]
		interval_s = 0
		[directory]
		uri = $LDAP_URI
		base = $LDAP_BASE
		bind_dn = $LDAP_HOOK
		password_file = $TMP/hook.password
		${HOOK_EXTRA-}
	END
	hook_start || return 1
	postfix_start mx "$MX_PORT" <<-END
		virtual_mailbox_base = $TMP/dovecot/mail
		virtual_uid_maps = static:$(id -u mail)
		virtual_gid_maps = static:$(id -g mail)
		smtpd_milters = { inet:127.0.0.1:$HOOK_PORT, default_action=accept, connect_timeout=2s, command_timeout=5s }
		${MX_EXTRA-}
	END
}

# --- The sender's servers ------------------------------------------------------------------------

relay_start() {
	doorstep-relay --config="$TMP/relay.conf" >>"$TMP/relay.log" 2>&1 &
	RELAY_PID=$!
	end_later $RELAY_PID
	await listens "$RELAY_PORT"
}

# A sending Postfix with doorstep-relay.
house_sender() {
	RELAY_PORT=$(free_port) SENDER_PORT=$(free_port)
	cat >"$TMP/relay.conf" <<-END
		[relay]
		listen = 127.0.0.1:$RELAY_PORT
		host_name = sender.test
		next_hop = [127.0.0.1]:$MX_PORT
		allow_networks = 127.0.0.0/8
		${RELAY_EXTRA-}
	END
	relay_start || return 1
	postfix_start sender "$SENDER_PORT" <<-END
		virtual_mailbox_domains =
		default_transport = lmtp:inet:127.0.0.1:$RELAY_PORT
	END
}

# --- A reader's host -----------------------------------------------------------------------------

# as_reader NAME PROGRAM... - as a user without any privilege, from a folder that this user can enter.
as_reader() {
	local home=$TMP/$1
	shift
	(
		cd "$home" && exec setpriv --reuid=nobody --regid=nogroup --clear-groups env -i \
			PATH="$home/bin:$PATH" HOME="$home" XDG_STATE_HOME="$home/state" \
			XDG_DATA_HOME="$home/data" XDG_CONFIG_HOME="$home/config" \
			DBUS_SESSION_BUS_ADDRESS="$(cat "$home/bus" 2>/dev/null)" \
			ASAN_OPTIONS="${ASAN_OPTIONS-}" LSAN_OPTIONS="${LSAN_OPTIONS-}" "$@"
	)
}

# doorstep_as NAME VERB [OPTION...]
doorstep_as() {
	local name=$1 verb=$2
	shift 2
	as_reader "$name" doorstep "$verb" --config "$TMP/$name/doorstepd.conf" "$@"
}
log_in_as() {
	local name=$1
	shift
	doorstep_as "$name" login --user "$name" --address 127.0.0.1 --password-file "$TMP/$name/password" "$@"
}

# house_reader NAME - a host for this reader: programs, settings, password; nobody is logged in yet.
house_reader() {
	local home=$TMP/$1
	mkdir -p "$home/bin" "$home/sieve"
	cp "$BUILD/doorstep" "$BUILD/doorstep-directory" "$BUILD/doorstepd" "$BUILD/t/tools/notification-service" "$home/bin/"
	cat >"$home/doorstepd.conf" <<-END
		[mail]
		maildir = $home/Maildir
		scripts = $home/sieve
		${READER_EXTRA-}
		[smtp]
		listen = 127.0.0.1:0
		host_name = $1-laptop.$domain
		${SMTP_EXTRA-}
		[pop3]
		listen = 127.0.0.1:0
		[fetch]
		url = pop3://127.0.0.1:$POP3_PORT
		ca_file = $POP3_CA
		received_by = mx.test
		[presence]
		state_folder = $home/run
		lease_s = ${LEASE_S-300}
		[directory]
		uri = $LDAP_URI
		base = $LDAP_BASE
	END
	echo "$LDAP_USER_PW" >"$home/password"
	chmod 600 "$home/password"
	chown -R nobody:nogroup "$home"
	house_readers="$house_readers $1"
}

# house_desktop NAME - where pop-ups are shown; what they say comes to $TMP/popups.
house_desktop() {
	as_reader "$1" dbus-daemon --session --fork --print-address=1 --print-pid=1 >"$TMP/bus.told" || return 1
	end_later "$(sed -n 2p "$TMP/bus.told")"
	sed -n 1p "$TMP/bus.told" >"$TMP/$1/bus"
	as_reader "$1" notification-service >"$TMP/popups" 2>"$TMP/popups.log" &
	end_later $!
	await grep -q ready "$TMP/popups"
}

# Of a reader's running daemon.
daemon_log_of() { echo "$TMP/$1/state/doorstep/doorstepd.log"; }
status_of() { doorstep_as "$1" status 2>/dev/null; }
daemon_pid_of() { status_of "$1" | sed -n 's/^daemon: process \([0-9]*\),.*/\1/p'; }
smtp_port_of() { status_of "$1" | sed -n 's/^daemon: .*SMTP port \([0-9]*\).*/\1/p'; }
pop3_port_of() { status_of "$1" | sed -n 's/^daemon: .*POP3 port \([0-9]*\).*/\1/p'; }

# --- What tests ask of it ------------------------------------------------------------------------

# house_start - all of it, with james's host; nobody is logged in.
house_start() {
	need slapd ldapsearch postfix dovecot swaks openssl setpriv
	[ "$(id -u)" = 0 ] || skip_all 'Postfix needs root'
	house_directory && house_domain && house_sender && house_reader james && return
	echo 'Bail out! the house does not start'
	tail -n 15 "$TMP"/*.log "$TMP"/*/log >&2
	exit 1
}

# send_mail FROM SUBJECT [OPTION of swaks...] - to $TO (james) through the MTA at $TO_PORT (the sender's)
send_mail() {
	local from=$1 subject=$2
	shift 2
	swaks --server "127.0.0.1:${TO_PORT-$SENDER_PORT}" --helo ann.example --from "$from" --to "${TO-james@$domain}" \
		--header "Subject: $subject" --body "This is: $subject" "$@" >"$TMP/swaks.log" 2>&1
}

# Copies of a mail with this subject at a reader's host, and stored at the domain.
at_host() { grep -rlsxE "Subject: $2"$'\r?' "$TMP/$1/Maildir" --include='*.*' | wc -l; }
at_domain() { grep -rlsxE "Subject: $2"$'\r?' "$TMP/dovecot/mail/$1" | wc -l; }
host_has() { [ "$(at_host "$1" "$2")" = "${3-1}" ]; }
domain_has() { [ "$(at_domain "$1" "$2")" = "${3-1}" ]; }
# In none of the Postfixes of this test.
nothing_bounced() {
	local name
	for name in $postfix_running; do
		! grep -E 'status=(bounced|expired)' "$TMP/$name/log" || return 1
	done
}

# Values of a reader's record.
value_of() {
	ldapsearch -x -LLL -o ldif-wrap=no -H "$LDAP_URI" -D "$LDAP_ADMIN" -w "$LDAP_ADMIN_PW" -s base \
		-b "cn=$1,$LDAP_BASE" "$2" | sed -n "s/^$2::* //Ip"
}
