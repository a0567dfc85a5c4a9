/* SPDX-License-Identifier: MIT */
/* replay.c - main of a target where there is no libFuzzer: runs it on the files it is given */

#include <stdio.h>

#include "t/fuzz/fuzz.h"

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		g_autofree char *data = NULL;
		g_autoptr(GError) error = NULL;
		size_t size;
		if (!g_file_get_contents(argv[i], &data, &size, &error)) {
			fprintf(stderr, "%s\n", error->message);
			return 2;
		}
		/* Without the NUL that GLib adds, so that reading past the end is seen. */
		g_autofree uint8_t *exact = g_memdup2(data, size);
		fprintf(stderr, "%s\n", argv[i]);
		LLVMFuzzerTestOneInput(exact, size);
	}
	return 0;
}
