#!/bin/sh
# SPDX-License-Identifier: MIT
# autogen.sh - makes ./configure from configure.ac
set -e
cd "$(dirname "$0")"
exec autoreconf --install --force --warnings=all,no-obsolete
