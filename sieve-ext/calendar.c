/* SPDX-License-Identifier: MIT */
/* calendar.c - a folder of calendars, and what scheduling messages (RFC 5546) do to it */

#include "sieve-ext/calendar.h"

#include <fcntl.h>
#include <libical/ical.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Text and components of an object may come to this; a real invitation has a tenth of it. */
enum { MAX_DEPTH = 4, MAX_COMPONENTS = 1000 };
#define MAX_OBJECT_BYTES ((size_t)1 << 20)

G_DEFINE_AUTOPTR_CLEANUP_FUNC(icalcomponent, icalcomponent_free)

struct CalendarMessage {
	icalcomponent *object; /* VCALENDAR */
	icalproperty_method method;
	const char *uid;
	const char *organizer; /* of its first component; "" when it has none */
};

/* --- Objects ---------------------------------------------------------------------------------------- */

/* RFC 5545 section 3.1: lines without their folds. NULL when it is larger or nested more deeply than
 * anything that people send: libical walks what it has read by recursion. */
static char *
unfold(SieveBytes text)
{
	g_autoptr(GString) lines = g_string_sized_new(text.len + 1);
	int depth = 0;
	int begins = 0;

	if (text.len > MAX_OBJECT_BYTES || memchr(text.ptr, '\0', text.len) != NULL)
		return NULL;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n')
			continue;
		if (text.ptr[i] == '\n' && i + 1 < text.len &&
			(text.ptr[i + 1] == ' ' || text.ptr[i + 1] == '\t')) {
			i++;
			continue;
		}
		g_string_append_c(lines, text.ptr[i]);
	}
	for (const char *line = lines->str; line != NULL; line = strchr(line, '\n')) {
		line += strspn(line, "\r\n \t");
		if (g_ascii_strncasecmp(line, "BEGIN", 5) == 0 &&
			(++depth > MAX_DEPTH || ++begins > MAX_COMPONENTS))
			return NULL;
		if (g_ascii_strncasecmp(line, "END", 3) == 0)
			depth--;
	}
	return g_string_free(g_steal_pointer(&lines), FALSE);
}

static bool
is_event(icalcomponent *component)
{
	icalcomponent_kind kind = icalcomponent_isa(component);

	return kind == ICAL_VEVENT_COMPONENT || kind == ICAL_VTODO_COMPONENT ||
	       kind == ICAL_VJOURNAL_COMPONENT;
}

static icalcomponent *
next_event(icalcomponent *object, bool first)
{
	icalcomponent *component = first
		? icalcomponent_get_first_component(object, ICAL_ANY_COMPONENT)
		: icalcomponent_get_next_component(object, ICAL_ANY_COMPONENT);

	while (component != NULL && !is_event(component))
		component = icalcomponent_get_next_component(object, ICAL_ANY_COMPONENT);
	return component;
}

/* Events, to-dos and journal entries; the array, unlike libical's walk, stays right when they change. */
static GPtrArray *
list_events(icalcomponent *object)
{
	GPtrArray *events = g_ptr_array_new();

	for (icalcomponent *event = next_event(object, true); event != NULL;
		event = next_event(object, false))
		g_ptr_array_add(events, event);
	return events;
}

static const char *
uid_of(icalcomponent *event)
{
	icalproperty *property = icalcomponent_get_first_property(event, ICAL_UID_PROPERTY);
	const char *uid = property == NULL ? NULL : icalproperty_get_uid(property);

	return uid == NULL ? "" : uid;
}

static const char *
without_scheme(const char *address)
{
	if (address == NULL)
		return "";
	return g_ascii_strncasecmp(address, "mailto:", 7) == 0 ? address + 7 : address;
}

static const char *
organizer_of(icalcomponent *event)
{
	icalproperty *property = icalcomponent_get_first_property(event, ICAL_ORGANIZER_PROPERTY);

	return without_scheme(property == NULL ? NULL : icalproperty_get_organizer(property));
}

/* (nullable) an object with events that all have the one UID. */
static icalcomponent *
parse_object(SieveBytes text, const char **ret_reason)
{
	g_autofree char *lines = unfold(text);

	*ret_reason = "it is too large or nested too deeply";
	if (lines == NULL)
		return NULL;
	icalerror_set_errors_are_fatal(false);
	g_autoptr(icalcomponent) object = icalparser_parse_string(lines);
	*ret_reason = "it is no iCalendar object";
	if (object == NULL || icalcomponent_isa(object) != ICAL_VCALENDAR_COMPONENT)
		return NULL;
	g_autoptr(GPtrArray) events = list_events(object);
	*ret_reason = "it has no event";
	if (events->len == 0 || *uid_of(events->pdata[0]) == '\0')
		return NULL;
	*ret_reason = "it is about several events";
	for (guint i = 1; i < events->len; i++)
		if (!g_str_equal(uid_of(events->pdata[i]), uid_of(events->pdata[0])))
			return NULL;
	return g_steal_pointer(&object);
}

CalendarMessage *
calendar_message_parse(SieveBytes text, const char **ret_reason)
{
	icalcomponent *object = parse_object(text, ret_reason);

	if (object == NULL)
		return NULL;
	CalendarMessage *message = g_new0(CalendarMessage, 1);
	message->object = object;
	message->method = icalcomponent_get_method(object);
	message->uid = uid_of(next_event(object, true));
	message->organizer = organizer_of(next_event(object, true));
	return message;
}

void
calendar_message_free(CalendarMessage *message)
{
	if (message == NULL)
		return;
	icalcomponent_free(message->object);
	g_free(message);
}

SieveBytes
calendar_message_organizer(const CalendarMessage *message)
{
	return sieve_bytes_from_string(message->organizer);
}

bool
calendar_message_is_same_event(const CalendarMessage *a, const CalendarMessage *b)
{
	return g_str_equal(a->uid, b->uid);
}

/* --- Files ------------------------------------------------------------------------------------------ */

static bool
is_calendar_name(SieveBytes name)
{
	return name.len > 0 && name.len < 200 && name.ptr[0] != '.' &&
	       memchr(name.ptr, '/', name.len) == NULL && memchr(name.ptr, '\0', name.len) == NULL;
}

/* What a file is called for its event: a UID that is fit for it, or a digest. */
static char *
file_name(const char *uid)
{
	static const char safe[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_@.+";

	if (uid[strspn(uid, safe)] == '\0' && strlen(uid) < 200 && *uid != '.')
		return g_strconcat(uid, ".ics", NULL);
	g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, uid, -1);
	return g_strconcat(digest, ".ics", NULL);
}

/* (nullable) what file @path holds of the event. */
static icalcomponent *
read_event(const char *path, const char *uid)
{
	g_autofree char *text = NULL;
	gsize len;
	const char *reason;

	if (!g_file_get_contents(path, &text, &len, NULL))
		return NULL;
	g_autoptr(icalcomponent) object = parse_object((SieveBytes){text, len}, &reason);
	if (object == NULL || !g_str_equal(uid_of(next_event(object, true)), uid))
		return NULL;
	return g_steal_pointer(&object);
}

/* Looks into one calendar: the file that we would have written first. */
static icalcomponent *
find_in_calendar(const char *calendar, const char *uid, char **ret_path)
{
	g_autofree char *name = file_name(uid);
	g_autofree char *expected = g_build_filename(calendar, name, NULL);
	icalcomponent *object = read_event(expected, uid);
	g_autoptr(GDir) dir = object == NULL ? g_dir_open(calendar, 0, NULL) : NULL;

	if (object != NULL)
		*ret_path = g_steal_pointer(&expected);
	const char *entry;
	while (object == NULL && dir != NULL && (entry = g_dir_read_name(dir)) != NULL) {
		if (*entry == '.' || !g_str_has_suffix(entry, ".ics"))
			continue;
		g_autofree char *path = g_build_filename(calendar, entry, NULL);
		object = read_event(path, uid);
		if (object != NULL)
			*ret_path = g_steal_pointer(&path);
	}
	return object;
}

/* (nullable) the event as a calendar has it, and the file. */
static icalcomponent *
find_event(const char *folder, const char *uid, char **ret_path)
{
	g_autoptr(GDir) dir = folder == NULL ? NULL : g_dir_open(folder, 0, NULL);
	icalcomponent *object = NULL;

	const char *entry;
	while (object == NULL && dir != NULL && (entry = g_dir_read_name(dir)) != NULL) {
		g_autofree char *calendar = g_build_filename(folder, entry, NULL);
		if (*entry != '.' && g_file_test(calendar, G_FILE_TEST_IS_DIR))
			object = find_in_calendar(calendar, uid, ret_path);
	}
	return object;
}

/* Where a new event goes. */
static char *
new_path(const CalendarRules *rules, const char *uid)
{
	g_autofree char *name = file_name(uid);

	if (rules->folder == NULL)
		return NULL;
	if (is_calendar_name(rules->calendar)) {
		g_autofree char *wanted = sieve_bytes_dup(rules->calendar);
		g_autofree char *calendar = g_build_filename(rules->folder, wanted, NULL);
		if (g_file_test(calendar, G_FILE_TEST_IS_DIR))
			return g_build_filename(calendar, name, NULL);
	}
	return g_build_filename(rules->folder, rules->fallback, name, NULL);
}

static bool
write_object(const char *path, icalcomponent *object)
{
	g_autofree char *calendar = g_path_get_dirname(path);
	char *text = icalcomponent_as_ical_string_r(object);
	bool written = g_mkdir_with_parents(calendar, 0700) == 0 &&
		       g_file_set_contents_full(path, text, -1,
			       G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, NULL);

	icalmemory_free_buffer(text);
	return written;
}

/* --- What a message changes ------------------------------------------------------------------------- */

/* One message meeting what a calendar has. */
typedef struct Meeting {
	const CalendarRules *rules;
	const CalendarMessage *message;
	icalcomponent *stored; /* (nullable) changed as the message says */
	bool doomed;	       /* nothing of it is left */
	const char *reason;
} Meeting;

static CalendarOutcome
leave(Meeting *meeting, const char *reason)
{
	meeting->reason = reason;
	return CALENDAR_NO_ACTION;
}

static bool
is_readers(const Meeting *meeting, const char *address)
{
	SieveBytes wanted = sieve_bytes_from_string(without_scheme(address));

	for (size_t i = 0; i < meeting->rules->addresses.count; i++)
		if (sieve_bytes_equal_nocase(meeting->rules->addresses.items[i], wanted))
			return true;
	return false;
}

static bool
has_reader_attending(const Meeting *meeting, icalcomponent *object)
{
	g_autoptr(GPtrArray) events = list_events(object);

	for (guint i = 0; i < events->len; i++) {
		icalcomponent *event = events->pdata[i];
		for (icalproperty *attendee = icalcomponent_get_first_property(
			     event, ICAL_ATTENDEE_PROPERTY);
			attendee != NULL; attendee = icalcomponent_get_next_property(
						  event, ICAL_ATTENDEE_PROPERTY))
			if (is_readers(meeting, icalproperty_get_attendee(attendee)))
				return true;
	}
	return false;
}

static bool
is_master(icalcomponent *event)
{
	return icalcomponent_get_first_property(event, ICAL_RECURRENCEID_PROPERTY) == NULL;
}

/* (nullable) the same instance of it; of a master the master. */
static icalcomponent *
find_instance(icalcomponent *object, icalcomponent *wanted)
{
	g_autoptr(GPtrArray) events = list_events(object);

	for (guint i = 0; i < events->len; i++) {
		icalcomponent *event = events->pdata[i];
		if (is_master(event) != is_master(wanted))
			continue;
		if (is_master(event) || icaltime_compare(icalcomponent_get_recurrenceid(event),
						icalcomponent_get_recurrenceid(wanted)) == 0)
			return event;
	}
	return NULL;
}

static icalcomponent *
find_master(icalcomponent *object)
{
	g_autoptr(GPtrArray) events = list_events(object);

	for (guint i = 0; i < events->len; i++)
		if (is_master(events->pdata[i]))
			return events->pdata[i];
	return NULL;
}

/* RFC 5546 section 2.1.5: by SEQUENCE, then by DTSTAMP. */
static int
compare_versions(icalcomponent *a, icalcomponent *b)
{
	int sequence = icalcomponent_get_sequence(a) - icalcomponent_get_sequence(b);

	if (sequence != 0)
		return sequence;
	return icaltime_compare(icalcomponent_get_dtstamp(a), icalcomponent_get_dtstamp(b));
}

/* Alarms are the reader's own affair: a new version has those that the old one had. */
static void
move_alarms(icalcomponent *from, icalcomponent *to)
{
	if (icalcomponent_get_first_component(to, ICAL_VALARM_COMPONENT) != NULL)
		return;
	for (icalcomponent *alarm = icalcomponent_get_first_component(from, ICAL_VALARM_COMPONENT);
		alarm != NULL;
		alarm = icalcomponent_get_first_component(from, ICAL_VALARM_COMPONENT)) {
		icalcomponent_remove_component(from, alarm);
		icalcomponent_add_component(to, alarm);
	}
}

static void
drop_event(icalcomponent *object, icalcomponent *event)
{
	icalcomponent_remove_component(object, event);
	icalcomponent_free(event);
}

/* A new master of a later SEQUENCE takes instances of earlier ones with it. */
static void
drop_outdated(icalcomponent *object, icalcomponent *master)
{
	g_autoptr(GPtrArray) events = list_events(object);

	for (guint i = 0; i < events->len; i++)
		if (!is_master(events->pdata[i]) && icalcomponent_get_sequence(events->pdata[i]) <
							   icalcomponent_get_sequence(master))
			drop_event(object, events->pdata[i]);
}

/* The time zones that the message's times speak of. */
static void
add_zones(icalcomponent *object, icalcomponent *message)
{
	for (icalcomponent *zone = icalcomponent_get_first_component(message, ICAL_VTIMEZONE_COMPONENT);
		zone != NULL;
		zone = icalcomponent_get_next_component(message, ICAL_VTIMEZONE_COMPONENT)) {
		icalproperty *tzid = icalcomponent_get_first_property(zone, ICAL_TZID_PROPERTY);
		if (tzid != NULL && icalcomponent_get_timezone(object, icalproperty_get_tzid(tzid)) == NULL)
			icalcomponent_add_component(object, icalcomponent_new_clone(zone));
	}
}

/* Takes one event of the message over; false when the calendar has it, or a later one. */
static bool
take_event(icalcomponent *stored, icalcomponent *event)
{
	icalcomponent *old = find_instance(stored, event);
	icalcomponent *master = find_master(stored);

	if (old != NULL && compare_versions(event, old) <= 0)
		return false;
	if (old == NULL && master != NULL &&
		icalcomponent_get_sequence(event) < icalcomponent_get_sequence(master))
		return false;
	icalcomponent *taken = icalcomponent_new_clone(event);
	if (old != NULL) {
		move_alarms(old, taken);
		drop_event(stored, old);
	}
	icalcomponent_add_component(stored, taken);
	if (is_master(taken))
		drop_outdated(stored, taken);
	return true;
}

/* RFC 5546 sections 3.2.1 and 3.2.2, and those of to-dos and journals. */
static CalendarOutcome
take_request(Meeting *meeting)
{
	icalcomponent *object = meeting->message->object;
	g_autoptr(GPtrArray) events = list_events(object);
	bool changed = false;

	if (meeting->stored == NULL && meeting->rules->updates_only)
		return leave(meeting, "no calendar has the event");
	if (meeting->stored == NULL) {
		meeting->stored = icalcomponent_new_clone(object);
		icalproperty *method = icalcomponent_get_first_property(
			meeting->stored, ICAL_METHOD_PROPERTY);
		if (method != NULL) {
			icalcomponent_remove_property(meeting->stored, method);
			icalproperty_free(method);
		}
		return CALENDAR_ADDED;
	}
	for (guint i = 0; i < events->len; i++)
		changed = take_event(meeting->stored, events->pdata[i]) || changed;
	if (!changed)
		return leave(meeting, "the calendar has this version of the event, or a later one");
	add_zones(meeting->stored, object);
	return CALENDAR_UPDATED;
}

/* --- REPLY (RFC 5546 section 3.2.3) ------------------------------------------------------------------- */

/* (nullable) */
static icalproperty *
find_attendee(icalcomponent *event, const char *address)
{
	icalproperty *attendee = icalcomponent_get_first_property(event, ICAL_ATTENDEE_PROPERTY);

	while (attendee != NULL &&
		g_ascii_strcasecmp(without_scheme(icalproperty_get_attendee(attendee)), address) != 0)
		attendee = icalcomponent_get_next_property(event, ICAL_ATTENDEE_PROPERTY);
	return attendee;
}

/* An instance that has been as its series so far becomes an event of its own. */
static icalcomponent *
split_instance(icalcomponent *object, icalcomponent *reply)
{
	static const icalproperty_kind of_series[] = {ICAL_RRULE_PROPERTY, ICAL_RDATE_PROPERTY,
		ICAL_EXDATE_PROPERTY, ICAL_EXRULE_PROPERTY};
	icalcomponent *master = find_master(object);

	if (master == NULL)
		return NULL;
	icalcomponent *instance = icalcomponent_new_clone(master);
	struct icaltimetype start = icalcomponent_get_dtstart(master);
	struct icaltimetype end = icalcomponent_get_dtend(master);
	struct icaldurationtype length = icaltime_subtract(end, start);
	struct icaltimetype at = icalcomponent_get_recurrenceid(reply);
	for (size_t i = 0; i < G_N_ELEMENTS(of_series); i++)
		for (icalproperty *property = icalcomponent_get_first_property(instance, of_series[i]);
			property != NULL;
			property = icalcomponent_get_first_property(instance, of_series[i])) {
			icalcomponent_remove_property(instance, property);
			icalproperty_free(property);
		}
	if (start.zone != NULL && at.zone != start.zone)
		at = icaltime_convert_to_zone(at, (icaltimezone *)(uintptr_t)start.zone);
	icalcomponent_set_dtstart(instance, at);
	if (icalcomponent_get_first_property(instance, ICAL_DTEND_PROPERTY) != NULL)
		icalcomponent_set_dtend(instance, icaltime_add(at, length));
	icalcomponent_set_recurrenceid(instance, at);
	icalcomponent_add_component(object, instance);
	return instance;
}

static bool
note_answer(icalcomponent *event, icalproperty *answer)
{
	icalproperty *attendee = find_attendee(event, without_scheme(icalproperty_get_attendee(answer)));
	icalparameter *status = icalproperty_get_first_parameter(answer, ICAL_PARTSTAT_PARAMETER);

	if (attendee == NULL || status == NULL)
		return false;
	icalparameter *old = icalproperty_get_first_parameter(attendee, ICAL_PARTSTAT_PARAMETER);
	if (old != NULL && icalparameter_get_partstat(old) == icalparameter_get_partstat(status))
		return false;
	icalproperty_set_parameter(attendee, icalparameter_new_clone(status));
	return true;
}

static CalendarOutcome
take_reply(Meeting *meeting)
{
	g_autoptr(GPtrArray) replies = list_events(meeting->message->object);
	bool changed = false;

	if (meeting->stored == NULL)
		return leave(meeting, "no calendar has the event");
	if (!is_readers(meeting, organizer_of(next_event(meeting->stored, true))))
		return leave(meeting, "the event is not the reader's own");
	for (guint i = 0; i < replies->len; i++) {
		icalcomponent *reply = replies->pdata[i];
		icalproperty *answer = icalcomponent_get_first_property(reply, ICAL_ATTENDEE_PROPERTY);
		icalcomponent *event = find_instance(meeting->stored, reply);
		icalcomponent *known = event != NULL ? event : find_master(meeting->stored);
		if (answer == NULL || known == NULL ||
			icalcomponent_get_sequence(reply) < icalcomponent_get_sequence(known) ||
			find_attendee(known, without_scheme(icalproperty_get_attendee(answer))) == NULL)
			continue;
		if (event == NULL)
			event = split_instance(meeting->stored, reply);
		changed = note_answer(event, answer) || changed;
	}
	if (!changed)
		return leave(meeting, "nobody who was asked answers anything new");
	return CALENDAR_UPDATED;
}

/* --- CANCEL (RFC 5546 section 3.2.5) ------------------------------------------------------------------ */

static void
cancel_instance(Meeting *meeting, icalcomponent *cancel, icalcomponent *event)
{
	icalcomponent *master = find_master(meeting->stored);

	if (!meeting->rules->delete_cancelled) {
		if (event == NULL)
			event = split_instance(meeting->stored, cancel);
		if (event == NULL)
			return;
		icalcomponent_set_status(event, ICAL_STATUS_CANCELLED);
		icalcomponent_set_sequence(event, icalcomponent_get_sequence(cancel));
		return;
	}
	if (event != NULL)
		drop_event(meeting->stored, event);
	if (master != NULL)
		icalcomponent_add_property(master,
			icalproperty_new_exdate(icalcomponent_get_recurrenceid(cancel)));
}

static void
cancel_all(Meeting *meeting, icalcomponent *cancel)
{
	g_autoptr(GPtrArray) events = list_events(meeting->stored);

	meeting->doomed = meeting->rules->delete_cancelled;
	for (guint i = 0; i < events->len; i++) {
		icalcomponent_set_status(events->pdata[i], ICAL_STATUS_CANCELLED);
		icalcomponent_set_sequence(events->pdata[i], icalcomponent_get_sequence(cancel));
	}
}

static CalendarOutcome
take_cancel(Meeting *meeting)
{
	g_autoptr(GPtrArray) cancels = list_events(meeting->message->object);
	bool changed = false;

	if (meeting->stored == NULL)
		return leave(meeting, "no calendar has the event");
	for (guint i = 0; i < cancels->len && !meeting->doomed; i++) {
		icalcomponent *cancel = cancels->pdata[i];
		icalcomponent *event = find_instance(meeting->stored, cancel);
		icalcomponent *known = event != NULL ? event : find_master(meeting->stored);
		if (known != NULL &&
			(icalcomponent_get_sequence(cancel) < icalcomponent_get_sequence(known) ||
				(event != NULL &&
					icalcomponent_get_status(event) == ICAL_STATUS_CANCELLED)))
			continue;
		changed = true;
		if (is_master(cancel))
			cancel_all(meeting, cancel);
		else
			cancel_instance(meeting, cancel, event);
	}
	if (!changed)
		return leave(meeting, "the event is cancelled already, or changed since");
	meeting->doomed = meeting->doomed || next_event(meeting->stored, true) == NULL;
	return CALENDAR_CANCELLED;
}

/* --- Processing ------------------------------------------------------------------------------------- */

typedef struct Method {
	icalproperty_method method;
	bool public; /* it is sent to nobody in particular */
	bool from_organizer;
	CalendarOutcome (*take)(Meeting *meeting);
} Method;

/* The others ask for a decision that people make. */
static const Method methods[] = {
	{ICAL_METHOD_NONE, true, true, take_request},
	{ICAL_METHOD_PUBLISH, true, true, take_request},
	{ICAL_METHOD_REQUEST, false, true, take_request},
	{ICAL_METHOD_REPLY, false, false, take_reply},
	{ICAL_METHOD_CANCEL, false, true, take_cancel},
};

static CalendarOutcome
decide(Meeting *meeting)
{
	const CalendarMessage *message = meeting->message;
	const Method *method = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
		if (methods[i].method == message->method)
			method = &methods[i];
	if (method == NULL)
		return leave(meeting, "its method is for people to answer");
	if (method->public && !meeting->rules->allow_public)
		return leave(meeting, "it is public, and those are not allowed");
	/* Nobody else changes what the organizer has sent (RFC 5546 section 6.1.1). */
	if (meeting->stored != NULL && method->from_organizer &&
		g_ascii_strcasecmp(organizer_of(next_event(meeting->stored, true)),
			message->organizer) != 0)
		return leave(meeting, "the event has another organizer");
	if (!method->public && method->from_organizer &&
		!has_reader_attending(meeting, message->object) &&
		(meeting->stored == NULL || !has_reader_attending(meeting, meeting->stored)))
		return leave(meeting, "the reader is none of the attendees");
	return method->take(meeting);
}

static bool
carry_out(const Meeting *meeting, const char *path)
{
	if (meeting->doomed)
		return unlink(path) == 0;
	return write_object(path, meeting->stored);
}

/* -1 when it cannot be had. */
static int
lock_folder(const char *folder)
{
	g_autofree char *path = g_build_filename(folder, ".doorstep-lock", NULL);
	int lock_fd = -1;

	if (g_mkdir_with_parents(folder, 0700) == 0)
		lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock_fd >= 0 && flock(lock_fd, LOCK_EX) != 0) {
		close(lock_fd);
		return -1;
	}
	return lock_fd;
}

CalendarOutcome
calendar_process(const CalendarRules *rules, const CalendarMessage *message, bool write,
	const char **ret_reason)
{
	Meeting meeting = {.rules = rules, .message = message, .reason = ""};
	g_autofree char *path = NULL;
	int lock_fd = write && rules->folder != NULL ? lock_folder(rules->folder) : -1;
	CalendarOutcome outcome = CALENDAR_ERROR;

	if (!write || lock_fd >= 0) {
		meeting.stored = find_event(rules->folder, message->uid, &path);
		outcome = decide(&meeting);
	} else
		meeting.reason = "the calendars cannot be locked";
	if (path == NULL) {
		path = new_path(rules, message->uid);
		/* Nobody's file is written over. */
		if (outcome == CALENDAR_ADDED && path != NULL && g_file_test(path, G_FILE_TEST_EXISTS)) {
			outcome = CALENDAR_ERROR;
			meeting.reason = "the calendar has something else in the event's file";
		}
	}
	if (write && outcome != CALENDAR_NO_ACTION && outcome != CALENDAR_ERROR &&
		!carry_out(&meeting, path)) {
		outcome = CALENDAR_ERROR;
		meeting.reason = "the calendar cannot be written";
	}
	g_clear_pointer(&meeting.stored, icalcomponent_free);
	if (lock_fd >= 0)
		close(lock_fd);
	*ret_reason = meeting.reason;
	return outcome;
}
