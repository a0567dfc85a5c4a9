/* SPDX-License-Identifier: MIT */
/* sieve.h - the whole engine for programs: compile, print, run, deliver (RFC 5228)
 *
 * A script is compiled once into a SieveProgram, which is immutable and may be run on many
 * messages from many threads. A run does nothing but make a SieveResult, the list of actions;
 * sieve_deliver() carries the list out.
 *
 * Conventions. No pointer may be NULL unless it is called (nullable), GError ** aside. `(transfer
 * none)` results belong to the object they were asked of and live as long as it does; `(transfer
 * full)` text is freed with g_free(), an object with its own `_free` or `_unref`, which accept NULL.
 * `ret_` parameters are written on success only. A function that takes a GError sets it if and
 * only if it fails. Mistakes in a script are no GError: they are collected in a SieveDiagList.
 * Text is UTF-8 unless something else is said; SieveBytes are whatever came from outside.
 *
 * Threads. SieveRegistry, SieveProgram, SieveMessage and SieveEnv never change once they are made:
 * any number of threads may use one at the same time. All other objects are used by one thread at a
 * time. Functions without an object may be called from any thread. Callbacks are called in the
 * thread, and within the call, that they were handed to.
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

/** The domain of every GError that the library itself makes; its codes are SieveError. Callbacks may
 * bring errors of other domains, which are passed on. */
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
	SIEVE_ERROR_UNDECIDED, /* the run needs more of the mail: run it again; temporary */
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

/** (transfer full) a registry of the core language and @extensions (NULL-terminated; array and
 * extensions must outlive it, sieve_extensions() always does). A script may `require` these and no
 * others (RFC 5228 section 2.10.5). */
SieveRegistry *sieve_registry_new(const SieveExtension *const *extensions);
/** Programs compiled with it must be gone. */
void sieve_registry_free(SieveRegistry *registry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SieveRegistry, sieve_registry_free)

/** Limits and other settings of the core and of extensions: a value for each name. */
typedef struct SieveSettings SieveSettings;

/** (transfer full) the defaults of the core and of @extensions (NULL-terminated, must outlive them).
 * For use with registries of the same extensions, or of fewer. */
SieveSettings *sieve_settings_new(const SieveExtension *const *extensions);
void sieve_settings_free(SieveSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SieveSettings, sieve_settings_free)
/**
 * sieve_settings_set:
 * @name: as `doorstep check --settings` lists it; "NAME/INDEX" gives an entry of a list its own values
 * @text: the value as a configuration file would have it; blanks around it do not count
 *
 * Not while a script is compiled or run in another thread. Fails with SIEVE_ERROR_INVALID and a text
 * that names the setting, the value and what is legal.
 */
bool sieve_settings_set(SieveSettings *settings, const char *name, const char *text,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Back to the default. */
void sieve_settings_unset(SieveSettings *settings, const char *name);

/* --- Script mistakes -------------------------------------------------------------------------- */

typedef enum {
	SIEVE_DIAG_ERROR,
	SIEVE_DIAG_WARNING,
	SIEVE_DIAG_NOTE,
} SieveDiagLevel;

/** One mistake. @line and @column count from 1, columns in bytes; @length is in bytes, 0 unknown.
 * The @character members say the same in Unicode characters; the end is just after the mistake. All
 * of them are 0 and @excerpt is NULL when the mistake has no place. */
typedef struct SieveDiag {
	SieveDiagLevel level;
	const char *rule;    /* lasting name of its kind, as "SIEVE-SYNTAX"; see doc/diagnostics.md */
	const char *script;  /* name of the script, never NULL */
	unsigned line;
	unsigned column;
	size_t length;
	unsigned character;
	unsigned end_line;
	unsigned end_character;
	const char *message; /* UTF-8, one line, no full stop */
	const char *hint;    /* (nullable) what to do about it */
	const char *excerpt; /* (nullable) the source line, without its line end, made printable */
} SieveDiag;

/** Mistakes, script by script in the order of their places. Owns its strings. One list may serve several
 * compiles. */
typedef struct SieveDiagList SieveDiagList;

/** (transfer full) an empty list. */
SieveDiagList *sieve_diag_list_new(void);
void sieve_diag_list_free(SieveDiagList *diags);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SieveDiagList, sieve_diag_list_free)
/** How many can be asked for: errors, warnings and notes. */
size_t sieve_diag_list_count(const SieveDiagList *diags);
/** How many errors there were, those included that came after the list was full (1000 mistakes). */
size_t sieve_diag_list_count_errors(const SieveDiagList *diags);
/** (transfer none) the mistake number @index, from 0; @index must be less than the count. Its address
 * is good until the list gets another mistake, its strings as long as the list. */
const SieveDiag *sieve_diag_list_get(const SieveDiagList *diags, size_t index);
/** (transfer full) all mistakes as text for people: place, message, source line, caret, hint; ""
 * when there are none. With @colour it holds escape sequences for a terminal. */
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
 * Finds an included script. Absence is an answer, not an error: true with NULL. False with @error
 * set makes a mistake of it at the include command. Called while sieve_compile() runs, perhaps
 * more than once for one name, and never later.
 */
typedef bool (*SieveLoadScript)(SieveLocation location, const char *name, GBytes **ret_text,
	void *user_data, GError **error);

typedef struct SieveCompileOptions {
	const char *name;     /* of the script, for messages; NULL: "script" */
	SieveLoadScript load; /* (nullable): nothing can be included */
	void *load_data;
	bool advise;          /* warn too of what is allowed but hardly meant */
	const char *const *owner; /* (nullable) the addresses whose mail runs through the script, NULL-
	                           * terminated: with @advise, a redirect to one of them is warned of */
	const SieveSettings *settings; /* (nullable): the defaults; must outlive the program */
} SieveCompileOptions;

/** A compiled script: immutable, reference-counted (atomically), shareable between threads. */
typedef struct SieveProgram SieveProgram;

/**
 * sieve_compile:
 * @registry: must outlive the program
 * @text: the script, UTF-8 (RFC 5228 section 8.1); need not outlive the call, and may be empty
 * @options: (nullable): all defaults; need not outlive the call
 * @diags: receives every mistake and warning, after those it has
 *
 * Checks the whole script, code that may never run included (RFC 5228 section 2.10.6). Time and
 * memory are bounded by the length of @text; stack by the limit of nesting.
 *
 * Returns: (transfer full) (nullable): NULL if and only if @diags received an error.
 */
SieveProgram *sieve_compile(const SieveRegistry *registry, SieveBytes text,
	const SieveCompileOptions *options, SieveDiagList *diags) G_GNUC_WARN_UNUSED_RESULT;
/** Returns: (transfer full) @program, which lives until each reference is given back. */
SieveProgram *sieve_program_ref(SieveProgram *program);
/** Gives one reference back, from any thread. */
void sieve_program_unref(SieveProgram *program);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SieveProgram, sieve_program_unref)

/* --- Message and envelope --------------------------------------------------------------------- */

/** A read-only view of one message: header index, body offset, size. Immutable. */
typedef struct SieveMessage SieveMessage;

/** (transfer full) @raw is borrowed: it must stay as it is until the message is freed. Any bytes are a
 * message, none too; CRLF and LF both serve. Never fails. */
SieveMessage *sieve_message_new(SieveBytes raw);
void sieve_message_free(SieveMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SieveMessage, sieve_message_free)

/** By when a mail is to be delivered (RFC 2852). */
typedef struct SieveDeliverBy {
	int64_t deadline_unix;
	bool notify; /* the sender is told if it is late; else it comes back */
	bool trace;
} SieveDeliverBy;

/** Addresses without angle brackets. ptr NULL: not known. Length 0: the null reverse-path. */
typedef struct SieveEnvelope {
	SieveBytes from;
	SieveBytes to;
	SieveBytes orig_to; /* recipient before aliases; ptr NULL: same as @to */
	SieveBytes auth;    /* authenticated user; ptr NULL: none */
	/* Parameters of MAIL and RCPT, xtext decoded (RFC 3461); ptr NULL: not given */
	SieveBytes notify;  /* "NEVER", or as "SUCCESS,DELAY" */
	SieveBytes orcpt;   /* "rfc822;user@example.org" */
	SieveBytes ret;     /* "FULL" or "HDRS" */
	SieveBytes envid;
	const SieveDeliverBy *by; /* (nullable) */
} SieveEnvelope;

/* --- Run -------------------------------------------------------------------------------------- */

/** Clock, random, host name: what the tests of this library replace (env.h, not installed). */
typedef struct SieveEnv SieveEnv;
/** (transfer none) the real one, static; what NULL stands for below. */
const SieveEnv *sieve_env_system(void);

/**
 * SieveEnvironment:
 * @item: RFC 5183 item name in lower case, as "remote-ip" or "vnd.doorstep.x"
 *
 * Returns: (transfer none) (nullable): UTF-8 text that lives until the run has ended; NULL when the
 * item is not known. "name" and "version" are answered by the engine when this returns NULL.
 * A script that runs at more than one stage of a mail must be told the same at each of them.
 */
typedef const char *(*SieveEnvironment)(const char *item, void *user_data);

/**
 * SieveSearch:
 * @url: an LDAP URL (RFC 4516) that names no host: "ldap:///o=example?mail?sub?(cn=x)"
 * @values: gets the values that are found, as char * of its own
 *
 * False with @error when nobody can tell: the run then fails.
 */
typedef bool (*SieveSearch)(const char *url, GPtrArray *values, void *user_data, GError **error);

/** Told what a run does (trace.h, not installed), as `doorstep run --explain` prints it. Of one run at a
 * time. */
typedef struct SieveTrace SieveTrace;

/** How much of a mail is there when a script runs on it: each stage knows what those before it do. */
typedef enum {
	SIEVE_STAGE_MESSAGE = 0, /* the last: all of it */
	SIEVE_STAGE_CONNECTION,  /* the client, hence all items of the environment but "domain" */
	SIEVE_STAGE_ENVELOPE,    /* sender and recipient: RCPT */
	SIEVE_STAGE_HEADER,
} SieveStage;

typedef struct SieveRunInput {
	const SieveMessage *message;  /* (nullable) before SIEVE_STAGE_HEADER: not looked at */
	SieveEnvelope envelope;
	const SieveEnv *env;          /* NULL: sieve_env_system() */
	SieveEnvironment environment; /* (nullable) */
	void *environment_data;
	SieveSearch search;           /* (nullable) there is no directory */
	void *search_data;
	SieveTrace *trace;            /* (nullable) */
	SieveStage stage;             /* what is not known at it is not looked at */
	const char *maildir; /* (nullable) root of the Maildir++ tree whose mailboxes tests ask about */
} SieveRunInput;

/** What a run decided: actions in order, and whether the implicit keep stands (RFC 5228 section
 * 2.10.2). It does not change any more. */
typedef struct SieveResult SieveResult;

/**
 * sieve_run:
 * @ret_result: (out) (transfer full): written even on failure, since a failed script means implicit
 *   keep (RFC 5228 section 2.10.6); it then holds that keep and no other action
 * @error: its message begins with `SCRIPT:LINE: `; SIEVE_ERROR_SCRIPT, _LIMIT or _CONFLICT
 *
 * Does nothing but decide: no file is touched and nothing is sent. At a stage before the last the run
 * ends at the first test that needs more, from left to right and without looking further, and
 * sieve_result_needs() says so; that is no failure. Any other outcome is the one that a run on the
 * whole message has. Ends after a bounded number of steps. @program, @input->message and all that
 * @input points to must outlive the result; @input itself need not outlive the call.
 */
bool sieve_run(const SieveProgram *program, const SieveRunInput *input, SieveResult **ret_result,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sieve_result_free(SieveResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SieveResult, sieve_result_free)

/** The number of explicit actions; the implicit keep is not one of them. */
size_t sieve_result_count(const SieveResult *result);
/** (transfer none) "keep", "store", "redirect", "discard", "reject", ...; @index, from 0, must be less
 * than the count. */
const char *sieve_result_action_name(const SieveResult *result, size_t index);
/** (transfer none) the mailbox, address or reason of an action; empty when it has none. @index as
 * above. */
SieveBytes sieve_result_action_target(const SieveResult *result, size_t index);
/** True when the mail is kept though no action says so; always after a run that failed or needs more. */
bool sieve_result_implicit_keep(const SieveResult *result);
/** (transfer full) one line per action, the implicit keep included, or what the run needs: the text of
 * `doorstep run`. */
char *sieve_result_print(const SieveResult *result);

/** What a run stopped for. */
typedef struct SieveNeed {
	SieveStage stage;   /* the first at which it is known */
	const char *script; /* where that is asked for */
	unsigned line;
	const char *name;   /* of the test or command */
} SieveNeed;

/** (transfer none) (nullable) NULL when the outcome is settled. A result that needs more has no action,
 * and cannot be delivered. */
const SieveNeed *sieve_result_needs(const SieveResult *result);

/* --- Deliver ---------------------------------------------------------------------------------- */

/** What is asked of those who bring a mail on; all zero: nothing. */
typedef struct SieveSmtpParameters {
	SieveBytes notify; /* NOTIFY (RFC 3461 section 4.1); ptr NULL: not asked */
	SieveBytes ret;	   /* RET (section 4.3); the same */
	const SieveDeliverBy *by; /* (nullable) RFC 2852 */
} SieveSmtpParameters;

/** One outgoing mail. */
typedef struct SieveSubmission {
	SieveBytes from;    /* envelope sender; length 0: the null reverse-path */
	SieveBytes to;	    /* one recipient */
	SieveBytes message; /* all of it, with CRLF line ends */
	SieveSmtpParameters parameters;
} SieveSubmission;

/**
 * SieveSubmit:
 *
 * Hands a mail over. True only when somebody else has safely taken it. Where DSN is not to be had its
 * parameters are ignored (RFC 6009 section 6); without Deliver-By a mail that is to come back when it
 * is late is not taken (RFC 2852 section 4.1.4). What it is given lives as long as the call.
 */
typedef bool (*SieveSubmit)(const SieveSubmission *submission, void *user_data, GError **error);

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
/** Frees what is in it and makes it empty; one that is all zero is empty already. */
void sieve_receipt_clear(SieveReceipt *receipt);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SieveReceipt, sieve_receipt_clear)

/**
 * sieve_deliver:
 * @result: of a run on @message, or on what was known of it if that settled the outcome
 * @message: what is stored and sent
 * @envelope: of the message; a redirect goes out with its sender (RFC 5228 section 4.2)
 * @options: need not outlive the call
 * @ret_receipt: (out) (transfer full): to be cleared with sieve_receipt_clear(); it may be
 *   uninitialised, and what it holds is not freed
 * @error: SIEVE_ERROR_IO, _FULL, or _UNDECIDED with a result that needs more, of which nothing is done;
 *   sieve_error_is_temporary() tells whether to try again
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

/** What to answer while a mail is on its way in. */
typedef enum {
	SIEVE_VERDICT_PROCEED, /* let it come: it is wanted, or more must be known */
	SIEVE_VERDICT_REFUSE,  /* its delivery would be a refusal by reply, and do nothing else */
	SIEVE_VERDICT_DISCARD, /* its delivery would do nothing at all */
} SieveVerdict;

/**
 * sieve_result_verdict:
 * @result: of a run at any stage
 * @envelope, @options: as for sieve_deliver(); with SIEVE_REFUSE_BY_REPLY for a reply that speaks of this
 *   recipient alone, as that to RCPT does
 * @ret_reason: (out) (transfer full): written with SIEVE_VERDICT_REFUSE alone; as @reason of a receipt
 *
 * Does nothing but decide. A run that failed or needs more is to proceed. `discard` is meant to be
 * silent (RFC 5228 section 4.4): a caller that refuses such mail tells its sender.
 */
SieveVerdict sieve_result_verdict(const SieveResult *result, const SieveEnvelope *envelope,
	const SieveDeliverOptions *options, char **ret_reason);

G_END_DECLS
