/* SPDX-License-Identifier: MIT */
/* refile.c - moves the mails of a Maildir as results say, with a journal by which all can be undone */

#include "engine/doorstep/refile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/bytes.h"
#include "engine/deliver/mailbox-name.h"
#include "engine/deliver/maildir-flags.h"
#include "engine/deliver/maildir.h"
#include "engine/deliver/small-file.h"

#define JOURNAL "doorstep-filter.journal"
#define LOCK "doorstep-filter.lock"

struct Refile {
	char *root;
	int root_fd;
	int lock_fd;
	int journal_fd;
	SieveMaildir *maildir;
	GHashTable *stems; /* folders that got copies, to the names in them without flags */
	GMutex lock;	    /* of all here */
	RefileCounts counts;
};

/* Where a mail is: the Maildir++ folder ("" is the root), "cur" or "new", the file. */
typedef struct Place {
	char *folder;
	char *place;
	char *name;
} Place;

static void
place_clear(Place *place)
{
	g_free(place->folder);
	g_free(place->place);
	g_free(place->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static char *
path_of(const Place *place)
{
	return g_strdup_printf("%s%s%s/%s", place->folder, *place->folder == '\0' ? "" : "/",
		place->place, place->name);
}

/* "cur/NAME" or ".Folder/cur/NAME" */
static bool
split_path(const char *path, Place *ret_place)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);
	guint count = g_strv_length(parts);

	*ret_place = (Place){NULL, NULL, NULL};
	if (count != 2 && count != 3)
		return false;
	*ret_place = (Place){g_strdup(count == 3 ? parts[0] : ""), g_strdup(parts[count - 2]),
		g_strdup(parts[count - 1])};
	return true;
}

static int
open_folder(const Refile *refile, const char *folder)
{
	return openat(refile->root_fd, *folder == '\0' ? "." : folder,
		O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* --- The journal ------------------------------------------------------------------------------------ */

static void
append_place(GString *line, const Place *place)
{
	g_autofree char *folder = g_uri_escape_string(place->folder, NULL, FALSE);
	g_autofree char *name = g_uri_escape_string(place->name, NULL, FALSE);

	g_string_append_printf(line, " %s/ %s %s", folder, place->place, name);
}

static char *
make_line(const char *step, const Place *from, const Place *to)
{
	GString *line = g_string_new(step);

	append_place(line, from);
	append_place(line, to);
	return g_string_free(line, FALSE);
}

static bool
read_place(char **words, Place *ret_place)
{
	g_autofree char *folder = g_uri_unescape_string(words[0], NULL);
	g_autofree char *name = g_uri_unescape_string(words[2], NULL);

	*ret_place = (Place){NULL, NULL, NULL};
	if (folder == NULL || name == NULL || !g_str_has_suffix(folder, "/") ||
		strchr(name, '/') != NULL)
		return false;
	folder[strlen(folder) - 1] = '\0';
	*ret_place = (Place){g_steal_pointer(&folder), g_strdup(words[1]), g_steal_pointer(&name)};
	return strchr(ret_place->folder, '/') == NULL && strcmp(ret_place->folder, "..") != 0 &&
	       (strcmp(ret_place->place, "cur") == 0 || strcmp(ret_place->place, "new") == 0);
}

static bool
read_line(const char *line, Place *ret_from, Place *ret_to)
{
	g_auto(GStrv) words = g_strsplit(line, " ", -1);

	*ret_from = *ret_to = (Place){NULL, NULL, NULL};
	if (g_strv_length(words) != 7)
		return false;
	return read_place(words + 1, ret_from) && read_place(words + 4, ret_to);
}

static bool
note_line(Refile *refile, const char *line, GError **error)
{
	g_autofree char *text = g_strconcat(line, "\n", NULL);

	if (sieve_small_file_write(refile->journal_fd, sieve_bytes_from_string(text)))
		return true;
	return sieve_io_fail(error, "write", JOURNAL);
}

/* (transfer full) its lines, without one that a crash cut short; @ret_len: their bytes. */
static GStrv
read_journal(const Refile *refile, size_t *ret_len, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (!sieve_small_file_read(refile->root_fd, JOURNAL, text, error))
		return NULL;
	char *last = strrchr(text->str, '\n');
	g_string_truncate(text, last == NULL ? 0 : (gsize)(last - text->str));
	*ret_len = last == NULL ? 0 : text->len + 1;
	return g_strsplit(text->str, "\n", -1);
}

/* --- Steps ------------------------------------------------------------------------------------------ */

static size_t
stem_len(const char *name)
{
	return strcspn(name, ":");
}

/* What the mail is called in @to_folder, with its flags and @more; in new/ if it has none and was there. */
static bool
choose_name(const Refile *refile, const Place *from, const char *to_folder, SieveBytes more, Place *ret_to,
	GError **error)
{
	int from_fd = open_folder(refile, from->folder);
	int to_fd = open_folder(refile, to_folder);
	bool good = from_fd >= 0 && to_fd >= 0;

	if (!good)
		sieve_io_fail(error, "open", from_fd < 0 ? from->folder : to_folder);
	else {
		g_autofree char *flags = sieve_maildir_read_flags(from_fd, from->name);
		g_autofree char *all = g_strdup_printf("%s %.*s", flags, (int)more.len,
			more.ptr == NULL ? "" : more.ptr);
		g_autofree char *letters = sieve_maildir_flags(to_fd, sieve_bytes_from_string(all));
		bool stays_new = strcmp(from->place, "new") == 0 && *letters == '\0';
		*ret_to = (Place){g_strdup(to_folder), g_strdup(stays_new ? "new" : "cur"),
			stays_new ? g_strdup(from->name)
				  : g_strdup_printf("%.*s:2,%s", (int)stem_len(from->name), from->name,
					    letters)};
	}
	if (from_fd >= 0)
		close(from_fd);
	if (to_fd >= 0)
		close(to_fd);
	return good;
}

/* Nobody's file is replaced. */
static bool
take_step(Refile *refile, bool copy, const Place *from, const Place *to, GError **error)
{
	g_autofree char *line = make_line(copy ? "copy" : "move", from, to);
	g_autofree char *old_path = path_of(from);
	g_autofree char *new_path = path_of(to);
	int failed;

	if (strcmp(old_path, new_path) == 0)
		return true;
	if (!note_line(refile, line, error))
		return false;
	if (copy)
		failed = linkat(refile->root_fd, old_path, refile->root_fd, new_path, 0);
	else
		failed = renameat2(refile->root_fd, old_path, refile->root_fd, new_path, RENAME_NOREPLACE);
	return failed == 0 || sieve_io_fail(error, copy ? "copy" : "move", old_path);
}

static GHashTable *
read_stems(const Refile *refile, const char *folder)
{
	static const char *const places[] = {"cur", "new"};
	GHashTable *stems = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree char *path = g_build_filename(refile->root, folder, places[i], NULL);
		g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
		const char *name;
		while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
			g_hash_table_add(stems, g_strndup(name, stem_len(name)));
	}
	return stems;
}

/* What was copied before, by a run that was cut off or one that was finished, is not copied again. */
static bool
is_new_copy(Refile *refile, const Place *from, const char *folder)
{
	GHashTable *stems = g_hash_table_lookup(refile->stems, folder);

	if (stems == NULL) {
		stems = read_stems(refile, folder);
		g_hash_table_insert(refile->stems, g_strdup(folder), stems);
	}
	return g_hash_table_add(stems, g_strndup(from->name, stem_len(from->name)));
}

/* Puts the mail into another folder; it is made if it is not there. Counts what was done in @counter. */
static bool
put_into(Refile *refile, size_t *counter, const Place *from, SieveBytes mailbox, SieveBytes flags,
	GError **error)
{
	const bool copy = counter == &refile->counts.copied;
	const char *wrong = sieve_mailbox_name_check(mailbox);
	g_auto(Place) to = {NULL, NULL, NULL};

	if (wrong != NULL) {
		g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_INVALID, wrong);
		return false;
	}
	g_autofree char *folder = sieve_mailbox_name_to_folder(mailbox);
	if (!sieve_maildir_has(refile->maildir, mailbox) &&
		!sieve_maildir_create(refile->maildir, mailbox, error))
		return false;
	if (copy && !is_new_copy(refile, from, folder))
		return true;
	if (!choose_name(refile, from, folder, flags, &to, error) ||
		!take_step(refile, copy, from, &to, error))
		return false;
	++*counter;
	return true;
}

/* --- Results ---------------------------------------------------------------------------------------- */

/* What a result does with a mail that is in a folder already. */
typedef struct Plan {
	GPtrArray *targets; /* of const SieveAction: into other folders */
	bool stays;
	bool discarded;
	SieveBytes flags; /* that it gets where it is */
} Plan;

static Plan
make_plan(const Place *from, const SieveResult *result, size_t *ret_left)
{
	Plan plan = {.targets = g_ptr_array_new(), .stays = result->implicit_keep,
		.flags = result->implicit_keep ? result->mail_flags : (SieveBytes){NULL, 0}};

	*ret_left = 0;
	for (size_t i = 0; i < result->n_actions; i++) {
		const SieveAction *action = &result->actions[i];
		unsigned class = action->def->class;
		bool stores = (class & SIEVE_ACTION_STORES) != 0 && (class & SIEVE_ACTION_LATER) == 0;
		g_autofree char *folder = stores && sieve_mailbox_name_check(action->target) == NULL
			? sieve_mailbox_name_to_folder(action->target)
			: NULL;
		if (class & SIEVE_ACTION_DISCARDS)
			plan.discarded = true;
		else if (!stores)
			++*ret_left;
		else if (action->def == &sieve_action_keep ||
			 (folder != NULL && strcmp(folder, from->folder) == 0)) {
			plan.stays = true;
			plan.flags = action->mail_flags;
		} else
			g_ptr_array_add(plan.targets, (void *)(uintptr_t)action);
	}
	/* What would have been sent on is not: the mail stays. */
	plan.stays = plan.stays || (*ret_left > 0 && plan.targets->len == 0);
	return plan;
}

static bool
carry_out(Refile *refile, const Place *from, const Plan *plan, GError **error)
{
	g_auto(Place) to = {NULL, NULL, NULL};

	for (guint i = 0; i < plan->targets->len; i++) {
		const SieveAction *action = plan->targets->pdata[i];
		bool copy = plan->stays || i + 1 < plan->targets->len;
		size_t *counter = copy ? &refile->counts.copied : &refile->counts.moved;
		if (!put_into(refile, counter, from, action->target, action->mail_flags, error))
			return false;
	}
	if (plan->stays && plan->flags.len > 0) {
		if (!choose_name(refile, from, from->folder, plan->flags, &to, error))
			return false;
		refile->counts.flagged += strcmp(to.name, from->name) != 0;
		return take_step(refile, false, from, &to, error);
	}
	if (plan->stays || plan->targets->len > 0 || !plan->discarded)
		return true;
	return put_into(refile, &refile->counts.discarded, from, SIEVE_BYTES(REFILE_TRASH),
		(SieveBytes){NULL, 0}, error);
}

bool
refile_mail(Refile *refile, const char *path, const SieveResult *result, GError **error)
{
	g_auto(Place) from = {NULL, NULL, NULL};
	size_t left;

	if (!split_path(path, &from)) {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_INVALID, "it is in no folder of a Maildir");
		return false;
	}
	Plan plan = make_plan(&from, result, &left);
	g_mutex_lock(&refile->lock);
	refile->counts.left += left;
	bool good = carry_out(refile, &from, &plan, error);
	g_mutex_unlock(&refile->lock);
	g_ptr_array_unref(plan.targets);
	return good;
}

/* --- Runs ------------------------------------------------------------------------------------------- */

static bool
open_root(Refile *refile, GError **error)
{
	refile->root_fd = open(refile->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (refile->root_fd < 0)
		return sieve_io_fail(error, "open", refile->root);
	refile->lock_fd = openat(refile->root_fd, LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (refile->lock_fd < 0)
		return sieve_io_fail(error, "open", LOCK);
	if (flock(refile->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_IO, "another run is at work on %s", refile->root);
	return false;
}

static Refile *
refile_new(const char *maildir)
{
	Refile *refile = g_new0(Refile, 1);

	refile->root = g_strdup(maildir);
	refile->root_fd = refile->lock_fd = refile->journal_fd = -1;
	refile->stems = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
	g_mutex_init(&refile->lock);
	return refile;
}

Refile *
refile_open(const char *maildir, GError **error)
{
	g_autoptr(Refile) refile = refile_new(maildir);

	if (!open_root(refile, error))
		return NULL;
	size_t len;
	g_auto(GStrv) lines = read_journal(refile, &len, error);
	if (lines == NULL)
		return NULL;
	guint count = g_strv_length(lines);
	bool ended = count > 0 && strcmp(lines[count - 1], "end") == 0;
	refile->journal_fd = openat(refile->root_fd, JOURNAL,
		O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (refile->journal_fd < 0 || ftruncate(refile->journal_fd, ended ? 0 : (off_t)len) != 0) {
		sieve_io_fail(error, "open", JOURNAL);
		return NULL;
	}
	refile->maildir = sieve_maildir_open(maildir, sieve_env_system(), error);
	return refile->maildir == NULL ? NULL : g_steal_pointer(&refile);
}

bool
refile_finish(Refile *refile, RefileCounts *ret_counts, GError **error)
{
	*ret_counts = refile->counts;
	/* What was moved is on stable storage before the journal says so. */
	if (syncfs(refile->root_fd) != 0)
		return sieve_io_fail(error, "sync", refile->root);
	return note_line(refile, "end", error);
}

void
refile_free(Refile *refile)
{
	if (refile == NULL)
		return;
	sieve_maildir_close(refile->maildir);
	if (refile->journal_fd >= 0)
		close(refile->journal_fd);
	if (refile->lock_fd >= 0)
		close(refile->lock_fd);
	if (refile->root_fd >= 0)
		close(refile->root_fd);
	g_hash_table_unref(refile->stems);
	g_mutex_clear(&refile->lock);
	g_free(refile->root);
	g_free(refile);
}

/* --- Undo ------------------------------------------------------------------------------------------- */

/* Finds it again: a mail program may have moved it from new to cur, and changed its flags. */
static bool
find_again(const Refile *refile, Place *place)
{
	static const char *const places[] = {"cur", "new"};
	size_t len = stem_len(place->name);

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree char *path = g_strdup_printf("%s/%s",
			*place->folder == '\0' ? "." : place->folder, places[i]);
		int fd = openat(refile->root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		DIR *dir = fd < 0 ? NULL : fdopendir(fd);
		const struct dirent *entry;
		while (dir != NULL && (entry = readdir(dir)) != NULL) {
			if (stem_len(entry->d_name) != len || memcmp(entry->d_name, place->name, len) != 0)
				continue;
			g_free(place->name);
			g_free(place->place);
			place->name = g_strdup(entry->d_name);
			place->place = g_strdup(places[i]);
			closedir(dir);
			return true;
		}
		if (dir != NULL)
			closedir(dir);
	}
	return false;
}

/* Where it came from, as it was called then: what the run gave it of flags goes too. 0, or what
 * errno was. */
static int
take_back(const Refile *refile, bool copy, const Place *from, const Place *to)
{
	g_autofree char *old_path = path_of(from);
	g_autofree char *new_path = path_of(to);
	int failed;

	if (copy)
		failed = unlinkat(refile->root_fd, new_path, 0);
	else
		failed = renameat2(refile->root_fd, new_path, refile->root_fd, old_path, RENAME_NOREPLACE);
	return failed == 0 ? 0 : errno;
}

static bool
undo_line(const Refile *refile, const char *line)
{
	const bool copy = g_str_has_prefix(line, "copy ");
	g_auto(Place) from = {NULL, NULL, NULL};
	g_auto(Place) to = {NULL, NULL, NULL};

	if (!read_line(line, &from, &to))
		return false;
	/* Most are where they were put: a folder is not looked through for each. */
	int wrong = take_back(refile, copy, &from, &to);
	if (wrong == ENOENT && find_again(refile, &to))
		wrong = take_back(refile, copy, &from, &to);
	return wrong == 0;
}

bool
refile_undo(const char *maildir, size_t *ret_undone, size_t *ret_gone, GError **error)
{
	g_autoptr(Refile) refile = refile_new(maildir);

	*ret_undone = *ret_gone = 0;
	if (!open_root(refile, error))
		return false;
	size_t len;
	g_auto(GStrv) lines = read_journal(refile, &len, error);
	if (lines == NULL)
		return false;
	for (guint i = g_strv_length(lines); i > 0; i--) {
		if (strcmp(lines[i - 1], "end") == 0)
			continue;
		if (undo_line(refile, lines[i - 1]))
			++*ret_undone;
		else
			++*ret_gone;
	}
	if (unlinkat(refile->root_fd, JOURNAL, 0) != 0 && errno != ENOENT)
		return sieve_io_fail(error, "remove", JOURNAL);
	return true;
}
