# SPDX-License-Identifier: MIT
# targets.sh - the fuzz targets and what each is fed with; for t/fuzz/run and t/fuzz/replay.t
#
# Sourced with bash, with SRC set to the source tree.

fuzz_targets='parser compiler run printer message glob calendar
	convert-exim convert-gmail convert-maildrop convert-mailfilter convert-postfix-access convert-postfix-checks convert-postfix-cidr convert-procmail convert-sendmail-access convert-thunderbird'

# fuzz_max_len TARGET - bytes of the longest input worth trying.
fuzz_max_len() {
	case $1 in
	run) echo 6000 ;;
	glob) echo 400 ;;
	*) echo 4096 ;;
	esac
}

# fuzz_dictionary TARGET - its words.
fuzz_dictionary() {
	case $1 in
	run) cat "$SRC/t/fuzz/sieve.dict" "$SRC/t/fuzz/message.dict" ;;
	convert-*) cat "$SRC/t/fuzz/convert.dict" ;;
	message | glob | calendar) cat "$SRC/t/fuzz/$1.dict" ;;
	*) cat "$SRC/t/fuzz/sieve.dict" ;;
	esac
}

# fuzz_seeds TARGET - folders of this source tree with inputs of it.
fuzz_seeds() {
	local folder
	for folder in "$SRC/t/fuzz/seeds/$1" "$SRC/t/fuzz/regress/$1"; do
		[ ! -d "$folder" ] || echo "$folder"
	done
}
