#!/bin/bash
# SPDX-License-Identifier: MIT
# replay.t - what fuzzing starts from, and each input that once broke a promise, are run and keep them all
. "$(dirname "$0")/../lib.sh"
. "$SRC/t/fuzz/targets.sh"

# The last input named is the one that broke its promise.
replay() { xargs "$BUILD/t/fuzz/fuzz-$1" <"$TMP/inputs" >"$TMP/log" 2>&1 || { tail -n 5 "$TMP/log"; false; }; }
count() { wc -l <"$1" | tr -d ' '; }

"$SRC/t/fuzz/corpus" "$TMP/corpus" || exit 1
mkdir -p "$TMP/corpus/glob"
for target in $fuzz_targets; do
	find $(fuzz_seeds "$target") "$TMP/corpus/$target" -type f | sort >"$TMP/inputs"
	check "$target" replay "$target"
	is "$target: each of the inputs was run" "$(count "$TMP/inputs")" "$(grep -cF "$target/" "$TMP/log")"
done
done_testing
