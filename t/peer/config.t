#!/bin/bash
# SPDX-License-Identifier: MIT
# config.t - table, example and manual of doorstepd's settings tell the same keys; doorstepd's options

. "$(dirname "$0")/../lib.sh"

# The keys of the table as "group name", and of the example with what it comments out.
sed -n 's/^\t{"\([a-z0-9]*\)", "\([a-z0-9_]*\)", KIND_.*/\1 \2/p' "$SRC/peer/config.c" >"$TMP/table"
EXAMPLE=$SRC/examples/config/doorstepd.conf
sed 's/^#\([a-z0-9_]* = \)/\1/; s/^#\[/[/' "$EXAMPLE" >"$TMP/all.conf"
awk '/^\[/ { group = substr($1, 2, length($1) - 2) } /^[a-z0-9_]+ = / { print group, $1 }' \
	"$TMP/all.conf" | grep -vE '^(directory|sieve) ' >"$TMP/example"
awk '/^\.SH "GROUP/ { group = $3; gsub(/[]["]/, "", group) }
	/^\.SH/ && !/GROUP/ { group = "" }
	tag && /^\.B / && group != "" && group != "sieve" { print group, $2 }
	{ tag = /^\.TP/ }' "$SRC/doc/man/doorstepd.conf.5" >"$TMP/manual"

check "the table was found" [ "$(wc -l <"$TMP/table")" -gt 10 ]
same "the example tells every key, in the table's order" "$TMP/table" "$TMP/example"
same "the manual too" "$TMP/table" "$TMP/manual"

check "the example makes sense as it stands" doorstepd --check --config "$EXAMPLE"
check "and with every line taken in" doorstepd --check --config "$TMP/all.conf"
echo '[smtp]
lisen = 127.0.0.1:0' >"$TMP/bad.conf"
doorstepd --check --config "$TMP/bad.conf" 2>"$TMP/err"
is "a mistake: exit code 78" 78 $?
is "and its place is told" "doorstepd: $TMP/bad.conf: [smtp] lisen: there is no such setting" \
	"$(cat "$TMP/err")"
doorstepd --nonsense 2>/dev/null
is "usage: exit code 64" 64 $?
check "--version" grep -q '^doorstepd [0-9]' <(doorstepd --version)
check "--help shows examples" grep -q 'doorstepd --config' <(doorstepd --help)
done_testing
