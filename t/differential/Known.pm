# SPDX-License-Identifier: MIT
# Known.pm - the differences that doc/DEVIATIONS.md explains: one row each
#
# A row of @decisions has `is`, which tells from a case (script, mail, ours, theirs) that the difference is this one;
# or `change`, which gives the mail as the other engine reads it: when we decide about that mail as it
# did about the real one, nothing else is behind the difference.
package Known;
use strict;
use warnings;

# A script that takes an action on one target with :copy and without.
sub has_copy_and_plain {
	my ($script) = @_;
	my %copied = map { $_ => 1 } map { lc } $script =~ /\b(?:redirect|fileinto) :copy ("(?:[^"\\]|\\.)*")/g;
	return grep { $copied{lc $_} } $script =~ /\b(?:redirect|fileinto) ("(?:[^"\\]|\\.)*")/g;
}

our @decisions = (
	{
		name => 'RFC 3894 section 3: a second fileinto or redirect without :copy cancels the implicit keep; Pigeonhole merges it with the first and keeps',
		is => sub {
			my ($case) = @_;
			return has_copy_and_plain($case->{script}) && $case->{theirs} eq "$case->{ours}; store INBOX";
		},
	},
	{
		name => 'RFC 2047 section 6.2: a word in a charset that is not known stays as written; Pigeonhole reads it as UTF-8',
		change => sub { $_[0] =~ s/=\?x-unknown\?q\?(.*?)\?=/$1/gr },
	},
);

# Whether a script is one: the side that refuses, and what we say of the script (ours) or they (theirs).
our @scripts = (
	{
		name => 'RFC 5228 section 3.1: if and elsif take a test and nothing else; Pigeonhole passes over other arguments',
		refuses => 'ours',
		says => qr/error: (?:if|elsif|else) takes no further argument/,
	},
);

# explain_decision CASE, DECIDE - the name of the row that explains it, or undef. DECIDE gives our decision about
# another mail.
sub explain_decision {
	my ($case, $decide) = @_;
	my $all = $case->{mail};
	for my $row (@decisions) {
		return $row->{name} if $row->{is} && $row->{is}->($case);
		next if !$row->{change};
		my $changed = $row->{change}->($case->{mail});
		return $row->{name} if $changed ne $case->{mail} && $decide->($changed) eq $case->{theirs};
		$all = $row->{change}->($all);
	}
	return 'several of these' if $all ne $case->{mail} && $decide->($all) eq $case->{theirs};
	return undef;
}

sub explain_script {
	my ($case) = @_;
	for my $row (@scripts) {
		return $row->{name} if $row->{refuses} eq ($case->{ours} ? 'theirs' : 'ours') && $case->{why} =~ $row->{says};
	}
	return undef;
}

1;
