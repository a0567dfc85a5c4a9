#!/bin/bash
# SPDX-License-Identifier: MIT
# suite.t - suites of sample mails: what `doorstep test --script` prints when X.expect is another text
. "$(dirname "$0")/../lib.sh"
need xmllint script diff
cd "$TMP" || exit 1

mkdir mails
printf 'From: a@example.com\nTo: b@example.com\n\nx\n' >mails/a.eml
cp mails/a.eml mails/b.eml
printf 'require "fileinto";\n' >many.sieve
for i in 1 2 3 4 5 6 7 8 9; do echo "fileinto \"m$i\";"; done >>many.sieve

is "nothing expected yet" "not ok 1 - a
# Failed to open file “mails/a.expect”: No such file or directory; --bless writes it
not ok 2 - b
# Failed to open file “mails/b.expect”: No such file or directory; --bless writes it
1..2" "$(LC_ALL=C.UTF-8 doorstep test --script many.sieve mails)"
is "--bless" 'ok 1 - a
ok 2 - b
1..2' "$(doorstep test --script many.sieve --bless mails)"
cp mails/a.expect whole
sed -i 's/m2/other/' mails/a.expect
doorstep test --script many.sieve mails >out
is "what differs: exit code" 1 $?
is "what differs, with three lines around it" 'not ok 1 - a
# --- mails/a.expect
# +++ what the script does
# @@ -1,5 +1,5 @@
#  store "m1"
# -store "other"
# +store "m2"
#  store "m3"
#  store "m4"
#  store "m5"
ok 2 - b
1..2' "$(cat out)"
doorstep test --script many.sieve --junit report.xml mails >out
is "--junit: the suite is the folder" mails "$(xmllint --xpath 'string(//testsuite/@name)' report.xml)"
check "--junit: the difference" sh -c 'xmllint --xpath "string(//testcase[1]/failure)" report.xml | grep -qx -- "-store \"other\""'
check "no colour in a file" fails grep -q "$(printf '\033')" out report.xml
TERM=xterm script -qec "doorstep test --script many.sieve --junit report.xml mails" typescript >/dev/null </dev/null
check "colour on a terminal" grep -qF "$(printf '\033[31m-store "other"\033[0m')" typescript
check "but not in the report" fails grep -q '31m' report.xml

# differs NAME SED - our difference is that of diff(1) when the expected text is changed so.
differs() {
	sed "$2" whole >mails/a.expect
	doorstep test --script many.sieve mails >out
	diff -U3 mails/a.expect whole | sed '1,2d; s/^\\ No newline at end of file/\\ no line end here/
		s/^@@ -\([0-9]*\) /@@ -\1,1 /; s/ +\([0-9]*\) @@/ +\1,1 @@/; s/^/# /' >wanted
	sed -n '/^# @@/,/^\(ok\|not ok\)/p' out | grep '^#' >got
	same "as diff: $1" wanted got
}
differs "a line at the start" 1d
differs "one at the end" '$d'
differs "two changes far apart" '1d; 9s/m/x/'
differs "two changes near each other" '2d; 6d'
differs "with six lines between, which is near" '1d; 8d'
differs "with seven, which is not" '1d; 9d'
differs "lines that come and go" '3{h;d}; 5{p;s/m/z/}'
differs "everything" 's/m/n/'
differs "nothing was expected" d
printf 'store "m1"' >mails/a.expect
doorstep test --script many.sieve mails >out
check "no line end" grep -qxF '# \ no line end here' out
done_testing
