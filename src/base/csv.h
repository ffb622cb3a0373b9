/* Text separated by commas (RFC 4180). */
#ifndef AFF_BASE_CSV_H
#define AFF_BASE_CSV_H

#include "base/buf.h"

/*
 * Within quotes.  What a spreadsheet would work out gets an apostrophe in
 * front, so that a promoter's name can't be a formula.
 */
void csv_cell(struct buf *, struct str);

#endif
