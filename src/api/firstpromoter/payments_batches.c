/* Payments batches: payouts that are paid together, once that is confirmed. */
#include "api/firstpromoter/payouts.h"

#include "api/firstpromoter/record.h"
#include "model/payout/payments.h"

#include "base/banned.h"

struct batch_out {
	struct payments_batch b;
	struct str nothing;
	struct when never;
};

#define B(member, wire, ...) FIELD(struct batch_out, member, wire, __VA_ARGS__)
#define MAYBE .flags = F_NULLABLE
SHAPE(fp_payments_batch, struct batch_out, "PaymentsBatch",
    B(b.id, "id", .flags = F_ID_NUMBER),
    B(b.status, "status", .labels = payments_status_labels),
    B(nothing, "ext_reference", MAYBE),
    B(nothing, "ext_id", MAYBE),
    B(never, "scheduled_at", MAYBE),
    B(never, "processing_started_at", MAYBE),
    B(b.completed_at, "completed_at", MAYBE),
    B(b.is_payable, "is_payable"),
    B(b.is_retriable, "is_retriable"),
    B(b.needs_code, "is_payment_otp_required",
	.doc = "A code is on its way by mail"),
    B(b.total, "total", .doc = "Minor units of its currency"),
    B(b.currency, "currency", .doc = "This service's own member"),
    B(b.promoters, "promoters_count"),
    B(nothing, "error", MAYBE));

struct created_out {
	struct batch_out data;
	struct str meta;
};

SHAPE(fp_payments_created, struct created_out, "PaymentsBatchCreated",
    FIELD(struct created_out, data, "data", .of = &fp_payments_batch),
    FIELD(struct created_out, meta, "meta", .flags = F_JSON));

struct create_in {
	int method;
};

SHAPE(fp_payments_create, struct create_in, "PaymentsBatchCreate",
    FIELD(struct create_in, method, "method", .flags = F_REQUIRED,
	.labels = payout_method_labels,
	.doc = "Of whom wants to be paid so, what is pending in one currency: "
	    "that of the oldest"));

static enum err
create(struct request *rq)
{
	const struct create_in *in = rq->in;
	struct created_out *out = ARENA_NEW(rq->arena, struct created_out);

	out->meta = STR("{\"failed\":[]}");
	rq->out = out;
	return payments_create(rq->db, rq->arena, ACTOR(rq), in->method,
	    &out->data.b);
}

struct pay_in {
	struct str otp, code;
};

SHAPE(fp_payments_pay, struct pay_in, "PaymentsBatchPay",
    FIELD(struct pay_in, otp, "otp", .flags = F_NULLABLE | F_LOOSE,
	.max = 20, .doc = "The code that came by mail"),
    FIELD(struct pay_in, code, "otp_code", .flags = F_NULLABLE | F_LOOSE,
	.max = 20, .doc = "The same"));

/* The try counts, whatever comes of it: it has a transaction of its own. */
static enum err
try_code(struct request *rq)
{
	const struct pay_in *in = rq->in;
	bool *good = ARENA_NEW(rq->arena, bool);

	rq->subject = rq->id[0];
	rq->prepared = good;
	return payments_try(rq->db, rq->arena, ACTOR(rq), rq->id[0],
	    in->otp.n > 0 ? in->otp : in->code, good);
}

static enum err
nothing_outside(struct request *rq)
{
	(void)rq;
	return OK;
}

/* A repeat whose first try went no further tries its code once more. */
static enum err
pay(struct request *rq)
{
	struct batch_out *out = ARENA_NEW(rq->arena, struct batch_out);

	if (rq->prepared == NULL)
		TRY(try_code(rq));
	if (!*(const bool *)rq->prepared) {
		rq->refused = ERR_WRONG_CODE;
		return OK;
	}
	rq->out = out;
	return payments_pay(rq->db, rq->arena, ACTOR(rq), rq->subject,
	    &out->b);
}

enum err
fp_payments_read(struct db *db, struct arena *a, uint64_t org,
    uint64_t id, void *out)
{
	struct batch_out *batch = out;

	return payments_get(db, a, org, id, &batch->b);
}

static enum err
get(struct request *rq)
{
	return fp_answer(rq, RECORD_PAYMENTS, rq->id[0]);
}

static enum err
send_code(struct request *rq)
{
	TRY(payments_send_code(rq->db, rq->arena, ACTOR(rq), rq->id[0]));
	return get(rq);
}

static enum err
read_gone(struct request *rq)
{
	return fp_read_gone(rq, get);
}

static enum err
delete(struct request *rq)
{
	rq->out = rq->prepared;
	return payments_delete(rq->db, rq->arena, ACTOR(rq), rq->id[0]);
}

static enum err
export(struct request *rq)
{
	answer_header(rq, "Content-Disposition", str_printf(rq->arena,
	    "attachment; filename=\"payments-%llu.csv\"",
	    (unsigned long long)rq->id[0]));
	return payments_export(rq->db, rq->arena, rq->who.org_id, rq->id[0],
	    &rq->raw);
}

static const enum err create_errors[] = ERRORS(ERR_NO_PAYOUTS);
static const enum err pay_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT,
    ERR_WRONG_CODE);
static const enum err send_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT,
    ERR_LIMIT);
static const enum err delete_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT);
static const enum err get_errors[] = ERRORS(ERR_NOT_FOUND);

const struct route fp_payments_batch_routes[] = {
	{ .op = "createPaymentsBatch", .method = POST,
	  .path = "/company/payouts/create_payments_batch", .handle = create,
	  .in = &fp_payments_create, .out = &fp_payments_created,
	  .status = 201, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_EARNINGS_WRITE, .errors = create_errors,
	  .tag = "Payments batches",
	  .summary = "Put pending payouts together to be paid" },
	{ .op = "payPaymentsBatch", .method = POST,
	  .path = "/company/payments_batches/{id}/pay", .handle = try_code,
	  .outside = nothing_outside, .finish = pay, .in = &fp_payments_pay,
	  .out = &fp_payments_batch, .status = 200,
	  .flags = R_WRITE | R_LIVE, .scope = SCOPE_EARNINGS_WRITE,
	  .errors = pay_errors, .tag = "Payments batches",
	  .summary = "Record a payments batch as paid outside" },
	{ .op = "sendPaymentsCode", .method = POST,
	  .path = "/company/payments_batches/{id}/send_otp",
	  .handle = send_code, .out = &fp_payments_batch, .status = 200,
	  .flags = R_WRITE | R_LIVE, .scope = SCOPE_EARNINGS_WRITE,
	  .errors = send_errors, .tag = "Payments batches",
	  .summary = "Send another code" },
	{ .op = "getPaymentsBatch", .method = GET,
	  .path = "/company/payments_batches/{id}", .handle = get,
	  .out = &fp_payments_batch, .status = 200,
	  .scope = SCOPE_EARNINGS_READ, .errors = get_errors,
	  .tag = "Payments batches", .summary = "Get a payments batch" },
	{ .op = "exportPaymentsBatch", .method = GET,
	  .path = "/company/payments_batches/{id}/export", .handle = export,
	  .raw_type = "text/csv", .status = 200, .flags = R_RAW,
	  .scope = SCOPE_EARNINGS_READ, .errors = get_errors,
	  .tag = "Payments batches",
	  .summary = "Get a payments batch as a table for a bank" },
	{ .op = "deletePaymentsBatch", .method = DELETE,
	  .path = "/company/payments_batches/{id}", .prepare = read_gone,
	  .handle = delete, .out = &fp_payments_batch, .status = 200,
	  .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_EARNINGS_WRITE, .errors = delete_errors,
	  .tag = "Payments batches",
	  .summary = "Give a payments batch up: its payouts stay pending" },
	{ .op = NULL }
};
