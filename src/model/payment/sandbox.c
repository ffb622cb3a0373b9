/*
 * The sandbox: a payment provider within the installation, for trying out and
 * for tests.  It behaves like one outside: it keeps its own record, and tells
 * the program of a payment by a signed call over HTTPS, at least once.
 */
#include "base/settings.h"
#include "model/payment/provider.h"
#include "base/banned.h"

static bool
offered(void)
{
	return settings->sandbox;
}

static bool
takes(struct str currency, int64_t amount)
{
	(void)currency;
	return amount > 0;
}

static enum err
give_back(struct arena *a, const struct payment *p, uint64_t refund_id,
    int64_t amount, struct return_news *news, struct str *why)
{
	(void)why;
	*news = (struct return_news){ .state = RETURN_DONE, .amount = amount,
	    .refund_id = refund_id, .currency = p->currency,
	    .reference = str_printf(a, "sandbox_refund_%llu",
		(unsigned long long)refund_id) };
	return OK;
}

/* Nothing is asked there or looked up: a session is open by being there. */
const struct provider sandbox_provider = {
	.least_seconds = 0, .most_seconds = INT64_MAX, .offered = offered,
	.takes = takes, .give_back = give_back,
};

struct task_payload {
	struct str url, body;
};

SHAPE(task_payload_shape, struct task_payload, NULL,
    FIELD(struct task_payload, url, "url"),
    FIELD(struct task_payload, body, "body"));

struct callback {
	struct str type, token, currency;
	int64_t amount;
};

SHAPE(callback_shape, struct callback, NULL,
    FIELD(struct callback, type, "type"),
    FIELD(struct callback, token, "token"),
    FIELD(struct callback, amount, "amount"),
    FIELD(struct callback, currency, "currency"));

enum err
sandbox_pay(struct db *db, struct arena *a, const struct payment *p,
    struct str callback_url, struct when now)
{
	struct callback said = { STR("checkout.session.paid"), p->token,
	    p->currency, p->amount };
	struct task_payload payload = { .url = callback_url };
	struct buf body, text;
	uint64_t rows;

	TRY(db_exec(db, Q_SANDBOX_PAY, ARGS(p->token, now), &rows, NULL));
	if (rows == 0)
		return OK;	/* the second click */
	buf_init(&body, a, 256);
	json_encode(&body, &callback_shape, &said, false);
	payload.body = buf_view(&body);
	buf_init(&text, a, 512);
	json_encode(&text, &task_payload_shape, &payload, false);
	return db_exec(db, Q_TASK_INSERT, ARGS(str_of("sandbox_callback"),
	    p->id, buf_view(&text), now), NULL, NULL);
}
