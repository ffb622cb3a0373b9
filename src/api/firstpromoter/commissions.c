/* Commissions: lists, what is entered by hand, and what is done to many. */
#include "api/firstpromoter/commissions.h"

#include "api/firstpromoter/record.h"
#include "model/referral/commission_actions.h"
#include "model/reward/terms.h"
#include "model/track/commission_enter.h"

#include "base/banned.h"

#define C(member, wire, ...) \
    FIELD(struct commission_row, member, wire, __VA_ARGS__)
#define MAYBE .flags = F_NULLABLE

SHAPE(fp_commission_referral, struct commission_row, "CommissionReferral",
    C(referral.id, "id", .flags = F_ID_NUMBER),
    C(referral.email, "email", MAYBE),
    C(referral.uid, "uid", MAYBE));

SHAPE(fp_commission_reward, struct commission_row, "CommissionReward",
    C(reward.id, "id", .doc = "0: the program's default, or by hand"),
    C(reward.name, "name"));

#define VIEW(wire, shape, bits) { .name = (wire), .type = T_RECORD, .at = 0, \
	.of = &(shape), .flags = (bits) }
SHAPE(fp_commission, struct commission_row, "Commission",
    C(id, "id", .flags = F_ID_NUMBER),
    C(status, "status", .labels = commission_status_labels),
    C(metadata, "metadata", .flags = F_JSON),
    C(is_self, "is_self_referral"),
    C(custom, "commission_type", .labels = commission_type_labels),
    C(created_by, "created_by_user_email", MAYBE),
    C(created_by_at, "created_by_user_at", MAYBE),
    C(sale_amount, "sale_amount"),
    C(sale_amount, "original_sale_amount"),
    C(sale_currency, "original_sale_currency", MAYBE,
	.doc = "Where it is not the program's"),
    C(event, "event_id", MAYBE),
    C(plan, "plan_id", MAYBE),
    C(tier, "tier"),
    C(internal_note, "internal_note", MAYBE),
    C(external_note, "external_note", MAYBE),
    C(unit, "unit", .labels = unit_labels),
    C(fraud, "fraud_check", .labels = lead_fraud_labels, MAYBE),
    C(amount, "amount", .doc = "Minor units of its currency, or whole "
	"units; below zero: taken back by a refund"),
    C(currency, "currency", .doc = "This service's own member"),
    C(is_paid, "is_paid"),
    C(is_split, "is_split"),
    C(created_at, "created_at"),
    C(decided_at, "status_updated_at", MAYBE),
    C(placed, "promoter_campaign", .of = &fp_placed),
    VIEW("referral", fp_commission_referral, F_NULLABLE),
    VIEW("reward", fp_commission_reward, 0),
    C(split, "split_details", .flags = F_JSON));

const char *const fp_yes_labels[] = { "no", "yes", NULL };
/* Clients say it in any of these ways. */
const char *const fp_true_labels[] = { "false", "true", "no", "yes", "0", "1",
	NULL };
const char *const fp_commission_sorts[] = { "created_at:desc",
	"created_at:asc", "amount:desc", "amount:asc", "sale_amount:desc",
	"sale_amount:asc", "referral:desc", "referral:asc", NULL };
enum { SALE_FROM, SALE_TO, AMOUNT_FROM, AMOUNT_TO };

SHAPE(fp_commission_query, struct fp_commission_list, "CommissionQuery",
    FP_COMMISSION_FILTERS,
    FP_COMMISSION_PAGING,
    FIELD(struct fp_commission_list, ids, "ids", .max = 1000,
	.flags = F_LOOSE, .doc = "Only these"),
    FIELD(struct fp_commission_list, f.status, "status",
	.labels = commission_status_labels,
	.doc = "The same as filters[status]"),
    FP_COMMISSION_FILTER(f.fulfilled, "fulfilled", .labels = fp_yes_labels,
	.doc = "As paid, of what is no money"));

static void
read_range(const struct request *rq, int from, struct amounts *a)
{
	bool has_from = (rq->asked >> from & 1) != 0;
	bool has_to = (rq->asked >> (from + 1) & 1) != 0;

	a->given = has_from || has_to;
	if (!has_from)
		a->from = -MONEY_MAX;
	if (!has_to)
		a->to = MONEY_MAX;
}

enum err
fp_commissions_read(struct request *rq, struct fp_commission_list *q)
{
	if (q->f.first >= 0)
		q->f.first %= 2;
	if (q->f.refunded >= 0)
		q->f.refunded %= 2;
	q->f.now = rq->now;
	read_range(rq, SALE_FROM, &q->f.sale);
	read_range(rq, AMOUNT_FROM, &q->f.amount);
	TRY(fp_ids_read(rq, &q->ids, "ids", &q->f.ids));
	TRY(fp_ids_read(rq, &q->payouts, "filters[payout_id]",
	    &q->f.payouts));
	return fp_ids_read(rq, &q->campaigns, "filters[campaign_id]",
	    &q->f.campaigns);
}

enum err
fp_commissions_list(struct request *rq, struct fp_commission_list *q)
{
	static const size_t keys[] = {
		offsetof(struct commission_row, created_at),
		offsetof(struct commission_row, amount),
		offsetof(struct commission_row, sale_amount),
		offsetof(struct commission_row, referral.id),
	};
	struct paging p;
	struct list rows;

	TRY(fp_page_read(rq, &q->page, FP_COMMISSION_SORTS, &p));
	TRY(commission_list(rq->db, rq->arena, rq->who.org_id, &q->f, &p,
	    &rows));
	page_cut(rq, &p, rows, sizeof(struct commission_row),
	    keys[p.order / 2], offsetof(struct commission_row, id));
	return OK;
}

static enum err
list(struct request *rq)
{
	TRY(fp_commissions_read(rq, rq->query));
	return fp_commissions_list(rq, rq->query);
}

struct entry_in {
	int type, unit, period;
	uint64_t referral_id, placement_id;
	int64_t sale_amount, amount;
	struct str event, plan, internal, external;
	struct day on;
	bool notify;
};

enum { TYPE_SALE, TYPE_CUSTOM };

#define E(member, wire, ...) FIELD(struct entry_in, member, wire, __VA_ARGS__)
#define NOTE(type, member, wire, text) \
    FIELD(type, member, wire, .flags = F_NULLABLE, .max = 1000, .doc = text)
SHAPE(fp_commission_in, struct entry_in, "CommissionCreate",
    E(type, "commission_type", .labels = commission_type_labels,
	.flags = F_REQUIRED),
    E(referral_id, "referral_id", .flags = F_ID_NUMBER | F_NULLABLE,
	.doc = "Of a sale: needed"),
    E(sale_amount, "sale_amount", .flags = F_NULLABLE | F_LOOSE,
	.min = 1, .max = MONEY_MAX, .doc = "Of a sale: needed; minor units"),
    E(placement_id, "promoter_campaign_id", .flags = F_ID_NUMBER | F_NULLABLE,
	.doc = "Of a custom one: needed"),
    E(amount, "amount", .flags = F_NULLABLE | F_LOOSE, .min = 1,
	.max = MONEY_MAX, .doc = "Of a custom one: needed; minor units, or "
	    "whole units of what is no money"),
    E(plan, "plan_id", .flags = F_NULLABLE | F_LOOSE, .min = 1, .max = 120,
	.doc = "By the name that the billing has for it"),
    E(event, "event_id", .flags = F_NULLABLE | F_LOOSE, .min = 1, .max = 120,
	.doc = "The company's own name of it: it is taken once"),
    E(on, "event_date", .flags = F_NULLABLE, .doc = "When it was"),
    NOTE(struct entry_in, internal, "internal_note", "For the company"),
    NOTE(struct entry_in, external, "external_note", "For the promoter"),
    E(unit, "unit", .labels = unit_labels, .flags = F_NULLABLE,
	.doc = "Of a custom one"),
    E(notify, "notify_promoter", .doc = "Taken: promoters get no mail here"),
    E(period, "billing_period", .labels = billing_period_labels,
	.flags = F_NULLABLE));

static void
need(struct request *rq, bool given, const char *field)
{
	if (!given)
		complain_missing(&rq->wrong, rq->arena, str_of(field));
}

static void
check_entry(struct request *rq)
{
	const struct entry_in *in = rq->in;

	if (in->type == TYPE_SALE) {
		need(rq, in->referral_id != 0, "referral_id");
		need(rq, in->sale_amount != 0, "sale_amount");
	} else if (in->type == TYPE_CUSTOM) {
		need(rq, in->placement_id != 0, "promoter_campaign_id");
		need(rq, in->amount != 0, "amount");
	}
}

static struct str
said(struct str s)
{
	return s.n > 0 ? s : STR_NULL;
}

/* Whom it is about is read before the transaction begins. */
static enum err
entry_read(struct request *rq)
{
	const struct entry_in *in = rq->in;
	struct commission_entry *e = ARENA_NEW(rq->arena,
	    struct commission_entry);
	bool sale = in->type == TYPE_SALE;

	*e = (struct commission_entry){
	    .sale = { .referral_id = in->referral_id,
		.event = said(in->event), .plan = said(in->plan),
		.amount = in->sale_amount, .quantity = 1, .mrr = -1,
		.billing_period = in->period, .on = in->on },
	    .placement_id = sale ? 0 : in->placement_id,
	    .amount = in->amount,
	    .unit = in->unit >= 0 ? in->unit : UNIT_CASH,
	    .notes = { .internal = said(in->internal),
		.external = said(in->external) } };
	rq->prepared = e;
	return commission_enter_read(rq->db, rq->arena, ACTOR(rq), e);
}

static enum err
create(struct request *rq)
{
	return commission_enter(rq->db, rq->arena, ACTOR(rq), rq->prepared,
	    &rq->page.items);
}

SHAPE(fp_commission_change, struct commission_notes, "CommissionUpdate",
    NOTE(struct commission_notes, internal, "internal_note",
	"For the company"),
    NOTE(struct commission_notes, external, "external_note",
	"For the promoter"));

enum err
fp_commission_read(struct db *db, struct arena *a, uint64_t org,
    uint64_t id, void *out)
{
	return commission_get(db, a, org, id, out);
}

static enum err
update(struct request *rq)
{
	struct commission_notes *n = rq->in;

	n->internal_given = (rq->given & 1) != 0;
	n->external_given = (rq->given & 2) != 0;
	TRY(commission_update(rq->db, rq->arena, ACTOR(rq), rq->id[0], n));
	return fp_answer(rq, RECORD_COMMISSION, rq->id[0]);
}

struct ids_in {
	struct list ids;
};

SHAPE(fp_commission_ids, struct ids_in, "CommissionIds",
    FP_IDS(struct ids_in));

static enum err
begin(struct request *rq, const struct batch_action *action)
{
	const struct ids_in *in = rq->in;

	return fp_batch(rq, action, NULL, in->ids);
}

static enum err
approve(struct request *rq)
{
	return begin(rq, &commission_approve);
}

static enum err
deny(struct request *rq)
{
	return begin(rq, &commission_deny);
}

static enum err
fulfil(struct request *rq)
{
	return begin(rq, &commission_fulfil);
}

static enum err
unfulfil(struct request *rq)
{
	return begin(rq, &commission_unfulfil);
}

static enum err
destroy(struct request *rq)
{
	return begin(rq, &commission_destroy);
}

static const enum err create_errors[] = ERRORS(ERR_NOT_FOUND,
    ERR_EVENT_TAKEN);
static const enum err update_errors[] = ERRORS(ERR_NOT_FOUND);

#define BATCH(op_, method_, path_, handle_, summary_) \
	{ .op = op_, .method = method_, \
	  .path = "/company/commissions/" path_, .handle = handle_, \
	  .in = &fp_commission_ids, .out = &fp_batch_out, .status = 200, \
	  .also = 202, .flags = R_WRITE | R_LIVE | R_BARE, \
	  .scope = SCOPE_EARNINGS_WRITE, .errors = fp_batch_errors, \
	  .tag = "Commissions", .summary = summary_ }

const struct route fp_commission_routes[] = {
	{ .op = "listCommissions", .method = GET,
	  .path = "/company/commissions", .handle = list,
	  .query = &fp_commission_query, .out = &fp_commission,
	  .sorts = fp_commission_sorts, .status = 200, .flags = R_LIST,
	  .scope = SCOPE_EARNINGS_READ, .tag = "Commissions",
	  .summary = "List commissions" },
	{ .op = "createCommission", .method = POST,
	  .path = "/company/commissions", .check = check_entry,
	  .prepare = entry_read, .handle = create, .in = &fp_commission_in,
	  .out = &fp_commission, .status = 200,
	  .flags = R_WRITE | R_LIVE | R_LIST, .scope = SCOPE_EARNINGS_WRITE,
	  .errors = create_errors, .tag = "Commissions",
	  .summary = "Enter a sale, or a commission by hand" },
	{ .op = "updateCommission", .method = PUT,
	  .path = "/company/commissions/{id}", .handle = update,
	  .in = &fp_commission_change, .out = &fp_commission, .status = 200,
	  .flags = R_WRITE | R_LIVE, .scope = SCOPE_EARNINGS_WRITE,
	  .errors = update_errors, .tag = "Commissions",
	  .summary = "Change the notes of a commission" },
	BATCH("approveCommissions", POST, "approve", approve,
	    "Approve commissions that wait"),
	BATCH("denyCommissions", POST, "deny", deny,
	    "Refuse commissions that are not paid"),
	BATCH("fulfilCommissions", POST, "mark_fulfilled", fulfil,
	    "Mark commissions that are no money as given"),
	BATCH("unfulfilCommissions", POST, "mark_unfulfilled", unfulfil,
	    "Mark commissions that are no money as not given"),
	BATCH("destroyCommissions", DELETE, "destroy", destroy,
	    "Delete commissions that are not paid"),
	{ .op = NULL }
};
