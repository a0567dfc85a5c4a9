#!/bin/bash
# SPDX-License-Identifier: MIT
# coverage.t - `doorstep test --coverage`: which rules no sample mail reached
. "$(dirname "$0")/../lib.sh"
cd "$TMP" || exit 1

code() {
	"$@" >out 2>err
	echo $?
}
# report OPTION... - the lines about coverage.
report() { doorstep test --script rules.sieve --coverage "$@" samples | sed -n 's/^# //p'; }
# mail NAME SUBJECT - one more sample.
mail() { printf 'From: a@example.com\nSubject: %s\n\nx\n' "$2" >"samples/$1.eml"; }

cat >rules.sieve <<'END'
require ["fileinto", "include"];

if header :contains "subject" "sale" {
	discard;
	stop;
} elsif anyof (header "subject" "hello", not header "from" "b@example.com") {
	fileinto "a \"b\"";
} else {
	keep;
}
if true { include "more"; }
END
printf 'if size :over 1M { discard; }\n' >more.sieve
mkdir samples
mail one hello
doorstep test --script rules.sieve --bless samples >/dev/null

is 'one mail' 'rules.sieve:3: header: always false
    if header :contains "subject" "sale" {
rules.sieve:4: discard: never reached
    discard;
rules.sieve:5: stop: never reached
    stop;
rules.sieve:6: header: always true
    } elsif anyof (header "subject" "hello", not header "from" "b@example.com") {
rules.sieve:6: header: never reached
    } elsif anyof (header "subject" "hello", not header "from" "b@example.com") {
rules.sieve:9: keep: never reached
    keep;
more:1: size: always false
    if size :over 1M { discard; }
more:1: discard: never reached
    if size :over 1M { discard; }
coverage: 2 of 6 commands, 4 of 9 outcomes of tests: 40 %' "$(report)"

mail two sale
mail three other
doorstep test --script rules.sieve --bless samples >/dev/null
is 'mails add up' 'rules.sieve:6: header: always false
    } elsif anyof (header "subject" "hello", not header "from" "b@example.com") {
rules.sieve:9: keep: never reached
    keep;
more:1: size: always false
    if size :over 1M { discard; }
more:1: discard: never reached
    if size :over 1M { discard; }
coverage: 4 of 6 commands, 7 of 9 outcomes of tests: 73 %' "$(report)"

printf 'keep;\n' >rules.sieve
doorstep test --script rules.sieve --bless samples >/dev/null
is 'all was reached' 'coverage: 1 of 1 commands, 0 of 0 outcomes of tests: 100 %' "$(report)"
printf '# nothing\n' >rules.sieve
doorstep test --script rules.sieve --bless samples >/dev/null
is 'nothing to reach' 'coverage: 0 of 0 commands, 0 of 0 outcomes of tests: 100 %' "$(report)"
printf 'if header "x" "y" { keep; } # \033[1m\n' >rules.sieve
is 'a line that a terminal would obey' '2' "$(report | grep -c '\\x1b\[1m')"

printf 'discard;\n' >rules.sieve
is 'tests that fail' 1 "$(code doorstep test --script rules.sieve --coverage samples)"
is 'the report comes after the plan' '1..3
# coverage: 1 of 1 commands, 0 of 0 outcomes of tests: 100 %' "$(tail -n 2 out)"
printf 'keep\n' >rules.sieve
is 'a script with mistakes' 1 "$(code doorstep test --script rules.sieve --coverage samples)"
is 'no report of it' '' "$(cat out)"

mkdir suite
cat >suite/rules.sieve <<'END'
if header "subject" "a" { discard; }
if header "subject" "b" { stop; }
END
cat >suite/one.svtest <<'END'
require "vnd.dovecot.testsuite";
test_set "message" "Subject: a";
test "twice the same script" {
	if not allof (test_script_compile "rules.sieve", test_script_run) { test_fail "one"; }
	if not allof (test_script_compile "rules.sieve", test_script_run) { test_fail "two"; }
}
END
sed 's/Subject: a/Subject: c/' suite/one.svtest >suite/two.svtest
is 'scripts that test files compile' 'rules.sieve:2: header: always false
    if header "subject" "b" { stop; }
rules.sieve:2: stop: never reached
    if header "subject" "b" { stop; }
coverage: 1 of 2 commands, 3 of 4 outcomes of tests: 66 %' \
	"$(doorstep test --coverage suite | sed -n '/svtest$/d; s/^# //p' | sed "s,.*/,,")"

done_testing
