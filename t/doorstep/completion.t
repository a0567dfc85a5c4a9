#!/bin/bash
# SPDX-License-Identifier: MIT
# completion.t - what bash and zsh offer on the command line
. "$(dirname "$0")/../lib.sh"
need zsh
cd "$TMP" || exit 1
mkdir here && cd here && touch my.sieve
completion=$SRC/engine/doorstep/completion

# offers WORD... - what bash offers for the last word.
offers() {
	bash -c 'source "$0"; COMP_WORDS=(doorstep "$@"); COMP_CWORD=$#; _doorstep; printf "%s\n" "${COMPREPLY[@]}"' \
		"$completion/doorstep" "$@" | sort | xargs
}
# zsh_offers WORD... - the same of zsh, whose builtins tell what they were given.
zsh_offers() {
	zsh -fc 'compadd() { [[ $1 == -a ]] && print -l -- ${(P)2} || print -l -- "$@" }
		_describe() { print -l -- ${${(P)2}%%:*} }
		_files() { print -l -- * }
		words=(doorstep "${@:2}") CURRENT=$#
		source "$1"' zsh "$completion/_doorstep" "$@" | sort | xargs
}
verbs=$(doorstep --help | sed -nE '/^Verbs:/,/^$/s/^  ([a-z]+) .*/\1/p' | sort | xargs)

is 'bash: verbs that begin so' 'check compile convert' "$(offers c)"
is 'bash: all verbs' "$(echo "--help --version $verbs" | tr ' ' '\n' | sort | xargs)" "$(offers '')"
is 'bash: options' '--progress' "$(offers filter --pro)"
is 'bash: formats' 'postfix-access postfix-checks postfix-cidr' "$(offers convert --from post)"
is 'bash: formats behind =' 'procmail' "$(offers convert --from = proc)"
is 'bash: sides' 'recipient' "$(offers convert --side r)"
is 'bash: files' 'my.sieve' "$(offers check my)"
is 'zsh: all verbs' "$(echo "--help --version $verbs" | tr ' ' '\n' | sort | xargs)" "$(zsh_offers '')"
check 'zsh: options' grep -q -- '--progress' <(zsh_offers filter -)
is 'zsh: formats' "$(doorstep convert --formats | sort | xargs)" "$(zsh_offers convert --from '')"
is 'zsh: files' 'my.sieve' "$(zsh_offers check '')"
is 'each format is offered' 10 "$(doorstep convert --formats | wc -l)"
done_testing
