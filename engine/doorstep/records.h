/* SPDX-License-Identifier: MIT */
/* records.h - location records for the verbs that ask the directory for them */
#pragma once

#include "schema/location.h"

/** A session with the directory that the configuration @path (nullable: as doorstepd) names. */
LocationSession *doorstep_directory_open(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Tells the error on standard error; returns the DoorstepExit that it means. */
int doorstep_directory_failed(const GError *error);
