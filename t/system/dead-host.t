#!/bin/bash
# SPDX-License-Identifier: MIT
# dead-host.t - the reader's host dies or hangs, at each moment of a delivery: nothing is lost
. "$(dirname "$0")/../lib.sh"
. "$SRC/t/system/house.sh"
need strace
RELAY_EXTRA='fallback_after_s = 3
reader_connect_timeout_ms = 1000
reader_reply_timeout_ms = 1500'
AWAIT_S=90
house_start
home=$TMP/james
log_in() { log_in_as james "$@" >"$TMP/login.log" 2>&1 || { cat "$TMP/login.log"; false; }; }
both() { echo $(($(at_host james "$1") + $(at_domain james "$1"))); }
sender_is_done() { queue_is_empty sender; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }
in_mailq() { postqueue -c "$TMP/sender/etc" -p | tr -d '\n' | grep -q "$1"; }

# kill_host - the reader's host loses power; its record stays as it is.
kill_host() {
	local pid
	pid=$(daemon_pid_of james)
	kill -KILL "$pid" && await is_gone "$pid"
}

# The host is dead before the mail comes, and the record says that james is there.
check 'login' log_in
check 'the host dies' kill_host
check 'the sender took: To a dead host' send_mail ann@friends.example 'To a dead host'
check 'dead: the mail waits at the sender, with the reason' await in_mailq "reader's host"
is 'dead: the record still says ready' 1 "$(value_of james online)"
check 'dead: then it is stored at the domain' await domain_has james 'To a dead host'
check 'dead: and has left the sender' await sender_is_done
check 'dead: it was announced at first' grep -q 'code=451 announced=yes' "$TMP/relay.log"
is 'dead: and not when it fell back' 1 "$(grep -c 'code=250 announced=no' "$TMP/relay.log")"
is 'dead: nothing was announced after that' '' "$(sed '1,/code=250 announced=no/d' "$TMP/relay.log")"
check 'dead: the next login' log_in
is 'dead: fetches it' 1 "$(at_host james 'To a dead host')"
is 'dead: the domain keeps none' 0 "$(at_domain james 'To a dead host')"

# under NAME OPTION... - a doorstepd that strace changes in the way given. It stands in james's own folder.
under() {
	local name=$1
	shift
	printf '#!/bin/sh\nexec strace -f -o %s/strace.%s %s %s/bin/doorstepd "$@"\n' \
		"$home" "$name" "$*" "$home" >"$home/bin/doorstepd-$name"
	chmod 755 "$home/bin/doorstepd-$name"
}
head -c 3000000 /dev/urandom >"$TMP/big"
ambiguous_once() { case $(both "$1") in 1 | 2) ;; *) both "$1"; false ;; esac; }

# Killed in DATA: a mail of 4 MB takes many reads, this is one of them.
under in-data -e trace=recvfrom,recvmsg,read -e inject=recvfrom,recvmsg:signal=KILL:when=150
doorstep_as james logout
check 'killed in DATA: login' log_in --daemon "$home/bin/doorstepd-in-data"
pid=$(daemon_pid_of james)
check 'the sender took: Half a mail' send_mail ann@friends.example 'Half a mail' --attach "@$TMP/big"
check 'killed in DATA: the host dies' await is_gone "$pid"
check 'killed in DATA: RCPT was taken' grep -q 'event=rcpt .*verdict=taken' "$(daemon_log_of james)"
check 'killed in DATA: nothing of it is seen there' host_has james 'Half a mail' 0
check 'killed in DATA: stored at the domain' await domain_has james 'Half a mail'
check 'killed in DATA: and has left the sender' await sender_is_done
check 'killed in DATA: login again' log_in
is 'killed in DATA: one copy' '1 0' "$(at_host james 'Half a mail') $(at_domain james 'Half a mail')"

# Stopped in DATA, as by a laptop that goes to sleep; then it dies.
under asleep -e trace=recvfrom,recvmsg,read -e inject=recvfrom,recvmsg:signal=STOP:when=150
doorstep_as james logout
check 'asleep in DATA: login' log_in --daemon "$home/bin/doorstepd-asleep"
pid=$(daemon_pid_of james)
check 'the sender took: Asleep' send_mail ann@friends.example 'Asleep' --attach "@$TMP/big"
check 'asleep in DATA: the host stops' await grep -q 'stopped by SIGSTOP' "$home/strace.asleep"
check 'asleep in DATA: the mail waits at the sender' await in_mailq "reader's host"
check 'asleep in DATA: stored at the domain' await domain_has james 'Asleep'
kill -KILL "$pid"
check 'asleep in DATA: the host dies' await is_gone "$pid"
check 'asleep in DATA: login again' log_in
is 'asleep in DATA: one copy' '1 0' "$(at_host james 'Asleep') $(at_domain james 'Asleep')"

# Killed between storing and the reply: nobody can tell whether it was stored.
under stored -e trace=renameat2,fsync,sendto,sendmsg -P "$home/Maildir/new" -e inject=fsync:signal=KILL:when=1
doorstep_as james logout
check 'killed before the reply: login' log_in --daemon "$home/bin/doorstepd-stored"
pid=$(daemon_pid_of james)
check 'the sender took: Stored, not told' send_mail ann@friends.example 'Stored, not told'
check 'killed before the reply: the host dies' await is_gone "$pid"
is 'killed before the reply: the mail is stored there' 1 "$(at_host james 'Stored, not told')"
check 'killed before the reply: the mail has left the sender' await sender_is_done
check 'killed before the reply: login again' log_in
check 'killed before the reply: one extra copy at most' ambiguous_once 'Stored, not told'
is 'the sender was told of no failure' '' "$(nothing_bounced)"

done_testing
