# SPDX-License-Identifier: MIT
# Known.pm - the differences that doc/DEVIATIONS.md explains: one row each
#
# `key` is RFC and section, as the row of the table there begins. A row of @decisions has `change`, which gives
# the mail as the other engine reads it: when we decide about that mail as it did about the real one,
# nothing else is behind the difference. Or `is`, which tells from a case (script, mail, ours, theirs) made
# as small as it gets.
package Known;
use strict;
use warnings;

my $string = qr/"(?:[^"\\]|\\.)*+"/;

# A script that takes an action on one target with :copy and without.
sub has_copy_and_plain {
	my ($script) = @_;
	my %copied = map { $_ => 1 } map { lc } $script =~ /\b(?:redirect|fileinto) :copy ($string)/g;
	my @plain = $script =~ /\b(?:redirect|fileinto) ($string)/g;
	push @plain, '"inbox"' if $script =~ /\bkeep\b/;
	return grep { $copied{lc $_} } @plain;
}

# Elements of Mails.pm that are no valid address.
my %malformed = map { $_ => 1 } 'not an address', 'ann@', '@example.org', 'ann', '<>', '<ann@example.org', 'undisclosed-recipients:;';

# The valid ones of each field; the whole as one where there is none.
sub as_they_read_addresses {
	my ($mail) = @_;
	return $mail =~ s{^((?:From|To|Cc|Sender):[ \t]*)([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)}{
		my ($name, $value) = ($1, $2);
		$value =~ s/\r?\n(?=[ \t])//g;
		$value =~ s/(ann\@example\.org) bob\@example\.net.*/$1/;
		my @elements = map { s/^\s+|\s+\z//gr } $value =~ /((?:"[^"]*+"|friends:[^;]*+;|[^",])++)/g;
		my @valid = grep { !$malformed{$_} } @elements;
		$name . (@valid ? join(', ', @valid) : join(' ', @elements) =~ tr/:;//dr);
	}gmier;
}

our @decisions = (
	{
		key => '3894 3',
		is => sub {
			my ($case) = @_;
			return has_copy_and_plain($case->{script}) && $case->{theirs} eq "$case->{ours}; store INBOX";
		},
	},
	{
		key => '4790 9.2.1',
		is => sub {
			my ($case) = @_;
			return $case->{script} =~ /:value "\w\w"(?! :comparator "i;(?:octet|ascii-numeric)")/ && "$case->{script}\n$case->{mail}" =~ /[[\]^_`\\]/;
		},
	},
	{
		key => '5228 2.7.4',
		change => \&as_they_read_addresses,
	},
	{
		key => '5228 2.7.1',
		is => sub { $_[0]{script} =~ /:matches/ && ($_[0]{script} =~ /\?[^*]/ || ($_[0]{theirs} eq 'error' && $_[0]{script} =~ /\\\\"/)) },
	},
	{
		key => '5229 5',
		is => sub { $_[0]{script} =~ /\bstring / && $_[0]{script} !~ /\bstring [^{]*:comparator/ },
	},
	{
		key => '4790 9.1.1',
		is => sub { $_[0]{script} =~ /i;ascii-numeric/ },
	},
	{
		key => '5231 4.2',
		is => sub { $_[0]{script} =~ /\baddress [^;{]*:count/ && $_[0]{mail} =~ /<>|not an address|ann\@|\@example.org,|\bann\b|:[^\n]*;|<ann/ },
	},
	{
		key => '5703 4.1',
		is => sub { $_[0]{script} =~ /:anychild/ && $_[0]{mail} =~ /^--b\S*\r?\n\r?\n/m },
	},
	{
		key => '5228 5.9',
		is => sub { $_[0]{script} =~ /\bsize / && $_[0]{mail} =~ /(?<!\r)\n/ },
	},
	{
		key => '5322 2.2.3',
		change => sub { $_[0] =~ s/(\r?\n)\t/$1 /gr },
	},
	{
		key => '5293 4',
		is => sub { $_[0]{script} =~ /\b(?:add|delete)header\b/ && $_[0]{mail} !~ /^[!-9;-~]+[ \t]*:/ && $_[0]{theirs} eq 'error' },
	},
	{
		key => '2047 6.2',
		change => sub { $_[0] =~ s/=\?x-\w+\?q\?(.*?)\?=/$1/gr },
	},
	{
		key => '2047 6.3',
		change => sub { $_[0] =~ s/=\?utf-8\?q\?bad=\?=/bad=/gr },
	},
);

# Whether a script is one: the side that refuses, and what we say of the script (ours) or they (theirs).
our @scripts = (
	{
		key => '5228 3.1',
		refuses => 'ours',
		says => qr/error: (?:if|elsif|else) takes no further argument/,
	},
	{
		key => '5228 2.10.6',
		refuses => 'ours',
		change => sub { $_[0] =~ s/\b(?:true|false)\b/exists "x"/gr },
	},
);

# explain_mail CASE, DECIDE - the key of the row with `change` that explains it, or undef. DECIDE gives our
# decision about another mail.
sub explain_mail {
	my ($case, $decide) = @_;
	my $all = $case->{mail};
	for my $row (grep { $_->{change} } @decisions) {
		my $changed = $row->{change}->($case->{mail});
		return $row->{key} if $changed ne $case->{mail} && $decide->($changed) eq $case->{theirs};
		$all = $row->{change}->($all);
	}
	return 'several of these' if $all ne $case->{mail} && $decide->($all) eq $case->{theirs};
	return undef;
}

# The row with `is`, of a small case.
sub explain_case {
	my ($case) = @_;
	my ($row) = grep { $_->{is} && $_->{is}->($case) } @decisions;
	return $row ? $row->{key} : undef;
}

# explain_script CASE, THEY_ACCEPT - the same for a script that one of them refuses; THEY_ACCEPT asks them about another script.
sub explain_script {
	my ($case, $they_accept) = @_;
	for my $row (@scripts) {
		next if $row->{refuses} ne ($case->{ours} ? 'theirs' : 'ours');
		next if $row->{says} && $case->{why} !~ $row->{says};
		next if $row->{change} && $they_accept->($row->{change}->($case->{script}));
		return $row->{key};
	}
	return undef;
}

# Every key, for whoever compares with the table.
sub keys_of_rows { return map { $_->{key} } @decisions, @scripts; }

1;
