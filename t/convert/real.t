#!/bin/bash
# SPDX-License-Identifier: MIT
# real.t - procmail, maildrop, Exim and Postfix decide random mails as the scripts made of their filters do
. "$(dirname "$0")/../lib.sh"
need procmail maildrop postmap perl
exim=${DOORSTEP_EXIM_ROOT:-$SRC/build/exim-root}
[ -x "$exim/usr/sbin/exim4" ] || skip_all 'Exim is not unpacked: t/run does it'

chmod 755 "$TMP"
mkdir "$TMP/mails" "$TMP/run"
perl "$SRC/t/convert/mails" "$TMP/mails" 300 1
compare() { perl "$SRC/t/convert/compare" "$TMP/run" "$exim" "$@"; }

# compare_all PROGRAM FORMAT FILE LEFT_OUT - of LEFT_OUT lines there is nothing in the script.
compare_all() {
	check "$1: the filter is converted" doorstep convert --from "$2" --output "$TMP/$1.sieve" \
		--report "$TMP/report" "$SRC/t/convert/$3"
	is "$1: nothing more is left out" "$4" "$(grep -c 'not expressible (' "$TMP/report")"
	cp "$SRC/t/convert/$3" "$TMP/filter" && chmod 600 "$TMP/filter"
	check "$1: 300 mails are decided as the script does" compare "$1" "$TMP/filter" "$TMP/$1.sieve" "$TMP"/mails/*
	check "$1: the mails go to more than three places" test "$(doorstep run -f ann@example.org "$TMP/$1.sieve" \
		"$TMP"/mails/* | grep -v '^#' | sort -u | wc -l)" -gt 3
}
compare_all procmail procmail procmailrc 0
compare_all maildrop maildrop maildrop 0
compare_all exim exim exim.filter 0
compare_all postfix postfix-checks header_checks 1

for program in procmail maildrop exim; do
	check "$program: random filters" compare "$program" --random 150 1 "$TMP"/mails/*
	check "$program: many of them are converted whole" test "$(sed -nE 's/^([0-9]+) of .*/\1/p' "$TMP/check.out")" -gt 50
done
done_testing
