require "vnd.dovecot.testsuite";
test_set "message" "Subject: inner

";
test "inner" {
	if not header "subject" "inner" { test_fail "no"; }
}
