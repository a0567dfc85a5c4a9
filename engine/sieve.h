/* SPDX-License-Identifier: MIT */
/* sieve.h - the whole engine for programs: compile, print, run, deliver (RFC 5228)
 *
 * A script is compiled once into a SieveProgram, which is immutable and may be run on many
 * messages from many threads. A run does nothing but make a SieveResult, the list of actions;
 * sieve_deliver() carries the list out.
 *
 * Conventions. `(transfer none)` results belong to the object they were asked of and live as long
 * as it does. `ret_` parameters are written on success only. A function that takes a GError sets
 * it if and only if it fails. Mistakes in a script are no GError: they are collected in a
 * SieveDiagList. Every `_free` and `_unref` accepts NULL.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/** Bytes from outside: may hold NUL and any charset. Borrowed; not NUL-terminated. */
typedef struct SieveBytes {
	const char *ptr;
	size_t len;
} SieveBytes;

/* --- What can fail while running or delivering ------------------------------------------------ */

#define SIEVE_ERROR (sieve_error_quark())
GQuark sieve_error_quark(void);

typedef enum {
	SIEVE_ERROR_SCRIPT,   /* the script asked for the impossible (RFC 5228 section 2.10.6) */
	SIEVE_ERROR_LIMIT,    /* a limit of engine/limits.h was reached */
	SIEVE_ERROR_CONFLICT, /* two actions that exclude each other (section 2.10.4) */
	SIEVE_ERROR_IO,       /* the mail store failed; try again later */
	SIEVE_ERROR_FULL,     /* the mail store has no room, or the quota is used up; temporary as well */
	SIEVE_ERROR_SUBMIT,   /* outgoing mail could not be handed over; try again later */
	SIEVE_ERROR_INVALID,  /* a value from outside that can never be right */
} SieveError;

/** True when the same call may succeed later; unknown domains and codes count as temporary. */
bool sieve_error_is_temporary(const GError *error);

/* --- Extensions and the registry -------------------------------------------------------------- */

/** One Sieve capability; described in sieve-ext.h for those who write one. */
typedef struct SieveExtension SieveExtension;

/** Which capabilities a script may use. Immutable once made; shareable between threads. */
typedef struct SieveRegistry SieveRegistry;

/** Every extension of this library, NULL-terminated, (transfer none), static. */
const SieveExtension *const *sieve_extensions(void);

/** Makes a registry of the core language and @extensions (NULL-terminated, must outlive it). */
SieveRegistry *sieve_registry_new(const SieveExtension *const *extensions);
void sieve_registry_free(SieveRegistry *registry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SieveRegistry, sieve_registry_free)

/* --- Script mistakes -------------------------------------------------------------------------- */

typedef enum {
	SIEVE_DIAG_ERROR,
	SIEVE_DIAG_WARNING,
	SIEVE_DIAG_NOTE,
} SieveDiagLevel;

/** One mistake. @line and @column count from 1, columns in bytes; @length is in bytes, 0 unknown. */
typedef struct SieveDiag {
	SieveDiagLevel level;
	const char *script;  /* name of the script, never NULL */
	unsigned line;
	unsigned column;
	size_t length;
	const char *message; /* UTF-8, one line, no full stop */
	const char *hint;    /* (nullable) what to do about it */
	const char *excerpt; /* (nullable) the source line, without its line end, made printable */
} SieveDiag;

/** Mistakes in the order they were found. Owns its strings. */
typedef struct SieveDiagList SieveDiagList;

SieveDiagList *sieve_diag_list_new(void);
void sieve_diag_list_free(SieveDiagList *diags);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SieveDiagList, sieve_diag_list_free)
size_t sieve_diag_list_count(const SieveDiagList *diags);
size_t sieve_diag_list_count_errors(const SieveDiagList *diags);
/** (transfer none) the mistake number @index, from 0; @index must be less than the count. */
const SieveDiag *sieve_diag_list_get(const SieveDiagList *diags, size_t index);
/** (transfer full) all mistakes as text for people: place, message, source line, caret, hint. */
char *sieve_diag_list_print(const SieveDiagList *diags, bool colour);

/* --- Compile ---------------------------------------------------------------------------------- */

typedef enum {
	SIEVE_LOCATION_PERSONAL, /* include :personal (RFC 6609 section 3.2) */
	SIEVE_LOCATION_GLOBAL,   /* include :global */
} SieveLocation;

/**
 * SieveLoadScript:
 * @name: script name as written, checked to be no path (no slash, no control character)
 * @ret_text: (out) (transfer full) (nullable): the script's text, NULL when there is none
 *
 * Finds an included script. Absence is an answer, not an error. May be called from the thread
 * that compiles, never later.
 */
typedef bool (*SieveLoadScript)(SieveLocation location, const char *name, GBytes **ret_text,
	void *user_data, GError **error);

typedef struct SieveCompileOptions {
	const char *name;     /* of the script, for messages; NULL: "script" */
	SieveLoadScript load; /* (nullable): nothing can be included */
	void *load_data;
} SieveCompileOptions;

/** A compiled script: immutable, reference-counted, shareable between threads. */
typedef struct SieveProgram SieveProgram;

/**
 * sieve_compile:
 * @registry: must outlive the program
 * @text: the script, UTF-8; need not outlive the call
 * @options: (nullable)
 * @diags: receives every mistake and warning
 *
 * Returns: (transfer full) (nullable): NULL if @diags received an error.
 */
SieveProgram *sieve_compile(const SieveRegistry *registry, SieveBytes text,
	const SieveCompileOptions *options, SieveDiagList *diags) G_GNUC_WARN_UNUSED_RESULT;
SieveProgram *sieve_program_ref(SieveProgram *program);
void sieve_program_unref(SieveProgram *program);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SieveProgram, sieve_program_unref)

/* --- Message and envelope --------------------------------------------------------------------- */

/** A read-only view of one message: header index, body offset, size. Immutable. */
typedef struct SieveMessage SieveMessage;

/** @raw is borrowed and must outlive the message. Any bytes are a message; CRLF and LF both serve. */
SieveMessage *sieve_message_new(SieveBytes raw);
void sieve_message_free(SieveMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SieveMessage, sieve_message_free)

/** Addresses without angle brackets. ptr NULL: not known. Length 0: the null reverse-path. */
typedef struct SieveEnvelope {
	SieveBytes from;
	SieveBytes to;
	SieveBytes orig_to; /* recipient before aliases; ptr NULL: same as @to */
	SieveBytes auth;    /* authenticated user; ptr NULL: none */
} SieveEnvelope;

/* --- Run -------------------------------------------------------------------------------------- */

/** Clock, random, host name: what tests replace. See env.h; sieve_env_system() is the real one. */
typedef struct SieveEnv SieveEnv;
const SieveEnv *sieve_env_system(void);

/**
 * SieveEnvironment:
 * @item: RFC 5183 item name in lower case, as "remote-ip" or "vnd.doorstep.x"
 *
 * Returns: (transfer none) (nullable): UTF-8 text that lives until the run has ended; NULL when the
 * item is not known. "name" and "version" are answered by the engine when this returns NULL.
 */
typedef const char *(*SieveEnvironment)(const char *item, void *user_data);

typedef struct SieveTrace SieveTrace; /* trace.h: receives what --explain prints */

typedef struct SieveRunInput {
	const SieveMessage *message;
	SieveEnvelope envelope;
	const SieveEnv *env;          /* NULL: sieve_env_system() */
	SieveEnvironment environment; /* (nullable) */
	void *environment_data;
	SieveTrace *trace;            /* (nullable) */
} SieveRunInput;

/** What a run decided: actions in order, and whether the implicit keep stands. */
typedef struct SieveResult SieveResult;

/**
 * sieve_run:
 * @ret_result: (out) (transfer full): written even on failure, since a failed script means implicit
 *   keep (RFC 5228 section 2.10.6); it then holds that keep and no other action
 * @error: its message begins with `SCRIPT:LINE: `
 *
 * @program, @input->message and all that @input points to must outlive the result.
 */
bool sieve_run(const SieveProgram *program, const SieveRunInput *input, SieveResult **ret_result,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sieve_result_free(SieveResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SieveResult, sieve_result_free)

/** The number of explicit actions; the implicit keep is not one of them. */
size_t sieve_result_count(const SieveResult *result);
/** (transfer none) "keep", "store", "redirect", "discard", "reject", ... */
const char *sieve_result_action_name(const SieveResult *result, size_t index);
/** The mailbox, address or reason of an action; empty when it has none. */
SieveBytes sieve_result_action_target(const SieveResult *result, size_t index);
bool sieve_result_implicit_keep(const SieveResult *result);
/** (transfer full) one line per action, the implicit keep included: the text of `doorstep run`. */
char *sieve_result_print(const SieveResult *result);

/* --- Deliver ---------------------------------------------------------------------------------- */

/**
 * SieveSubmit:
 * @from: envelope sender; length 0 is the null reverse-path
 * @to: one recipient
 * @message: the whole message with CRLF line ends
 *
 * Hands one outgoing mail over. True only when somebody else has safely taken it.
 */
typedef bool (*SieveSubmit)(SieveBytes from, SieveBytes to, SieveBytes message, void *user_data,
	GError **error);

typedef enum {
	SIEVE_REFUSE_BY_REPLY, /* the caller holds the SMTP session: the receipt carries the refusal */
	SIEVE_REFUSE_BY_MAIL,  /* `reject` sends a rejection mail (RFC 5429 section 2.2) */
	SIEVE_REFUSE_BY_KEEP,  /* no safe way to answer: keep instead, nothing is sent */
} SieveRefuseMode;

typedef struct SieveDeliverOptions {
	const char *maildir;    /* root of a Maildir++ tree; created when absent */
	SieveSubmit submit;     /* (nullable): an action that sends fails, so the mail is kept */
	void *submit_data;
	SieveRefuseMode refuse;
	const SieveEnv *env;    /* NULL: sieve_env_system() */
	const char *trace_header; /* (nullable) header lines put before the stored message, CRLF-ended */
} SieveDeliverOptions;

typedef enum {
	SIEVE_RECEIPT_STORED,    /* at least one copy is on stable storage */
	SIEVE_RECEIPT_SENT,      /* nothing stored; every outgoing mail was taken over */
	SIEVE_RECEIPT_DISCARDED, /* the script wanted it gone */
	SIEVE_RECEIPT_REFUSED,   /* refuse it with @reason; nothing was stored */
} SieveReceiptKind;

typedef struct SieveReceipt {
	SieveReceiptKind kind;
	char *reason;   /* (nullable) ASCII text of the refusal, lines parted by CRLF */
	char *problem;  /* (nullable) an action failed and the mail was kept instead: why */
} SieveReceipt;
void sieve_receipt_clear(SieveReceipt *receipt);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SieveReceipt, sieve_receipt_clear)

/**
 * sieve_deliver:
 *
 * Carries a result out. Stores first, then sends: a mail is never sent on and then lost. If an
 * action fails the mail is kept in the inbox, and @ret_receipt->problem says why. Only if that
 * fails too does the call fail; the caller must then not accept the mail, though copies of it may
 * have been stored or sent.
 * On success every stored copy and its folder entry are on stable storage.
 */
bool sieve_deliver(const SieveResult *result, const SieveMessage *message,
	const SieveEnvelope *envelope, const SieveDeliverOptions *options,
	SieveReceipt *ret_receipt, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
