# SPDX-License-Identifier: MIT
# Mails.pm - random mails: plain and folded fields, encoded words, groups, malformed addresses, 8-bit text
package Mails;
use strict;
use warnings;

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

my %makers = (
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
		for (1 .. (chance(0.1) ? 2 : 1)) {
			my $written = chance(0.1) ? lc $name : $name;
			$mail .= "$written:" . pick(' ', ' ', '', "\t") . $makers{$name}->() . "\r\n";
		}
	}
	return "$mail\r\n" . pick('', "Hello.\r\n", "line\r\n" x 40, 'x' x 1500 . "\r\n");
}

1;
