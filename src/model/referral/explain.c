/* The story of a commission, a reversal or a withdrawal. */
#include "model/referral/explain.h"

#include <stdarg.h>

#include "base/money.h"
#include "model/referral/screen.h"
#include "base/banned.h"

#define STEPS_MAX 12

SHAPE(explanation_row, struct explanation, NULL,
    FIELD(struct explanation, e.id, "id"),
    FIELD(struct explanation, e.type, "type", .labels = earning_type_labels),
    FIELD(struct explanation, e.status, "status",
	.labels = earning_status_labels),
    FIELD(struct explanation, e.amount, "amount"),
    FIELD(struct explanation, e.currency, "currency"),
    FIELD(struct explanation, e.placement_id, "placement_id"),
    FIELD(struct explanation, e.available_at, "available_at"),
    FIELD(struct explanation, e.created_at, "created_at"),
    FIELD(struct explanation, sale.id, "sale_id"),
    FIELD(struct explanation, sale.amount, "sale_amount"),
    FIELD(struct explanation, sale.rate_ppm, "rate_ppm"),
    FIELD(struct explanation, sale.refunded_amount, "refunded_amount"),
    FIELD(struct explanation, sale.reversed_amount, "reversed_amount"),
    FIELD(struct explanation, sale.paid_at, "paid_at"),
    FIELD(struct explanation, referral.id, "referral_id"),
    FIELD(struct explanation, referral.code, "code"),
    FIELD(struct explanation, referral.clicked_at, "clicked_at"),
    FIELD(struct explanation, referral.signed_up_at, "signed_up_at"),
    COLUMN(struct explanation, checks),
    COLUMN(struct explanation, refund_id),
    COLUMN(struct explanation, refused_at),
    COLUMN(struct explanation, decided_at),
    COLUMN(struct explanation, paid_out_at),
    COLUMN(struct explanation, reference),
    COLUMN(struct explanation, reason));

struct story {
	struct arena *arena;
	const struct explanation *x;
	struct str *step;
	size_t n;
};

static void PRINTF_LIKE(2, 3)
tell(struct story *s, const char *fmt, ...)
{
	va_list ap;

	INVARIANT(s->n < STEPS_MAX);
	va_start(ap, fmt);
	s->step[s->n++] = str_vprintf(s->arena, fmt, ap);
	va_end(ap);
}

static const char *
money(const struct story *s, int64_t amount)
{
	struct str currency = s->x->e.currency;

	return str_printf(s->arena, "%.*s %.*s", STR_ARG(money_print(s->arena,
	    amount, currency_digits(currency))), STR_ARG(currency)).p;
}

static const char *
date(const struct story *s, struct when t)
{
	char *text = arena_alloc(s->arena, 11);

	day_iso(day_of(t), text);
	return text;
}

static void
tell_referral(struct story *s)
{
	const struct explained_referral *r = &s->x->referral;

	if (r->clicked_at.us != 0)
		tell(s, "A visitor followed the link with the code %.*s on %s.",
		    STR_ARG(r->code), date(s, r->clicked_at));
	if (r->signed_up_at.us != 0)
		tell(s, r->clicked_at.us != 0 ?
		    "The visitor signed up on %s." :
		    "A customer signed up with your code on %s.",
		    date(s, r->signed_up_at));
}

static void
tell_sale(struct story *s)
{
	const struct explained_sale *sale = &s->x->sale;

	tell(s, "The customer paid %s on %s.", money(s, sale->amount),
	    date(s, sale->paid_at));
	tell(s, "The commission is %.*s %% of it, rounded half to even.",
	    STR_ARG(percent_print(s->arena, sale->rate_ppm)));
	if (sale->refunded_amount > 0)
		tell(s, "%s of the payment went back; the commission is "
		    "reversed in the same proportion, in sum %s.",
		    money(s, sale->refunded_amount),
		    money(s, sale->reversed_amount));
}

static void
tell_state(struct story *s)
{
	const struct explanation *x = s->x;

	for (size_t i = 0; check_labels[i] != NULL; i++)
		if ((x->checks >> i & 1) != 0)
			tell(s, "%s (%s).", check_texts[i], check_labels[i]);
	if (x->refused_at.us != 0)
		tell(s, "The house took it back on %s.",
		    date(s, x->refused_at));
	else if (x->e.status == EARNING_REVERSED)
		tell(s, "All of it is reversed.");
	else if (x->e.status == EARNING_PENDING && x->e.available_at.us == 0)
		tell(s, "It is held until the house has looked at it.");
	else if (x->e.status == EARNING_PENDING)
		tell(s, "It can be withdrawn from %s on.",
		    date(s, x->e.available_at));
	else if (x->e.amount < 0)
		tell(s, "It is taken off what is available.");
	else
		tell(s, "It is available.");
}

static void
tell_withdrawal(struct story *s)
{
	const struct explanation *x = s->x;

	tell(s, "You asked for %s on %s; it was set aside from what was "
	    "available.", money(s, x->e.amount), date(s, x->e.created_at));
	if (x->e.status == EARNING_REFUSED)
		tell(s, "The house refused it on %s (%.*s); the money is "
		    "available again.", date(s, x->decided_at),
		    STR_ARG(x->reason));
	else if (x->e.status == EARNING_PAID)
		tell(s, "The house paid it on %s with the reference %.*s.",
		    date(s, x->paid_out_at), STR_ARG(x->reference));
	else if (x->e.status == EARNING_APPROVED)
		tell(s, "The house approved it on %s; it is to be paid.",
		    date(s, x->decided_at));
	else
		tell(s, "The house has not yet decided.");
}

enum err
earning_explain(struct db *db, struct arena *a, uint64_t referrer_id,
    uint64_t id, struct explanation *x)
{
	struct story s = { a, x, arena_array(a, STEPS_MAX, sizeof(struct str)),
	    0 };

	TRY(db_row(db, a, Q_EARNING_EXPLAIN, ARGS(id, referrer_id),
	    &explanation_row, x));
	if (x->e.type == EARNING_WITHDRAWAL) {
		tell_withdrawal(&s);
	} else {
		tell_referral(&s);
		tell_sale(&s);
		if (x->refund_id != 0)
			tell(&s, x->e.amount < 0 ?
			    "This line is what one refund took back: %s." :
			    "This line is what came again when a refund was "
			    "undone: %s.", money(&s, x->e.amount));
		tell_state(&s);
	}
	x->steps = (struct list){ s.step, s.n };
	return OK;
}
