/* SPDX-License-Identifier: MIT */
/* embed.c - what a script would do to a mail, in a program of your own: embed SCRIPT MAIL */

#include <doorstep/sieve.h>
#include <stdio.h>

int
main(int argc, char **argv)
{
	g_autofree char *script = NULL;
	g_autofree char *mail = NULL;
	g_autoptr(GError) error = NULL;
	size_t script_len, mail_len;

	if (argc != 3 || !g_file_get_contents(argv[1], &script, &script_len, &error) ||
		!g_file_get_contents(argv[2], &mail, &mail_len, &error)) {
		fprintf(stderr, "embed: %s\n", error != NULL ? error->message : "SCRIPT MAIL");
		return 2;
	}
	/* Compile once; the program may then run on many mails, from many threads. */
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	const SieveCompileOptions options = {.name = argv[1]};
	g_autoptr(SieveProgram) program =
		sieve_compile(registry, (SieveBytes){script, script_len}, &options, diags);
	g_autofree char *mistakes = sieve_diag_list_print(diags, false);
	fputs(mistakes, stderr);
	if (program == NULL)
		return 1;

	g_autoptr(SieveMessage) message = sieve_message_new((SieveBytes){mail, mail_len});
	g_autoptr(SieveResult) result = NULL;
	const SieveRunInput input = {.message = message};
	bool ok = sieve_run(program, &input, &result, &error);
	/* Also a script that failed has a result: the implicit keep. */
	for (size_t i = 0; i < sieve_result_count(result); i++) {
		SieveBytes target = sieve_result_action_target(result, i);
		printf("%s %.*s\n", sieve_result_action_name(result, i), (int)target.len, target.ptr);
	}
	if (sieve_result_implicit_keep(result))
		puts("implicit keep");
	if (!ok)
		fprintf(stderr, "%s\n", error->message);
	return ok ? 0 : 1;
}
