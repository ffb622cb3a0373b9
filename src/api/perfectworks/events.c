/* What has happened in the active organization, in order. */
#include "api/perfectworks/routes.h"
#include "model/event.h"

#include "base/banned.h"

SHAPE(event_out, struct event_row, "Event",
    FIELD(struct event_row, id, "id"),
    FIELD(struct event_row, type, "type", .max = 60,
	.example = "\"payment.paid\""),
    FIELD(struct event_row, entity_id, "entityId"),
    FIELD(struct event_row, user_id, "userId", .flags = F_NULLABLE,
	.doc = "Who did it; null: the program itself"),
    FIELD(struct event_row, data, "data", .max = 4000,
	.doc = "A JSON object, as text"),
    FIELD(struct event_row, created_at, "createdAt"));

/* Only forwards: a reader keeps the last cursor and asks again. */
static const char *const sorts[] = { "id:asc", NULL };

static enum err
list(struct request *rq)
{
	const struct pw_list_query *q = rq->query;
	struct list rows;
	struct paging p;

	TRY(page_read(rq, &q->paging, sorts, &p));
	if (p.offset != 0)
		return ERR_BAD_PAGE;
	TRY(event_list(rq->db, rq->arena, rq->who.org_id, p.after_id,
	    p.limit + 1, rq->now, &rows));
	page_cut(rq, &p, rows, sizeof(struct event_row),
	    offsetof(struct event_row, created_at),
	    offsetof(struct event_row, id));
	return OK;
}

const struct route pw_event_routes[] = {
	{ .op = "listEvents", .method = GET, .path = "/events",
	  .handle = list, .query = &pw_list_query, .out = &event_out,
	  .status = 200, .flags = R_LIST, .scope = SCOPE_WEBHOOKS_READ,
	  .tag = "events", .summary = "List events, oldest first, by cursor",
	  .done = "Events" },
	{ .op = NULL }
};
