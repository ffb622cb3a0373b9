/*
 * The hash chain over journals.
 *
 * A journal's bytes are its numbers in eight bytes each, least first, and its
 * kind by name; then line, account and amount of each entry.
 */
#include "ledger/seal.h"

#include <sodium.h>

#include "ledger/ledger.h"

#include "base/banned.h"

#define SAMPLES 64

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
	uint64_t id, organization_id, reverses, account_id;
	int64_t subject_id, line, amount;
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
	add_number(s, e->id);
	add_number(s, e->organization_id);
	add_number(s, (uint64_t)e->subject_id);
	add_number(s, e->reverses);
	add_number(s, (uint64_t)e->created_at.us);
	add_number(s, e->kind.n);
	crypto_hash_sha256_update(s, (const unsigned char *)e->kind.p,
	    e->kind.n);
}

/* Hashes journals behind after up to last; how many there were. */
static enum err
hash_range(struct db *db, struct arena *a, const unsigned char before[32],
    uint64_t after, uint64_t last, unsigned char out[32], int64_t *journals)
{
	struct arena_mark mark = arena_mark(a);
	crypto_hash_sha256_state s;
	uint64_t at = after;
	struct list rows;

	*journals = 0;
	crypto_hash_sha256_init(&s);
	crypto_hash_sha256_update(&s, before, 32);
	do {
		const struct sealed_entry *e;

		TRY(db_rows(db, a, Q_SEAL_ENTRIES, ARGS(at, last),
		    &sealed_entry_row, &rows));
		e = rows.items;
		for (size_t i = 0; i < rows.n; i++) {
			if (e[i].id != at) {
				add_journal(&s, &e[i]);
				++*journals;
			}
			at = e[i].id;
			add_number(&s, (uint64_t)e[i].line);
			add_number(&s, e[i].account_id);
			add_number(&s, (uint64_t)e[i].amount);
		}
		arena_rewind(a, mark);
	} while (rows.n > 0);
	crypto_hash_sha256_final(&s, out);
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
 * The highest ids that were seen, and when.  A process that has just begun
 * knows none, and seals after the age has passed.
 */
static struct {
	struct when at;
	uint64_t id;
} samples[SAMPLES];
static size_t sample_count;

static uint64_t
watermark(uint64_t newest, struct when now, int64_t age)
{
	uint64_t safe = 0;
	size_t kept = 0;

	for (size_t i = 0; i < sample_count; i++) {
		if (when_add(samples[i].at, age).us <= now.us)
			safe = samples[i].id > safe ? samples[i].id : safe;
		else
			samples[kept++] = samples[i];
	}
	sample_count = kept;
	if (kept < SAMPLES) {
		samples[kept].at = now;
		samples[kept].id = newest;
		sample_count++;
	}
	return safe;
}

struct new_seal {
	struct seal seal;
	unsigned char hash[32];
	struct when now;
};

static enum err
insert(struct db *db, void *arg)
{
	struct new_seal *n = arg;

	return db_exec(db, Q_SEAL_INSERT, ARGS(n->seal.id,
	    n->seal.last_journal, n->seal.journals, BYTES(n->hash, 32),
	    n->now), NULL, NULL);
}

enum err
seal_run(struct db *db, struct arena *a, struct when now, int64_t age_seconds)
{
	struct seal newest = { .id = 0 }, last;
	struct new_seal n = { .now = now };
	unsigned char before[32];
	uint64_t safe;
	enum err e;

	TRY(db_row(db, a, Q_JOURNAL_NEWEST, NO_ARGS, &seal_row, &newest));
	safe = watermark(newest.last_journal, now, age_seconds);
	TRY(last_seal(db, a, &last));
	if (safe <= last.last_journal)
		return OK;
	start_hash(&last, before);
	TRY(hash_range(db, a, before, last.last_journal, safe, n.hash,
	    &n.seal.journals));
	n.seal.id = last.id + 1;
	n.seal.last_journal = safe;
	e = tx_run(db, a, insert, &n);
	return e == ERR_CONFLICT ? OK : e;	/* another was faster */
}

enum err
seal_check(struct db *db, struct arena *a, uint64_t *broken, uint64_t *seals)
{
	unsigned char before[32], hash[32], again[32];
	struct arena_mark mark = arena_mark(a);
	uint64_t at = 0, id = 0;
	enum err e;

	*broken = *seals = 0;
	memset(before, 0, sizeof(before));
	for (;;) {
		struct seal s = { .id = 0 };
		int64_t journals;

		e = db_row(db, a, Q_SEAL_NEXT, ARGS(id), &seal_row, &s);
		if (e != OK)
			return e == ERR_NOT_FOUND ? OK : e;
		start_hash(&s, hash);
		id = s.id;
		++*seals;
		arena_rewind(a, mark);
		TRY(hash_range(db, a, before, at, s.last_journal, again,
		    &journals));
		if (*broken == 0 && (journals != s.journals ||
		    memcmp(again, hash, 32) != 0 || s.id != *seals))
			*broken = s.id;
		memcpy(before, hash, 32);
		at = s.last_journal;
	}
}
