/* SPDX-License-Identifier: MIT */
/* field-checks.h - tables of patterns for fields, where the first that matches a field takes it
 *
 * A table is held against each field of a mail by itself, and a script against the mail: what follows
 * from that is here.
 */
#pragma once

#include "engine/convert/access.h"
#include "engine/convert/header-regex.h"

typedef enum {
	FIELD_CHECK_NOTHING, /* it is no check: nothing matches it */
	FIELD_CHECK_BLIND,   /* it takes fields, and which ones cannot be said */
	FIELD_CHECK_TAKE,    /* it takes fields, and nothing comes of it in the script */
	FIELD_CHECK_REFUSE,  /* by its verdict */
	FIELD_CHECK_CHANGE,  /* by its verdict: a field more, a copy, another recipient */
	FIELD_CHECK_DELETE,  /* the field goes */
	FIELD_CHECK_REPLACE, /* by the verdict's text, a field */
} FieldCheckRole;

typedef struct FieldCondition FieldCondition;

/** A line of the table; whoever reads it sets the first group. */
typedef struct FieldCheck {
	FieldCheckRole role;
	ConvertRegex regex; /* not of NOTHING; what it is held against is found here */
	ConvertVerdict verdict;
	SieveConvertClass class; /* what is known of it by itself */
	const char *note;	 /* (nullable) */

	size_t index;
	size_t first; /* lines */
	size_t last;
	ConvertList fields;
	const FieldCondition *inside; /* (nullable) */
	const struct FieldCheck
		*same; /* (nullable) one before it with the same pattern: it takes nothing */
} FieldCheck;

typedef struct FieldChecks FieldChecks;

/** @body: the table is held against the lines of the body instead. */
FieldChecks *field_checks_new(SieveConversion *conversion, bool body);
void field_checks_free(FieldChecks *checks);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FieldChecks, field_checks_free)
/** What stands between is of fields that match, or do not. @regex: (nullable): it cannot be said which. */
void field_checks_begin_if(
	FieldChecks *checks, const ConvertRegex *regex, bool negated, const ConvertLogical *logical);
void field_checks_end_if(FieldChecks *checks, const ConvertLogical *logical);
/** (transfer none) an empty one, for the caller to fill before the next call. */
FieldCheck *field_checks_add(FieldChecks *checks, const ConvertLogical *logical);
/** Appends the commands to the script, and says of each line what it is. Once. */
void field_checks_write(FieldChecks *checks);
