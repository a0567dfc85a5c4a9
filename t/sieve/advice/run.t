#!/bin/bash
# SPDX-License-Identifier: MIT
# run.t - each NAME.sieve of this folder compiles, with exactly the warnings of NAME.expect
#
# A first line `# options: ...` is for doorstep check. The line that sums up is left out.
. "$(dirname "$0")/../../lib.sh"
cd "$SRC/t/sieve/advice" || exit 1

for script in *.sieve; do
	name=${script%.sieve}
	read -ra options < <(sed -n '1s/^# options: //p' "$script")
	doorstep check ${options[@]+"${options[@]}"} "$script" >"$TMP/all" 2>&1
	is "$name: exit code" 0 $?
	sed "/^$script: no /d" "$TMP/all" >"$TMP/$name.out"
	same "$name: text" "$name.expect" "$TMP/$name.out"
done
done_testing
