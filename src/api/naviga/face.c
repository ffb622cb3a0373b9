/* The Naviga face: records as they are, names in PascalCase. */
#include "api/naviga/routes.h"

#include "base/banned.h"

static void
success(struct request *rq, struct buf *b, bool masked)
{
	json_encode(b, rq->route->out, rq->out, masked);
}

/* What is wrong as a whole goes with the message; the rest are fields. */
static void
failure(const struct http_in *in, enum err e, const struct complaints *wrong,
    struct buf *b)
{
	struct str text = str_of(err_text(e));

	for (const struct complaint *c = wrong->first; c != NULL; c = c->next)
		if (c->field.n == 0)
			text = str_printf(b->arena, "%.*s: %.*s",
			    STR_ARG(text), STR_ARG(c->message));
	buf_lit(b, "{\"Message\":");
	json_string(b, text);
	buf_printf(b, ",\"Code\":\"%s\",\"TraceID\":", err_slug(e));
	json_string(b, in->request_id);
	buf_lit(b, ",\"Errors\":");
	json_complaints(b, wrong, "Field", "Message", false);
	buf_char(b, '}');
}

static void
success_schema(const struct route *r, struct buf *b)
{
	buf_printf(b, "{\"$ref\":\"#/components/schemas/%s\"}", r->out->name);
}

static void
failure_schema(struct buf *b)
{
	buf_lit(b, "{\"type\":\"object\",\"properties\":{"
	    "\"Message\":{\"type\":\"string\",\"maxLength\":500},"
	    "\"Code\":{\"type\":\"string\",\"maxLength\":40,"
	    "\"description\":\"What kind of error: for programs\"},"
	    "\"TraceID\":{\"type\":\"string\",\"maxLength\":80,"
	    "\"description\":\"Tell it to the operator\"},"
	    "\"Errors\":{\"type\":\"array\",\"maxItems\":50,\"items\":{"
	    "\"type\":\"object\",\"properties\":{"
	    "\"Field\":{\"type\":\"string\",\"maxLength\":300},"
	    "\"Message\":{\"type\":\"string\",\"maxLength\":500}},"
	    "\"required\":[\"Field\",\"Message\"],"
	    "\"additionalProperties\":false}}},"
	    "\"required\":[\"Message\",\"Code\",\"TraceID\",\"Errors\"],"
	    "\"additionalProperties\":false}");
}

static const struct route *const tables[] = {
	nv_consolidated_routes,
	nv_campaign_routes,
	nv_money_routes,
	nv_ending_routes,
	nv_deletion_routes,
	NULL
};

const struct face naviga = {
	.name = "naviga", .prefix = "/api/campaigns",
	.title = "affiliated: the Naviga face",
	.about = "Amounts are decimals of the campaign's currency, dates are "
	    "in UTC. Of what is here these are public elsewhere: the call that "
	    "creates campaigns, with the members CampaignID, AdvertiserID, "
	    "BrandID, ProductGroupID and CampaignType; the paths of stop, "
	    "refund and the deletion, with its unapplyPaidInvoices and "
	    "reversePayment; Type, DepositDate and Amount of a prepayment; "
	    "codes of status but ST. All other paths and names are this "
	    "project's own.",
	.basic = true, .tables = tables, .success = success, .failure = failure,
	.success_schema = success_schema, .failure_schema = failure_schema,
};
