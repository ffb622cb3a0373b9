/* What has happened in the active organization, in order. */
#include "api/perfectworks/routes.h"
#include "model/event/event.h"

#include "base/banned.h"

struct event_query {
	struct page_query paging;
	struct event_filter filter;
};

SHAPE(event_query, struct event_query, "EventQuery",
    PAGE_FIELDS(struct event_query),
    FIELD(struct event_query, filter.type, "type", .max = 60,
	.doc = "A type, or all of a subject: payment.*"),
    FIELD(struct event_query, filter.entity_id, "entityId",
	.doc = "Only events of this one"));

/* Only forwards: a reader keeps the last cursor and asks again. */
static const char *const sorts[] = { "sequence:asc", NULL };

static enum err
wrong(struct request *rq, const char *field, const char *why)
{
	complain(&rq->wrong, rq->arena, str_of(field), "%s", why);
	return ERR_BAD_PAGE;
}

static enum err
list(struct request *rq)
{
	const struct event_query *q = rq->query;
	struct str type = q->filter.type;
	struct list rows;
	struct paging p;

	TRY(page_read(rq, &q->paging, &p));
	if (p.offset != 0)
		return wrong(rq, "page", "goes on by cursor here");
	if (type.p != NULL && !event_pattern_known(type))
		return wrong(rq, "type", "is no type of event");
	TRY(event_list(rq->db, rq->arena, rq->who.org_id, &q->filter,
	    p.after_id, p.limit + 1, &rows));
	page_cut(rq, &p, rows, sizeof(struct event_row),
	    offsetof(struct event_row, created_at),
	    offsetof(struct event_row, seq));
	return OK;
}

static enum err
get(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct event_row);
	return event_get(rq->db, rq->arena, rq->who.org_id, rq->id[0],
	    rq->out);
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);

const struct route pw_event_routes[] = {
	{ .op = "listEvents", .method = GET, .path = "/events",
	  .handle = list, .query = &event_query, .out = &event_out,
	  .sorts = sorts, .status = 200, .flags = R_LIST | R_FOLLOW,
	  .scope = SCOPE_WEBHOOKS_READ, .tag = "events",
	  .summary = "List events, oldest first, by cursor",
	  .done = "Events" },
	{ .op = "getEvent", .method = GET, .path = "/events/{id}",
	  .handle = get, .out = &event_out, .status = 200,
	  .scope = SCOPE_WEBHOOKS_READ, .errors = not_found, .tag = "events",
	  .summary = "Read an event", .done = "Event" },
	{ .op = NULL }
};
