# SPDX-License-Identifier: MIT
# Scripts.pm - random scripts by the grammar of RFC 5228 section 8.2, and broken ones
#
# What may occur is the table @features; a row takes part when both engines know its capability.
package Scripts;
use strict;
use warnings;

my @fields = qw(subject from to cc sender x-list x-number x-empty x-missing);
my @address_fields = qw(from to cc sender);
my @words = (qw(hello Hello HELLO report list offer ann bob example james), 'a b', "caf\xc3\xa9", '', '*', '?', '[list]');
my @addresses = qw(ann@example.org bob@example.net james+lists@example.org JAMES@EXAMPLE.ORG carol@sub.example.com
	ann bob james+lists james example.org example.net lists user@example.org);
my @numbers = (0, 1, 2, 3, 10, 100, '1K', '2k', '1M');
my @mailboxes = ('INBOX', 'inbox', 'Lists', 'Lists/dev', 'a b', "caf\xc3\xa9", 'Junk');
my @targets = ('ann@example.org', 'bob@example.net', 'Carol <carol@example.com>', 'ann@example.org', '"odd local"@example.org');
my @reasons = ('no', 'not here', "caf\xc3\xa9");
my @variables = qw(a B long_name);
my @modifiers = (':lower', ':upper', ':lowerfirst', ':upperfirst', ':quotewildcard', ':length');
my @references = ('${a}', '${b}', '${A}', '${long_name}', '${0}', '${1}', '${2}', '${01}', 'x${a}y', '${a}${b}', '${', '$', '${}', '${a', '${1}-${2}', '${unset}');

my @flags = ('\\Seen', '\\seen', '\\Flagged', 'work', 'Work', '$Junk', 'a', '\\Recent', '');
my @date_parts = (['year', 2026, 1975, 2004], ['month', '01', '02', '11', '12'], ['day', '01', '24', '31'], ['date', '2026-11-24', '2026-12-31'],
	['julian', 61003, 61038], ['hour', '00', '13', '23'], ['minute', '00', '30', '59'], ['second', '00', '05', '60'], ['time', '13:00:05', '00:00:00'],
	['iso8601', '2026-11-24T13:00:05Z', '2026-11-24T13:00:05+01:30'], ['zone', '+0000', '+0130', '-0500'], ['weekday', 0, 1, 2, 6]);

my @body_words = ('hello', 'Hello World', 'list', 'report', "caf\xc3\xa9", 'prologue', 'epilogue', 'a b', '', 'inside', 'content-type');
my @content_types = ('', 'text', 'text/plain', 'multipart', 'multipart/mixed', 'message/rfc822', 'message', 'application', 'image/png', '/', 'text/');
my @methods = ('mailto:ann@example.org', 'mailto:ann@example.org?subject=hello', 'mailto:ann', 'MAILTO:ann@example.org', 'mailto:',
	'mailto:a@b.c?cc=g@h.i', 'mailto:%61nn@example.org', 'mailto:ann%@example.org', 'tel:+123', 'nonsense', '');
my @edited = qw(Subject X-List x-number X-New Received);

my $level;   # of nesting
my $enabled; # capability to true
my %used;    # capabilities of the script at hand

sub pick { return $_[rand @_]; }
sub chance { return rand() < $_[0]; }

# --- Pieces ------------------------------------------------------------------------------------

# A string as a script writes it.
sub string {
	my ($text) = @_;
	$text =~ s/([\\"])/\\$1/g;
	return qq("$text");
}

sub flags { return join ' ', map { pick(@flags) } 1 .. pick(1, 1, 2, 3); }

sub index_tags {
	my @tags = (':index ' . pick(1, 1, 2, 3), chance(0.4) ? ':last' : ());
	return join ' ', chance(0.5) ? @tags : reverse @tags;
}

# Of what all dialects agree about.
sub regex {
	my $regex = join '', map { pick('a', 'l', 'lo', '.', '.*', '[a-z]', '[^ ]', '(he|ca)', 'l+', 'x?', '[[:digit:]]+', ' ', '(o|r){1,2}') } 1 .. 1 + rand 4;
	return (chance(0.2) ? '^' : '') . $regex . (chance(0.2) ? '$' : '');
}

# A text with a reference to a variable, perhaps within words.
sub reference {
	my $text = pick(@references);
	return chance(0.3) ? pick(@words) . $text : $text;
}

# One to three different modifiers; those of the same precedence exclude each other.
sub modifiers {
	my %precedence = (':lower' => 4, ':upper' => 4, ':lowerfirst' => 3, ':upperfirst' => 3, ':quotewildcard' => 2, ':length' => 1);
	my %taken;
	return join ' ', map { $taken{$precedence{$_}}++ ? () : $_ } map { pick(@modifiers) } 1 .. rand 4;
}

# The same where a line end may stand, as it does at the end of a multi-line string.
sub text {
	my ($text) = @_;
	return string($text) if chance(0.95);
	$text =~ s/^\./../gm;
	return "text:\r\n$text\r\n.\r\n";
}

sub string_list {
	my ($make) = @_;
	return string($make->()) if chance(0.6);
	return '[' . join(', ', map { string($make->()) } 1 .. 1 + rand 4) . ']';
}

sub pattern {
	my ($word) = @_;
	for (1 .. rand 3) {
		my $at = int rand 1 + length $word;
		substr $word, $at, (chance(0.5) ? 1 : 0), pick('*', '?', '*', '\\*', '\\?', '\\\\');
	}
	return $word;
}

# A match type, a comparator, in any order, and the keys that go with them.
sub match {
	my (@pool) = @_;
	my @tags;
	my $keys = sub { pick(@pool) };
	my $kind = pick('', 'is', 'contains', 'matches', 'matches', map { @{$_->{matches} // []} } active());
	if (ref $kind) {
		my ($tag, $make) = @$kind;
		return ($tag->(), string_list($make));
	}
	push @tags, ":$kind" if $kind ne '';
	push @tags, ':comparator ' . string(pick('i;octet', 'i;ascii-casemap')) if chance(0.3);
	$keys = sub { pattern(pick(@pool)) } if $kind eq 'matches';
	return (join(' ', chance(0.5) ? @tags : reverse @tags), string_list($keys));
}

sub address_part {
	my @parts = ('', ':all', ':localpart', ':domain', map { @{$_->{parts} // []} } active());
	my $part = pick(@parts);
	$used{subaddress} = 1 if $part =~ /user|detail/;
	return $part;
}

sub uses { $used{$_[0]} = 1; return; }

# --- The table ---------------------------------------------------------------------------------

# capability: what is required where a piece of the row is used ('' for the core). tests, actions: each a
# function that gives the text. matches: [function for the tags, function for a key]. parts: address parts.
my @features = (
	{
		capability => '',
		tests => [
			sub { my ($tags, $keys) = match(@words); join ' ', 'header', $tags, string_list(sub { pick(@fields) }), $keys },
			sub { my ($tags, $keys) = match(@words); join ' ', 'header', $tags, string_list(sub { pick(@fields) }), $keys },
			sub {
				my ($tags, $keys) = match(@addresses, @addresses, @words);
				join ' ', 'address', address_part(), $tags, string_list(sub { pick(@address_fields) }), $keys;
			},
			sub { 'exists ' . string_list(sub { pick(@fields) }) },
			sub { 'size ' . pick(':over', ':under') . ' ' . pick(@numbers) },
			sub { pick('true', 'false') },
			sub { 'not ' . test() },
			sub { pick('allof', 'anyof') . ' (' . join(', ', map { test() } 1 .. 1 + rand 3) . ')' },
		],
		actions => [
			sub { 'keep;' }, sub { 'discard;' }, sub { 'stop;' },
			sub { 'redirect ' . string(pick(@targets)) . ';' },
		],
	},
	{
		capability => 'fileinto',
		actions => [(sub { 'fileinto ' . string(pick(@mailboxes)) . ';' }) x 3],
	},
	{
		capability => 'copy',
		actions => [
			sub { 'redirect :copy ' . string(pick(@targets)) . ';' },
			sub { uses('fileinto'); 'fileinto :copy ' . string(pick(@mailboxes)) . ';' },
		],
	},
	{
		capability => 'envelope',
		envelope => 1,
		tests => [
			(sub {
				my ($tags, $keys) = match(@addresses, '');
				join ' ', 'envelope', address_part(), $tags, string_list(sub { pick('from', 'to', 'From') }), $keys;
			}) x 2,
		],
	},
	{
		capability => 'variables',
		tests => [
			(sub {
				my ($tags, $keys) = match(@words, '${a}', '${b}');
				join ' ', 'string', $tags, string_list(\&reference), $keys;
			}) x 2,
			sub { 'header :matches ' . string_list(sub { pick(@fields) }) . ' ' . string_list(sub { pattern(pick(@words)) . '*' }) },
			sub { 'address :matches ' . address_part() . ' ' . string(pick(@address_fields)) . ' ' . string(pick('*@*', '*', '*.*', '?*@*')) },
		],
		actions => [
			(sub { join ' ', 'set', modifiers(), string(pick(@variables)), text(reference()) . ';' }) x 3,
			sub { uses('fileinto'); 'fileinto ' . string(pick('L', 'Lists/x') . reference()) . ';' },
		],
	},
	{
		capability => 'imap4flags',
		tests => [
			sub { my ($tags, $keys) = match(@flags, 'seen', 'w'); join ' ', 'hasflag', $tags, $keys },
			sub { uses('variables'); my ($tags, $keys) = match(@flags); join ' ', 'hasflag', $tags, string(pick(@variables)), $keys },
		],
		actions => [
			(sub { pick(qw(setflag addflag removeflag)) . ' ' . string_list(\&flags) . ';' }) x 3,
			sub { uses('variables'); join ' ', pick(qw(setflag addflag removeflag)), string(pick(@variables)), string_list(\&flags) . ';' },
			sub { 'keep :flags ' . string_list(\&flags) . ';' },
		],
	},
	{
		capability => 'date',
		tests => [
			(sub {
				my ($part, @values) = @{pick(@date_parts)};
				my ($tags, $keys) = match(@values);
				my $zone = pick(':originalzone', ':zone "+0000"', ':zone "-0530"', ':zone "+1400"', ':zone "+0130"');
				join ' ', 'date', $zone, $tags, string(pick('date', 'received', 'x-date', 'subject')), string($part), $keys;
			}) x 2,
		],
	},
	{
		capability => 'index',
		tests => [
			(sub {
				my ($tags, $keys) = match(@words);
				join ' ', 'header', index_tags(), $tags, string_list(sub { pick(@fields, 'received') }), $keys;
			}) x 2,
			sub {
				my ($tags, $keys) = match(@addresses);
				join ' ', 'address', index_tags(), address_part(), $tags, string_list(sub { pick(@address_fields) }), $keys;
			},
		],
	},
	{
		capability => 'regex',
		tests => [
			(sub {
				join ' ', 'header :regex', (chance(0.3) ? ':comparator "i;octet"' : ()), string_list(sub { pick(@fields) }),
					string_list(\&regex);
			}) x 2,
		],
	},
	{
		capability => 'body',
		tests => [
			(sub {
				my ($tags, $keys) = match(@body_words);
				my $transform = pick('', ':text', ':raw', (':content ' . string_list(sub { pick(@content_types) })) x 3);
				join ' ', 'body', $transform, $tags, $keys;
			}) x 2,
		],
	},
	{
		capability => 'mime',
		tests => [
			(sub {
				my ($tags, $keys) = match(qw(text plain text/plain multipart multipart/mixed a.exe list.txt 1 2 list), 'hello inside');
				my $view = pick('', ':type', ':subtype', ':contenttype', ':param "name"');
				join ' ', 'header :mime', (chance(0.5) ? ':anychild' : ''), $view, $tags,
					string_list(sub { pick(qw(content-type x-part subject)) }), $keys;
			}) x 2,
			sub { join ' ', 'exists :mime', (chance(0.5) ? ':anychild' : ''), string(pick('x-part', 'content-type', 'subject')) },
		],
	},
	{
		capability => 'editheader',
		actions => [
			sub { join ' ', 'addheader', (chance(0.3) ? ':last' : ''), string(pick(@edited)), string(pick(grep { /\S/ && /^[ -~]*$/ } @words)) . ';' },
			sub { join ' ', 'deleteheader', (chance(0.3) ? index_tags() : ''), string(pick(@edited)) . ';' },
			sub { my ($tags, $keys) = match(@words); join ' ', 'deleteheader', $tags, string(pick(@edited)), $keys . ';' },
		],
	},
	{capability => 'subaddress', parts => [':user', ':detail']},
	{
		capability => 'relational',
		matches => [
			[sub { ':count ' . string(pick(qw(gt ge lt le eq ne))) . numeric() }, sub { pick(0, 1, 2, 3) }],
			[sub { ':value ' . string(pick(qw(gt ge lt le eq ne))) }, sub { pick(@words, @addresses, 1, 20) }],
			[sub { ':value ' . string(pick(qw(gt ge lt le eq ne))) . numeric() }, sub { pick(0, 1, 7, 20, 100, '007', '4294967297') }],
		],
	},
	{
		capability => 'comparator-i;ascii-numeric',
		matches => [[sub { ':is :comparator "i;ascii-numeric"' }, sub { pick(0, 1, 7, 20, '020', 'x', '4294967297') }]],
	},
	{
		capability => 'encoded-character',
		tests => [sub { 'header :contains "subject" ' . pick('"${hex: 48 65}"', '"${unicode:e9}"', '"${hex:c3 a9}"', '"${hex:4x}"', '"${unicode: 48 65 6C}"') }],
	},
	{
		capability => 'ihave',
		tests => [sub { 'ihave ' . string_list(sub { pick('fileinto', 'copy', 'nobody-has-it', 'comparator-i;octet') }) }],
	},
	{
		capability => 'enotify',
		tests => [
			sub { 'valid_notify_method ' . string_list(sub { pick(@methods) }) },
			sub {
				my ($tags, $keys) = match(qw(yes no maybe), '');
				join ' ', 'notify_method_capability', $tags, string(pick(@methods)), string(pick('online', 'Online', 'other')), $keys;
			},
		],
	},
	{
		capability => 'mailbox',
		tests => [sub { 'mailboxexists ' . string_list(sub { pick('INBOX', 'inbox', 'Nowhere') }) }],
	},
	{
		capability => 'vacation',
		actions => [
			sub {
				my @tags = ((chance(0.3) ? ':days ' . pick(1, 7, 400) : ()), (chance(0.3) ? ':subject ' . string(pick('away', "caf\xc3\xa9")) : ()),
					(chance(0.5) ? ':addresses ' . string_list(sub { pick(grep { /\w@\w/ } @addresses) }) : ()), (chance(0.2) ? ':handle ' . string('h') : ()));
				join ' ', 'vacation', @tags, text(pick(@reasons)) . ';';
			},
		],
	},
	{
		capability => 'foreverypart',
		actions => [
			sub {
				uses('fileinto');
				return 'foreverypart { ' . pick('', 'break; ') . 'fileinto ' . string(pick(@mailboxes)) . '; }';
			},
		],
	},
	{
		capability => 'extracttext',
		actions => [
			sub {
				uses($_) for qw(foreverypart variables fileinto);
				return 'foreverypart { extracttext ' . pick('', ':first 5 ', ':upper ', ':length ') . '"a"; '
					. 'if string :contains "${a}" ' . string(pick(@body_words)) . ' { fileinto "Found"; break; } }';
			},
		],
	},
	{
		capability => 'duplicate',
		# Nothing was seen before: a dry run remembers nothing.
		tests => [
			sub {
				my @tags = (pick('', ':header "message-id"', ':header "x-list"', ':uniqueid "u"'), pick('', ':handle "h"'), pick('', ':seconds 60'), pick('', ':last'));
				return join ' ', 'duplicate', grep { $_ ne '' } @tags;
			},
		],
	},
	{
		capability => 'environment',
		tests => [sub { my ($tags, $keys) = match(@words); join ' ', 'environment', $tags, string('vnd.example.nothing'), $keys }],
	},
	{
		capability => 'spamtest',
		tests => [sub { 'spamtest :value ' . string(pick(qw(gt ge lt le eq ne))) . numeric() . ' ' . string(pick(0 .. 11)) }],
	},
	{
		capability => 'virustest',
		tests => [sub { 'virustest :value ' . string(pick(qw(gt ge lt le eq ne))) . numeric() . ' ' . string(pick(0 .. 6)) }],
	},
	{
		capability => 'vacation-seconds',
		actions => [sub { uses('vacation'); 'vacation :seconds ' . pick(0, 60, 86400) . ' "away";' }],
	},
	{
		capability => 'include',
		# The scripts that there are: Engines.pm.
		actions => [
			(sub {
				# One that is not there fails when it is compiled, or when it is run.
				my $name = pick('one', 'two', 'none');
				my @tags = ((chance(0.3) ? ':personal' : ()), (chance(0.3) ? ':once' : ()), ($name eq 'none' || chance(0.3) ? ':optional' : ()));
				return join ' ', 'include', @tags, string($name) . ';';
			}) x 2,
			sub { 'return;' },
		],
	},
	{
		capability => 'special-use',
		tests => [sub { 'specialuse_exists ' . string_list(sub { pick('\\Junk', '\\Sent', '\\Archive') }) }],
	},
	{capability => 'fcc', actions => [sub { uses('vacation'); 'vacation :fcc ' . string(pick(@mailboxes)) . ' "away";' }]},
	{
		capability => 'mboxmetadata',
		# Nobody has set any.
		tests => [
			sub { 'metadataexists "INBOX" ' . string(pick('/private/comment', '/shared/comment')) },
			sub { my ($tags, $keys) = match(@words); join ' ', 'metadata', $tags, '"INBOX"', '"/private/comment"', $keys },
		],
	},
	{
		capability => 'servermetadata',
		tests => [sub { 'servermetadataexists ' . string(pick('/private/comment', '/shared/comment')) }],
	},
	# The programs that there are: Engines.pm. Not pipe: what it does to the implicit keep the other one decides
	# when it runs the program, which a test run does not.
	{capability => 'vnd.dovecot.execute', tests => [sub { 'execute ' . join ' ', string(pick('yes', 'no')), (chance(0.3) ? string_list(sub { pick('a', 'b c') }) : ()) }]},
	{
		capability => 'vnd.dovecot.filter',
		actions => [sub { 'filter ' . string(pick('yes', 'capitals')) . ';' }],
		tests => [sub { 'filter ' . string(pick('no', 'capitals')) }],
	},
	{capability => 'reject', actions => [sub { 'reject ' . text(pick(@reasons)) . ';' }]},
);

sub numeric {
	return '' if !$enabled->{'comparator-i;ascii-numeric'};
	uses('comparator-i;ascii-numeric');
	return ' :comparator "i;ascii-numeric"';
}

sub active { return grep { $enabled->{$_->{capability}} } @features; }

# Every capability of the table, for whoever asks what engines know.
sub capabilities { return grep { $_ ne '' } map { $_->{capability} } @features; }

# --- Scripts -----------------------------------------------------------------------------------

# One of what the rows of @_ offer as $kind; the capability of its row is required then.
sub offer {
	my ($kind) = @_;
	my @choices = map { my $row = $_; map { [$row->{capability}, $_] } @{$row->{$kind} // []} } active();
	my ($capability, $make) = @{pick(@choices)};
	uses($capability) if $capability ne '';
	return $make->();
}

sub test {
	return pick('true', 'false') if $level > 6;
	$level++;
	my $test = offer('tests');
	$level--;
	return $test;
}

sub block {
	my ($indent) = @_;
	$level++;
	my $block = join '', map { $indent . command($indent) } 1 .. rand 3;
	$level--;
	return $block;
}

sub command {
	my ($indent) = @_;
	return offer('actions') . "\r\n" if $level > 4 || chance(0.45);
	my $inner = "$indent\t";
	my $text = 'if ' . test() . " {\r\n" . block($inner) . "$indent}";
	$text .= ' elsif ' . test() . " {\r\n" . block($inner) . "$indent}" while chance(0.3);
	$text .= " else {\r\n" . block($inner) . "$indent}" if chance(0.4);
	return "$text\r\n";
}

# script ENABLED - the text, and whether it asks for the envelope.
sub script {
	($enabled) = @_;
	$enabled = {%$enabled, '' => 1};
	$level = 0;
	%used = ();
	my $body = join '', map { command('') } 1 .. 1 + rand 5;
	for my $row (@features) {
		for my $match (@{$row->{matches} // []}) {
			uses($row->{capability}) if $row->{capability} eq 'relational' && $body =~ /:(?:count|value) /;
			uses($row->{capability}) if $row->{capability} =~ /^comparator-(.*)/ && index($body, $1) >= 0;
		}
	}
	my @used = sort keys %used;
	my $require = @used ? 'require [' . join(', ', map { qq("$_") } @used) . "];\r\n" : '';
	return ($require . $body, $used{envelope});
}

# --- Broken ones -------------------------------------------------------------------------------

my @junk = (qw([ ] { } ; "x" 10 10G :is :over :copy :comparator if elsif else require header size keep not anyof text: /*),
	'(', ')', ',', '#', '\\');

# mutant SCRIPT - the script with a few tokens taken away, doubled, swapped or put in.
sub mutant {
	my ($script) = @_;
	my @tokens = $script =~ /("(?:[^"\\]|\\.)*"|text:\r\n.*?\r\n\.\r\n|:?[\w]+|\s+|.)/gs;
	for (1 .. 1 + rand 2) {
		my $at = int rand @tokens;
		my $how = int rand 4;
		splice @tokens, $at, 1 if $how == 0;
		splice @tokens, $at, 0, $tokens[$at] // '' if $how == 1;
		@tokens[$at, rand @tokens] = @tokens[rand @tokens, $at] if $how == 2 && @tokens;
		splice @tokens, $at, 0, ' ' . pick(@junk) . ' ' if $how == 3;
	}
	return join '', map { $_ // '' } @tokens;
}

1;
