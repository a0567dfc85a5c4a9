#!/bin/bash
# SPDX-License-Identifier: MIT
# explain.t - `doorstep run --explain`: the text of each script in explain/, run on its mail.eml
#
# NAME.expect is what is printed. With BLESS=1 in the environment the files are written anew; look at
# the difference before you keep it.
. "$(dirname "$0")/../lib.sh"
cd "$SRC/t/doorstep/explain" || exit 1

for expect in *.expect; do
	name=${expect%.expect}
	doorstep run --explain -f boss@example.com -t me@example.com "$name.sieve" mail.eml >"$TMP/$name" 2>&1
	[ "${BLESS-}" = 1 ] && cp "$TMP/$name" "$expect"
	same "$name" "$expect" "$TMP/$name"
done
done_testing
