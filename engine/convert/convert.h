/* SPDX-License-Identifier: MIT */
/* convert.h - legacy filter lists to Sieve, with an account of every line
 *
 * A reader of a format turns its text into a tree and says of each line what became of it; it writes no
 * script. What is printed is parsed again and compared with the tree, and compiled: a script that comes
 * out means what the reader meant.
 */
#pragma once

#include "engine/registry.h"

typedef enum {
	SIEVE_CONVERT_COMMENT,	       /* comment, empty line, or what says nothing of mails */
	SIEVE_CONVERT_EXACT,	       /* the script decides as the old filter did */
	SIEVE_CONVERT_APPROXIMATED,    /* nearly so; the note says how it differs */
	SIEVE_CONVERT_NOT_EXPRESSIBLE, /* nothing in the script; the note says why */
	SIEVE_N_CONVERT_CLASSES
} SieveConvertClass;

typedef struct SieveConvertedLine {
	SieveBytes text; /* without its end; UTF-8, if it is text; lives as long as the conversion */
	const char *file; /* (nullable) that the list includes; its lines stand behind the one that
			     does so */
	unsigned number;  /* in its file, from 1 */
	SieveConvertClass class;
	const char *note;     /* (nullable) */
	unsigned script_line; /* of the command that it became; 0: none */
} SieveConvertedLine;

typedef enum {
	SIEVE_FINDING_DUPLICATE,     /* says again what another line says */
	SIEVE_FINDING_SHADOWED,	     /* another line decides the same first */
	SIEVE_FINDING_CONTRADICTION, /* another line decides otherwise, and counts */
	SIEVE_FINDING_NEVER,	     /* can match no mail */
	SIEVE_N_FINDINGS
} SieveFindingKind;

/** Lines are counted as sieve_conversion_line() gives them, from 1. */
typedef struct SieveFinding {
	SieveFindingKind kind;
	unsigned line;
	unsigned other; /* the line that counts instead; 0: there is none */
} SieveFinding;

typedef struct SieveConversion SieveConversion;

/** A format of filter lists. */
typedef struct SieveConvertFormat {
	const char *name;  /* as --from has it */
	const char *title; /* for people */
	/* How sure it is, 0 to 100, that @text, the beginning of a file, decoded, is of this format. */
	unsigned (*recognise)(SieveBytes text);
	void (*read)(SieveConversion *conversion);
} SieveConvertFormat;

/** What addresses of a list without such marks are held against. */
typedef enum {
	SIEVE_SIDE_SENDER,
	SIEVE_SIDE_RECIPIENT,
	SIEVE_SIDE_CLIENT, /* the host that brings the mail */
	SIEVE_N_SIDES
} SieveSide;

/** The engine's own formats; ends with NULL. */
extern const SieveConvertFormat *const sieve_convert_formats[];

/** What is converted. */
typedef struct SieveConvertInput {
	SieveBytes text; /* in any encoding, as sieve_convert_decode() has it; must outlive the
			    conversion */
	SieveSide side;
	/* (nullable) reads a file that the list names, which may begin with "~/"; (transfer full),
	 * NULL when it cannot be had, which is reported. Without it no file is read. */
	GBytes *(*include)(const char *path, void *data);
	void *data;
} SieveConvertInput;

/**
 * sieve_convert:
 * @registry: of all extensions; must outlive the conversion
 *
 * Returns: (transfer full): never fails for what @input holds. NULL, with SIEVE_ERROR_SCRIPT, when the
 * script does not come out as it was meant, which is a mistake of the reader.
 */
SieveConversion *sieve_convert(const SieveConvertFormat *format, const SieveConvertInput *input,
	const SieveRegistry *registry, GError **error);
void sieve_conversion_free(SieveConversion *conversion);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SieveConversion, sieve_conversion_free)

/** (transfer none) UTF-8, in canonical layout. */
SieveBytes sieve_conversion_script(const SieveConversion *conversion);
size_t sieve_conversion_count_lines(const SieveConversion *conversion);
/** @index: from 0. */
const SieveConvertedLine *sieve_conversion_line(const SieveConversion *conversion, size_t index);
size_t sieve_conversion_count_findings(const SieveConversion *conversion);
const SieveFinding *sieve_conversion_finding(const SieveConversion *conversion, size_t index);
