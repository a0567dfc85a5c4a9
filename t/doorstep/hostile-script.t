#!/bin/bash
# SPDX-License-Identifier: MIT
# hostile-script.t - scripts made to hurt: each ends with its outcome in little time, memory and stack
#
# RFC 5228 section 2.10.7 lets an implementation limit what scripts do; the limits are in engine/limits.h.
. "$(dirname "$0")/../lib.sh"
need yes
cd "$TMP" || exit 1

# repeat TEXT TIMES - without anything between.
repeat() { yes "$1" | head -n "$2" | tr -d '\n'; }

# A sanitizer takes much room for itself.
! nm "$BUILD/doorstep" 2>/dev/null | grep -q __asan_init && plain=yes

# bounded COMMAND... - with 256 KiB of stack, 1 GiB of address space and 60 seconds of processor time.
bounded() {
	(
		[ -z "${plain-}" ] || ulimit -s 256 -v 1048576
		ulimit -t 60
		exec "$@"
	)
}

# mistake NAME FIRST-LINE - one test: the script on standard input is refused; the first line told is this.
mistake() {
	local code
	cat >script.sieve
	bounded doorstep check script.sieve >out 2>&1
	code=$?
	is "$1" "1 script.sieve:$2" "$code $(head -n 1 out)"
	check "$1: with its caret" grep -q '^ *^' out
}

# sound NAME - one test: the script on standard input is right.
sound() {
	cat >script.sieve
	check "$1" bounded doorstep check script.sieve
}

deep='error: blocks and tests are nested more than 64 deep'
mistake 'not not not' "1:260: $deep" < <(printf 'if '; repeat 'not ' 1000000; echo 'true { keep; }')
mistake 'allof(allof(' "1:388: $deep" \
	< <(printf 'if '; repeat 'allof(' 1000000; printf true; repeat ')' 1000000; echo ' { keep; }')
mistake 'if in if, never closed' "1:580: $deep" < <(repeat 'if true {' 1000000)
mistake 'if in if, closed' "1:580: $deep" < <(repeat 'if true {' 1000000; repeat '}' 1000000)
mistake 'words without end' "1:326: $deep" < <(repeat 'keep ' 1000000)
mistake '{{{' '1:1: error: `{` belongs to no command' < <(repeat '{' 1000000)
mistake '}}}' '1:1: error: `}` belongs to no command' < <(repeat '}' 1000000)
mistake ';;;' '1:1: error: expected a command, found `;`' < <(repeat ';' 1000000)
mistake '(((' '1:11: error: expected a test, found `(`' < <(printf 'if anyof '; repeat '(' 1000000)
mistake '[[[' '1:12: error: expected a string, found `[`' < <(printf 'if header '; repeat '[' 1000000)

mistake 'one unknown command 100,000 times' '1:1: error: unknown command "frob"' \
	< <(yes 'frob;' | head -n 100000)
is 'it is told once' 1 "$(grep -c ' error: ' out)"
mistake '100,000 unknown commands' '1:1: error: unknown command "frob1"' < <(seq -f 'frob%.0f;' 100000)
is 'a thousand of them are told' 1000 "$(grep -c ' error: ' out)"
check 'and that there are more' grep -q 'note: too many mistakes' out
mistake '100,000 unreadable words' '1:1: error: `$` has no meaning here' < <(repeat '$ ; ' 100000)

mistake 'an identifier of 1 MiB' '1:1: error: this word is longer than 64 bytes' \
	< <(repeat a 1048576; echo ';')
mistake 'a tag of 1 MiB' '1:6: error: this word is longer than 64 bytes' \
	< <(printf 'keep :'; repeat a 1048576; echo ';')
mistake 'a number of 1 MiB' '1:15: error: this number is too large; the largest is 9223372036854775807' \
	< <(printf 'if size :over '; repeat 9 1048576; echo ' { keep; }')
mistake 'a string of more than 1 MiB' '1:11: error: this string is longer than 1048576 bytes' \
	< <(printf 'if header "'; repeat a 1048577; echo '" "x" { keep; }')
sound 'a header name of 1 MiB' < <(printf 'if header "'; repeat a 1048576; echo '" "x" { keep; }')
mistake '1,000,000 numbers' '1:134: error: more than 64 arguments' \
	< <(printf 'keep '; repeat '1 ' 1000000; echo ';')
mistake '1,000,000 tags' '1:198: error: more than 64 arguments' \
	< <(printf 'keep '; repeat ':a ' 1000000; echo ';')

for match in is contains matches; do
	sound ":$match with 1,000,001 keys" < <(printf 'if header :%s "subject" ["x"' "$match"
		seq -f ', "a%.0f*b"' 1000000
		echo '] { keep; }')
done
sound '100,000 strings, each with its comment' < <(printf 'if header "subject" ["x"'; seq -f ', # %.0f
"a"' 100000; echo '] { keep; }')
sound '1,000,000 comments in one command' < <(printf 'keep '; repeat '/* x */ ' 1000000; echo ';')
sound '1,000,000 lines of comment' < <(yes '# x' | head -n 1000000; echo 'keep;')
sound '100,000 elsif' < <(printf 'if false {}'; repeat ' elsif false {}' 100000; echo ' else { keep; }')
sound 'a list of 100,000 tests' < <(printf 'if anyof (true'; repeat ', true' 100000; echo ') { keep; }')
sound '100,000 commands' < <(repeat 'keep;' 100000)
done_testing
