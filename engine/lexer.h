/* SPDX-License-Identifier: MIT */
/* lexer.h - text to tokens (RFC 5228 section 8.1) */
#pragma once

#include "engine/source.h"

typedef enum {
	SIEVE_TOKEN_END,
	SIEVE_TOKEN_BAD, /* was told in the list of mistakes; stands where it was */
	SIEVE_TOKEN_IDENTIFIER,
	SIEVE_TOKEN_TAG,
	SIEVE_TOKEN_NUMBER,
	SIEVE_TOKEN_STRING,
	SIEVE_TOKEN_SEMICOLON,
	SIEVE_TOKEN_COMMA,
	SIEVE_TOKEN_LEFT_BRACE,
	SIEVE_TOKEN_RIGHT_BRACE,
	SIEVE_TOKEN_LEFT_PAREN,
	SIEVE_TOKEN_RIGHT_PAREN,
	SIEVE_TOKEN_LEFT_BRACKET,
	SIEVE_TOKEN_RIGHT_BRACKET,
} SieveTokenKind;

typedef struct SieveToken {
	SieveTokenKind kind;
	SieveSpan span;
	SieveBytes value;   /* IDENTIFIER, TAG (no colon): as written; STRING: what it means */
	uint64_t number;    /* NUMBER: quantifier multiplied in */
	bool cut_short;     /* IDENTIFIER, TAG: it is too long, which was told */
	bool multiline;     /* STRING: written as text: */
	bool blank_before;  /* an empty line stands before it and its comments */
	SieveBytes same_line_comment; /* begins on the line where the token before ended */
	SieveBytes comment; /* the other comments before it; both are lines as SieveAstNode.comment */
} SieveToken;

/** Where the lexer is. Made by sieve_lexer_init(); needs no freeing. */
typedef struct SieveLexer {
	const SieveSource *source;
	SieveArena *arena;
	SieveDiagList *diags;
	size_t at;
	bool cut; /* a string or comment has no end: it swallowed the rest of the script */
	bool told_charset; /* text that is no UTF-8 was told of */
	size_t bad_until; /* the end of the octets told last as having no meaning; 0: none yet */
} SieveLexer;

/** Values of tokens point into the source or into @arena. Mistakes go to @diags. */
void sieve_lexer_init(SieveLexer *lexer, const SieveSource *source, SieveArena *arena,
	SieveDiagList *diags);
/** The next token. After the end it gives SIEVE_TOKEN_END for ever. A line end in a string is CRLF in
 * its value, however the script writes it. */
void sieve_lexer_next(SieveLexer *lexer, SieveToken *ret_token);
/** (transfer none) the token in words for messages: "a string", "`;`". */
const char *sieve_token_kind_name(SieveTokenKind kind);
