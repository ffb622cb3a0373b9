/* Which rewards campaigns and placements give. */
#include "model/reward/reward.h"

#include "base/banned.h"

SHAPE(reward_use_row, struct reward_use, NULL,
    COLUMN(struct reward_use, campaign_id),
    COLUMN(struct reward_use, placement_id),
    COLUMN(struct reward_use, promoter),
    COLUMN(struct reward_use, apply_on, .labels = apply_on_labels),
    COLUMN(struct reward_use, reward_id),
    COLUMN(struct reward_use, name),
    COLUMN(struct reward_use, kind, .labels = reward_kind_labels),
    COLUMN(struct reward_use, hidden),
    COLUMN(struct reward_use, monetary),
    COLUMN(struct reward_use, level),
    COLUMN(struct reward_use, coupon),
    FIELD(struct reward_use, products_json, "products"),
    FIELD(struct reward_use, ids_json, "product_ids"));

static enum err
insert(struct db *db, const struct actor *who, const struct reward_uses *all,
    size_t i)
{
	const struct reward_use *u = &all->uses[i];
	const struct str *id = u->products.items;
	uint64_t rows, product;
	enum err e;

	TRY(db_exec(db, Q_REWARD_USE_INSERT, ARGS(all->campaign_id,
	    arg_bound(all->placement_id), all->promoter, (int64_t)i,
	    who->organization_id, LABEL(apply_on_labels, u->apply_on),
	    u->reward_id), &rows, NULL));
	if (rows == 0)
		return ERR_INVALID;
	for (size_t k = 0; k < u->products.n; k++) {
		if (!str_to_u64(id[k], &product) || product > INT64_MAX)
			return ERR_INVALID;
		e = db_exec(db, Q_REWARD_USE_INSERT_PRODUCT, ARGS(
		    all->campaign_id, arg_bound(all->placement_id),
		    all->promoter, (int64_t)i, arg_bound(product),
		    who->organization_id), &rows, NULL);
		if (e == ERR_CONFLICT)
			continue;	/* twice the same */
		TRY(e);
		if (rows == 0)
			return ERR_INVALID;
	}
	return OK;
}

enum err
reward_uses_set(struct db *db, struct arena *a, const struct actor *who,
    const struct reward_uses *all, size_t *wrong)
{
	(void)a;
	TRY(db_exec(db, Q_REWARD_USE_CLEAR_PRODUCTS, ARGS(all->campaign_id,
	    arg_bound(all->placement_id), all->promoter), NULL, NULL));
	TRY(db_exec(db, Q_REWARD_USE_CLEAR, ARGS(all->campaign_id,
	    arg_bound(all->placement_id), all->promoter), NULL, NULL));
	for (*wrong = 0; *wrong < all->n; ++*wrong)
		TRY(insert(db, who, all, *wrong));
	return OK;
}

enum err
reward_uses_of(struct db *db, struct arena *a, uint64_t org,
    const struct reward_uses *of, size_t n, struct list *uses)
{
	struct buf b;

	buf_init(&b, a, 64);
	buf_char(&b, '[');
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s{\"campaign\":%llu,\"placement\":%llu}",
		    i > 0 ? "," : "", (unsigned long long)of[i].campaign_id,
		    (unsigned long long)of[i].placement_id);
	buf_char(&b, ']');
	return db_rows(db, a, Q_REWARD_USES, ARGS(buf_view(&b), org),
	    &reward_use_row, uses);
}
