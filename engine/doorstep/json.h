/* SPDX-License-Identifier: MIT */
/* json.h - writes one JSON text (RFC 8259), a member or element at a time
 *
 * Objects and arrays are begun and ended like brackets. @name is the member's name inside an
 * object, and NULL inside an array and for the outermost value. Strings are any bytes: what is no
 * UTF-8 becomes U+FFFD, so the text is always well formed.
 */
#pragma once

#include "engine/sieve.h"

typedef enum {
	DOORSTEP_JSON_LINES, /* for people too: a member or element a line, indented */
	DOORSTEP_JSON_LINE,  /* all on one line, for a stream of texts */
} DoorstepJsonLayout;

typedef struct DoorstepJson DoorstepJson;

DoorstepJson *doorstep_json_new(DoorstepJsonLayout layout);
void doorstep_json_free(DoorstepJson *json);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DoorstepJson, doorstep_json_free)

void doorstep_json_begin_object(DoorstepJson *json, const char *name);
void doorstep_json_begin_array(DoorstepJson *json, const char *name);
/** Ends what was begun last and has not ended yet. */
void doorstep_json_end(DoorstepJson *json);

void doorstep_json_string(DoorstepJson *json, const char *name, const char *value);
void doorstep_json_bytes(DoorstepJson *json, const char *name, SieveBytes value);
void doorstep_json_integer(DoorstepJson *json, const char *name, int64_t value);
/** What JSON has no number for, as infinity, becomes null. */
void doorstep_json_real(DoorstepJson *json, const char *name, double value);
void doorstep_json_bool(DoorstepJson *json, const char *name, bool value);
void doorstep_json_null(DoorstepJson *json, const char *name);

/** (transfer none) what is written so far, with a line end once the outermost value has ended; valid
 * until more is written. */
const char *doorstep_json_text(const DoorstepJson *json);
