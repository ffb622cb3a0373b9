/* The FirstPromoter face: bare records and arrays, and its errors. */
#include "api/firstpromoter/routes.h"

#include "base/banned.h"

static void
success(struct request *rq, struct buf *b, bool masked)
{
	const struct shape *s = rq->route->out;

	if ((rq->route->flags & R_LIST) == 0) {
		json_encode(b, s, rq->out, masked);
		return;
	}
	if (rq->page.next.p != NULL)
		answer_header(rq, "X-Next-Cursor", rq->page.next);
	json_encode_list(b, s, &rq->page.items, masked, UINT64_MAX);
}

/* What is no id cannot be found here. */
static int
status(enum err e)
{
	return e == ERR_BAD_ID ? 404 : e == ERR_BAD_TOKEN ? 422 :
	    err_status(e);
}

/* Was this field complained of before? */
static bool
is_told(const struct complaints *wrong, const struct complaint *now)
{
	const struct complaint *c = wrong->first;

	while (c != now && !str_eq(c->field, now->field))
		c = c->next;
	return c != now;
}

/* {"field":["this","and that"]}; what is wrong as a whole is "base". */
static void
put_errors(const struct complaints *wrong, struct buf *b)
{
	const char *sep = "";

	buf_char(b, '{');
	for (const struct complaint *c = wrong->first; c != NULL;
	    c = c->next) {
		if (is_told(wrong, c))
			continue;
		buf_str(b, str_of(sep));
		json_string(b, c->field.n > 0 ? c->field : STR("base"));
		buf_lit(b, ":[");
		json_string(b, c->message);
		for (const struct complaint *d = c->next; d != NULL;
		    d = d->next) {
			if (!str_eq(d->field, c->field))
				continue;
			buf_char(b, ',');
			json_string(b, d->message);
		}
		buf_char(b, ']');
		sep = ",";
	}
	buf_char(b, '}');
}

static struct str
validation(struct arena *a, enum err e, const struct complaints *wrong)
{
	const char *sep = ": ";
	struct buf b;

	buf_init(&b, a, 256);
	buf_lit(&b, "Validation failed");
	if (wrong->first == NULL)
		buf_printf(&b, ": %s", err_text(e));
	for (const struct complaint *c = wrong->first; c != NULL;
	    c = c->next) {
		buf_printf(&b, "%s%.*s%s%.*s", sep, STR_ARG(c->field),
		    c->field.n > 0 ? " " : "", STR_ARG(c->message));
		sep = ", ";
	}
	return buf_view(&b);
}

static void
put_message(struct buf *b, struct str message, const char *code)
{
	buf_lit(b, "{\"message\":");
	json_string(b, message);
	buf_printf(b, ",\"code\":\"%s\"}", code);
}

static void
failure(const struct http_in *in, enum err e, const struct complaints *wrong,
    struct buf *b)
{
	(void)in;
	switch (status(e)) {
	case 401:
		return;		/* no body */
	case 400:
		buf_lit(b, "{\"message\":");
		json_string(b, validation(b->arena, e, wrong));
		buf_lit(b, ",\"errors\":");
		put_errors(wrong, b);
		buf_lit(b, ",\"code\":\"invalid_record\"}");
		return;
	case 403:
		put_message(b, STR("You don't have enough rights to perform "
		    "this action"), "forbidden");
		return;
	case 404:
		put_message(b, STR("Record not found"), "not_found");
		return;
	case 422:
		if (e == ERR_SIGNED_UP) {
			buf_lit(b, "{\"transaction_id\":");
			json_string(b, str_of(err_text(e)));
			buf_char(b, '}');
			return;
		}
		put_message(b, wrong->first == NULL ? str_of(err_text(e)) :
		    validation(b->arena, e, wrong), e == ERR_PARAMS ?
		    "invalid_params" : "operation_failed");
		return;
	}
	/* which event it was says more than that there is one */
	put_message(b, e == ERR_EVENT_TAKEN && wrong->first != NULL ?
	    wrong->first->message : str_of(err_text(e)), err_slug(e));
}

static void
success_schema(const struct route *r, struct buf *b)
{
	bool list = (r->flags & R_LIST) != 0;

	if (list)	/* the parts of a period are in no pages */
		buf_printf(b, "{\"type\":\"array\",\"maxItems\":%d,"
		    "\"items\":", r->sorts == NULL ? 400 : PAGE_LIMIT_MAX);
	buf_printf(b, "{\"$ref\":\"#/components/schemas/%s\"}%s",
	    r->out->name, list ? "}" : "");
}

static void
failure_schema(struct buf *b)
{
	buf_lit(b, "{\"type\":\"object\",\"properties\":{"
	    "\"message\":{\"type\":\"string\",\"maxLength\":50000},"
	    "\"code\":{\"type\":\"string\",\"maxLength\":40,"
	    "\"description\":\"What kind of error: for programs\"},"
	    "\"errors\":{\"type\":\"object\",\"maxProperties\":50,"
	    "\"additionalProperties\":{\"type\":\"array\",\"maxItems\":50,"
	    "\"items\":{\"type\":\"string\",\"maxLength\":500}},"
	    "\"description\":\"By field, what is wrong with it\"},"
	    "\"transaction_id\":{\"type\":\"string\",\"maxLength\":500,"
	    "\"description\":\"Of a sign-up only, in place of the others: "
	    "why there can't be a second one\"}},"
	    "\"anyOf\":[{\"required\":[\"message\",\"code\"]},"
	    "{\"required\":[\"transaction_id\"]}],"
	    "\"additionalProperties\":false}");
}

static const struct route *const tables[] = {
	fp_affiliate_routes,
	fp_affiliate_commission_routes,
	fp_affiliate_payout_routes,
	fp_affiliate_referral_routes,
	fp_affiliate_campaign_routes,
	fp_batch_routes,
	fp_commission_routes,
	fp_export_routes,
	fp_custom_status_routes,
	fp_payments_batch_routes,
	fp_payout_group_routes,
	fp_payout_method_routes,
	fp_payout_routes,
	fp_payout_stats_routes,
	fp_program_routes,
	fp_promoter_batch_routes,
	fp_promoter_campaign_routes,
	fp_promoter_list_routes,
	fp_promoter_login_routes,
	fp_promoter_routes,
	fp_referral_batch_routes,
	fp_referral_link_routes,
	fp_report_routes,
	fp_affiliate_report_routes,
	fp_dashboard_routes,
	fp_track_routes,
	fp_track_change_routes,
	fp_referral_routes,
	fp_reward_routes,
	fp_product_routes,
	fp_campaign_routes,
	fp_promo_code_routes,
	fp_webhook_routes,
	fp_webhook_delivery_routes,
	NULL
};

const struct face firstpromoter = {
	.name = "firstpromoter", .prefix = "/api/v2",
	.title = "affiliated: the FirstPromoter face",
	.about = "Ids are numbers, amounts are in minor units, times are UTC. "
	    "Account-ID names the account of the credential. A list is an "
	    "array; X-Next-Cursor leads on to what is behind it, in place of "
	    "page. X-Error-Code tells errors apart. An empty text where there "
	    "can be none, but in lists, is as if it were left out.",
	.lax = true, .promoters = true, .account = true, .coded = true,
	.tables = tables,
	.success = success, .failure = failure, .status = status,
	.success_schema = success_schema,
	.failure_schema = failure_schema,
};
