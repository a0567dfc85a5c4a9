/* SPDX-License-Identifier: MIT */
/* location-list.c - the values that a search of the directory finds (RFC 4516) */

#include "schema/location-session.h"

typedef struct Listing {
	LDAPURLDesc *url;
	GPtrArray *values;
	guint n_before; /* of them, for a second try */
} Listing;

static void
take_listed(LocationSession *session, LDAPMessage *entry, Listing *listing)
{
	struct berval **values = ldap_get_values_len(session->ldap, entry, listing->url->lud_attrs[0]);

	for (size_t i = 0; values != NULL && values[i] != NULL; i++)
		g_ptr_array_add(listing->values, g_strndup(values[i]->bv_val, values[i]->bv_len));
	ldap_value_free_len(values);
}

static int
collect_listed(LocationSession *session, int id, Listing *listing)
{
	for (;;) {
		LDAPMessage *message = NULL;
		int code = location_wait_answer(session, id, &message);

		if (code != LDAP_SUCCESS)
			return code;
		int type = ldap_msgtype(message);
		if (type == LDAP_RES_SEARCH_RESULT) {
			int parsed = ldap_parse_result(
				session->ldap, message, &code, NULL, NULL, NULL, NULL, 1);
			return parsed != LDAP_SUCCESS ? parsed : code;
		}
		if (type == LDAP_RES_SEARCH_ENTRY)
			take_listed(session, message, listing);
		ldap_msgfree(message);
		if (listing->values->len - listing->n_before > LOCATION_VALUES_MAX)
			return LDAP_PARAM_ERROR;
		if (g_get_monotonic_time() >= session->deadline_usec)
			return LDAP_TIMEOUT;
	}
}

static int
run_listing(LocationSession *session, void *data)
{
	Listing *listing = data;
	const LDAPURLDesc *url = listing->url;
	struct timeval left = location_time_left(session);
	int id = 0;

	g_ptr_array_set_size(listing->values, (gint)listing->n_before);
	int code = ldap_search_ext(session->ldap, url->lud_dn, url->lud_scope,
		url->lud_filter != NULL ? url->lud_filter : "(objectClass=*)", url->lud_attrs, 0, NULL,
		NULL, &left, LDAP_NO_LIMIT, &id);

	return code == LDAP_SUCCESS ? collect_listed(session, id, listing) : code;
}

/* One attribute, no host: another server must not be made to speak for this one. */
static bool
is_listing(const LDAPURLDesc *url)
{
	return (url->lud_host == NULL || *url->lud_host == '\0') && url->lud_dn != NULL &&
	       url->lud_attrs != NULL && url->lud_attrs[0] != NULL && url->lud_attrs[1] == NULL &&
	       url->lud_exts == NULL;
}

bool
location_search(LocationSession *session, const char *url, GPtrArray *values, GError **error)
{
	Listing listing = {.values = values, .n_before = values->len};
	int parsed = ldap_url_parse(url, &listing.url);
	bool good = parsed == LDAP_URL_SUCCESS && is_listing(listing.url);

	if (!good)
		g_set_error(error, LOCATION_ERROR, LOCATION_ERROR_CONFIG,
			"\"%s\" is no search: write it as ldap:///BASE?ATTRIBUTE?SCOPE?FILTER", url);
	location_start_call(session);
	good = good && location_perform(session, "search", run_listing, &listing, error);
	if (parsed == LDAP_URL_SUCCESS)
		ldap_free_urldesc(listing.url);
	return good;
}

bool
location_list_filtered(LocationSession *session, GPtrArray *user_names, GError **error)
{
	const char *mailfilter = session->names[ATTRIBUTE_MAILFILTER];
	g_autofree char *base = g_uri_escape_string(session->settings->base, "=,", FALSE);
	g_autofree char *url = g_strdup_printf(
		"ldap:///%s?%s?sub?(%s=*)", base, session->names[ATTRIBUTE_USER_NAME], mailfilter);

	if (*mailfilter != '\0')
		return location_search(session, url, user_names, error);
	g_set_error(error, LOCATION_ERROR, LOCATION_ERROR_CONFIG,
		"the configuration says that this directory has no mailfilter");
	return false;
}
