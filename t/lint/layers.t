#!/bin/bash
# SPDX-License-Identifier: MIT
# layers.t - who may include whom (doc/ARCHITECTURE.md)
. "$(dirname "$0")/../lib.sh"
cd "$SRC" || exit 1

# includes PATH... - "file header" for each include of a project's or library's header.
includes() {
	grep -rnoE --include='*.[ch]' '^#[[:space:]]*include[[:space:]]*[<"][^>"]+' "$@" |
		sed -E 's/^([^:]+):[0-9]+:#[[:space:]]*include[[:space:]]*[<"]/\1 /'
}

# none - for check: nothing on standard input; what is there is the list of offenders.
none() { ! grep .; }

# only PATTERN WHO - nobody but the files that match WHO includes a header that matches PATTERN.
only() { includes engine sieve-ext schema peer mta-hook | awk -v h="$1" -v w="$2" '$2 ~ h && $1 !~ w' | none; }

# room FOLDER ALLOWED - project headers that FOLDER includes all match ALLOWED.
room() { includes "$1" | awk -v a="$2" '$2 ~ "^(engine|sieve-ext|schema|peer|mta-hook)/" && $2 !~ a' | none; }

engine_alone() {
	includes engine | awk '$1 !~ "^engine/doorstep/" && $2 ~ "^(sieve-ext|schema|peer|mta-hook)/"' | none
}

check "only schema/ speaks LDAP" only '^(ldap|lber)' '^schema/'
check "only the milter file sees libmilter" only '^libmilter/' '^mta-hook/milter[.]c$'
check "only the regex extension sees PCRE2" only '^pcre2' '^sieve-ext/regex[.]c$'
check "only the calendar extension sees libical" only '^libical/' '^sieve-ext/calendar[.]c$'
check "only the second engine sees libsieve" only '^sieve2' '^engine/libsieve[.]c$'
check "the engine includes no room above it" engine_alone
check "extensions see the extension header alone" \
	room sieve-ext '^(engine/sieve-ext[.]h|sieve-ext/(calendar|enotify|extlists)[.]h|sieve-ext/extensions[.](h|def))$'
check "schema/ uses the engine" room schema '^(engine|schema)/'
check "peer/ uses schema/ and the engine" room peer '^(engine|sieve-ext/extensions|schema|peer)/'
check "mta-hook/ uses of peer/ the SMTP parts and the log alone" \
	room mta-hook '^(engine|schema|mta-hook)/|^peer/(smtp-|line-io|listener|tls-key|log)'
check "nobody but log.c words a log line" \
	fails grep -rnE --include="*.[ch]" "g_(message|warning|info|debug) ?\(" peer mta-hook schema
done_testing
