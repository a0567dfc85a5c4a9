/* SPDX-License-Identifier: MIT */
/* conversion.h - a conversion in the making, for convert.c and lines.c */
#pragma once

#include "engine/ast.h"
#include "engine/convert/build.h"

/* What is known of a line while it is converted. */
typedef struct Line {
	SieveConvertedLine told;
	bool classed;
	bool left_out; /* the script says so */
	bool guessed;  /* its encoding was */
	const SieveAstNode *command; /* (nullable) of the script itself */
} Line;

struct SieveConversion {
	SieveConvertInput input;
	GPtrArray *texts; /* of GBytes: files that are included, and what was decoded */
	unsigned n_included;
	const SieveRegistry *registry;
	SieveAst *ast;
	GArray *lines;	  /* of Line */
	GArray *findings; /* of SieveFinding */
	GString *left_out;	/* comments for the next command */
	GArray *left_out_lines; /* of size_t: those of the last one, which may become more */
	char *left_out_what;	/* (nullable) */
	char *left_out_note;
	char *script;
	size_t script_len;
};

/** (transfer full) of Line. @text: in any encoding; @ret_text: given it in UTF-8. */
GArray *convert_split_lines(
	SieveConversion *conversion, SieveBytes text, const char *file, SieveBytes *ret_text);
/** Says of lines of which nobody said anything what they are. */
void convert_class_the_rest(SieveConversion *conversion);
/** Comments of commands that took in others name the lines of all of them. @merged: of convert_merge(). */
void convert_merge_lines(SieveConversion *conversion, GHashTable *merged);
/** The script's last words: what is not in it, and was in no place of it. */
void convert_tell_left_out(SieveConversion *conversion);
/** Where commands of the script itself begin; @printed is its tree anew. */
void convert_locate_lines(SieveConversion *conversion, const SieveAst *printed);
