/* SPDX-License-Identifier: MIT */
/* fuzz-convert.c - any bytes as a filter list of FUZZ_FORMAT: what comes out is a script that means it */

#include "engine/convert/formats.h"
#include "engine/doorstep/convert-mailfilter.h"
#include "sieve-ext/extensions.h"

#include "t/fuzz/fuzz.h"

typedef struct Disk {
	SieveBytes text;
	unsigned files_left;
} Disk;

/* The first files that it names hold the list itself. */
static GBytes *
include_itself(const char *path G_GNUC_UNUSED, void *data)
{
	Disk *disk = data;

	if (disk->files_left == 0)
		return NULL;
	disk->files_left--;
	return g_bytes_new(disk->text.ptr, disk->text.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SieveBytes text = {(const char *)data, size};
	Disk disk = {text, 3};
	const SieveConvertInput input = {.text = text, .include = include_itself, .data = &disk};
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(GError) error = NULL;

	g_assert_cmpuint(FUZZ_FORMAT.recognise(text), <=, 100);
	g_autoptr(SieveConversion) conversion =
		sieve_convert(&FUZZ_FORMAT, &input, registry, &error);
	/* It has been parsed, compared with its tree and compiled. */
	g_assert_no_error(error);
	fuzz_touch(sieve_conversion_script(conversion));
	for (size_t i = 0; i < sieve_conversion_count_lines(conversion); i++) {
		const SieveConvertedLine *line = sieve_conversion_line(conversion, i);
		fuzz_touch(line->text);
		g_assert_true(line->class != SIEVE_CONVERT_NOT_EXPRESSIBLE || line->note != NULL);
	}
	for (size_t i = 0; i < sieve_conversion_count_findings(conversion); i++) {
		const SieveFinding *finding = sieve_conversion_finding(conversion, i);
		g_assert_cmpuint(finding->line, >=, 1);
		g_assert_cmpuint(finding->line, <=, sieve_conversion_count_lines(conversion));
		g_assert_cmpuint(finding->other, <=, sieve_conversion_count_lines(conversion));
	}
	return 0;
}
