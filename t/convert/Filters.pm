# SPDX-License-Identifier: MIT
# Filters.pm - random filters of procmail, maildrop and Exim, over the fields that t/convert/mails writes
package Filters;
use strict;
use warnings;

sub pick { return $_[rand @_]; }
sub one_in { return rand($_[0]) < 1; }

# A field and a pattern of its value.
sub field {
	return pick(
		['List-Id', '.*<sieve\.example\.org>'], ['List-Id', '.*<other'], ['X-Loop', ' copy$'], ['X-Loop', ' copy'],
		['Subject', ' offer'], ['Subject', '.*offer'], ['Subject', '.*(invoice|bill) [0-9]+'], ['Subject', ' hello$'],
		['From', '.*boss@example\.org'], ['From', '.*carl'], ['From', '.*@example\.net'], ['Sender', ' carl'], ['Sender', '.*@example'],
		['Precedence', ' bulk$'], ['Precedence', ' (bulk|list)'], ['Precedence', ''], ['X-Number', ' [0-9]*7$'], ['X-Number', '.*7'],
		['X-Flag', '.*yes'], ['X-Flag', ' YES$']);
}
sub pattern {
	my ($name, $value) = @{field()};
	return one_in(8) ? "^($name|" . pick('From', 'Subject', 'X-Loop') . "):$value" : "^$name:$value";
}
sub folder { return pick('lists', 'bulk', 'large', 'copies', 'rest'); }
sub address { return pick('phone@example.net', 'carl@example.net'); }

# --- procmail

sub procmail_condition {
	my $condition = pick(sub { '> ' . pick(300, 400, 500) }, sub { '< ' . pick(300, 400, 500) }, sub { 'B ?? unsubscribe' },
		sub { '^X-Loop: copy|^Precedence: list' }, (sub { pattern() }) x 8)->();
	return '* ' . pick('', '', '! ') . $condition;
}
sub procmail_recipe {
	my ($depth, $indent) = @_;
	my $block = $depth < 2 && one_in(4);
	my $text = $indent . ':0' . pick('', ' ', ':') . pick('', '', '', ' c', ' c', ' D', ' H', ' E', ' E', ' A', ' a') . "\n";
	$text =~ s/ c// if $block;
	$text .= $indent . procmail_condition() . "\n" for 1 .. pick(0, 1, 1, 1, 2, 2, 3);
	return $text . $indent . pick('$DEFAULT', '/dev/null', '! ' . address(), folder(), folder(), folder(), '$F') . "\n" unless $block;
	return $text . "$indent\{\n" . join('', map { procmail_line($depth + 1, "$indent\t") } 1 .. pick(1, 2, 2, 3)) . "$indent}\n";
}
sub procmail_line {
	my ($depth, $indent) = @_;
	return $indent . pick('F=one', 'F=two', 'G=one', 'F=$G') . "\n" if one_in(6);
	return $indent . pick("# a comment\n", "LOGABSTRACT=no\n") if one_in(10);
	return procmail_recipe($depth, $indent) . pick('', "\n");
}
sub procmail { return "F=lists\nG=three\n" . join '', map { procmail_line(0, '') } 1 .. pick(1 .. 6); }

# --- maildrop

sub maildrop_factor {
	my ($depth) = @_;
	return '(' . maildrop_condition($depth + 1) . ')' if $depth < 2 && one_in(6);
	return pick('', '', '!') . '/' . pattern() . '/' . pick('', '', '', ':h', ':D') if rand() < 0.8;
	return pick('', '!') . '/unsubscribe/:b' if one_in(2);
	return '$SIZE ' . pick('<', '>', '<=', '>=') . ' ' . pick(300, 400, 500);
}
sub maildrop_condition {
	my ($depth) = @_;
	return join pick(' && ', ' || '), map { maildrop_factor($depth) } 1 .. pick(1, 1, 1, 2, 2, 3);
}
sub maildrop_block {
	my ($depth, $indent) = @_;
	return "$indent\{\n" . join('', map { maildrop_statement($depth + 1, "$indent\t") } 1 .. pick(1, 1, 2)) . "$indent}\n";
}
sub maildrop_statement {
	my ($depth, $indent) = @_;
	if ($depth < 3 && rand() < 0.6) {
		my $text = "${indent}if (" . maildrop_condition(0) . ")\n" . maildrop_block($depth, $indent);
		$text .= "${indent}elsif (" . maildrop_condition(0) . ")\n" . maildrop_block($depth, $indent) if one_in(3);
		$text .= "${indent}else\n" . maildrop_block($depth, $indent) if one_in(3);
		return $text;
	}
	return $indent . pick('F=', 'G=') . '"mail/' . folder() . "\"\n" if $depth == 0 && one_in(4);
	return $indent . pick('to', 'cc', 'cc') . ' "' . pick('mail/' . folder(), 'mail/' . folder(), '$F', '$G', '!' . address(), '/dev/null') . "\"\n";
}
sub maildrop { return "F=\"mail/lists\"\nG=\"mail/bulk\"\n" . join '', map { maildrop_statement(0, '') } 1 .. pick(1 .. 5); }

# --- Exim

sub exim_test {
	my ($depth) = @_;
	return '(' . exim_condition($depth + 1) . ')' if $depth < 2 && one_in(8);
	return '$message_size is ' . pick('', 'not ') . pick('above', 'below') . ' ' . pick(300, 400, 500) if one_in(8);
	return '$sender_address is ' . pick('', 'not ') . pick('ann@example.org', 'bob@example.org') if one_in(10);
	my ($name, $value) = @{pick(
		['list-id', '<sieve.example.org>'], ['list-id', 'example'], ['x-loop', 'copy'], ['x-loop', 'copy that'], ['subject', 'offer'],
		['subject', 'hello'], ['subject', 'bill 7 and more'], ['from', 'boss@example.org'], ['from', 'carl'], ['sender', 'carl@example.org'],
		['precedence', 'bulk'], ['precedence', ''], ['x-number', '7'], ['x-flag', 'YES'])};
	my $how = pick('is', 'is not', 'IS', 'contains', 'begins', 'ends', 'CONTAINS', 'BEGINS', 'does contain', 'does not contain', 'does not end',
		'is contain', 'DOES not begin', 'does not BEGIN', 'DOES CONTAIN');
	return ($depth < 2 && one_in(8) ? 'not ' : '') . pick('$h_', '$header_') . "$name: $how \"$value\"";
}
sub exim_condition {
	my ($depth) = @_;
	return join pick(' and ', ' or '), map { exim_test($depth) } 1 .. pick(1, 1, 1, 2, 2, 3);
}
sub exim_command {
	my ($depth, $indent) = @_;
	if ($depth < 3 && rand() < 0.5) {
		my $text = "${indent}if " . exim_condition(0) . " then\n" . exim_commands($depth + 1, "$indent  ");
		$text .= "${indent}elif " . exim_condition(0) . " then\n" . exim_commands($depth + 1, "$indent  ") if one_in(3);
		$text .= "${indent}else\n" . exim_commands($depth + 1, "$indent  ") if one_in(3);
		return $text . "${indent}endif\n";
	}
	return $indent . pick('', '', '', 'seen ', 'unseen ') . 'save $home/mail/' . folder() . "\n" if one_in(2);
	return $indent . pick('', '', 'unseen ') . 'deliver ' . address() . "\n" if one_in(2);
	return $indent . pick('', 'seen ') . "finish\n";
}
sub exim_commands {
	my ($depth, $indent) = @_;
	return join '', map { exim_command($depth, $indent) } 1 .. pick(1, 1, 2);
}
sub exim { return "# Exim filter\n" . join '', map { exim_command(0, '') } 1 .. pick(1 .. 5); }

1;
