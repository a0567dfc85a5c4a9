/* SPDX-License-Identifier: MIT */
/* bench-engine.c - what t/bench/run measures: compiling, running, libsieve, whole programs
 *
 * Each verb but `read`, which is measured by `program`, prints `seconds=` and `peak_kib=` (memory at its
 * highest) on one line.
 */

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sieve-ext/extensions.h"
#include "t/bench/libsieve-alone.h"

typedef struct Verb {
	const char *name;
	const char *usage;
	int n_args;
	bool (*run)(char **args, GError **error);
} Verb;

static double
seconds_since(int64_t start_us)
{
	return (double)(g_get_monotonic_time() - start_us) / 1e6;
}

static void
tell(double seconds, long peak_kib)
{
	g_print("seconds=%.9f peak_kib=%ld\n", seconds, peak_kib);
}

/* From the kernel's page on this process: getrusage() counts what it was before exec, too. */
static void
tell_own(double seconds)
{
	g_autofree char *status = NULL;
	const char *peak = NULL;

	if (g_file_get_contents("/proc/self/status", &status, NULL, NULL))
		peak = strstr(status, "VmHWM:");
	tell(seconds, peak == NULL ? 0 : strtol(peak + strlen("VmHWM:"), NULL, 10));
}

static SieveProgram *
compile_file(const SieveRegistry *registry, const char *path, GError **error)
{
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autofree char *text = NULL;
	size_t len;

	if (!g_file_get_contents(path, &text, &len, error))
		return NULL;
	SieveProgram *program = sieve_compile(registry, (SieveBytes){text, len}, NULL, diags);
	if (program == NULL)
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, "%s has mistakes", path);
	return program;
}

static bool
run_compile(char **args, GError **error)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	int64_t start_us = g_get_monotonic_time();
	g_autoptr(SieveProgram) program = compile_file(registry, args[0], error);

	if (program != NULL)
		tell_own(seconds_since(start_us));
	return program != NULL;
}

static bool
run_message(const SieveProgram *program, const SieveMessage *message, GError **error)
{
	g_autoptr(SieveResult) result = NULL;
	const SieveRunInput input = {.message = message};

	return sieve_run(program, &input, &result, error);
}

static bool
run_once(const SieveProgram *program, SieveBytes mail, GError **error)
{
	g_autoptr(SieveMessage) message = sieve_message_new(mail);

	return run_message(program, message, error);
}

static GPtrArray *
read_folder(const char *path, GError **error)
{
	g_autoptr(GPtrArray) mails = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	g_autoptr(GDir) dir = g_dir_open(path, 0, error);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *file = g_build_filename(path, name, NULL);
		char *text;
		size_t len;
		if (!g_file_get_contents(file, &text, &len, error))
			return NULL;
		g_ptr_array_add(mails, g_bytes_new_take(text, len));
	}
	return dir == NULL ? NULL : g_steal_pointer(&mails);
}

/* One pass takes too little time to be measured. */
#define FOLDER_PASSES 20u

/* Mails are in memory before the clock starts; the script is compiled. */
static bool
run_folder(char **args, GError **error)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveProgram) program = compile_file(registry, args[0], error);
	g_autoptr(GPtrArray) mails = program == NULL ? NULL : read_folder(args[1], error);

	if (mails == NULL)
		return false;
	int64_t start_us = g_get_monotonic_time();
	for (unsigned i = 0; i < mails->len * FOLDER_PASSES; i++) {
		size_t len;
		const char *raw = g_bytes_get_data(mails->pdata[i % mails->len], &len);
		if (!run_once(program, (SieveBytes){raw, len}, error))
			return false;
	}
	tell_own(seconds_since(start_us) / mails->len / FOLDER_PASSES);
	return true;
}

/* One mail, many times: seconds are those of one run. */
static bool
repeat(char **args, bool index_each, GError **error)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveProgram) program = compile_file(registry, args[0], error);
	int64_t times = g_ascii_strtoll(args[2], NULL, 10);
	g_autofree char *raw = NULL;
	size_t len;

	if (program == NULL || !g_file_get_contents(args[1], &raw, &len, error))
		return false;
	const SieveBytes mail = {raw, len};
	g_autoptr(SieveMessage) indexed = sieve_message_new(mail);
	int64_t start_us = g_get_monotonic_time();
	for (int64_t i = 0; i < times; i++)
		if (!(index_each ? run_once(program, mail, error)
				 : run_message(program, indexed, error)))
			return false;
	tell_own(seconds_since(start_us) / (double)times);
	return true;
}

static bool
run_repeat(char **args, GError **error)
{
	return repeat(args, true, error);
}

/* With the mail indexed beforehand, as libsieve's host has it. */
static bool
run_again(char **args, GError **error)
{
	return repeat(args, false, error);
}

/* The same on libsieve. */
static bool
run_libsieve(char **args, GError **error)
{
	g_autofree char *script = NULL;
	g_autofree char *raw = NULL;
	double seconds = 0;
	size_t len;

	if (!g_file_get_contents(args[0], &script, NULL, error) ||
		!g_file_get_contents(args[1], &raw, &len, error))
		return false;
	if (!libsieve_alone(script, (SieveBytes){raw, len}, g_ascii_strtoll(args[2], NULL, 10),
		    &seconds))
		return false;
	tell_own(seconds);
	return true;
}

/* Opens, reads and closes each mail of one folder, in the fewest calls that do for small ones. */
static bool
read_place(const char *path)
{
	static char buffer[1 << 16];
	DIR *dir = opendir(path);
	const struct dirent *entry;
	bool ok = dir != NULL;

	while (ok && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		int fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC);
		while (fd >= 0 && read(fd, buffer, sizeof(buffer)) == sizeof(buffer))
			continue;
		ok = fd >= 0 && close(fd) == 0;
	}
	if (dir != NULL)
		closedir(dir);
	return ok;
}

/* What no filter of a Maildir can do without. */
static bool
run_read(char **args, GError **error G_GNUC_UNUSED)
{
	g_autofree char *cur = g_build_filename(args[0], "cur", NULL);
	g_autofree char *new = g_build_filename(args[0], "new", NULL);

	return read_place(cur) && read_place(new);
}

static double
seconds_of(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* A whole program from start to end: processor time, its own and the kernel's for it, of all its threads.
 * What it prints is thrown away. */
static bool
run_program(char **args, GError **error)
{
	struct rusage usage = {.ru_maxrss = 0};
	int status = 0;
	GPid pid;

	if (!g_spawn_async(NULL, args, NULL,
		    G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
			    G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
		    NULL, NULL, &pid, error))
		return false;
	if (wait4(pid, &status, 0, &usage) != pid)
		return false;
	if (!g_spawn_check_wait_status(status, error))
		return false;
	tell(seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), usage.ru_maxrss);
	return true;
}

static const Verb verbs[] = {
	{"compile", "SCRIPT", 1, run_compile},
	{"folder", "SCRIPT FOLDER", 2, run_folder},
	{"repeat", "SCRIPT MAIL TIMES", 3, run_repeat},
	{"again", "SCRIPT MAIL TIMES", 3, run_again},
	{"libsieve", "SCRIPT MAIL TIMES", 3, run_libsieve},
	{"read", "MAILDIR", 1, run_read},
	{"program", "COMMAND [ARGUMENT...]", 1, run_program},
};

int
main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;

	for (size_t i = 0; argc > 1 && i < G_N_ELEMENTS(verbs); i++) {
		if (strcmp(argv[1], verbs[i].name) != 0 || argc - 2 < verbs[i].n_args)
			continue;
		if (verbs[i].run(argv + 2, &error))
			return 0;
		g_printerr("bench-engine: %s\n", error == NULL ? "failed" : error->message);
		return 1;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
		g_printerr("usage: bench-engine %s %s\n", verbs[i].name, verbs[i].usage);
	return 2;
}
