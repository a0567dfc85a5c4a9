# SPDX-License-Identifier: MIT
# Engines.pm - runs both engines and says what they decide in the same words
#
# A decision is a line: `store NAME [FLAGS]`, `redirect ADDRESS`, `reject REASON`, joined by `; `, `discard` when
# the mail goes nowhere, `error` when the run failed and the mail was kept for that. Keeping is `store INBOX`.
package Engines;
use strict;
use warnings;
use File::Path qw(remove_tree);

# Settings that both know by one name.
my %shared = (
	sieve_spamtest_status_type => 'score', sieve_spamtest_status_header => 'X-Number', sieve_spamtest_max_value => 20,
	sieve_virustest_status_type => 'text', sieve_virustest_status_header => 'X-List', sieve_virustest_text_value1 => 'list', sieve_virustest_text_value5 => 'offer',
);

# What scripts may include.
my %scripts = (
	one => qq(if header :contains "subject" "report" { discard; stop; }\nif address :domain "from" "example.net" { redirect "frank\@example.org"; }\n),
	two => qq(require "include";\ninclude :once "one";\nif size :over 200 { redirect "erin\@example.org"; return; }\nredirect "dora\@example.org";\n),
);

# Programs that scripts may run, each a shell script.
my %programs = (yes => 'cat', no => 'cat; exit 1', capitals => 'tr hl HL');

# new(doorstep => PROGRAM, folder => PRIVATE FOLDER)
sub new {
	my ($class, %self) = @_;
	my $self = bless \%self, $class;
	my $tmp = $self->{folder};
	$self->{shared} = {%shared, map { ("sieve_${_}_bin_dir" => "$tmp/bin") } qw(filter execute)};
	my %settings = %{$self->{shared}};
	chmod 0755, $tmp;
	spew("$tmp/dovecot.conf", <<"END");
base_dir = $tmp/run
state_dir = $tmp/state
log_path = $tmp/log
mail_location = maildir:$tmp/empty
ssl = no
mail_attribute_dict = file:$tmp/attributes
plugin {
  sieve = file:$tmp/scripts;active=$tmp/active.sieve
  sieve_max_script_size = 0
  sieve_max_redirects = 8
  sieve_max_actions = 64
  sieve_extensions = +editheader +spamtest +virustest +vacation-seconds +special-use +mboxmetadata +servermetadata +vnd.dovecot.filter +vnd.dovecot.execute
  sieve_plugins = sieve_extprograms
  sieve_vacation_min_period = 0
@{[join '', map { "  $_ = $settings{$_}\n" } sort keys %settings]}}
END
	# Its tools refuse to be root.
	$self->{as} = $> == 0 ? [qw(setpriv --reuid=nobody --regid=nogroup --clear-groups)] : [];
	mkdir $_ for "$tmp/out", "$tmp/scripts", "$tmp/bin";
	for (keys %programs) {
		spew("$tmp/bin/$_", "#!/bin/sh\n$programs{$_}\n");
		chmod 0755, "$tmp/bin/$_";
	}
	spew("$tmp/scripts/$_.sieve", $scripts{$_}) for keys %scripts;
	$self->own($tmp);
	return $self;
}

sub spew {
	my ($path, $text) = @_;
	open my $file, '>:raw', $path or die "$path: $!";
	print $file $text;
	close $file or die "$path: $!";
}

sub slurp {
	my ($path) = @_;
	open my $file, '<:raw', $path or die "$path: $!";
	local $/;
	return <$file> // '';
}

# What a program prints on standard output; its messages go to the file `errors`.
sub output {
	my ($self, @command) = @_;
	my $pid = open my $out, '-|';
	defined $pid or die "fork: $!";
	if (!$pid) {
		open STDERR, '>', "$self->{folder}/errors" or die;
		exec @command or die;
	}
	binmode $out;
	local $/;
	my $text = <$out> // '';
	close $out;
	return ($text, $? >> 8);
}

sub theirs {
	my ($self, $tool, @arguments) = @_;
	my $tmp = $self->{folder};
	return $self->output(@{$self->{as}}, 'env', "HOME=$tmp", 'USER=nobody', $tool, '-c', "$tmp/dovecot.conf", @arguments);
}

# Gives files to the user that their tools run as.
sub own {
	my ($self, @paths) = @_;
	return if !@{$self->{as}};
	my (undef, undef, $uid, $gid) = getpwnam 'nobody';
	system('chown', '-R', "$uid:$gid", @paths) == 0 or die 'chown failed';
}

# make_mails NAME, TEXT... - a Maildir of them.
sub make_mails {
	my ($self, $name, @texts) = @_;
	my $dir = "$self->{folder}/$name";
	# There may be one of that name.
	remove_tree($dir);
	mkdir $_ or die "$_: $!" for $dir, map { "$dir/$_" } qw(cur new tmp);
	my $number = 1000;
	spew("$dir/cur/" . $number++ . '.mail:2,', $_) for @texts;
	$self->own($dir);
	my @files = sort glob "$dir/cur/*";
	return {dir => $dir, files => \@files, texts => [map { slurp($_) } @files]};
}

# --- Whether a script is one ----------------------------------------------------------------------

# Either leaves in `why` what it had to say.
sub we_accept {
	my ($self, $script) = @_;
	($self->{why}, my $code) = $self->output($self->{doorstep}, 'check', '--include-dir', "$self->{folder}/scripts", $script);
	$self->{why} .= slurp("$self->{folder}/errors");
	return $code == 0;
}

sub they_accept {
	my ($self, $script) = @_;
	my (undef, $code) = $self->theirs('sievec', $script, "$self->{folder}/out/script.svbin");
	$self->{why} = slurp("$self->{folder}/errors");
	return $code == 0;
}

# Capabilities that both know, to true.
sub common_capabilities {
	my ($self, @wanted) = @_;
	my %common;
	for my $capability (@wanted) {
		my $script = "$self->{folder}/require.sieve";
		spew($script, qq(require "$capability";\n));
		$common{$capability} = 1 if $self->we_accept($script) && $self->they_accept($script);
	}
	return \%common;
}

# --- What is done with mails ----------------------------------------------------------------------

# Actions as a decision; who stores a mail need not say that it is not discarded. A reason may be empty.
sub decision {
	my %seen = (discard => 1);
	my @actions = grep { !$seen{$_}++ } map { s/ +\z//r } @_;
	return @actions ? join '; ', @actions : 'discard';
}

# A set of flags in one order and case.
sub flags {
	my ($text) = @_;
	my %flags = map { lc $_ => 1 } split ' ', $text;
	return %flags ? ' [' . join(' ', sort keys %flags) . ']' : '';
}

sub our_action {
	my ($line) = @_;
	my $flags = $line =~ s/ flags "([^"]*)"$// ? flags($1 =~ s/\\\\/\\/gr) : '';
	return "store INBOX$flags" if $line =~ /^(?:implicit )?keep$/;
	# Whom not to answer the other one asks when it sends, which a test run does not.
	return 'answer' if $line =~ /^vacation[ :]/;
	return $line if $line !~ /^(\w+) "(.*)"$/;
	my ($action, $target) = ($1, $2);
	# Each shows the line ends of a reason in its own way.
	$target =~ s/\\x0d\\x0a/ /g;
	$target =~ s/\\(.)/$1/g;
	return "$action $target$flags";
}

# decide_ours SCRIPT, MAILS, OPTION... - a decision for each mail
sub decide_ours {
	my ($self, $script, $mails, @options) = @_;
	my ($text) = $self->output($self->{doorstep}, 'run', '--include-dir', "$self->{folder}/scripts", (map { ('--setting', "$_=$self->{shared}{$_}") } sort keys %{$self->{shared}}), @options, $script, @{$mails->{files}});
	# With one mail there is no heading.
	my @parts = @{$mails->{files}} > 1 ? split /^# .*\n/m, $text : ('', $text);
	shift @parts;
	# What is done to the mail shows in what is decided after it.
	s/^(?:addheader|deleteheader|another mail) .*\n//mg for @parts;
	return map { /^error: /m ? 'error' : decision(map { our_action($_) } split /\n/) } @parts;
}

sub their_decision {
	my ($text) = @_;
	return 'error' if $text !~ /^Performed actions:\n(.*?)^Implicit keep:\n(.*)/ms;
	my @actions;
	for (split /\n/, "$1$2") {
		push @actions, "store $1" if /^ \* store message in folder: (.*)/;
		$actions[-1] .= flags($1) if /^ +\+ add IMAP flags: (.*)/;
		push @actions, "redirect $1" if /^ \* redirect message to: <(.*)>/;
		push @actions, 'reject ' . $1 =~ s/\?\?/ /gr if /^ \* reject message with reason: (.*)/;
		push @actions, 'answer' if /^ \* send vacation message:/;
		push @actions, 'discard' if /^ \* discard/;
	}
	return decision(@actions);
}

sub decide_theirs_singly {
	my ($self, $script, $mails, @envelope) = @_;
	return map {
		my ($text, $code) = $self->theirs('sieve-test', @envelope, $script, $_);
		$code == 0 ? their_decision($text) : 'error'
	} @{$mails->{files}};
}

# With an envelope each mail takes a run of its own; and when a run fails, sieve-filter stops there.
sub decide_theirs {
	my ($self, $script, $mails, @envelope) = @_;
	return $self->decide_theirs_singly($script, $mails, @envelope) if @envelope;
	my ($text) = $self->theirs('sieve-filter', '-v', '-o', "mail_location=maildir:$mails->{dir}", $script, 'INBOX');
	my @parts = split /^>> Filtering message:\n/m, $text;
	shift @parts;
	return $self->decide_theirs_singly($script, $mails) if @parts != @{$mails->{files}};
	return map { their_decision($_) } @parts;
}

1;
