#!/bin/bash
# SPDX-License-Identifier: MIT
# filter-execute.t - `doorstep filter --execute` moves, copies and marks mails; --undo puts them back
. "$(dirname "$0")/../lib.sh"
cd "$TMP" || exit 1

# mail FILE SUBJECT - a mail in the Maildir.
mail() { printf 'From: a@example.com\nTo: b@example.com\nSubject: %s\n\nx\n' "$2" >"M/$1"; }
# mails - where all are.
mails() { (cd M && find . -type f -path '*/???/*' ! -path './tmp/*' -printf '%P\n' | sort); }
filter() { doorstep filter "$@" M >out 2>err; }
fill() {
	rm -rf M
	mkdir -p M/{cur,new,tmp,.Work/{cur,new,tmp}}
	mail new/1.a 'a list'
	mail cur/2.b:2,S spam
	mail new/3.c plain
	mail cur/4.d:2,F 'list and mark'
	mail new/5.e both
	mail cur/6.f:2, forward
	mail .Work/cur/7.g:2, 'a list'
}
cat >my.sieve <<'END'
require ["fileinto", "copy", "imap4flags", "mailbox"];
if header :contains "subject" "mark" { addflag ["\\Answered", "$work"]; }
if header :contains "subject" "list" { fileinto :create "Lists/Sieve"; }
elsif header "subject" "spam" { discard; }
elsif header "subject" "both" { fileinto :copy :create "Archive"; addflag "\\Seen"; }
elsif header "subject" "forward" { redirect "c@example.org"; }
END

fill
before=$(mails)
filter --script my.sieve
is 'without --execute nothing changes' "$before" "$(mails)"
filter --script my.sieve --execute
is 'with it, it ends well' 0 $?
moved='.Archive/new/5.e
.Lists.Sieve/cur/4.d:2,FRa
.Lists.Sieve/new/1.a
.Trash/cur/2.b:2,S
.Work/cur/7.g:2,
cur/5.e:2,S
cur/6.f:2,
new/3.c'
is 'mails are where the script wants them' "$moved" "$(mails)"
is 'what was done is told' 'moved 2, copied 1, discarded 1 to Trash, flagged 1; doorstep filter --undo puts them back
1 actions are not for mails that have arrived: nothing is sent or refused' "$(cat err)"
is 'the decisions too' 6 "$(wc -l <out)"
is 'the keyword is in the new folder' '0 $work' "$(cat M/.Lists.Sieve/dovecot-keywords)"
filter --script my.sieve --execute
is 'once more, and nothing is left to do' "$moved" "$(mails)"

fill
filter --script my.sieve --execute
filter --undo
is '--undo ends well' 0 $?
is 'and all is as it was' "$before" "$(mails)"
check 'the journal is gone' test ! -e M/doorstep-filter.journal
filter --undo
is 'there is nothing to undo twice' '0 steps undone, 0 mails are no longer where they were put' "$(cat err)"

fill
filter --script my.sieve --execute
mv M/.Lists.Sieve/new/1.a M/.Lists.Sieve/cur/1.a:2,ST
rm M/.Trash/cur/2.b:2,S
filter --undo
is 'a mail that was read meanwhile comes back, one that was deleted does not' \
	'4 steps undone, 1 mails are no longer where they were put' "$(cat err)"
is 'the others are as they were' "$(grep -v 2.b <<<"$before")" "$(mails)"

fill
filter --script my.sieve --execute --recursive
check 'subfolders too' grep -q '^.Lists.Sieve/cur/7.g:2,$' <(mails)
filter --undo
is 'and back' "$before" "$(mails)"

# A run that was cut off: its journal does not end, and its last step was not taken.
fill
filter --script my.sieve --execute
sed -i '/^end$/d' M/doorstep-filter.journal
printf 'move / new 3.c .Nowhere/ new 3.c\nmove / new' >>M/doorstep-filter.journal
mail new/8.h 'a list'
filter --script my.sieve --execute
is 'the next run goes on' 0 $?
check 'with the new mail' test -e M/.Lists.Sieve/new/8.h
filter --undo
mv M/new/8.h kept
is 'and both are undone' "$before" "$(mails)"

fill
check 'two do not run at once' fails flock M/doorstep-filter.lock doorstep filter --script my.sieve --execute M
is 'and nothing happens' "$before" "$(mails)"
filter --script my.sieve --execute --progress=json
check 'progress for programs' grep -qx '{"done":6,"total":6}' err
filter --undo
filter --script my.sieve --execute --progress=bar
check 'progress for people' grep -q '\[########################################\] 6 of 6' err
filter --script my.sieve --progress=round
is 'no other progress' 2 $?

fill
mkdir M/.Lists.Sieve
echo x >M/.Lists.Sieve/new
filter --script my.sieve --execute
is 'what cannot be moved is a problem' 1 $?
check 'it is told, with the place' grep -q '^new/1.a: ' err
check 'and the mail is where it was' test -e M/new/1.a

fill
echo x >M/.Trash
filter --script my.sieve --execute
is 'a mail that cannot be discarded is a problem' 1 $?
check 'it is where it was' test -e M/cur/2.b:2,S
check 'and counts as nothing' grep -q '^moved 2, copied 1, discarded 0 to Trash, flagged 1;' err
done_testing
