/* SPDX-License-Identifier: MIT */
/* stranger.c - a program that knows of Doorstep what is installed: stranger SCRIPT MAIL */

#include <doorstep/sieve.h>
#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
	g_autofree char *script = NULL;
	g_autofree char *mail = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	size_t script_bytes = 0;
	size_t mail_bytes = 0;

	if (argc != 3 || !g_file_get_contents(argv[1], &script, &script_bytes, &error) ||
		!g_file_get_contents(argv[2], &mail, &mail_bytes, &error))
		return 2;

	const SieveCompileOptions options = {.name = argv[1]};
	g_autoptr(SieveProgram) program =
		sieve_compile(registry, (SieveBytes){script, script_bytes}, &options, diags);

	if (program == NULL) {
		g_autofree char *mistakes = sieve_diag_list_print(diags, false);

		fputs(mistakes, stderr);
		return 1;
	}

	g_autoptr(SieveMessage) message = sieve_message_new((SieveBytes){mail, mail_bytes});
	g_autoptr(SieveResult) result = NULL;
	const SieveRunInput input = {.message = message};

	if (!sieve_run(program, &input, &result, &error))
		return 1;

	g_autofree char *actions = sieve_result_print(result);

	fputs(actions, stdout);
	return 0;
}
