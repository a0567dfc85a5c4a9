#!/bin/bash
# SPDX-License-Identifier: MIT
# filter.t - `doorstep filter`: the mails of a Maildir, in order (t/unit/test-mailbox.c: while others move them)
. "$(dirname "$0")/../lib.sh"
cd "$TMP" || exit 1

code() {
	"$@" >out 2>err
	echo $?
}

# mail FILE SUBJECT - a mail in the Maildir.
mail() { printf 'From: a@example.com\nTo: b@example.com\nSubject: %s\n\nx\n' "$2" >"M/$1"; }

mkdir -p M/{cur,new,tmp,.Lists/{cur,new,tmp},.empty,.Archive.2024/new}
cat >my.sieve <<'END'
require ["fileinto", "copy"];
if header :contains "subject" "list" {
	fileinto "Lists";
	redirect :copy "c@example.com";
} elsif header :is "subject" "spam" {
	discard;
}
END
mail new/5.e plain
mail new/1.a 'a list'
mail cur/3.c:2,S spam
mail cur/2.b:2, plain
mail tmp/4.d spam
mail .Lists/cur/1.a:2,S 'a list'
mail .Archive.2024/new/7.g spam
mail new/.hidden spam

# The order is that of the file names, in each folder, whether a mail is new or not.
is "each mail" 0 "$(code doorstep filter --script my.sieve M)"
is "each mail: path and actions" 'new/1.a	store "Lists"; redirect "c@example.com"
cur/2.b:2,	implicit keep
cur/3.c:2,S	discard
new/5.e	implicit keep' "$(cat out)"
is "each mail: nothing to complain of" '' "$(cat err)"
is "--recursive" 0 "$(code doorstep filter -s my.sieve --recursive M/)"
is "--recursive: subfolders" '.Archive.2024/new/7.g	discard
.Lists/cur/1.a:2,S	store "Lists"; redirect "c@example.com"' "$(tail -n +5 out)"
is "--quiet" 0 "$(code doorstep filter -s my.sieve -r --quiet M)"
is "--quiet: how often" 'discard	2
implicit keep	2
redirect "c@example.com"	2
store "Lists"	2' "$(cat out)"
printf 'require "envelope"; if envelope "from" "a@example.com" { discard; } else { stop; }\n' >env.sieve
is "sender from the header" 'discard	4' "$(doorstep filter -q -s env.sieve M)"
is "--envelope-from" 'implicit keep	4' "$(doorstep filter -q -f x@example.com -s env.sieve M)"
mkdir inc && echo 'discard;' >inc/other.sieve
printf 'require "include"; include "other";\n' >include.sieve
echo 'redirect "a@example.com";' >redirect.sieve
is "--setting" 1 "$(code doorstep filter -q --setting max_redirects=0 -s redirect.sieve M)"
is "--setting: the mail is kept" 'implicit keep	4' "$(cat out)"
is "--setting: none such" 2 "$(code doorstep filter --setting max=0 -s redirect.sieve M)"
is "--include-dir" 'discard	4' "$(doorstep filter -q -I inc -s include.sieve M)"
is "nothing is changed" "$(printf '%s\n' M/cur/2.b:2, M/cur/3.c:2,S M/new/.hidden M/new/1.a M/new/5.e)" \
	"$(printf '%s\n' M/cur/* M/new/.hidden M/new/*)"

# Exit codes.
is "no script" 2 "$(code doorstep filter M)"
is "no such script" 2 "$(code doorstep filter -s none.sieve M)"
is "no Maildir" 2 "$(code doorstep filter -s my.sieve inc)"
check "no Maildir: is said" grep -q 'inc is no Maildir' err
is "no such folder" 2 "$(code doorstep filter -s my.sieve none)"
is "--jobs: less than none" 2 "$(code doorstep filter -s my.sieve --jobs -1 M)"
echo 'frob;' >bad.sieve
is "a script with a mistake" 1 "$(code doorstep filter -s bad.sieve M)"
mkdir -p E/cur
is "an empty Maildir" 0 "$(code doorstep filter -s my.sieve E)"
is "an empty Maildir: says nothing" '' "$(cat out err)"
check "--help says that nothing is changed" sh -c 'doorstep filter --help | grep -q "Nothing is changed"'

# What cannot be read is told, and the rest goes on.
mkdir M/new/6.dir
mkfifo M/new/6.pipe
ln -s nowhere M/new/6.link
: >M/new/6.void
is "unreadable files" 1 "$(code doorstep filter -s my.sieve M)"
is "unreadable files: the rest" 5 "$(wc -l <out)"
is "unreadable files: an empty mail is one" 'new/6.void	implicit keep' "$(tail -n 1 out)"
is "unreadable files: each is told" 'new/6.dir: Is a directory
new/6.link: it is no longer there
new/6.pipe: it is no regular file
of 8 mails: 0 runs failed, 2 mails cannot be read, 1 are gone' "$(cat err)"
rm -r M/new/6.*
printf 'require "reject"; keep; reject "x";\n' >fail.sieve
is "failing runs" 1 "$(code doorstep filter -q -s fail.sieve M)"
is "failing runs: keep" 'implicit keep	4' "$(cat out)"
check "failing runs: are counted" grep -q '^of 4 mails: 4 runs failed' err

# Names that are none for a terminal, and large mails.
mail new/$'6.odd\tname\n\e[31m' spam
mail $'new/6.\xff' spam
{
	cat M/new/1.a
	yes 'a line of the body' | head -n 100000
} >M/new/8.big
{
	yes 'X-Filler: a header that goes on and on' | head -n 20000
	printf 'Subject: spam\n\n'
} >M/new/9.head
is "odd mails" 0 "$(code doorstep filter -s my.sieve M)"
is "odd mails: one line each" 'new/6.odd\x09name\x0a\x1b[31m	discard
new/6.\xff	discard
new/8.big	store "Lists"; redirect "c@example.com"
new/9.head	discard' "$(tail -n 4 out)"
rm M/new/[689].*

# Many mails on one thread and on eight.
mkdir -p N/{cur,new}
for i in $(seq 1000); do
	printf 'Subject: %s %s\n\nx\n' "$((i % 7 ? 0 : 1))" "$i" >"N/new/$i.n"
done
printf 'require "fileinto"; if header :matches "subject" "1 *" { fileinto "Seventh"; }\n' >seven.sieve
doorstep filter -s seven.sieve --jobs 1 N >one
doorstep filter -s seven.sieve --jobs 8 N >eight
same "--jobs: the same text" one eight
is "--jobs: in order" "$(cut -f 1 one | LC_ALL=C sort)" "$(cut -f 1 one)"
is "--jobs: all mails" 1000 "$(wc -l <eight)"
is "--jobs: the same summary" "$(doorstep filter -qs seven.sieve --jobs 1 N)" \
	"$(doorstep filter -qs seven.sieve --jobs 8 N)"
done_testing
