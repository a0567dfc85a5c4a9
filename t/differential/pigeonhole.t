#!/bin/bash
# SPDX-License-Identifier: MIT
# pigeonhole.t - Pigeonhole decides as we do on random scripts and mails, but for what doc/DEVIATIONS.md tells
. "$(dirname "$0")/../lib.sh"
need sieve-test sieve-filter sievec perl

compare() { perl "$SRC/t/differential/run" 300 0 >"$TMP/log" 2>&1; }
check 'every difference is explained' compare
sed 's/^/# /' "$TMP/log"
compared() { [ "$(sed -n 's/.* \([0-9]*\) pairs: .*/\1/p' "$TMP/log")" -ge 300 ]; }
check '300 pairs were compared' compared
with_all() { grep -q '^capabilities:.* duplicate .*envelope .*fileinto .*ihave .*spamtest .*vacation .*variables' "$TMP/log"; }
check 'with the capabilities that both know' with_all
done_testing
