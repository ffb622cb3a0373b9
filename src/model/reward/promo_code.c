/* Promo codes. */
#include "model/reward/promo_code.h"

#include "model/event/event.h"
#include "base/banned.h"

SHAPE(promo_code_row, struct promo_code, NULL,
    COLUMN(struct promo_code, id),
    COLUMN(struct promo_code, organization_id),
    COLUMN(struct promo_code, code),
    COLUMN(struct promo_code, reward_id),
    COLUMN(struct promo_code, reward_name),
    COLUMN(struct promo_code, placement_id),
    COLUMN(struct promo_code, ext_id),
    COLUMN(struct promo_code, description),
    COLUMN(struct promo_code, metadata),
    COLUMN(struct promo_code, details),
    COLUMN(struct promo_code, archived_at),
    COLUMN(struct promo_code, version));

SHAPE(code_offered_row, struct promo_code, NULL,
    COLUMN(struct promo_code, reward_name));

static enum err
event(struct db *db, struct arena *a, const struct actor *who, uint64_t id,
    const char *type)
{
	return event_write(db, a, &(struct event){ who->organization_id, type,
	    id, who->user_id, who->now }, NULL);
}

enum err
promo_code_create(struct db *db, struct arena *a, const struct actor *who,
    struct promo_code *c)
{
	uint64_t rows;
	enum err e = db_exec(db, Q_PROMO_CODE_INSERT, ARGS(
	    who->organization_id, c->code, c->promoter_id, c->description,
	    c->metadata, c->details, who->now, c->reward_id,
	    c->placement_id), &rows, &c->id);

	if (e != OK)
		return e == ERR_CONFLICT ? ERR_CODE_TAKEN : e;
	if (rows == 0)
		return ERR_NOT_FOUND;
	TRY(event(db, a, who, c->id, "promo_code.created"));
	return promo_code_get(db, a, who->organization_id, 0, c->id, c);
}

enum err
promo_code_get(struct db *db, struct arena *a, uint64_t org,
    uint64_t promoter_id, uint64_t id, struct promo_code *c)
{
	return db_row(db, a, Q_PROMO_CODE_GET, ARGS(id, org, promoter_id),
	    &promo_code_row, c);
}

enum err
promo_code_offered(struct db *db, struct arena *a, uint64_t org,
    uint64_t promoter_id, struct promo_code *c)
{
	return db_row(db, a, Q_PROMO_CODE_OFFERED, ARGS(c->reward_id,
	    c->placement_id, org, promoter_id), &code_offered_row, c);
}

enum err
promo_code_placement(struct db *db, struct arena *a, uint64_t org,
    uint64_t placement_id)
{
	struct id_row f = { 0 };

	return db_row(db, a, Q_PROMO_CODE_PLACEMENT, ARGS(placement_id, org),
	    &id_row, &f);
}

enum err
promo_code_update(struct db *db, struct arena *a, const struct actor *who,
    struct promo_code *c)
{
	uint64_t rows;
	enum err e;

	if (c->archived_at.us != 0 && c->ext_id.p != NULL)
		return ERR_CODE_ARCHIVED;
	e = db_exec(db, Q_PROMO_CODE_UPDATE, ARGS(c->placement_id, c->code,
	    c->reward_id, c->description, c->metadata, c->details, who->now,
	    c->id, who->organization_id, c->version), &rows, NULL);
	if (e != OK)
		return e == ERR_CONFLICT ? ERR_CODE_TAKEN : e;
	if (rows == 0)
		return ERR_STALE;
	c->version++;
	return event(db, a, who, c->id, "promo_code.updated");
}

enum err
promo_code_archive(struct db *db, struct arena *a, const struct actor *who,
    uint64_t promoter_id, uint64_t id)
{
	struct promo_code c = { 0 };
	uint64_t rows;

	TRY(db_exec(db, Q_PROMO_CODE_ARCHIVE, ARGS(who->now, id,
	    who->organization_id, promoter_id), &rows, NULL));
	if (rows == 1)
		return event(db, a, who, id, "promo_code.archived");
	return promo_code_get(db, a, who->organization_id, promoter_id, id,
	    &c);
}

enum err
promo_code_live(struct db *db, struct arena *a, uint64_t org,
    uint64_t placement_id, struct list *out)
{
	const struct list_query q = { .q = Q_PROMO_CODE_LIST,
	    .wheres = Q_PROMO_CODE_LIST_WHERE_PLACEMENT |
		Q_PROMO_CODE_LIST_WHERE_LIVE };

	return db_list(db, a, &q, ARGS(org, placement_id, INT64_C(1000),
	    INT64_C(0)), &promo_code_row, out);
}

enum err
promo_code_list(struct db *db, struct arena *a, uint64_t org,
    uint64_t placement_id, const struct paging *p, struct list *out)
{
	struct list_query q = { .q = Q_PROMO_CODE_LIST };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(org));
	if (placement_id != 0) {
		q.wheres |= Q_PROMO_CODE_LIST_WHERE_PLACEMENT;
		arg_push(&args, ARG(placement_id));
	}
	paging_by_id(p, &q, &args, Q_PROMO_CODE_LIST_WHERE_AFTER);
	return db_list(db, a, &q, ARG_LIST(args), &promo_code_row, out);
}
