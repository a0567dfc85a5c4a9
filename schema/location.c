/* SPDX-License-Identifier: MIT */
/* location.c - the location server's client: find, log in, publish, withdraw */

#include "schema/location-session.h"

#include <string.h>

#include "engine/bytes.h"
#include "schema/remote-ip.h"

#define ANSWER_MAX_BYTES (8u << 20) /* 10,000 filter entries fit; what a hostile server can make us hold */
#define MESSAGE_BYTES 200u          /* of a server's text in an error */
#define STANDARD_SMTP_PORT 25

static const struct {
	const char *name;
	enum { ONE, MANY } values;
} attributes[N_ATTRIBUTES] = {
#define LOCATION_ATTRIBUTE(id, name, setter, values) {name, values},
#include "schema/location-attributes.def"
#undef LOCATION_ATTRIBUTE
};

/* The directory's codes that are not simply "away"; unsure means temporary. */
static const struct {
	int ldap;
	LocationError code;
} codes[] = {
	{LDAP_TIMEOUT, LOCATION_ERROR_TIMEOUT},
	{LDAP_TIMELIMIT_EXCEEDED, LOCATION_ERROR_TIMEOUT},
	{LDAP_INVALID_CREDENTIALS, LOCATION_ERROR_CREDENTIALS},
	{LDAP_INAPPROPRIATE_AUTH, LOCATION_ERROR_CREDENTIALS},
	{LDAP_INSUFFICIENT_ACCESS, LOCATION_ERROR_DENIED},
	{LDAP_STRONG_AUTH_REQUIRED, LOCATION_ERROR_DENIED},
	{LDAP_CONFIDENTIALITY_REQUIRED, LOCATION_ERROR_DENIED},
	{LDAP_NO_SUCH_OBJECT, LOCATION_ERROR_CONFIG},
	{LDAP_INVALID_DN_SYNTAX, LOCATION_ERROR_CONFIG},
	{LDAP_PARAM_ERROR, LOCATION_ERROR_CONFIG},
	{LDAP_NO_SUCH_ATTRIBUTE, LOCATION_ERROR_SCHEMA},
	{LDAP_UNDEFINED_TYPE, LOCATION_ERROR_SCHEMA},
	{LDAP_CONSTRAINT_VIOLATION, LOCATION_ERROR_SCHEMA},
	{LDAP_INVALID_SYNTAX, LOCATION_ERROR_SCHEMA},
	{LDAP_OBJECT_CLASS_VIOLATION, LOCATION_ERROR_SCHEMA},
};

static LocationError
find_code(int ldap)
{
	for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
		if (codes[i].ldap == ldap)
			return codes[i].code;
	return LOCATION_ERROR_UNREACHABLE;
}

/* --- One connection ------------------------------------------------------------------------------ */

static void
disconnect(LocationSession *session)
{
	if (session->ldap != NULL)
		ldap_unbind_ext_s(session->ldap, NULL, NULL);
	session->ldap = NULL;
}

/* What is left of the call's time, at most one time-out; never nothing, which LDAP takes for ever. */
struct timeval
location_time_left(const LocationSession *session)
{
	int64_t left_usec = session->deadline_usec - g_get_monotonic_time();

	left_usec = CLAMP(left_usec, 1000, (int64_t)session->settings->timeout_ms * 1000);
	return (struct timeval){.tv_sec = left_usec / G_USEC_PER_SEC,
		.tv_usec = left_usec % G_USEC_PER_SEC};
}

/* Waits for the answer to @id; LDAP_SUCCESS with @ret_message, which may be a search entry. */
int
location_wait_answer(LocationSession *session, int id, LDAPMessage **ret_message)
{
	struct timeval left = location_time_left(session);
	LDAPMessage *message = NULL;
	int type = ldap_result(session->ldap, id, LDAP_MSG_ONE, &left, &message);

	if (type > 0) {
		*ret_message = message;
		return LDAP_SUCCESS;
	}
	int code = LDAP_TIMEOUT;

	if (type < 0)
		ldap_get_option(session->ldap, LDAP_OPT_RESULT_CODE, &code);
	return code != LDAP_SUCCESS ? code : LDAP_SERVER_DOWN;
}

/* Waits for the one result of @id, and gives its code. */
static int
wait_result(LocationSession *session, int id)
{
	LDAPMessage *message = NULL;
	int code = location_wait_answer(session, id, &message);

	if (code != LDAP_SUCCESS)
		return code;
	int parsed = ldap_parse_result(session->ldap, message, &code, NULL, NULL, NULL, NULL, 1);

	return parsed != LDAP_SUCCESS ? parsed : code;
}

static int
bind_as(LocationSession *session, const char *dn, const char *password)
{
	struct berval credentials = {.bv_val = (char *)(uintptr_t)password,
		.bv_len = strlen(password)};
	int id = 0;
	int code = ldap_sasl_bind(
		session->ldap, dn, LDAP_SASL_SIMPLE, &credentials, NULL, NULL, &id);

	return code == LDAP_SUCCESS ? wait_result(session, id) : code;
}

static int
set_tls_options(LocationSession *session)
{
	static const int demand = LDAP_OPT_X_TLS_DEMAND;
	static const int as_client = 0;
	int code = LDAP_SUCCESS;

	if (session->settings->ca_file != NULL)
		code = ldap_set_option(
			session->ldap, LDAP_OPT_X_TLS_CACERTFILE, session->settings->ca_file);
	if (code == LDAP_SUCCESS)
		code = ldap_set_option(session->ldap, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
	/* The settings above count for a context made after them. */
	if (code == LDAP_SUCCESS)
		code = ldap_set_option(session->ldap, LDAP_OPT_X_TLS_NEWCTX, &as_client);
	return code;
}

static int
set_options(LocationSession *session)
{
	static const int version = LDAP_VERSION3;
	const struct timeval left = location_time_left(session);
	ber_len_t answer_max = ANSWER_MAX_BYTES;
	Sockbuf *socket_buffer = NULL;

	if (ldap_set_option(session->ldap, LDAP_OPT_PROTOCOL_VERSION, &version) != LDAP_SUCCESS ||
		/* Another server must not be made to speak for this one. */
		ldap_set_option(session->ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) != LDAP_SUCCESS ||
		ldap_set_option(session->ldap, LDAP_OPT_NETWORK_TIMEOUT, &left) != LDAP_SUCCESS ||
		ldap_set_option(session->ldap, LDAP_OPT_TIMEOUT, &left) != LDAP_SUCCESS ||
		ldap_get_option(session->ldap, LDAP_OPT_SOCKBUF, &socket_buffer) != LDAP_SUCCESS)
		return LDAP_PARAM_ERROR;
	if (ber_sockbuf_ctrl(socket_buffer, LBER_SB_OPT_SET_MAX_INCOMING, &answer_max) != 1)
		return LDAP_PARAM_ERROR;
	return set_tls_options(session) == LDAP_SUCCESS ? LDAP_SUCCESS : LDAP_PARAM_ERROR;
}

/* Opens the connection when there is none, with the identity that the session has. */
static int
connect_session(LocationSession *session)
{
	const LocationSettings *settings = session->settings;
	const char *dn = session->login_dn != NULL ? session->login_dn : settings->bind_dn;
	const char *password =
		session->login_dn != NULL ? session->login_password : settings->password;

	if (session->ldap != NULL)
		return LDAP_SUCCESS;
	int code = ldap_initialize(&session->ldap, settings->uri);

	if (code == LDAP_SUCCESS)
		code = set_options(session);
	if (code == LDAP_SUCCESS && settings->start_tls)
		code = ldap_start_tls_s(session->ldap, NULL, NULL);
	if (code == LDAP_SUCCESS && dn != NULL)
		code = bind_as(session, dn, password != NULL ? password : "");
	return code;
}

/* --- Calls: connect, try, reconnect once ---------------------------------------------------------- */

static void
set_error(LocationSession *session, const char *what, int code, GError **error)
{
	g_autofree char *shown = NULL;
	char *text = NULL;

	if (session->ldap != NULL)
		ldap_get_option(session->ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &text);
	if (text != NULL && *text != '\0')
		shown = sieve_bytes_escape(sieve_bytes_from_string(text), MESSAGE_BYTES);
	ldap_memfree(text);
	g_set_error(error, LOCATION_ERROR, (int)find_code(code), "directory %s: %s: %s%s%s",
		session->settings->uri, what, ldap_err2string(code), shown != NULL ? ": " : "",
		shown != NULL ? shown : "");
}

void
location_start_call(LocationSession *session)
{
	session->deadline_usec =
		g_get_monotonic_time() + 2 * (int64_t)session->settings->timeout_ms * 1000;
}

/* A connection that was left open may be dead by now, and then deserves a second try. A fresh one
 * does not: a directory that is away is away. All operations may be repeated without harm. */
bool
location_perform(LocationSession *session, const char *what, LocationOperation operation, void *data,
	GError **error)
{
	bool stale = session->ldap != NULL;
	int code = connect_session(session);

	if (code == LDAP_SUCCESS)
		code = operation(session, data);
	if (code == LDAP_SERVER_DOWN && stale) {
		disconnect(session);
		code = connect_session(session);
		if (code == LDAP_SUCCESS)
			code = operation(session, data);
	}
	if (code == LDAP_SUCCESS)
		return true;
	set_error(session, what, code, error);
	/* After a refused bind, an answer that came late or made no sense, the connection's state is
	 * not known. A new one is cheap. */
	disconnect(session);
	return false;
}

/* --- Search ----------------------------------------------------------------------------------------- */

typedef struct Search {
	const char *base;
	int scope;
	const char *filter;  /* escaped */
	char **asked;
	LDAPMessage *entry;  /* (nullable) what was found; belongs to the search */
	unsigned n_entries;
} Search;

static void
search_clear(Search *search)
{
	ldap_msgfree(search->entry);
	search->entry = NULL;
	search->n_entries = 0;
}

/* Reads answers until the result or the second entry. */
static int
collect(LocationSession *session, int id, Search *search)
{
	while (search->n_entries < 2) {
		LDAPMessage *message = NULL;
		int code = location_wait_answer(session, id, &message);

		if (code != LDAP_SUCCESS)
			return code;
		int type = ldap_msgtype(message);
		if (type == LDAP_RES_SEARCH_ENTRY) {
			ldap_msgfree(search->entry);
			search->entry = message;
			search->n_entries++;
		} else if (type == LDAP_RES_SEARCH_RESULT) {
			int parsed = ldap_parse_result(
				session->ldap, message, &code, NULL, NULL, NULL, NULL, 1);
			return parsed != LDAP_SUCCESS ? parsed : code;
		} else {
			ldap_msgfree(message);
			if (g_get_monotonic_time() >= session->deadline_usec)
				return LDAP_TIMEOUT;
		}
	}
	return ldap_abandon_ext(session->ldap, id, NULL, NULL);
}

static int
run_search(LocationSession *session, void *data)
{
	Search *search = data;
	struct timeval left = location_time_left(session);
	int id = 0;

	search_clear(search);
	int code = ldap_search_ext(session->ldap, search->base, search->scope, search->filter,
		search->asked, 0, NULL, NULL, &left, 2, &id);

	if (code == LDAP_SUCCESS)
		code = collect(session, id, search);
	if (code == LDAP_SIZELIMIT_EXCEEDED) {
		search->n_entries = 2;
		code = LDAP_SUCCESS;
	}
	return code;
}

/* --- Entries ---------------------------------------------------------------------------------------- */

static bool
take_values(LocationRecord *record, size_t attribute, struct berval **values, GError **error)
{
	if (attributes[attribute].values == ONE && ldap_count_values_len(values) > 1) {
		g_set_error(error, LOCATION_ERROR, LOCATION_ERROR_SCHEMA, "%s has more than one value",
			attributes[attribute].name);
		return false;
	}
	for (size_t i = 0; values[i] != NULL; i++) {
		SieveBytes value = {values[i]->bv_val, values[i]->bv_len};

		if (!location_record_set(record, attributes[attribute].name, value, error))
			return false;
	}
	return true;
}

static LocationRecord *
read_entry(LocationSession *session, LDAPMessage *entry, GError **error)
{
	g_autoptr(LocationRecord) record = location_record_new();
	char *dn = ldap_get_dn(session->ldap, entry);
	bool good = true;

	record->dn = g_strdup(dn != NULL ? dn : "");
	ldap_memfree(dn);
	for (size_t i = 0; good && i < N_ATTRIBUTES; i++) {
		struct berval **values =
			*session->names[i] != '\0'
				? ldap_get_values_len(session->ldap, entry, session->names[i])
				: NULL;

		good = values == NULL || take_values(record, i, values, error);
		ldap_value_free_len(values);
	}
	if (good && record->user_name == NULL) {
		g_set_error(error, LOCATION_ERROR, LOCATION_ERROR_SCHEMA,
			"no %s, or none that may be read", attributes[ATTRIBUTE_USER_NAME].name);
		good = false;
	}
	if (!good) {
		g_prefix_error(error, "record %s: ", record->dn);
		return NULL;
	}
	return g_steal_pointer(&record);
}

/* (attribute=value), with the value escaped (RFC 4515 section 3). */
static char *
make_filter(const LocationSession *session, size_t attribute, SieveBytes value)
{
	struct berval plain = {.bv_val = (char *)(uintptr_t)value.ptr, .bv_len = value.len};
	struct berval escaped = {0};

	if (ldap_bv2escaped_filter_value(&plain, &escaped) != 0)
		g_error("out of memory");
	char *filter = g_strdup_printf("(%s=%.*s)", session->names[attribute],
		(int)escaped.bv_len, escaped.bv_val);

	if (escaped.bv_val != plain.bv_val)
		ber_memfree(escaped.bv_val);
	return filter;
}

/* The one record that @filter finds. */
static bool
find(LocationSession *session, const char *filter, LocationRecord **ret_record, GError **error)
{
	Search search = {.base = session->settings->base,
		.scope = LDAP_SCOPE_SUBTREE,
		.filter = filter,
		.asked = session->asked};
	LocationRecord *record = NULL;
	bool good = location_perform(session, "search", run_search, &search, error);

	if (good && search.n_entries == 1) {
		record = read_entry(session, search.entry, error);
		good = record != NULL;
	}
	search_clear(&search);
	if (good)
		*ret_record = record;
	return good;
}

/* --- Session ---------------------------------------------------------------------------------------- */

LocationSession *
location_session_new(const LocationSettings *settings, GError **error)
{
	if (settings->uri == NULL || settings->base == NULL || !ldap_is_ldap_url(settings->uri)) {
		g_set_error(error, LOCATION_ERROR, LOCATION_ERROR_CONFIG,
			"\"%s\" is no address of a directory (ldap://host/), or its base is missing",
			settings->uri != NULL ? settings->uri : "");
		return NULL;
	}
	LocationSession *session = g_new0(LocationSession, 1);
	size_t n_asked = 0;

	session->config = location_config_new(settings);
	session->settings = location_config_settings(session->config);
	for (size_t i = 0; i < N_ATTRIBUTES; i++) {
		const char *name = attributes[i].name;
		const char *const *pair = settings->attribute_names;

		for (; pair != NULL && pair[0] != NULL && pair[1] != NULL; pair += 2)
			if (g_ascii_strcasecmp(pair[0], attributes[i].name) == 0)
				name = pair[1];
		session->names[i] = g_strdup(name);
		if (*name != '\0')
			session->asked[n_asked++] = session->names[i];
	}
	return session;
}

static void
forget_login(LocationSession *session)
{
	if (session->login_password != NULL)
		explicit_bzero(session->login_password, strlen(session->login_password));
	g_clear_pointer(&session->login_password, g_free);
	g_clear_pointer(&session->login_dn, g_free);
}

void
location_session_free(LocationSession *session)
{
	if (session == NULL)
		return;
	disconnect(session);
	forget_login(session);
	for (size_t i = 0; i < N_ATTRIBUTES; i++)
		g_free(session->names[i]);
	location_config_free(session->config);
	g_free(session);
}

void
location_session_logout(LocationSession *session)
{
	if (session->login_dn == NULL)
		return;
	disconnect(session);
	forget_login(session);
}

/* --- Find ------------------------------------------------------------------------------------------- */

bool
location_find_by_email(LocationSession *session, SieveBytes email, LocationRecord **ret_record,
	GError **error)
{
	g_autofree char *filter = make_filter(session, ATTRIBUTE_EMAIL, email);
	g_autoptr(LocationRecord) record = NULL;

	location_start_call(session);
	if (email.len > 0 && !find(session, filter, &record, error))
		return false;
	/* A directory's own idea of equal may leave out blanks. */
	bool same = record != NULL && location_record_has_email(record, email);

	*ret_record = same ? g_steal_pointer(&record) : NULL;
	return true;
}

bool
location_find_by_user(LocationSession *session, SieveBytes user_name, LocationRecord **ret_record,
	GError **error)
{
	g_autofree char *filter = make_filter(session, ATTRIBUTE_USER_NAME, user_name);

	location_start_call(session);
	if (user_name.len > 0)
		return find(session, filter, ret_record, error);
	*ret_record = NULL;
	return true;
}

bool
location_find_by_host(LocationSession *session, const char *host, uint16_t smtp_port,
	LocationRecord **ret_record, GError **error)
{
	g_autofree char *canonical = location_remote_ip(host);
	g_autofree char *number = g_strdup_printf("%u", smtp_port);

	location_start_call(session);
	if (canonical == NULL) {
		*ret_record = NULL;
		return true;
	}
	g_autofree char *by_host =
		make_filter(session, ATTRIBUTE_HOST, sieve_bytes_from_string(canonical));
	g_autofree char *by_port =
		make_filter(session, ATTRIBUTE_SMTP_PORT, sieve_bytes_from_string(number));
	const char *port_name = session->names[ATTRIBUTE_SMTP_PORT];
	g_autofree char *filter =
		*port_name == '\0' ? g_strdup(by_host)
		: smtp_port == STANDARD_SMTP_PORT
			? g_strdup_printf("(&%s(|%s(!(%s=*))))", by_host, by_port, port_name)
			: g_strdup_printf("(&%s%s)", by_host, by_port);
	g_autoptr(LocationRecord) record = NULL;

	if (!find(session, filter, &record, error))
		return false;
	bool same = record != NULL && record->smtp_port == smtp_port;

	*ret_record = same ? g_steal_pointer(&record) : NULL;
	return true;
}

/* --- Log in ----------------------------------------------------------------------------------------- */

/* The DN of the record of @user_name, which is all that a stranger may be told of it. */
static bool
find_dn(LocationSession *session, SieveBytes user_name, char **ret_dn, GError **error)
{
	char no_attributes[] = LDAP_NO_ATTRS;
	char *asked[] = {no_attributes, NULL};
	g_autofree char *filter = make_filter(session, ATTRIBUTE_USER_NAME, user_name);
	Search search = {.base = session->settings->base,
		.scope = LDAP_SCOPE_SUBTREE,
		.filter = filter,
		.asked = asked};
	bool good = user_name.len == 0 || location_perform(session, "search", run_search, &search, error);
	char *dn = good && search.n_entries == 1 ? ldap_get_dn(session->ldap, search.entry) : NULL;

	if (good)
		*ret_dn = g_strdup(dn);
	ldap_memfree(dn);
	search_clear(&search);
	return good;
}

static bool
refuse(GError **error)
{
	g_set_error_literal(error, LOCATION_ERROR, LOCATION_ERROR_CREDENTIALS,
		"the directory does not know this user name with this password");
	return false;
}

static int
run_nothing(LocationSession *session G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
	return LDAP_SUCCESS;
}

/* Binds by connecting anew with the identity of the login, as every later reconnection will. */
static bool
bind_login(LocationSession *session, GError **error)
{
	g_autoptr(GError) problem = NULL;

	disconnect(session);
	if (location_perform(session, "bind", run_nothing, NULL, &problem))
		return true;
	if (g_error_matches(problem, LOCATION_ERROR, LOCATION_ERROR_CREDENTIALS))
		return refuse(error);
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static bool
read_own(LocationSession *session, LocationRecord **ret_record, GError **error)
{
	Search search = {.base = session->login_dn,
		.scope = LDAP_SCOPE_BASE,
		.filter = "(objectClass=*)",
		.asked = session->asked};
	LocationRecord *record = NULL;

	if (location_perform(session, "search", run_search, &search, error)) {
		if (search.n_entries == 1)
			record = read_entry(session, search.entry, error);
		else
			g_set_error(error, LOCATION_ERROR, LOCATION_ERROR_DENIED,
				"record %s: its owner may not read it", session->login_dn);
	}
	search_clear(&search);
	if (record == NULL)
		return false;
	*ret_record = record;
	return true;
}

bool
location_login(LocationSession *session, SieveBytes user_name, SieveBytes password,
	LocationRecord **ret_record, GError **error)
{
	g_autofree char *dn = NULL;

	location_start_call(session);
	location_session_logout(session);
	/* RFC 4513 section 5.1.2: an empty password makes an anonymous bind, which succeeds. A NUL would
	 * cut the password short. */
	if (password.len == 0 || memchr(password.ptr, '\0', password.len) != NULL)
		return refuse(error);
	if (!find_dn(session, user_name, &dn, error)) {
		g_prefix_error(error, "looking for the user's record: ");
		return false;
	}
	if (dn == NULL || *dn == '\0')
		return refuse(error);
	session->login_dn = g_steal_pointer(&dn);
	session->login_password = sieve_bytes_dup(password);
	if (bind_login(session, error) && read_own(session, ret_record, error))
		return true;
	location_session_logout(session);
	return false;
}

/* --- Publish and withdraw --------------------------------------------------------------------------- */

/* One replacement of all values of an attribute by one, or by none. */
typedef struct Change {
	size_t attribute;
	struct berval value;
	struct berval *values[2];
	LDAPMod mod;
} Change;

typedef struct Modify {
	const char *dn;
	Change changes[N_ATTRIBUTES];
	LDAPMod *mods[N_ATTRIBUTES + 1];
	size_t n_changes;
} Modify;

/* @value: (nullable): the attribute goes away */
static void
replace(LocationSession *session, Modify *modify, size_t attribute, const void *value, size_t len)
{
	Change *change = &modify->changes[modify->n_changes];

	if (*session->names[attribute] == '\0')
		return;
	change->value = (struct berval){.bv_val = (char *)(uintptr_t)value, .bv_len = len};
	change->values[0] = value != NULL ? &change->value : NULL;
	change->mod = (LDAPMod){.mod_op = LDAP_MOD_REPLACE | LDAP_MOD_BVALUES,
		.mod_type = session->names[attribute]};
	change->mod.mod_bvalues = change->values;
	modify->mods[modify->n_changes++] = &change->mod;
}

static void
replace_text(LocationSession *session, Modify *modify, size_t attribute, const char *text)
{
	replace(session, modify, attribute, text, text != NULL ? strlen(text) : 0);
}

static int
run_modify(LocationSession *session, void *data)
{
	Modify *modify = data;
	int id = 0;
	int code = ldap_modify_ext(session->ldap, modify->dn, modify->mods, NULL, NULL, &id);

	return code == LDAP_SUCCESS ? wait_result(session, id) : code;
}

/* generalizedTime (RFC 4517 section 3.3.13); NULL when @unix_time is none. */
static char *
print_time(int64_t unix_time)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(unix_time);

	return time != NULL && unix_time > 0 ? g_date_time_format(time, "%Y%m%d%H%M%SZ") : NULL;
}

bool
location_publish(LocationSession *session, const char *dn, const LocationPresence *presence,
	GError **error)
{
	g_autofree char *status = g_strdup_printf("%u", (unsigned)presence->status);
	g_autofree char *host = location_remote_ip(presence->host);
	g_autofree char *port = g_strdup_printf("%u", presence->smtp_port);
	g_autofree char *lease_end = print_time(presence->lease_end_unix);
	Modify modify = {.dn = dn};

	if (host == NULL || presence->smtp_port == 0) {
		g_set_error(error, LOCATION_ERROR, LOCATION_ERROR_CONFIG,
			"\"%s\" port %u is no place for mail to go to",
			presence->host != NULL ? presence->host : "", presence->smtp_port);
		return false;
	}
	location_start_call(session);
	replace_text(session, &modify, ATTRIBUTE_ONLINE, status);
	replace_text(session, &modify, ATTRIBUTE_HOST, host);
	replace_text(session, &modify, ATTRIBUTE_SMTP_PORT, port);
	replace_text(session, &modify, ATTRIBUTE_LEASE_END, lease_end);
	replace_text(session, &modify, ATTRIBUTE_TLS_KEY, presence->tls_key);
	replace(session, &modify, ATTRIBUTE_TICKET_SECRET, presence->ticket_secret,
		LOCATION_SECRET_BYTES);
	return location_perform(session, "publish", run_modify, &modify, error);
}

bool
location_withdraw(LocationSession *session, const char *dn, GError **error)
{
	Modify modify = {.dn = dn};

	location_start_call(session);
	replace_text(session, &modify, ATTRIBUTE_ONLINE, "0");
	replace_text(session, &modify, ATTRIBUTE_HOST, NULL);
	replace_text(session, &modify, ATTRIBUTE_SMTP_PORT, NULL);
	replace_text(session, &modify, ATTRIBUTE_LEASE_END, NULL);
	replace_text(session, &modify, ATTRIBUTE_TLS_KEY, NULL);
	replace_text(session, &modify, ATTRIBUTE_TICKET_SECRET, NULL);
	return location_perform(session, "withdraw", run_modify, &modify, error);
}
