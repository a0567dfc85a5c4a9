# SPDX-License-Identifier: MIT
# daemon.sh - starts doorstepd, which listens where it likes
#
# Sourced after t/lib.sh.

# start_daemon CONFIG - sets PID and PORT once it listens.
start_daemon() {
	mkfifo "$TMP/ready"
	doorstepd --config "$1" >"$TMP/ready" 2>>"$TMP/log" &
	PID=$!
	end_later $PID
	read -r READY <"$TMP/ready" || {
		echo "Bail out! doorstepd does not start: $(tail -n 1 "$TMP/log")"
		exit 1
	}
	rm "$TMP/ready"
	PORT=${READY##*smtp=127.0.0.1:}
	PORT=${PORT%% *}
}
end_daemon() {
	kill -TERM "$PID"
	wait "$PID"
}
