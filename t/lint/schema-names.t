#!/bin/bash
# SPDX-License-Identifier: MIT
# schema-names.t - attribute names and numbers are the same in C and in both forms of the schema
. "$(dirname "$0")/../lib.sh"
cd "$SRC/schema" || exit 1

# ulr.ldif folds its lines (RFC 2849): one blank goes.
perl -0pe 's/\n //g' ulr.ldif >"$TMP/ldif"
perl -0pe 's/\n[\t ]+/ /g' ulr.schema >"$TMP/schema"
# Each definition, without its keyword and without needless blanks.
definitions() {
	sed -nE "s/^$2:?[[:space:]]*//Ip" "$1" | sed -E 's/^\{[0-9]+\}//; s/[[:space:]]+/ /g; s/\( /(/g; s/ \)/)/g'
}
check 'there are attributes' test "$(definitions "$TMP/schema" attributetype | wc -l)" -gt 5
is 'attributes of ulr.schema and ulr.ldif' "$(definitions "$TMP/schema" attributetype)" \
	"$(definitions "$TMP/ldif" olcAttributeTypes)"
is 'classes of ulr.schema and ulr.ldif' "$(definitions "$TMP/schema" objectclass)" \
	"$(definitions "$TMP/ldif" olcObjectClasses)"

# Every name in the C table is defined here, or is one of the two that the paper's schema shares with
# the standard one.
names=$(sed -nE 's/^LOCATION_ATTRIBUTE\([^"]*"([^"]+)".*/\1/p' location-attributes.def)
check 'the C table has names' test "$(echo "$names" | wc -l)" -gt 8
undefined() {
	local name
	for name in $names; do
		case $name in userPassword | userpassword | email) continue ;; esac
		definitions "$TMP/schema" attributetype | grep -qiE "NAME (\(.*)?'$name'" || echo "$name"
	done
}
is 'each name of the C table is in the schema' '' "$(undefined)"
done_testing
