# SPDX-License-Identifier: MIT
# Shrink.pm - a smaller script and a smaller mail about which the engines still differ
#
# Lines go while the difference stays: a command, a branch with all that it holds, or the braces around what
# it holds. Scripts.pm writes a command, `if TEST {`, `} elsif TEST {`, `} else {` and `}` on a line each.
package Shrink;
use strict;
use warnings;

# The line that closes the block which line $at opens.
sub closing_line {
	my ($lines, $at) = @_;
	my $depth = 0;
	for my $i ($at .. $#$lines) {
		$depth-- if $i > $at && $lines->[$i] =~ /^\s*\}/;
		return $i if $i > $at && $depth == 0;
		$depth++ if $lines->[$i] =~ /\{\r?\n\z/;
	}
	return undef;
}

# What may be tried in the place of a script, each a list of lines.
sub smaller_scripts {
	my ($at, @lines) = @_;
	my $line = $lines[$at];
	my $end = $line =~ /\{\r?\n\z/ ? closing_line(\@lines, $at) : undef;
	my @before = @lines[0 .. $at - 1];
	return [@before, @lines[$at + 1 .. $#lines]] if !defined $end;
	my @candidates;
	my @inside = @lines[$at + 1 .. $end - 1];
	my @after = @lines[$end + 1 .. $#lines];
	if ($line =~ /^\s*if /) {
		push @candidates, [@before, @after], [@before, @inside, @after] if $lines[$end] =~ /^\s*\}\s*\z/;
		push @candidates, [@before, $lines[$end] =~ s/\} elsif/if/r, @after] if $lines[$end] =~ /\} elsif/;
		push @candidates, [@before, "if true {\r\n", @after] if $lines[$end] =~ /\} else/;
	} else {
		push @candidates, [@before, @lines[$end .. $#lines]];
	}
	push @candidates, map { [@before, $line =~ s/if .* \{/if $_ {/r, @lines[$at + 1 .. $#lines]] } 'true', 'false'
		if $line =~ /if (?!true|false)/;
	push @candidates, [@before, $line =~ s/if .*?\bnot /if /r, @lines[$at + 1 .. $#lines]] if $line =~ /\bnot /;
	# One of the tests of allof, anyof; who separates too much makes no script.
	while ($line =~ /[(,] *((?:[^(),"]|"(?:[^"\\]|\\.)*")++)(?=[,)])/g) {
		my $test = $1;
		push @candidates, [@before, $line =~ s/if .* \{/if $test {/r, @lines[$at + 1 .. $#lines]];
	}
	return @candidates;
}

# script TEXT, DIFFERS - DIFFERS tells whether the engines still do of a text.
sub script {
	my ($text, $differs) = @_;
	my @lines = $text =~ /(text:.*?\n\.\r?\n\S*\s*\n|.*?\n)/gs;
	my $progress = 1;
	while ($progress) {
		$progress = 0;
		for (my $at = 0; $at < @lines;) {
			my ($found) = grep { $differs->(join '', @$_) } smaller_scripts($at, @lines);
			$at++, next if !$found;
			@lines = @$found;
			$progress = 1;
		}
	}
	return join '', @lines;
}

# mail TEXT, DIFFERS - whole fields and lines of the body go.
sub mail {
	my ($text, $differs) = @_;
	my ($header, $body) = $text =~ /\A(.*?\n|)(\r?\n.*|)\z/s;
	$body = "\r\n" if $differs->("$header\r\n");
	my @fields = $header =~ /(.*?\n(?:[ \t].*?\n)*)/g;
	for (my $at = 0; $at < @fields;) {
		my @fewer = @fields;
		splice @fewer, $at, 1;
		$at++, next if !$differs->(join '', @fewer, $body);
		@fields = @fewer;
	}
	return join '', @fields, $body;
}

1;
