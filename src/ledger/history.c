/* Rows of a campaign's history, and the hashes that chain them. */
#include "ledger/history.h"

#include <sodium.h>

#include "base/banned.h"

#define HASH crypto_hash_sha256_BYTES
#define SALT 16

SHAPE(history_row_shape, struct history_row, NULL,
    COLUMN(struct history_row, campaign_id),
    COLUMN(struct history_row, number),
    COLUMN(struct history_row, user_id),
    COLUMN(struct history_row, action),
    COLUMN(struct history_row, status),
    COLUMN(struct history_row, data),
    COLUMN(struct history_row, text),
    COLUMN(struct history_row, created_at),
    COLUMN(struct history_row, salt, .flags = F_BYTES),
    COLUMN(struct history_row, text_hash, .flags = F_BYTES),
    COLUMN(struct history_row, hash, .flags = F_BYTES));

struct last {
	int64_t number;
	struct str hash;
};

SHAPE(history_last_row, struct last, NULL,
    COLUMN(struct last, number),
    COLUMN(struct last, hash, .flags = F_BYTES));

/* With its length before it, so that no two rows read the same. */
static void
add(crypto_hash_sha256_state *s, struct str v)
{
	char n[24];

	snprintf(n, sizeof(n), "%zu:", v.n);
	crypto_hash_sha256_update(s, (const unsigned char *)n, strlen(n));
	if (v.n > 0)
		crypto_hash_sha256_update(s, (const unsigned char *)v.p, v.n);
}

static void
add_number(crypto_hash_sha256_state *s, uint64_t v)
{
	char n[24];

	snprintf(n, sizeof(n), "%llu", (unsigned long long)v);
	add(s, str_of(n));
}

static void
chain(struct str before, const struct history_row *r, unsigned char out[HASH])
{
	crypto_hash_sha256_state s;

	crypto_hash_sha256_init(&s);
	add(&s, before);
	add_number(&s, r->campaign_id);
	add_number(&s, (uint64_t)r->number);
	add_number(&s, r->user_id);
	add_number(&s, (uint64_t)r->created_at.us);
	add(&s, r->action);
	add(&s, r->status);
	add(&s, r->data);
	add(&s, r->text_hash);
	crypto_hash_sha256_final(&s, out);
}

static void
hash_text(struct str salt, struct str text, unsigned char out[HASH])
{
	crypto_hash_sha256_state s;

	crypto_hash_sha256_init(&s);
	add(&s, salt);
	add(&s, text);
	crypto_hash_sha256_final(&s, out);
}

static enum err
write_text(struct db *db, struct arena *a, uint64_t org, struct history_row *r)
{
	unsigned char *hash = arena_alloc(a, HASH), *salt =
	    arena_alloc(a, SALT);

	randombytes_buf(salt, SALT);
	r->salt = (struct str){ (const char *)salt, SALT };
	hash_text(r->salt, r->text, hash);
	r->text_hash = (struct str){ (const char *)hash, HASH };
	return db_exec(db, Q_CAMPAIGN_TEXT_INSERT, ARGS(r->campaign_id,
	    r->number, org, BYTES(salt, SALT), r->text), NULL, NULL);
}

static enum err
append(struct db *db, struct arena *a, const struct history_entry *h,
    struct last last)
{
	struct history_row r = { .campaign_id = h->campaign_id,
	    .number = last.number + 1, .user_id = h->user_id,
	    .action = str_of(h->action), .status = str_of(h->status),
	    .data = h->data, .text = h->text, .created_at = h->at };
	unsigned char hash[HASH];

	if (h->text.p != NULL)
		TRY(write_text(db, a, h->organization_id, &r));
	chain(last.hash, &r, hash);
	return db_exec(db, Q_HISTORY_INSERT, ARGS(r.campaign_id, r.number,
	    h->organization_id, r.action, r.user_id, r.status, r.data,
	    r.text_hash.p != NULL ? BYTES(r.text_hash.p, HASH) : ARG(STR_NULL),
	    r.created_at, BYTES(hash, HASH)), NULL, NULL);
}

enum err
history_begin(struct db *db, struct arena *a, const struct history_entry *h)
{
	return append(db, a, h, (struct last){ 0 });
}

enum err
history_write(struct db *db, struct arena *a, const struct history_entry *h)
{
	struct last last = { 0 };
	enum err e = db_row(db, a, Q_HISTORY_LAST, ARGS(h->campaign_id),
	    &history_last_row, &last);

	/* that of the house's own campaign begins with its first change */
	return e == OK || e == ERR_NOT_FOUND ? append(db, a, h, last) : e;
}

enum err
history_list(struct db *db, struct arena *a, uint64_t org,
    uint64_t campaign_id, uint64_t after, int64_t limit, struct list *out)
{
	return db_rows(db, a, Q_HISTORY_LIST, ARGS(campaign_id, org,
	    arg_bound(after), limit), &history_row_shape, out);
}

enum err
history_erase_user(struct db *db, uint64_t user_id)
{
	return db_exec(db, Q_CAMPAIGN_TEXT_ERASE, ARGS(user_id), NULL, NULL);
}
