/* SPDX-License-Identifier: MIT */
/* limits.h - every limit of the engine: unit, reason, and the floor an RFC sets */
#pragma once

/* Some are but the default of a setting of core-settings.c; *_MAX is what it may be raised to. */

/* name                               value         unit: reason; floor */
#define SIEVE_LIMIT_SCRIPT_BYTES      (32u << 20) /* bytes: a list of 100,000 keys fits; no floor */
#define SIEVE_LIMIT_STRING_BYTES      (1u << 20)  /* bytes: one string; no floor */
#define SIEVE_LIMIT_IDENTIFIER_BYTES  64u         /* bytes: longer than any registered name */
#define SIEVE_LIMIT_ARGUMENTS         64u         /* of one command or test */
#define SIEVE_LIMIT_NESTING           64u         /* blocks, and tests in tests; RFC 5228 2.10.7: 15 */
#define SIEVE_LIMIT_NUMBER_MAX        ((uint64_t)INT64_MAX) /* RFC 5228 2.4.1: 2^31 - 1 */
#define SIEVE_LIMIT_ACTIONS           64u         /* of one run */
#define SIEVE_LIMIT_ACTIONS_MAX       1000u       /* each new action is compared with all others */
#define SIEVE_LIMIT_REDIRECTS         8u          /* of one run; RFC 5228 10 asks for a limit */
#define SIEVE_LIMIT_INCLUDE_DEPTH     10u         /* scripts in scripts; RFC 6609 3.2 asks for a limit */
#define SIEVE_LIMIT_INCLUDES          255u        /* scripts of one program */
#define SIEVE_LIMIT_INCLUDES_MAX      1000u       /* a walk over them may go that deep */
#define SIEVE_LIMIT_VARIABLES         1024u       /* of one script, or shared; RFC 5229 6: 128 */
#define SIEVE_LIMIT_VARIABLE_BYTES    (64u << 10) /* bytes of a value, rest cut off; RFC 5229 6: 4000 */
#define SIEVE_LIMIT_DIAGS             1000u       /* mistakes told of one compile */
#define SIEVE_LIMIT_RUN_STEPS         (100u << 20) /* bytes looked at plus tests and commands of one run */
#define SIEVE_LIMIT_HOPS              100u        /* Received fields: more is a loop; RFC 5321 6.3: 100 */
#define SIEVE_LIMIT_METADATA_NAME_BYTES 255u      /* bytes of an annotation's name */
#define SIEVE_LIMIT_METADATA_VALUE_BYTES (64u << 10) /* bytes of an annotation: more is no note */
#define SIEVE_LIMIT_MIME_DEPTH        50u         /* parts in parts: mail that people send has 10 */
#define SIEVE_LIMIT_MIME_PARTS        10000u      /* of one mail: a digest of a busy list has 1000 */
#define SIEVE_LIMIT_MAILBOX_BYTES     200u        /* bytes of a mailbox name: fits a file name escaped */
