#!/bin/bash
# SPDX-License-Identifier: MIT
# hostile-mail.t - mails of strange shape: what a script sees of each, in little time, memory and stack
#
# Any bytes are a mail (engine/sieve.h). RFC 5228 section 10 warns of filters that see another mail than the
# reader does, so what is seen of a malformed one is pinned here.
. "$(dirname "$0")/../lib.sh"
need yes
cd "$TMP" || exit 1

repeat() { yes "$1" | head -n "$2" | tr -d '\n'; }

! nm "$BUILD/doorstep" 2>/dev/null | grep -q __asan_init && plain=yes
bounded() {
	(
		[ -z "${plain-}" ] || ulimit -s 256 -v 524288
		ulimit -t 60
		exec "$@"
	)
}

# Each test that is true sends to an address that names it.
cat >script.sieve <<'SIEVE'
require "envelope";
if exists "from" { redirect "from@seen.example"; }
if exists "subject" { redirect "subject@seen.example"; }
if header :is "subject" "" { redirect "empty@seen.example"; }
if header :matches "subject" "*a*b*c?d*" { redirect "matches@seen.example"; }
if header :contains ["subject", "to", "from", "x"] "needle" { redirect "needle@seen.example"; }
if address :localpart :is ["to", "cc"] "last" { redirect "last@seen.example"; }
if size :over 1M { redirect "big@seen.example"; }
SIEVE

# sees NAME WORDS - one test: on the mail of standard input these tests are true.
sees() {
	cat >mail.eml
	bounded doorstep run script.sieve mail.eml >out 2>err || echo "failed: $(cat err)" >>out
	is "$1" "$2" "$(sed -E 's/redirect "(.*)@seen\.example"/\1/' out | tr '\n' ' ' | sed 's/ $//')"
}

# Small shapes (RFC 5322 section 2.1).
sees 'nothing' 'implicit keep' < <(printf '')
sees 'one byte' 'implicit keep' < <(printf 'x')
sees 'one NUL' 'implicit keep' < <(printf '\0')
sees 'one LF' 'implicit keep' < <(printf '\n')
sees 'one CRLF' 'implicit keep' < <(printf '\r\n')
sees 'CRLFs alone' 'implicit keep' < <(printf '\r\n\r\n\r\n')
sees 'one colon' 'implicit keep' < <(printf ':')
sees 'a field without value or line end' 'subject empty' < <(printf 'Subject:')
sees 'a header without line end' 'subject needle' < <(printf 'Subject: needle')
sees 'a header without blank line' 'from subject' < <(printf 'From: a@b\r\nSubject: x\r\n')
sees 'LF alone' 'from subject' < <(printf 'From: a@b\nSubject: x\n\nneedle\n')
sees 'a body alone' 'implicit keep' < <(printf '\r\nFrom: a@b\r\nSubject: needle\r\n')

# Malformed headers.
sees 'the first line begins with a blank: all is body' 'implicit keep' \
	< <(printf ' Subject: needle\r\nFrom: a@b\r\n\r\n')
sees 'a line without colon ends the header' 'from' \
	< <(printf 'From: a@b\r\nno field\r\nSubject: needle\r\n\r\n')
sees 'a field without name is passed over' 'subject' < <(printf ': needle\r\nSubject: x\r\n\r\n')
sees 'a name with a blank is passed over' 'subject' < <(printf 'Two words: x\r\nSubject: x\r\n\r\n')
sees 'blanks before the colon (RFC 5322 section 4.5)' 'subject needle' \
	< <(printf 'Subject \t: needle\r\n\r\n')
sees 'the From line of an mbox' 'subject needle' \
	< <(printf 'From a@b Mon Jan  1 00:00:00 2026\nSubject: needle\n\n')
sees 'a NUL ends no value' 'subject needle' < <(printf 'Subject: x\0needle\r\n\r\n')
sees 'a NUL in a name' 'from' < <(printf 'Sub\0ject: needle\r\nFrom: a@b\r\n\r\n')
sees 'folding keeps its blank' 'subject' < <(printf 'Subject: nee\r\n\tdle\r\n\r\n')
sees 'a folded line of blanks (RFC 5322 section 4.2)' 'subject needle' \
	< <(printf 'Subject: x\r\n \r\n needle\r\n\r\n')
sees 'an empty field' 'subject empty' < <(printf 'Subject:\r\n\r\nneedle')
sees 'a CR alone ends no line' 'subject needle' < <(printf 'Subject: a\rFrom: needle\r\n\r\n')
sees 'a field twice' 'subject needle' < <(printf 'SUBJECT: x\r\nsubject: needle\r\n\r\n')

# Size.
sees 'one line of 10 MB, no field' 'big' < <(repeat x 10000000)
sees 'one field of 10 MB' 'subject big' < <(printf 'Subject: '; repeat x 10000000; printf '\r\n\r\n')
sees 'its end is looked at' 'subject needle big' < <(printf 'Subject: '; repeat x 10000000; printf needle)
sees '500,000 fields' 'subject needle big' < <(yes 'X: y' | head -n 500000; printf 'Subject: needle\n\n')
sees '1,000,000 folded lines' 'subject needle big' \
	< <(printf 'Subject: x'; yes ' x' | head -n 1000000; printf ' needle\n\n')
sees '100,001 addresses' 'last big' \
	< <(printf 'To: '; repeat 'a@example.org, ' 100000; printf 'last@example.org\r\n\r\n')
sees '100,000 groups' 'last big' \
	< <(printf 'To: '; repeat 'g: a@example.org;, ' 100000; printf 'last@example.org\r\n\r\n')
sees 'a comment 1,000,000 deep' 'last big' \
	< <(printf 'To: '; repeat '(' 1000000; printf 'x'; repeat ')' 1000000; printf ' last@example.org\r\n\r\n')
for opening in '(' '<' '"' '[' '\' 'g:' '@a,' '"",'; do
	sees "300,000 times $opening" 'last' \
		< <(printf 'To: '; repeat "$opening" 300000; printf '\r\nCc: last@example.org\r\n\r\n')
done
for word in '=?utf-8?b?//8=?=' '=?utf-8?q?=ff?= ' '=?utf-16?b?AGE=?= ' '=?x?q?=?=' '=?'; do
	sees "50,000 times $word" 'subject needle' \
		< <(printf 'Subject: '; repeat "$word" 50000; printf ' needle\r\n\r\n')
done
done_testing
