/* SPDX-License-Identifier: MIT */
/* explain-html.h - what a run told, as one page: the script beside the mail */
#pragma once

#include "engine/doorstep/explain.h"

/** What the page shows beside what the run told. All is borrowed. */
typedef struct DoorstepExplainPage {
	const char *mail_name;
	const SieveMessage *message;
	SieveEnvelope envelope;
	const GPtrArray *texts; /* of GBytes: the scripts, in the program's order */
} DoorstepExplainPage;

/** (transfer full) the page, UTF-8. It loads nothing, runs no script, and what mail, script and file
 * names say is text in it, never markup. */
char *doorstep_explain_html(const DoorstepExplain *explain, const DoorstepExplainPage *page);

/** The style sheet of the page. */
extern const char doorstep_explain_style[];
