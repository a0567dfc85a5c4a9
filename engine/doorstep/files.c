/* SPDX-License-Identifier: MIT */
/* files.c - scripts and mails as files: read, include, envelope from header fields */

#include "engine/doorstep/files.h"

#include "engine/bytes.h"
#include "engine/message/address.h"
#include "engine/message/header.h"
#include "engine/message/message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

GBytes *
doorstep_file_read(const char *path, GError **error)
{
	bool standard_input = strcmp(path, "-") == 0;
	char *text;
	size_t len;

	/* What is no regular file has no size beforehand; GLib reads it all the same. */
	if (!g_file_get_contents(standard_input ? "/dev/stdin" : path, &text, &len, error))
		return NULL;
	return g_bytes_new_take(text, len);
}

SieveBytes
doorstep_file_bytes(GBytes *bytes)
{
	SieveBytes view;

	view.ptr = g_bytes_get_data(bytes, &view.len);
	return view;
}

/* Into what is no regular file, as a pipe or a terminal, there is nothing to be replaced. */
static bool
write_into(const char *path, SieveBytes text, GError **error)
{
	FILE *file = fopen(path, "we");
	bool good = file != NULL && (text.len == 0 || fwrite(text.ptr, 1, text.len, file) == text.len);

	if (file != NULL && fclose(file) != 0)
		good = false;
	if (!good)
		g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s: %s", path,
			g_strerror(errno));
	return good;
}

bool
doorstep_file_write(const char *path, SieveBytes text, GError **error)
{
	g_autofree char *there = realpath(path, NULL); /* not the link: what it leads to */
	GStatBuf status;
	int mode = 0666;

	if (g_stat(path, &status) == 0) {
		if (!S_ISREG(status.st_mode))
			return write_into(path, text, error);
		mode = (int)(status.st_mode & 07777);
	}
	return g_file_set_contents_full(there != NULL ? there : path, text.len == 0 ? "" : text.ptr,
		(gssize)text.len, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
		mode, error);
}

void
doorstep_scripts_init(DoorstepScripts *scripts, const char *script, const char *personal,
	const char *global)
{
	g_autofree char *folder = g_path_get_dirname(script);

	scripts->personal = g_strdup(personal != NULL ? personal : folder);
	scripts->global = g_strdup(global != NULL ? global : folder);
}

void
doorstep_scripts_clear(DoorstepScripts *scripts)
{
	g_clear_pointer(&scripts->personal, g_free);
	g_clear_pointer(&scripts->global, g_free);
}

bool
doorstep_scripts_load(SieveLocation location, const char *name, GBytes **ret_text, void *scripts,
	GError **error)
{
	const DoorstepScripts *folders = scripts;
	const char *folder =
		location == SIEVE_LOCATION_GLOBAL ? folders->global : folders->personal;
	g_autofree char *file = g_strconcat(name, ".sieve", NULL);
	g_autofree char *path = g_build_filename(folder, file, NULL);

	if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
		g_free(path);
		path = g_build_filename(folder, name, NULL);
	}
	*ret_text = NULL;
	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return true;
	*ret_text = doorstep_file_read(path, error);
	if (*ret_text != NULL && folders->texts != NULL)
		g_ptr_array_add(folders->texts, g_bytes_ref(*ret_text));
	return *ret_text != NULL;
}

SieveProgram *
doorstep_compile_text(const SieveRegistry *registry, const char *path, SieveBytes text,
	DoorstepScripts *scripts, SieveDiagList *diags)
{
	SieveCompileOptions options = {
		.name = path,
		.load = doorstep_scripts_load,
		.load_data = scripts,
		.advise = scripts->advise,
		.owner = scripts->owner,
		.settings = scripts->settings,
	};

	return sieve_compile(registry, text, &options, diags);
}

SieveProgram *
doorstep_compile_file(const SieveRegistry *registry, const char *path, DoorstepScripts *scripts,
	SieveDiagList *diags, GError **error)
{
	g_autoptr(GBytes) text = doorstep_file_read(path, error);

	if (text == NULL)
		return NULL;
	if (scripts->texts != NULL)
		g_ptr_array_add(scripts->texts, g_bytes_ref(text));
	return doorstep_compile_text(registry, path, doorstep_file_bytes(text), scripts, diags);
}

/* The first address of the first of @names that the message has; @otherwise when there is none. */
static SieveBytes
first_address(const SieveMessage *message, const char *const *names, SieveBytes otherwise,
	SieveArena *arena)
{
	for (; *names != NULL; names++) {
		size_t index = 0;
		SieveBytes name = sieve_bytes_from_string(*names);
		const SieveHeaderField *field = sieve_message_find_field(message, name, &index);
		if (field == NULL)
			continue;
		SieveBytes value = sieve_header_unfold(field->raw, arena);
		/* A bounce's Return-Path. */
		if (sieve_bytes_equal(value, SIEVE_BYTES("<>")))
			return SIEVE_BYTES("");
		SieveAddressIter iter = sieve_address_iter(value);
		SieveAddress address;
		if (sieve_address_next(&iter, arena, &address) && address.valid)
			return address.all;
	}
	return otherwise;
}

SieveEnvelope
doorstep_envelope_from_header(const SieveMessage *message, SieveArena *arena)
{
	static const char *const senders[] = {"Return-Path", "Sender", "From", NULL};
	static const char *const recipients[] = {"Envelope-To", "To", NULL};
	SieveBytes from = SIEVE_BYTES("sender@example.com");
	SieveBytes to = SIEVE_BYTES("recipient@example.com");
	SieveEnvelope envelope = {
		.from = first_address(message, senders, from, arena),
		.to = first_address(message, recipients, to, arena),
	};

	envelope.orig_to = envelope.to;
	return envelope;
}
