/* API keys: made with a secret that only its hash is kept of. */
#include "model/people/api_key.h"

#include "auth/apikey.h"
#include "model/event/event.h"
#include "base/banned.h"

SHAPE(api_key_row, struct api_key, NULL,
    COLUMN(struct api_key, id),
    COLUMN(struct api_key, public_id),
    COLUMN(struct api_key, description),
    COLUMN(struct api_key, scopes),
    COLUMN(struct api_key, test),
    COLUMN(struct api_key, orphan),
    COLUMN(struct api_key, created_at),
    COLUMN(struct api_key, expires_at),
    COLUMN(struct api_key, last_used_at));

/* No key makes one that may more, or lives longer, than itself. */
static enum err
check_maker(const struct principal *maker, const struct api_key *key)
{
	if (((uint64_t)key->scopes & ~maker->scopes) != 0)
		return ERR_SCOPE;
	if (maker->test && !key->test)
		return ERR_TEST_KEY;
	if (maker->expires_at.us != 0 && (key->expires_at.us == 0 ||
	    key->expires_at.us > maker->expires_at.us))
		return ERR_INVALID;
	return OK;
}

enum err
api_key_create(struct db *db, struct arena *a, const struct principal *maker,
    struct when now, struct api_key *key)
{
	struct apikey_parts parts;
	uint64_t rows;

	TRY(check_maker(maker, key));
	apikey_make(a, key->test, &parts);
	key->public_id = parts.public_id;
	key->text = parts.text;
	key->created_at = now;
	TRY(db_exec(db, Q_API_KEY_INSERT, ARGS(key->public_id,
	    BYTES(parts.hash, 32), key->description, key->scopes, key->test,
	    now, key->expires_at, maker->org_id, maker->user_id), &rows,
	    &key->id));
	if (rows != 1)
		return ERR_NO_ORGANIZATION;	/* deleted meanwhile */
	return event_by(db, a, &(struct actor){ maker->org_id, maker->user_id,
	    now }, key->id, "api_key.created");
}

enum err
api_key_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct api_key *key)
{
	return db_row(db, a, Q_API_KEY_GET, ARGS(org, id), &api_key_row, key);
}

/* Nothing was changed: it is not there, or another's. */
static enum err
why_not(struct db *db, struct arena *a, const struct actor *who, uint64_t id)
{
	struct api_key key = { .id = 0 };

	TRY(api_key_get(db, a, who->organization_id, id, &key));
	return ERR_FORBIDDEN;
}

enum err
api_key_describe(struct db *db, struct arena *a, const struct actor *who,
    uint64_t only, uint64_t id, struct str description)
{
	uint64_t rows;

	TRY(db_exec(db, Q_API_KEY_UPDATE, ARGS(description,
	    who->organization_id, id, only), &rows, NULL));
	return rows == 1 ? event_by(db, a, who, id, "api_key.updated") :
	    why_not(db, a, who, id);
}

enum err
api_key_revoke(struct db *db, struct arena *a, const struct actor *who,
    uint64_t only, uint64_t id)
{
	uint64_t rows;

	TRY(db_exec(db, Q_API_KEY_REVOKE, ARGS(who->now, who->organization_id,
	    id, only), &rows, NULL));
	return rows == 1 ? event_by(db, a, who, id, "api_key.deleted") :
	    why_not(db, a, who, id);
}

enum err
api_key_list(struct db *db, struct arena *a, uint64_t org, int test,
    const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_API_KEY_LIST_WHERE_AFTER_DESC,
		Q_API_KEY_LIST_WHERE_AFTER_ASC,
	};
	struct list_query q = { .q = Q_API_KEY_LIST };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(org));
	if (test >= 0) {
		q.wheres |= Q_API_KEY_LIST_WHERE_TEST;
		arg_push(&args, ARG(test));
	}
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
