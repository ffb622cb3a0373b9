/*
 * Refunds of sales that a company told of, and cancellations.
 *
 * The lead's row is locked before his sales, as in a sale.  An event may take
 * of several sales: its rows are inserted at once and first, so that a second
 * one of the same name fails before it has done anything.
 */
#include "model/track/track.h"

#include "model/event/record.h"
#include "model/program/program.h"
#include "model/referral/placement.h"
#include "base/banned.h"

#define LLU(v) ((unsigned long long)(v))
#define PARTS_MAX 255		/* sales that one event takes of */

struct open_sale {
	uint64_t id, referral_id;
	int64_t amount, refunded_amount;
	struct str currency;
	int64_t part;			/* that goes back now */
};

SHAPE(open_sale_row, struct open_sale, NULL,
    COLUMN(struct open_sale, id),
    COLUMN(struct open_sale, referral_id),
    COLUMN(struct open_sale, amount),
    COLUMN(struct open_sale, refunded_amount),
    COLUMN(struct open_sale, currency));

struct past_row {
	uint64_t id, placement_id, referrer_id;
};

SHAPE(past_row, struct past_row, NULL,
    COLUMN(struct past_row, id),
    COLUMN(struct past_row, placement_id),
    COLUMN(struct past_row, referrer_id));

/* Of whom sales may be: newest first. */
static enum err
read_past(struct db *db, struct arena *a, uint64_t lead_id, struct list *past)
{
	return db_rows(db, a, Q_TRACK_PAST, ARGS(lead_id), &past_row, past);
}

enum err
track_refund_read(struct db *db, struct arena *a, const struct actor *who,
    struct track_refund *r)
{
	struct program p = { 0 };

	if (r->sale_event.p == NULL && r->currency.p == NULL) {
		TRY(program_get(db, a, who->organization_id, &p));
		r->currency = p.currency;
	}
	TRY(r->referral_id != 0 ? track_find_id(db, a, who->organization_id,
	    r->referral_id, &r->lead) :
	    track_find(db, a, who->organization_id, &r->name, &r->lead));
	return read_past(db, a, r->lead.id, &r->past);
}

/* What he was when a sale was his; NULL: it is another's. */
static const struct past_row *
past_of(const struct list *past, uint64_t referral_id)
{
	const struct past_row *row = past->items;

	for (size_t i = 0; i < past->n; i++)
		if (row[i].id == referral_id)
			return &row[i];
	return NULL;
}

/* The one sale that was named. */
static enum err
named_sale(struct db *db, struct arena *a, const struct actor *who,
    const struct track_refund *r, const struct list *past, struct list *sales)
{
	struct open_sale *s;

	TRY(db_rows(db, a, Q_TRACK_NAMED_SALE, ARGS(who->organization_id,
	    r->sale_event), &open_sale_row, sales));
	s = sales->items;
	if (sales->n == 0 || past_of(past, s->referral_id) == NULL)
		return ERR_NOT_FOUND;
	return r->currency.p != NULL && !str_eq(r->currency, s->currency) ?
	    ERR_OTHER_CURRENCY : OK;
}

/* What is missing of what went back of it in all. */
static int64_t
missing(const struct track_refund *r, const struct open_sale *s)
{
	int64_t most = r->in_all - s->refunded_amount;

	return r->in_all == 0 || most > r->amount ? r->amount :
	    most > 0 ? most : 0;
}

/* Takes of one after the other; *left: what none of them had. */
static size_t
allot(struct open_sale *s, size_t n, int64_t *left)
{
	size_t i;

	for (i = 0; i < n && *left > 0; i++) {
		int64_t open = s[i].amount - s[i].refunded_amount;

		s[i].part = open < *left ? open : *left;
		*left -= s[i].part;
	}
	return i;
}

/*
 * There is not so much; but if it is the same event once more, that is what
 * the client wants to know.
 */
static enum err
refuse(struct db *db, struct arena *a, const struct actor *who,
    const struct track_refund *r)
{
	struct past_row row = { 0 };
	enum err e = db_row(db, a, Q_TRACK_REFUND_KNOWN,
	    ARGS(who->organization_id, r->event), &past_row, &row);

	return e == OK ? ERR_EVENT_TAKEN :
	    e == ERR_NOT_FOUND ? ERR_MORE_THAN_SOLD : e;
}

/* Of which sales how much goes back; locked. */
static enum err
choose(struct db *db, struct arena *a, const struct actor *who,
    const struct track_refund *r, const struct list *past,
    struct open_sale *out, size_t *n)
{
	const struct past_row *row = past->items;
	int64_t left = r->amount;
	struct list sales;

	*n = 0;
	for (size_t i = 0; i < past->n && left > 0; i++) {
		if (r->sale_event.p != NULL) {
			TRY(named_sale(db, a, who, r, past, &sales));
			left = missing(r, sales.items);
			if (left == 0)
				return ERR_EVENT_TAKEN;
		} else
			TRY(db_rows(db, a, Q_TRACK_OPEN_SALES, ARGS(row[i].id,
			    r->currency, (int64_t)(PARTS_MAX - *n)),
			    &open_sale_row, &sales));
		sales.n = allot(sales.items, sales.n, &left);
		if (sales.n > 0)
			memcpy(out + *n, sales.items, sales.n * sizeof(*out));
		*n += sales.n;
		if (r->sale_event.p != NULL)
			break;
	}
	return left > 0 ? refuse(db, a, who, r) : OK;
}

#define REFUND_ARGS 6

static enum err
insert(struct db *db, struct arena *a, const struct actor *who,
    const struct track_refund *r, const struct open_sale *s, size_t n,
    uint64_t *ids)
{
	struct arg *v = arena_array(a, n * REFUND_ARGS, sizeof(*v));
	enum err e;

	for (size_t i = 0; i < n; i++) {
		const struct arg row[REFUND_ARGS] = {
			ARG(who->organization_id), ARG(s[i].id),
			ARG(r->event), ARG((int64_t)i), ARG(s[i].part),
			ARG(who->now),
		};

		memcpy(v + i * REFUND_ARGS, row, sizeof(row));
	}
	e = db_exec_rows(db, Q_TRACK_REFUND_INSERT, v, n, NULL, ids);
	return e == ERR_CONFLICT ? ERR_EVENT_TAKEN : e;
}

/* What goes back of each, and of what it brought. */
static enum err
take_back(struct db *db, struct arena *a, const struct actor *who,
    const struct list *past, const struct open_sale *s, size_t n,
    const uint64_t *ids)
{
	for (size_t i = 0; i < n; i++) {
		const struct past_row *was = past_of(past, s[i].referral_id);

		TRY(db_exec(db, Q_TRACK_SALE_REFUNDED, ARGS(s[i].part,
		    s[i].id), NULL, NULL));
		TRY(earning_adjust(db, a, &(struct sale_part){ s[i].id,
		    ids[i], s[i].amount, s[i].refunded_amount + s[i].part },
		    who->now));
		TRY(placement_brought(db, &(struct brought){
		    .organization_id = who->organization_id,
		    .placement_id = was->placement_id,
		    .referrer_id = was->referrer_id,
		    .referral_id = was->id, .at = who->now,
		    .refunds = i == 0, .revenue = -s[i].part,
		    .currency = s[i].currency }));
	}
	return OK;
}

static enum err
tell(struct db *db, struct arena *a, const struct actor *who,
    const struct track_refund *r, const struct tracked_lead *l, int was,
    const struct open_sale *s, size_t n)
{
	struct record_diff d;
	int64_t amount = 0;
	struct buf b;

	diff_init(&d, a);
	diff_label(&d, "state", lead_state_labels[was],
	    lead_state_labels[l->state]);
	buf_init(&b, a, 128);
	for (size_t i = 0; i < n; i++) {
		buf_printf(&b, "%s{\"id\":\"%llu\",\"amount\":%lld}",
		    i > 0 ? "," : "", LLU(s[i].id), (long long)s[i].part);
		amount += s[i].part;
	}
	return event_write(db, a, &(struct event){ who->organization_id,
	    "sale.refunded", r->id, who->user_id, who->now },
	    "\"referralId\":\"%llu\",\"amount\":%lld,\"currency\":\"%.*s\","
	    "\"sales\":[%.*s]%.*s", LLU(l->id), (long long)amount,
	    STR_ARG(s->currency), STR_ARG(buf_view(&b)),
	    STR_ARG(diff_members(&d)));
}

/* A customer of whom nothing is left; past: an array of JSON. */
static enum err
mark(struct db *db, struct arena *a, const struct actor *who,
    const struct list *past, struct tracked_lead *l)
{
	const struct past_row *row = past->items;
	uint64_t rows;
	struct buf b;

	buf_init(&b, a, 64);
	for (size_t i = 0; i < past->n; i++)
		buf_printf(&b, "%c%llu", i > 0 ? ',' : '[', LLU(row[i].id));
	buf_char(&b, ']');
	TRY(db_exec(db, Q_TRACK_REFUNDED, ARGS(l->id, buf_view(&b)), &rows,
	    NULL));
	if (rows == 0)
		return OK;
	if (track_is_active(l))
		TRY(placement_brought(db, &(struct brought){
		    .organization_id = who->organization_id,
		    .placement_id = l->placement_id,
		    .referrer_id = l->referrer_id, .referral_id = l->id,
		    .at = who->now, .active = -1 }));
	l->state = LEAD_REFUNDED;
	return OK;
}

enum err
track_refund(struct db *db, struct arena *a, const struct actor *who,
    struct track_refund *r)
{
	struct open_sale *s = arena_array(a, PARTS_MAX, sizeof(*s));
	uint64_t *ids = arena_array(a, PARTS_MAX, sizeof(*ids));
	struct list past = r->past;
	size_t n;
	int was;

	r->held = r->lead;	/* this may be run again */
	TRY(track_hold(db, a, who->organization_id, &r->name, &r->held));
	if (r->held.id != r->lead.id)	/* moved in between */
		TRY(read_past(db, a, r->held.id, &past));
	TRY(choose(db, a, who, r, &past, s, &n));
	TRY(insert(db, a, who, r, s, n, ids));
	r->id = ids[0];
	TRY(take_back(db, a, who, &past, s, n, ids));
	was = r->held.state;
	TRY(mark(db, a, who, &past, &r->held));
	return tell(db, a, who, r, &r->held, was, s, n);
}

enum err
track_cancel(struct db *db, struct arena *a, const struct actor *who,
    const struct track_name *name, struct tracked_lead *l)
{
	struct record_diff d;
	struct brought lost;
	int was;

	TRY(track_hold(db, a, who->organization_id, name, l));
	if (l->cancelled_at.us != 0)
		return OK;
	lost = (struct brought){ .organization_id = who->organization_id,
	    .placement_id = l->placement_id, .referrer_id = l->referrer_id,
	    .referral_id = l->id, .at = who->now, .cancellations = 1,
	    .active = track_is_active(l) ? -1 : 0 };
	TRY(db_exec(db, Q_TRACK_CANCEL, ARGS(who->now, l->id), NULL, NULL));
	TRY(placement_brought(db, &lost));
	l->cancelled_at = who->now;
	was = l->state;
	if (l->state != LEAD_DENIED && l->state != LEAD_PENDING)
		l->state = LEAD_CANCELLED;
	diff_init(&d, a);
	diff_label(&d, "state", lead_state_labels[was],
	    lead_state_labels[l->state]);
	return event_write(db, a, &(struct event){ who->organization_id,
	    "referral.cancelled", l->id, who->user_id, who->now }, "%.*s",
	    STR_ARG(str_skip(diff_members(&d), 1)));
}
