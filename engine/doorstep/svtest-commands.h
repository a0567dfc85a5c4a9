/* SPDX-License-Identifier: MIT */
/* svtest-commands.h - the parts of which svtest-ext.c makes its tables, from the files that hold them */
#pragma once

#include "engine/doorstep/svtest.h"

/** A `run` function of a command, or of a test. */
#define SVTEST_COMMAND(name) bool name(SieveRun *run, const SieveArgs *args, GError **error)
#define SVTEST_TEST(name)                                                                          \
	bool name(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error)

/* svtest-config.c */
extern const SieveArgDef svtest_config_set_args[];
extern const SieveArgDef svtest_config_unset_args[];
extern const SieveArgDef svtest_config_reload_args[];
SVTEST_COMMAND(svtest_config_set_run);
SVTEST_COMMAND(svtest_config_unset_run);
SVTEST_COMMAND(svtest_config_reload_run);

/* svtest-script.c */
extern const SieveArgDef svtest_compile_args[];
extern const SieveArgDef svtest_script_run_args[];
extern const SieveArgDef svtest_multiscript_args[];
extern const SieveArgDef svtest_binary_args[];
SVTEST_TEST(svtest_compile_run);
SVTEST_TEST(svtest_script_run_run);
SVTEST_TEST(svtest_multiscript_run);
SVTEST_COMMAND(svtest_binary_save_run);
SVTEST_COMMAND(svtest_binary_load_run);

/* svtest-result.c */
extern const SieveArgDef svtest_list_args[];
void svtest_list_check(SieveCheck *check, SieveArgs *args);
SVTEST_COMMAND(svtest_result_reset_run);
SVTEST_COMMAND(svtest_result_print_run);
SVTEST_TEST(svtest_result_execute_run);
SVTEST_TEST(svtest_result_action_run);
SVTEST_TEST(svtest_error_run);

/* svtest-mailbox.c */
extern const SieveArgDef svtest_message_args[];
extern const SieveArgDef svtest_mailbox_args[];
extern const SieveArgDef svtest_metadata_args[];
SVTEST_COMMAND(svtest_message_command_run);
SVTEST_TEST(svtest_message_test_run);
SVTEST_COMMAND(svtest_message_print_run);
SVTEST_COMMAND(svtest_mailbox_create_run);
SVTEST_COMMAND(svtest_mailbox_delete_run);
SVTEST_COMMAND(svtest_metadata_run);
