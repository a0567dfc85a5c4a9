/* SPDX-License-Identifier: MIT */
/* filter.c - `doorstep filter`: what a script does with the mails of a Maildir, shown or carried out
 *
 * Threads take chunks of mails from the list, in its order. What they found is printed in that order
 * too: a chunk waits until all before it are printed.
 */

#include "engine/bytes.h"
#include "engine/doorstep/mailbox.h"
#include "engine/doorstep/progress.h"
#include "engine/doorstep/refile.h"
#include "engine/doorstep/run.h"
#include "engine/doorstep/tally.h"
#include "engine/doorstep/verb.h"

#include <stdio.h>
#include <string.h>

/* Mails that a thread takes at a time: so many that taking them costs next to nothing. */
#define CHUNK_MAILS 64u
#define MAX_JOBS 256

static const DoorstepHelp help = {
	.operands = "--script=SCRIPT MAILDIR",
	.summary = "Shows what a Sieve script would do with each mail of a Maildir: its path, a tab,\n"
		   "the actions. Nothing is changed, unless --execute says so; then mails are moved\n"
		   "and get flags, discarded ones go to Trash, and --undo puts everything back.",
	.examples = "  doorstep filter --script my.sieve ~/Maildir\n"
		    "  doorstep filter --script my.sieve --recursive ~/Maildir    with its subfolders\n"
		    "  doorstep filter --script my.sieve --quiet ~/Maildir        how often each action\n"
		    "  doorstep filter --script my.sieve --execute ~/Maildir      do it\n"
		    "  doorstep filter --undo ~/Maildir                           as it was before\n",
};

typedef struct FilterOptions {
	DoorstepRunOptions run;
	char *script;
	gboolean recursive;
	gboolean quiet;
	gboolean execute;
	gboolean undo;
	char *progress; /* (nullable) */
	int jobs; /* 0: as many as there are processors */
} FilterOptions;

/* What is to be printed of a chunk; all NULL until it is done. */
typedef struct Chunk {
	char *decisions; /* for standard output */
	char *problems;	 /* for standard error */
} Chunk;

typedef struct Counts {
	size_t failed; /* runs that ended in an error */
	size_t gone;
	size_t unreadable;
	size_t unmoved; /* of which not all could be carried out */
} Counts;

/* What the threads share. */
typedef struct Filter {
	const FilterOptions *options;
	const SieveProgram *program;
	Mailbox *mailbox;
	Refile *refile; /* (nullable) nothing is carried out */
	unsigned n_chunks;
	int next;      /* the chunk to be taken next; atomic */
	GMutex lock;   /* of all below */
	Chunk *chunks;
	unsigned n_printed;
	Progress progress;
	DoorstepTally *tally;
	Counts counts;
} Filter;

/* What each thread has for itself. */
typedef struct Worker {
	Filter *filter;
	SieveArena *arena; /* emptied after each mail */
	MailboxRoom room;
	GString *decisions;
	GString *problems;
	DoorstepTally *tally;
	Counts counts;
} Worker;

static void
filter_options_clear(FilterOptions *options)
{
	doorstep_run_options_clear(&options->run);
	g_free(options->script);
	g_free(options->progress);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FilterOptions, filter_options_clear)

/* --- One mail ----------------------------------------------------------------------------------- */

/* One line: the actions are parted by "; " where `doorstep run` has line ends. */
static void
append_line(GString *out, const char *shown_path, const char *actions)
{
	g_string_append(out, shown_path);
	g_string_append_c(out, '\t');
	for (const char *end; (end = strchr(actions, '\n')) != NULL; actions = end + 1) {
		g_string_append_len(out, actions, end - actions);
		g_string_append(out, end[1] == '\0' ? "\n" : "; ");
	}
}

static void
tell_decision(Worker *worker, const char *path, const SieveResult *result, const GError *failure)
{
	g_autofree char *actions = sieve_result_print(result);

	if (failure != NULL) {
		worker->counts.failed++;
		g_string_append_printf(worker->problems, "%s: %s\n", path, failure->message);
	}
	if (worker->filter->options->quiet)
		doorstep_tally_add(worker->tally, actions);
	else
		append_line(worker->decisions, path, actions);
}

static void
tell_problem(Worker *worker, size_t *counter, const char *path, const char *problem)
{
	++*counter;
	g_string_append_printf(worker->problems, "%s: %s\n", path, problem);
}

/* A run that failed means keep, and a kept mail stays where it is. */
static void
carry_out(Worker *worker, const char *path, const char *shown_path, const SieveResult *result)
{
	g_autoptr(GError) error = NULL;

	if (worker->filter->refile != NULL &&
		!refile_mail(worker->filter->refile, path, result, &error))
		tell_problem(worker, &worker->counts.unmoved, shown_path, error->message);
}

static void
run_mail(Worker *worker, const char *path, const char *shown_path, SieveBytes raw)
{
	const Filter *filter = worker->filter;
	g_autoptr(SieveMessage) message = sieve_message_new(raw);
	g_autoptr(GError) failure = NULL;
	g_autoptr(SieveResult) result = doorstep_run_message(
		filter->program, message, &filter->options->run, worker->arena, NULL, &failure);

	tell_decision(worker, shown_path, result, failure);
	carry_out(worker, path, shown_path, result);
}

static void
take_mail(Worker *worker, size_t index)
{
	g_autoptr(GError) error = NULL;
	const char *path;
	SieveBytes raw;
	MailboxOutcome outcome = mailbox_read(
		worker->filter->mailbox, index, &worker->room, &path, &raw, &error);
	/* A name may hold anything, and a line is a line. */
	g_autofree char *shown = sieve_bytes_escape(sieve_bytes_from_string(path), SIZE_MAX);

	switch (outcome) {
	case MAILBOX_READ:
		run_mail(worker, path, shown, raw);
		sieve_arena_reset(worker->arena);
		break;
	case MAILBOX_GONE:
		tell_problem(worker, &worker->counts.gone, shown, "it is no longer there");
		break;
	case MAILBOX_UNREADABLE:
		tell_problem(worker, &worker->counts.unreadable, shown, error->message);
		break;
	case MAILBOX_MET_TWICE:
		break;
	}
}

/* --- Threads ------------------------------------------------------------------------------------ */

/* Prints the chunks that are done and have nothing undone before them. */
static void
print_chunks(Filter *filter)
{
	for (; filter->n_printed < filter->n_chunks; filter->n_printed++) {
		Chunk *chunk = &filter->chunks[filter->n_printed];
		if (chunk->decisions == NULL)
			return;
		fputs(chunk->decisions, stdout);
		fputs(chunk->problems, stderr);
		g_clear_pointer(&chunk->decisions, g_free);
		g_clear_pointer(&chunk->problems, g_free);
		progress_tell(&filter->progress,
			MIN((size_t)(filter->n_printed + 1) * CHUNK_MAILS, mailbox_count(filter->mailbox)));
	}
}

static void
hand_over(Worker *worker, unsigned number)
{
	Filter *filter = worker->filter;
	const Chunk chunk = {g_strdup(worker->decisions->str), g_strdup(worker->problems->str)};

	g_string_truncate(worker->decisions, 0);
	g_string_truncate(worker->problems, 0);
	g_mutex_lock(&filter->lock);
	filter->chunks[number] = chunk;
	print_chunks(filter);
	g_mutex_unlock(&filter->lock);
}

static void
finish(Worker *worker)
{
	Filter *filter = worker->filter;

	g_mutex_lock(&filter->lock);
	doorstep_tally_merge(filter->tally, worker->tally);
	filter->counts.failed += worker->counts.failed;
	filter->counts.gone += worker->counts.gone;
	filter->counts.unreadable += worker->counts.unreadable;
	filter->counts.unmoved += worker->counts.unmoved;
	g_mutex_unlock(&filter->lock);
	sieve_arena_free(worker->arena);
	mailbox_room_clear(&worker->room);
	g_string_free(worker->decisions, TRUE);
	g_string_free(worker->problems, TRUE);
	doorstep_tally_free(worker->tally);
}

static void *
work(void *data)
{
	Filter *filter = data;
	size_t count = mailbox_count(filter->mailbox);
	Worker worker = {
		.filter = filter,
		.arena = sieve_arena_new(),
		.decisions = g_string_new(NULL),
		.problems = g_string_new(NULL),
		.tally = doorstep_tally_new(),
	};
	unsigned number;

	while ((number = (unsigned)g_atomic_int_add(&filter->next, 1)) < filter->n_chunks) {
		size_t start = (size_t)number * CHUNK_MAILS;
		for (size_t i = start; i < MIN(start + CHUNK_MAILS, count); i++)
			take_mail(&worker, i);
		hand_over(&worker, number);
	}
	finish(&worker);
	return NULL;
}

/* The calling thread works too. */
static void
work_in_threads(Filter *filter)
{
	unsigned jobs = filter->options->jobs == 0 ? g_get_num_processors()
						   : (unsigned)filter->options->jobs;
	unsigned n_threads = MIN(MIN(jobs, filter->n_chunks), MAX_JOBS);
	GThread *threads[MAX_JOBS];

	n_threads = n_threads == 0 ? 0 : n_threads - 1;
	for (unsigned i = 0; i < n_threads; i++)
		threads[i] = g_thread_new("filter", work, filter);
	work(filter);
	for (unsigned i = 0; i < n_threads; i++)
		g_thread_join(threads[i]);
}

/* --- The verb ----------------------------------------------------------------------------------- */

static int
conclude(const Filter *filter)
{
	const Counts *counts = &filter->counts;

	if (filter->options->quiet) {
		g_autofree char *summary = doorstep_tally_print(filter->tally);
		fputs(summary, stdout);
	}
	fflush(stdout);
	if (counts->failed + counts->gone + counts->unreadable + counts->unmoved == 0)
		return DOORSTEP_EXIT_OK;
	g_printerr("of %zu mails: %zu runs failed, %zu mails cannot be read, %zu are gone",
		mailbox_count(filter->mailbox), counts->failed, counts->unreadable, counts->gone);
	if (filter->refile != NULL)
		g_printerr(", %zu could not be moved", counts->unmoved);
	g_printerr("\n");
	/* That a reader deletes mails meanwhile is no problem. */
	return counts->failed + counts->unreadable + counts->unmoved == 0 ? DOORSTEP_EXIT_OK
									  : DOORSTEP_EXIT_PROBLEM;
}

/* What was done, once all of it is. */
static int
finish_execution(const Filter *filter)
{
	g_autoptr(GError) error = NULL;
	RefileCounts counts;

	if (!refile_finish(filter->refile, &counts, &error)) {
		g_printerr("%s: %s\n", g_get_prgname(), error->message);
		return DOORSTEP_EXIT_PROBLEM;
	}
	g_printerr("moved %zu, copied %zu, discarded %zu to %s, flagged %zu; doorstep filter --undo puts "
		   "them back\n",
		counts.moved, counts.copied, counts.discarded, REFILE_TRASH, counts.flagged);
	if (counts.left > 0)
		g_printerr("%zu actions are not for mails that have arrived: nothing is sent or refused\n",
			counts.left);
	return DOORSTEP_EXIT_OK;
}

static int
filter_maildir(const SieveProgram *program, const FilterOptions *options, const char *maildir)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Mailbox) mailbox = mailbox_open(maildir, options->recursive, &error);

	if (mailbox == NULL)
		return doorstep_usage_error("%s", error->message);
	g_autoptr(Refile) refile = options->execute ? refile_open(maildir, &error) : NULL;
	if (options->execute && refile == NULL)
		return doorstep_usage_error("%s", error->message);
	size_t n_chunks = (mailbox_count(mailbox) + CHUNK_MAILS - 1) / CHUNK_MAILS;
	g_autofree Chunk *chunks = g_new0(Chunk, n_chunks);
	g_autoptr(DoorstepTally) tally = doorstep_tally_new();
	Filter filter = {
		.options = options,
		.program = program,
		.mailbox = mailbox,
		.refile = refile,
		.n_chunks = (unsigned)n_chunks,
		.chunks = chunks,
		.tally = tally,
	};
	if (!progress_begin(&filter.progress, options->execute || options->progress != NULL ?
			options->progress : "none", mailbox_count(mailbox)))
		return doorstep_usage_error("--progress is bar, json or none");
	g_mutex_init(&filter.lock);
	work_in_threads(&filter);
	g_mutex_clear(&filter.lock);
	int code = conclude(&filter);
	if (refile == NULL)
		return code;
	int worse = finish_execution(&filter);
	return MAX(code, worse);
}

static int
undo(const char *maildir)
{
	g_autoptr(GError) error = NULL;
	size_t undone, gone;

	if (!refile_undo(maildir, &undone, &gone, &error))
		return doorstep_usage_error("%s", error->message);
	g_printerr("%zu steps undone, %zu mails are no longer where they were put\n", undone, gone);
	return DOORSTEP_EXIT_OK;
}

int
doorstep_filter(int argc, char **argv)
{
	g_auto(FilterOptions) options = {.jobs = 0};
	const GOptionEntry entries[] = {
		{"script", 's', 0, G_OPTION_ARG_FILENAME, &options.script,
			"the script to run on each mail", "SCRIPT"},
		{"recursive", 'r', 0, G_OPTION_ARG_NONE, &options.recursive,
			"the subfolders (Maildir++) too", NULL},
		{"quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet,
			"only how often each action was decided on", NULL},
		{"execute", 0, 0, G_OPTION_ARG_NONE, &options.execute, "carry it out", NULL},
		{"undo", 0, 0, G_OPTION_ARG_NONE, &options.undo,
			"put back what the last --execute moved", NULL},
		{"progress", 0, 0, G_OPTION_ARG_STRING, &options.progress,
			"bar, json or none (default: with --execute a bar on a terminal)", "KIND"},
		{"jobs", 'j', 0, G_OPTION_ARG_INT, &options.jobs,
			"work on N mails at a time (default: one for each processor)", "N"},
		{"envelope-from", 'f', 0, G_OPTION_ARG_STRING, &options.run.envelope_from,
			"sender (default: from the header); empty: a bounce", "ADDRESS"},
		{"envelope-to", 't', 0, G_OPTION_ARG_STRING, &options.run.envelope_to,
			"recipient (default: from the header)", "ADDRESS"},
		{"remote-ip", 0, 0, G_OPTION_ARG_STRING, &options.run.remote_ip,
			"address of the client that brought the mails", "IP"},
		{"include-dir", 'I', 0, G_OPTION_ARG_FILENAME, &options.run.include_dir,
			"where include :personal looks (default: beside the script)", "DIR"},
		{"global-dir", 'G', 0, G_OPTION_ARG_FILENAME, &options.run.global_dir,
			"where include :global looks (default: beside the script)", "DIR"},
		DOORSTEP_SETTING_OPTIONS(options.run.settings),
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int code = DOORSTEP_EXIT_OK;

	if (!doorstep_options(&help, entries, &argc, &argv))
		return DOORSTEP_EXIT_USAGE;
	if (options.undo && argc == 2 && options.script == NULL)
		return undo(argv[1]);
	if (options.script == NULL || argc != 2)
		return doorstep_usage_error("a script and one Maildir are needed; see --help");
	if (options.jobs < 0)
		return doorstep_usage_error("--jobs is a number of threads, 1 or more");
	if (!doorstep_settings_load(&options.run.settings, sieve_extensions()))
		return DOORSTEP_EXIT_USAGE;
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveProgram) program =
		doorstep_run_compile(registry, options.script, &options.run, &code);
	if (program == NULL)
		return code;
	options.run.maildir = g_strdup(argv[1]);
	return filter_maildir(program, &options, argv[1]);
}
