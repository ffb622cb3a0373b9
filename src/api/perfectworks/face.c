/* The PerfectWorks face: its envelope, its errors, its tables. */
#include "api/perfectworks/routes.h"

#include "base/banned.h"

static void
put_page(const struct request *rq, struct buf *b, bool masked)
{
	const struct page *p = &rq->page;

	buf_lit(b, "{\"items\":");
	json_encode_list(b, rq->route->out, &p->items, masked, UINT64_MAX);
	buf_lit(b, ",\"page\":");
	if (p->page != 0)
		buf_i64(b, p->page);
	else
		buf_lit(b, "null");
	buf_lit(b, ",\"limit\":");
	buf_i64(b, p->limit);
	buf_lit(b, ",\"nextCursor\":");
	json_string(b, p->next);
	buf_char(b, '}');
}

static void
success(struct request *rq, struct buf *b, bool masked)
{
	const struct route *r = rq->route;

	buf_lit(b, "{\"success\":true,\"message\":");
	json_string(b, str_of(rq->message != NULL ? rq->message : r->done));
	buf_lit(b, ",\"data\":");
	if ((r->flags & R_LIST) != 0)
		put_page(rq, b, masked);
	else if (r->out != NULL && rq->out != NULL)
		json_encode(b, r->out, rq->out, masked);
	else
		buf_lit(b, "null");
	buf_char(b, '}');
}

/* What is wrong with the whole body is its message; the rest are fields. */
static void
failure(const struct http_in *in, enum err e, const struct complaints *wrong,
    struct buf *b)
{
	struct str text = str_of(err_text(e));

	buf_lit(b, "{\"success\":false,\"message\":");
	json_string(b, text);
	for (const struct complaint *c = wrong->first; c != NULL; c = c->next)
		if (c->field.n == 0)
			text = c->message;
	buf_lit(b, ",\"error\":{\"message\":");
	json_string(b, text);
	buf_printf(b, ",\"statusCode\":%d,\"code\":\"%s\",\"requestId\":",
	    err_status(e), err_slug(e));
	json_string(b, in->request_id);
	buf_lit(b, ",\"fields\":");
	json_complaints(b, wrong, "field", "message", false);
	buf_lit(b, "}}");
}

#define BOUNDED "\"minimum\":1,\"maximum\":1000000"

static void
data_schema(const struct route *r, struct buf *b)
{
	if (r->out == NULL) {
		buf_lit(b, "{\"type\":\"null\"}");
		return;
	}
	if ((r->flags & R_LIST) == 0) {
		buf_printf(b, "{\"$ref\":\"#/components/schemas/%s\"}",
		    r->out->name);
		return;
	}
	buf_printf(b, "{\"type\":\"object\",\"properties\":{"
	    "\"items\":{\"type\":\"array\",\"maxItems\":1000,\"items\":"
	    "{\"$ref\":\"#/components/schemas/%s\"}},"
	    "\"page\":{\"type\":[\"integer\",\"null\"],\"format\":\"int32\","
	    BOUNDED ",\"description\":\"Null where a cursor was used\"},"
	    "\"limit\":{\"type\":\"integer\",\"format\":\"int32\"," BOUNDED
	    "},\"nextCursor\":{\"type\":[\"string\",\"null\"],"
	    "\"maxLength\":200,\"description\":\"%s\"}},"
	    "\"required\":[\"items\",\"page\",\"limit\",\"nextCursor\"],"
	    "\"additionalProperties\":false}", r->out->name,
	    (r->flags & R_FOLLOW) != 0 ? "Keep it, and ask again for what "
	    "comes later; null before the first" : "Null on the last page");
}

static void
success_schema(const struct route *r, struct buf *b)
{
	buf_lit(b, "{\"type\":\"object\",\"properties\":{"
	    "\"success\":{\"type\":\"boolean\",\"const\":true},"
	    "\"message\":{\"type\":\"string\",\"maxLength\":200},\"data\":");
	data_schema(r, b);
	buf_lit(b, "},\"required\":[\"success\",\"message\",\"data\"],"
	    "\"additionalProperties\":false}");
}

static void
failure_schema(struct buf *b)
{
	buf_lit(b, "{\"type\":\"object\",\"properties\":{"
	    "\"success\":{\"type\":\"boolean\",\"const\":false},"
	    "\"message\":{\"type\":\"string\",\"maxLength\":500},"
	    "\"error\":{\"type\":\"object\",\"properties\":{"
	    "\"message\":{\"type\":\"string\",\"maxLength\":500},"
	    "\"statusCode\":{\"type\":\"integer\",\"format\":\"int32\","
	    "\"minimum\":400,\"maximum\":599},"
	    "\"code\":{\"type\":\"string\",\"maxLength\":40,"
	    "\"description\":\"What kind of error: for programs\"},"
	    "\"requestId\":{\"type\":[\"string\",\"null\"],\"maxLength\":80,"
	    "\"description\":\"Tell it to the operator\"},"
	    "\"fields\":{\"type\":\"array\",\"maxItems\":50,\"items\":{"
	    "\"type\":\"object\",\"properties\":{"
	    "\"field\":{\"type\":\"string\",\"maxLength\":300},"
	    "\"message\":{\"type\":\"string\",\"maxLength\":500}},"
	    "\"required\":[\"field\",\"message\"],"
	    "\"additionalProperties\":false}}},"
	    "\"required\":[\"message\",\"statusCode\"],"
	    "\"additionalProperties\":false}},"
	    "\"required\":[\"success\",\"message\",\"error\"],"
	    "\"additionalProperties\":false}");
}

static const struct route *const tables[] = {
	pw_auth_routes,
	pw_password_routes,
	pw_user_routes,
	pw_organization_routes,
	pw_admin_organization_routes,
	pw_member_routes,
	pw_invitation_routes,
	pw_api_key_routes,
	pw_referrer_routes,
	pw_campaign_routes,
	pw_campaign_report_routes,
	pw_campaign_history_routes,
	pw_earning_routes,
	pw_withdrawal_routes,
	pw_program_routes,
	pw_product_routes,
	pw_payment_routes,
	pw_house_payment_routes,
	pw_attribution_routes,
	pw_callback_routes,
	pw_token_routes,
	pw_reservation_routes,
	pw_adjustment_routes,
	pw_ledger_routes,
	pw_event_routes,
	pw_webhook_routes,
	pw_webhook_delivery_routes,
	NULL
};

const struct face perfectworks = {
	.name = "perfectworks", .prefix = "/api/v0",
	.title = "affiliated: the PerfectWorks face",
	.about = "Amounts are integers in minor units.", .tables = tables,
	.success = success, .failure = failure,
	.success_schema = success_schema, .failure_schema = failure_schema,
};
