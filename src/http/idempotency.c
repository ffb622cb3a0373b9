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

/* Organization, user or address: the kind first, so that none is another. */
static void
set_owner(const struct request *rq, unsigned char owner[16])
{
	unsigned char hash[32];
	uint64_t id = rq->who.org_id != 0 ? rq->who.org_id : rq->who.user_id;

	memset(owner, 0, 16);
	if (id != 0) {
		owner[0] = rq->who.org_id != 0 ? 1 : 2;
		memcpy(owner + 8, &id, sizeof(id));
		return;
	}
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
	crypto_hash_sha256_final(&s, k->key);
	crypto_hash_sha256_init(&s);
	add(&s, rq->http->method_text);
	add(&s, rq->http->uri);
	add(&s, rq->http->body);
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
idempotency_store(struct db *db, const struct idempotency *k, int status,
    struct str headers, struct str body)
{
	return db_exec(db, Q_IDEMPOTENCY_STORE, ARGS(status, headers, body,
	    BYTES(k->owner, 16), BYTES(k->key, 32)), NULL, NULL);
}

struct key_row {
	struct str request_hash, headers, body;
	int64_t status;
	uint64_t subject_id;
};

SHAPE(key_row, struct key_row, NULL,
    COLUMN(struct key_row, request_hash),
    COLUMN(struct key_row, status),
    COLUMN(struct key_row, subject_id),
    COLUMN(struct key_row, headers),
    COLUMN(struct key_row, body));

enum err
idempotency_find(struct db *db, struct arena *a, const struct idempotency *k,
    struct replay *out)
{
	struct key_row row = { .status = 0 };

	TRY(db_row(db, a, Q_IDEMPOTENCY_GET, ARGS(BYTES(k->owner, 16),
	    BYTES(k->key, 32)), &key_row, &row));
	if (row.request_hash.n != 32 ||
	    memcmp(row.request_hash.p, k->request, 32) != 0)
		return ERR_KEY_REUSED;
	*out = (struct replay){ row.status, row.subject_id, row.headers,
	    row.body };
	return OK;
}
