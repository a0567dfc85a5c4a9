# RFC 5228 section 2.9: tests stand in commands, actions and controls do not stand in tests.
true;
not false;
anyof (true, false);
if stop { keep; }
if not keep { keep; }
if allof (true, discard) { keep; }
if require "fileinto" { keep; }
keep true;
stop "now";
discard { keep; }
else { keep; }
