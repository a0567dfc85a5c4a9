#!/bin/bash
# SPDX-License-Identifier: MIT
# run.t - every .svtest below this folder
. "$(dirname "$0")/../lib.sh"
doorstep test "$SRC/t/sieve"
