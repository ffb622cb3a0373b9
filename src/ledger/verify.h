/*
 * Proof of the books: reads everything, changes nothing, says what is wrong.
 *
 * Checks: entries of every journal sum to zero per currency and are two or
 * more; kept balances equal the sum of their entries; none is beyond its
 * guard; the flags of an account match its kind; every entry is a legal
 * flow; journals stay in one book but for the house; a reversal mirrors what
 * it reverses; the seals; and what the model says beside the ledger (token
 * balances, reservations, lots, adjustments and debts, earnings, counts).
 */
#ifndef AFF_LEDGER_VERIFY_H
#define AFF_LEDGER_VERIFY_H

#include <stdio.h>

#include "db/db.h"

/* *clean is false when anything was found; each finding is one line. */
MUST_CHECK enum err verify_run(struct db *, struct arena *, FILE *report,
    bool *clean);

#endif
