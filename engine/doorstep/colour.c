/* SPDX-License-Identifier: MIT */
/* colour.c - whether to colour what people read: --color and NO_COLOR */

#include "engine/doorstep/colour.h"

#include "engine/doorstep/verb.h"

#include <string.h>
#include <unistd.h>

bool
doorstep_colour_auto(int fd)
{
	const char *no_color = g_getenv("NO_COLOR");

	/* https://no-color.org: an empty value says nothing. */
	if (no_color != NULL && *no_color != '\0')
		return false;
	return isatty(fd) && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
}

bool
doorstep_colour_choose(const char *when, int fd, bool *ret_colour)
{
	bool automatic = when == NULL || strcmp(when, "auto") == 0;
	bool always = g_strcmp0(when, "always") == 0;

	if (!automatic && !always && strcmp(when, "never") != 0) {
		doorstep_usage_error("--color is auto, always or never, not %s", when);
		return false;
	}
	*ret_colour = always || (automatic && doorstep_colour_auto(fd));
	return true;
}
