# SPDX-License-Identifier: MIT
# Mails.pm - random mails: plain and folded fields, encoded words, groups, malformed addresses, 8-bit text
package Mails;
use strict;
use warnings;
use MIME::Base64 qw(encode_base64);

sub pick { return $_[rand @_]; }
sub chance { return rand() < $_[0]; }

my @texts = ('hello', 'Hello World', 'report of the week', '[list] an offer', 'a b', "caf\xc3\xa9", "caf\xe9", '', ' ', "tab\there",
	'=?utf-8?q?caf=C3=A9?=', '=?utf-8?b?SGVsbG8=?=', '=?iso-8859-1?Q?caf=E9?= hello', '=?utf-8?q?Hel?= =?utf-8?q?lo?=',
	'=?x-unknown?q?hello?=', '=?utf-8?q?bad=?=', "hello\r\n world", "hello\r\n\tlist", '*', '?', '\\');
my @addresses = ('ann@example.org', 'Ann <ann@example.org>', '"Ann, of Example" <ANN@Example.ORG>', 'bob@example.net (Bob)',
	'james+lists@example.org', 'JAMES@EXAMPLE.ORG', 'friends: ann@example.org, bob@example.net;', 'undisclosed-recipients:;',
	'carol@sub.example.com', '<bob@example.net>', '=?utf-8?q?Ann?= <ann@example.org>', '"odd local"@example.org',
	'not an address', 'ann@', '@example.org', 'ann', '<>', '<ann@example.org', 'ann@example.org bob@example.net', 'user@[192.0.2.1]');
my @numbers = (0, 1, 7, 20, '007', '20 apples', 'x', '', '99999999999999999999', '-1');

my @dates = ('Tue, 24 Nov 2026 13:00:05 +0000', '24 Nov 2026 13:00:05 +0130', 'Thu, 31 Dec 2026 23:59:59 -0500', 'Fri, 1 Jan 2027 00:30:00 +1400',
	'Tue, 24 Nov 2026 13:00:05 GMT', '24 Nov 2026 13:00 +0000', 'Mon, 29 Feb 2026 10:00:00 +0000', 'tomorrow', '', 'Wed, 29 Feb 2028 00:00:00 +0000 (leap)');

my %makers = (
	Date => sub { pick(@dates) },
	'X-Date' => sub { pick(@dates) },
	Received => sub { pick('from a by b; ', "from a by b\r\n (comment; here); ", '') . pick(@dates) },
	Subject => sub { pick(@texts) },
	'X-List' => sub { pick(@texts) },
	'X-Number' => sub { pick(@numbers) },
	'X-Empty' => sub { pick('', ' ') },
	Sender => sub { pick(@addresses) },
	map { $_ => sub { join pick(', ', ",\r\n "), map { pick(@addresses) } 1 .. pick(1, 1, 1, 2, 3) } } qw(From To Cc),
);

sub mail {
	my $mail = '';
	for my $name (sort keys %makers) {
		next if chance(0.25);
		for (1 .. pick((1) x 7, 2, 2, 3)) {
			my $written = chance(0.1) ? lc $name : $name;
			$mail .= "$written:" . pick(' ', ' ', '', "\t") . $makers{$name}->() . "\r\n";
		}
	}
	return $mail . entity(0) if chance(0.3);
	return "$mail\r\n" . pick('', "Hello.\r\n", "line\r\n" x 40, 'x' x 1500 . "\r\n");
}

my @contents = ("Hello World\r\n", "report of the list\r\n", "caf\xc3\xa9\r\n", '', "a b\r\n\r\nc\r\n");

# The fields that say what a part is, and its body.
sub entity {
	my ($depth) = @_;
	my $extra = chance(0.3) ? 'X-Part: ' . pick(1, 2, 'list') . "\r\n" : '';
	if ($depth < 3 && chance(0.4)) {
		my $boundary = 'b' . $depth . pick('', 'x', '=_y');
		my $parts = join '', map { "--$boundary\r\n" . entity($depth + 1) } 1 .. pick(1, 2, 3);
		return $extra . 'Content-Type: multipart/' . pick('mixed', 'alternative') . "; boundary=\"$boundary\"\r\n\r\n" .
			pick('', "prologue\r\n") . "$parts--$boundary--\r\n" . pick('', "epilogue list\r\n");
	}
	return $extra . "Content-Type: message/rfc822\r\n\r\nSubject: hello inside\r\n" . entity($depth + 1) if $depth < 3 && chance(0.15);
	my $content = pick(@contents);
	my $name = chance(0.3) ? '; name="' . pick('a.exe', 'list.txt') . '"' : '';
	return $extra . 'Content-Type: ' . pick('text/plain', 'TEXT/Plain', 'application/octet-stream') . "; charset=utf-8$name\r\n" .
		"Content-Transfer-Encoding: base64\r\n\r\n" . encode_base64($content, "\r\n") if chance(0.3);
	return "${extra}Content-Type: text/plain; charset=utf-8$name\r\n\r\n$content\r\n" if chance(0.7);
	return "$extra\r\n$content\r\n";
}

1;
