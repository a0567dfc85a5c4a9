/* SPDX-License-Identifier: MIT */
/* svtest.h - one script test file being run: what its commands work on */
#pragma once

#include "engine/interp.h"

/** The capability vnd.dovecot.testsuite: the language of script tests. */
extern const SieveExtension sieve_ext_testsuite;

/** One mail that a script sent; owns its strings. */
typedef struct SvtestSent {
	char *from;
	char *to;
	GBytes *message;
} SvtestSent;

/** The host of a run (sieve_run_host()). Everything lives until the result of the file is freed. */
typedef struct Svtest {
	const SieveRegistry *registry;
	char *folder;          /* of the file, absolute */
	char *maildir;         /* where executed results go; NULL until one is executed */
	SieveArena *arena;
	GPtrArray *messages;   /* of SieveMessage */
	GPtrArray *programs;   /* of SieveProgram */
	SieveProgram *compiled; /* (nullable) the compiled script; in @programs */
	GPtrArray *errors;     /* of char *: messages since the last clear */
	GPtrArray *sent;       /* of SvtestSent */
	size_t n_executed;     /* actions of the result that are carried out already */
	char *name;            /* (nullable) of the test being run */
	char *failure;         /* (nullable) why it failed */
	bool inner;            /* inside of test_script_run */
	bool inner_failed;     /* test_fail ran there */
	unsigned n_tests;      /* finished, over all files */
	unsigned n_failed;
} Svtest;

/** Makes @raw (lives as long as the run) the message, with the envelope that its header tells. */
void svtest_set_message(Svtest *svtest, SieveRun *run, SieveBytes raw);
/** Compiles a script beside the test file; mistakes replace the collected errors. */
bool svtest_compile(Svtest *svtest, SieveBytes path);
/** Carries out what of the result was not yet carried out, into a Maildir of the test's own. */
bool svtest_execute(Svtest *svtest, SieveRun *run);
/** (nullable) mail number @index, from 0, of a mailbox of that Maildir, in the order of arrival. */
GBytes *svtest_stored(Svtest *svtest, SieveBytes mailbox, uint64_t index);
/** Prints the TAP line of the test that ends. */
void svtest_report(Svtest *svtest);

/** Runs a file and prints its TAP lines; @ret_n_tests and @ret_n_failed grow. */
void svtest_run_file(const SieveRegistry *registry, const char *path, unsigned *n_tests,
	unsigned *n_failed);
