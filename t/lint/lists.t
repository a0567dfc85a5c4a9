#!/bin/bash
# SPDX-License-Identifier: MIT
# lists.t - what stands in two places says the same in both
. "$(dirname "$0")/../lib.sh"
need nm
cd "$SRC" || exit 1

none() { ! grep .; }

# Each extension: its line in extensions.def, in the makefile, a folder of tests, a row of the README.
extensions() {
	local file name
	for file in sieve-ext/*.c; do
		name=$(basename "$file" .c)
		[ "$name" != extensions ] || continue
		grep -qF "$file" sieve-ext/Makemodule.am || echo "$file is not built"
		grep -qF "$(basename "$file")" sieve-ext/README.md || echo "$file is not in sieve-ext/README.md"
		grep -qF "$file" doc/RFC.md || echo "$file is not in doc/RFC.md"
		# What stands beside an extension as a piece of it.
		case $name in enotify-* | calendar) continue ;; esac
		grep -qE "SIEVE_EXTENSION\((${name//-/_})\)" sieve-ext/extensions.def ||
			grep -qE "^const SieveExtension sieve_ext_" "$file" || echo "$file registers nothing"
	done
	sed -nE 's/^SIEVE_EXTENSION\((.*)\)/\1/p' sieve-ext/extensions.def | while read -r name; do
		grep -qrE "sieve_ext_$name\b" sieve-ext/*.c || echo "$name of extensions.def is defined nowhere"
	done
}
extensions_agree() { extensions | none; }

# Each source file of a folder has its line in the folder's README and makefile fragment.
room_lists() {
	local folder file
	for folder in engine sieve-ext schema peer mta-hook; do
		find $folder -name '*.c' | while read -r file; do
			grep -qF "$file" $folder/Makemodule.am || echo "$file is not built"
			grep -qF "$(basename "$file" .c)" $folder/README.md || echo "$file is not in $folder/README.md"
		done
	done
}
rooms_agree() { room_lists | none; }

# libdoorstep.sym is what programs link with: a change of it is a change of the interface.
declared() {
	${CC:-cc} -E -fpreprocessed -dD -P engine/sieve.h 2>/dev/null |
		grep -oE '\bsieve_[a-z0-9_]+\(' | tr -d '(' | LC_ALL=C sort -u
}
exported() { nm -D --defined-only "$BUILD/.libs/libdoorstep.so" | awk '{ print $3 }' | LC_ALL=C sort; }
hint() {
	echo "$1; then look at -version-info in engine/Makemodule.am"
	false
}
list_agrees() { diff engine/libdoorstep.sym <(declared) || hint 'run: make -C build symbols'; }
library_agrees() { diff engine/libdoorstep.sym <(exported) || hint 'a symbol is missing, or one too many is shown'; }

headers_stand_alone() {
	local header
	find engine sieve-ext schema peer mta-hook -name '*.h' | while read -r header; do
		echo "#include \"$header\"" | ${CC:-cc} -std=gnu11 -I. $(pkg-config --cflags gio-2.0 gio-unix-2.0 gmime-3.0 gnutls) \
			-x c -fsyntax-only - 2>/dev/null || echo "$header needs another header before it"
	done | none
}

attribute_names() {
	grep -oE '"[A-Za-z]+"' schema/location-attributes.def | tr -d '"' | sort -u | while read -r name; do
		grep -qiw "$name" schema/ulr.schema || echo "$name is not in ulr.schema"
		grep -qiw "$name" schema/ulr.ldif || echo "$name is not in ulr.ldif"
	done | none
}

# A capability is proved by scripts that require it.
tested() {
	sed -nE '/^const SieveExtension/,/^\};/s/.*\.capability = "([^"]+)".*/\1/p' sieve-ext/*.c | while read -r name; do
		grep -rqF "\"$name\"" t/sieve || echo "no script in t/sieve requires $name"
	done | none
}

# A link from one page to a file of the project leads somewhere.
links() {
	find . -name '*.md' ! -path './build*' ! -path './_*' | while read -r page; do
		grep -oE '\]\([^):#]+[)#]' "$page" | sed 's/^](//; s/.$//' | while read -r target; do
			[ -e "$(dirname "$page")/$target" ] || echo "$page: $target"
		done
	done | none
}

# The files that the pages on standards name are there; rfc5228.md leaves the folder of core tests out.
standards() {
	local name
	grep -ohE '`[^` ]+`' doc/RFC.md doc/rfc5228.md | tr -d '`' | sort -u | while read -r name; do
		case $name in
		*.svtest) [ -e "$name" ] || [ -e "t/sieve/core/$name" ] || echo "$name is not there" ;;
		engine/* | sieve-ext/* | schema/* | peer/* | mta-hook/* | t/*) [ -e "$name" ] || echo "$name is not there" ;;
		esac
	done | none
}
core_tests_named() {
	(cd t/sieve/core && ls ./*.svtest) | while read -r name; do
		grep -qF "\`${name#./}\`" doc/rfc5228.md || echo "$name is not in doc/rfc5228.md"
	done | none
}

check "every extension is listed where it must be" extensions_agree
check "every source file is built and described" rooms_agree
check "libdoorstep.sym lists what sieve.h declares, and nothing else" list_agrees
check "libdoorstep exports what libdoorstep.sym lists, and nothing else" library_agrees
check "every header stands alone" headers_stand_alone
check "the schema knows every attribute" attribute_names
check "every capability is tested" tested
check "no dead links" links
check "what the pages on standards name is there" standards
check "doc/rfc5228.md names every test of the core" core_tests_named
done_testing
