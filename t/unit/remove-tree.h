/* SPDX-License-Identifier: MIT */
/* remove-tree.h - ends the folder of a test */
#pragma once

#include <glib/gstdio.h>

/** Removes a folder and what is in it, or a file; symbolic links are not followed. */
static inline void
remove_tree(const char *path)
{
	GDir *dir = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *inner = g_build_filename(path, name, NULL);
		remove_tree(inner);
	}
	if (dir != NULL)
		g_dir_close(dir);
	g_assert_cmpint(g_remove(path), ==, 0);
}
