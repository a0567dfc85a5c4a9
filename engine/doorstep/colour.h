/* SPDX-License-Identifier: MIT */
/* colour.h - whether to colour what people read: --color and NO_COLOR */
#pragma once

#include <stdbool.h>

/** The help text of the --color option. */
#define DOORSTEP_COLOUR_HELP "colour mistakes and differences: auto (default), always or never"

/** True when @fd is a terminal that shows colours, and NO_COLOR is not set to anything. */
bool doorstep_colour_auto(int fd);
/**
 * doorstep_colour_choose:
 * @when: (nullable) what --color was given; NULL: auto
 * @ret_colour: whether to colour what goes to @fd
 *
 * Returns: false, with a message on standard error, when @when is not a word that --color takes.
 */
bool doorstep_colour_choose(const char *when, int fd, bool *ret_colour);
