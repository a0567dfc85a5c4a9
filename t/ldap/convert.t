#!/bin/bash
# SPDX-License-Identifier: MIT
# convert.t - doorstep convert: mailfilter straight from a real directory, of one user and of all
. "$(dirname "$0")/../lib.sh"
need slapd ldapadd ldapsearch
LDAP_PORT=$(free_port)
. "$SRC/t/ldap/slapd.sh"
slapd_start || exit 1

# record NAME CN ENTRY... - a reader with an access list, in LDIF.
record() {
	printf 'dn: cn=%s,o=oanet\nobjectclass: UserLocationRecord\ncn: %s\nusername: %s\nonline: 0\n' "$2" "$2" "$1"
	printf 'mailfilter: %s\n' "${@:3}"
	echo
}
{
	record ann ann 21spammer@example.org '23*' 11friend@example.org
	record bob bob 99nonsense 21@example.net
	record ../up up 21@example.net
	record twin twin-a 21@example.com
	record twin twin-b 22192.0.2.1
	printf 'dn: cn=none,o=oanet\nobjectclass: UserLocationRecord\ncn: none\nusername: none\nonline: 0\n'
} >"$TMP/readers.ldif"
slapd_add "$TMP/readers.ldif"
printf '%s' "$LDAP_ADMIN_PW" >"$TMP/admin.pw"
settings() { printf '[directory]\nuri = %s\nbase = %s\n' "$LDAP_URI" "$LDAP_BASE"; }
{ settings; printf 'bind_dn = %s\npassword_file = %s\n' "$LDAP_ADMIN" "$TMP/admin.pw"; } >"$TMP/admin.conf"
settings >"$TMP/stranger.conf"
convert() { doorstep convert --config "$TMP/admin.conf" "$@" 2>"$TMP/err"; }

convert --user james --report "$TMP/report" >"$TMP/james.sieve"
is 'of one user' 0 $?
check 'the host is denied' grep -q 'environment :is "remote-ip" \["140.112.4.11"\]' "$TMP/james.sieve"
check 'each entry is exact' grep -q ' 0 not expressible, 0 approximated, 2 exact' "$TMP/report"
check 'it is what compile makes' diff <(grep -v '^#' "$TMP/james.sieve") \
	<(doorstep compile --user james --config "$TMP/admin.conf" | grep -v '^#')
convert --user nobody
is 'of nobody' 1 $?
is 'and it is told' 'doorstep convert: nobody: no mailfilter that may be read, or several records' "$(cat "$TMP/err")"
doorstep convert --config "$TMP/stranger.conf" --user james 2>"$TMP/err"
is 'of a stranger' 2 $?
check 'the directory does not let them read it' grep -q 'none that may be read' "$TMP/err"

convert --all --output "$TMP/scripts" --report "$TMP/report"
is 'of all: not all get a script' 1 $?
is 'the others have a script' 'ann.sieve bob.sieve james.sieve' "$(ls "$TMP/scripts" | tr '\n' ' ' | sed 's/ $//')"
check 'and the same one' diff "$TMP/james.sieve" "$TMP/scripts/james.sieve"
check 'two records of one name are told' grep -q 'twin: .* several records' "$TMP/err"
check 'no name leaves the folder' grep -qF '../up: its name cannot be that of a file; it has got no script' "$TMP/err"
check 'what is not expressible is told' grep -q '^bob: .* 1 not expressible' "$TMP/err"
check 'all is added up' grep -q 'scripts: scripts of 3 readers, 7 entries: 1 not expressible$' "$TMP/err"
check 'the report has all of them' test "$(grep -c ': access list of a location record' "$TMP/report")" = 3
for script in "$TMP"/scripts/*; do
	check "${script##*/} has no mistakes" doorstep check "$script"
done

ldapsearch -x -LLL -H "$LDAP_URI" -D "$LDAP_ADMIN" -w "$LDAP_ADMIN_PW" -b "$LDAP_BASE" >"$TMP/all.ldif"
convert --all --output "$TMP/again" --report "$TMP/report.json" "$TMP/all.ldif"
check 'in LDIF the first of two records counts' grep -qF 'twin: another record has the same name' "$TMP/err"
rm "$TMP/again/twin.sieve"
check 'an LDIF file does as well' diff <(grep -rhv '^#' "$TMP/scripts" | sort) <(grep -rhv '^#' "$TMP/again" | sort)
check 'JSON: a line for each' test "$(grep -c '^{"version": 1, "file": "' "$TMP/report.json")" = 4
convert --all --strict --output "$TMP/again" "$TMP/all.ldif"
is '--strict, and not all is exact' 1 $?
grep -v nonsense "$TMP/all.ldif" | sed '/^dn: cn=\(up\|twin-b\)/,/^$/d' >"$TMP/good.ldif"
convert --all --strict --output "$TMP/again" "$TMP/good.ldif"
is '--strict, and all is' 0 $?

for wrong in '--all' '--user james --all --output x' '--user james file' '--user james --from exim' \
	'--all --output x --report x.html'; do
	# shellcheck disable=SC2086
	convert $wrong
	is "convert $wrong" 2 $?
done
slapd_stop
convert --user james
is 'without a directory: try again' 75 $?
done_testing
