#!/bin/bash
# SPDX-License-Identifier: MIT
# real.t - procmail, maildrop, Exim and Postfix decide random mails as the scripts made of their filters do
. "$(dirname "$0")/../lib.sh"
need procmail maildrop postmap perl
exim=${DOORSTEP_EXIM_ROOT:-$SRC/build/exim-root}
[ -x "$exim/usr/sbin/exim4" ] || skip_all 'Exim is not unpacked: t/run does it'

mkdir -p "$TMP/mails" "$TMP/home/mail" "$TMP/spool"
chmod 755 "$TMP"
perl "$SRC/t/convert/mails" "$TMP/mails" 300 1
cat >"$TMP/sendmail" <<'END'
#!/bin/sh
# The last argument is the address; the mail is read to its end.
for last; do :; done
echo "redirect \"$last\"" >>"$OUTBOX"
cat >/dev/null
END
chmod 755 "$TMP/sendmail"
export OUTBOX=$TMP/outbox

folders() { (cd "$TMP/home/mail" && find . -type f -printf '%P %s\n' | sort); }
# Folders stay from mail to mail: procmail waits a second when it makes one.
begin() { rm -f "$OUTBOX" && folders >"$TMP/before"; }
# stored - what a delivery has left in folders, a line each, and what it has sent.
stored() {
	folders | comm -13 "$TMP/before" - | sed -E 's/^(.*) [0-9]+$/store "\1"/'
	cat "$OUTBOX" 2>/dev/null
}

procmail_decides() {
	begin
	HOME=$TMP/home procmail "MAILDIR=$TMP/home/mail" "DEFAULT=$TMP/home/mail/INBOX" "SENDMAIL=$TMP/sendmail" "OUTBOX=$OUTBOX" LOGFILE= \
		"$SRC/t/convert/procmailrc" <"$1" >/dev/null 2>&1
	stored
}
maildrop_decides() {
	begin
	(cd "$TMP/home" && HOME=$TMP/home maildrop "$TMP/mailfilter" <"$1") >"$TMP/maildrop.log" 2>&1
	stored
}
# It tells what it would do.
exim_decides() {
	LD_LIBRARY_PATH=$exim/usr/lib/x86_64-linux-gnu "$exim/usr/sbin/exim4" -C "$TMP/exim.conf" -f ann@example.org \
		-bf "$SRC/t/convert/exim.filter" <"$1" 2>&1 | sed -nE \
		-e 's/^(Unseen s|S)ave message to: .*\/mail\/([a-z]+).*/store "\2"/p' \
		-e 's/^(Unseen d|D)eliver message to: (.*)/redirect "\2"/p' \
		-e 's/^Filtering did not set up a significant delivery\.$/store "INBOX"/p'
}
# The fields that the table takes, in the mail's order, each with a tab and its action.
header_checks_decide() {
	postmap -c "$TMP/postfix" -hmq - "regexp:$SRC/t/convert/header_checks" <"$1" | awk -F'\t' '
		{ split($2, action, " "); rest = substr($2, length(action[1]) + 2) }
		action[1] == "REJECT" { refused = 1 }
		action[1] == "BCC" { copies = copies "redirect \"" rest "\"\n" }
		action[1] == "REDIRECT" { to = rest }
		action[1] == "IGNORE" { done = done "deleteheader \"" $1 "\"\n" }
		action[1] == "PREPEND" { done = done "addheader \"" rest "\"\n" }
		END {
			if (refused) print "reject"
			else printf "%s%s\n", done, to != "" ? "redirect \"" to "\"" : copies "store \"INBOX\""
		}'
}
# doorstep_decides SCRIPT MAIL
doorstep_decides() {
	doorstep run -f ann@example.org "$1" "$2" | sed -E -e 's/^(implicit )?keep$/store "INBOX"/' -e '/^discard$/d' \
		-e 's/^reject .*/reject/'
}
# compare NAME DECIDES SCRIPT - the mails that they decide otherwise.
compare() {
	local mail
	for mail in "$TMP"/mails/*; do
		diff <("$1" "$mail" | sort -u) <(doorstep_decides "$2" "$mail" | sort -u) >"$TMP/diff" || {
			echo "${mail##*/}"
			cat "$mail" "$TMP/diff" | head -40 >&2
		}
	done
}

{ printf 'DEFAULT="mail/INBOX"\nSENDMAIL="%s"\n' "$TMP/sendmail"; cat "$SRC/t/convert/maildrop"; } >"$TMP/mailfilter"
chmod 600 "$TMP/mailfilter"
printf 'spool_directory = %s\nlog_file_path = %s/%%slog\nprimary_hostname = host.example\n' "$TMP/spool" "$TMP" >"$TMP/exim.conf"
mkdir "$TMP/postfix"
printf 'compatibility_level = 3.6\nqueue_directory = %s\n' "$TMP/postfix" >"$TMP/postfix/main.cf"
# compare_all NAME FORMAT FILE LEFT_OUT DECIDES - of LEFT_OUT lines there is nothing in the script.
compare_all() {
	check "$1: the filter is converted" doorstep convert --from "$2" --output "$TMP/$1.sieve" \
		--report "$TMP/report" "$SRC/t/convert/$3"
	is "$1: nothing more is left out" "$4" "$(grep -c 'not expressible (' "$TMP/report")"
	is "$1: 300 mails are decided as the script does" '' "$(compare "$5" "$TMP/$1.sieve")"
	check "$1: the mails go to more than three places" test "$(for mail in "$TMP"/mails/*; do
		doorstep_decides "$TMP/$1.sieve" "$mail"
	done | sort -u | wc -l)" -gt 3
}
compare_all procmail procmail procmailrc 0 procmail_decides
compare_all maildrop maildrop maildrop 0 maildrop_decides
compare_all Exim exim exim.filter 0 exim_decides
compare_all Postfix postfix-checks header_checks 1 header_checks_decide
done_testing
