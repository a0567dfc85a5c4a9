# SPDX-License-Identifier: MIT
# setup.sh - packages and build trees, for t/run and examples/quickstart
#
# Sourced with bash, with SRC set to the source tree.

setup_as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

setup_package_list() { sed 's/#.*//' "$SRC/t/packages"; }

setup_is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = "ii " ]
}

setup_missing_packages() {
	local package
	for package in $(setup_package_list); do
		setup_is_installed "$package" || echo "$package"
	done
}

# setup_packages LOG - installs what is missing. Debian starts a server as soon as its package is
# there, unless policy-rc.d says no: the machine's own services are none of our business.
setup_packages() {
	local missing
	missing=$(setup_missing_packages)
	[ -n "$missing" ] || return 0
	(
		policy=/usr/sbin/policy-rc.d
		if [ ! -e $policy ]; then
			trap 'setup_as_root rm -f $policy' EXIT
			trap 'exit 1' INT TERM HUP
			printf '#!/bin/sh\nexit 101\n' | setup_as_root tee $policy >/dev/null
			setup_as_root chmod 755 $policy
		fi
		setup_install $missing
	) >>"$1" 2>&1 && return 0
	tail -n 20 "$1" >&2
	echo "could not install: $(echo $missing)" >&2
	return 1
}

# Without configuration neither server will start with the machine by and by: the tests have their own.
setup_install() {
	setup_as_root apt-get update &&
		printf '%s\n' 'postfix postfix/main_mailer_type select No configuration' \
			'slapd slapd/no_configuration boolean true' | setup_as_root debconf-set-selections &&
		setup_as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# setup_build FOLDER LOG [CONFIGURE-OPTION...] - builds everything in SRC/FOLDER.
setup_build() {
	local folder=$SRC/$1 log=$2
	shift 2
	(
		set -e
		[ -x "$SRC/configure" ] || "$SRC/autogen.sh"
		mkdir -p "$folder"
		cd "$folder"
		[ -f Makefile ] || "$SRC/configure" --quiet "$@"
		make -s -j"$(nproc)"
	) >>"$log" 2>&1 && return 0
	tail -n 40 "$log" >&2
	echo "the build in $folder failed; the whole log is $log" >&2
	return 1
}

# setup_sendmail FOLDER LOG - unpacks Sendmail there: as packages, it and Postfix exclude each other.
setup_sendmail() {
	local root=$1 log=$2 downloads
	[ ! -x "$root/usr/libexec/sendmail/sendmail" ] || return 0
	downloads=$(mktemp -d "${TMPDIR:-/tmp}/doorstep-sendmail.XXXXXX") || return 1
	# The sandbox user of apt-get cannot write to a private folder: 755, and the warning is harmless.
	chmod 755 "$downloads"
	(
		set -e
		cd "$downloads"
		apt-get download sendmail-bin sendmail-cf sendmail-base libwrap0 liblockfile1 ||
			{ setup_as_root apt-get update && apt-get download sendmail-bin sendmail-cf \
				sendmail-base libwrap0 liblockfile1; }
		mkdir -p "$root"
		for package in *.deb; do dpkg -x "$package" "$root"; done
	) >>"$log" 2>&1
	local status=$?
	rm -rf "$downloads"
	[ $status = 0 ] || { tail -n 20 "$log" >&2; echo "could not unpack Sendmail" >&2; }
	return $status
}
