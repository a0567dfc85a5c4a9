#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# smtp-host.pl - a scripted SMTP server: says what it is told to say, and logs what it is told
#
# smtp-host.pl LISTEN LOG [name=value ...]
#   cert=FILE        PEM with certificate and key: offers STARTTLS
#   xticket=1        offers XTICKET once TLS is on
#   offers=WORDS     further keywords of EHLO, blanks between
#   redirect=TEXT    last line of a 551 to RCPT, for clients that sent XREDIR1 and for no other
#   rcpt=REPLY data=REPLY   instead of 250
#   die=mail|rcpt|data|dot  closes the connection there; data: in the middle of the message
# The log has one line for each line received: "C <line>", and "S tls" after a handshake.
use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::SSL;

my ($listen, $log_path, @settings) = @ARGV;
my %set = map { my ($name, $value) = split /=/, $_, 2; $name => $value } @settings;
open my $log, '>>', $log_path or die "$log_path: $!";
$log->autoflush(1);
$SIG{PIPE} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalAddr => $listen, Listen => 20, ReuseAddr => 1)
	or die "$listen: $!";

sub say_line { my ($client, $line) = @_; print $client "$line\r\n"; }

sub hello {
	my ($client, $tls) = @_;
	say_line($client, '250-scripted');
	say_line($client, '250-STARTTLS') if $set{cert} && !$tls;
	say_line($client, '250-XTICKET') if $set{xticket} && $tls;
	say_line($client, "250-$_") for split ' ', $set{offers} // '';
	say_line($client, '250 8BITMIME');
}

# True when the session goes on.
sub receive_message {
	my ($client) = @_;
	say_line($client, '354 go on');
	my $lines = 0;
	while (defined(my $line = <$client>)) {
		$line =~ s/\r?\n$//;
		print $log "C $line\n";
		return 0 if ($set{die} // '') eq 'data' && ++$lines == 3;
		next unless $line eq '.';
		return 0 if ($set{die} // '') eq 'dot';
		say_line($client, $set{data} // '250 2.0.0 scripted host took it');
		return 1;
	}
	return 0;
}

sub answer_rcpt {
	my ($client, $announced) = @_;
	return say_line($client, $set{rcpt} // '250 2.1.5 Ok') unless $set{redirect} && $announced;
	say_line($client, '551-5.1.6 User not local');
	say_line($client, "551 5.1.6 $set{redirect}");
}

sub serve {
	my ($client) = @_;
	my ($tls, $announced) = (0, 0);
	say_line($client, '220 scripted ESMTP');
	while (defined(my $line = <$client>)) {
		$line =~ s/\r?\n$//;
		print $log "C $line\n";
		my ($verb) = map { lc } $line =~ /^(\w+)/ or return;
		return if ($set{die} // '') eq $verb && $verb ne 'data';
		if ($verb eq 'ehlo') { $announced = 0; hello($client, $tls) }
		elsif ($verb eq 'xredir1') { $announced = 1; say_line($client, '450 4.7.0 noted') }
		elsif ($verb eq 'starttls') {
			say_line($client, '220 go on');
			$client->flush;
			IO::Socket::SSL->start_SSL($client, SSL_server => 1,
				SSL_cert_file => $set{cert}, SSL_key_file => $set{cert}) or return;
			print $log "S tls\n";
			$tls = 1;
		}
		elsif ($verb eq 'rcpt') { answer_rcpt($client, $announced) }
		elsif ($verb eq 'data') { receive_message($client) or return }
		elsif ($verb eq 'quit') { say_line($client, '221 bye'); return }
		else { say_line($client, '250 2.0.0 Ok') }
	}
}

print $log "S listening\n";
while (my $client = $server->accept) {
	serve($client);
	close $client;
}
