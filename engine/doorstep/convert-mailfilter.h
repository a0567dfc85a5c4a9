/* SPDX-License-Identifier: MIT */
/* convert-mailfilter.h - the format of access lists of location records, which schema/ knows */
#pragma once

#include "engine/convert/convert.h"

extern const SieveConvertFormat doorstep_convert_mailfilter;
