/* Stop, cancel, finish, delete, refund. */
#include "model/campaign/ending.h"

#include <sodium.h>

#include "base/money.h"
#include "ledger/ledger.h"
#include "model/campaign/billing.h"
#include "model/event/event.h"
#include "base/banned.h"

#define LLU(v) ((unsigned long long)(v))
#define LL(v) ((long long)(v))

enum err
campaign_end_placements(struct db *db, const struct actor *who,
    const struct campaign *c)
{
	if (!c->settled)
		return OK;
	TRY(db_exec(db, Q_PLACEMENT_END_CAMPAIGN, ARGS(who->now, c->id), NULL,
	    NULL));
	return db_exec(db, Q_PLACEMENT_END_CAMPAIGN_EVENTS, ARGS(who->now,
	    c->id), NULL, NULL);
}

static enum err
end(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c, enum campaign_verb verb, struct day at,
    struct str reason)
{
	if (c->status == CAMPAIGN_DRAFT)
		return ERR_DELETE_INSTEAD;
	if (!campaign_may(verb, c->status))
		return ERR_CONFLICT;
	c->ended_on = at;
	TRY(campaign_move(db, a, who, c, verb, reason));
	TRY(settle(db, a, who, c));
	return campaign_end_placements(db, who, c);
}

enum err
campaign_stop(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c, struct day at)
{
	if (c->status == CAMPAIGN_STOPPED)
		return c->ended_on.n == at.n ? OK : ERR_STOPPED;
	if (c->ends_on.n != DAY_NONE.n && at.n > c->ends_on.n)
		return ERR_AFTER_END;
	return end(db, a, who, c, VERB_STOP, at, STR_NULL);
}

struct reason {
	struct str text;
};

SHAPE(reason_row, struct reason, NULL, COLUMN(struct reason, text));

static enum err
canceled_before(struct db *db, struct arena *a, const struct campaign *c,
    struct str reason)
{
	struct reason was = { STR_NULL };

	TRY(db_row(db, a, Q_CAMPAIGN_REASON, ARGS(c->id), &reason_row, &was));
	return str_eq(was.text, reason) ? OK : ERR_CONFLICT;
}

enum err
campaign_cancel(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c, struct str reason)
{
	struct day at = day_of(who->now);

	if (c->status == CAMPAIGN_CANCELED)
		return canceled_before(db, a, c, reason);
	if (c->ends_on.n != DAY_NONE.n && at.n > c->ends_on.n)
		at = c->ends_on;
	return end(db, a, who, c, VERB_CANCEL, at, reason);
}

static enum err
reverse_one(struct db *db, struct arena *a, const struct actor *who,
    const struct campaign *c, const struct prepayment *p, int64_t amount)
{
	struct posting line[] = {
		{ .organization_id = c->organization_id,
		  .kind = ACCOUNT_advertiser_credit,
		  .owner_id = c->advertiser_id, .currency = c->currency,
		  .amount = -amount },
		{ .organization_id = c->organization_id,
		  .kind = ACCOUNT_advertiser_money, .currency = c->currency,
		  .amount = amount },
	};

	TRY(db_exec(db, Q_PREPAYMENT_REVERSE, ARGS(amount, p->id), NULL,
	    NULL));
	/* what was drawn from the account is there again already */
	return p->type == PREPAYMENT_ACCOUNT ? OK : ledger_post(db, a,
	    &(struct journal){ .organization_id = c->organization_id,
	    .kind = JOURNAL_prepayment_reversed, .subject_id = p->id,
	    .at = who->now }, line, LEN(line), NULL);
}

/*
 * All money is on the account now.  It goes back as far as it is still there
 * and was not refunded, the last that came in first.
 */
static enum err
reverse(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c)
{
	int64_t left = 0;
	const struct prepayment *p;
	struct list rows;

	if (c->advertiser_id == 0 || c->currency.p == NULL)
		return OK;
	TRY(ledger_balance_locked(db, a, c->organization_id,
	    ACCOUNT_advertiser_credit, c->advertiser_id, c->currency, &left));
	if (left > c->paid - c->refunded)
		left = c->paid - c->refunded;
	TRY(prepayment_list(db, a, c, &rows));
	p = rows.items;
	for (size_t i = rows.n; i-- > 0 && left > 0;) {
		int64_t amount = p[i].amount - p[i].reversed;

		if (amount > left)
			amount = left;
		if (amount == 0)
			continue;
		TRY(reverse_one(db, a, who, c, &p[i], amount));
		left -= amount;
		c->paid -= amount;
		c->released -= amount;
	}
	return campaign_store_money(db, who, c);
}

enum err
campaign_delete(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c, struct deletion how)
{
	const struct undoing undo = { how.unapply || how.reverse };

	if (c->status == CAMPAIGN_DELETED)
		return OK;
	if (c->ended_on.n == DAY_NONE.n)
		c->ended_on = day_of(who->now);
	TRY(campaign_move(db, a, who, c, VERB_DELETE, STR_NULL));
	TRY(settle_undone(db, a, who, c, &undo));
	TRY(campaign_end_placements(db, who, c));
	return how.reverse ? reverse(db, a, who, c) : OK;
}

enum err
campaign_finish(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c)
{
	return end(db, a, who, c, VERB_FINISH, c->ends_on, STR_NULL);
}

/* What a repeat of the request is known by. */
static void
hash_request(const struct campaign_refund *r, unsigned char out[32])
{
	crypto_hash_sha256_state s;

	crypto_hash_sha256_init(&s);
	crypto_hash_sha256_update(&s, (const unsigned char *)&r->amount,
	    sizeof(r->amount));
	for (size_t i = 0; i < r->n; i++) {
		crypto_hash_sha256_update(&s,
		    (const unsigned char *)&r->lines[i].line_id, 8);
		crypto_hash_sha256_update(&s,
		    (const unsigned char *)&r->lines[i].amount, 8);
	}
	crypto_hash_sha256_final(&s, out);
}

struct known {
	uint64_t id, campaign_id;
	int64_t amount, tax;
	struct str request_hash;
};

SHAPE(known_row, struct known, NULL,
    COLUMN(struct known, id),
    COLUMN(struct known, campaign_id),
    COLUMN(struct known, amount),
    COLUMN(struct known, tax),
    COLUMN(struct known, request_hash, .flags = F_BYTES));

/* *again: it was recorded before. */
static enum err
look_up(struct db *db, struct arena *a, const struct campaign *c,
    const unsigned char hash[32], struct campaign_refund *r, bool *again)
{
	struct known k = { .id = 0 };
	enum err e = db_row(db, a, Q_CAMPAIGN_REFUND_KNOWN, ARGS(
	    c->organization_id, r->reference), &known_row, &k);

	*again = e == OK;
	if (e == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	if (k.campaign_id != c->id || k.request_hash.n != 32 ||
	    memcmp(k.request_hash.p, hash, 32) != 0)
		return ERR_REFUND_TAKEN;
	r->id = k.id;
	r->tax = k.tax;
	return OK;
}

static int64_t
owing(const struct line *l)
{
	return l->due - l->refunded;
}

/* given[i]: what goes back of line i. */
static enum err
split(struct arena *a, const struct books *b, const struct campaign_refund *r,
    int64_t *given)
{
	int64_t *weights = arena_array(a, b->n_lines + 1, sizeof(*weights));
	int64_t all = 0;

	for (size_t i = 0; i < b->n_lines; i++) {
		weights[i] = owing(&b->lines[i]);
		all += weights[i];
		given[i] = 0;
	}
	if (r->amount > all)
		return ERR_MORE_THAN_DUE;
	if (r->n == 0)
		allot(r->amount, weights, b->n_lines, given);
	for (size_t k = 0; k < r->n; k++) {
		size_t i = 0;

		while (i < b->n_lines &&
		    b->lines[i].id != r->lines[k].line_id)
			i++;
		if (i == b->n_lines)
			return ERR_NOT_FOUND;
		given[i] += r->lines[k].amount;
		if (given[i] > weights[i])
			return ERR_MORE_THAN_DUE;
	}
	return OK;
}

/* Tax goes back in the same proportion, to the cent in any sequence. */
static enum err
tax_back(const struct line *l, int64_t amount, int64_t *tax)
{
	*tax = 0;
	if (amount == 0)
		return OK;
	TRY(money_share(l->due_tax, l->refunded + amount, l->due, tax));
	*tax = *tax > l->refunded_tax ? *tax - l->refunded_tax : 0;
	return OK;
}

static enum err
record(struct db *db, const struct actor *who, const struct campaign *c,
    const struct books *b, const int64_t *given, const int64_t *tax,
    const unsigned char hash[32], struct campaign_refund *r)
{
	TRY(db_exec(db, Q_CAMPAIGN_REFUND_INSERT, ARGS(c->organization_id,
	    c->id, r->reference, r->amount, r->tax, BYTES(hash, 32),
	    who->user_id, who->now), NULL, &r->id));
	for (size_t i = 0; i < b->n_lines; i++) {
		struct line *l = &b->lines[i];

		if (given[i] == 0)
			continue;
		l->refunded += given[i];
		l->refunded_tax += tax[i];
		TRY(line_store_end(db, l));
		TRY(db_exec(db, Q_CAMPAIGN_REFUND_LINE_INSERT, ARGS(r->id,
		    l->id, given[i], tax[i]), NULL, NULL));
	}
	return OK;
}

static enum err
post_refund(struct db *db, struct arena *a, const struct actor *who,
    const struct campaign *c, const struct campaign_refund *r)
{
	struct posting line[] = {
		{ .organization_id = c->organization_id,
		  .kind = ACCOUNT_advertiser_credit,
		  .owner_id = c->advertiser_id, .currency = c->currency,
		  .amount = -(r->amount + r->tax) },
		{ .organization_id = c->organization_id,
		  .kind = ACCOUNT_advertiser_money, .currency = c->currency,
		  .amount = r->amount + r->tax },
	};

	return ledger_post(db, a, &(struct journal){
	    .organization_id = c->organization_id,
	    .kind = JOURNAL_campaign_refunded, .subject_id = r->id,
	    .at = who->now }, line, LEN(line), NULL);
}

static enum err
pay_back(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c, const unsigned char hash[32],
    struct campaign_refund *r)
{
	int64_t *given, *tax;
	struct books b;

	TRY(books_read(db, a, c, c->ended_on, &b));
	given = arena_array(a, b.n_lines + 1, sizeof(*given));
	tax = arena_array(a, b.n_lines + 1, sizeof(*tax));
	TRY(split(a, &b, r, given));
	r->tax = 0;
	for (size_t i = 0; i < b.n_lines; i++) {
		TRY(tax_back(&b.lines[i], given[i], &tax[i]));
		r->tax += tax[i];
	}
	TRY(record(db, who, c, &b, given, tax, hash, r));
	c->refunded += r->amount + r->tax;
	TRY(post_refund(db, a, who, c, r));
	return campaign_store_money(db, who, c);
}

enum err
campaign_refund(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c, struct campaign_refund *r)
{
	unsigned char hash[32];
	bool again;

	hash_request(r, hash);
	TRY(look_up(db, a, c, hash, r, &again));
	if (again)
		return OK;
	if (c->status == CAMPAIGN_DELETED || !c->settled)
		return ERR_CONFLICT;
	TRY(pay_back(db, a, who, c, hash, r));
	TRY(campaign_note(db, a, who, c, "refund", STR_NULL,
	    "\"refund\":\"%llu\",\"amount\":%lld,\"tax\":%lld", LLU(r->id),
	    LL(r->amount), LL(r->tax)));
	return event_write(db, a, &(struct event){ c->organization_id,
	    "campaign.refunded", c->id, who->user_id, who->now },
	    "\"amount\":%lld,\"tax\":%lld,\"currency\":\"%.*s\"",
	    LL(r->amount), LL(r->tax), STR_ARG(c->currency));
}
