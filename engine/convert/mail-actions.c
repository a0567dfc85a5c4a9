/* SPDX-License-Identifier: MIT */
/* mail-actions.c - what rules of mail programs do, collected first and then written in Sieve's order */

#include "engine/convert/mail-actions.h"

#include <string.h>

#include "engine/bytes.h"
#include "engine/deliver/mailbox-name.h"
#include "engine/message/address.h"

ConvertActions *
convert_actions_new(SieveConversion *conversion)
{
	ConvertActions *actions = g_new0(ConvertActions, 1);

	actions->conversion = conversion;
	actions->flags = g_array_new(FALSE, FALSE, sizeof(SieveBytes));
	actions->copies = g_array_new(FALSE, FALSE, sizeof(SieveBytes));
	actions->forwards = g_array_new(FALSE, FALSE, sizeof(SieveBytes));
	return actions;
}

void
convert_actions_free(ConvertActions *actions)
{
	if (actions == NULL)
		return;
	g_array_unref(actions->flags);
	g_array_unref(actions->copies);
	g_array_unref(actions->forwards);
	g_free(actions);
}

bool
convert_actions_add_flag(ConvertActions *actions, SieveBytes flag)
{
	for (size_t i = 0; i < flag.len; i++)
		if (flag.ptr[i] <= ' ' || flag.ptr[i] > '~' || strchr("(){%*\"]", flag.ptr[i]) != NULL ||
			(flag.ptr[i] == '\\' && i > 0))
			return false;
	if (flag.len == 0)
		return false;
	g_array_append_val(actions->flags, flag);
	return true;
}

static bool
is_mailbox(SieveBytes mailbox)
{
	return convert_is_text(mailbox) && sieve_mailbox_name_check(mailbox) == NULL;
}

bool
convert_actions_add_copy(ConvertActions *actions, SieveBytes mailbox)
{
	if (!is_mailbox(mailbox))
		return false;
	g_array_append_val(actions->copies, mailbox);
	return true;
}

bool
convert_actions_set_mailbox(ConvertActions *actions, SieveBytes mailbox)
{
	if (!is_mailbox(mailbox))
		return false;
	actions->mailbox = mailbox;
	return true;
}

bool
convert_actions_add_forward(ConvertActions *actions, SieveBytes address)
{
	if (!sieve_address_is_mailbox(address) || !convert_is_text(address))
		return false;
	g_array_append_val(actions->forwards, address);
	return true;
}

bool
convert_actions_are_none(const ConvertActions *actions)
{
	return actions->flags->len + actions->copies->len + actions->forwards->len == 0 &&
	       actions->mailbox.ptr == NULL && !actions->stop;
}

static void
add_fileinto(const ConvertActions *actions, SieveAstNode *block, SieveBytes mailbox, bool copy)
{
	SieveAst *ast = convert_ast(actions->conversion);
	SieveAstNode *command = convert_add_command(actions->conversion, block, "fileinto",
		copy ? "copy" : NULL, (SieveBytes){NULL, 0});

	sieve_ast_add_tag(ast, command, SIEVE_BYTES("create"));
	sieve_ast_add_string(ast, command, mailbox);
}

void
convert_actions_write(const ConvertActions *actions, SieveAstNode *block)
{
	const SieveBytes none = {NULL, 0};

	if (actions->flags->len > 0)
		convert_add_list(actions->conversion,
			convert_add_command(actions->conversion, block, "addflag", NULL, none),
			(ConvertList){(const SieveBytes *)(const void *)actions->flags->data,
				actions->flags->len});
	for (guint i = 0; i < actions->copies->len; i++)
		add_fileinto(actions, block, g_array_index(actions->copies, SieveBytes, i), true);
	for (guint i = 0; i < actions->forwards->len; i++)
		convert_add_command(actions->conversion, block, "redirect", "copy",
			g_array_index(actions->forwards, SieveBytes, i));
	if (actions->mailbox.ptr != NULL)
		add_fileinto(actions, block, actions->mailbox, false);
	if (actions->stop)
		convert_add_command(actions->conversion, block, "stop", NULL, none);
}
