#!/bin/bash
# SPDX-License-Identifier: MIT
# real.t - procmail, maildrop and Exim decide random mails as the scripts made of their filters do
. "$(dirname "$0")/../lib.sh"
need procmail maildrop perl
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
# doorstep_decides SCRIPT MAIL
doorstep_decides() {
	doorstep run -f ann@example.org "$1" "$2" | sed -E -e 's/^(implicit )?keep$/store "INBOX"/' -e '/^discard$/d'
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
for format in procmail:procmailrc maildrop:maildrop exim:exim.filter; do
	name=${format%%:*}
	check "$name's filter is converted whole" doorstep convert --from "$name" --output "$TMP/$name.sieve" \
		--report "$TMP/report" "$SRC/t/convert/${format#*:}"
	is "$name: nothing is left out" '' "$(grep 'not expressible (' "$TMP/report")"
	is "$name decides 300 mails as the script does" '' "$(compare "${name}_decides" "$TMP/$name.sieve")"
	check "$name: the mails go to more than three places" test "$(for mail in "$TMP"/mails/*; do
		doorstep_decides "$TMP/$name.sieve" "$mail"
	done | sort -u | wc -l)" -gt 3
done
done_testing
