#!/bin/bash
# SPDX-License-Identifier: MIT
# run.t - each NAME.sieve of this folder fails, with exactly the diagnostics of NAME.expect
. "$(dirname "$0")/../../lib.sh"
cd "$SRC/t/sieve/error" || exit 1

for script in *.sieve; do
	name=${script%.sieve}
	doorstep check "$script" >"$TMP/$name.out" 2>&1
	is "$name: exit code" 1 $?
	same "$name: text" "$name.expect" "$TMP/$name.out"
done
done_testing
