/* SPDX-License-Identifier: MIT */
/* verb.h - what the verbs of the `doorstep` command share: exit codes and option parsing */
#pragma once

#include "engine/sieve.h"

/** What every verb returns. */
typedef enum {
	DOORSTEP_EXIT_OK = 0,
	DOORSTEP_EXIT_PROBLEM = 1,    /* what was asked about is not well: a mistake, a failed test */
	DOORSTEP_EXIT_USAGE = 2,      /* the command line, or a file that it names, is wrong */
	DOORSTEP_EXIT_TRY_AGAIN = 75, /* EX_TEMPFAIL: the directory is away */
} DoorstepExit;

/** Runs one verb from its options to its output; argv[0] is the verb. Returns a DoorstepExit. */
typedef int (*DoorstepVerb)(int argc, char **argv);

/** The texts of --help. */
typedef struct DoorstepHelp {
	const char *operands; /* "SCRIPT..." */
	const char *summary;
	const char *examples; /* lines of commands and what they do */
} DoorstepHelp;

/** Takes the options out of @argc and @argv; answers --help itself, and leaves. False, with a message
 * on standard error, when an option is wrong. */
bool doorstep_options(const DoorstepHelp *help, const GOptionEntry *entries, int *argc, char ***argv);
/** Says on standard error what is wrong; returns DOORSTEP_EXIT_USAGE. */
int doorstep_usage_error(const char *format, ...) G_GNUC_PRINTF(1, 2);
/** (transfer full) doorstep-directory as execvp() finds it: it stands beside this program, or in PATH. */
char *doorstep_directory_program(void);

#define DOORSTEP_VERB(name, function, summary) int function(int argc, char **argv);
#define DOORSTEP_DIRECTORY_VERB(name, function, summary) int function(int argc, char **argv);
#include "engine/doorstep/verbs.def"
#undef DOORSTEP_VERB
#undef DOORSTEP_DIRECTORY_VERB
