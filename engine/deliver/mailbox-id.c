/* SPDX-License-Identifier: MIT */
/* mailbox-id.c - what a mailbox is known by whatever its name becomes (RFC 8474) */

#include "engine/deliver/mailbox-id.h"

#include "engine/bytes.h"
#include "engine/deliver/mailbox-metadata.h"
#include "engine/deliver/mailbox-name.h"

#include <stdio.h>
#include <string.h>

#define NAME SIEVE_BYTES(SIEVE_MAILBOX_ID)

/* The first line of dovecot-uidlist is a version, then words that begin with a letter: G is the GUID.
 * (nullable) (transfer full); a file that cannot be read, or is of another form, tells of none. */
static GBytes *
read_guid(const char *root, SieveBytes mailbox)
{
	g_autofree char *folder = sieve_mailbox_name_to_folder(mailbox);
	g_autofree char *path = g_build_filename(root, folder, "dovecot-uidlist", NULL);
	char line[256];
	FILE *file = fopen(path, "re");
	bool read = file != NULL && fgets(line, sizeof(line), file) != NULL;

	if (file != NULL)
		(void)fclose(file);
	SieveBytes rest = sieve_bytes_from_string(read ? line : "");
	SieveBytes word;
	while (sieve_bytes_next_word(&rest, &word)) {
		word = sieve_bytes_trim(word);
		if (word.len > 1 && word.ptr[0] == 'G')
			return g_bytes_new(word.ptr + 1, word.len - 1);
	}
	return NULL;
}

bool
sieve_mailbox_id_get(const char *root, SieveBytes mailbox, GBytes **ret_id, GError **error)
{
	if (!sieve_metadata_get(root, mailbox, NAME, ret_id, error))
		return false;
	if (*ret_id == NULL)
		*ret_id = read_guid(root, mailbox);
	return true;
}

bool
sieve_mailbox_id_make(const char *root, SieveBytes mailbox, const SieveEnv *env, GError **error)
{
	uint64_t random[2];

	env->random(env, random, sizeof(random));
	g_autofree char *id = g_strdup_printf("F%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x",
		random[0], random[1]);
	return sieve_metadata_set(root, mailbox, NAME, sieve_bytes_from_string(id), error);
}
