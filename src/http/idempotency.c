/* The rows of idempotency keys. */
#include "http/idempotency.h"

#include <sodium.h>

#include "base/banned.h"

#define KEY_MAX 255

static void
add(crypto_hash_sha256_state *s, struct str part)
{
	uint64_t n = part.n;	/* so that no two splits look alike */

	crypto_hash_sha256_update(s, (const unsigned char *)&n, sizeof(n));
	if (part.n > 0)
		crypto_hash_sha256_update(s, (const unsigned char *)part.p,
		    part.n);
}

/* Of a public call it is the address. */
static void
set_owner(const struct request *rq, unsigned char owner[16])
{
	unsigned char hash[32];

	if (principal_owner(rq->who.org_id, rq->who.user_id, owner))
		return;
	crypto_hash_sha256(hash, (const unsigned char *)rq->http->address.p,
	    rq->http->address.n);
	owner[0] = 3;
	memcpy(owner + 1, hash, 15);
}

enum err
idempotency_read(struct request *rq, struct idempotency *k)
{
	struct str key = rq->http->idempotency_key;
	crypto_hash_sha256_state s;

	*k = (struct idempotency){ .used = false };
	if (key.p == NULL)
		return OK;
	if (key.n >= 2 && key.p[0] == '"' && key.p[key.n - 1] == '"')
		key = (struct str){ key.p + 1, key.n - 2 };
	for (size_t i = 0; i < key.n; i++)
		if (key.p[i] < ' ' || key.p[i] > '~')
			key.n = 0;
	if (key.n == 0 || key.n > KEY_MAX) {
		complain(&rq->wrong, rq->arena, STR("Idempotency-Key"),
		    "must have 1 to 255 printable characters");
		return ERR_BAD_REQUEST;
	}
	k->used = true;
	set_owner(rq, k->owner);
	crypto_hash_sha256_init(&s);
	add(&s, key);
	if (rq->who.test)	/* what it tried out is not what was done */
		add(&s, STR("test"));
	if (rq->who.promoter_id != 0)	/* nor what another promoter did */
		add(&s, (struct str){ (const char *)&rq->who.promoter_id,
		    sizeof(rq->who.promoter_id) });
	crypto_hash_sha256_final(&s, k->key);
	crypto_hash_sha256_init(&s);
	add(&s, rq->http->method_text);
	add(&s, rq->http->uri);
	add(&s, rq->http->body);
	/* of what one does for oneself, another's words are another request */
	if ((rq->route->flags & R_USER) != 0)
		add(&s, (struct str){ (const char *)&rq->who.user_id,
		    sizeof(rq->who.user_id) });
	crypto_hash_sha256_final(&s, k->request);
	return OK;
}

enum err
idempotency_begin(struct db *db, const struct idempotency *k, struct when now)
{
	return db_exec(db, Q_IDEMPOTENCY_INSERT, ARGS(BYTES(k->owner, 16),
	    BYTES(k->key, 32), BYTES(k->request, 32), now), NULL, NULL);
}

enum err
idempotency_begun(struct db *db, const struct idempotency *k,
    uint64_t subject)
{
	return db_exec(db, Q_IDEMPOTENCY_BEGUN, ARGS(subject,
	    BYTES(k->owner, 16), BYTES(k->key, 32)), NULL, NULL);
}

enum err
idempotency_drop(struct db *db, const struct idempotency *k)
{
	return db_exec(db, Q_IDEMPOTENCY_DROP, ARGS(BYTES(k->owner, 16),
	    BYTES(k->key, 32)), NULL, NULL);
}

enum err
idempotency_store(struct db *db, const struct idempotency *k,
    const struct stored *s)
{
	return db_exec(db, Q_IDEMPOTENCY_STORE, ARGS(s->status, s->headers,
	    s->body, s->user_id, BYTES(k->owner, 16), BYTES(k->key, 32)),
	    NULL, NULL);
}

enum err
idempotency_tell(struct db *db, const struct idempotency *k)
{
	uint64_t rows;

	TRY(db_exec(db, Q_IDEMPOTENCY_TELL, ARGS(BYTES(k->owner, 16),
	    BYTES(k->key, 32)), &rows, NULL));
	return rows == 0 ? ERR_KEY_IN_FLIGHT : OK;
}

struct key_row {
	struct str request_hash, headers, body;
	bool told;
	int64_t status;
	uint64_t subject_id;
};

SHAPE(key_row, struct key_row, NULL,
    COLUMN(struct key_row, request_hash),
    COLUMN(struct key_row, status),
    COLUMN(struct key_row, subject_id),
    COLUMN(struct key_row, told),
    COLUMN(struct key_row, headers),
    COLUMN(struct key_row, body));

enum err
idempotency_find(struct db *db, struct arena *a, const struct idempotency *k,
    struct stored *out)
{
	struct key_row row = { .status = 0 };

	TRY(db_row(db, a, Q_IDEMPOTENCY_GET, ARGS(BYTES(k->owner, 16),
	    BYTES(k->key, 32)), &key_row, &row));
	if (row.request_hash.n != 32 ||
	    memcmp(row.request_hash.p, k->request, 32) != 0)
		return ERR_KEY_REUSED;
	*out = (struct stored){ .status = row.status,
	    .subject = row.subject_id, .told = row.told,
	    .headers = row.headers, .body = row.body };
	return OK;
}
