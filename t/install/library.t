#!/bin/bash
# SPDX-License-Identifier: MIT
# library.t - what `make install` brings: programs that run, and a library that others can build on
. "$(dirname "$0")/../lib.sh"
need cc make pkg-config

root=$TMP/root
check 'installs' make -C "$BUILD" -s install DESTDIR="$root"
prefix=$(sed -n 's/^prefix = //p' "$BUILD/Makefile")
export LD_LIBRARY_PATH=$root$prefix/lib
for program in bin/doorstep bin/doorstepd sbin/doorstep-hook sbin/doorstep-relay; do
	check "${program#*/} runs" "$root$prefix/$program" --version
	is "${program#*/} has a manual" 1 "$(find "$root$prefix/share/man" -name "${program#*/}.[18]" | wc -l)"
done
check 'the schema is there' test -f "$root$prefix/share/doorstep/ulr.schema"

# A stranger's program, built the way strangers build.
sed -i "s,^prefix=.*,prefix=$root$prefix," "$root$prefix/lib/pkgconfig/libdoorstep.pc"
export PKG_CONFIG_PATH=$root$prefix/lib/pkgconfig
# shellcheck disable=SC2046 # flags
check 'a program builds on it' cc -Wall -Wextra -Werror -o "$TMP/stranger" "$SRC/t/install/stranger.c" \
	$(pkg-config --cflags --libs libdoorstep)
printf 'From: ann@example.org\nSubject: Hello\n\nText\n' >"$TMP/mail"
echo 'require "fileinto"; if header :is "subject" "hello" { fileinto "Friends"; }' >"$TMP/good.sieve"
echo 'if header "subject" { keep; }' >"$TMP/bad.sieve"
"$TMP/stranger" "$TMP/good.sieve" "$TMP/mail" >"$TMP/said"
is 'it runs a script' 0 $?
is 'and gets its action' 'store "Friends"' "$(cat "$TMP/said")"
"$TMP/stranger" "$TMP/bad.sieve" "$TMP/mail" 2>"$TMP/said"
is 'it hears of a mistake' 1 $?
check 'with its place' grep -q "^$TMP/bad.sieve:1:" "$TMP/said"
done_testing
