#!/bin/bash
# SPDX-License-Identifier: MIT
# convert.t - doorstep convert: every example with its script and report, and what the verb promises
. "$(dirname "$0")/../lib.sh"
need perl
cd "$SRC/examples/legacy" || exit 1

json() { perl -MJSON::PP -e 'local $/; my $r = decode_json(<STDIN>); print eval $ARGV[0]' "$1"; }
lists=$(find . -type f ! -name '*.sieve' ! -name '*.report' ! -name README.md -printf '%P\n' | sort)
check 'there is a list of each format' test "$(echo "$lists" | wc -l)" -ge 8
for list in $lists; do
	doorstep convert --output "$TMP/script" --report "$TMP/report" "$list" 2>"$TMP/summary"
	is "$list is recognised and converted" 0 $?
	check "$list: the script is as it was" diff "$list.sieve" "$TMP/script"
	check "$list: the report is as it was" diff "$list.report" "$TMP/report"
	check "$list: the summary begins the report" cmp -n "$(wc -c <"$TMP/summary")" "$TMP/summary" "$TMP/report"
	check "$list: the script has no mistakes" doorstep check "$TMP/script"
	check "$list: it is in layout" doorstep fmt --check "$TMP/script"
	check "$list: --strict fails, as not all is exact" fails doorstep convert --strict --output "$TMP/script" "$list"
	doorstep convert --quiet --report "$TMP/report.json" "$list" >"$TMP/script" 2>"$TMP/err"
	is "$list: --quiet says nothing" '' "$(cat "$TMP/err")"
	is "$list: the JSON has every line" "$(grep -c '' "$list")" "$(json 'scalar @{$r->{lines}}' <"$TMP/report.json")"
	is "$list: and counts them" "$(grep -c '' "$list")" \
		"$(json 'my $n = 0; $n += $_ for values %{$r->{counts}}; $n' <"$TMP/report.json")"
	check "$list: and has the script" diff <(json '$r->{script}' <"$TMP/report.json") "$TMP/script"
done

printf 'From:a@example.org REJECT\r\n# it ends in CRLF\r\n' >"$TMP/list"
doorstep convert --strict --from sendmail-access "$TMP/list" >"$TMP/script" 2>/dev/null
is '--strict succeeds where all is exact' 0 $?
check 'and the script refuses' grep -q 'reject "Access denied";' "$TMP/script"
check 'standard input is a file too' test -n "$(doorstep convert -q --from sendmail-access - <"$TMP/list")"
check 'an empty list gives an empty script' test -z "$(doorstep convert -q --from procmail /dev/null)"
doorstep convert --from nonsense "$TMP/list" 2>"$TMP/err"
is 'a format that there is not' 2 $?
check 'the formats are told' grep -q 'procmail' "$TMP/err"
echo 'Dear Sir or Madam' >"$TMP/letter"
doorstep convert "$TMP/letter" 2>"$TMP/err"
is 'a file that is none' 2 $?
check 'and the way out is told' grep -q -- '--from' "$TMP/err"
doorstep convert --side nowhere "$TMP/list" 2>/dev/null
is 'a side that there is not' 2 $?
printf 'example.org REJECT\n' >"$TMP/list"
for side in sender:from recipient:to client:remote-host; do
	check "--side ${side%:*}" grep -q "\"${side#*:}\"" <(doorstep convert -q --from postfix-access --side "${side%:*}" "$TMP/list")
done
cat >"$TMP/list" <<'END'
dn: uid=james,dc=example,dc=org
mailfilter: 21spammer@exam
 ple.org
mailfilter:: MTFmcmllbmRAZXhhbXBsZS5vcmc=
online: 1

dn: uid=ann,dc=example,dc=org
mailfilter: 21other@example.org
END
doorstep convert --report "$TMP/report" --output "$TMP/script" "$TMP/list" 2>/dev/null
check 'LDIF: a folded line' grep -qF 'envelope :is "from" ["spammer@example.org"]' "$TMP/script"
check 'LDIF: base64' grep -q '^4: exact' "$TMP/report"
check 'LDIF: one record at a time' grep -q '^8: not expressible (it is of another reader' "$TMP/report"
printf 'From:a\0b@example.org REJECT\nFrom:"x"; discard; #@example.org REJECT\nFrom:\xff@example.org OK\n' >"$TMP/list"
is 'what is hostile becomes nothing, and the script says so' '# Left out, lines 1-3: the report says why' \
	"$(doorstep convert -q --from sendmail-access "$TMP/list")"
perl -e 'print ":0\n* ^Subject:.*", "a" x 1_000_000, "\nfolder\n"' >"$TMP/list"
check 'a line of a megabyte' doorstep convert -q --from procmail --output "$TMP/script" "$TMP/list"

perl -e 'print "From:u$_\@example.org REJECT\nFrom:h$_.example.com DISCARD\n" for 1 .. 50000' >"$TMP/list"
doorstep convert -q --from sendmail-access --output "$TMP/script" "$TMP/list"
check '100,000 lines become a handful of commands' test "$(grep -cE '^(if|elsif|} elsif)' "$TMP/script")" -le 2
done_testing
