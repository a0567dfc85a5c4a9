#!/bin/bash
# SPDX-License-Identifier: MIT
# stage.t - `doorstep run --stage`: what a script decides before the whole mail has come
. "$(dirname "$0")/../lib.sh"
cd "$TMP" || exit 1

code() {
	"$@" >out 2>err
	echo $?
}
# at STAGE [OPTION...] - what rules.sieve says then.
at() { doorstep run --stage "$@" rules.sieve mail.eml 2>&1; }

cat >rules.sieve <<'END'
require ["envelope", "environment", "ereject"];
if environment "remote-ip" "192.0.2.1" { discard; stop; }
if envelope "from" "pest@example.com" { ereject "Not from you."; stop; }
if header :contains "subject" "sale" { discard; stop; }
if size :over 1M { ereject "Too large."; }
END
printf 'From: a@example.com\nTo: b@example.com\nSubject: hello\n\nx\n' >mail.eml

is 'the connection: it settles the outcome' 'discard' "$(at connection --remote-ip 192.0.2.1)"
is 'the connection: the sender is not known' 'needs the envelope (rules.sieve:3: envelope)' \
	"$(at connection -f pest@example.com)"
is 'the envelope: it settles the outcome' 'ereject "Not from you."' "$(at envelope -f pest@example.com)"
is 'the envelope: the header is not known' 'needs the header (rules.sieve:4: header)' "$(at envelope)"
is 'the header: the size is not known' 'needs the whole message (rules.sieve:5: size)' "$(at header)"
sed -i 's/hello/sale/' mail.eml
is 'the header: it settles the outcome' 'discard' "$(at header)"
is 'the whole message, asked for' "$(doorstep run rules.sieve mail.eml)" "$(at message)"
sed -i 's/sale/hello/' mail.eml
is 'the whole message' 'implicit keep' "$(at message)"
is 'a run that needs more is no mistake' 0 "$(code doorstep run --stage envelope rules.sieve mail.eml)"
is '--explain ends with the test that needs more' 'rules.sieve:4  header :contains ["subject"] ["sale"]  (i;ascii-casemap)
result:
  needs the header (rules.sieve:4: header)' "$(at envelope --explain | tail -n 3)"

printf 'require "include"; include "rules";\n' >main.sieve
is 'the place is in the script that asks' 'needs the header (rules:4: header)' \
	"$(doorstep run --stage envelope main.sieve mail.eml)"

is 'no such stage' 2 "$(code doorstep run --stage data rules.sieve mail.eml)"
check 'it is named' grep -qx 'doorstep run: no such stage: data' err
printf 'if header "subject" "x" { discard; }\n' >base.sieve
is 'libsieve knows no stages' 2 "$(code doorstep run --engine libsieve --stage envelope base.sieve mail.eml)"
check 'and says so' grep -q -- --stage err
done_testing
