/* SPDX-License-Identifier: MIT */
/* svtest.h - one script test file being run: what its commands work on */
#pragma once

#include "engine/doorstep/coverage.h"
#include "engine/doorstep/report.h"
#include "engine/interp.h"

/** The capability vnd.dovecot.testsuite: the language of script tests. */
extern const SieveExtension sieve_ext_testsuite;

/** One mail that a script sent; owns its strings. */
typedef struct SvtestSent {
	char *from;
	char *to;
	GBytes *message;
	char *notify; /* (nullable) */
	char *ret;    /* (nullable) */
	SieveDeliverBy by;
	bool has_by;
} SvtestSent;

/** What all files are run with; outlives them. */
typedef struct SvtestSetup {
	const SieveRegistry *registry; /* with sieve_ext_testsuite */
	const SieveSettings *settings; /* what each file starts with */
	DoorstepCoverage *coverage;    /* (nullable) of the scripts that the files compile */
	TestReport *report;
} SvtestSetup;

/** The host of a run (sieve_run_host()). Everything lives until the result of the file is freed. */
typedef struct Svtest {
	const SvtestSetup *setup;
	SieveSettings *settings;   /* what all scripts of this file are compiled and run with */
	GHashTable *overrides;     /* name to value: for the next reload */
	char *folder;          /* of the file, absolute */
	char *maildir;         /* where executed results go; NULL until it is needed */
	SieveArena *arena;
	GPtrArray *messages;   /* of SieveMessage */
	GPtrArray *programs;   /* of SieveProgram */
	SieveProgram *compiled; /* (nullable) the compiled script; in @programs */
	GHashTable *binaries;  /* name to SieveProgram; in @programs */
	GPtrArray *errors;     /* of char *: messages since the last clear */
	GPtrArray *sent;       /* of SvtestSent */
	char *name;            /* (nullable) of the test being run */
	char *failure;         /* (nullable) why it failed */
	bool inner;            /* inside of test_script_run or test_multiscript */
	bool inner_failed;     /* test_fail ran there */
} Svtest;

/** Makes @raw (lives as long as the run) the message, with the envelope that its header tells. */
void svtest_set_message(Svtest *svtest, SieveRun *run, SieveBytes raw);
/** The same with the message that each file starts with. */
void svtest_set_default_message(Svtest *svtest, SieveRun *run);
/** (nullable) the script at @path, relative to the file's folder; mistakes join the collected errors. */
SieveProgram *svtest_compile(Svtest *svtest, SieveBytes path);
void svtest_clear_errors(Svtest *svtest);
/** @message is copied. */
void svtest_add_error(Svtest *svtest, const char *message);
/** Carries out what of the result was not yet carried out, into a Maildir of the test's own. Problems
 * join the collected errors; false when there were some. */
bool svtest_deliver(Svtest *svtest, SieveRun *run, const SieveResult *result);
/** (nullable) the root of that Maildir, in which the inbox exists; NULL with @error. */
const char *svtest_maildir(Svtest *svtest, GError **error);
/** Prints the TAP line of the test that ends. */
void svtest_report(Svtest *svtest);
/** Ends the test with this reason, and goes on after it; an inner script ends there. */
bool svtest_fail(SieveRun *run, SieveBytes reason, GError **error);
/** Ends the whole file. Returns: false. */
bool svtest_abort(GError **error, const char *message);

/** Runs a file and reports its tests. */
void svtest_run_file(const SvtestSetup *setup, const char *path);
