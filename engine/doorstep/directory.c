/* SPDX-License-Identifier: MIT */
/* directory.c - doorstep-directory: the verbs of `doorstep` that speak with the directory */

#include <locale.h>
#include <string.h>

#include "engine/doorstep/mailfilters.h"
#include "engine/doorstep/verb.h"
#include "peer/presence.h"

static const struct {
	const char *name;
	DoorstepVerb run;
} verbs[] = {
#define DOORSTEP_VERB(name, function, summary)
#define DOORSTEP_DIRECTORY_VERB(name, function, summary) {name, function},
#include "engine/doorstep/verbs.def"
#undef DOORSTEP_VERB
#undef DOORSTEP_DIRECTORY_VERB
	/* No verb for people: `doorstep convert` asks. */
	{"mailfilters", doorstep_mailfilters},
};

int
main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	g_set_prgname("doorstep-directory");
	for (size_t i = 0; argc > 1 && i < G_N_ELEMENTS(verbs); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	return doorstep_usage_error("`doorstep VERB` runs this program");
}
