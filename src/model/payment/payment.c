/*
 * Checkout sessions and payments.
 *
 * payment_settle() is the one place where money comes in: one transaction
 * that begins with a guarded update of the payment, so that a second call, at
 * the same time or later, finds nothing left to do.
 */
#include "model/payment/payment.h"

#include "auth/secret.h"
#include "base/money.h"
#include "base/settings.h"
#include "db/due.h"
#include "ledger/ledger.h"
#include "model/referral/earning.h"
#include "model/referral/placement.h"
#include "model/event/event.h"
#include "model/token/lot.h"
#include "model/people/organization.h"
#include "model/payment/provider.h"
#include "model/token/token.h"
#include "base/banned.h"

#define TOKEN_BYTES 24
#define LOOK_SECONDS 60	/* then the jobs ask for a session again */
#define LLU(v) ((unsigned long long)(v))

const char *const payment_status_labels[] = {
	"open", "complete", "expired", "creating", NULL
};
const char *const payment_paid_labels[] = { "paid", "unpaid", NULL };
const char *const provider_labels[] = { "sandbox", "stripe", NULL };

SHAPE(payment_row, struct payment, NULL,
    COLUMN(struct payment, id),
    COLUMN(struct payment, organization_id),
    COLUMN(struct payment, product_id),
    COLUMN(struct payment, quantity),
    COLUMN(struct payment, amount),
    COLUMN(struct payment, tokens),
    COLUMN(struct payment, refunded_amount),
    COLUMN(struct payment, refunding_amount),
    COLUMN(struct payment, currency),
    COLUMN(struct payment, provider, .labels = provider_labels),
    COLUMN(struct payment, token),
    COLUMN(struct payment, reference),
    COLUMN(struct payment, intent),
    COLUMN(struct payment, url),
    COLUMN(struct payment, look_at),
    COLUMN(struct payment, looks),
    COLUMN(struct payment, success_url),
    COLUMN(struct payment, cancel_url),
    COLUMN(struct payment, status, .labels = payment_status_labels),
    COLUMN(struct payment, payment_status, .labels = payment_paid_labels),
    COLUMN(struct payment, created_at),
    COLUMN(struct payment, expires_at),
    COLUMN(struct payment, paid_at),
    COLUMN(struct payment, product_name),
    COLUMN(struct payment, product_description),
    COLUMN(struct payment, referral_id),
    COLUMN(struct payment, lead_id),
    COLUMN(struct payment, campaign_id),
    COLUMN(struct payment, placement_id),
    COLUMN(struct payment, referrer_id),
    COLUMN(struct payment, customer_at),
    COLUMN(struct payment, member_organization_id),
    COLUMN(struct payment, commission_ppm),
    COLUMN(struct payment, checks),
    COLUMN(struct payment, valid_days),
    COLUMN(struct payment, owed_before));

static enum err
price_of(const struct product *product, struct payment *p)
{
	const struct money_of *price = product->prices.items;

	for (size_t i = 0; i < product->prices.n; i++) {
		if (p->currency.p != NULL &&
		    !str_eq(p->currency, price[i].currency))
			continue;
		p->currency = price[i].currency;
		TRY(money_mul(price[i].amount, p->quantity, &p->amount));
		TRY(money_mul(product->tokens, p->quantity, &p->tokens));
		return p->amount > MONEY_MAX || p->tokens > MONEY_MAX ?
		    ERR_OVERFLOW : OK;
	}
	return ERR_INVALID;
}

static int64_t
life(const struct provider *provider)
{
	int64_t seconds = settings->checkout_minutes * 60;

	if (seconds < provider->least_seconds)
		return provider->least_seconds;
	return seconds > provider->most_seconds ? provider->most_seconds :
	    seconds;
}

enum err
payment_create(struct db *db, struct arena *a, const struct actor *who,
    struct payment *p)
{
	const struct provider *provider = provider_of(p);
	struct product product = { 0 };

	TRY(product_get(db, a, p->product_id, &product));
	TRY(price_of(&product, p));
	p->valid_days = product.valid_days;
	p->product_name = product.name;
	p->product_description = product.description;
	p->token = secret_token(a, TOKEN_BYTES);
	p->organization_id = who->organization_id;
	p->status = provider->outside ? PAYMENT_CREATING : PAYMENT_OPEN;
	p->payment_status = PAYMENT_UNPAID;
	p->created_at = who->now;
	p->expires_at = when_add(who->now, life(provider));
	p->look_at = provider->outside ? when_add(who->now, LOOK_SECONDS) :
	    p->expires_at;
	TRY(db_exec(db, Q_PAYMENT_INSERT, ARGS(p->organization_id,
	    p->product_id, p->quantity, p->currency, p->amount, p->tokens,
	    arg_some(p->valid_days), LABEL(provider_labels, p->provider),
	    p->token, LABEL(payment_status_labels, p->status), p->success_url,
	    p->cancel_url, p->created_at, p->expires_at, p->look_at), NULL,
	    &p->id));
	return event_write(db, a, &(struct event){ p->organization_id,
	    "checkout_session.created", p->id, who->user_id, who->now }, NULL);
}

enum err
payment_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct payment *p)
{
	return db_row(db, a, Q_PAYMENT_GET, ARGS(id, org), &payment_row, p);
}

static enum err
facts(struct db *db, struct arena *a, uint32_t by, struct arg key,
    struct payment *p)
{
	const struct list_query q = { .q = Q_PAYMENT_FACTS, .wheres = by };
	struct list rows;

	TRY(db_list(db, a, &q, ARGS(key), &payment_row, &rows));
	if (rows.n == 0)
		return ERR_NOT_FOUND;
	*p = *(struct payment *)rows.items;
	return OK;
}

enum err
payment_by_id(struct db *db, struct arena *a, uint64_t id, struct payment *p)
{
	return facts(db, a, Q_PAYMENT_FACTS_WHERE_ID, ARG(id), p);
}

enum err
payment_by_token(struct db *db, struct arena *a, struct str token,
    struct payment *p)
{
	return facts(db, a, Q_PAYMENT_FACTS_WHERE_TOKEN, ARG(token), p);
}

enum err
payment_by_intent(struct db *db, struct arena *a, struct str intent,
    struct payment *p)
{
	return facts(db, a, Q_PAYMENT_FACTS_WHERE_INTENT, ARG(intent), p);
}

enum err
payment_list(struct db *db, struct arena *a, const struct payment_filter *f,
    const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_PAYMENT_LIST_WHERE_CREATED_DESC,
		Q_PAYMENT_LIST_WHERE_CREATED_ASC,
	};
	struct list_query q = { .q = Q_PAYMENT_LIST };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(f->organization_id));
	if (f->status >= 0) {
		q.wheres |= Q_PAYMENT_LIST_WHERE_STATUS;
		arg_push(&args, LABEL(payment_status_labels, f->status));
	}
	if (f->payment_status >= 0) {
		q.wheres |= Q_PAYMENT_LIST_WHERE_PAID;
		arg_push(&args, LABEL(payment_paid_labels, f->payment_status));
	}
	paging_args(p, &q, &args, after[p->order],
	    ARG((struct when){ p->after_key }));
	return db_list(db, a, &q, ARG_LIST(args), &payment_row, out);
}

enum err
payment_list_all(struct db *db, struct arena *a,
    const struct payment_filter *f, const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_PAYMENT_LIST_ALL_WHERE_CREATED_DESC,
		Q_PAYMENT_LIST_ALL_WHERE_CREATED_ASC,
	};
	struct list_query q = { .q = Q_PAYMENT_LIST_ALL };
	struct arg_list args = { 0 };

	if (f->organization_id != 0) {
		q.wheres |= Q_PAYMENT_LIST_ALL_WHERE_ORGANIZATION;
		arg_push(&args, ARG(f->organization_id));
	}
	if (f->status >= 0) {
		q.wheres |= Q_PAYMENT_LIST_ALL_WHERE_STATUS;
		arg_push(&args, LABEL(payment_status_labels, f->status));
	}
	paging_args(p, &q, &args, after[p->order],
	    ARG((struct when){ p->after_key }));
	return db_list(db, a, &q, ARG_LIST(args), &payment_row, out);
}

/* The money against the tokens, in one journal of two currencies. */
static struct journal_lines
lines_of(struct arena *a, const struct payment *p,
    const struct token_split *split, struct when now)
{
	struct posting *line = arena_array(a, 5, sizeof(*line));
	size_t n = 3;

	line[0] = (struct posting){ .organization_id = HOUSE_ID,
	    .kind = ACCOUNT_provider_clearing, .currency = p->currency,
	    .amount = p->amount };
	line[1] = (struct posting){ .organization_id = HOUSE_ID,
	    .kind = ACCOUNT_revenue, .currency = p->currency,
	    .amount = -p->amount };
	line[2] = (struct posting){ .organization_id = HOUSE_ID,
	    .kind = ACCOUNT_tokens_issued, .currency = TOKEN_CURRENCY,
	    .amount = -p->tokens };
	if (split->owed > 0)
		line[n++] = (struct posting){
		    .organization_id = p->organization_id,
		    .kind = ACCOUNT_tokens_owed,
		    .currency = TOKEN_CURRENCY, .amount = split->owed };
	if (split->available > 0)
		line[n++] = (struct posting){
		    .organization_id = p->organization_id,
		    .kind = ACCOUNT_tokens_available,
		    .currency = TOKEN_CURRENCY, .amount = split->available };
	return (struct journal_lines){ { .organization_id = HOUSE_ID,
	    .kind = JOURNAL_payment, .subject_id = p->id, .at = now },
	    line, n };
}

/*
 * All that was bought comes in, and the commission with it; what was owed goes
 * on to the debt.
 */
static enum err
credit(struct db *db, struct arena *a, const struct payment *p,
    const struct journal_lines *commission, struct when now)
{
	struct token_transaction t = { .type = TOKEN_PURCHASE,
	    .amount = p->tokens, .created_at = now,
	    .reference = str_printf(a, "payment %llu", LLU(p->id)) };
	struct journal_lines lines[2] = { [1] = *commission };
	struct token_split split;
	int64_t after;

	TRY(token_split_credit(db, a, p->organization_id, p->owed_before,
	    p->tokens, &split));
	lines[0] = lines_of(a, p, &split, now);
	TRY(ledger_post_all(db, a, lines, commission->n > 0 ? 2 : 1));
	after = split.available > 0 ? lines[0].p[lines[0].n - 1].balance :
	    split.before;
	t.balance_after = after + split.owed;
	TRY(token_record(db, p->organization_id, p->id, &t));
	if (split.owed > 0)
		TRY(token_record(db, p->organization_id, 0,
		    &(struct token_transaction){ .type = TOKEN_REFUND,
		    .amount = -split.owed, .balance_after = after,
		    .reference = STR("debt"), .created_at = now }));
	return p->valid_days == 0 || split.available == 0 ? OK :
	    lot_create(db, p->organization_id, p->id, split.available, now,
	    p->valid_days);
}

/*
 * By the first sale, and before it is there: sales that name a customer share
 * his row, and two that would write it then could only wait for each other.
 */
static enum err
become_customer(struct db *db, const struct payment *p, struct when now,
    uint64_t *first)
{
	*first = 0;
	return p->lead_id == 0 || p->customer_at.us != 0 ? OK :
	    db_exec(db, Q_REFERRAL_CUSTOMER, ARGS(now, p->lead_id), first,
	    NULL);
}

/* What the referrer gets. */
static enum err
reward(struct db *db, struct arena *a, const struct payment *p,
    uint64_t sale_id, uint64_t first, struct when now,
    struct commission_made *made)
{
	const struct referred_sale sale = {
		.sale_id = sale_id, .organization_id = HOUSE_ID,
		.campaign_id = p->campaign_id, .placement_id = p->placement_id,
		.referrer_id = p->referrer_id, .referral_id = p->lead_id,
		.member_organization_id = p->member_organization_id,
		.checks = p->checks, .amount = p->amount,
		.rate_ppm = p->commission_ppm != 0 ? p->commission_ppm :
		    settings->commission_ppm,
		.currency = p->currency, .first = first != 0,
	};

	*made = (struct commission_made){ .lines = { .n = 0 } };
	return p->lead_id == 0 ? OK :
	    earning_commission(db, a, &sale, now, made);
}

/* What is counted for the referrer. */
static enum err
count(struct db *db, const struct payment *p, uint64_t first, struct when now)
{
	return p->lead_id == 0 ? OK : placement_brought(db, &(struct brought){
	    .organization_id = HOUSE_ID, .placement_id = p->placement_id,
	    .referrer_id = p->referrer_id, .referral_id = p->lead_id,
	    .at = now, .customers = (int64_t)first, .active = (int64_t)first,
	    .sales = 1, .revenue = p->amount, .currency = p->currency });
}

/*
 * The rows of its own come first, then those that other payments wait for: the
 * balances and the counts.
 */
enum err
payment_settle(struct db *db, struct arena *a, const struct payment *p,
    struct when now)
{
	struct commission_made made;
	struct event_data events[2] = { {
		{ p->organization_id, "payment.paid", p->id, 0, now },
		str_printf(a, "\"amount\":%lld,\"currency\":\"%.*s\","
		    "\"tokens\":%lld", (long long)p->amount,
		    STR_ARG(p->currency), (long long)p->tokens) } };
	uint64_t rows, sale_id, first;

	TRY(db_exec(db, Q_PAYMENT_PAID, ARGS(now, p->id), &rows, NULL));
	if (rows == 0)
		return OK;
	TRY(become_customer(db, p, now, &first));
	TRY(db_exec(db, Q_SALE_INSERT, ARGS(HOUSE_ID, p->id, p->lead_id,
	    p->amount, p->currency, now), NULL, &sale_id));
	TRY(reward(db, a, p, sale_id, first, now, &made));
	events[1] = made.event;
	TRY(event_write_all(db, a, events, made.lines.n > 0 ? 2 : 1));
	TRY(credit(db, a, p, &made.lines, now));
	return count(db, p, first, now);
}

enum err
payment_expire(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct when now)
{
	uint64_t rows;

	TRY(db_exec(db, Q_PAYMENT_EXPIRE, ARGS(id), &rows, NULL));
	return rows == 0 ? OK : event_write(db, a, &(struct event){ org,
	    "checkout_session.expired", id, 0, now }, NULL);
}

static enum err
expire(struct db *db, struct arena *a, const void *record, struct when now)
{
	const struct due *due = record;

	return payment_expire(db, a, due->organization_id, due->id, now);
}

enum err
payment_expire_due(struct db *db, struct arena *a, struct when now,
    uint64_t *count)
{
	return due_run(db, a, Q_PAYMENT_DUE, &due_row, expire, now, count);
}
