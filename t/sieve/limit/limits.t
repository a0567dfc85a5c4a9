#!/bin/bash
# SPDX-License-Identifier: MIT
# limits.t - the last legal and the first illegal value of limits that take long scripts or mails
#
# Each test names the limit of engine/limits.h that it is about; its values stand here once more, so that a
# limit does not move unseen. The command runs with 256 KiB of stack and bounded memory.
. "$(dirname "$0")/../../lib.sh"
need yes
cd "$TMP" || exit 1

repeat() { yes "$1" | head -n "$2" | tr -d '\n'; }

! nm "$BUILD/doorstep" 2>/dev/null | grep -q __asan_init && plain=yes
bounded() {
	(
		[ -z "${plain-}" ] || ulimit -s 256 -v 1048576
		ulimit -t 60
		exec "$@"
	)
}

# legal NAME - one test: the script on standard input has no mistake.
legal() {
	cat >script.sieve
	check "$1" bounded doorstep check script.sieve
}

# illegal NAME TEXT - one test: the script on standard input has this mistake, and no other.
illegal() {
	cat >script.sieve
	bounded doorstep check script.sieve >out 2>&1
	is "$1" "1 $2" "$? $(sed -nE 's/^script.sieve:[0-9:]+ error: //p' out)"
}

name='SIEVE_LIMIT_SCRIPT_BYTES, 32 MiB'
legal "$name" < <(head -c 33554427 /dev/zero | tr '\0' ' '; printf 'keep;')
illegal "$name and one" 'the script is longer than 33554432 bytes' \
	< <(head -c 33554428 /dev/zero | tr '\0' ' '; printf 'keep;')

name='SIEVE_LIMIT_STRING_BYTES, 1 MiB'
legal "$name" < <(printf 'if header "subject" "'; repeat x 1048576; echo '" { keep; }')
illegal "$name and one" 'this string is longer than 1048576 bytes' \
	< <(printf 'if header "subject" "'; repeat x 1048577; echo '" { keep; }')
# The value counts, not how it is written: each escaped quote is one byte.
legal "$name, all escaped" < <(printf 'if header "subject" "'; repeat '\"' 1048576; echo '" { keep; }')
legal "$name of text" \
	< <(printf 'if header "subject" text:\n'; repeat x 1048574; printf '\n.\n { keep; }')
illegal "$name and one of text" 'this string is longer than 1048576 bytes' \
	< <(printf 'if header "subject" text:\n'; repeat x 1048575; printf '\n.\n { keep; }')

# No command or tag is as long, so the last legal one is told as unknown.
name='SIEVE_LIMIT_IDENTIFIER_BYTES, 64'
long=$(repeat x 64)
illegal "$name" "unknown command \"$long\"" <<<"$long;"
illegal "$name and one" 'this word is longer than 64 bytes' <<<"x$long;"
illegal "$name, a tag" "unknown tag :$long for stop" <<<"stop :$long;"
illegal "$name and one, a tag" 'this word is longer than 64 bytes' <<<"stop :x$long;"

name='SIEVE_LIMIT_ARGUMENTS, 64'
printf 'stop %s;' "$(repeat '1 ' 64)" >script.sieve
check "$name" fails grep -q 'more than' <(doorstep check script.sieve 2>&1)
illegal "$name and one" 'more than 64 arguments' < <(printf 'stop '; repeat '1 ' 65; echo ';')

# RFC 5228 section 2.4.1 asks for 2147483647.
name='SIEVE_LIMIT_NUMBER_MAX, 2^63 - 1'
legal "$name" <<<'if size :over 9223372036854775807 { keep; }'
illegal "$name and one" 'this number is too large; the largest is 9223372036854775807' \
	<<<'if size :over 9223372036854775808 { keep; }'
legal "$name with G" <<<'if size :over 8589934591G { keep; }'
illegal "$name and more with G" 'this number is too large; the largest is 9223372036854775807' \
	<<<'if size :over 8589934592G { keep; }'

# RFC 5228 section 2.10.7 asks for fifteen.
name='SIEVE_LIMIT_NESTING, 64'
legal "$name" < <(printf 'if '; repeat 'anyof(' 63; printf true; repeat ')' 63; echo ' { keep; }')
illegal "$name and one" 'blocks and tests are nested more than 64 deep' \
	< <(printf 'if '; repeat 'anyof(' 64; printf true; repeat ')' 64; echo ' { keep; }')

name='SIEVE_LIMIT_DIAGS, 1000'
seq -f 'frob%.0f;' 1000 >script.sieve
bounded doorstep check script.sieve >out 2>&1
is "$name" '1000 0' "$(grep -c ' error: ' out) $(grep -c 'too many mistakes' out)"
seq -f 'frob%.0f;' 1001 >script.sieve
bounded doorstep check script.sieve >out 2>&1
is "$name and one" '1000 1' "$(grep -c ' error: ' out) $(grep -c 'too many mistakes' out)"

name='SIEVE_LIMIT_MAILBOX_BYTES, 200'
legal "$name" <<<"require \"fileinto\"; fileinto \"$(repeat x 200)\";"
illegal "$name and one" "\"$(repeat x 80)...\" is no mailbox name: the mailbox name is too long" \
	<<<"require \"fileinto\"; fileinto \"$(repeat x 201)\";"

name='SIEVE_LIMIT_INCLUDES, 255'
for number in $(seq 256); do echo 'stop;' >"$number.sieve"; done
legal "$name" < <(echo 'require "include";'; seq -f 'include "%.0f";' 255)
illegal "$name and one" 'too many scripts are included' < <(echo 'require "include";'; seq -f 'include "%.0f";' 256)

# RFC 5229 section 6 asks for 128.
name='SIEVE_LIMIT_VARIABLES, 1024'
legal "$name" < <(echo 'require "variables";'; seq -f 'set "v%.0f" "x";' 1024)
illegal "$name and one" 'more than 1024 variables' < <(echo 'require "variables";'; seq -f 'set "v%.0f" "x";' 1025)
legal "$name, shared" < <(echo 'require ["variables", "include"];'; seq -f 'set "global.v%.0f" "x";' 1024)

# RFC 5229 section 6: a constant that is too long is a mistake, another value is cut off, never within
# a character; 4000 characters are the floor.
name='SIEVE_LIMIT_VARIABLE_BYTES, 64 KiB'
legal "$name" < <(printf 'require "variables"; set "a" "'; repeat x 65536; echo '";')
illegal "$name and one" 'a variable holds at most 65536 bytes' \
	< <(printf 'require "variables"; set "a" "'; repeat x 65537; echo '";')
# length NAME END LENGTH - the length of a variable that got 65,532 bytes and END.
length() {
	{
		echo 'require ["variables", "vnd.dovecot.testsuite"]; test "length" {'
		printf 'set "a" "'; repeat x 65532; printf '"; set "a" "${a}%s"; set :length "n" "${a}";' "$2"
		printf 'if not string "${n}" "%s" { test_fail "${n}"; } }' "$3"
	} >length.svtest
	check "$1" bounded doorstep test length.svtest
}
length "$name: it fits" xxxx 65536
length "$name: cut off" xxxxx 65536
length "$name: two bytes do not fit" xxxé 65535
length "$name: four bytes fit" 𝄞x 65533
length "$name: four bytes do not fit" x𝄞x 65533

# What the setting may be raised to: scripts that include each other in one long row are walked to the last.
name='SIEVE_LIMIT_INCLUDES_MAX, 1000'
row() {
	for number in $(seq "$1"); do
		echo "require \"include\"; include \"$((number + 1))\";" >"$number.sieve"
	done
	echo 'stop;' >"$1.sieve"
	echo 'require "include"; include "1";' >script.sieve
	bounded doorstep check --setting max_includes="$2" script.sieve >out 2>&1
}
row 1000 1000
is "$name" '0 script.sieve: no mistakes' "$? $(sed 's/;.*//' out)"
row 1001 1000
is "$name and one" '1 too many scripts are included' "$? $(sed -nE 's/^[0-9:]+ error: //p' out)"
row 1 1001
is "$name: the setting and one" '2 doorstep check: max_includes = 1001: it must be a number from 0 to 1000' \
	"$? $(cat out)"

name='SIEVE_LIMIT_ACTIONS_MAX, 1000'
printf 'Subject: x\n\n' >mail.eml
actions() {
	{ echo 'require "fileinto";'; seq -f 'fileinto "%.0f";' "$1"; } >script.sieve
	bounded doorstep run --setting max_actions="$2" script.sieve mail.eml >out 2>&1
}
actions 1000 1000
is "$name" '0 1000' "$? $(grep -c '^store ' out)"
actions 1001 1000
is "$name and one" '1 error: script.sieve:1002: too many actions' "$? $(tail -n 1 out)"
actions 1 1001
is "$name: the setting and one" '2 doorstep run: max_actions = 1001: it must be a number from 1 to 1000' \
	"$? $(cat out)"

# hops COUNT OUTCOME - the svtest file in which a mail with so many Received fields is redirected.
hops() {
	echo 'require ["vnd.dovecot.testsuite"];'
	echo 'test "hops" {'
	echo 'test_set "message" text:'
	yes 'Received: from a by b; Mon, 1 Jan 2026 00:00:00 +0000' | head -n "$1"
	printf 'Subject: x\n\n.\n;\nredirect "a@example.com";\n'
	echo 'if not test_result_execute { }'
	echo "if not allof ($2) { test_fail \"it is not so\"; }"
	echo '}'
}
# RFC 5228 section 4.2: a loop is an error; RFC 5321 section 6.3: normally at least 100 fields.
name='SIEVE_LIMIT_HOPS, 100'
hops 100 'test_message :smtp 0' >hops.svtest
check "$name: it is sent" bounded doorstep test hops.svtest
hops 101 'test_message :folder "INBOX" 0, not test_message :smtp 0' >hops.svtest
check "$name and one: it is kept" bounded doorstep test hops.svtest

# RFC 2046 sets no limits: what is too deep, or one too many, is text of the part around it.
echo 'require "body"; if body :content "text/plain" :contains "innermost" { discard; }' >script.sieve
nested() {
	for _ in $(seq "$(($1 - 1))"); do printf 'Content-Type: message/rfc822\n\n'; done >mail.eml
	printf 'Subject: x\n\ninnermost\n' >>mail.eml
	bounded doorstep run script.sieve mail.eml
}
name='SIEVE_LIMIT_MIME_DEPTH, 50'
is "$name" discard "$(nested 50)"
is "$name and one" 'implicit keep' "$(nested 51)"
several() {
	printf 'Content-Type: multipart/mixed; boundary=a\n\n' >mail.eml
	yes -- '--a

x' | head -n "$((3 * ($1 - 2)))" >>mail.eml
	printf -- '--a\n\ninnermost\n--a--\n' >>mail.eml
	bounded doorstep run script.sieve mail.eml
}
name='SIEVE_LIMIT_MIME_PARTS, 10000'
is "$name" discard "$(several 10000)"
is "$name and one" 'implicit keep' "$(several 10001)"

# annotate NAME VALUE OUTCOME - the svtest file which sets an annotation.
annotate() {
	printf 'require "vnd.dovecot.testsuite"; test_imap_metadata_set "/shared/%s" "%s";\n' "$1" "$2" >note.svtest
	bounded doorstep test note.svtest >out
	echo "$? $(grep -o 'it is too long\|longer than 65536 bytes' out)"
}
# RFC 5464 sets no limits.
name='SIEVE_LIMIT_METADATA_NAME_BYTES, 255'
is "$name" '0 ' "$(annotate "$(repeat x 247)" y)"
is "$name and one" '1 it is too long' "$(annotate "$(repeat x 248)" y)"
name='SIEVE_LIMIT_METADATA_VALUE_BYTES, 64 KiB'
is "$name" '0 ' "$(annotate x "$(repeat y 65536)")"
is "$name and one" '1 longer than 65536 bytes' "$(annotate x "$(repeat y 65537)")"

# t/unit/test-interp.c has its last step; here the real command ends in little time, and keeps the mail.
name='SIEVE_LIMIT_RUN_STEPS, 100 Mi'
run() { bounded doorstep run script.sieve mail.eml 2>&1; }
over='implicit keep
error: script.sieve:1: the script takes too long (more than 104857600 steps)'
{ printf 'Subject: '; repeat a 1048576; printf '\n\n'; } >mail.eml
{ printf 'keep; if header :contains ["subject"'; repeat ', "subject"' 40; echo '] "b" { discard; }'; } >script.sieve
is "$name: less" keep "$(run)"
{ printf 'keep; if header :contains ["subject"'; repeat ', "subject"' 100; echo '] "b" { discard; }'; } >script.sieve
is "$name: more" "$over" "$(run)"
{ printf 'keep; if header :matches "subject" "*'; repeat a 500000; echo '?b*" { discard; }'; } >script.sieve
is "$name: more, of one value" "$over" "$(run)"
done_testing
