/* SPDX-License-Identifier: MIT */
/* milter.c - the hook as a milter: the MTA's events to a session, verdicts back to the MTA */

#include "mta-hook/milter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmilter/mfapi.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>

#include "peer/log.h"

/* The project's one global that is ever written. libmilter gives its user no pointer but that of a
 * connection (smfi_setpriv), which xxfi_connect must fill from somewhere; it serves one filter per
 * process. Written once, before smfi_main() starts a thread, and only read from then on. */
static const Hook *running_hook;

/* libmilter's parameters are char *, although it writes to none: literals are copied for it. */
#define MACRO_AUTHENTICATED "{auth_authen}"
#define MACRO_MAILER "{rcpt_mailer}"

/* Always safe: the MTA goes on by itself. */
#define GO_ON SMFIS_CONTINUE

static HookSession *
get_session(SMFICTX *ctx)
{
	return smfi_getpriv(ctx);
}

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long offered_actions, unsigned long offered_steps,
	unsigned long f2, unsigned long f3, unsigned long *ret_actions, unsigned long *ret_steps,
	unsigned long *ret_f2, unsigned long *ret_f3)
{
	(void)offered_actions;
	(void)f2;
	(void)f3;
	/* What an MTA does not offer to leave out, it sends; then it costs time and nothing else.
	 */
	static const unsigned long unneeded = SMFIP_NOBODY | SMFIP_NOEOH | SMFIP_NODATA;
	*ret_actions = 0;
	*ret_steps = offered_steps & unneeded;
	*ret_f2 = 0;
	*ret_f3 = 0;
	char at_mail[] = MACRO_AUTHENTICATED, at_rcpt[] = MACRO_MAILER;
	smfi_setsymlist(ctx, SMFIM_ENVFROM, at_mail);
	smfi_setsymlist(ctx, SMFIM_ENVRCPT, at_rcpt);
	return SMFIS_CONTINUE;
}

static char *
print_client_ip(const _SOCK_ADDR *address)
{
	char text[INET6_ADDRSTRLEN];
	if (!address)
		return NULL;
	if (address->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, address, sizeof(v4));
		return g_strdup(inet_ntop(AF_INET, &v4.sin_addr, text, sizeof(text)));
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, address, sizeof(v6));
		return g_strdup(inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text)));
	}
	return NULL;
}

static sfsistat
on_connect(SMFICTX *ctx, char *host_name, _SOCK_ADDR *address)
{
	(void)host_name;
	g_autofree char *ip = print_client_ip(address);
	g_autoptr(HookSession) session = hook_session_new(running_hook, ip);
	if (smfi_setpriv(ctx, session) != MI_SUCCESS)
		return SMFIS_ACCEPT;
	g_steal_pointer(&session);
	return GO_ON;
}

static sfsistat
on_helo(SMFICTX *ctx, char *name)
{
	(void)name;
	hook_session_helo(get_session(ctx));
	return GO_ON;
}

/* SMFIS_ACCEPT must not be returned here: Postfix's smtpd would panic. A 4yz reply is the only kind
 * that every Postfix sends in place of its own 500. */
static sfsistat
on_unknown(SMFICTX *ctx, const char *command)
{
	if (!hook_session_unknown(get_session(ctx), command))
		return GO_ON;
	char code[] = "450", enhanced[] = "4.7.0", text[] = "Redirects noted";
	if (smfi_setreply(ctx, code, enhanced, text) != MI_SUCCESS)
		return GO_ON;
	return SMFIS_TEMPFAIL;
}

static sfsistat
on_mail(SMFICTX *ctx, char **arguments)
{
	char macro[] = MACRO_AUTHENTICATED;
	const char *user = smfi_getsymval(ctx, macro);
	hook_session_mail(get_session(ctx), arguments[0], user && *user);
	return GO_ON;
}

/* libmilter takes the text for a format: a percent sign is written twice. */
static char *
double_percents(const char *line)
{
	g_auto(GStrv) parts = g_strsplit(line, "%", -1);
	return g_strjoinv("%%", parts);
}

static sfsistat
send_verdict(SMFICTX *ctx, const HookVerdict *verdict)
{
	if (!verdict->code || g_strv_length(verdict->lines) != 2)
		return GO_ON;
	g_autofree char *first = double_percents(verdict->lines[0]);
	g_autofree char *last = double_percents(verdict->lines[1]);
	/* A reply that libmilter refuses would become 550 5.7.1, which bounces: the mail is stored.
	 */
	if (smfi_setmlreply(ctx, verdict->code, verdict->enhanced, first, last, NULL) !=
		MI_SUCCESS) {
		peer_log("rcpt", (const PeerLogField[]){
					 {"verdict", SIEVE_BYTES("store")},
					 {"reason", SIEVE_BYTES("reply-refused-by-libmilter")},
					 {NULL, {NULL, 0}},
				 });
		return GO_ON;
	}
	return SMFIS_REJECT;
}

static sfsistat
on_rcpt(SMFICTX *ctx, char **arguments)
{
	char macro[] = MACRO_MAILER;
	const char *mailer = smfi_getsymval(ctx, macro);
	bool refused = mailer && strcmp(mailer, "error") == 0;
	g_auto(HookVerdict) verdict = hook_session_rcpt(get_session(ctx), arguments[0], refused);
	return send_verdict(ctx, &verdict);
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	hook_session_header(get_session(ctx), name, value);
	return GO_ON;
}

static sfsistat
on_end_of_message(SMFICTX *ctx)
{
	hook_session_end_of_message(get_session(ctx));
	return GO_ON;
}

static sfsistat
on_abort(SMFICTX *ctx)
{
	hook_session_reset(get_session(ctx));
	return GO_ON;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	hook_session_free(get_session(ctx));
	smfi_setpriv(ctx, NULL);
	return GO_ON;
}

static bool
register_callbacks(void)
{
	char name[] = "doorstep-hook"; /* copied by libmilter */
	const struct smfiDesc description = {
		.xxfi_name = name,
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = 0,
		.xxfi_connect = on_connect,
		.xxfi_helo = on_helo,
		.xxfi_envfrom = on_mail,
		.xxfi_envrcpt = on_rcpt,
		.xxfi_header = on_header,
		.xxfi_eom = on_end_of_message,
		.xxfi_abort = on_abort,
		.xxfi_close = on_close,
		.xxfi_unknown = on_unknown,
		.xxfi_negotiate = on_negotiate,
	};
	return smfi_register(description) == MI_SUCCESS;
}

/* "address:port" to libmilter's own "inet:port@address". */
static char *
make_socket_name(const char *address, GError **error)
{
	if (g_str_has_prefix(address, "unix:"))
		return g_strdup(address);
	const char *colon = strrchr(address, ':');
	if (!colon || colon == address || !colon[1]) {
		g_set_error(error, HOOK_ERROR, HOOK_ERROR_CONFIG,
			"\"%s\" is neither address:port nor unix:/path", address);
		return NULL;
	}
	bool bracketed = address[0] == '[' && colon[-1] == ']';
	g_autofree char *host = bracketed ? g_strndup(address + 1, (size_t)(colon - address) - 2)
					  : g_strndup(address, (size_t)(colon - address));
	return g_strdup_printf("%s:%s@%s", strchr(host, ':') ? "inet6" : "inet", colon + 1, host);
}

static bool
fail(const char *what, GError **error)
{
	g_set_error(error, HOOK_ERROR, HOOK_ERROR_CONFIG, "milter: %s", what);
	return false;
}

bool
hook_milter_run(const char *address, unsigned socket_mode, const Hook *hook, GError **error)
{
	g_autofree char *name = make_socket_name(address, error);
	if (!name)
		return false;
	running_hook = hook;
	if (!register_callbacks() || smfi_setconn(name) != MI_SUCCESS)
		return fail("cannot register", error);
	if (smfi_opensocket(true) != MI_SUCCESS)
		return fail("cannot listen on its socket", error);
	if (g_str_has_prefix(address, "unix:") &&
		chmod(address + strlen("unix:"), socket_mode) != 0)
		return fail(g_strerror(errno), error);
	peer_log("ready", (const PeerLogField[]){
				  {"milter", sieve_bytes_from_string(address)},
				  {NULL, {NULL, 0}},
			  });
	if (smfi_main() != MI_SUCCESS)
		return fail("ended with an error", error);
	return true;
}
