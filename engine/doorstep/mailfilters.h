/* SPDX-License-Identifier: MIT */
/* mailfilters.h - access lists of the directory as LDIF, for `doorstep convert` */
#pragma once

/** A DoorstepVerb of the program doorstep-directory alone. */
int doorstep_mailfilters(int argc, char **argv);
