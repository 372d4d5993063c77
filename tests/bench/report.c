/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench-report FILE: reads what the parts of tests/bench measured on its standard input,
 * prints a table for each part, ratios first, and writes all of it to FILE as JSON. A
 * line of the input is one of these, its words with one space between them:
 *
 *	PART MEASURE CANDIDATE UNIT VALUE	one run; more such lines are more runs
 *	reference PART MEASURE CANDIDATE	the candidate that ratios are against
 *	aim ratio PART MEASURE CANDIDATE MAXIMUM
 *	aim value PART MEASURE CANDIDATE MAXIMUM
 *	note PART TEXT...			a sentence below the part's table
 *	# ...					nothing
 *
 * Exit status: 0, whether aims are met or not; 2 for another line, which is named on
 * standard error, and then no FILE is written.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define WORDS        6
#define TEXT_SIZE    32
#define JSON_VERSION 1
#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

enum aim_of { AIM_NONE, AIM_RATIO, AIM_VALUE };

struct candidate {
	char *name;
	double *values; /* sorted once all are there */
	size_t count;
	enum aim_of aim_of;
	double aim;
	unsigned long line; /* that named it first */
};

struct measure {
	char *name, *unit;
	struct candidate *candidates;
	size_t count;
	char *reference;
	unsigned long reference_line;
};

struct part {
	char *name;
	struct measure *measures;
	size_t count;
	char **notes;
	size_t note_count;
};

static struct part *parts;
static size_t part_count;
static unsigned long line_number;

static void refuse_at(unsigned long line, const char *what, const char *word)
{
	fprintf(stderr, "bench-report: line %lu: %s: \"%s\"\n", line, what, word);
	exit(2);
}

static void refuse(const char *what, const char *word)
{
	refuse_at(line_number, what, word);
}

/* Room for one more, zeroed. */
static void *grow(void *array, size_t *count, size_t size)
{
	char *grown = realloc(array, (*count + 1) * size);

	if (!grown) {
		perror("bench-report");
		exit(2);
	}
	memset(grown + *count * size, 0, size);
	(*count)++;
	return grown;
}

static char *copy(const char *text)
{
	char *copied = strdup(text);

	if (!copied) {
		perror("bench-report");
		exit(2);
	}
	return copied;
}

static struct part *part_of(const char *name)
{
	for (size_t i = 0; i < part_count; i++) {
		if (strcmp(parts[i].name, name) == 0)
			return &parts[i];
	}
	parts = grow(parts, &part_count, sizeof(*parts));
	parts[part_count - 1].name = copy(name);
	return &parts[part_count - 1];
}

static struct measure *measure_of(const char *part_name, const char *name)
{
	struct part *part = part_of(part_name);

	for (size_t i = 0; i < part->count; i++) {
		if (strcmp(part->measures[i].name, name) == 0)
			return &part->measures[i];
	}
	part->measures = grow(part->measures, &part->count, sizeof(*part->measures));
	part->measures[part->count - 1].name = copy(name);
	return &part->measures[part->count - 1];
}

static struct candidate *find(const struct measure *measure, const char *name)
{
	for (size_t i = 0; i < measure->count; i++) {
		if (strcmp(measure->candidates[i].name, name) == 0)
			return &measure->candidates[i];
	}
	return NULL;
}

static struct candidate *candidate_of(struct measure *measure, const char *name)
{
	struct candidate *candidate = find(measure, name);

	if (candidate)
		return candidate;
	measure->candidates =
		grow(measure->candidates, &measure->count, sizeof(*measure->candidates));
	candidate = &measure->candidates[measure->count - 1];
	candidate->name = copy(name);
	candidate->line = line_number;
	return candidate;
}

/* Digits, and more of them after a point: no sign, no exponent, no infinity. */
static double number_of(const char *word)
{
	size_t whole = strspn(word, "0123456789"), rest = 0;

	if (word[whole] == '.')
		rest = 1 + strspn(word + whole + 1, "0123456789");
	if (whole == 0 || rest == 1 || word[whole + rest] != '\0')
		refuse("no number, 0 or more", word);
	return strtod(word, NULL);
}

static void take_sample(char **words)
{
	struct measure *measure = measure_of(words[0], words[1]);
	struct candidate *candidate = candidate_of(measure, words[2]);

	if (!measure->unit)
		measure->unit = copy(words[3]);
	if (strcmp(measure->unit, words[3]) != 0)
		refuse("another unit than the measure's other samples have", words[3]);
	candidate->values =
		grow(candidate->values, &candidate->count, sizeof(*candidate->values));
	candidate->values[candidate->count - 1] = number_of(words[4]);
}

static void take_reference(char **words)
{
	struct measure *measure = measure_of(words[1], words[2]);

	if (measure->reference)
		refuse("a second reference of one measure", words[3]);
	measure->reference = copy(words[3]);
	measure->reference_line = line_number;
}

static void take_aim(char **words)
{
	struct candidate *candidate =
		candidate_of(measure_of(words[2], words[3]), words[4]);

	if (candidate->aim_of)
		refuse("a second aim of one candidate", words[4]);
	if (strcmp(words[1], "ratio") == 0)
		candidate->aim_of = AIM_RATIO;
	else if (strcmp(words[1], "value") == 0)
		candidate->aim_of = AIM_VALUE;
	else
		refuse("an aim is a ratio or a value", words[1]);
	candidate->aim = number_of(words[5]);
	candidate->line = line_number;
}

static void take_note(char *line)
{
	char *name = line + strlen("note "), *text = strchr(name, ' ');
	struct part *part;

	if (!text || text == name || text[1] == '\0')
		refuse("a note is \"note PART TEXT\"", line);
	*text = '\0';
	part = part_of(name);
	part->notes = grow(part->notes, &part->note_count, sizeof(*part->notes));
	part->notes[part->note_count - 1] = copy(text + 1);
}

/* Cuts the line where its spaces are; two together have an empty word between them.
 * Returns how many words there are, or one more than fit. */
static unsigned cut(char *line, char **words)
{
	unsigned count = 0;

	do {
		char *end = strchr(line, ' ');

		if (end)
			*end++ = '\0';
		if (line[0] == '\0')
			refuse("a word is missing: two spaces, or one at an end, after",
			       count ? words[count - 1] : "");
		if (count < WORDS)
			words[count] = line;
		count++;
		line = end;
	} while (line && count <= WORDS);
	return count;
}

static void need(unsigned found, unsigned expected, const char *form)
{
	if (found != expected)
		refuse("other than so many words", form);
}

static void take_line(char *line)
{
	char *words[WORDS];
	unsigned count;

	if (line[0] == '#')
		return;
	if (strncmp(line, "note ", 5) == 0) {
		take_note(line);
		return;
	}
	count = cut(line, words);
	if (strcmp(words[0], "reference") == 0) {
		need(count, 4, "reference PART MEASURE CANDIDATE");
		take_reference(words);
	} else if (strcmp(words[0], "aim") == 0) {
		need(count, 6, "aim ratio|value PART MEASURE CANDIDATE MAXIMUM");
		take_aim(words);
	} else {
		need(count, 5, "PART MEASURE CANDIDATE UNIT VALUE");
		take_sample(words);
	}
}

static void read_all(void)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	while ((length = getline(&line, &size, stdin)) >= 0) {
		line_number++;
		if (strlen(line) != (size_t)length)
			refuse("a NUL after", line);
		line[strcspn(line, "\n")] = '\0';
		take_line(line);
	}
	free(line);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The value below which so much of the runs is, between two of them in proportion. */
static double quantile(const struct candidate *candidate, double fraction)
{
	double place = fraction * (double)(candidate->count - 1);
	size_t below = (size_t)place;

	if (below + 1 >= candidate->count)
		return candidate->values[candidate->count - 1];
	return candidate->values[below] +
	       (place - (double)below) *
		       (candidate->values[below + 1] - candidate->values[below]);
}

static double median(const struct candidate *candidate)
{
	return quantile(candidate, 0.5);
}

/* Negative where there is none. */
static double ratio(const struct measure *measure, const struct candidate *candidate)
{
	const struct candidate *reference =
		measure->reference ? find(measure, measure->reference) : NULL;

	if (!reference || median(reference) <= 0)
		return -1;
	return median(candidate) / median(reference);
}

static bool is_met(const struct measure *measure, const struct candidate *candidate)
{
	double found = candidate->aim_of == AIM_RATIO ? ratio(measure, candidate)
						      : median(candidate);

	return found >= 0 && found <= candidate->aim;
}

/* What names something that was not measured is a mistake in the part. */
static void check(struct measure *measure)
{
	const struct candidate *reference;

	for (size_t i = 0; i < measure->count; i++) {
		struct candidate *candidate = &measure->candidates[i];

		if (!candidate->count)
			refuse_at(candidate->line, "an aim of what has no sample",
				  candidate->name);
		if (candidate->aim_of == AIM_RATIO && !measure->reference)
			refuse_at(candidate->line,
				  "an aim for a ratio, and the measure has no reference",
				  measure->name);
		qsort(candidate->values, candidate->count, sizeof(*candidate->values),
		      compare);
	}
	reference = measure->reference ? find(measure, measure->reference) : NULL;
	if (measure->reference && !reference)
		refuse_at(measure->reference_line, "a reference that has no sample",
			  measure->reference);
}

/* Four digits are more than runs agree in. */
static const char *format(double value, char text[TEXT_SIZE])
{
	int digits = value >= 100 ? 1 : value >= 10 ? 2 : 3;

	if (value == (double)(long)value)
		digits = 0;
	snprintf(text, TEXT_SIZE, "%.*f", digits, value);
	return text;
}

static void print_candidate(const struct measure *measure,
			    const struct candidate *candidate)
{
	char text[TEXT_SIZE], of_reference[TEXT_SIZE] = "";
	double found = ratio(measure, candidate);

	if (found >= 0)
		snprintf(of_reference, sizeof(of_reference), "%.3f", found);
	printf("  %-28s %7s", candidate->name, of_reference);
	printf(" %10s", format(median(candidate), text));
	printf(" %10s", format(candidate->values[0], text));
	printf(" %10s", format(candidate->values[candidate->count - 1], text));
	printf(" %5zu  %s", candidate->count, measure->unit);
	if (candidate->aim_of)
		printf("  (aim: %s at most %g, %s)",
		       candidate->aim_of == AIM_RATIO ? "ratio" : "median",
		       candidate->aim, is_met(measure, candidate) ? "met" : "NOT met");
	printf("\n");
}

static void print_part(const struct part *part)
{
	printf("%s\n", part->name);
	for (size_t i = 0; i < part->count; i++) {
		const struct measure *measure = &part->measures[i];

		printf("\n %-29s %7s %10s %10s %10s %5s  unit\n", measure->name, "ratio",
		       "median", "lowest", "highest", "runs");
		for (size_t j = 0; j < measure->count; j++)
			print_candidate(measure, &measure->candidates[j]);
	}
	if (part->note_count)
		printf("\n");
	for (size_t i = 0; i < part->note_count; i++)
		printf(" %s\n", part->notes[i]);
	printf("\n");
}

static struct json_object *json_number(double value)
{
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text), "%.10g", value);
	return json_object_new_double_s(value, text);
}

static struct json_object *json_aim(const struct measure *measure,
				    const struct candidate *candidate)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "of",
			       json_object_new_string(candidate->aim_of == AIM_RATIO
							      ? "ratio"
							      : "median"));
	json_object_object_add(object, "maximum", json_number(candidate->aim));
	json_object_object_add(object, "met",
			       json_object_new_boolean(is_met(measure, candidate)));
	return object;
}

static struct json_object *json_candidate(const struct measure *measure,
					  const struct candidate *candidate)
{
	struct json_object *object = json_object_new_object();
	double found = ratio(measure, candidate);

	json_object_object_add(object, "name", json_object_new_string(candidate->name));
	json_object_object_add(object, "ratio", found < 0 ? NULL : json_number(found));
	json_object_object_add(object, "median", json_number(median(candidate)));
	json_object_object_add(object, "quartile_1",
			       json_number(quantile(candidate, 0.25)));
	json_object_object_add(object, "quartile_3",
			       json_number(quantile(candidate, 0.75)));
	json_object_object_add(object, "lowest", json_number(candidate->values[0]));
	json_object_object_add(object, "highest",
			       json_number(candidate->values[candidate->count - 1]));
	json_object_object_add(object, "runs",
			       json_object_new_int64((int64_t)candidate->count));
	json_object_object_add(object, "aim",
			       candidate->aim_of ? json_aim(measure, candidate) : NULL);
	return object;
}

static struct json_object *json_measure(const struct measure *measure)
{
	struct json_object *object = json_object_new_object(),
			   *list = json_object_new_array();

	for (size_t i = 0; i < measure->count; i++)
		json_object_array_add(list,
				      json_candidate(measure, &measure->candidates[i]));
	json_object_object_add(object, "name", json_object_new_string(measure->name));
	json_object_object_add(object, "unit", json_object_new_string(measure->unit));
	json_object_object_add(
		object, "reference",
		measure->reference ? json_object_new_string(measure->reference) : NULL);
	json_object_object_add(object, "candidates", list);
	return object;
}

static struct json_object *json_part(const struct part *part)
{
	struct json_object *object = json_object_new_object(),
			   *list = json_object_new_array(),
			   *notes = json_object_new_array();

	for (size_t i = 0; i < part->count; i++)
		json_object_array_add(list, json_measure(&part->measures[i]));
	for (size_t i = 0; i < part->note_count; i++)
		json_object_array_add(notes, json_object_new_string(part->notes[i]));
	json_object_object_add(object, "name", json_object_new_string(part->name));
	json_object_object_add(object, "measures", list);
	json_object_object_add(object, "notes", notes);
	return object;
}

static struct json_object *json_host(void)
{
	struct json_object *object = json_object_new_object();
	struct utsname name;

	memset(&name, 0, sizeof(name));
	uname(&name);
	json_object_object_add(object, "kernel", json_object_new_string(name.release));
	json_object_object_add(object, "machine", json_object_new_string(name.machine));
	json_object_object_add(object, "processors",
			       json_object_new_int64(sysconf(_SC_NPROCESSORS_ONLN)));
	json_object_object_add(object, "compiler", json_object_new_string(COMPILER));
	return object;
}

static int write_json(const char *path)
{
	struct json_object *object = json_object_new_object(),
			   *list = json_object_new_array();
	int status = 0;

	for (size_t i = 0; i < part_count; i++)
		json_object_array_add(list, json_part(&parts[i]));
	json_object_object_add(object, "version", json_object_new_int(JSON_VERSION));
	json_object_object_add(object, "host", json_host());
	json_object_object_add(object, "parts", list);
	if (json_object_to_file_ext(path, object, JSON_C_TO_STRING_PRETTY) < 0) {
		fprintf(stderr, "bench-report: %s: %s\n", path, strerror(errno));
		status = 2;
	}
	json_object_put(object);
	return status;
}

static void free_measure(struct measure *measure)
{
	for (size_t i = 0; i < measure->count; i++) {
		free(measure->candidates[i].name);
		free(measure->candidates[i].values);
	}
	free(measure->candidates);
	free(measure->name);
	free(measure->unit);
	free(measure->reference);
}

static void free_all(void)
{
	for (size_t i = 0; i < part_count; i++) {
		for (size_t j = 0; j < parts[i].count; j++)
			free_measure(&parts[i].measures[j]);
		for (size_t j = 0; j < parts[i].note_count; j++)
			free(parts[i].notes[j]);
		free(parts[i].measures);
		free(parts[i].notes);
		free(parts[i].name);
	}
	free(parts);
}

int main(int argc, char **argv)
{
	int status;

	if (argc != 2) {
		fprintf(stderr, "usage: bench-report FILE\n");
		return 2;
	}
	read_all();
	for (size_t i = 0; i < part_count; i++) {
		for (size_t j = 0; j < parts[i].count; j++)
			check(&parts[i].measures[j]);
	}
	for (size_t i = 0; i < part_count; i++)
		print_part(&parts[i]);
	status = write_json(argv[1]);
	free_all();
	return status;
}
