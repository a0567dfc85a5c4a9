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
} ConvertRegex;

/** Adds what it is to @parent: one test, plain ones before :regex. Notes in @rule what differs; a
 * rule that is not expressible then may have got no test. */
void convert_add_regex(ConvertRule *rule, SieveAstNode *parent, const ConvertRegex *regex);
/** True when it begins with a name of a field, or several. */
bool convert_regex_names_field(SieveConversion *conversion, SieveBytes pattern);
/** Notes that fields are compared decoded, where that may differ. */
void convert_note_decoded(ConvertRule *rule, ConvertList fields);
