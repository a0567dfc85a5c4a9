#!/bin/bash
# SPDX-License-Identifier: MIT
# shape.t - file heads, lengths of files, functions and lines, banned calls
. "$(dirname "$0")/../lib.sh"
need ctags
cd "$SRC" || exit 1
sources=$(find engine sieve-ext schema peer mta-hook t -name '*.[ch]' | sort)

none() { ! grep .; }

heads() {
	local file name
	for file in $sources; do
		name=${file##*/}
		[ "$(sed -n 1p "$file")" = '/* SPDX-License-Identifier: MIT */' ] || echo "$file: line 1"
		sed -n 2p "$file" | grep -qF "/* $name - " || echo "$file: line 2 is not /* $name - what it is"
	done | none
}
long_files() { wc -l $sources | awk '$2 != "total" && $1 > 800 {print $2 ": " $1 " lines"}' | none; }
long_lines() { awk '{l=$0; gsub(/\t/,"        ",l); if (length(l) > 108) print FILENAME ":" FNR ": " length(l) " columns"}' $sources | none; }
# Universal ctags tells where a function begins and ends.
tall_functions() {
	ctags --fields=+ne --kinds-C=f -f - --sort=no $sources | awk -F'\t' '{
		for (i = 4; i <= NF; i++) { if ($i ~ /^line:/) l = substr($i, 6); if ($i ~ /^end:/) e = substr($i, 5) }
		if (e - l > 60) print $2 ":" l ": " $1 " has " e - l + 1 " lines" }' | none
}
banned_calls() {
	grep -nE '\b(strcpy|strcat|sprintf|vsprintf|gets|system|popen|atoi|atol|strtok|alloca|rand|tmpnam|mktemp)[[:space:]]*\(' \
		$sources | grep -v '^t/' | none
}
placeholders() { grep -nE '\b(TODO|FIXME|XXX|HACK)\b' $sources | none; }

scripts() { grep -rlE '^#!/' t examples/quickstart; find . -maxdepth 2 -name '*.am' ! -path './build*' ! -path './_*'; }
script_heads() {
	scripts | while read -r file; do
		head -4 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file: no SPDX line"
	done | none
}
trailing_blanks() { grep -nE '[[:blank:]]+$' $sources $(scripts) | none; }
guards() { find $sources -name '*.h' | xargs grep -L '^#pragma once$' | none; }
# A static variable that is not const; a lock guards what a library keeps.
state() { grep -nE '^[[:space:]]*static [^(]*(=|;)' $sources | grep -vE '\bconst\b|GMutex|^t/' | none; }

check "every file says what it is" heads
check "no file is longer than 800 lines" long_files
check "no line is wider than 108 columns" long_lines
check "no function is longer than 60 lines" tall_functions
check "no call that cannot be made safe" banned_calls
check "every script says its licence" script_heads
check "no blanks at the ends of lines" trailing_blanks
check "every header is included once" guards
check "no state outside of objects" state
check "nothing is left to do in a comment" placeholders
done_testing
