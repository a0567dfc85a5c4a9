# SPDX-License-Identifier: MIT
# hosts.sh - TLS keys and scripted SMTP hosts for the tests of the hook and the relay
#
# Sourced after t/lib.sh.

host_script=$SRC/t/mta-hook/smtp-host.pl

# make_key NAME - a PEM file, and its pin in $TMP/NAME.pin
make_key() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
		-subj "/CN=$1" -keyout "$TMP/$1.key" -out "$TMP/$1.crt" 2>/dev/null
	cat "$TMP/$1.crt" "$TMP/$1.key" >"$TMP/$1.pem"
	openssl x509 -in "$TMP/$1.crt" -noout -pubkey | openssl pkey -pubin -outform der |
		sha256sum | cut -d' ' -f1 >"$TMP/$1.pin"
}

# host NAME PORT [name=value ...] - a scripted host; its log is $TMP/NAME.log
host() {
	local name=$1 port=$2
	shift 2
	: >"$TMP/$name.log"
	perl "$host_script" "127.0.0.1:$port" "$TMP/$name.log" "$@" 2>"$TMP/$name.err" &
	host_pid=$!
	end_later $host_pid
	await grep -q listening "$TMP/$name.log"
}
end_host() {
	kill "$1"
	wait "$1" 2>/dev/null
}
