/* Payments batches, and the codes that confirm them. */
#include "model/payout/payments.h"

#include <sodium.h>

#include "auth/secret.h"
#include "base/settings.h"
#include "model/event/event.h"
#include "model/payout/actions.h"
#include "model/people/letter.h"
#include "base/banned.h"

#define CODE_SECONDS 1800
#define CODE_DIGITS 6
#define CODES_MOST 5		/* letters about one batch */

const char *const payments_status_labels[] = {
	"awaiting_confirmation", "pending", "processing", "completed",
	"failed", NULL
};

#define HELD \
	COLUMN(struct payments_batch, id), \
	COLUMN(struct payments_batch, method, \
	    .labels = payout_method_labels), \
	COLUMN(struct payments_batch, status, \
	    .labels = payments_status_labels), \
	COLUMN(struct payments_batch, currency), \
	COLUMN(struct payments_batch, user_id), \
	COLUMN(struct payments_batch, code_until), \
	COLUMN(struct payments_batch, code_tries), \
	COLUMN(struct payments_batch, codes), \
	COLUMN(struct payments_batch, created_at), \
	COLUMN(struct payments_batch, completed_at)

SHAPE(payments_held_row, struct payments_batch, NULL, HELD);

SHAPE(payments_row, struct payments_batch, NULL, HELD,
    COLUMN(struct payments_batch, total),
    COLUMN(struct payments_batch, promoters));

struct ready_row {
	uint64_t id;
	struct str currency;
};

SHAPE(payments_ready_row, struct ready_row, NULL,
    COLUMN(struct ready_row, id),
    COLUMN(struct ready_row, currency));

/* It follows from the installation's secret: no table has it. */
static struct str
code_of(struct arena *a, uint64_t id, int64_t number, struct when made)
{
	const uint64_t what[] = { id, (uint64_t)number, (uint64_t)made.us };
	unsigned char mac[SECRET_MAC_BYTES];
	uint64_t v = 0;

	secret_mac("payments-code", what, sizeof(what), mac);
	for (int i = 0; i < 8; i++)
		v = v << 8 | mac[i];
	return str_printf(a, "%0*llu", CODE_DIGITS,
	    (unsigned long long)(v % 1000000));
}

static enum err
event(struct db *db, struct arena *a, const struct actor *who, uint64_t id,
    const char *type, const char *changes)
{
	return event_write(db, a, &(struct event){ who->organization_id, type,
	    id, who->user_id, who->now }, "%s", changes);
}

static enum err
send_code(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id)
{
	if (!settings->mail)
		return OK;
	TRY(db_exec(db, Q_PAYMENTS_BATCH_CODE, ARGS(when_add(who->now,
	    CODE_SECONDS), who->user_id, id), NULL, NULL));
	return letter_order_payments(db, a, id, who->now);
}

static enum err
take(struct db *db, struct arena *a, uint64_t batch, const struct list *ready)
{
	const struct ready_row *r = ready->items;
	uint64_t *ids = arena_array(a, ready->n, sizeof(*ids));
	size_t n = 0;

	for (size_t i = 0; i < ready->n; i++)
		if (str_eq(r[i].currency, r[0].currency))
			ids[n++] = r[i].id;
	return db_exec(db, Q_PAYMENTS_BATCH_TAKE, ARGS(ids_json(a, ids, n),
	    batch), NULL, NULL);
}

enum err
payments_create(struct db *db, struct arena *a, const struct actor *who,
    int method, struct payments_batch *b)
{
	const struct ready_row *first;
	struct list ready;
	uint64_t id;

	TRY(db_rows(db, a, Q_PAYMENTS_BATCH_READY, ARGS(who->organization_id,
	    LABEL(payout_method_labels, method)), &payments_ready_row,
	    &ready));
	if (ready.n == 0)
		return ERR_NO_PAYOUTS;
	first = ready.items;
	TRY(db_exec(db, Q_PAYMENTS_BATCH_INSERT, ARGS(who->organization_id,
	    LABEL(payout_method_labels, method), first->currency,
	    who->user_id, who->now), NULL, &id));
	TRY(take(db, a, id, &ready));
	TRY(send_code(db, a, who, id));
	TRY(event(db, a, who, id, "payments_batch.created", ""));
	return payments_get(db, a, who->organization_id, id, b);
}

static void
finish(struct payments_batch *b)
{
	b->needs_code = settings->mail;
	b->is_payable = b->status == PAYMENTS_WAIT;
}

enum err
payments_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct payments_batch *b)
{
	TRY(db_row(db, a, Q_PAYMENTS_BATCH_GET, ARGS(id, org), &payments_row,
	    b));
	finish(b);
	return OK;
}

/* One that waits, locked. */
static enum err
hold(struct db *db, struct arena *a, const struct actor *who, uint64_t id,
    struct payments_batch *b)
{
	TRY(db_row(db, a, Q_PAYMENTS_BATCH_LOCK, ARGS(id,
	    who->organization_id), &payments_held_row, b));
	return b->status == PAYMENTS_WAIT ? OK : ERR_CONFLICT;
}

enum err
payments_send_code(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id)
{
	struct payments_batch b = { 0 };

	TRY(hold(db, a, who, id, &b));
	if (b.codes >= CODES_MOST)
		return ERR_LIMIT;
	return send_code(db, a, who, id);
}

enum err
payments_try(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, struct str code, bool *good)
{
	struct payments_batch b = { 0 };
	struct str right;
	uint64_t rows;

	TRY(hold(db, a, who, id, &b));
	*good = !settings->mail;
	if (*good)
		return OK;
	TRY(db_exec(db, Q_PAYMENTS_BATCH_TRY, ARGS(id, who->now), &rows,
	    NULL));
	right = code_of(a, id, b.codes, b.created_at);
	*good = rows == 1 && code.n == right.n &&
	    sodium_memcmp(code.p, right.p, right.n) == 0;
	return OK;
}

enum err
payments_pay(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, struct payments_batch *b)
{
	const struct id_row *row;
	struct batch_item *item;
	struct list rows;

	TRY(hold(db, a, who, id, b));
	TRY(db_rows(db, a, Q_PAYMENTS_BATCH_PAYOUTS, ARGS(id),
	    &id_row, &rows));
	row = rows.items;
	item = arena_array(a, rows.n + 1, sizeof(*item));
	for (size_t i = 0; i < rows.n; i++)
		item[i].id = row[i].id;
	if (rows.n > 0)
		TRY(payout_pay(db, a, who, item, rows.n));
	TRY(db_exec(db, Q_PAYMENTS_BATCH_COMPLETED, ARGS(who->now, id), NULL,
	    NULL));
	TRY(event(db, a, who, id, "payments_batch.paid",
	    "\"changes\":{\"status\":[\"awaiting_confirmation\","
	    "\"completed\"]}"));
	return payments_get(db, a, who->organization_id, id, b);
}

enum err
payments_delete(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id)
{
	struct payments_batch b = { 0 };

	TRY(hold(db, a, who, id, &b));
	TRY(db_exec(db, Q_PAYMENTS_BATCH_RELEASE, ARGS(id), NULL, NULL));
	TRY(db_exec(db, Q_PAYMENTS_BATCH_DELETE, ARGS(who->now, id), NULL,
	    NULL));
	return event(db, a, who, id, "payments_batch.deleted", "");
}

struct addressed {
	uint64_t id;
	int status;
	int64_t codes;
	struct when code_until, created_at;
	struct str email, name, organization_name;
};

SHAPE(payments_letter_row, struct addressed, NULL,
    COLUMN(struct addressed, id),
    COLUMN(struct addressed, status, .labels = payments_status_labels),
    COLUMN(struct addressed, code_until),
    COLUMN(struct addressed, codes),
    COLUMN(struct addressed, created_at),
    COLUMN(struct addressed, email),
    COLUMN(struct addressed, name),
    COLUMN(struct addressed, organization_name));

enum err
payments_write(struct db *db, struct arena *a, uint64_t id, struct when now,
    struct letter *l)
{
	struct addressed x = { 0 };

	TRY(db_row(db, a, Q_PAYMENTS_BATCH_FOR_LETTER, ARGS(id),
	    &payments_letter_row, &x));
	if (x.status != PAYMENTS_WAIT || x.code_until.us <= now.us)
		return ERR_NOT_FOUND;
	l->email = x.email;
	l->name = x.name;
	l->organization_name = x.organization_name;
	l->token = code_of(a, id, x.codes, x.created_at);
	l->expires_at = x.code_until;
	return OK;
}
