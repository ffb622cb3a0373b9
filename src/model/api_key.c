/* API keys: made with a secret that only its hash is kept of. */
#include "model/api_key.h"

#include "auth/apikey.h"
#include "base/banned.h"

SHAPE(api_key_row, struct api_key, NULL,
    COLUMN(struct api_key, id),
    COLUMN(struct api_key, public_id),
    COLUMN(struct api_key, description),
    COLUMN(struct api_key, scopes),
    COLUMN(struct api_key, test),
    COLUMN(struct api_key, created_at),
    COLUMN(struct api_key, expires_at));

enum err
api_key_create(struct db *db, struct arena *a, const struct principal *maker,
    struct when now, struct api_key *key)
{
	struct apikey_parts parts;

	if (((uint64_t)key->scopes & ~maker->scopes) != 0)
		return ERR_SCOPE;
	apikey_make(a, key->test, &parts);
	key->public_id = parts.public_id;
	key->text = parts.text;
	key->created_at = now;
	return db_exec(db, Q_API_KEY_INSERT, ARGS(maker->org_id,
	    maker->user_id, key->public_id, BYTES(parts.hash, 32),
	    key->description, key->scopes, key->test, now, key->expires_at),
	    NULL, &key->id);
}

enum err
api_key_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct api_key *key)
{
	return db_row(db, a, Q_API_KEY_GET, ARGS(org, id), &api_key_row, key);
}

enum err
api_key_describe(struct db *db, uint64_t org, uint64_t id,
    struct str description)
{
	uint64_t rows;

	TRY(db_exec(db, Q_API_KEY_UPDATE, ARGS(description, org, id), &rows,
	    NULL));
	return rows == 1 ? OK : ERR_NOT_FOUND;
}

enum err
api_key_revoke(struct db *db, uint64_t org, uint64_t id, struct when now)
{
	uint64_t rows;

	TRY(db_exec(db, Q_API_KEY_REVOKE, ARGS(now, org, id), &rows, NULL));
	return rows == 1 ? OK : ERR_NOT_FOUND;
}

enum err
api_key_list(struct db *db, struct arena *a, uint64_t org,
    const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_API_KEY_LIST_WHERE_AFTER_DESC,
		Q_API_KEY_LIST_WHERE_AFTER_ASC,
	};
	struct list_query q = { .q = Q_API_KEY_LIST };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(org));
	paging_args(p, &q, &args, after[p->order],
	    ARG((struct when){ p->after_key }));
	return db_list(db, a, &q, ARG_LIST(args), &api_key_row, out);
}

enum err
api_key_named(struct db *db, struct arena *a, uint64_t org, uint64_t user,
    struct str description, struct api_key *key)
{
	return db_row(db, a, Q_API_KEY_OF_USER, ARGS(org, user, description),
	    &api_key_row, key);
}
