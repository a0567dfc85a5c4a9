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

# setup_unpack FOLDER LOG PROGRAM PACKAGE... - unpacks packages there, unless PROGRAM of them is there: as
# packages, mail transfer agents exclude each other.
setup_unpack() {
	local root=$1 log=$2 program=$3 downloads
	shift 3
	[ ! -x "$root/$program" ] || return 0
	downloads=$(mktemp -d "${TMPDIR:-/tmp}/doorstep-packages.XXXXXX") || return 1
	# The sandbox user of apt-get cannot write to a private folder: 755, and the warning is harmless.
	chmod 755 "$downloads"
	(
		set -e
		cd "$downloads"
		apt-get download "$@" || { setup_as_root apt-get update && apt-get download "$@"; }
		mkdir -p "$root"
		for package in *.deb; do dpkg -x "$package" "$root"; done
	) >>"$log" 2>&1
	local status=$?
	rm -rf "$downloads"
	[ $status = 0 ] || { tail -n 20 "$log" >&2; echo "could not unpack: $*" >&2; }
	return $status
}

setup_sendmail() {
	setup_unpack "$1" "$2" usr/libexec/sendmail/sendmail sendmail-bin sendmail-cf sendmail-base libwrap0 liblockfile1
}

setup_exim() {
	setup_unpack "$1" "$2" usr/sbin/exim4 exim4-daemon-light libgnutls-dane0 libidn12 libunbound8
}
