# SPDX-License-Identifier: MIT
# slapd.sh - a throw-away slapd on a loopback address, with our schema, access rules and james
#
# Sourced by tests, after t/lib.sh, and by examples/quickstart. It reads
#   TMP        folder for all of it (required)
#   IP         loopback address (127.0.0.1)
#   LDAP_PORT  port (3389)
#   LDAP_EXTRA text for the head of slapd.conf, as TLS settings (none)
# and sets
#   LDAP_URI, LDAP_BASE, LDAP_PID, LDAP_DIR
#   LDAP_ADMIN, LDAP_ADMIN_PW   who may do everything
#   LDAP_HOOK, LDAP_HOOK_PW     the hook's account
#   LDAP_USER, LDAP_USER_DN, LDAP_USER_PW   james of the paper

slapd_sh_source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LDAP_BASE=o=oanet
LDAP_ADMIN=cn=admin,o=oanet
LDAP_ADMIN_PW=adminsecret
LDAP_HOOK=cn=mailhook,o=oanet
LDAP_HOOK_PW=hooksecret
LDAP_USER=james
LDAP_USER_DN=cn=james,o=oanet
LDAP_USER_PW=1234

# The configuration that examples/ shows, with this folder's paths in it.
slapd_configure() {
	LDAP_DIR=$TMP/slapd
	LDAP_URI=ldap://${IP:-127.0.0.1}:${LDAP_PORT:-3389}/
	mkdir -p "$LDAP_DIR/db"
	{
		echo "${LDAP_EXTRA-}"
		sed -e "s,/etc/doorstep/ulr.schema,$slapd_sh_source/schema/ulr.schema," \
			-e "s,/etc/doorstep/slapd.access,$slapd_sh_source/examples/config/slapd.access," \
			-e "s,/var/lib/ldap,$LDAP_DIR/db," \
			-e "s,/run/slapd/slapd.pid,$LDAP_DIR/slapd.pid," \
			-e "/^rootdn/a rootpw $LDAP_ADMIN_PW" \
			"$slapd_sh_source/examples/config/slapd.conf"
	} >"$LDAP_DIR/slapd.conf"
}

slapd_answers() {
	ldapsearch -x -H "$LDAP_URI" -s base -b '' -o nettimeout=1 1.1 >/dev/null 2>&1
}

# slapd_resume - starts slapd on what slapd_start made; returns when the root DSE answers.
slapd_resume() {
	/usr/sbin/slapd -d 0 -h "$LDAP_URI" -f "$LDAP_DIR/slapd.conf" >"$LDAP_DIR/log" 2>&1 &
	LDAP_PID=$!
	# Of t/lib.sh: a test that breaks off leaves no server behind.
	! declare -F end_later >/dev/null || end_later "$LDAP_PID"
	local tries=0
	until slapd_answers; do
		if ! kill -0 "$LDAP_PID" 2>/dev/null || [ $((tries += 1)) -gt 200 ]; then
			cat "$LDAP_DIR/log" >&2
			return 1
		fi
		sleep 0.05
	done
}

# slapd_stop - ends it and waits until it is gone.
slapd_stop() {
	[ -n "${LDAP_PID-}" ] || return 0
	kill -CONT "$LDAP_PID" 2>/dev/null
	kill "$LDAP_PID" 2>/dev/null
	wait "$LDAP_PID" 2>/dev/null
	LDAP_PID=
}

# slapd_add FILE... - adds the entries of LDIF files.
slapd_add() {
	local file
	for file; do
		ldapadd -x -H "$LDAP_URI" -D "$LDAP_ADMIN" -w "$LDAP_ADMIN_PW" -f "$file" >/dev/null || return 1
	done
}

# slapd_modify - as the administrator, changes on standard input.
slapd_modify() {
	ldapmodify -x -H "$LDAP_URI" -D "$LDAP_ADMIN" -w "$LDAP_ADMIN_PW" >/dev/null
}

# slapd_start [LDIF...] - an empty directory with o=oanet, the hook's account, james, and more.
slapd_start() {
	slapd_configure && slapd_resume &&
		slapd_add "$slapd_sh_source/t/ldap/oanet.ldif" "$slapd_sh_source/t/ldap/james.ldif" "$@"
}
