/* SPDX-License-Identifier: MIT */
/* convert-report.h - what a conversion made of each line: as text, JSON or a page */
#pragma once

#include "engine/convert/convert.h"
#include "engine/doorstep/json.h"

typedef struct DoorstepConverted {
	const SieveConversion *conversion;
	const SieveConvertFormat *format;
	const char *name; /* of the file */
} DoorstepConverted;

/** "exact" */
const char *doorstep_convert_class_name(SieveConvertClass class);
/** (transfer full) what was found of its line. */
char *doorstep_convert_finding_text(const SieveFinding *finding);
/** How many lines are of each class. */
void doorstep_convert_count(const SieveConversion *conversion, size_t counts[SIEVE_N_CONVERT_CLASSES]);
/** (transfer full) a few lines for a terminal. */
char *doorstep_convert_summary(const DoorstepConverted *converted);
/* (transfer full) all of it; the manual of `doorstep convert` tells of the JSON. */
char *doorstep_convert_report_text(const DoorstepConverted *converted);
char *doorstep_convert_report_json(const DoorstepConverted *converted, DoorstepJsonLayout layout);
char *doorstep_convert_report_html(const DoorstepConverted *converted);
