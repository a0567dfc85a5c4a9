#!/bin/bash
# SPDX-License-Identifier: MIT
# limits.t - every limit of engine/limits.h is enforced, and has a test that names it
. "$(dirname "$0")/../lib.sh"
cd "$SRC" || exit 1

none() { ! grep .; }
limits() { sed -nE 's/^#define (SIEVE_LIMIT_[A-Z_]+)[[:space:]].*/\1/p' engine/limits.h; }

# told WORDS FOLDER... - the limits that nothing in these folders names.
told() {
	local words=$1 limit
	shift
	limits | while read -r limit; do
		grep -rqw --exclude=limits.h --exclude-dir=lint "$limit" "$@" || echo "$limit $words"
	done | none
}

is "the list is read" "$(grep -c '^#define SIEVE_LIMIT_' engine/limits.h)" "$(limits | wc -l)"
check "every limit is enforced" told 'is enforced nowhere' engine sieve-ext schema peer mta-hook
check "every limit is named by a test of t/sieve/limit" \
	told 'has no test: its last legal value and its first illegal one go to t/sieve/limit' t/sieve/limit
done_testing
