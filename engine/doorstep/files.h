/* SPDX-License-Identifier: MIT */
/* files.h - scripts and mails as files: read, include, envelope from header fields */
#pragma once

#include "engine/arena.h"

/** Reads a file; "-" is standard input. Fails with the file's name in the text. */
GBytes *doorstep_file_read(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SieveBytes doorstep_file_bytes(GBytes *bytes);
/** Writes a file that replaces an older one as a whole, once it is on stable storage, and keeps its
 * mode; what is no regular file, as /dev/stdout, is written to. */
bool doorstep_file_write(const char *path, SieveBytes text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Folders in which included scripts are looked for, as NAME.sieve, then as NAME; and what else a
 * compile is asked for, as SieveCompileOptions has it. */
typedef struct DoorstepScripts {
	char *personal;
	char *global;
	GPtrArray *texts; /* (nullable) of GBytes: given the scripts read, in the program's order */
	bool advise;     /* see SieveCompileOptions */
	const char *const *owner; /* (nullable) not owned */
	const SieveSettings *settings; /* (nullable) what scripts are compiled with */
} DoorstepScripts;

/** @personal and @global may be NULL: the folder of @script. */
void doorstep_scripts_init(DoorstepScripts *scripts, const char *script, const char *personal,
	const char *global);
void doorstep_scripts_clear(DoorstepScripts *scripts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DoorstepScripts, doorstep_scripts_clear)
/** A SieveLoadScript; @scripts is a DoorstepScripts. */
bool doorstep_scripts_load(SieveLocation location, const char *name, GBytes **ret_text,
	void *scripts, GError **error);

/** Compiles a script, which may already be read. NULL when @diags
 * received an error, or, with @error, when the file cannot be read. */
SieveProgram *doorstep_compile_text(const SieveRegistry *registry, const char *path, SieveBytes text,
	DoorstepScripts *scripts, SieveDiagList *diags) G_GNUC_WARN_UNUSED_RESULT;
SieveProgram *doorstep_compile_file(const SieveRegistry *registry, const char *path,
	DoorstepScripts *scripts, SieveDiagList *diags, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * doorstep_envelope_from_header:
 *
 * What the envelope was, as far as a stored mail tells: sender from Return-Path, Sender or From,
 * recipient from Envelope-To or To, example addresses when there are none. Addresses live as long as
 * @message and @arena.
 */
SieveEnvelope doorstep_envelope_from_header(const SieveMessage *message, SieveArena *arena);
