#!/bin/bash
# SPDX-License-Identifier: MIT
# convert.t - doorstep convert: every example with its script and report, and what the verb promises
. "$(dirname "$0")/../lib.sh"
need perl
cd "$SRC/examples/legacy" || exit 1

json() { perl -MJSON::PP -e 'local $/; my $r = decode_json(<STDIN>); print eval $ARGV[0]' "$1"; }
lists=$(find . -maxdepth 1 -type f ! -name '*.sieve' ! -name '*.report' ! -name README.md -printf '%P\n' | sort)
check 'there is a list of each format' test "$(echo "$lists" | wc -l)" -ge 8
for list in $lists; do
	doorstep convert --home home --output "$TMP/script" --report "$TMP/report" "$list" 2>"$TMP/summary"
	is "$list is recognised and converted" 0 $?
	check "$list: the script is as it was" diff "$list.sieve" "$TMP/script"
	check "$list: the report is as it was" diff "$list.report" "$TMP/report"
	check "$list: the summary begins the report" cmp -n "$(wc -c <"$TMP/summary")" "$TMP/summary" "$TMP/report"
	check "$list: the script has no mistakes" doorstep check "$TMP/script"
	check "$list: it is in layout" doorstep fmt --check "$TMP/script"
	check "$list: --strict fails, as not all is exact" fails doorstep convert --strict --output "$TMP/script" "$list"
	doorstep convert --quiet --home home --report "$TMP/report.json" "$list" >"$TMP/script" 2>"$TMP/err"
	is "$list: --quiet says nothing" '' "$(cat "$TMP/err")"
	lines=$(json 'scalar grep { !$_->{file} } @{$r->{lines}}' <"$TMP/report.json")
	is "$list: the JSON has every line" "$(grep -c '' "$list")" "$lines"
	is "$list: and counts them" "$(json 'scalar @{$r->{lines}}' <"$TMP/report.json")" \
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
mkfifo "$TMP/pipe"
cat "$TMP/pipe" >"$TMP/out" &
reader=$!
doorstep convert -q --from sendmail-access --report "$TMP/pipe" --output "$TMP/script" "$TMP/list"
# Were the pipe replaced, nobody would end the reader.
[ -p "$TMP/pipe" ] || kill "$reader"
wait "$reader"
check 'a report may go to a pipe' grep -q '^2: comment' "$TMP/out"
chmod 640 "$TMP/script" && ln -s script "$TMP/link"
doorstep convert -q --from sendmail-access --output "$TMP/link" "$TMP/list"
is 'a link stays one, and a file keeps its mode' "symbolic link 640" "$(stat -c %F "$TMP/link") $(stat -c %a "$TMP/script")"
check 'a folder that is not there is told' fails doorstep convert -q --from sendmail-access --output "$TMP/no/x" "$TMP/list"

# Of one pattern the first counts; what cannot be said takes fields all the same.
printf '/^List-Id: <a>/ REJECT\n/^List-Id: <a>/ REJECT\n/^List-Id: <a>/ DISCARD\n/^Date:/ DUNNO\n/^Date: x/ REJECT\n/^X-A:/ REJECT\n/^X-A: b/ REJECT\n' >"$TMP/list"
doorstep convert -q --from postfix-checks --report "$TMP/report" --output "$TMP/script" "$TMP/list"
is 'repeated, contradicted and shadowed patterns' 'line 2 says again what line 1 says
line 3 contradicts line 1, which counts
line 5 contradicts line 4, which counts
line 7 adds nothing to line 6, which decides the same' "$(grep '^line' "$TMP/report")"
check 'and two commands' test "$(grep -c '^if' "$TMP/script")" = 2
printf '!/^List-Id: <a>/ REJECT\n/^List-Id: <a>/ REJECT\n' >"$TMP/list"
doorstep convert -q --from postfix-checks --report "$TMP/report" --output "$TMP/script" "$TMP/list"
check 'what is left out takes fields, too' grep -q '^2: approximated, script line 6 (what line 1 takes, which is left out' "$TMP/report"

# What procmail includes is read where it is named.
mkdir -p "$TMP/home/Mail"
cat >"$TMP/home/rc" <<'END'
MAILDIR=$HOME/Mail
INCLUDERC=$HOME/lists.rc
:0
* ^Precedence: bulk
{
	INCLUDERC=deep.rc
}
INCLUDERC=none.rc
INCLUDERC=open.rc
INCLUDERC=self.rc
END
printf ':0\n* ^List-Id: <a>\na\n' >"$TMP/home/lists.rc"
printf ':0 c\ncopies\n' >"$TMP/home/Mail/deep.rc"
printf ':0\n* ^X-Open:\n{\n' >"$TMP/home/Mail/open.rc"
printf 'INCLUDERC=self.rc\n' >"$TMP/home/Mail/self.rc"
doorstep convert --from procmail --home "$TMP/home" --output "$TMP/script" --report "$TMP/report" "$TMP/home/rc" 2>/dev/null
check 'INCLUDERC: a file of recipes' grep -qF '# lines ~/lists.rc:1-3' "$TMP/script"
check 'INCLUDERC in a block' grep -qF '# lines 3-6, ~/Mail/deep.rc:1-2, 7' "$TMP/script"
check 'each line of it is reported' grep -qxF '~/Mail/deep.rc:2: exact, script line 10: copies' "$TMP/report"
check 'a file that is not there' grep -q '^8: not expressible (it reads a file that cannot be read here' "$TMP/report"
check 'a file that ends in a block' grep -q '^9: not expressible (it reads a file whose recipes do not end' "$TMP/report"
check 'a file that includes itself' grep -q '^~/Mail/self.rc:1: not expressible' "$TMP/report"
check 'and goes to the mailbox' grep -qF 'fileinto :create :copy "copies";' "$TMP/script"

# What a block sets hangs on whether it is entered, and an "else" on what is before it.
printf 'A=a\n:0\n* ^X: b\n{\nA=b\n:0 c\n$A\n}\n:0\n* ^Y:\n$A\n' >"$TMP/list"
doorstep convert -q --from procmail --report "$TMP/report" --output "$TMP/script" "$TMP/list"
check 'a variable in its block' grep -qF 'fileinto :create :copy "b";' "$TMP/script"
check 'and behind it' grep -q '^11: not expressible (what the variable A is' "$TMP/report"
printf ':0\n* 1^0 ^X:\nx\n:0 E\ny\n' >"$TMP/list"
check 'an else of what is left out' fails grep -q fileinto <(doorstep convert -q --from procmail "$TMP/list")
printf 'MAILDIR=$HOME/Mail\nDEFAULT=$MAILDIR/inbox/\n:0\n* ^List-Id: <a>\n$DEFAULT\n:0\n* ^List-Id: <b>\n${DEFAULT}\n:0\n* ^List-Id: <c>\ninbox\n' >"$TMP/list"
doorstep convert -q --strict --from procmail --output "$TMP/script" "$TMP/list"
is 'the default folder is the inbox, however it is written' 0,1 "$(grep -c fileinto "$TMP/script"),$(grep -c 'keep;' "$TMP/script")"
printf 'DEFAULT=/dev/null\n' >"$TMP/list"
check 'what no recipe takes is kept' fails doorstep convert -q --strict --from procmail "$TMP/list"
printf ':0 Whc: l\n| formail -D 8192 cache\n:0 a:\ntwice\n\n:0 Wh\n| formail -x Subject:\n' >"$TMP/list"
doorstep convert -q --from procmail --report "$TMP/report" --output "$TMP/script" "$TMP/list"
check 'formail -D, and what follows it' grep -q -A1 '^if duplicate {' "$TMP/script"
check 'goes to its folder' grep -qF 'fileinto :create "twice";' "$TMP/script"
check 'other programs are none of ours' grep -q '^7: not expressible (it runs a program)' "$TMP/report"
printf 'A="a"\nif (/^X: b/)\n{\nA="b"\n}\nto "$A"\n' >"$TMP/list"
check 'maildrop: a variable in a block' fails grep -q fileinto <(doorstep convert -q --from maildrop "$TMP/list")

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
printf '\xef\xbb\xbf:0\r\n* ^List-Id:.*<a>\r\na\r\n' >"$TMP/list"
check 'a byte order mark' grep -qF 'header :contains "List-Id" "<a>"' <(doorstep convert -q --strict "$TMP/list")
printf '# Gr\xfc\xdfe, und \xc3\xa4lter\n:0\n* ^List-Id:.*<Gr\xfc\xdfe>\nGr\xc3\xbc\xc3\x9fe\n' >"$TMP/list"
doorstep convert -q --report "$TMP/report" --output "$TMP/script" "$TMP/list"
check 'lines of windows-1252 beside UTF-8' grep -qF 'header :contains "List-Id" "<Grüße>"' "$TMP/script"
check 'the others stay as they are' grep -qF 'fileinto :create "Grüße";' "$TMP/script"
check 'what was guessed is told' grep -q '^3: approximated, script line 4 (it is no UTF-8, and was read as windows-1252)' "$TMP/report"
for order in LE BE; do
	{ [ $order = LE ] && printf '\xff\xfe' || printf '\xfe\xff'; iconv -f UTF-8 -t UTF-16$order mailFilters.xml; } >"$TMP/list"
	check "UTF-16$order" diff <(doorstep convert -q "$TMP/list") mailFilters.xml.sieve
done
printf 'From:a\0b@example.org REJECT\nFrom:"x"; discard; #@example.org REJECT\nFrom:a\x01@example.org REJECT\n' >"$TMP/list"
is 'what is hostile becomes nothing, and the script says so' '# Left out, lines 1-3: the report says why' \
	"$(doorstep convert -q --from sendmail-access "$TMP/list")"
perl -e 'print ":0\n* ^Subject:.*", "a" x 1_000_000, "\nfolder\n"' >"$TMP/list"
check 'a line of a megabyte' doorstep convert -q --from procmail --output "$TMP/script" "$TMP/list"

perl -e 'print "From:u$_\@example.org REJECT\nFrom:h$_.example.com DISCARD\n" for 1 .. 50000' >"$TMP/list"
doorstep convert -q --from sendmail-access --output "$TMP/script" "$TMP/list"
check '100,000 lines become a handful of commands' test "$(grep -cE '^(if|elsif|} elsif)' "$TMP/script")" -le 2
done_testing
