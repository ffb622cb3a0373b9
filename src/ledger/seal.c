/*
 * The hash chain over journals.
 *
 * A journal's bytes are a "j", its numbers in eight bytes each, least first,
 * and its kind by name with its length; then for each entry an "e" and its
 * line, account and amount.  So no two sets of journals have the same bytes.  A
 * journal without entries is a journal too.
 */
#include "ledger/seal.h"

#include <sodium.h>

#include "ledger/ledger.h"

#include "base/banned.h"

#define SAMPLES 64
#define JOURNALS_MAX 10000	/* under one seal */
#define SEALS_ONCE 8		/* others wait for their turn */

struct seal {
	uint64_t id, last_journal;
	int64_t journals;
	struct str hash;
};

SHAPE(seal_row, struct seal, NULL,
    COLUMN(struct seal, id),
    COLUMN(struct seal, last_journal),
    COLUMN(struct seal, journals),
    COLUMN(struct seal, hash));

struct sealed_entry {
	uint64_t id, organization_id, subject_id, reverses, account_id;
	int64_t line, amount;
	struct str kind;
	struct when created_at;
};

SHAPE(sealed_entry_row, struct sealed_entry, NULL,
    COLUMN(struct sealed_entry, id),
    COLUMN(struct sealed_entry, organization_id),
    COLUMN(struct sealed_entry, reverses),
    COLUMN(struct sealed_entry, account_id),
    COLUMN(struct sealed_entry, subject_id),
    COLUMN(struct sealed_entry, line),
    COLUMN(struct sealed_entry, amount),
    COLUMN(struct sealed_entry, kind),
    COLUMN(struct sealed_entry, created_at));

static void
add_mark(crypto_hash_sha256_state *s, unsigned char mark)
{
	crypto_hash_sha256_update(s, &mark, 1);
}

static void
add_number(crypto_hash_sha256_state *s, uint64_t v)
{
	unsigned char b[8];

	for (int i = 0; i < 8; i++)
		b[i] = (unsigned char)(v >> 8 * i);
	crypto_hash_sha256_update(s, b, sizeof(b));
}

static void
add_journal(crypto_hash_sha256_state *s, const struct sealed_entry *e)
{
	add_mark(s, 'j');
	add_number(s, e->id);
	add_number(s, e->organization_id);
	add_number(s, e->subject_id);
	add_number(s, e->reverses);
	add_number(s, (uint64_t)e->created_at.us);
	add_number(s, e->kind.n);
	crypto_hash_sha256_update(s, (const unsigned char *)e->kind.p,
	    e->kind.n);
}

static void
add_entry(crypto_hash_sha256_state *s, const struct sealed_entry *e)
{
	if (e->line == 0 && e->account_id == 0)
		return;		/* the journal has none */
	add_mark(s, 'e');
	add_number(s, (uint64_t)e->line);
	add_number(s, e->account_id);
	add_number(s, (uint64_t)e->amount);
}

struct range {
	uint64_t after, last;	/* last is moved down where most is reached */
	int64_t most, journals;	/* journals: how many there were */
	unsigned char hash[32];	/* before the range, then after it */
};

static enum err
hash_range(struct db *db, struct arena *a, struct range *r)
{
	struct arena_mark mark = arena_mark(a);
	crypto_hash_sha256_state s;
	uint64_t at = r->after;
	struct list rows;

	r->journals = 0;
	crypto_hash_sha256_init(&s);
	crypto_hash_sha256_update(&s, r->hash, sizeof(r->hash));
	do {
		const struct sealed_entry *e;

		TRY(db_rows(db, a, Q_SEAL_ENTRIES, ARGS(arg_bound(at),
		    arg_bound(r->last)), &sealed_entry_row, &rows));
		e = rows.items;
		for (size_t i = 0; i < rows.n; i++) {
			if (e[i].id != at) {
				add_journal(&s, &e[i]);
				r->journals++;
			}
			at = e[i].id;
			add_entry(&s, &e[i]);
		}
		arena_rewind(a, mark);
	} while (rows.n > 0 && r->journals < r->most);
	if (rows.n > 0)
		r->last = at;
	crypto_hash_sha256_final(&s, r->hash);
	return OK;
}

static enum err
last_seal(struct db *db, struct arena *a, struct seal *seal)
{
	enum err e;

	*seal = (struct seal){ .hash = { "", 0 } };
	e = db_row(db, a, Q_SEAL_LAST, NO_ARGS, &seal_row, seal);
	return e == ERR_NOT_FOUND ? OK : e;
}

static void
start_hash(const struct seal *seal, unsigned char out[32])
{
	memset(out, 0, 32);
	if (seal->hash.n == 32)
		memcpy(out, seal->hash.p, 32);
}

/*
 * The highest ids that were seen, and when: by the clock that nobody sets.  A
 * process that has just begun knows none, and seals after the age has passed.
 */
static struct {
	int64_t at_us;
	uint64_t id;
} samples[SAMPLES];
static size_t sample_count;

static uint64_t
watermark(uint64_t newest, int64_t age_seconds)
{
	const int64_t now = clock_monotonic_us();
	uint64_t safe = 0;
	size_t kept = 0;

	for (size_t i = 0; i < sample_count; i++) {
		if (samples[i].at_us + age_seconds * SECOND_US > now)
			samples[kept++] = samples[i];
		else if (samples[i].id > safe)
			safe = samples[i].id;
	}
	sample_count = kept;
	if (kept < SAMPLES) {
		samples[kept].at_us = now;
		samples[kept].id = newest;
		sample_count++;
	}
	return safe;
}

struct new_seal {
	uint64_t id;
	struct range range;
	struct when now;
};

static enum err
insert(struct db *db, void *arg)
{
	struct new_seal *n = arg;

	TRY(db_exec(db, Q_SEAL_INSERT, ARGS(n->id, n->range.last,
	    n->range.journals, BYTES(n->range.hash, 32), n->now), NULL,
	    NULL));
	return db_exec(db, Q_SEAL_ADD_SUMS, ARGS(n->range.last,
	    arg_bound(n->range.after)), NULL, NULL);
}

enum err
seal_run(struct db *db, struct arena *a, struct when now, int64_t age_seconds,
    bool *more)
{
	struct seal newest = { .id = 0 }, last;
	uint64_t safe;

	TRY(db_row(db, a, Q_JOURNAL_NEWEST, NO_ARGS, &seal_row, &newest));
	safe = watermark(newest.last_journal, age_seconds);
	TRY(last_seal(db, a, &last));
	*more = false;
	for (int seals = 0; last.last_journal < safe; seals++) {
		struct new_seal n = { .id = last.id + 1, .now = now,
		    .range = { .after = last.last_journal, .last = safe,
		    .most = JOURNALS_MAX } };
		enum err e;

		*more = seals == SEALS_ONCE;
		if (*more)
			return OK;
		start_hash(&last, n.range.hash);
		TRY(hash_range(db, a, &n.range));
		e = tx_run(db, a, insert, &n);
		if (e != OK)	/* a conflict: another was faster */
			return e == ERR_CONFLICT ? OK : e;
		TRY(last_seal(db, a, &last));
	}
	return OK;
}

/* Does the seal say what the journals say?  *r goes on to the next. */
static enum err
check_one(struct db *db, struct arena *a, const struct seal *s,
    struct range *r, bool *fits)
{
	unsigned char hash[32];

	start_hash(s, hash);
	r->last = s->last_journal;
	TRY(hash_range(db, a, r));
	*fits = r->journals == s->journals && memcmp(r->hash, hash, 32) == 0;
	memcpy(r->hash, hash, 32);
	r->after = s->last_journal;
	return OK;
}

enum err
seal_check(struct db *db, struct arena *a, uint64_t *broken, uint64_t *seals)
{
	struct arena_mark mark = arena_mark(a);
	struct range r = { .most = INT64_MAX };
	uint64_t id = 0;
	bool fits;
	enum err e;

	*broken = *seals = 0;
	for (;;) {
		struct seal s = { .id = 0 };

		e = db_row(db, a, Q_SEAL_NEXT, ARGS(arg_bound(id)), &seal_row,
		    &s);
		if (e != OK)
			return e == ERR_NOT_FOUND ? OK : e;
		id = s.id;
		++*seals;
		TRY(check_one(db, a, &s, &r, &fits));
		if (*broken == 0 && (!fits || s.id != *seals))
			*broken = s.id;
		arena_rewind(a, mark);
	}
}
