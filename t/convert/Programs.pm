# SPDX-License-Identifier: MIT
# Programs.pm - what real filter programs decide on a mail, in the words of `doorstep run`
package Programs;
use strict;
use warnings;
use File::Find;
use POSIX ();

# By the name of the program: the format of its filters.
our %format = (
	exim => 'exim',
	maildrop => 'maildrop',
	postfix => 'postfix-checks',
	procmail => 'procmail',
);

# FOLDER is private to this run; EXIM is where Exim is unpacked.
sub new {
	my ($class, $folder, $exim) = @_;
	my $self = bless {folder => $folder, home => "$folder/home", exim => $exim, outbox => "$folder/outbox"}, $class;
	mkdir $_ for $self->{home}, "$self->{home}/mail", "$folder/postfix", "$folder/spool";
	# The last argument is the address; the mail is read to its end.
	put("$folder/sendmail", "#!/bin/sh\nfor last; do :; done\necho \"redirect \\\"\$last\\\"\" >>\"\$OUTBOX\"\ncat >/dev/null\n");
	chmod 0755, "$folder/sendmail";
	put("$folder/postfix/main.cf", "compatibility_level = 3.6\nqueue_directory = $folder/postfix\n");
	put("$folder/exim.conf", "spool_directory = $folder/spool\nlog_file_path = $folder/%slog\nprimary_hostname = host.example\n");
	$ENV{HOME} = $self->{home};
	$ENV{OUTBOX} = $self->{outbox};
	return $self;
}

sub put {
	my ($path, $text) = @_;
	open my $file, '>', $path or die "$path: $!";
	print $file $text;
	close $file or die "$path: $!";
}

sub slurp {
	my ($path) = @_;
	open my $file, '<', $path or die "$path: $!";
	local $/;
	return <$file>;
}

# Runs a command on a file, and returns all that it writes, once the last of its children is gone: procmail
# does not wait for those that send mails, and gives them other outputs, but leaves this one open.
sub run {
	my ($self, $input, @command) = @_;
	my $pid = open(my $output, '-|') // die "fork: $!";
	if ($pid == 0) {
		open STDIN, '<', $input or POSIX::_exit(126);
		open STDERR, '>&', \*STDOUT or POSIX::_exit(126);
		local $^F = 99;
		open my $held, '>&', \*STDOUT or POSIX::_exit(126);
		chdir $self->{home};
		exec @command or POSIX::_exit(127);
	}
	local $/;
	my $text = <$output>;
	close $output;
	die "@command is not there\n" if $? >> 8 == 127;
	return $text // '';
}

# Folders stay from mail to mail: procmail waits a second when it makes one.
sub sizes {
	my ($self) = @_;
	my %sizes;
	find({no_chdir => 1, wanted => sub { $sizes{substr $_, length "$self->{home}/mail/"} = -s _ if -f }}, "$self->{home}/mail");
	return \%sizes;
}

# What a delivery leaves in folders, and what it sends.
sub delivery {
	my ($self, $deliver) = @_;
	my $before = $self->sizes;
	unlink $self->{outbox};
	$deliver->();
	my $after = $self->sizes;
	my @done = map { "store \"$_\"" } grep { $after->{$_} != ($before->{$_} // 0) } keys %$after;
	if (open my $file, '<', $self->{outbox}) {
		chomp(my @sent = <$file>);
		push @done, @sent;
	}
	return @done;
}

sub procmail {
	my ($self, $filter, $mail) = @_;
	return $self->delivery(sub {
		$self->run($mail, 'procmail', "MAILDIR=$self->{home}/mail", "DEFAULT=$self->{home}/mail/INBOX",
			"SENDMAIL=$self->{folder}/sendmail", "OUTBOX=$self->{outbox}", 'LOGFILE=', $filter);
	});
}

sub maildrop {
	my ($self, $filter, $mail) = @_;
	my $private = "$self->{folder}/mailfilter";
	unlink $private;
	put($private, "DEFAULT=\"mail/INBOX\"\nSENDMAIL=\"$self->{folder}/sendmail\"\n" . slurp($filter));
	chmod 0600, $private;
	return $self->delivery(sub { $self->run($mail, 'maildrop', $private) });
}

# It tells what it would do.
sub exim {
	my ($self, $filter, $mail) = @_;
	local $ENV{LD_LIBRARY_PATH} = "$self->{exim}/usr/lib/x86_64-linux-gnu";
	my $told = $self->run($mail, "$self->{exim}/usr/sbin/exim4", '-C', "$self->{folder}/exim.conf", '-f', 'ann@example.org', '-bf', $filter);
	my @done = map { "store \"$_\"" } $told =~ /^(?:Unseen s|S)ave message to: .*\/mail\/([a-z]+)/mg;
	push @done, map { "redirect \"$_\"" } $told =~ /^(?:Unseen d|D)eliver message to: (.*)$/mg;
	push @done, 'store "INBOX"' if $told =~ /^Filtering did not set up a significant delivery\.$/m;
	return @done;
}

# postmap gives the fields that the table takes, in the mail's order, each with a tab and its action.
sub postfix {
	my ($self, $filter, $mail) = @_;
	my (@done, @copies, $to);
	for my $line (split /\n/, $self->run($mail, 'postmap', '-c', "$self->{folder}/postfix", '-hmq', '-', "regexp:$filter")) {
		my ($field, $action, $rest) = $line =~ /^(.*)\t(\S+) ?(.*)$/ or next;
		return 'reject' if $action eq 'REJECT';
		push @copies, "redirect \"$rest\"" if $action eq 'BCC';
		$to = $rest if $action eq 'REDIRECT';
		push @done, "deleteheader \"$field\"" if $action eq 'IGNORE';
		push @done, "addheader \"$rest\"" if $action eq 'PREPEND';
	}
	return (@done, $to ? "redirect \"$to\"" : (@copies, 'store "INBOX"'));
}

# Both are sorted, each line once.
sub decide {
	my ($self, $program, $filter, $mail) = @_;
	my %done = map { $_ => 1 } $self->can($program)->($self, $filter, $mail);
	return join '', map { "$_\n" } sort keys %done;
}

# A list of mails, and what the script makes of each.
sub doorstep {
	my ($self, $script, @mails) = @_;
	my $printed = $self->run('/dev/null', 'doorstep', 'run', '-f', 'ann@example.org', $script, @mails, '/dev/null');
	my @parts = split /^# .*\n/m, $printed;
	shift @parts;
	pop @parts;
	for my $part (@parts) {
		my %done;
		for (split /\n/, $part) {
			s/^(implicit )?keep$/store "INBOX"/;
			s/^reject .*/reject/;
			$done{$_} = 1 unless $_ eq 'discard';
		}
		$part = join '', map { "$_\n" } sort keys %done;
	}
	return @parts;
}

1;
