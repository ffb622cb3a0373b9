/* Promoters, put together from what is known of them. */
#include "api/firstpromoter/promoters.h"

#include "api/firstpromoter/record.h"
#include "base/settings.h"
#include "model/program/program.h"
#include "model/promoter/list.h"
#include "model/promoter/login.h"
#include "model/reward/unit.h"

#include "base/banned.h"

#define STATS(member) \
    FIELD(struct fp_stats, clicks, "clicks_count"), \
    FIELD(struct fp_stats, referrals, "referrals_count"), \
    FIELD(struct fp_stats, sales, "sales_count"), \
    FIELD(struct fp_stats, customers, "customers_count"), \
    FIELD(struct fp_stats, revenue, "revenue_amount", \
	.doc = "In the program's currency, less refunds, in minor units")

SHAPE(fp_stats, struct fp_stats, "PromoterStats", STATS(),
    FIELD(struct fp_stats, active, "active_customers_count"));

SHAPE(fp_campaign_ref, struct fp_campaign_ref, "CampaignReference",
    FP_ID(struct fp_campaign_ref, id, "id"),
    FIELD(struct fp_campaign_ref, name, "name", .max = 120),
    FIELD(struct fp_campaign_ref, color, "color", .max = 9));

SHAPE(fp_promoter_ref, struct fp_promoter_ref, "PromoterReference",
    FP_ID(struct fp_promoter_ref, id, "id"),
    FIELD(struct fp_promoter_ref, email, "email", .max = 254),
    FIELD(struct fp_promoter_ref, name, "name", .max = 160));

SHAPE(fp_promoted, struct fp_promoted, "PromoterInCampaign",
    FP_ID(struct fp_promoted, id, "id"),
    FP_ID(struct fp_promoted, campaign_id, "campaign_id"),
    FP_ID(struct fp_promoted, promoter_id, "promoter_id"),
    FIELD(struct fp_promoted, state, "state", .labels = standing_labels),
    FIELD(struct fp_promoted, created_at, "created_at"),
    FIELD(struct fp_promoted, campaign, "campaign", .of = &fp_campaign_ref),
    FIELD(struct fp_promoted, coupon, "coupon", .max = 120),
    FIELD(struct fp_promoted, code, "ref_token", .max = 40),
    FIELD(struct fp_promoted, link, "ref_link", .max = 2000));

SHAPE(fp_profile, struct fp_profile, "PromoterProfile",
    FP_ID(struct fp_profile, id, "id"),
    PROMOTER_PROFILE(struct fp_profile, p., F_NULLABLE),
    FIELD(struct fp_profile, none, "w8_form_url", .flags = F_NULLABLE,
	.max = 2000, .doc = "Forms are not kept here: always null"),
    FIELD(struct fp_profile, none, "w9_form_url", .flags = F_NULLABLE,
	.max = 2000),
    FIELD(struct fp_profile, errors, "invoice_details_validation_errors",
	.flags = F_JSON),
    FIELD(struct fp_profile, validate, "should_validate_invoice_details"));

const char *const fp_invoice_labels[] = {
	"pending", "approved", "denied", NULL
};

SHAPE(fp_balances, struct fp_balances, "PromoterBalances",
    FIELD(struct fp_balances, cash, "cash",
	.doc = "Not paid out yet, in the program's currency, in minor units"),
    FIELD(struct fp_balances, credits, "credits"),
    FIELD(struct fp_balances, points, "points"),
    FIELD(struct fp_balances, free_months, "free_months"),
    FIELD(struct fp_balances, discount, "discount"));

SHAPE(fp_paid_by, struct promoter_paid_by, "SelectedPayoutMethod",
    FP_ID(struct promoter_paid_by, id, "id"),
    FIELD(struct promoter_paid_by, method, "method",
	.labels = payout_method_labels),
    FIELD(struct promoter_paid_by, added_at, "date_added"),
    FIELD(struct promoter_paid_by, is_disabled, "is_disabled"));

SHAPE(fp_promoter, struct fp_promoter, "Promoter",
    FP_ID(struct fp_promoter, p.id, "id"),
    FIELD(struct fp_promoter, p.email, "email", .max = 254),
    FIELD(struct fp_promoter, p.name, "name", .max = 160),
    FIELD(struct fp_promoter, p.customer, "cust_id", .flags = F_NULLABLE,
	.max = 120),
    FIELD(struct fp_promoter, p.note, "note", .flags = F_NULLABLE,
	.max = 1000),
    FIELD(struct fp_promoter, stats, "stats", .of = &fp_stats),
    FIELD(struct fp_promoter, customized, "is_customized"),
    FIELD(struct fp_promoter, suspicions, "fraud_suspicions", .max = 4),
    FIELD(struct fp_promoter, confirmed, "is_confirmed",
	.doc = "He was here himself"),
    FIELD(struct fp_promoter, invoices, "invoice_details_status",
	.labels = fp_invoice_labels,
	.doc = "Promoters' invoices are not kept here: always pending"),
    FIELD(struct fp_promoter, profile, "profile", .of = &fp_profile),
    FIELD(struct fp_promoter, p.joined_at, "joined_at"),
    FIELD(struct fp_promoter, p.last_login_at, "last_login_at",
	.flags = F_NULLABLE),
    FIELD(struct fp_promoter, p.archived_at, "archived_at",
	.flags = F_NULLABLE),
    FIELD(struct fp_promoter, fields, "custom_fields", .flags = F_JSON),
    FIELD(struct fp_promoter, password_url, "password_setup_url",
	.flags = F_NULLABLE | F_SECRET, .max = 2500,
	.doc = "Where he can choose a password, once and for some days; only "
	    "alone, and for who may change him and how he is paid"),
    FIELD(struct fp_promoter, p.joined_at, "first_event_at"),
    FIELD(struct fp_promoter, campaigns, "promoter_campaigns",
	.of = &fp_promoted, .max = 10000),
    FIELD(struct fp_promoter, balances, "balances", .of = &fp_balances),
    FIELD(struct fp_promoter, ad_traffic, "track_ad_traffic",
	.flags = F_JSON | F_NULLABLE, .format = "any",
	.doc = "true, false, or null: as the campaign says"),
    FIELD(struct fp_promoter, none, "auth_provider", .flags = F_NULLABLE,
	.max = 40),
    FIELD(struct fp_promoter, p.paid_by, "selected_payout_method",
	.of = &fp_paid_by, .flags = F_NULLABLE),
    FIELD(struct fp_promoter, parent, "parent_promoter",
	.of = &fp_promoter_ref, .flags = F_NULLABLE));

/* What may be absent in a row and is text on the wire. */
static struct str
text(struct str s)
{
	return s.p == NULL ? STR("") : s;
}

static struct fp_promoted
promoted(struct arena *a, const struct standing_row *s)
{
	return (struct fp_promoted){ .id = s->id,
	    .campaign_id = s->campaign_id, .promoter_id = s->promoter_id,
	    .state = s->state, .created_at = s->created_at,
	    .campaign = { s->campaign_id, s->campaign_name,
		s->campaign_color.p != NULL ? s->campaign_color :
		STR(DEFAULT_COLOR) },
	    .coupon = text(s->coupon), .code = s->code,
	    .link = link_of_code(a, s->code) };
}

static void
add_stats(struct fp_stats *to, const struct standing_row *s)
{
	to->clicks += s->clicks;
	to->referrals += s->referrals;
	to->customers += s->customers;
	to->sales += s->sales;
	to->revenue += s->revenue;
}

/* The rows come by promoter: his stand together. */
static void
put_campaigns(struct arena *a, struct list rows, struct fp_promoter *out)
{
	const struct standing_row *s = rows.items;
	struct fp_promoted *to = arena_array(a, rows.n + 1, sizeof(*to));

	for (size_t i = 0; i < rows.n; i++) {
		if (s[i].promoter_id != out->p.id)
			continue;
		add_stats(&out->stats, &s[i]);
		out->customized |= s[i].own_rewards;
		to[out->campaigns.n++] = promoted(a, &s[i]);
	}
	out->campaigns.items = to;
}

static enum err
show(struct arena *a, const struct promoter *p, struct fp_promoter *out)
{
	struct promoter_profile *profile = &out->profile.p;

	*out = (struct fp_promoter){ .p = *p, .profile = { .id = p->id,
	    .errors = STR("{}") } };
	TRY(promoter_profile_read(a, p->profile, profile));
	profile->first_name = text(profile->first_name);
	profile->last_name = text(profile->last_name);
	profile->avatar = text(profile->avatar);
	out->p.email = text(p->email);
	out->p.name = text(p->name);
	out->stats.active = p->active;
	out->confirmed = p->last_login_at.us != 0;
	out->fields = p->fields.p != NULL ? p->fields : STR("{}");
	if (p->ad_traffic > 0)
		out->ad_traffic = p->ad_traffic == 1 ? STR("true") :
		    STR("false");
	return OK;
}

enum err
fp_suspicions_read(struct db *db, struct arena *a, uint64_t org,
    const uint64_t *ids, size_t n, struct list *out)
{
	const struct promoter_suspicion *s;
	struct list rows;

	TRY(promoter_suspicions(db, a, org, ids, n, &rows));
	s = rows.items;
	for (size_t i = 0; i < n; i++) {
		struct str *to = arena_array(a, 4, sizeof(*to));

		out[i] = (struct list){ to, 0 };
		for (size_t k = 0; k < rows.n; k++)
			if (s[k].promoter_id == ids[i])
				to[out[i].n++] = s[k].fraud;
	}
	return OK;
}

static enum err
put_suspicions(struct db *db, struct arena *a, uint64_t org,
    const uint64_t *ids, size_t n, struct fp_promoter *out)
{
	struct list *of = arena_array(a, n, sizeof(*of));

	TRY(fp_suspicions_read(db, a, org, ids, n, of));
	for (size_t i = 0; i < n; i++)
		out[i].suspicions = of[i];
	return OK;
}

/* Money of other currencies is left out. */
static void
add_balance(struct fp_balances *to, const struct promoter_balance *b,
    struct str currency)
{
	switch (unit_of(b->currency)) {
	case UNIT_CASH:
		if (str_eq(b->currency, currency))
			to->cash += b->amount;
		break;
	case UNIT_FREE_MONTHS:
		to->free_months += b->amount;
		break;
	case UNIT_CREDITS:
		to->credits += b->amount;
		break;
	case UNIT_POINTS:
		to->points += b->amount;
		break;
	case UNIT_MON_DISCOUNT:
	case UNIT_DISCOUNT_PER:
		to->discount += b->amount;
		break;
	}
}

static enum err
put_balances(struct db *db, struct arena *a, uint64_t org,
    const uint64_t *ids, size_t n, struct fp_promoter *out)
{
	const struct promoter_balance *b;
	struct program program = { 0 };
	struct list rows;

	TRY(program_get(db, a, org, &program));
	TRY(promoter_balances(db, a, org, ids, n, &rows));
	b = rows.items;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < rows.n; k++)
			if (b[k].promoter_id == ids[i])
				add_balance(&out[i].balances, &b[k],
				    program.currency);
	return OK;
}

enum err
fp_promoters_show(struct db *db, struct arena *a, uint64_t org,
    const void *items, size_t step, size_t n, struct fp_promoter *out)
{
	uint64_t *ids = arena_array(a, n + 1, sizeof(*ids));
	const char *item = items;
	struct list rows;

	for (size_t i = 0; i < n; i++) {
		const void *p = item + i * step;

		TRY(show(a, p, &out[i]));
		ids[i] = out[i].p.id;
	}
	if (n == 0)
		return OK;
	TRY(standing_of(db, a, org, ids, n, &rows));
	for (size_t i = 0; i < n; i++)
		put_campaigns(a, rows, &out[i]);
	TRY(put_suspicions(db, a, org, ids, n, out));
	return put_balances(db, a, org, ids, n, out);
}

enum err
fp_promoter_read(struct db *db, struct arena *a, uint64_t org,
    uint64_t id, void *out)
{
	struct promoter p = { 0 }, parent = { 0 };
	struct fp_promoter *to = out;

	TRY(promoter_get(db, a, org, id, &p));
	TRY(fp_promoters_show(db, a, org, &p, sizeof(p), 1, to));
	if (p.parent_id == 0)
		return OK;
	TRY(promoter_get(db, a, org, p.parent_id, &parent));
	to->parent = (struct fp_promoter_ref){ parent.id,
	    text(parent.email), text(parent.name) };
	return OK;
}

/* Who gets it can come in as the promoter, and say how he is paid. */
static enum err
put_password_url(struct request *rq, struct fp_promoter *out)
{
	const uint64_t needed = SCOPE_REFERRALS_WRITE | SCOPE_EARNINGS_WRITE;
	struct str page = settings->promoter_password_url;
	struct promoter_login l = { 0 };
	enum err e;

	if ((rq->who.scopes & needed) != needed || rq->who.test)
		return OK;
	e = promoter_login_of(rq->db, rq->arena, rq->who.org_id, out->p.id,
	    &l);
	if (e != OK)
		return err_status(e) < 500 ? OK : e;
	out->password_url = str_printf(rq->arena, "%.*s%cid=%.*s",
	    STR_ARG(page), memchr(page.p, '?', page.n) != NULL ? '&' : '?',
	    STR_ARG(promoter_offer(rq->arena, &l, rq->now)));
	return OK;
}

enum err
fp_promoter_answer(struct request *rq, uint64_t id)
{
	TRY(fp_answer(rq, RECORD_PROMOTER, id));
	return put_password_url(rq, rq->out);
}
