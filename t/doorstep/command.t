#!/bin/bash
# SPDX-License-Identifier: MIT
# command.t - the verbs of `doorstep`: output, exit codes, files
. "$(dirname "$0")/../lib.sh"
cd "$TMP" || exit 1

code() {
	"$@" >out 2>err
	echo $?
}

mkdir samples included
printf 'require ["fileinto","include"];\nINCLUDE "lists"; # mine\nif size :over 1k{discard;}\n' >my.sieve
printf 'require "fileinto";\nif header :contains "list-id" "sieve" { fileinto "Lists"; }\n' >lists.sieve
printf 'keep;\nfrob;\n' >bad.sieve
printf 'From: a@example.com\nTo: b@example.com\nList-Id: <sieve.example>\n\nx\n' >samples/list.eml
printf 'From: a@example.com\nTo: b@example.com\nSubject: hello\n\nx\n' >samples/plain.eml

is "no verb" 2 "$(code doorstep)"
is "unknown verb" 2 "$(code doorstep frob)"
is "unknown option" 2 "$(code doorstep check --frob)"
is "--version" 0 "$(code doorstep --version)"
for verb in check run filter test fmt compile; do
	is "$verb --help" 0 "$(code doorstep $verb --help)"
	check "$verb --help shows examples" grep -q "Examples:" out
done

is "check: no mistakes" 0 "$(code doorstep check my.sieve)"
is "check: a mistake" 1 "$(code doorstep check my.sieve bad.sieve)"
check "check: names the place" grep -q '^bad.sieve:2:1: error: ' out
is "check: no such file" 2 "$(code doorstep check none.sieve)"

is "fmt --check: not in layout" 1 "$(code doorstep fmt --check my.sieve)"
is "fmt --in-place" 0 "$(code doorstep fmt --in-place my.sieve)"
is "fmt: the layout" 'require ["fileinto", "include"];
include "lists"; # mine
if size :over 1K {
    discard;
}' "$(cat my.sieve)"
is "fmt --check: in layout" 0 "$(code doorstep fmt --check my.sieve)"
printf 'keep' >broken.sieve
is "fmt: does not parse" 1 "$(code doorstep fmt --in-place broken.sieve)"
is "fmt: leaves what does not parse" keep "$(cat broken.sieve)"

is "run" 0 "$(code doorstep run my.sieve samples/list.eml)"
is "run: the actions" 'store "Lists"' "$(cat out)"
doorstep run my.sieve samples/*.eml >out
is "run: several mails" '# samples/list.eml
store "Lists"
# samples/plain.eml
implicit keep' "$(cat out)"
printf 'if envelope "from" "x@example.com" { discard; }\n' | sed '1i require "envelope";' >env.sieve
is "run --envelope-from" discard "$(doorstep run -f x@example.com env.sieve samples/plain.eml)"
is "run: sender from the header" 'implicit keep' "$(doorstep run env.sieve samples/plain.eml)"
printf 'require "environment";\nif environment "remote-ip" "192.0.2.1" { discard; }\n' >ip.sieve
is "run --remote-ip" discard "$(doorstep run --remote-ip 192.0.2.1 ip.sieve samples/plain.eml)"
printf 'require "mailbox";\nif mailboxexists "a/b" { discard; }\n' >box.sieve
mkdir -p Box/.a.b/cur Box/.a.b/new Box/.a.b/tmp
is "run --maildir" discard "$(doorstep run --maildir Box box.sieve samples/plain.eml)"
is "run: no Maildir, no mailbox" 'implicit keep' "$(doorstep run box.sieve samples/plain.eml)"
is "run: script with a mistake" 1 "$(code doorstep run bad.sieve samples/plain.eml)"
check "run --explain: the value" sh -c \
	'doorstep run --explain env.sieve samples/plain.eml | grep -q a@example.com'

printf 'if header "subject" "hello" { discard; }\n' >base.sieve
is "run --engine libsieve" discard "$(doorstep run --engine libsieve base.sieve samples/plain.eml)"
is "run --engine: none such" 2 "$(code doorstep run --engine frob base.sieve samples/plain.eml)"
is "check: portable" 'base.sieve: no mistakes; portable to libsieve' "$(doorstep check base.sieve)"
check "check: not portable" sh -c 'doorstep check ip.sieve | grep -q "not portable to libsieve: "'
is "run --engine libsieve: environment" discard \
	"$(doorstep run --engine libsieve --remote-ip 192.0.2.1 ip.sieve samples/plain.eml)"
is "run --engine libsieve: included" 'store "Lists"' \
	"$(doorstep run --engine libsieve my.sieve samples/list.eml)"
printf 'require "copy"; redirect :copy "a@example.com";\n' >copy.sieve
is "run --engine libsieve: not for it" 1 \
	"$(code doorstep run --engine libsieve copy.sieve samples/plain.eml)"

printf 'redirect "a@example.com"; redirect "b@example.com";\n' >two.sieve
is "run --setting" 1 "$(code doorstep run --setting max_redirects=1 two.sieve samples/plain.eml)"
is "run --setting: the limit" 'implicit keep
error: two.sieve:1: too many redirects' "$(cat out)"
is "run --setting: on libsieve too" 1 \
	"$(code doorstep run --engine libsieve --setting sieve_max_redirects=1 two.sieve samples/plain.eml)"
is "run --setting: none such" 2 "$(code doorstep run --setting max_redirect=1 two.sieve samples/plain.eml)"
is "run --setting: says so" \
	'doorstep run: max_redirect: there is no such setting; did you mean max_redirects?' "$(cat err)"
is "run --setting: no value" 2 "$(code doorstep run --setting max_redirects two.sieve samples/plain.eml)"
printf '[mail]\nmaildir = ~/Maildir\n[sieve]\nmax_redirects = 1\n' >d.conf
is "run --config" 1 "$(code doorstep run --config d.conf two.sieve samples/plain.eml)"
is "run --setting: before --config" 0 \
	"$(code doorstep run --setting max_redirects=2 -c d.conf two.sieve samples/plain.eml)"
is "run --config: no such file" 2 "$(code doorstep run -c none.conf two.sieve samples/plain.eml)"
is "check --settings" 'max_redirects = 1' "$(doorstep check --settings -c d.conf | grep '^max_redirects')"

is "test --script: nothing expected yet" 1 "$(code doorstep test --script my.sieve samples)"
is "test --bless" 0 "$(code doorstep test --script my.sieve --bless samples)"
is "test --script: as blessed" 0 "$(code doorstep test --script my.sieve samples)"
echo 'discard' >samples/plain.expect
is "test --script: another outcome" 1 "$(code doorstep test --script my.sieve samples)"
check "test --script: shows what differs" grep -q '^# +implicit keep' out

printf 'require "vnd.dovecot.testsuite";\ntest "a" { test_fail "why"; }\ntest "b" { }\n' >fail.svtest
is "test: a failure" 1 "$(code doorstep test fail.svtest)"
is "test: its TAP" '# fail.svtest
not ok 1 - a
# line 2: why
ok 2 - b
1..2' "$(cat out)"
printf 'frob;\n' >broken.svtest
is "test: does not compile" 1 "$(code doorstep test broken.svtest)"
check "test: is one failure" grep -q '^not ok 1 - the file compiles' out
printf 'require "vnd.dovecot.testsuite";\ntest "a" { test "b" { } }\n' >nested.svtest
is "test: a test in a test" 1 "$(code doorstep test nested.svtest)"

is "compile: a record" 0 "$(code doorstep compile "$SRC/t/ldap/james.ldif")"
cp out delivery.sieve
is "compile: a script without mistakes" 0 "$(code doorstep check delivery.sieve)"
is "compile: in the canonical layout" 0 "$(code doorstep fmt --check delivery.sieve)"
is "compile: no such file" 2 "$(code doorstep compile none.ldif)"
is "compile: neither file nor user" 2 "$(code doorstep compile)"
done_testing
