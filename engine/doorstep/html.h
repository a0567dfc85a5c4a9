/* SPDX-License-Identifier: MIT */
/* html.h - pages that stand alone: their head, and text in them that is never markup */
#pragma once

#include "engine/sieve.h"

/** Up to where the title begins. Nothing is fetched, and no script runs. */
#define DOORSTEP_HTML_HEAD                                                                         \
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"                    \
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "             \
	"style-src 'unsafe-inline'\">\n"                                                          \
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"              \
	"<title>"

/** At most @max_bytes of @text, then "..."; line ends become LF, what cannot be shown is escaped. */
void doorstep_html_text(SieveBytes text, size_t max_bytes, GString *html);
/** All of it. */
void doorstep_html_string(const char *text, GString *html);
