#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# smtp-talk.pl - a raw SMTP client that announces that it follows redirects, or does not
#
# smtp-talk.pl PORT plain|announce|forget SUBJECT RECIPIENT...
#   forget: announces, then says EHLO again and nothing more
# Prints every reply line as "<command>: <line>"; sends a mail to those who were accepted. "seconds N"
# at the end is the longest wait for a reply to RCPT.
use strict;
use warnings;
use IO::Socket::INET;
use Time::HiRes 'time';

my ($port, $mode, $subject, @recipients) = @ARGV;
my $server = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", Timeout => 20) or die "connect: $!";
my ($longest, $accepted) = (0, 0);

sub command {
	my ($name, $line) = @_;
	print $server "$line\r\n" if defined $line;
	my ($start, $code) = (time, 0);
	while (defined(my $reply = <$server>)) {
		$reply =~ s/\r?\n$//;
		print "$name: $reply\n";
		next unless $reply =~ /^(\d{3}) /;
		$code = $1;
		last;
	}
	my $waited = time - $start;
	$longest = $waited if $name eq 'rcpt' && $waited > $longest;
	return $code;
}

command('greeting');
command('ehlo', 'EHLO client.test');
command('xredir1', 'XREDIR1') if $mode ne 'plain';
command('ehlo', 'EHLO client.test') if $mode eq 'forget';
command('mail', 'MAIL FROM:<ann@sender.test>');
for (@recipients) { $accepted++ if command('rcpt', "RCPT TO:<$_>") == 250 }
if ($accepted && command('data', 'DATA') == 354) {
	command('dot', "From: Ann <ann\@sender.test>\r\nSubject: $subject\r\n\r\nThe body\r\n.");
}
command('quit', 'QUIT');
printf "seconds %.2f\n", $longest;
