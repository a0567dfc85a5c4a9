#!/bin/bash
# SPDX-License-Identifier: MIT
# dist.t - the tarball of `make dist` holds every file, and every test is run
. "$(dirname "$0")/../lib.sh"
[ -e "$SRC/.git" ] || exec echo '1..0 # SKIP this is no working copy'
need git make
cd "$SRC" || exit 1

git -c safe.directory='*' ls-files | grep -vxE '\.gitignore|\.ci/.*' | sort >"$TMP/files"
make -C "$BUILD" -s list-dist | while read -r item; do
	[ -d "$item" ] && find "$item" -type f || echo "$item"
done | sort -u >"$TMP/dist"
check 'there are files' test "$(wc -l <"$TMP/files")" -gt 300
is 'each file is in the tarball' '' "$(comm -23 "$TMP/files" "$TMP/dist")"
unlisted() {
	grep -E '^t/.*\.t$' "$TMP/files" | while read -r test; do
		grep -qE "^[^#]*\b${test//./\\.}( |\$)" t/Makemodule.am || echo "$test"
	done
}
is 'each test is run by make check or make check-system' '' "$(unlisted)"
done_testing
