/*
 * Lines of values with commas between them (RFC 4180), for spreadsheets and
 * banks.  A text stands within quotes; one that a spreadsheet would work out
 * gets an apostrophe in front, so that nobody's name can be a formula.
 */
#ifndef AFF_BASE_CSV_H
#define AFF_BASE_CSV_H

#include "base/buf.h"
#include "base/clock.h"

struct csv {
	struct buf buf;
	bool within;		/* a line */
};

void csv_init(struct csv *, struct arena *, size_t room);
/* A whole line of our own: the names of columns. */
void csv_line(struct csv *, const char *);
/* Values, one after the other; csv_end() ends their line. */
void csv_text(struct csv *, struct str);	/* absent: empty */
void csv_word(struct csv *, const char *);	/* one of our own */
void csv_id(struct csv *, uint64_t);		/* 0: empty */
void csv_number(struct csv *, int64_t);
/* With its digits behind the point; its currency is the next value. */
void csv_money(struct csv *, int64_t minor, struct str currency);
void csv_day(struct csv *, struct day);
void csv_time(struct csv *, struct when);	/* ISO 8601 */
void csv_end(struct csv *);

#endif
