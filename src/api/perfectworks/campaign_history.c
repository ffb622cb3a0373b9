/* The history of a campaign: who did what, when and why. */
#include "api/perfectworks/routes.h"
#include "ledger/history.h"
#include "model/campaign/campaign.h"

#include "base/banned.h"

/* Only forwards, from the first on. */
static const char *const sorts[] = { "number:asc", NULL };

struct history_out {
	struct history_row row;
	struct str hash;
};

SHAPE(pw_history, struct history_out, "CampaignHistoryEntry",
    FIELD(struct history_out, row.number, "number"),
    FIELD(struct history_out, row.action, "action", .max = 40,
	.example = "\"pause\""),
    FIELD(struct history_out, row.status, "status", .max = 20,
	.doc = "Of the campaign after it"),
    FIELD(struct history_out, row.user_id, "userId", .flags = F_NULLABLE,
	.doc = "Null: it happened by the clock"),
    FIELD(struct history_out, row.text, "reason", .flags = F_NULLABLE,
	.max = 1000, .doc = "In words, until it is erased"),
    FIELD(struct history_out, row.data, "data", .flags = F_JSON,
	.doc = "Ids, amounts and dates"),
    FIELD(struct history_out, row.created_at, "createdAt"),
    FIELD(struct history_out, hash, "hash", .max = 64,
	.doc = "Of this entry and the hash of the one before it"));

static enum err
list(struct request *rq)
{
	const struct pw_list_query *q = rq->query;
	const struct history_row *row;
	struct campaign c = CAMPAIGN_NEW;
	struct history_out *out;
	struct paging p;
	struct list rows;

	TRY(page_read(rq, &q->paging, &p));
	TRY(campaign_get(rq->db, rq->arena, rq->who.org_id, rq->id[0], &c));
	/* entries are numbered without a gap */
	TRY(history_list(rq->db, rq->arena, rq->who.org_id, c.id,
	    p.after_id + (uint64_t)p.offset, p.limit + 1, &rows));
	row = rows.items;
	out = arena_array(rq->arena, rows.n + 1, sizeof(*out));
	for (size_t i = 0; i < rows.n; i++)
		out[i] = (struct history_out){ row[i], str_hex(rq->arena,
		    row[i].hash.p, row[i].hash.n) };
	page_cut(rq, &p, (struct list){ out, rows.n }, sizeof(*out),
	    offsetof(struct history_out, row.created_at),
	    offsetof(struct history_out, row.number));
	return OK;
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);

const struct route pw_campaign_history_routes[] = {
	{ .op = "listCampaignHistory", .method = GET,
	  .path = "/campaigns/{id}/history", .handle = list,
	  .query = &pw_list_query, .sorts = sorts, .out = &pw_history,
	  .status = 200,
	  .flags = R_LIST, .scope = SCOPE_CAMPAIGNS_READ,
	  .errors = not_found, .tag = "campaigns",
	  .summary = "List what was done to a campaign, in order",
	  .done = "History of the campaign" },
	{ .op = NULL }
};
