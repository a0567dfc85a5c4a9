#!/bin/bash
# SPDX-License-Identifier: MIT
# install.t - what `make install` brings: programs that run, and a library that others can build on
. "$(dirname "$0")/../lib.sh"
need cc c++ make nm pkg-config

root=$TMP/root
check 'installs' make -C "$BUILD" -s install DESTDIR="$root"
prefix=$(sed -n 's/^prefix = //p' "$BUILD/Makefile")
export LD_LIBRARY_PATH=$root$prefix/lib
for program in bin/doorstep bin/doorstepd sbin/doorstep-hook sbin/doorstep-relay; do
	check "${program#*/} runs" "$root$prefix/$program" --version
	is "${program#*/} has a manual" 1 "$(find "$root$prefix/share/man" -name "${program#*/}.[18]" | wc -l)"
done
check 'the schema is there' test -f "$root$prefix/share/doorstep/ulr.schema"

# The library's own flags are below the root; what it needs of others is where it always is.
flags() {
	PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_PATH=$root$prefix/lib/pkgconfig pkg-config "$@" libdoorstep
	pkg-config "$@" glib-2.0
}
read -ra cflags <<<"$(flags --cflags | tr '\n' ' ')"
read -ra libs <<<"$(flags --libs | tr '\n' ' ')"

# The header is enough, in both languages.
echo '#include <doorstep/sieve.h>' >"$TMP/alone"
check 'the header alone is C' cc -std=c11 -Wall -Wextra -Wpedantic -Werror "${cflags[@]}" \
	-fsyntax-only -x c "$TMP/alone"
check 'the header alone is C++' c++ -Wall -Wextra -Wpedantic -Werror "${cflags[@]}" \
	-fsyntax-only -x c++ "$TMP/alone"
is 'the library shows what the header declares' \
	"$(cat "$SRC/engine/libdoorstep.sym")" \
	"$(nm -D --defined-only "$root$prefix/lib/libdoorstep.so" | awk '{ print $3 }' | LC_ALL=C sort -u)"

check 'the example builds on it' cc -Wall -Wextra -Werror "${cflags[@]}" -o "$TMP/embed" \
	"$SRC/examples/embed/embed.c" "${libs[@]}"
printf 'From: ann@example.org\nSubject: Hello\n\nText\n' >"$TMP/mail"
echo 'require "fileinto"; if header :is "subject" "hello" { fileinto "Friends"; }' >"$TMP/good.sieve"
echo 'if header "subject" { keep; }' >"$TMP/bad.sieve"
echo 'require "reject"; keep; reject "no";' >"$TMP/failing.sieve"
"$TMP/embed" "$TMP/good.sieve" "$TMP/mail" >"$TMP/said"
is 'it runs a script' 0 $?
is 'and gets its action' 'store Friends' "$(cat "$TMP/said")"
"$TMP/embed" "$TMP/bad.sieve" "$TMP/mail" 2>"$TMP/said"
is 'it hears of a mistake' 1 $?
check 'with its place' grep -q "^$TMP/bad.sieve:1:" "$TMP/said"
"$TMP/embed" "$TMP/failing.sieve" "$TMP/mail" >"$TMP/actions" 2>"$TMP/said"
is 'a script that fails keeps the mail' 'implicit keep' "$(cat "$TMP/actions")"
check 'and says why' grep -q "^$TMP/failing.sieve:1: reject cannot stand beside" "$TMP/said"
done_testing
