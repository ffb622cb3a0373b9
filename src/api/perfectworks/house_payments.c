/* Payments of all organizations, and what the house gives back of them. */
#include "api/perfectworks/routes.h"
#include "base/money.h"
#include "model/payment/checkout.h"

#include "base/banned.h"

#define PAYMENT_FIELDS(type, p) \
    FIELD(type, p id, "id"), \
    FIELD(type, p organization_id, "organizationId"), \
    FIELD(type, p product_id, "productId"), \
    FIELD(type, p quantity, "quantity"), \
    FIELD(type, p tokens, "tokens"), \
    FIELD(type, p provider, "provider", .labels = provider_labels), \
    FIELD(type, p reference, "reference", .flags = F_NULLABLE, .max = 255, \
	.doc = "The provider's name of the session"), \
    FIELD(type, p status, "status", .labels = payment_status_labels), \
    FIELD(type, p payment_status, "paymentStatus", \
	.labels = payment_paid_labels), \
    FIELD(type, p amount, "amount", .doc = "In minor units"), \
    FIELD(type, p refunded_amount, "refundedAmount", \
	.doc = "What went back of it"), \
    FIELD(type, p currency, "currency", .max = 3, .format = "currency"), \
    FIELD(type, p expires_at, "expiresAt"), \
    FIELD(type, p created_at, "createdAt"), \
    FIELD(type, p paid_at, "paidAt", .flags = F_NULLABLE)

SHAPE(payment_out, struct payment, "HousePayment",
    PAYMENT_FIELDS(struct payment, ));

SHAPE(refund_out, struct refund, "Refund",
    FIELD(struct refund, id, "id"),
    FIELD(struct refund, payment_id, "paymentId"),
    FIELD(struct refund, kind, "kind", .labels = refund_kind_labels),
    FIELD(struct refund, status, "status", .labels = refund_status_labels,
	.doc = "pending: the provider was asked; reinstated: done, and "
	"undone again"),
    FIELD(struct refund, amount, "amount", .doc = "In minor units"),
    FIELD(struct refund, tokens, "tokens", .doc = "Taken back with it"),
    FIELD(struct refund, reference, "reference", .flags = F_NULLABLE,
	.max = 120, .doc = "The provider's name for it"),
    FIELD(struct refund, reason, "reason", .flags = F_NULLABLE, .max = 200),
    FIELD(struct refund, user_id, "userId", .flags = F_NULLABLE),
    FIELD(struct refund, created_at, "createdAt"),
    FIELD(struct refund, done_at, "doneAt", .flags = F_NULLABLE));

struct payment_detail {
	struct payment p;
	struct list refunds;
};

SHAPE(detail_out, struct payment_detail, "HousePaymentDetail",
    PAYMENT_FIELDS(struct payment_detail, p.),
    FIELD(struct payment_detail, p.refunding_amount, "refundingAmount",
	.doc = "Asked of the provider, and not yet answered"),
    FIELD(struct payment_detail, refunds, "refunds", .of = &refund_out,
	.max = 1000));

struct payment_query {
	struct page_query paging;
	uint64_t organization_id;
	int status;
};

SHAPE(payment_query, struct payment_query, "HousePaymentQuery",
    PAGE_FIELDS(struct payment_query),
    FIELD(struct payment_query, organization_id, "organizationId"),
    FIELD(struct payment_query, status, "status",
	.labels = payment_status_labels));

static enum err
list(struct request *rq)
{
	const struct payment_query *q = rq->query;
	const struct payment_filter filter = { q->organization_id, q->status,
	    -1 };
	struct paging p;
	struct list rows;

	TRY(page_read(rq, &q->paging, &p));
	TRY(payment_list_all(rq->db, rq->arena, &filter, &p, &rows));
	pw_payment_page(rq, &p, rows);
	return OK;
}

static enum err
get(struct request *rq)
{
	struct payment_detail *out = ARENA_NEW(rq->arena,
	    struct payment_detail);

	TRY(payment_by_id(rq->db, rq->arena, rq->id[0], &out->p));
	out->p = pw_payment_shown(rq, &out->p);
	rq->out = out;
	return refund_list(rq->db, rq->arena, rq->id[0], &out->refunds);
}

struct refund_in {
	int64_t amount;
	struct str reason;
};

SHAPE(refund_in, struct refund_in, "RefundCreate",
    FIELD(struct refund_in, amount, "amount", .min = 1, .max = MONEY_MAX,
	.doc = "In minor units; all that is left where absent"),
    FIELD(struct refund_in, reason, "reason", .flags = F_REQUIRED, .min = 1,
	.max = 200, .example = "\"Bought twice\""));

static enum err
give_back(struct request *rq)
{
	const struct refund_in *in = rq->in;
	struct refund *r = ARENA_NEW(rq->arena, struct refund);
	enum err e;

	*r = (struct refund){ .payment_id = rq->id[0], .amount = in->amount,
	    .reason = in->reason };
	rq->out = r;
	e = checkout_refund(rq->db, rq->arena, ACTOR(rq), r);
	if (e == ERR_FUNDS)
		complain(&rq->wrong, rq->arena, STR("amount"), "is more than "
		    "is left of the payment: see its refundedAmount and "
		    "refundingAmount");
	if (e == ERR_PROVIDER_REFUSED)
		complain(&rq->wrong, rq->arena, STR("amount"), "is nothing "
		    "that the payment provider can give back: see its rules "
		    "for this currency");
	return e;
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err refund_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT,
    ERR_FUNDS, ERR_PROVIDER_REFUSED);

const struct route pw_house_payment_routes[] = {
	{ .op = "adminListPayments", .method = GET, .path = "/admin/payments",
	  .handle = list, .query = &payment_query, .out = &payment_out,
	  .sorts = pw_created_sorts, .status = 200, .flags = R_LIST | R_HOUSE,
	  .scope = SCOPE_PAYMENTS_READ, .tag = "admin",
	  .summary = "List payments of all organizations",
	  .done = "Payments" },
	{ .op = "adminGetPayment", .method = GET,
	  .path = "/admin/payments/{id}", .handle = get, .out = &detail_out,
	  .status = 200, .flags = R_HOUSE, .scope = SCOPE_PAYMENTS_READ,
	  .errors = not_found, .tag = "admin",
	  .summary = "Read a payment with its refunds", .done = "Payment" },
	{ .op = "adminRefundPayment", .method = POST,
	  .path = "/admin/payments/{id}/refunds", .handle = give_back,
	  .in = &refund_in, .out = &refund_out, .status = 201,
	  .flags = R_WRITE | R_HOUSE | R_LIVE, .scope = SCOPE_PAYMENTS_WRITE,
	  .errors = refund_errors, .tag = "admin",
	  .summary = "Give money of a payment back",
	  .done = "Refund begun" },
	{ .op = NULL }
};
