#!/bin/bash
# SPDX-License-Identifier: MIT
# convert-html.t - the page of `doorstep convert --report`, in a real browser
. "$(dirname "$0")/../lib.sh"
need chromium perl
cd "$TMP" || exit 1

# ask EXPRESSION... - values of the page, one a line; then what it loaded and what went wrong.
ask() { "$SRC/t/tools/browser" 1280x800 page.html "$@" 2>&1; }
# shown SELECTOR - an expression: how many of these can be seen.
shown() { printf '[...document.querySelectorAll("%s")].filter(e => e.offsetParent !== null).length' "$1"; }
click() { printf 'document.getElementById("%s").click()' "$1"; }

cat >list <<'END'
# </code><script>document.title = "taken"</script>
From:<script>document.title="taken"</script>@example.org	REJECT
From:spam.example	REJECT
From:www.spam.example	REJECT
To:late@example.org	450 later
END
check 'a page is written' doorstep convert -q --from sendmail-access --report page.html --output script list
is 'what it shows' "list
5 lines
1 comment, 2 exact, 1 approximated, 1 not expressible
adds nothing to line 3, which decides the same
line 4
not expressible: its key is no address, domain or network" \
	"$(ask document.title "$(shown 'section:first-of-type li') + ' lines'" \
		"$(shown 'section:first-of-type li.c') + ' comment, ' + $(shown 'section:first-of-type li.e') + ' exact, ' + $(shown 'li.a') + ' approximated, ' + $(shown 'li.n') + ' not expressible'" \
		'document.querySelector("#l4 div span").textContent' \
		'document.querySelector("#l3 a").getAttribute("href").replace("#s", "line ")' \
		'document.querySelector("#l2 span.n").textContent' | head -6)"
is 'the link leads to the command' '# sender, line 3' \
	"$(ask 'document.querySelector(document.querySelector("#l3 a").getAttribute("href")).previousElementSibling.querySelector("code").textContent' | head -1)"
is 'classes can be hidden, and shown again' '1 0' \
	"$(ask "$(click e), $(click c), $(click n), $(click a), $(click a), 0" \
		"$(shown 'section:first-of-type li') + ' ' + $(shown 'section:first-of-type li.e')" | sed -n 2p)"
is 'nothing is cut off at the right' false \
	"$(ask 'document.documentElement.scrollWidth > document.documentElement.clientWidth' | head -1)"
is 'nothing else is loaded' '' "$(grep -oE '(src|href)="(https?:|//)[^"]*' page.html)"
done_testing
