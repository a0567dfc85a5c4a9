/* SPDX-License-Identifier: MIT */
/* header-regex.h - regular expressions over whole lines of a header, "^Subject:.*offer", as tests */
#pragma once

#include "engine/convert/build.h"

typedef enum {
	CONVERT_REGEX_HEADER, /* of header fields, each with its name */
	CONVERT_REGEX_BODY,   /* of lines of the body */
} ConvertRegexPlace;

typedef struct ConvertRegex {
	SieveBytes pattern;
	ConvertRegexPlace place;
	bool case_sensitive;
	bool procmail; /* its macros as ^TO_, and what it has of its own */
	bool parts;    /* fields as Content-Type are those of parts, too */
	ConvertList fields; /* none: those that it names; else it is held against these alone */
} ConvertRegex;

/** Adds what it is to @parent: one test, plain ones before :regex. Notes in @rule what differs; a
 * rule that is not expressible then may have got no test. */
void convert_add_regex(ConvertRule *rule, SieveAstNode *parent, const ConvertRegex *regex);
/** The same for commands that take out the fields that match: one deleteheader for each name. */
void convert_add_delete(ConvertRule *rule, SieveAstNode *parent, const ConvertRegex *regex);
/** Appends the names of fields (SieveBytes) that all its alternatives begin with. False: one of them begins
 * otherwise. */
bool convert_regex_fields(SieveConversion *conversion, SieveBytes pattern, GArray *names);
/** True when it says nothing but names of fields. */
bool convert_regex_takes_all(SieveConversion *conversion, SieveBytes pattern);
/** Notes that fields are compared decoded, where that may differ. */
void convert_note_decoded(ConvertRule *rule, ConvertList fields);
