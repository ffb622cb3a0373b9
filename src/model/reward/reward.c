/* Rewards: made, changed, listed. */
#include "model/reward/reward.h"

#include "model/event/event.h"
#include "base/banned.h"

SHAPE(reward_rule_shape, struct reward_rule, NULL,
    FIELD(struct reward_rule, type, "type", .labels = rule_type_labels),
    FIELD(struct reward_rule, condition, "condition",
	.labels = rule_condition_labels),
    FIELD(struct reward_rule, filter, "filter", .flags = F_NULLABLE,
	.labels = rule_filter_labels),
    FIELD(struct reward_rule, value, "value"),
    FIELD(struct reward_rule, join, "join", .labels = rule_operator_labels));

SHAPE(reward_part_shape, struct reward_part, NULL,
    FIELD(struct reward_part, unit, "unit", .labels = unit_labels),
    FIELD(struct reward_part, flat, "flat"),
    FIELD(struct reward_part, amount, "amount"),
    FIELD(struct reward_part, rules, "rules", .of = &reward_rule_shape));

struct parts {
	struct list parts;
};

SHAPE(reward_parts_shape, struct parts, NULL,
    FIELD(struct parts, parts, "parts", .of = &reward_part_shape));

SHAPE(reward_row, struct reward, NULL,
    COLUMN(struct reward, id),
    COLUMN(struct reward, organization_id),
    COLUMN(struct reward, name),
    COLUMN(struct reward, promoter),
    COLUMN(struct reward, kind, .labels = reward_kind_labels),
    COLUMN(struct reward, mode, .labels = tier_mode_labels),
    COLUMN(struct reward, level),
    COLUMN(struct reward, coupon),
    COLUMN(struct reward, provider_coupon),
    COLUMN(struct reward, hidden),
    COLUMN(struct reward, duration, .labels = duration_labels),
    COLUMN(struct reward, months),
    COLUMN(struct reward, max_redemptions),
    COLUMN(struct reward, new_only),
    FIELD(struct reward, parts_json, "parts"),
    COLUMN(struct reward, created_at),
    COLUMN(struct reward, updated_at),
    COLUMN(struct reward, version));

enum err
reward_parts_read(struct arena *a, struct str json, struct list *parts)
{
	struct parts p = { { NULL, 0 } };
	struct complaints wrong;
	uint64_t given;

	complaints_init(&wrong);
	if (json_decode(a, json, &reward_parts_shape, true, &p, &given,
	    &wrong) != OK)
		return ERR_INTERNAL;
	*parts = p.parts;
	return OK;
}

static struct str
parts_text(struct arena *a, struct list parts)
{
	const struct parts p = { parts };
	struct buf b;

	buf_init(&b, a, 256);
	json_encode(&b, &reward_parts_shape, &p, false);
	return buf_view(&b);
}

static enum err
event(struct db *db, struct arena *a, const struct actor *who, uint64_t id,
    const char *type)
{
	return event_write(db, a, &(struct event){ who->organization_id, type,
	    id, who->user_id, who->now }, NULL);
}

static struct arg
label(const char *const *labels, int v)
{
	return v < 0 ? ARG(STR_NULL) : LABEL(labels, v);
}

/* Its counter, where it has a limit: sales lock that. */
static enum err
count_from_zero(struct db *db, const struct reward *r)
{
	return r->max_redemptions == 0 ? OK :
	    db_exec(db, Q_REWARD_COUNTER, ARGS(r->id), NULL, NULL);
}

enum err
reward_create(struct db *db, struct arena *a, const struct actor *who,
    struct reward *r)
{
	r->organization_id = who->organization_id;
	r->created_at = r->updated_at = who->now;
	r->version = 1;
	TRY(db_exec(db, Q_REWARD_INSERT, ARGS(r->organization_id, r->name,
	    r->promoter, label(reward_kind_labels, r->kind),
	    label(tier_mode_labels, r->mode), arg_some(r->level), r->coupon,
	    r->provider_coupon, r->hidden, label(duration_labels, r->duration),
	    arg_some(r->months), arg_some(r->max_redemptions), r->new_only,
	    parts_text(a, r->parts), who->now), NULL, &r->id));
	TRY(count_from_zero(db, r));
	return event(db, a, who, r->id, "reward.created");
}

enum err
reward_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct reward *r)
{
	TRY(db_row(db, a, Q_REWARD_GET, ARGS(id, org), &reward_row, r));
	return reward_parts_read(a, r->parts_json, &r->parts);
}

static enum err
check_unused(struct db *db, struct arena *a, uint64_t id)
{
	struct id_row f = { 0 };
	enum err e = db_row(db, a, Q_REWARD_USED, ARGS(id), &id_row,
	    &f);

	return e == OK ? ERR_REWARD_USED : e == ERR_NOT_FOUND ? OK : e;
}

enum err
reward_update(struct db *db, struct arena *a, const struct actor *who,
    const struct reward *was, struct reward *r)
{
	uint64_t rows;

	TRY(db_exec(db, Q_REWARD_UPDATE, ARGS(r->name, r->promoter,
	    label(reward_kind_labels, r->kind),
	    label(tier_mode_labels, r->mode), arg_some(r->level), r->coupon,
	    r->provider_coupon, r->hidden, label(duration_labels, r->duration),
	    arg_some(r->months), arg_some(r->max_redemptions), r->new_only,
	    parts_text(a, r->parts), who->now, r->id, who->organization_id,
	    was->version), &rows, NULL));
	if (rows == 0)
		return ERR_STALE;
	if (r->promoter != was->promoter)
		TRY(check_unused(db, a, r->id));
	r->version++;
	r->updated_at = who->now;
	TRY(count_from_zero(db, r));
	return event(db, a, who, r->id, "reward.updated");
}

enum err
reward_hide(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id)
{
	struct reward r = { 0 };
	uint64_t rows;

	TRY(db_exec(db, Q_REWARD_HIDE, ARGS(who->now, id,
	    who->organization_id), &rows, NULL));
	if (rows == 1)
		return event(db, a, who, id, "reward.hidden");
	return reward_get(db, a, who->organization_id, id, &r);
}

enum err
reward_list(struct db *db, struct arena *a, uint64_t org, int promoter,
    const struct paging *p, struct list *out)
{
	struct list_query q = { .q = Q_REWARD_LIST };
	struct arg_list args = { 0 };
	struct reward *r;

	arg_push(&args, ARG(org));
	if (promoter >= 0) {
		q.wheres |= Q_REWARD_LIST_WHERE_SCOPE;
		arg_push(&args, ARG(promoter));
	}
	paging_by_id(p, &q, &args, Q_REWARD_LIST_WHERE_AFTER);
	TRY(db_list(db, a, &q, ARG_LIST(args), &reward_row, out));
	r = out->items;
	for (size_t i = 0; i < out->n; i++)
		TRY(reward_parts_read(a, r[i].parts_json, &r[i].parts));
	return OK;
}
