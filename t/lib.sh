# SPDX-License-Identifier: MIT
# lib.sh - for .t scripts: TAP output, a private folder, free ports, programs to end, skipping
#
# Sourced first, with bash. It sets TMP (a private folder, removed at the end), SRC (the source tree)
# and BUILD (where the programs are), and puts BUILD first in PATH.

set -u
SRC=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${DOORSTEP_BUILD:-$SRC/build}
PATH=$BUILD:$PATH:/usr/sbin:/sbin
TMP=$(mktemp -d "${TMPDIR:-/tmp}/doorstep-t.XXXXXX") || exit 1
export TMP
lib_count=0
lib_failed=0
lib_pids=

# Ends what the test has started, by its process number, and waits for it.
lib_end() {
	local status=$? pid
	trap - EXIT
	for pid in $lib_pids; do kill "$pid" 2>/dev/null; done
	for pid in $lib_pids; do wait "$pid" 2>/dev/null; done
	[ ! -f "$TMP/ports" ] || xargs rm -f <"$TMP/ports"
	rm -rf "$TMP"
	exit $status
}
trap lib_end EXIT
trap 'exit 1' INT TERM HUP

# end_later PID... - ends these processes when the test ends.
end_later() { lib_pids="$* $lib_pids"; }

# skip_all REASON - this machine lacks what the test needs; continuous integration must have it.
skip_all() {
	[ -z "${CI-}" ] || {
		printf 'not ok 1 - %s\n1..1\n' "cannot be run here: $*"
		exit 1
	}
	echo "1..0 # SKIP $*"
	exit 0
}

# need PROGRAM... - skips the test unless all are there.
need() {
	local program
	for program; do
		command -v "$program" >/dev/null || skip_all "$program is not installed"
	done
}

# check NAME COMMAND... - one test: the command must succeed.
check() {
	local name=$1
	shift
	lib_count=$((lib_count + 1))
	if "$@" >"$TMP/check.out" 2>&1; then
		echo "ok $lib_count - $name"
	else
		echo "not ok $lib_count - $name"
		# Where a summary alone is shown, this is.
		{ echo "# $0: failed: $name"; sed 's/^/# /' "$TMP/check.out"; } >&2
		lib_failed=$((lib_failed + 1))
	fi
}

# same NAME WANTED GOT - one test: two files hold the same bytes.
same() { check "$1" same_bytes "$2" "$3"; }
same_bytes() { cmp "$1" "$2" || { diff -u "$1" "$2" | cat -A | head -40; false; }; }

# is NAME WANTED GOT - one test: two texts are the same.
is() { check "$1" is_text "$2" "$3"; }
is_text() { [ "$1" = "$2" ] || { printf 'wanted: %s\ngot:    %s\n' "$1" "$2"; false; }; }

# fails COMMAND... - for check: the command must fail.
fails() { ! "$@"; }

# free_port - a port of 127.0.0.1 that nobody listens on, below those the kernel gives to clients. A
# link that names this process holds it, so that tests that run at the same time take different ones.
free_port() {
	local port link owner
	while :; do
		port=$((10000 + RANDOM % 20000))
		link=/tmp/doorstep-port.$port
		owner=$(readlink "$link") && ! kill -0 "$owner" 2>/dev/null && rm -f "$link"
		ln -s $$ "$link" 2>/dev/null || continue
		echo "$link" >>"$TMP/ports"
		listens "$port" || break
	done
	echo $port
}

# await COMMAND... - tries until it succeeds, for AWAIT_S seconds at most (30); for servers that tell
# nobody when they are ready.
await() {
	local tries=0
	until "$@" >/dev/null 2>&1; do
		[ $((tries += 1)) -le $((${AWAIT_S-30} * 20)) ] || return 1
		sleep 0.05
	done
}

# listens PORT - somebody accepts connections there.
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# done_testing - the plan, and the exit code.
done_testing() {
	echo "1..$lib_count"
	[ "$lib_failed" -eq 0 ]
	exit
}
