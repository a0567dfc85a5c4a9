# SPDX-License-Identifier: MIT
# sendmail.sh - a private Sendmail on 127.0.0.1 that delivers to folders; needs root
#
# Sourced after t/lib.sh. Sendmail and Postfix exclude each other as packages, so Sendmail is run from
# where its packages were unpacked: apt-get download sendmail-bin sendmail-cf sendmail-base libwrap0
# liblockfile1, dpkg -x each into one folder, which DOORSTEP_SENDMAIL_ROOT names.
# An instance NAME lives in $TMP/NAME: queue/, mail/<user>/, sendmail.cf, log.

# sendmail_start NAME PORT MILTER_PORT
sendmail_start() {
	local dir=$TMP/$1 root=$DOORSTEP_SENDMAIL_ROOT
	chmod 755 "$TMP"
	mkdir -p "$dir/queue" "$dir/mail"
	chmod 700 "$dir/queue"
	chmod 1777 "$dir/mail" # the mailer runs as the user that Sendmail takes for nobody
	cat >"$dir/deliver" <<-EOF
	#!/bin/sh
	mkdir -p $dir/mail/\$1 && cat >$dir/mail/\$1/\$\$
	EOF
	chmod 755 "$dir/deliver"
	: >"$dir/aliases"
	echo "127.0.0.1 localhost sm.oanet.test" >"$dir/hosts"
	echo "hosts files" >"$dir/service.switch"
	sendmail_mc "$dir" "$2" "$3" | m4 -D_CF_DIR_="$root/usr/share/sendmail/cf/" \
		"$root/usr/share/sendmail/cf/m4/cf.m4" - >"$dir/sendmail.cf" 2>"$dir/m4.err" || return 1
	# A host name without a dot makes Sendmail wait for a minute: it gets a name of its own.
	unshare --uts sh -c "hostname sm.oanet.test
		LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu \
		exec $root/usr/libexec/sendmail/sendmail -C $dir/sendmail.cf -bD -q1s" >"$dir/log" 2>&1 &
	end_later $!
	await listens "$2"
}

sendmail_mc() {
	cat <<-EOF
	divert(-1)
	divert(0)dnl
	OSTYPE(\`linux')dnl
	define(\`confDOMAIN_NAME',\`sm.oanet.test')dnl
	define(\`QUEUE_DIR',\`$1/queue')dnl
	define(\`STATUS_FILE',\`$1/statistics')dnl
	define(\`confPID_FILE',\`$1/pid')dnl
	define(\`HELP_FILE',\`')dnl
	define(\`ALIAS_FILE',\`$1/aliases')dnl
	define(\`confDONT_BLAME_SENDMAIL',\`GroupWritableDirPathSafe,RunProgramInUnsafeDirPath,RunWritableProgram,MapInUnsafeDirPath')dnl
	define(\`confTO_IDENT',\`0')dnl
	define(\`confDONT_PROBE_INTERFACES',\`True')dnl
	define(\`confTRUSTED_USER',\`root')dnl
	define(\`LOCAL_MAILER_PATH',\`$1/deliver')dnl
	define(\`LOCAL_MAILER_ARGS',\`deliver \$u')dnl
	define(\`LOCAL_MAILER_FLAGS',\`Fn9')dnl
	undefine(\`LOCAL_SHELL_PATH')dnl
	define(\`confSERVICE_SWITCH_FILE',\`$1/service.switch')dnl
	define(\`confHOSTS_FILE',\`$1/hosts')dnl
	FEATURE(\`accept_unresolvable_domains')dnl
	FEATURE(\`accept_unqualified_senders')dnl
	FEATURE(\`nocanonify')dnl
	FEATURE(\`no_default_msa')dnl
	DAEMON_OPTIONS(\`Name=MTA,Family=inet,Addr=127.0.0.1,Port=$2')dnl
	INPUT_MAIL_FILTER(\`doorstep', \`S=inet:$3@127.0.0.1, T=C:2s;S:5s;R:5s;E:10s')dnl
	LOCAL_DOMAIN(\`oanet.ntu.edu.tw')dnl
	MODIFY_MAILER_FLAGS(\`LOCAL', \`-w')dnl
	MAILER(\`local')dnl
	MAILER(\`smtp')dnl
	EOF
}
