/* SPDX-License-Identifier: MIT */
/* maildir-flags.c - IMAP flags and keywords as the name of a file in cur/ tells them */

#include "engine/deliver/maildir-flags.h"

#include "engine/deliver/small-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define KEYWORDS_FILE "dovecot-keywords"
#define KEYWORDS_NEW_FILE "dovecot-keywords.doorstep"
#define LOCK_FILE "dovecot-uidlist.lock"

enum {
	MAX_KEYWORDS = 26, /* letters */
	LOCK_TRIES = 100,
	LOCK_PAUSE_US = 10000,
	LOCK_STALE_S = 120, /* whoever made it has died */
};

static const struct {
	const char *flag;
	char letter;
} system_flags[] = {
	{"\\Answered", 'R'},
	{"\\Deleted", 'T'},
	{"\\Draft", 'D'},
	{"\\Flagged", 'F'},
	{"\\Seen", 'S'},
};

/* --- The file of keywords ----------------------------------------------------------------------- */

static void
read_line(char *line, char *keywords[MAX_KEYWORDS])
{
	char *end;
	unsigned long number = strtoul(line, &end, 10);

	if (end == line || *end != ' ' || end[1] == '\0' || number >= MAX_KEYWORDS)
		return;
	g_free(keywords[number]);
	keywords[number] = g_strdup(end + 1);
}

/* One that cannot be read has none; then none is added either. */
static bool
read_keywords(int folder_fd, char *keywords[MAX_KEYWORDS])
{
	g_autoptr(GString) text = g_string_new(NULL);
	char *save = NULL;

	if (!sieve_small_file_read(folder_fd, KEYWORDS_FILE, text, NULL))
		return false;
	for (char *line = strtok_r(text->str, "\n", &save); line != NULL;
		line = strtok_r(NULL, "\n", &save))
		read_line(line, keywords);
	return true;
}

static bool
write_keywords(int folder_fd, char *const keywords[MAX_KEYWORDS])
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (unsigned i = 0; i < MAX_KEYWORDS; i++)
		if (keywords[i] != NULL)
			g_string_append_printf(text, "%u %s\n", i, keywords[i]);
	return sieve_small_file_replace(folder_fd, KEYWORDS_FILE, KEYWORDS_NEW_FILE,
		(SieveBytes){text->str, text->len}, NULL);
}

/* --- The lock ----------------------------------------------------------------------------------- */

static void
drop_stale_lock(int folder_fd)
{
	struct stat info;

	if (fstatat(folder_fd, LOCK_FILE, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
		time(NULL) - info.st_mtime > LOCK_STALE_S)
		unlinkat(folder_fd, LOCK_FILE, 0);
}

/* A file that exists tells nobody when it goes away. */
static bool
take_lock(int folder_fd)
{
	for (unsigned i = 0; i < LOCK_TRIES; i++) {
		int fd = openat(folder_fd, LOCK_FILE,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0) {
			close(fd);
			return true;
		}
		if (errno != EEXIST)
			return false;
		drop_stale_lock(folder_fd);
		g_usleep(LOCK_PAUSE_US);
	}
	return false;
}

/* --- Letters ------------------------------------------------------------------------------------ */

/* Keywords are words without regard to case (RFC 3501 section 2.3.2). Index, or MAX_KEYWORDS. */
static unsigned
find_keyword(char *const keywords[MAX_KEYWORDS], SieveBytes word)
{
	unsigned i = 0;

	while (i < MAX_KEYWORDS &&
		(keywords[i] == NULL ||
			!sieve_bytes_equal_nocase(word, sieve_bytes_from_string(keywords[i]))))
		i++;
	return i;
}

static bool
is_keyword(SieveBytes word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!g_ascii_isgraph(word.ptr[i]))
			return false;
	return word.ptr[0] != '\\';
}

static bool
misses_one(char *const keywords[MAX_KEYWORDS], SieveBytes flags)
{
	SieveBytes word;

	while (sieve_bytes_next_word(&flags, &word))
		if (is_keyword(word) && find_keyword(keywords, word) == MAX_KEYWORDS)
			return true;
	return false;
}

/* Gives each new keyword the first free place; true when the file was changed. */
static bool
add_missing(char *keywords[MAX_KEYWORDS], SieveBytes flags)
{
	bool added = false;
	SieveBytes word;

	while (sieve_bytes_next_word(&flags, &word)) {
		unsigned free = 0;
		if (!is_keyword(word) || find_keyword(keywords, word) < MAX_KEYWORDS)
			continue;
		while (free < MAX_KEYWORDS && keywords[free] != NULL)
			free++;
		if (free == MAX_KEYWORDS)
			break;
		keywords[free] = sieve_bytes_dup(word);
		added = true;
	}
	return added;
}

static void
clear_keywords(char *keywords[MAX_KEYWORDS])
{
	for (unsigned i = 0; i < MAX_KEYWORDS; i++)
		g_clear_pointer(&keywords[i], g_free);
}

/* The keywords of the folder, those of @flags among them where that can be. */
static void
load_keywords(int folder_fd, SieveBytes flags, char *keywords[MAX_KEYWORDS])
{
	if (!read_keywords(folder_fd, keywords) || !misses_one(keywords, flags) ||
		!take_lock(folder_fd))
		return;
	/* Another program may have changed it before the lock was ours. */
	clear_keywords(keywords);
	if (read_keywords(folder_fd, keywords) && add_missing(keywords, flags) &&
		!write_keywords(folder_fd, keywords)) {
		clear_keywords(keywords);
		read_keywords(folder_fd, keywords);
	}
	unlinkat(folder_fd, LOCK_FILE, 0);
}

static char
find_letter(SieveBytes word, char *const keywords[MAX_KEYWORDS])
{
	for (size_t i = 0; i < G_N_ELEMENTS(system_flags); i++)
		if (sieve_bytes_equal_nocase(word, sieve_bytes_from_string(system_flags[i].flag)))
			return system_flags[i].letter;
	unsigned index = find_keyword(keywords, word);
	return index < MAX_KEYWORDS ? (char)('a' + index) : '\0';
}

char *
sieve_maildir_flags(int folder_fd, SieveBytes flags)
{
	char *keywords[MAX_KEYWORDS] = {NULL};
	bool has[128] = {false};
	GString *letters = g_string_new(NULL);
	SieveBytes word;

	load_keywords(folder_fd, flags, keywords);
	while (sieve_bytes_next_word(&flags, &word))
		has[(unsigned char)find_letter(word, keywords)] = true;
	for (unsigned i = 1; i < G_N_ELEMENTS(has); i++)
		if (has[i])
			g_string_append_c(letters, (char)i);
	clear_keywords(keywords);
	return g_string_free(letters, FALSE);
}

char *
sieve_maildir_read_flags(int folder_fd, const char *file_name)
{
	const char *letters = strstr(file_name, ":2,");
	char *keywords[MAX_KEYWORDS] = {NULL};
	g_autoptr(GString) flags = g_string_new(NULL);

	if (letters != NULL)
		(void)read_keywords(folder_fd, keywords);
	for (const char *at = letters == NULL ? "" : letters + 3; *at != '\0'; at++) {
		const char *flag = g_ascii_islower(*at) ? keywords[*at - 'a'] : NULL;
		for (size_t i = 0; i < G_N_ELEMENTS(system_flags); i++)
			if (system_flags[i].letter == *at)
				flag = system_flags[i].flag;
		if (flag != NULL)
			g_string_append_printf(flags, "%s%s", flags->len == 0 ? "" : " ", flag);
	}
	for (unsigned i = 0; i < MAX_KEYWORDS; i++)
		g_free(keywords[i]);
	return g_string_free(g_steal_pointer(&flags), FALSE);
}
