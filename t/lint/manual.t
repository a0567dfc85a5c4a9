#!/bin/bash
# SPDX-License-Identifier: MIT
# manual.t - every option that --help shows and every key that a program reads stands in its manual
. "$(dirname "$0")/../lib.sh"
need groff
cd "$SRC/doc/man" || exit 1

# page FILE - the text that a reader sees, one paragraph a line or so.
page() { groff -man -Tascii -P-cbou -rLL=2000n "$1" 2>/dev/null; }

# undocumented PAGE PROGRAM [VERB] - options that the page does not name.
undocumented() {
	local manual=$1 option
	shift
	page "$manual" >"$TMP/page"
	"$@" --help | sed -nE 's/^ +(-., )?(--[a-z-]+).*/\2/p' | while read -r option; do
		grep -qF -- "$option" "$TMP/page" || echo "$option"
	done
}
# option_count PROGRAM [VERB]
option_count() { "$@" --help | grep -c -- ' --'; }

own_pages='check run filter test fmt convert compile'
for verb in $own_pages; do
	check "doorstep $verb has options" test "$(option_count doorstep $verb)" -gt 1
	is "doorstep $verb: its options are documented" '' "$(undocumented doorstep-$verb.1 doorstep $verb | grep -vx -- --help)"
done
for verb in login logout ready busy status; do
	is "doorstep $verb: its options are documented" '' "$(undocumented doorstep-login.1 doorstep $verb | grep -vx -- --help)"
done
for program in doorstepd doorstep-hook doorstep-relay; do
	is "$program: its options are documented" '' "$(undocumented $program.8 $program | grep -vx -- --help)"
done
verbs() { doorstep --help | sed -nE '/^Verbs:/,/^$/s/^  ([a-z]+) .*/\1/p'; }
check 'doorstep has verbs' test "$(verbs | wc -l)" -gt 5
is 'each verb is documented' '' "$(for verb in $(verbs); do grep -q "$verb" doorstep.1 || echo "$verb"; done)"

# options PROGRAM [VERB] - the long options of its help.
options() { "$@" --help | grep -oE -- '--[a-z][a-z-]+'; }
# invented PAGE - options that the page names and no help in $TMP/known does.
invented() { page "$1" | grep -oE -- '--[a-z][a-z-]+' | sort -u | grep -vxFf "$TMP/known"; }
{
	echo --version
	options doorstep
	for verb in $(verbs); do options doorstep "$verb"; done
} >"$TMP/known"
is 'doorstep(1) names no other options' '' "$(invented doorstep.1)"
for verb in $own_pages; do
	is "doorstep-$verb(1) names no other options" '' "$(invented doorstep-$verb.1)"
	check "doorstep-$verb(1) has examples" grep -q "^doorstep $verb " doorstep-$verb.1
done
is 'doorstep-login(1) names no other options' '' "$(invented doorstep-login.1)"
for program in doorstepd doorstep-hook doorstep-relay; do
	{ echo --version; options $program; } >"$TMP/known"
	is "$program: its manual names no other options" '' "$(invented $program.8)"
done

# The test language: the names in its tables, and those in the manual.
is 'commands and tests of script tests' \
	"$(sed -nE 's/^\t\{\.name = "(test[a-z_]*)".*/\1/p' "$SRC/engine/doorstep/svtest-ext.c" | sort -u)" \
	"$(sed -nE 's/^\.B (test[a-z_]*) .*|^\.B (test[a-z_]*)$/\1\2/p' svtest.5 | sort -u)"

# table FILE - "group key" of each row of a table of settings.
table() { sed -nE 's/^\t\{ ?"([a-z0-9]+)", "([a-z0-9_]+)", [A-Z_]+.*/\1 \2/p' "$SRC/$1" | sort; }
# manual PAGE - the same of a manual's tagged paragraphs.
manual() {
	awk '/^\.SH "GROUP/ { group = $3; gsub(/[]["]/, "", group) }
		/^\.SH/ && !/GROUP/ { group = "" }
		tag && /^\.B / && group != "" { print group, $2 }
		{ tag = /^\.TP/ }' "$1" | sort
}
is 'keys of doorstepd.conf' "$(table peer/config.c)" "$(manual doorstepd.conf.5 | grep -v '^sieve ')"
is 'keys of [sieve]' "$(doorstep check --settings | sed -nE 's/^#?([a-z0-9_]+) = .*/sieve \1/p' | sort)" \
	"$(manual doorstepd.conf.5 | grep '^sieve ')"
is 'keys of doorstep-hook.conf' "$(table mta-hook/config.c)" \
	"$(manual doorstep-hook.conf.5 | grep -v '^directory ')"
is 'keys of [directory]' "$(sed -n '/known\[\] = {/,/}/p' "$SRC/schema/location-config.c" |
	grep -oE '"[a-z_]+"' | tr -d '"' | sort)" "$(manual doorstep-hook.conf.5 | sed -n 's/^directory //p')"
is 'keys of doorstep-relay.conf' "$(table mta-hook/relay-config.c)" "$(manual doorstep-relay.conf.5)"

warnings() { for file in *.[158]; do groff -t -man -Tascii -ww "$file" 2>&1 >/dev/null; done; }
is 'the manuals are well formed' '' "$(warnings)"
names() { for file in *.[158]; do page "$file" | sed -n '1p' | grep -qi "^${file%.*}(${file##*.})" || echo "$file"; done; }
is 'each manual is named as its file' '' "$(names)"
done_testing
