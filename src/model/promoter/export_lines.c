/* What stands in the lines of an export. */
#include "model/promoter/export.h"

#include "base/csv.h"
#include "model/referral/own_lead.h"
#include "base/banned.h"

/* What is not asked for is left out, and so it is read again. */
#define ONE(rec, member) \
    FIELD(struct rec, member, #member, .flags = F_OMIT)
#define IDS(rec, member) \
    FIELD(struct rec, member, #member, .flags = F_IDS)
#define LABELS(rec, member, texts) \
    FIELD(struct rec, member, #member, .flags = F_OMIT, .labels = texts)

SHAPE(export_lead_filter, struct lead_filter, NULL,
    ONE(lead_filter, q),
    IDS(lead_filter, campaigns),
    LABELS(lead_filter, type, lead_type_labels),
    LABELS(lead_filter, state, lead_state_labels),
    ONE(lead_filter, created_from),
    ONE(lead_filter, created_to),
    ONE(lead_filter, customer_from),
    ONE(lead_filter, customer_to),
    ONE(lead_filter, cancelled_from),
    ONE(lead_filter, cancelled_to));

static const char *const yes_labels[] = { "no", "yes", NULL };
SHAPE(export_commission_filter, struct commission_filter, NULL,
    ONE(commission_filter, q),
    IDS(commission_filter, payouts),
    IDS(commission_filter, campaigns),
    ONE(commission_filter, plans),
    ONE(commission_filter, frauds),
    LABELS(commission_filter, status, commission_status_labels),
    LABELS(commission_filter, paid, yes_labels),
    LABELS(commission_filter, fulfilled, yes_labels),
    LABELS(commission_filter, due, commission_due_labels),
    LABELS(commission_filter, first, yes_labels),
    LABELS(commission_filter, refunded, yes_labels),
    ONE(commission_filter, sale.from),
    ONE(commission_filter, sale.to),
    ONE(commission_filter, sale.given),
    ONE(commission_filter, amount.from),
    ONE(commission_filter, amount.to),
    ONE(commission_filter, amount.given),
    ONE(commission_filter, none),
    ONE(commission_filter, created_from),
    ONE(commission_filter, created_to));

SHAPE(export_payout_filter, struct payout_filter, NULL,
    ONE(payout_filter, q),
    IDS(payout_filter, batches),
    IDS(payout_filter, campaigns),
    ONE(payout_filter, frauds),
    LABELS(payout_filter, status, payout_status_labels),
    LABELS(payout_filter, due, payout_due_labels),
    LABELS(payout_filter, method, payout_method_filter_labels),
    ONE(payout_filter, payable),
    ONE(payout_filter, none),
    ONE(payout_filter, start_from),
    ONE(payout_filter, start_to),
    ONE(payout_filter, end_from),
    ONE(payout_filter, end_to));

static const struct shape *const filters[] = {
	[EXPORT_REFERRALS] = &export_lead_filter,
	[EXPORT_COMMISSIONS] = &export_commission_filter,
	[EXPORT_PAYOUTS] = &export_payout_filter,
};

struct str
export_keep(struct arena *a, int kind, const void *filter)
{
	struct buf b;

	buf_init(&b, a, 512);
	json_encode(&b, filters[kind], filter, false);
	return buf_view(&b);
}

static enum err
keep(struct arena *a, const struct export *e, void *filter)
{
	const struct shape *s = filters[e->kind];
	struct complaints wrong;
	uint64_t given;

	complaints_init(&wrong);
	return json_decode(a, e->filters, s, false, filter, &given, &wrong) ==
	    OK ? OK : ERR_INTERNAL;
}

/* An empty list of ids is that of any. */
static void
any(struct list *l)
{
	if (l->n == 0)
		l->items = NULL;
}

/* A page of a list, and where its sort key stands in a row. */
struct page_of {
	const struct export *e;
	struct paging p;
	struct list rows;
	size_t key_at;
};

static enum err
read_referrals(struct db *db, struct arena *a, struct page_of *page)
{
	struct lead_filter f = { .type = -1 };

	TRY(keep(a, page->e, &f));
	any(&f.campaigns);
	f.referrer_id = page->e->referrer_id;
	page->p.order = own_order(&f);
	page->key_at = own_keys[page->p.order];
	return own_leads(db, a, page->e->organization_id, &f, &page->p,
	    &page->rows);
}

static void
put_placed(struct csv *c, const struct placed *p)
{
	csv_id(c, p->id);
	csv_id(c, p->campaign.id);
	csv_text(c, p->campaign.name);
}

static void
put_referral(struct csv *c, const void *row)
{
	const struct referral *r = row;

	csv_id(c, r->id);
	csv_text(c, r->email);
	csv_text(c, r->uid);
	csv_word(c, lead_state_labels[r->state]);
	csv_time(c, r->created_at);
	csv_time(c, r->customer_at);
	put_placed(c, &r->placed);
	csv_end(c);
}

static enum err
read_commissions(struct db *db, struct arena *a, struct page_of *page)
{
	struct commission_filter f = { .status = -1 };

	TRY(keep(a, page->e, &f));
	any(&f.campaigns);
	any(&f.payouts);
	f.referrer_id = page->e->referrer_id;
	f.now = page->e->created_at;
	page->p.order = COMMISSIONS_NEWEST;
	page->key_at = offsetof(struct commission_row, created_at);
	return commission_list(db, a, page->e->organization_id, &f, &page->p,
	    &page->rows);
}

static void
put_amount(struct csv *c, const struct commission_row *r)
{
	if (r->unit == UNIT_CASH) {
		csv_money(c, r->amount, r->currency);
		return;
	}
	csv_number(c, r->amount);
	csv_word(c, "");
}

static void
put_commission(struct csv *c, const void *row)
{
	const struct commission_row *r = row;

	csv_id(c, r->id);
	csv_word(c, commission_type_labels[r->custom]);
	csv_word(c, commission_status_labels[r->status]);
	csv_word(c, r->is_paid ? "yes" : "no");
	put_amount(c, r);
	csv_word(c, unit_labels[r->unit]);
	csv_money(c, r->sale_amount, r->sold_in);
	csv_text(c, r->plan);
	csv_number(c, r->tier);
	csv_id(c, r->referral.id);
	csv_text(c, r->referral.email);
	csv_text(c, r->referral.uid);
	csv_text(c, r->reward.name);
	csv_text(c, r->external_note);
	csv_time(c, r->created_at);
	csv_time(c, r->decided_at);
	put_placed(c, &r->placed);
	csv_end(c);
}

static enum err
read_payouts(struct db *db, struct arena *a, struct page_of *page)
{
	struct payout_filter f = { .status = -1 };

	TRY(keep(a, page->e, &f));
	any(&f.campaigns);
	any(&f.batches);
	f.referrer_id = page->e->referrer_id;
	f.now = page->e->created_at;
	page->p.order = PAYOUTS_NEWEST;
	page->key_at = offsetof(struct payout, created_at);
	return payout_list(db, a, page->e->organization_id, &f, &page->p,
	    &page->rows);
}

static void
put_payout(struct csv *c, const void *row)
{
	const struct payout *o = row;
	int method = o->paid_method >= 0 ? o->paid_method :
	    o->method.id != 0 ? o->method.method : -1;

	csv_id(c, o->id);
	csv_word(c, payout_status_labels[o->status]);
	csv_money(c, o->amount, o->currency);
	csv_day(c, o->period_start);
	csv_day(c, o->period_end);
	csv_day(c, o->due_on);
	csv_word(c, method < 0 ? "not_set" : payout_method_labels[method]);
	csv_time(c, o->created_at);
	csv_time(c, o->paid_at);
	csv_id(c, o->placed.campaign.id);
	csv_text(c, o->placed.campaign.name);
	csv_end(c);
}

static const struct {
	const char *head;
	enum err (*read)(struct db *, struct arena *, struct page_of *);
	void (*put)(struct csv *, const void *row);
	size_t size, id_at;
} kinds[] = {
	[EXPORT_REFERRALS] = {
		"id,email,uid,state,created_at,customer_since,"
		"promoter_campaign_id,campaign_id,campaign",
		read_referrals, put_referral, sizeof(struct referral),
		offsetof(struct referral, id) },
	[EXPORT_COMMISSIONS] = {
		"id,commission_type,status,is_paid,amount,currency,unit,"
		"sale_amount,sale_currency,plan_id,tier,referral_id,"
		"referral_email,referral_uid,reward,external_note,created_at,"
		"status_updated_at,promoter_campaign_id,campaign_id,campaign",
		read_commissions, put_commission,
		sizeof(struct commission_row),
		offsetof(struct commission_row, id) },
	[EXPORT_PAYOUTS] = {
		"id,status,amount,currency,period_start,period_end,due_date,"
		"payout_method,created_at,paid_at,campaign_id,campaign",
		read_payouts, put_payout, sizeof(struct payout),
		offsetof(struct payout, id) },
};

enum err
export_lines(struct db *db, struct arena *a, struct export *e, int64_t limit,
    struct str *lines, bool *more)
{
	struct page_of page = { .e = e, .p = { .limit = limit,
	    .after_id = e->after_id, .after_key = e->after_key } };
	const size_t size = kinds[e->kind].size;
	const char *row = NULL;
	struct csv c;

	TRY(kinds[e->kind].read(db, a, &page));
	*more = page.rows.n > (size_t)limit;
	if (*more)
		page.rows.n = (size_t)limit;
	csv_init(&c, a, 160 * (page.rows.n + 1));
	if (e->after_id == 0)
		csv_line(&c, kinds[e->kind].head);
	for (size_t i = 0; i < page.rows.n; i++) {
		row = (const char *)page.rows.items + i * size;
		kinds[e->kind].put(&c, row);
	}
	if (row != NULL) {
		memcpy(&e->after_key, row + page.key_at,
		    sizeof(e->after_key));
		memcpy(&e->after_id, row + kinds[e->kind].id_at,
		    sizeof(e->after_id));
	}
	*lines = buf_view(&c.buf);
	return OK;
}
