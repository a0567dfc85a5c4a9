#!/bin/bash
# SPDX-License-Identifier: MIT
# check.t - `doorstep check`: exit codes, colour, listing, and its forms for programs
. "$(dirname "$0")/../lib.sh"
need perl script
cd "$TMP" || exit 1

code() {
	"$@" >out 2>err
	echo $?
}

printf 'keep;\n' >sound.sieve
printf 'keep;\nfrob;\n' >bad.sieve
printf 'stop;\nkeep;\n' >odd.sieve
printf 'if header :is "subject" ["a", "a"] { keep; }\n' >note.sieve
printf 'redirect "me@example.com";\n' >self.sieve

# --- Exit codes ---

is "no mistakes" 0 "$(code doorstep check sound.sieve)"
is "a mistake" 1 "$(code doorstep check sound.sieve bad.sieve)"
check "a mistake: its place" grep -q '^bad.sieve:2:1: error: ' out
is "a warning" 0 "$(code doorstep check odd.sieve)"
is "a warning: the verdict" 'odd.sieve: no errors, 1 warning; portable to libsieve' "$(tail -1 out)"
is "--strict: a warning" 1 "$(code doorstep check --strict odd.sieve)"
is "--strict: a note" 0 "$(code doorstep check --strict note.sieve)"
is "no such file" 2 "$(code doorstep check none.sieve)"
is "no script" 2 "$(code doorstep check)"
is "no such format" 2 "$(code doorstep check --format=frob sound.sieve)"
is "no such word for --color" 2 "$(code doorstep check --color=frob sound.sieve)"
for format in json sarif; do
	is "--format=$format: no listing in it" 2 "$(code doorstep check --format=$format --dump sound.sieve)"
done
is "--owner: another address" 0 "$(code doorstep check --strict --owner you@example.com self.sieve)"
is "--owner: a redirect to it" 1 "$(code doorstep check --strict --owner you@example.com --owner me@example.com self.sieve)"

# --- Colour: on a terminal, unless told otherwise ---

escape=$(printf '\033')
coloured() { grep -q "$escape\\[" "${1-out}"; }
# on_terminal COMMAND... - what it writes to a terminal of its own goes to the file out.
on_terminal() { script -qec "$*" /dev/null </dev/null >out 2>&1; }
export TERM=xterm
unset NO_COLOR

on_terminal doorstep check bad.sieve
check "a terminal: colour" coloured
NO_COLOR=1 on_terminal doorstep check bad.sieve
check "a terminal with NO_COLOR: none" fails coloured
NO_COLOR='' on_terminal doorstep check bad.sieve
check "a terminal with NO_COLOR empty: colour" coloured
TERM=dumb on_terminal doorstep check bad.sieve
check "a dumb terminal: none" fails coloured
on_terminal doorstep check --color=never bad.sieve
check "a terminal, --color=never: none" fails coloured
doorstep check bad.sieve >out
check "a file: none" fails coloured
NO_COLOR=1 doorstep check --color=always bad.sieve >out
check "a file, --color=always: colour" coloured
doorstep run --color=always bad.sieve sound.sieve 2>err
check "run --color=always: colour" coloured err
doorstep test --color=always --script bad.sieve . 2>err >out
check "test --color=always: colour" coloured err
is "run --color: no such word" 2 "$(code doorstep run --color=frob sound.sieve sound.sieve)"

# --- The listing ---

cd "$SRC/t/doorstep/check" || exit 1
doorstep check --dump dump.sieve >"$TMP/dump"
same "--dump: the listing" dump.expect "$TMP/dump"
cd "$TMP" || exit 1

# --- Forms for programs ---

# json PERL - for check: the file out is JSON, and so is PERL true of it, as $json.
json() { perl -MJSON::PP -0777 -e '$json = decode_json(<STDIN>); exit !('"$1"')' <out; }

printf '# \303\274\nif header "\303\274" "x" { \303\274ber; }\n' >wide.sieve
doorstep check --format=json wide.sieve sound.sieve self.sieve >out
check "json: the lists" json '$json->{version} == 1 && @{$json->{diagnostics}} == 2 && @{$json->{scripts}} == 2'
check "json: every member" json 'not grep { my $d = $_; grep { !exists $d->{$_} } qw(script line column length
	character endLine endCharacter level rule message) } @{$json->{diagnostics}}'
printf 'if header :contains "subject" "\303\274" { frob; }\n' >wide.sieve
doorstep check --format=json wide.sieve >out
check "json: a place after a wide character, in octets and in characters" json '$json->{diagnostics}[0]{column} == 38 &&
	$json->{diagnostics}[0]{character} == 37 && $json->{diagnostics}[0]{endCharacter} == 41 &&
	$json->{diagnostics}[0]{endLine} == 1 && $json->{diagnostics}[0]{length} == 4'
printf 'require "environment";\nif environment "remote-ip" "192.0.2.1" { discard; }\n' >ip.sieve
doorstep check --format=json sound.sieve ip.sieve >out
check "json: portable or not, and why" json '
	$json->{scripts}[0]{portable} && !exists $json->{scripts}[0]{reason} &&
	!$json->{scripts}[1]{portable} && $json->{scripts}[1]{reason} =~ /./'
cp bad.sieve "$(printf 'bad\377.sieve')"
doorstep check --format=json "$(printf 'bad\377.sieve')" >out
check "json: a name that is no UTF-8" json '$json->{diagnostics}[0]{script} eq "bad\x{fffd}.sieve"'

mkdir 'a folder'
printf 'keep;\nfrob;\nfileinto "a\nb";\n' >'a folder/bad.sieve'
is "sarif: exit code" 1 "$(code doorstep check --format=sarif 'a folder/bad.sieve' odd.sieve "$TMP/bad.sieve")"
check "sarif: version and one run" json '$json->{version} eq "2.1.0" && $json->{q($schema)} =~ /sarif-2\.1\.0/ && @{$json->{runs}} == 1'
run='$json->{runs}[0]'
driver='$json->{runs}[0]{tool}{driver}'
check "sarif: the tool" json "$driver{name} eq 'doorstep' && $driver{version} =~ /^[0-9]/"
check "sarif: rules have an id of their own, a text and a level" json "
	not grep { !\$_->{shortDescription}{text} || \$_->{defaultConfiguration}{level} !~ /^(error|warning|note)\$/ ||
		\$seen{\$_->{id}}++ } @{$driver{rules}}"
check "sarif: results have rule, level, message and place" json "@{$run{results}} == 4 && not grep {
	my \$region = \$_->{locations}[0]{physicalLocation}{region};
	$driver{rules}[\$_->{ruleIndex}]{id} ne \$_->{ruleId} || \$_->{level} !~ /^(error|warning|note)\$/ ||
	!\$_->{message}{text} || \$region->{startLine} < 1 || \$region->{startColumn} < 1 ||
	\$region->{endLine} < \$region->{startLine} } @{$run{results}}"
uri='$json->{runs}[0]{results}'
check "sarif: a relative path is a relative reference" json \
	"${uri}[0]{locations}[0]{physicalLocation}{artifactLocation}{uri} eq 'a%20folder/bad.sieve'"
check "sarif: an absolute path is a file URI" json \
	"${uri}[-1]{locations}[0]{physicalLocation}{artifactLocation}{uri} =~ m{^file:///}"
check "sarif: the columns are counted in characters" json "$run{columnKind} eq 'unicodeCodePoints'"
check "sarif: the hint stands in the message" json "
	(grep { \$_->{message}{text} eq q(unknown command \"fileinto\"; hint: add require \"fileinto\") } @{$run{results}}) == 1"

# --- Every rule is told by a script of the tests, and stands in the manual of rules ---

(cd "$SRC/t/sieve" && doorstep check --format=json error/*.sieve advice/*.sieve) |
	perl -MJSON::PP -0777 -e 'print map { "$_->{rule}\n" } @{decode_json(<STDIN>)->{diagnostics}}' |
	sort -u >told
sed -nE 's/^SIEVE_DIAG_RULE\([A-Z_]+, [A-Z]+, "([A-Z-]+)".*/\1/p' "$SRC/engine/diag-rules.def" | sort >known
# Told of a thousand mistakes, which no golden file holds.
seq -f 'a%.0f;' 1200 >many.sieve
doorstep check --format=json many.sieve >out
check "a thousand mistakes are enough" json '@{$json->{diagnostics}} == 1001 && $json->{diagnostics}[-1]{rule} eq "SIEVE-MORE"'
is "rules that no test tells" SIEVE-MORE "$(comm -13 told known)"
is "rules that are in no table" '' "$(comm -23 told known)"
is "rules in doc/diagnostics.md" "$(cat known)" "$(sed -nE 's/^\| `(SIEVE-[A-Z-]+)` .*/\1/p' "$SRC/doc/diagnostics.md" | sort)"
is "their levels there" "$(sed -nE 's/^SIEVE_DIAG_RULE\([A-Z_]+, ([A-Z]+), "([A-Z-]+)".*/\2 \L\1/p' "$SRC/engine/diag-rules.def" | sort)" \
	"$(sed -nE 's/^\| `(SIEVE-[A-Z-]+)` \| ([a-z]+) .*/\1 \2/p' "$SRC/doc/diagnostics.md" | sort)"
done_testing
