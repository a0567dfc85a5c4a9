#!/bin/bash
# SPDX-License-Identifier: MIT
# svtest.t - script tests that fail or break: what `doorstep test` prints, to the letter
. "$(dirname "$0")/../lib.sh"
need xmllint
cd "$TMP" || exit 1
REQUIRE='require "vnd.dovecot.testsuite";'

# tap NAME WANTED CODE - the output and exit code of `doorstep test` for the text on standard input.
tap() {
	{ echo "$REQUIRE"; cat; } >x.svtest
	doorstep test x.svtest >out 2>err
	is "$1: exit code" "$3" $?
	is "$1" "# x.svtest
$2" "$(cat out)"
}
# told NAME PATTERN - the text on standard input does not compile, and that is why.
told() {
	{ echo "$REQUIRE"; cat; } >x.svtest
	doorstep test x.svtest >out 2>&1
	is "$1: exit code" 1 $?
	check "$1: one failure" grep -qx '1\.\.1' out
	check "$1" grep -q -- "$2" out
}

printf 'keep;\n' >keep.sieve
printf 'redirect "a@example.com";\n' >redirect.sieve

tap "a failure leaves the test, and the file goes on" 'not ok 1 - a
# line 2: why
ok 2 - b
1..2' 1 <<-'END'
	test "a" { test_fail "why"; test_fail "not reached"; }
	test "b" { if not header "subject" "Frop!" { test_fail "x"; } }
END
tap "what a failed test has done stays" 'not ok 1 - a
# line 5: why
ok 2 - b
1..2' 1 <<-'END'
	test "a" { test_set "message" "Subject: new

	";
		if true { test_fail "why"; }
	}
	test "b" { if not header "subject" "new" { test_fail "it is gone"; } }
END
tap "a stop in a test ends the file; that test is no test" 'ok 1 - a
1..1' 0 <<-'END'
	test "a" { }
	test "b" { stop; }
	test "c" { test_fail "not reached"; }
END
tap "a stop between tests" 'ok 1 - a
1..1' 0 <<-'END'
	test "a" { }
	stop;
	test "c" { test_fail "not reached"; }
END
tap "an error in a test ends the file" 'ok 1 - a
not ok 2 - b
# x.svtest:3: no script was saved as "none"
1..2' 1 <<-'END'
	test "a" { }
	test "b" { test_binary_load "none"; }
	test "c" { }
END
tap "an error outside of tests" 'not ok 1 - the file runs
# x.svtest:2: no script compiled yet
1..1' 1 <<-'END'
	test_binary_save "none";
	test "c" { }
END
tap "test_fail outside of tests" 'not ok 1 - the file runs
# x.svtest:2: on purpose
1..1' 1 <<-'END'
	test_fail "on purpose";
	test "c" { }
END
tap "names of any kind" 'ok 1
ok 2 - a . b \" \\
not ok 3 - two\x0d\x0alines
# line 5: ./\x0d\x0a.
1..3' 1 <<-'END'
	test"" { }
	test "a # b \" \\" { }
	test "two
	lines" { test_fail "./
	."; }
END

tap "test_message :smtp as a command" 'not ok 1 - a
# line 2: no outgoing SMTP message with index 0
1..1' 1 <<-'END'
	test "a" { test_message :smtp 0; test_fail "not reached"; }
END
tap "test_message :folder as a command" "not ok 1 - a
# line 2: no message in folder 'Lists' with index 3
1..1" 1 <<-'END'
	test "a" { test_message :folder "Lists" 3; test_fail "not reached"; }
END
tap "test_message as a test" 'ok 1 - a
1..1' 0 <<-'END'
	test "a" { if test_message :smtp 0 { test_fail "found"; } }
END
tap "test_mailbox_delete" 'not ok 1 - a
# line 3: mailboxes cannot be deleted
1..1' 1 <<-'END'
	test_mailbox_create "x";
	test "a" { test_mailbox_delete "x"; }
END
tap "an annotation without a place" 'not ok 1 - the file runs
# x.svtest:2: "comment" is no name of an annotation: it must begin with /shared/ or /private/
1..1' 1 <<-'END'
	test_imap_metadata_set "comment" "x";
END
tap "test_config_reload: an unknown extension" 'not ok 1 - a
# x.svtest:2: there is no extension "frob"
1..1' 1 <<-'END'
	test "a" { test_config_reload :extension "frob"; }
END
tap "test_config_reload: an illegal value" 'not ok 1 - the file runs
# x.svtest:3: sieve_max_redirects = many: it must be a number from 0 to 1000
1..1' 1 <<-'END'
	test_config_set "sieve_max_redirects" "many";
	test_config_reload;
END
tap "what a script sends and stores is printed on demand" '# redirect "a@example.com"
# Subject: x
#
# ab \"c\"
ok 1 - a
1..1' 0 <<-'END'
	test_set "message" "Subject: x

	ab \"c\"
	";
	test "a" {
		if not allof (test_script_compile "redirect.sieve", test_script_run) { test_fail "no"; }
		test_result_print;
		test_message_print;
	}
END
cat >inner.sieve <<-'END'
	require "vnd.dovecot.testsuite";
	test "inner" { test_fail "inside"; }
	keep;
END
tap "a failure of a script with tests of its own" '# a: '"$TMP"'/inner.sieve: line 2: inside
ok 1 - a
1..1' 0 <<-'END'
	test "a" {
		if not test_script_compile "inner.sieve" { test_fail "no"; }
		if test_script_run { test_fail "it is true"; }
		if test_result_action "keep" { test_fail "it goes on"; }
	}
END

told "a test in a test" 'test cannot stand inside a block' <<<'test "a" { test "b" { } }'
told "a test in an if" 'test cannot stand inside a block' <<<'if true { test "b" { } }'
told "test_set: an unknown object" 'there is no such object' <<<'test_set "envelope.frob" "x";'
told "test_set: no variables" 'there is no such object' <<<'test_set "${x}" "x";'
REQUIRE='require ["vnd.dovecot.testsuite", "variables"];'
told "\${tst.path} cannot be set" '"tst.path" cannot be set' <<<'set "tst.path" "x";'
told "\${tst.path.x}" 'there is no variable "tst.path.x"' <<<'test_fail "${tst.path.x}";'
told "\${tst.1}" 'there is no variable "tst.1"' <<<'test_fail "${tst.1}";'
REQUIRE='require "vnd.dovecot.testsuite";'
told "test_message: neither tag" 'test_message needs :smtp or :folder' <<<'test_message 0;'
told "test_message: both tags" ':folder' <<<'test_message :smtp :folder "x" 0;'
REQUIRE='require ["vnd.dovecot.testsuite", "encoded-character"];'
told "test_message: a folder that is no UTF-8" "the folder's name is no UTF-8 text" \
	<<<'test_message :folder "${hex: ff}" 0;'
told "test_mailbox_create: no UTF-8" "the folder's name is no UTF-8 text" \
	<<<'test_mailbox_create "${hex: ff}";'
echo 'test "a" { }' >y.svtest
doorstep test y.svtest >out
is "without require" 1 $?
check "without require: says so" grep -q 'add require "vnd.dovecot.testsuite"' out
REQUIRE='require "vnd.dovecot.testsuite";'

# A folder: its files in order, one plan.
mkdir suite
echo "$REQUIRE test \"b\" { }" >suite/2.svtest
echo "$REQUIRE test \"a\" { }" >suite/1.svtest
is "a folder" '# suite/1.svtest
ok 1 - a
# suite/2.svtest
ok 2 - b
1..2' "$(doorstep test suite)"
printf '%s\ntest_set "message" "x: y";\ntest_config_set "sieve_max_redirects" "0";\ntest_config_reload;\n' "$REQUIRE" >suite/1.svtest
printf '%s\ntest "fresh" {\nif not allof (header "subject" "Frop!", test_script_compile "../redirect.sieve", test_script_run) { test_fail "x"; } }\n' \
	"$REQUIRE" >suite/2.svtest
check "each file starts afresh" doorstep test suite
check "settings of the command line" fails doorstep test --setting max_redirects=0 suite
is "nothing is left behind" "$(printf '%s\n' err inner.sieve keep.sieve out redirect.sieve suite x.svtest y.svtest)" \
	"$(ls | grep -v check.out)"

# JUnit
ESC=$(printf '\033')
printf '%s\ntest "a <b> & \\"c\\" '"'d'"' %s[31m]]>" { test_fail "x < y\n]]> & %s"; }\ntest "ä" { }\n' "$REQUIRE" "$ESC" "$ESC" >x.svtest
doorstep test --junit report.xml x.svtest y.svtest >out
is "--junit: exit code" 1 $?
check "--junit: TAP all the same" grep -qx '1\.\.3' out
check "--junit: well-formed" xmllint --noout report.xml
# value XPATH - what it gives in the report.
value() { xmllint --xpath "string($1)" report.xml; }
is "--junit: the number of tests" 3 "$(value /testsuites/@tests)"
is "--junit: that of failures" 2 "$(value /testsuites/@failures)"
is "--junit: one suite for each file" 'x.svtest y.svtest' \
	"$(value '/testsuites/testsuite[1]/@name') $(value '/testsuites/testsuite[2]/@name')"
is "--junit: a hostile name" "a <b> & \"c\" 'd' [31m]]>" "$(value '//testcase[1]/@name')"
check "--junit: a hostile reason" grep -q 'x &#60; y' report.xml
is "--junit: a name that is no ASCII" 'ä' "$(value '//testsuite[1]/testcase[2]/@name')"
is "--junit: one that passes" 0 "$(value 'count(//testsuite[1]/testcase[2]/failure)')"
check "--junit: a time" grep -qE 'time="[0-9]+\.[0-9]{6}"' report.xml
is "--junit: a file that does not compile" 'the file compiles' "$(value '//testsuite[2]/testcase/@name')"
check "--junit: and why" sh -c 'xmllint --xpath "string(//testsuite[2]/testcase/failure)" report.xml | grep -q "unknown command"'
doorstep test --junit none/report.xml x.svtest >out 2>&1
is "--junit: cannot be written" 2 $?
done_testing
