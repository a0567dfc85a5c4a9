#!/bin/bash
# SPDX-License-Identifier: MIT
# access.t - who may read and write what: the table of schema/README.md, against a real slapd
. "$(dirname "$0")/../lib.sh"
need slapd ldapadd ldapsearch
LDAP_PORT=$(free_port)
. "$SRC/t/ldap/slapd.sh"
sed -e 's/cn=james/cn=mary/; s/^cn: james/cn: mary/; s/^username: .*/username: mary/; s/^email: .*/email: mary@d/' \
	"$SRC/t/ldap/james.ldif" >"$TMP/mary.ldif"
slapd_start "$TMP/mary.ldif" || exit 1
slapd_modify <<LDIF
dn: $LDAP_USER_DN
changetype: modify
add: doorstepTicketSecret
doorstepTicketSecret: 0123456789abcdef0123456789abcdef
-
add: doorstepSmtpPort
doorstepSmtpPort: 2525
-
add: doorstepLeaseEnd
doorstepLeaseEnd: 20290101000000Z
-
add: doorstepCapability
doorstepCapability: pop3
-
add: doorstepTlsKey
doorstepTlsKey: sha256:$(printf 'fedcba9876543210%.0s' 1 2 3 4)
LDIF

as() { # WHO COMMAND...
	local who=$1
	shift
	case $who in
	anonymous) "$@" -x -H "$LDAP_URI" ;;
	other) "$@" -x -H "$LDAP_URI" -D cn=mary,o=oanet -w 1234 ;;
	hook) "$@" -x -H "$LDAP_URI" -D "$LDAP_HOOK" -w "$LDAP_HOOK_PW" ;;
	owner) "$@" -x -H "$LDAP_URI" -D "$LDAP_USER_DN" -w "$LDAP_USER_PW" ;;
	esac
}
reads() { # WHO ATTRIBUTE
	as "$1" ldapsearch -LLL -b "$LDAP_USER_DN" -s base '(objectClass=*)' "$2" 2>/dev/null | grep -qi "^$2:" ||
		as "$1" ldapsearch -LLL -b "$LDAP_BASE" '(username=james)' "$2" 2>/dev/null | grep -qi "^$2:"
}
writes() { # WHO ATTRIBUTE VALUE
	printf 'dn: %s\nchangetype: modify\nreplace: %s\n%s: %s\n' "$LDAP_USER_DN" "$2" "$2" "$3" |
		as "$1" ldapmodify
}
finds() { # WHO FILTER
	as "$1" ldapsearch -LLL -b "$LDAP_BASE" "$2" 1.1 | grep -qx "dn: $LDAP_USER_DN"
}
may() { # r|- w|- WHO ATTRIBUTE VALUE
	case $1 in
	r) check "$3 reads $4" reads "$3" "$4" ;;
	-) check "$3 does not read $4" fails reads "$3" "$4" ;;
	esac
	case $2 in
	w) check "$3 writes $4" writes "$3" "$4" "$5" ;;
	-) check "$3 does not write $4" fails writes "$3" "$4" "$5" ;;
	esac
}

secret=fedcba9876543210fedcba9876543210
key=sha256:$(printf '0123456789abcdef%.0s' 1 2 3 4)
while read -r attribute value owner hook; do
	for who in anonymous other; do may - - $who "$attribute" "$value"; done
	may "$hook" - hook "$attribute" "$value"
	may "${owner%?}" "${owner#?}" owner "$attribute" "$value"
done <<TABLE
username james r- r
email james@elsewhere r- r
online 2 rw r
Ipaddress 10.1.1.1 rw r
doorstepSmtpPort 26 rw r
doorstepLeaseEnd 20300101000000Z rw r
doorstepCapability x rw r
doorstepTlsKey $key rw r
doorstepTicketSecret $secret rw r
mailfilter 23* rw -
userPassword 1234 -w -
TABLE
for who in anonymous other hook owner; do check "$who finds the DN" finds $who '(username=james)'; done
check 'a stranger cannot search by address' fails finds anonymous '(email=james@oanet.ntu.edu.tw)'
check 'the hook searches by address' finds hook '(email=james@oanet.ntu.edu.tw)'
check 'the owner cannot search by password' fails finds owner '(userPassword=1234)'

while read -r attribute value; do
	check "$attribute cannot be $value" fails writes owner "$attribute" "$value"
done <<TABLE
online 3
online -1
Ipaddress host.example.org
Ipaddress 10.0.0.1 25
doorstepSmtpPort 0
doorstepTlsKey sha256:0
doorstepTicketSecret 0123456789abcdef0123456789abcdef+
doorstepLeaseEnd tomorrow
TABLE

ldapsearch -LLL -x -H "$LDAP_URI" -D "$LDAP_ADMIN" -w "$LDAP_ADMIN_PW" -b "$LDAP_USER_DN" userPassword |
	sed -n 's/^userPassword:: //p' | base64 -d >"$TMP/stored"
check 'a password is stored as a hash' grep -q '^{SSHA}' "$TMP/stored"

# The same schema in cn=config form: it loads, and defines the same.
mkdir "$TMP/from-schema" "$TMP/from-ldif"
printf 'include /etc/ldap/schema/core.schema\ninclude %s\n' "$SRC/schema/ulr.schema" >"$TMP/a.conf"
printf 'include /etc/ldap/schema/core.schema\n' >"$TMP/b.conf"
slaptest -f "$TMP/a.conf" -F "$TMP/from-schema" >"$TMP/slaptest" 2>&1
slaptest -f "$TMP/b.conf" -F "$TMP/from-ldif" >"$TMP/slaptest" 2>&1
check 'ulr.ldif loads' slapadd -n 0 -F "$TMP/from-ldif" -l "$SRC/schema/ulr.ldif"
definitions() { slapcat -n 0 -F "$1" -H 'ldap:///cn=schema,cn=config??one?(cn=*ulr)' -o ldif-wrap=no |
	sed -n 's/^\(olc[A-Za-z]*: \)\({[0-9]*}\)\?/\1/p' | sort; }
definitions "$TMP/from-schema" >"$TMP/a"
definitions "$TMP/from-ldif" >"$TMP/b"
check 'it defines something' grep -q "NAME 'UserLocationRecord'" "$TMP/a"
same 'ulr.ldif defines what ulr.schema defines' "$TMP/a" "$TMP/b"
done_testing
