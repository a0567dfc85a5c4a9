#!/bin/bash
# SPDX-License-Identifier: MIT
# both-engines.t - our engine and libsieve decide alike, but for what t/sieve/both/differences lists

. "$(dirname "$0")/../lib.sh"
cd "$TMP" || exit 1
mkdir scripts
cp "$SRC"/t/sieve/both/*.sieve scripts
printf 'require "fileinto";\nif header :contains "subject" "hello" { fileinto "Greetings"; }\n' \
	>scripts/personal.sieve
doorstep compile --include personal "$SRC/t/ldap/james.ldif" >scripts/delivery.sieve
for script in "$SRC"/examples/sieve/*.sieve "$SRC"/examples/suite/*.sieve "$SRC"/t/sieve/core/*.sieve; do
	! doorstep check "$script" 2>/dev/null | grep -q ': no mistakes; portable to libsieve$' ||
		cp "$script" "scripts/project-$(basename "$script")"
done

# decide ENGINE SCRIPT - for each mail its name and what is done with it, in one line.
decide() {
	doorstep run --engine "$1" --remote-ip 192.0.2.1 "$2" "$SRC"/t/msg/*.eml 2>&1 | awk '
		/^# / { sub(".*/", ""); sub(/\.eml$/, ""); printf "%s%s", sep, $0; sep = "\n"; next }
		{ printf " | %s", $0 }
		END { print "" }'
}

mails=$(find "$SRC/t/msg" -name '*.eml' | wc -l)
grep -v '^#' "$SRC/t/sieve/both/differences" | sort >listed
for script in scripts/*.sieve; do
	name=$(basename "$script" .sieve)
	decide doorstep "$script" >ours
	decide libsieve "$script" >theirs
	is "$name: libsieve runs it on every mail" "$mails $mails" "$(wc -l <ours) $(wc -l <theirs)"
	diff ours theirs | sed -n "s/^< \([^ ]*\) .*/$name \1/p" >differing
	awk -v name="$name" '$1 == name { print $1, $2 }' listed >wanted
	same "$name: the same actions, but for the listed differences" wanted differing
done
check "each listed difference names a script, a mail, a section and a reason" \
	fails grep -vE '^[a-z-]+ [a-z0-9-]+ [0-9]+(\.[0-9]+)* .+\.$' listed
is "no difference is listed of a script that is not there" "" \
	"$(cut -d' ' -f1 listed | sort -u | while read -r name; do
		[ -f "scripts/$name.sieve" ] || echo "$name"; done)"
done_testing
