#!/bin/bash
# SPDX-License-Identifier: MIT
# config.t - the example settings are taken, what is wrong in settings is told and refused
. "$(dirname "$0")/../lib.sh"

echo secret >"$TMP/password"
sed "s,/etc/doorstep/hook.password,$TMP/password," "$SRC/examples/config/doorstep-hook.conf" >"$TMP/hook.conf"
sed 's/^#\([a-z_]* = \)/\1/' "$TMP/hook.conf" >"$TMP/hook-all.conf"
cp "$SRC/examples/config/doorstep-relay.conf" "$TMP/relay.conf"
sed 's/^#\([a-z_.]* = \)/\1/' "$TMP/relay.conf" >"$TMP/relay-all.conf"
for which in hook hook-all relay relay-all; do
	check "example is taken: $which" "doorstep-${which%-all}" --check --config="$TMP/$which.conf"
done

# refused PROGRAM LINE MESSAGE - the example with LINE in place of the key of that name
refused() {
	sed "s,^${2%% =*} = .*,$2," "$TMP/$1-all.conf" >"$TMP/bad.conf"
	grep -qxF "$2" "$TMP/bad.conf" || echo "$2" >>"$TMP/bad.conf"
	"doorstep-$1" --check --config="$TMP/bad.conf" >/dev/null 2>"$TMP/said"
	is "$1: $2: exit code" 78 $?
	check "$1: $2: message" grep -qF "$3" "$TMP/said"
}
refused hook 'clients = some' 'neither never, listed nor all'
refused hook 'networks = 10.0.0.1/8' 'no address block'
refused hook 'allow_networks = example.org' 'no address block'
refused hook 'directory_retry_s = 0' 'out of range'
refused hook 'directory_retry_s = soon' 'no number'
refused hook 'socket_mode = 0999' 'no number'
refused hook 'enabled = yes' 'neither true nor false'
refused hook 'nonsense = 1' 'no such setting'
refused relay 'next_hop = a:b:c' 'no host or host:port'
refused relay 'fallback_after_s = -1' 'out of range'
refused relay 'max_recipients = 99' 'out of range'
refused relay 'example.org = :25' 'no host or host:port'

for program in hook relay; do
	printf '[%s]\nmiltre = 1\n' $program >"$TMP/bad.conf"
	"doorstep-$program" --check --config="$TMP/bad.conf" 2>"$TMP/said"
	check "$program: misspelt key" grep -qF "[$program] miltre: no such key" "$TMP/said"
	printf '[other]\n' >"$TMP/bad.conf"
	"doorstep-$program" --check --config="$TMP/bad.conf" 2>"$TMP/said"
	check "$program: unknown group" grep -qF '[other]: no such group' "$TMP/said"
	"doorstep-$program" --no-such-option 2>/dev/null
	is "$program: usage" 2 $?
	"doorstep-$program" --check --config="$TMP/absent" 2>/dev/null
	is "$program: no file" 78 $?
	"doorstep-$program" --help >"$TMP/said"
	check "$program: help shows examples" grep -q '^Examples:' "$TMP/said"
done
done_testing
