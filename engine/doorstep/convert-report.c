/* SPDX-License-Identifier: MIT */
/* convert-report.c - what a conversion made of each line: as text and JSON */

#include "engine/doorstep/convert-report.h"

#include "engine/bytes.h"

/* It grows when a program that knows the older form would misread the newer one. */
#define FORM_VERSION 1
#define SHOWN_LINE_BYTES 200u

const char *
doorstep_convert_class_name(SieveConvertClass class)
{
	static const char *const names[] = {
		[SIEVE_CONVERT_COMMENT] = "comment",
		[SIEVE_CONVERT_EXACT] = "exact",
		[SIEVE_CONVERT_APPROXIMATED] = "approximated",
		[SIEVE_CONVERT_NOT_EXPRESSIBLE] = "not expressible",
	};

	return names[class];
}

static const char *const finding_names[] = {
	[SIEVE_FINDING_DUPLICATE] = "duplicate",
	[SIEVE_FINDING_SHADOWED] = "shadowed",
	[SIEVE_FINDING_CONTRADICTION] = "contradiction",
	[SIEVE_FINDING_NEVER] = "never matches",
};

/* Around the number of the other line. */
static const struct {
	const char *before;
	const char *after;
} finding_texts[] = {
	[SIEVE_FINDING_DUPLICATE] = {"says again what line ", " says"},
	[SIEVE_FINDING_SHADOWED] = {"adds nothing to line ", ", which decides the same"},
	[SIEVE_FINDING_CONTRADICTION] = {"contradicts line ", ", which counts"},
	[SIEVE_FINDING_NEVER] = {"can match no mail", ""},
};

char *
doorstep_convert_finding_text(const SieveFinding *finding)
{
	if (finding->other == 0)
		return g_strdup(finding_texts[finding->kind].before);
	return g_strdup_printf("%s%u%s", finding_texts[finding->kind].before, finding->other,
		finding_texts[finding->kind].after);
}

void
doorstep_convert_count(const SieveConversion *conversion, size_t counts[SIEVE_N_CONVERT_CLASSES])
{
	for (unsigned i = 0; i < SIEVE_N_CONVERT_CLASSES; i++)
		counts[i] = 0;
	for (size_t i = 0; i < sieve_conversion_count_lines(conversion); i++)
		counts[sieve_conversion_line(conversion, i)->class]++;
}

char *
doorstep_convert_summary(const DoorstepConverted *converted)
{
	const SieveConversion *conversion = converted->conversion;
	size_t counts[SIEVE_N_CONVERT_CLASSES];
	size_t findings[SIEVE_N_FINDINGS] = {0};
	GString *text = g_string_new(NULL);

	doorstep_convert_count(conversion, counts);
	g_string_append_printf(text, "%s: %s, %zu lines:", converted->name, converted->format->title,
		sieve_conversion_count_lines(conversion));
	for (unsigned i = SIEVE_N_CONVERT_CLASSES; i > 0; i--)
		g_string_append_printf(text, "%s %zu %s", i == SIEVE_N_CONVERT_CLASSES ? "" : ",",
			counts[i - 1], doorstep_convert_class_name((SieveConvertClass)(i - 1)));
	g_string_append_c(text, '\n');
	for (size_t i = 0; i < sieve_conversion_count_findings(conversion); i++)
		findings[sieve_conversion_finding(conversion, i)->kind]++;
	for (unsigned i = 0; i < SIEVE_N_FINDINGS; i++)
		if (findings[i] > 0)
			g_string_append_printf(text, "%s: %zu %s\n", converted->name, findings[i],
				finding_names[i]);
	return g_string_free(text, FALSE);
}

char *
doorstep_convert_report_text(const DoorstepConverted *converted)
{
	const SieveConversion *conversion = converted->conversion;
	g_autofree char *summary = doorstep_convert_summary(converted);
	GString *text = g_string_new(summary);

	for (size_t i = 0; i < sieve_conversion_count_lines(conversion); i++) {
		const SieveConvertedLine *line = sieve_conversion_line(conversion, i);
		g_autofree char *shown = sieve_bytes_print(line->text, SHOWN_LINE_BYTES);
		if (line->file != NULL)
			g_string_append_printf(text, "%s:", line->file);
		g_string_append_printf(
			text, "%u: %s", line->number, doorstep_convert_class_name(line->class));
		if (line->script_line > 0)
			g_string_append_printf(text, ", script line %u", line->script_line);
		if (line->note != NULL)
			g_string_append_printf(text, " (%s)", line->note);
		g_string_append_printf(text, ": %s\n", shown);
	}
	for (size_t i = 0; i < sieve_conversion_count_findings(conversion); i++) {
		const SieveFinding *finding = sieve_conversion_finding(conversion, i);
		g_autofree char *told = doorstep_convert_finding_text(finding);
		g_string_append_printf(text, "line %u %s\n", finding->line, told);
	}
	return g_string_free(text, FALSE);
}

/* --- JSON ------------------------------------------------------------------------------------------- */

static void
write_line(DoorstepJson *json, const SieveConvertedLine *line)
{
	doorstep_json_begin_object(json, NULL);
	if (line->file != NULL)
		doorstep_json_string(json, "file", line->file);
	doorstep_json_integer(json, "line", line->number);
	doorstep_json_string(json, "class", doorstep_convert_class_name(line->class));
	if (line->note != NULL)
		doorstep_json_string(json, "note", line->note);
	if (line->script_line > 0)
		doorstep_json_integer(json, "scriptLine", line->script_line);
	doorstep_json_bytes(json, "text", line->text);
	doorstep_json_end(json);
}

static void
write_finding(DoorstepJson *json, const SieveFinding *finding)
{
	doorstep_json_begin_object(json, NULL);
	doorstep_json_string(json, "kind", finding_names[finding->kind]);
	doorstep_json_integer(json, "line", finding->line);
	if (finding->other > 0)
		doorstep_json_integer(json, "other", finding->other);
	doorstep_json_end(json);
}

char *
doorstep_convert_report_json(const DoorstepConverted *converted, DoorstepJsonLayout layout)
{
	const SieveConversion *conversion = converted->conversion;
	g_autoptr(DoorstepJson) json = doorstep_json_new(layout);
	size_t counts[SIEVE_N_CONVERT_CLASSES];

	doorstep_convert_count(conversion, counts);
	doorstep_json_begin_object(json, NULL);
	doorstep_json_integer(json, "version", FORM_VERSION);
	doorstep_json_string(json, "file", converted->name);
	doorstep_json_string(json, "format", converted->format->name);
	doorstep_json_begin_object(json, "counts");
	for (unsigned i = 0; i < SIEVE_N_CONVERT_CLASSES; i++)
		doorstep_json_integer(json, doorstep_convert_class_name((SieveConvertClass)i),
			(int64_t)counts[i]);
	doorstep_json_end(json);
	doorstep_json_begin_array(json, "lines");
	for (size_t i = 0; i < sieve_conversion_count_lines(conversion); i++)
		write_line(json, sieve_conversion_line(conversion, i));
	doorstep_json_end(json);
	doorstep_json_begin_array(json, "findings");
	for (size_t i = 0; i < sieve_conversion_count_findings(conversion); i++)
		write_finding(json, sieve_conversion_finding(conversion, i));
	doorstep_json_end(json);
	doorstep_json_bytes(json, "script", sieve_conversion_script(conversion));
	doorstep_json_end(json);
	return g_strdup(doorstep_json_text(json));
}
