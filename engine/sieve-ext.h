/* SPDX-License-Identifier: MIT */
/* sieve-ext.h - all that an extension file sees of the engine
 *
 * An extension is one file with one exported const SieveExtension: capability, commands, tests,
 * tags, match types, comparators. Each has a table of its arguments. The checker, the compiler, the
 * program dump and the capability list all read those tables; an ordinary extension writes
 * only the `run` functions. Tables are static const; nothing runs at start-up.
 *
 * Memory: every SieveBytes or pointer that a run function gets lives until the run's result is
 * freed, and so does what it allocates with sieve_run_arena().
 */
#pragma once

#include "engine/arena.h"
#include "engine/bytes.h"
#include "engine/env.h"
#include "engine/limits.h"
#include "engine/message/address.h"
#include "engine/message/charset.h"
#include "engine/message/date.h"
#include "engine/message/header.h"
#include "engine/message/message.h"
#include "engine/message/mime.h"
#include "engine/message/smtp-parameters.h"
#include "engine/message/transfer.h"
#include "engine/sieve.h"
#include "engine/snooze.h"
#include "engine/subprocess.h"

typedef struct SieveCheck SieveCheck; /* one script being checked */
typedef struct SieveRun SieveRun;     /* one run of one program on one message */
typedef struct SieveArg SieveArg;     /* one fitted argument */
typedef struct SieveArgs SieveArgs;   /* the fitted arguments of one command or test */
typedef struct SieveDelivery SieveDelivery; /* one result being carried out */
typedef struct SieveCommandDef SieveCommandDef; /* a command; see Tables */
typedef struct SieveMatching SieveMatching; /* one evaluation; see Matching */
typedef struct SieveCapabilities SieveCapabilities; /* what an ihave test found */

/* --- Arguments -------------------------------------------------------------------------------- */

typedef enum {
	SIEVE_ARG_END = 0,
	SIEVE_ARG_STRING,
	SIEVE_ARG_STRING_LIST,
	SIEVE_ARG_NUMBER,
	SIEVE_ARG_TAG,          /* `:name`, and a value of type .value if that is not SIEVE_ARG_END */
	SIEVE_ARG_MATCH,        /* the comparator and match-type tags (RFC 5228 section 2.7) */
	SIEVE_ARG_ADDRESS_PART, /* the address-part tags (RFC 5228 section 2.7.4) */
	SIEVE_ARG_MODIFIERS,    /* the modifier tags (RFC 5229 section 4.1) */
	SIEVE_ARG_TEST,         /* one test */
	SIEVE_ARG_TEST_LIST,    /* tests in parentheses */
	SIEVE_ARG_BLOCK,        /* commands in braces */
} SieveArgType;

typedef enum {
	SIEVE_ARG_OPTIONAL = 1 << 0, /* positional: may be missing; the last ones, or the first one */
	SIEVE_ARG_REQUIRED = 1 << 1, /* tag: one of its group must be there */
	SIEVE_ARG_CONSTANT = 1 << 2, /* variables in the value are a mistake */
	SIEVE_ARG_KEYS = 1 << 3,     /* string or string list: the keys that SIEVE_ARG_MATCH compiles */
	SIEVE_ARG_WORDS = 1 << 4,    /* string list: of each string its words, blanks between */
} SieveArgFlags;

/** One argument. The place in the table is its index for the accessors below. */
typedef struct SieveArgDef {
	SieveArgType type;
	const char *name;   /* tag: its name without colon; else the word that messages use */
	SieveArgType value; /* tag: type of its value, or SIEVE_ARG_END */
	const char *group;  /* tag: tags of one group exclude each other; NULL: its own */
	unsigned flags;
	/* (nullable) checks one string of the argument; tells sieve_check_error(). Constants are
	 * checked at compile time; strings with variables when they are expanded, where a mistake
	 * fails the run. */
	void (*check)(SieveCheck *check, const SieveArg *arg, SieveBytes value);
} SieveArgDef;

/** Tells a mistake in the argument (or the command, when @arg is NULL). @hint may be NULL. */
void sieve_check_error(SieveCheck *check, const SieveArg *arg, const char *hint,
	const char *format, ...) G_GNUC_PRINTF(4, 5);
void sieve_check_warn(SieveCheck *check, const SieveArg *arg, const char *hint,
	const char *format, ...) G_GNUC_PRINTF(4, 5);

/** The mailbox in a sieve-address: `a@b` or `Name <a@b>` (RFC 5228 section 2.4.2.3). It is as SMTP
 * wants it: the quotes of a local part stay if it needs them. */
bool sieve_parse_address(SieveBytes text, SieveArena *arena, SieveBytes *ret_mailbox);

/** True when what is being checked stands in a block of that command, at any depth. */
bool sieve_check_in_block(const SieveCheck *check, const char *command);
/** True when this script requires @capability, or tests for it, or another one brings it. */
bool sieve_check_has(const SieveCheck *check, const char *capability);
/** The same for what the command or test being checked uses of @capability beside its own: where the script
 * only tests for it, a run that has not found it fails there (RFC 5463 section 4.1). */
bool sieve_check_use(SieveCheck *check, const char *capability);
/** For ihave (RFC 5463): the extensions that the string list @index names, which may be used from here on
 * in a run that came past sieve_run_enable(). NULL when one of them is not to be had; what is not known
 * here is then no mistake until a run gets to it. */
const SieveCapabilities *sieve_check_capabilities(
	SieveCheck *check, const SieveArgs *args, unsigned index);
void sieve_run_enable(SieveRun *run, const SieveCapabilities *capabilities);
/** Lives as long as the program. */
SieveArena *sieve_check_arena(const SieveCheck *check);

/* Ready-made checks for SieveArgDef.check. An illegal header name is a warning. */
void sieve_check_header_name(SieveCheck *check, const SieveArg *arg, SieveBytes value);
void sieve_check_address(SieveCheck *check, const SieveArg *arg, SieveBytes value);
void sieve_check_mailbox(SieveCheck *check, const SieveArg *arg, SieveBytes value);
/** An offset from UTC, as "+0100". */
void sieve_check_zone(SieveCheck *check, const SieveArg *arg, SieveBytes value);

typedef enum {
	SIEVE_INCLUDE_ONCE = 1 << 0,     /* skipped when it was included before in this run */
	SIEVE_INCLUDE_OPTIONAL = 1 << 1, /* skipped when there is no such script */
} SieveIncludeFlags;

/** Binds a SIEVE_FORM_CALL command to another script, which is compiled into the same program. A
 * missing script or a recursion is a warning now and an error when it is reached (RFC 6609 3.1). */
void sieve_check_include(
	SieveCheck *check, SieveArgs *args, SieveLocation location, SieveBytes name, unsigned flags);

typedef struct SieveStrings {
	const SieveBytes *items;
	size_t count;
} SieveStrings;

/** True when the argument was given. */
bool sieve_args_has(const SieveArgs *args, unsigned index);
uint64_t sieve_args_number(const SieveArgs *args, unsigned index);
/** The string, or a tag's string value, as written: for SIEVE_ARG_CONSTANT and check functions. */
SieveBytes sieve_args_constant(const SieveArgs *args, unsigned index);
/** True when the argument, if it was given, says the same in each run. */
bool sieve_args_is_constant(const SieveArgs *args, unsigned index);
/** The argument itself, for sieve_check_error(). */
const SieveArg *sieve_args_get(const SieveArgs *args, unsigned index);
/** The string, or a tag's string value, with variables expanded. */
SieveBytes sieve_args_string(SieveRun *run, const SieveArgs *args, unsigned index);
SieveStrings sieve_args_strings(SieveRun *run, const SieveArgs *args, unsigned index);
/** The strings as written, as sieve_args_constant(). */
SieveStrings sieve_args_constants(const SieveArgs *args, unsigned index);
/** @value as the modifiers want it; what they make of it lives as long as the run's result. */
SieveBytes sieve_args_modify(SieveRun *run, const SieveArgs *args, SieveBytes value);
/** What the definition's check found out, for its run: immutable, in sieve_check_arena(). */
void sieve_args_set_data(SieveArgs *args, const void *data);
const void *sieve_args_data(const SieveArgs *args);

/* --- Variables (RFC 5229) --------------------------------------------------------------------- */

typedef struct SieveVariable SieveVariable; /* what a name stands for in one script */

typedef enum {
	SIEVE_VARIABLE_SET = 1 << 0, /* the name is going to be set, so it must be one that can be */
} SieveVariableFlags;

/** The variable @name, with or without namespace; NULL when the mistake has been told. Lives as long
 * as the program. @flags: SieveVariableFlags. */
const SieveVariable *sieve_check_variable(
	SieveCheck *check, const SieveArg *arg, SieveBytes name, unsigned flags);
/** From here on @name is shared with the other scripts of the program (RFC 6609 section 3.4.1). */
void sieve_check_share_variable(SieveCheck *check, const SieveArg *arg, SieveBytes name);
/** The variable that all scripts share under @name, an identifier; NULL when it is none. */
const SieveVariable *sieve_check_shared_variable(
	SieveCheck *check, const SieveArg *arg, SieveBytes name);
/** True for an identifier (RFC 5228 section 8.1) that is not too long. */
bool sieve_variable_is_name(SieveBytes name);
/** The value; empty when it was never set. */
SieveBytes sieve_run_variable(SieveRun *run, const SieveVariable *variable);
/** How many bytes a value has at most (section 6). */
uint64_t sieve_settings_max_variable(const SieveSettings *settings);
/** @value must live as long as the run's result; what is too long is cut off. */
void sieve_run_set_variable(SieveRun *run, const SieveVariable *variable, SieveBytes value);

/** The variables of a namespace, as `${global.x}`: state of an extension that strings can name. */
typedef struct SieveNamespaceDef {
	const char *name; /* the first component */
	/* What get and set know the variable by; immutable, in sieve_check_arena(). @name is without
	 * the first component and its dot. NULL when there is no such variable. */
	const void *(*find)(SieveCheck *check, const SieveArg *arg, SieveBytes name);
	SieveBytes (*get)(SieveRun *run, const void *variable);
	/* (nullable) they cannot be set */
	void (*set)(SieveRun *run, const void *variable, SieveBytes value);
} SieveNamespaceDef;

/** A modifier of `set` (section 4.1). Larger precedence comes first; two of one exclude each other. */
typedef struct SieveModifierDef {
	const char *tag; /* without colon */
	unsigned precedence;
	/* Returns @value itself, a part of it, or what it allocates in the run's arena. */
	SieveBytes (*modify)(SieveRun *run, SieveBytes value);
} SieveModifierDef;

/* --- Settings --------------------------------------------------------------------------------- */

typedef enum {
	SIEVE_SETTING_NUMBER,
	SIEVE_SETTING_SIZE,	/* bytes; with K, M, G */
	SIEVE_SETTING_DURATION, /* seconds; with s, m, h, d, w */
	SIEVE_SETTING_BOOL,
	SIEVE_SETTING_STRING,
	SIEVE_SETTING_STRING_LIST, /* words, blanks or commas between */
} SieveSettingType;

/** What an administrator may set, as `max_redirects = 4`; all settings share one name space. Extensions
 * keep the pointer to ask for the value. Tables are static const and end with a name of NULL. */
typedef struct SieveSettingDef {
	const char *name;  /* lower case, words joined by `_` */
	const char *alias; /* (nullable) as the test language calls it, "sieve_max_redirects" */
	const char *old_alias; /* (nullable) as older test files do */
	SieveSettingType type;
	const char *fallback; /* (nullable) the default as text; NULL: @number, or no text at all */
	uint64_t number;
	uint64_t min; /* of numbers, sizes and durations */
	uint64_t max; /* 0: none */
	bool (*check)(const char *text); /* (nullable) what else must hold */
	const char *legal;		 /* (nullable) what is legal, in words: "it must be @legal" */
	const char *help;		 /* one line, no full stop */
} SieveSettingDef;

/** The settings that this script is compiled or run with. They may change between the two. */
const SieveSettings *sieve_check_settings(const SieveCheck *check);
const SieveSettings *sieve_run_settings(const SieveRun *run);
/** (nullable) NULL when libsieve ran the script without settings, which knows no extension's actions. */
const SieveSettings *sieve_delivery_settings(const SieveDelivery *delivery);

/** A number, bytes, seconds, or 0 and 1 for no and yes. */
uint64_t sieve_settings_number(const SieveSettings *settings, const SieveSettingDef *def);
/** (nullable) the text; it and the words of a list live as long as the settings. */
const char *sieve_settings_string(const SieveSettings *settings, const SieveSettingDef *def);
/** NULL-terminated, never NULL. */
const char *const *sieve_settings_list(const SieveSettings *settings, const SieveSettingDef *def);
/** (nullable) the text set for "NAME/@index", as "editheader_headers/x-spam/forbid_add". */
const char *sieve_settings_indexed(
	const SieveSettings *settings, const SieveSettingDef *def, const char *index);

/* --- Matching --------------------------------------------------------------------------------- */

/** One evaluation of "values against keys" (RFC 5228 section 2.7.1). Lives on the stack. */
struct SieveMatching {
	SieveRun *run;
	const SieveArgs *args;
	const void *matcher;  /* of this invocation; see SieveMatchDef.compile */
	SieveStrings keys;    /* with variables expanded */
	uint64_t count;       /* values offered so far */
	bool matched;
	SieveBytes value;     /* that matched */
	size_t key;           /* index of a key that it matched, or SIEVE_NO_KEY */
	bool first;           /* key is to be the first in the script's order: costs a little more */
	bool silent;          /* set by a test: what matches leaves no captures behind */
};

#define SIEVE_NO_KEY SIZE_MAX

void sieve_matching_begin(SieveMatching *matching, SieveRun *run, const SieveArgs *args);
/** Offers one value; true when the outcome is settled and no more need be offered. */
bool sieve_matching_offer(SieveMatching *matching, SieveBytes value);
/** The same with the part of @address that the address-part tag asks for, if it has such a part. :count
 * counts mailboxes, whatever their parts (RFC 5231 section 4.2). */
bool sieve_matching_offer_address(SieveMatching *matching, const SieveAddress *address);
/** True when only the number of values matters (:count). */
bool sieve_matching_counts(const SieveMatching *matching);
/** The outcome. */
bool sieve_matching_end(SieveMatching *matching);

#define SIEVE_CAPTURES 64u /* wildcards of one key that variables can tell of */

/** What the wildcards took of the value that matched last in this script: ${0}, the value, and on
 * (RFC 5229 section 3.2). Empty when there was no match yet, or not as many wildcards. It is worked
 * out only here: runs that never ask pay nothing. */
SieveBytes sieve_run_capture(SieveRun *run, size_t index);

typedef enum {
	SIEVE_COMPARATOR_EQUALITY = 1 << 0,
	SIEVE_COMPARATOR_SUBSTRING = 1 << 1,
	SIEVE_COMPARATOR_ORDERING = 1 << 2,
} SieveComparatorOps;

/** A collation (RFC 4790). With @fold, equality and substring work on folded bytes; with @normalise, all
 * work on what it makes of both sides. */
typedef struct SieveComparatorDef {
	const char *name;
	unsigned ops;
	const unsigned char *fold; /* (nullable) 256 entries, byte to byte; else the functions */
	bool (*equal)(SieveBytes a, SieveBytes b);
	int (*compare)(SieveBytes a, SieveBytes b);
	/* (nullable) @text itself or what it makes in @arena; a wildcard that comes to be in a @pattern
	 * gets a backslash */
	SieveBytes (*normalise)(SieveBytes text, bool pattern, SieveArena *arena);
	/* With normalise: where in @text, no pattern, that offset comes from; at the end of a character
	 * for one within it. */
	size_t (*locate)(SieveBytes text, size_t offset);
} SieveComparatorDef;

/** What a match type is given to work with. */
typedef struct SieveKeys {
	const SieveComparatorDef *comparator;
	SieveStrings keys;
	SieveBytes value; /* the match-type tag's own value, as "gt" in :value "gt" */
} SieveKeys;

/** A match type. Constant keys are compiled once; keys with variables are compiled in each run. */
typedef struct SieveMatchDef {
	const char *tag;     /* without colon */
	SieveArgType value;  /* SIEVE_ARG_STRING for :count "gt", else SIEVE_ARG_END */
	unsigned needs;      /* SieveComparatorOps that the comparator must have */
	bool raw;            /* sees keys and values as they are, also where the comparator normalises */
	bool patterns;       /* its keys have wildcards */
	/* (nullable) checks the tag's own value */
	void (*check)(SieveCheck *check, const SieveArg *arg, SieveBytes value);
	void (*check_key)(SieveCheck *check, const SieveArg *arg, SieveBytes key); /* (nullable) */
	/* A form of the keys that match() likes; immutable, in @arena. (nullable): as they are */
	const void *(*compile)(const SieveKeys *keys, SieveArena *arena);
	/* True when @value matches a key; says which in @matching->key, and the first one if
	 * @matching->first asks for it. @matcher: what compile gave, or a SieveKeys. */
	bool (*match)(SieveMatching *matching, const void *matcher, SieveBytes value);
	/* (nullable) what @matching->key took of @matching->value: all that it matched, then what each
	 * wildcard took, from left to right; returns their number, SIEVE_CAPTURES + 1 at most */
	size_t (*capture)(const SieveMatching *matching, SieveBytes *captures);
	/* (nullable) decides from the number of values; match is then not called (:count) */
	bool (*match_count)(SieveMatching *matching, const void *matcher, uint64_t count);
} SieveMatchDef;

/* --- Header fields ---------------------------------------------------------------------------- */

/** Which fields a test is to look at, as its tags say. All zero: all that have the right name. */
typedef struct SieveFieldChoice {
	uint64_t index; /* that one alone, counted from 1; 0: all */
	bool from_end;	/* counted from the last one back */
	bool of_part;	/* of the MIME part that a loop is at, or of the mail (RFC 5703 section 4) */
	bool of_children; /* and of the parts in it */
	/* (nullable) what of a field the header test offers: true when no more need be; NULL: its text */
	bool (*offer)(SieveMatching *matching, const SieveHeaderField *field, const SieveArg *arg);
	const SieveArg *offer_arg; /* of the tag that said so */
} SieveFieldChoice;

/** Walks the fields of the mail that have one of these names, name by name. Lives on the stack. */
typedef struct SieveFields {
	SieveRun *run;
	SieveStrings names;
	SieveFieldChoice choice;
	size_t name; /* that is being looked for */
	size_t at;   /* field of the message to look at next */
	const SieveMessage *message; /* whose fields these are */
	size_t part; /* that this is, and the one that is none of them any more: for choice.of_part */
	size_t part_end;
} SieveFields;

/** @args: of the test, whose tags choose; its table has the names. */
void sieve_fields_begin(SieveFields *fields, SieveRun *run, const SieveArgs *args, SieveStrings names);
/** (nullable) the next one; its name as asked for goes to @ret_name (nullable). NULL also when no steps
 * are left: the run fails once the test has returned. */
const SieveHeaderField *sieve_fields_next(SieveFields *fields, SieveBytes *ret_name);

/** The text of the mail's first field of this name, decoded; false when there is none. Costs steps as
 * sieve_fields_next(). */
bool sieve_run_first_field(SieveRun *run, SieveBytes name, SieveBytes *ret_text);

/* --- Actions ---------------------------------------------------------------------------------- */

typedef struct SieveAction SieveAction;
typedef struct SieveMemory SieveMemory; /* see sieve_run_new_memory() */

typedef enum {
	SIEVE_ACTION_STORES = 1 << 0,  /* keep, fileinto */
	SIEVE_ACTION_SENDS = 1 << 1,   /* redirect */
	SIEVE_ACTION_REFUSES = 1 << 2, /* reject, ereject */
	SIEVE_ACTION_ANSWERS = 1 << 3, /* vacation, notify: when one fails the mail is not kept for it */
	SIEVE_ACTION_DISCARDS = 1 << 4,
	SIEVE_ACTION_PIPES = 1 << 5,   /* pipe */
	SIEVE_ACTION_LATER = 1 << 6,   /* snooze: with STORES, into another mailbox first */
} SieveActionClass;

/** A kind of action. @conflicts is symmetric in effect: one side's table suffices. */
typedef struct SieveActionDef {
	const char *name;          /* as test_result_action shows it: "store", "redirect", ... */
	unsigned class;            /* SieveActionClass */
	unsigned conflicts;        /* classes it cannot stand beside (RFC 5228 section 2.10.4) */
	bool cancels_implicit_keep;
	bool once;                 /* a run that takes a second one fails */
	/* One line for `doorstep run`, no line end; NULL: the name, then the target in quotes. */
	void (*print)(const SieveAction *action, GString *text);
	/* SIEVE_ACTION_REFUSES: nothing but sieve_delivery_refuse(), since it is called to find out too. */
	bool (*perform)(SieveDelivery *delivery, const SieveAction *action, GError **error);
} SieveActionDef;

typedef enum {
	SIEVE_ACTION_COPY = 1 << 0, /* :copy: leaves the implicit keep alone (RFC 3894) */
} SieveActionFlags;

struct SieveAction {
	const SieveActionDef *def;
	SieveBytes target;   /* mailbox, address or reason; empty when there is none */
	unsigned flags;
	unsigned line;       /* of the script, for messages */
	unsigned script;     /* which one: 0 is the main one, others are included */
	SieveBytes mail_flags; /* what stores: IMAP flags and keywords of the copy, a blank between */
	SieveBytes fcc;        /* what answers: the mailbox for a copy of its letter; empty: none */
	SieveBytes special_use; /* of its mailbox, if that is made (RFC 8579 4.1); empty: none */
	const SieveSmtpParameters *parameters; /* (nullable) what redirect asks of those after it */
	const void *details; /* of the extension that made it */
	const SieveMessage *message; /* (nullable) the mail as it was then; NULL: as it came */
	const SieveMemory *memory; /* (nullable) what is remembered once the action is carried out */
};

/**
 * Lets the tags given in @args (nullable) act on a copy of @action, then appends it unless it
 * merges with one that is there (RFC 5228 section 2.10.3): same definition and same target, or two that
 * store into the same mailbox. Cancels the implicit keep if the definition does so and the action
 * is no copy. False with @error: a limit or a conflict.
 */
bool sieve_run_add_action(SieveRun *run, const SieveArgs *args, const SieveAction *action,
	GError **error);
/** Redirects the mail to a mailbox, as the command does that @args belong to. */
bool sieve_run_add_redirect(
	SieveRun *run, const SieveArgs *args, SieveBytes mailbox, GError **error);
/** The mailbox that the action files into: its target, or where the copy of its letter goes. */
SieveBytes *sieve_action_mailbox(SieveAction *action);
/** How many actions of this kind the run has taken so far. */
size_t sieve_run_count_actions(const SieveRun *run, const SieveActionDef *def);
void sieve_run_cancel_implicit_keep(SieveRun *run);
/** The flags of copies that are stored from here on, the implicit keep's too; none at first. What is set
 * must live as long as the run's result. */
SieveBytes sieve_run_mail_flags(const SieveRun *run);
void sieve_run_set_mail_flags(SieveRun *run, SieveBytes flags);

/* What perform functions call. */
/** Stores the mail into the mailbox that is @action's target, or into the inbox. */
bool sieve_delivery_store(SieveDelivery *delivery, const SieveAction *action, GError **error);
/** Stores the mail into @mailbox, where it waits: sieve_snoozed_wake() moves it on. */
bool sieve_delivery_snooze(SieveDelivery *delivery, const SieveAction *action, SieveBytes mailbox,
	const SieveSnooze *snooze, GError **error);
/** Stores the mail into the inbox, as is done when an action fails. */
bool sieve_delivery_keep(SieveDelivery *delivery, const SieveAction *action, GError **error);
/** The mail as the action is to have it. */
const SieveMessage *sieve_delivery_message(const SieveDelivery *delivery, const SieveAction *action);
const SieveEnvelope *sieve_delivery_envelope(const SieveDelivery *delivery);
/** Somebody else has the mail now: it is neither lost nor refused if it is not stored. */
void sieve_delivery_note_sent(SieveDelivery *delivery);
/** Sends the mail on to the address that is @action's target. */
bool sieve_delivery_forward(SieveDelivery *delivery, const SieveAction *action, GError **error);
/** @reason: UTF-8. Chooses reply, mail or keep as the caller's SieveRefuseMode says;
 * @by_mail_allowed is false for ereject (RFC 5429 section 2.1). */
bool sieve_delivery_refuse(SieveDelivery *delivery, SieveBytes reason, bool by_mail_allowed,
	GError **error);

/** A header field of a letter. */
typedef struct SieveLetterField {
	const char *name;
	SieveBytes value;
} SieveLetterField;

/** A mail that an action writes itself. Text is UTF-8; what is no character of a line becomes a blank in
 * fields. */
typedef struct SieveLetter {
	SieveBytes envelope_from; /* length 0: the null reverse-path */
	SieveStrings recipients;  /* mailboxes, one or more */
	SieveBytes from;	  /* as a field says it (RFC 5322 3.6.2); empty: the owner's mailbox */
	SieveBytes to;		  /* the same; empty: the recipients */
	SieveBytes subject;
	const SieveLetterField *fields; /* (array length=n_fields) others */
	size_t n_fields;
	SieveBytes text;
	bool mime; /* @text is a MIME entity: its fields, an empty line, its body (RFC 2045 section 2.4) */
} SieveLetter;

/** Sends @action's letter, a copy to each recipient, and one into the mailbox that @action names. */
bool sieve_delivery_send(SieveDelivery *delivery, const SieveAction *action, const SieveLetter *letter,
	GError **error);

/** A report on the mail (RFC 6522): a text for people, fields for machines, the mail. */
typedef struct SieveReport {
	SieveBytes to;		    /* a mailbox */
	SieveBytes subject;	    /* UTF-8 */
	const char *type;	    /* of the machines' part, "feedback-report" */
	const char *auto_submitted; /* RFC 3834 section 5 */
	SieveBytes text;	    /* UTF-8 */
	SieveBytes fields;	    /* lines of ASCII, CRLF-ended */
	bool headers_only;	    /* of the mail */
} SieveReport;

/** Sends a report on the mail as it came. */
bool sieve_delivery_report(SieveDelivery *delivery, const SieveReport *report, GError **error);

/* --- A run ------------------------------------------------------------------------------------ */

/** The least a test or command needs to know, so that a script can run before the mail has come. It is not
 * run before that is there. What has effects beyond the run, as a memory of mails, needs the body: a
 * script that runs at several stages then has them once. */
typedef enum {
	SIEVE_NEEDS_NOTHING = 0,
	SIEVE_NEEDS_CONNECTION,
	SIEVE_NEEDS_ENVELOPE,
	SIEVE_NEEDS_HEADER,
	SIEVE_NEEDS_BODY,
} SieveNeeds;

/** For tests and commands with SIEVE_NEEDS_HEADER or more alone: before that there is none. */
const SieveMessage *sieve_run_message(const SieveRun *run);
/** SIEVE_NEEDS_ENVELOPE: before that nothing in it is known. */
const SieveEnvelope *sieve_run_envelope(const SieveRun *run);
/** Its MIME parts: taken apart once in a run. NULL when no steps are left for that: the run fails once the
 * test has returned. SIEVE_NEEDS_BODY, as the next ones. */
const SieveMime *sieve_run_mime(SieveRun *run);
/** The whole body with CRLF line ends, nothing decoded. */
SieveBytes sieve_run_raw_body(SieveRun *run);
/** What a part of it holds, without its transfer encoding. */
SieveBytes sieve_run_part_content(SieveRun *run, size_t part);
/** The same of a text, as UTF-8 with CRLF line ends; with @plain, HTML as somebody would read it. */
SieveBytes sieve_run_part_text(SieveRun *run, size_t part, bool plain);
const SieveEnv *sieve_run_env(const SieveRun *run);
/** Changes the header from here on: tests see it, actions and the implicit keep store and send it. @name
 * must be a field's name; @value is UTF-8, and encoded. At the beginning, or @last. */
bool sieve_run_add_field(SieveRun *run, SieveBytes name, SieveBytes value, bool last, GError **error);
/** The same without the fields that @doomed says yes to; it has an entry for each. */
bool sieve_run_delete_fields(SieveRun *run, const bool *doomed, GError **error);
/** A loop over parts, for the run and the end of a command @def of SIEVE_FORM_BLOCK: begins with the mail,
 * or, within another such loop, with the first part in the one that it is at. False when there is none. */
bool sieve_run_begin_parts(SieveRun *run, const SieveCommandDef *def);
/** To the next one; false when there are no more. */
bool sieve_run_next_part(SieveRun *run, const SieveCommandDef *def);
/** The part that the innermost loop is at; 0, the mail, where there is none. */
size_t sieve_run_part(const SieveRun *run);
/** Leaves the innermost block of a command @def (SIEVE_FORM_BLOCK) for which @is (nullable) holds, once the
 * running command has returned: what stands in between is skipped, then @def's end is called. May be
 * called from @def's own run to skip the block. False when no such block is being run in this program. */
bool sieve_run_leave_block_if(SieveRun *run, const SieveCommandDef *def,
	bool (*is)(const SieveArgs *args, const void *data), const void *data);
/** How many blocks of @def are being run in this program. */
unsigned sieve_run_count_blocks(const SieveRun *run, const SieveCommandDef *def);
/** True within a loop over parts. */
bool sieve_run_is_in_loop(const SieveRun *run);
/** Puts an entity (RFC 2045 section 2.4), which is copied, in the place of a part, from here on; loops that
 * are at it go on behind it. Of the mail itself, which is part 0, the body is exchanged, with the fields
 * that tell of it. */
bool sieve_run_replace_part(SieveRun *run, size_t part, SieveBytes entity, GError **error);
/** From here on @mail, which is copied, is the mail: tests look at it, actions store it. What is redirected
 * stays what it was unless @redirected_too (RFC 5703 section 6), and loops over parts end. */
bool sieve_run_exchange_mail(SieveRun *run, SieveBytes mail, bool redirected_too, GError **error);
/** The addresses that are known to be the reader's: those of the envelope, and those of the settings. */
SieveStrings sieve_run_owner(SieveRun *run);
/** The one that the setting user_email says; empty when it is not set. */
SieveBytes sieve_run_user_email(SieveRun *run);
/** (transfer full) the reader's time zone: the setting time_zone, or the machine's. */
GTimeZone *sieve_run_zone(SieveRun *run);
/** The mailbox in which snoozed mails wait. */
SieveBytes sieve_run_snooze_mailbox(SieveRun *run);
/** The reader's time zone at that moment, as minutes east of UTC. */
int sieve_run_local_zone(SieveRun *run, int64_t time_unix);
/** True when the stage of the run knows @needs. False: the run ends undecided once the test or command has
 * returned; @name says what asked. For what strings ask for; tests and commands say what they need. */
bool sieve_run_knows(SieveRun *run, const char *name, SieveNeeds needs);
/** (nullable) RFC 5183 item; NULL when it is not known here. */
const char *sieve_run_environment(SieveRun *run, const char *item);
/** (nullable) the folder of the reader's mail store, which may not be there yet. */
const char *sieve_run_maildir(const SieveRun *run);
/** Searches the directory as SieveSearch says. */
bool sieve_run_search(SieveRun *run, const char *url, GPtrArray *values, GError **error);
/** Whether mail can be stored into the mailbox without making it; the inbox can always. For tests with
 * SIEVE_NEEDS_BODY: what is there may change while a mail comes. */
bool sieve_run_has_mailbox(const SieveRun *run, SieveBytes mailbox);
/** True when both names lead to the same mailbox, as "Lists/Sieve" and "Lists.Sieve". */
bool sieve_run_is_same_mailbox(SieveBytes a, SieveBytes b);
/** The mailboxes that are there, the inbox first. False with @error when they cannot be listed.
 * SIEVE_NEEDS_BODY. */
bool sieve_run_mailboxes(SieveRun *run, SieveStrings *ret_names, GError **error);
/** A mailbox for which @is holds: @first if it is there, else the first in the order of names. ptr NULL
 * when there is none. Fails as @is does, or when they cannot be listed. SIEVE_NEEDS_BODY. */
bool sieve_run_find_mailbox(SieveRun *run, SieveBytes first,
	bool (*is)(SieveRun *run, SieveBytes mailbox, SieveBytes wanted, bool *ret_is, GError **error),
	SieveBytes wanted, SieveBytes *ret_mailbox, GError **error);
/** What it is known by whatever its name becomes (RFC 8474); ptr NULL when it has no id.
 * SIEVE_NEEDS_BODY. */
bool sieve_run_mailbox_id(SieveRun *run, SieveBytes mailbox, SieveBytes *ret_id, GError **error);
/** An annotation (RFC 5464) of a mailbox, or of the server when @mailbox has ptr NULL; ptr NULL when there
 * is none. False with @error when it cannot be read. SIEVE_NEEDS_BODY. */
bool sieve_run_annotation(SieveRun *run, SieveBytes mailbox, SieveBytes name, SieveBytes *ret_value,
	GError **error);
/** Something to be remembered from one mail to the next. */
typedef struct SieveNote {
	SieveBytes space;  /* whose notes: "duplicate" */
	SieveBytes handle; /* notes with different handles have nothing to do with each other */
	SieveBytes id;
} SieveNote;

/** Whether a run before this one has remembered @note, and it is not forgotten. What this run remembers
 * does not count. False with @error when nobody can tell. SIEVE_NEEDS_BODY. */
bool sieve_run_recalls(SieveRun *run, const SieveNote *note, bool *ret_recalls, GError **error);
/** Remembers @note for @seconds, from when this run's result has been carried out. */
void sieve_run_remember(SieveRun *run, const SieveNote *note, uint64_t seconds);
/** The same when it is handed to an action, as SieveAction.memory: from when the action has been carried
 * out. */
const SieveMemory *sieve_run_new_memory(SieveRun *run, const SieveNote *note, uint64_t seconds);
/** Lives until the run's result is freed. */
SieveArena *sieve_run_arena(SieveRun *run);
/** Counts @steps (bytes looked at) against the step budget; false with @error when none is left. */
bool sieve_run_spend(SieveRun *run, uint64_t steps, GError **error);
/** Fails the run once the running command or test has returned; takes @error. The first one counts. */
void sieve_run_fail(SieveRun *run, GError *error);
/** Ends the run of this script as `stop` does. */
void sieve_run_stop(SieveRun *run);
/** Tells the trace of the run, if it has one, that a variable now has @value; nothing else happens. */
void sieve_run_note_variable(SieveRun *run, const char *name, SieveBytes value);
/** True when somebody listens: for what is costly to word. */
bool sieve_run_is_traced(const SieveRun *run);
/** Tells it what a command or test found that values and actions do not show: one line for people,
 * UTF-8, without full stop. What comes from outside goes through sieve_bytes_escape() first. */
void sieve_run_note(SieveRun *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** A place for the extension's own state in this run, NULL at first; @key: the address of one of its
 * tables. */
void **sieve_run_slot(SieveRun *run, const void *key);

/* --- Tables ----------------------------------------------------------------------------------- */

typedef enum {
	SIEVE_COMMAND_AT_TOP = 1 << 0,    /* only before all others, as require */
	SIEVE_COMMAND_TOP_LEVEL = 1 << 1, /* not inside a block */
} SieveCommandFlags;

/** How a command or test is laid out in a program; all but RUN and BLOCK are control structures. */
typedef enum {
	SIEVE_FORM_RUN = 0, /* calls run; a command without one leaves nothing in the program */
	SIEVE_FORM_IF,
	SIEVE_FORM_ELSIF,
	SIEVE_FORM_ELSE,
	SIEVE_FORM_STOP,
	SIEVE_FORM_RETURN, /* ends this script alone (RFC 6609 section 3.3) */
	SIEVE_FORM_CALL,   /* runs the script that sieve_check_include() bound */
	SIEVE_FORM_BLOCK,  /* calls run, then runs the block, then calls end */
	SIEVE_FORM_ALLOF,
	SIEVE_FORM_ANYOF,
	SIEVE_FORM_NOT,
} SieveForm;

struct SieveCommandDef {
	const char *name;
	const SieveArgDef *args; /* (nullable) ends with SIEVE_ARG_END */
	SieveForm form;
	unsigned flags;
	SieveNeeds needs;
	/* (nullable) looks at the whole command if its arguments fit */
	void (*check)(SieveCheck *check, SieveArgs *args);
	bool (*run)(SieveRun *run, const SieveArgs *args, GError **error);
	/* SIEVE_FORM_BLOCK, (nullable): after the block, and also when it was left early. With
	 * @ret_again the block runs once more: loops. */
	bool (*end)(SieveRun *run, const SieveArgs *args, bool *ret_again, GError **error);
};

typedef struct SieveTestDef {
	const char *name;
	const SieveArgDef *args;
	SieveForm form;
	SieveNeeds needs;
	/* (nullable) what it needs with these arguments, where that is more than @needs */
	SieveNeeds (*find_needs)(SieveRun *run, const SieveArgs *args);
	void (*check)(SieveCheck *check, SieveArgs *args);
	/* False is an error; the test's outcome goes to @ret_outcome. */
	bool (*run)(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error);
} SieveTestDef;

/** A tag that an extension adds to other commands and tests, as :copy and :index. */
typedef struct SieveTagDef {
	const char *name;      /* without colon */
	const char *commands;  /* names of the commands and tests it fits, blank between */
	SieveArgType value;
	unsigned flags;	   /* of the value: SieveArgFlags */
	/* (nullable) others, blanks between, of which one must be given beside it, and runs before it */
	const char *needs;
	const char *group; /* (nullable) tags of one group exclude each other */
	/* (nullable) checks the tag's value, as SieveArgDef.check */
	void (*check)(SieveCheck *check, const SieveArg *arg, SieveBytes value);
	void (*check_number)(SieveCheck *check, const SieveArg *arg, uint64_t value); /* (nullable) */
	/* (nullable) acts on the action that the command is about to append */
	bool (*run)(SieveRun *run, SieveAction *action, const SieveArg *arg, GError **error);
	/* (nullable) is run in the place of the command, whose positional strings mean something else then:
	 * check_operand (nullable) checks them, and the command's own checks do not */
	bool (*instead)(SieveRun *run, const SieveArgs *args, GError **error);
	void (*check_operand)(SieveCheck *check, const SieveArg *arg, SieveBytes value);
	/* (nullable) says which fields the test looks at */
	void (*choose)(SieveRun *run, const SieveArg *arg, SieveFieldChoice *choice);
} SieveTagDef;

/** (nullable) the tag of that definition, if it was given. */
const SieveArg *sieve_args_tag(const SieveArgs *args, const SieveTagDef *def);
/** The value of such a tag. */
uint64_t sieve_arg_number(const SieveArg *arg);
SieveBytes sieve_arg_string(SieveRun *run, const SieveArg *arg);
SieveStrings sieve_arg_strings(SieveRun *run, const SieveArg *arg);

/** A part of an address, as :user. @part is false when the address has no such part. */
typedef struct SieveAddressPartDef {
	const char *tag;
	bool (*part)(const SieveSettings *settings, const SieveAddress *address,
		SieveBytes *ret_part);
} SieveAddressPartDef;

/* Arrays end with an entry whose first member is NULL; each is (nullable). */
struct SieveExtension {
	const char *capability; /* as in require; NULL for the core language */
	const char *implies;    /* (nullable) other capabilities it brings, blank between */
	const char *source;     /* "RFC 5228 section 4.1" */
	const SieveCommandDef *commands;
	const SieveTestDef *tests;
	const SieveTagDef *tags;
	const SieveMatchDef *matches;
	const SieveComparatorDef *const *comparators;
	const SieveAddressPartDef *address_parts;
	const SieveModifierDef *modifiers;
	const SieveNamespaceDef *namespaces;
	const SieveSettingDef *settings;
	/* (nullable) rewrites a constant string when required, as encoded-character does; returns
	 * @value itself when nothing changes */
	SieveBytes (*rewrite_string)(SieveCheck *check, const SieveArg *arg, SieveBytes value,
		SieveArena *arena);
	/* (nullable) makes a template of a string that changes from run to run, as variables does;
	 * immutable, in @arena; NULL when the string is constant. Called after rewrite_string. */
	const void *(*compile_string)(SieveCheck *check, const SieveArg *arg, SieveBytes value,
		SieveArena *arena);
	SieveBytes (*expand_string)(SieveRun *run, const void *template);
};
