#!/bin/bash
# SPDX-License-Identifier: MIT
# explain-html.t - the page of `doorstep run --html`, in a real browser
. "$(dirname "$0")/../lib.sh"
need chromium perl
cd "$TMP" || exit 1

# ask VIEW EXPRESSION... - values of the page, one a line; then what it loaded and what went wrong.
ask() { "$SRC/t/tools/browser" "$1" page.html "${@:2}" 2>&1; }
# text SELECTOR - an expression: the text of what it selects, blanks in a row as one.
text() { printf '[...document.querySelectorAll(%s)].map(e => e.innerText.trim().replace(/\\s+/g, " ")).join(" | ")' "'$1'"; }
# Do the boxes of the two sections stand beside each other, or one below the other?
layout='(() => {
	const [script, mail] = [...document.querySelectorAll("main > section")].map(e => e.getBoundingClientRect());
	return script.right <= mail.left ? "side by side" : script.bottom <= mail.top ? "stacked" : "overlapping";
})()'
too_wide='document.documentElement.scrollWidth > document.documentElement.clientWidth'
# Elements that hold more than they are wide, and do not scroll themselves.
cut_off='[...document.querySelectorAll("body *")].filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
	&& !["auto", "scroll"].includes(getComputedStyle(e).overflowX)).map(e => e.outerHTML.slice(0, 80)).join("\n")'
# WCAG 2.2 section 1.4.3: the ratio of the luminance of text and of what is behind it; 4.5 is the least.
pale='(() => {
	const channels = colour => colour.match(/[\d.]+/g).map(Number);
	const light = colour => channels(colour).slice(0, 3).map(c => c / 255)
		.map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
		.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
	const behind = e => {
		const colour = getComputedStyle(e).backgroundColor;
		return channels(colour)[3] === 0 && e.parentElement ? behind(e.parentElement) : colour;
	};
	return [...document.querySelectorAll("body *")].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
		.filter(e => {
			const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
			return (a + 0.05) / (b + 0.05) < 4.5;
		}).map(e => e.outerHTML.slice(0, 80)).join("\n");
})()'

cat >rules.sieve <<'END'
require ["fileinto", "envelope", "include"];

# Mail of the shops.
if address :domain "from" ["shop.example", "sale.example"] {
	fileinto "Offers";
} elsif header :contains "subject" "</code><script>document.title = 'taken'</script>" {
	include "more";
}
keep;
END
printf 'redirect "me@phone.example";\n' >more.sieve
{
	printf 'From: =?utf-8?q?J=C3=B6rg?= <boss@example.com>\nTo: me@example.com\n'
	printf 'Subject: "&quot; </code><script>document.title = '"'taken'"'</script> \xe2\x80\xaegnp.exe\n'
	printf 'X-<img/src=x/onerror=alert(1)>: a\nX-Long: %02000d\n\n' 7
	printf '</pre><script>document.title = "taken"</script><img src="http://192.0.2.1/x.png">\n%03000d\n' 8
} >mail.eml
check 'a page is written' doorstep run --html page.html -f '<script>@example.com' rules.sieve mail.eml

wide=$(ask 1280x800 document.title "$layout" "$too_wide" "$cut_off" "$pale" "$(text '.result li')" "$(text '.result p')" \
	"$(text '#s0-4 .word')" "$(text '#s0-5 .word')" "$(text '#s0-6 .told li')" "$(text '#s1-1 .told .action')")
is 'a wide window' "rules.sieve on mail.eml
side by side
false


redirect \"me@phone.example\", by redirect of more:1 | keep, by keep of rules.sieve:9
the implicit keep fell: redirect of more:1 cancelled it
false
not reached
header :contains [\"subject\"] [\"</code><script>document.title = 'taken'</script>\"] (i;ascii-casemap) → true | \"\\\"&quot; </code><script>document.title = 'taken'</script> \\u{202e}gnp.exe\" contains \"</code><script>document.title = 'taken'</script>\"
action: redirect \"me@phone.example\" | cancels the implicit keep" "$wide"
is 'a narrow window' 'stacked
false' "$(ask 390x844 "$layout" "$too_wide" "$cut_off")"
is 'a dark one, legible' 'rgb(18, 22, 29)' "$(ask 1280x800,dark 'getComputedStyle(document.body).backgroundColor' "$pale")"

inert=$(ask 1280x800 'document.querySelectorAll("script").length' 'document.querySelectorAll("img").length' \
	'document.querySelector(".body").innerText.includes("<img src=\"http://192.0.2.1/x.png\">")' \
	'document.querySelector(".mail").innerText.includes("\\u{202e}gnp.exe")')
is 'nothing of the mail is markup, nothing of it is hidden' '0 0 true true' "$(xargs <<<"$inert")"
is 'each line of the scripts is there' "$(cat rules.sieve more.sieve)" \
	"$(ask 1280x800 '[...document.querySelectorAll(".source code")].map(e => e.textContent).join("\n")')"
opened=$(ask 1280x800 '[...document.querySelectorAll("details > summary.source .number")].map(e => e.textContent).join()' '(() => {
	const summary = document.querySelector("#s0-6 summary");
	summary.focus();
	return document.activeElement === summary; })()' \
	'document.activeElement.click() || document.querySelector("#s0-6 details").open')
is 'each line that has more to tell can be opened, with the keyboard too' '4,6,9,1 true false' "$(xargs <<<"$opened")"

done_testing
