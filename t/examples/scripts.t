#!/bin/bash
# SPDX-License-Identifier: MIT
# scripts.t - the example scripts are right and in layout, and the example suite holds
. "$(dirname "$0")/../lib.sh"
cd "$SRC/examples" || exit 1

check 'there are scripts' test "$(find . -name '*.sieve' | wc -l)" -gt 3
for script in sieve/*.sieve suite/*.sieve; do
	check "$script has no mistakes" doorstep check "$script"
	check "$script is in layout" doorstep fmt --check "$script"
done
check 'the suite holds' doorstep test --script suite/filter.sieve suite/mails/
is 'each mail of the suite has its expectation' '' \
	"$(for mail in suite/mails/*.eml; do [ -f "${mail%.eml}.expect" ] || echo "$mail"; done)"

# What the page on the scripts says of one that refuses by network.
echo 'From: a@example.org' >"$TMP/mail"
network=$(grep -oE '"[0-9.]+\*"' sieve/strict.sieve | head -1 | tr -d '"*')
is 'strict.sieve refuses the network that it names' 'ereject' \
	"$(doorstep run --remote-ip "${network}9" sieve/strict.sieve "$TMP/mail" | cut -d' ' -f1)"
is 'and nobody else' 'implicit keep' "$(doorstep run --remote-ip 198.51.100.1 sieve/strict.sieve "$TMP/mail")"
done_testing
