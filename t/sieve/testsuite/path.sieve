require ["vnd.dovecot.testsuite", "variables"];
if not string :matches "${tst.path}" "/*/testsuite" {
	test_fail "it is ${tst.path}";
}
