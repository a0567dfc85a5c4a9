/* SPDX-License-Identifier: MIT */
/* html.h - the text of HTML as somebody would read it */
#pragma once

#include "engine/arena.h"

/** @html (UTF-8) without tags, comments, scripts and styles, with references replaced by their characters;
 * blanks are one, blocks begin on a line of their own, line ends are CRLF. Any bytes are HTML. */
SieveBytes sieve_html_to_text(SieveBytes html, SieveArena *arena);
