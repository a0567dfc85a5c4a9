#!/bin/bash
# SPDX-License-Identifier: MIT
# fetchmail.t - fetchmail as james's mail program: keeps and remembers by UIDL, then deletes
. "$(dirname "$0")/../lib.sh"
. "$SRC/t/system/house.sh"
need fetchmail
house_start
mkdir -m 700 "$TMP/fetchmail"

# collect OPTION - one poll; what comes is added to $TMP/collected. Exit code of fetchmail: 1 is "no mail".
collect() {
	cat >"$TMP/fetchmail/rc" <<-END
		set idfile $TMP/fetchmail/ids
		set pidfile $TMP/fetchmail/pid
		poll 127.0.0.1 protocol POP3 port $(pop3_port_of james) uidl
			user james password $LDAP_USER_PW $1
			sslproto '' mda "cat >>$TMP/collected"
	END
	chmod 600 "$TMP/fetchmail/rc"
	HOME=$TMP/fetchmail FETCHMAILHOME=$TMP/fetchmail fetchmail -f "$TMP/fetchmail/rc"
}
no_mail() { collect "$1"; [ $? = 1 ]; }
collected() { sed -n 's/^Subject: //p' "$TMP/collected" | paste -sd ,; }

check 'login' log_in_as james
for subject in One Two Three; do
	check "$subject is sent" send_mail ann@friends.example $subject
	check "$subject is at the host" await host_has james $subject
done
check 'keep: collected' collect keep
is 'keep: all, in order' One,Two,Three "$(collected)"
check 'keep: nothing new the next time' no_mail keep
check 'Four is sent' send_mail ann@friends.example Four
check 'Four is at the host' await host_has james Four
check 'keep: what is new is collected' collect keep
is 'keep: that alone' One,Two,Three,Four "$(collected)"
check 'logout' doorstep_as james logout
check 'login again' log_in_as james
check 'keep: the daemon has the same unique ids again' no_mail keep
is 'keep: all of it is still at the host' 4 "$(find "$TMP/james/Maildir/new" "$TMP/james/Maildir/cur" -type f | wc -l)"
rm "$TMP/collected"
check 'delete: collected' collect 'fetchall nokeep'
is 'delete: all, in order' One,Two,Three,Four "$(collected)"
is 'delete: nothing is left at the host' 0 "$(find "$TMP/james/Maildir/new" "$TMP/james/Maildir/cur" -type f | wc -l)"
check 'delete: no mail is left' no_mail 'fetchall nokeep'
done_testing
