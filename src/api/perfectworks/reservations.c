/* Tokens held for work in progress. */
#include "api/perfectworks/routes.h"
#include "base/money.h"
#include "base/settings.h"
#include "model/token/reservation.h"

#include "base/banned.h"

struct reservation_in {
	int64_t amount, seconds;
	struct str reference;
};

SHAPE(reservation_in, struct reservation_in, "TokenReservationCreate",
    FIELD(struct reservation_in, amount, "amount", .flags = F_REQUIRED,
	.min = 1, .max = MONEY_MAX),
    FIELD(struct reservation_in, reference, "reference",
	.flags = F_NULLABLE, .min = 1, .max = 120,
	.doc = "Your own name for the work", .example = "\"job 4711\""),
    FIELD(struct reservation_in, seconds, "expiresInSeconds", .min = 1,
	.max = MONEY_MAX,
	.doc = "Then they are released; up to a limit of the installation"));

struct settle_in {
	int64_t amount;
};

SHAPE(settle_in, struct settle_in, "TokenReservationSettle",
    FIELD(struct settle_in, amount, "amount", .min = 1, .max = MONEY_MAX,
	.doc = "What is spent, the rest goes back; all where absent"));

SHAPE(reservation_out, struct reservation, "TokenReservation",
    FIELD(struct reservation, id, "id"),
    FIELD(struct reservation, status, "status",
	.labels = reservation_status_labels),
    FIELD(struct reservation, amount, "amount"),
    FIELD(struct reservation, settled_amount, "settledAmount"),
    FIELD(struct reservation, reference, "reference", .flags = F_NULLABLE,
	.max = 120),
    FIELD(struct reservation, expires_at, "expiresAt"),
    FIELD(struct reservation, created_at, "createdAt"));

struct reservation_query {
	struct page_query paging;
	int status;
};

SHAPE(reservation_query, struct reservation_query, "TokenReservationQuery",
    PAGE_FIELDS(struct reservation_query),
    FIELD(struct reservation_query, status, "status",
	.labels = reservation_status_labels));

static enum err
seconds_of(struct request *rq, int64_t *seconds)
{
	const struct reservation_in *in = rq->in;
	const int64_t most = settings->reservation_max_seconds;

	*seconds = settings->reservation_seconds;
	if (*seconds > most)
		*seconds = most;
	if (in->seconds == 0)
		return OK;
	*seconds = in->seconds;
	if (in->seconds <= most)
		return OK;
	complain(&rq->wrong, rq->arena, STR("expiresInSeconds"),
	    "must be at most %lld", (long long)most);
	return ERR_INVALID;
}

static enum err
create(struct request *rq)
{
	const struct reservation_in *in = rq->in;
	struct reservation *r = ARENA_NEW(rq->arena, struct reservation);
	int64_t seconds;

	TRY(seconds_of(rq, &seconds));
	r->amount = in->amount;
	r->reference = in->reference;
	r->expires_at = when_add(rq->now, seconds);
	rq->out = r;
	return reservation_create(rq->db, rq->arena, ACTOR(rq), r);
}

static enum err
list(struct request *rq)
{
	const struct reservation_query *q = rq->query;
	struct list rows;
	struct paging p;

	TRY(page_read(rq, &q->paging, &p));
	TRY(reservation_list(rq->db, rq->arena, rq->who.org_id, q->status, &p,
	    &rows));
	page_cut(rq, &p, rows, sizeof(struct reservation),
	    offsetof(struct reservation, created_at),
	    offsetof(struct reservation, id));
	return OK;
}

static enum err
get(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct reservation);
	return reservation_get(rq->db, rq->arena, rq->who.org_id, rq->id[0],
	    rq->out);
}

/* Before the transaction: what is held, and that it is there. */
static enum err
find(struct request *rq)
{
	rq->prepared = ARENA_NEW(rq->arena, struct reservation);
	return reservation_get(rq->db, rq->arena, rq->who.org_id, rq->id[0],
	    rq->prepared);
}

static enum err
settle(struct request *rq)
{
	const struct settle_in *in = rq->in;

	rq->out = arena_copy(rq->arena, rq->prepared,
	    sizeof(struct reservation));
	return reservation_settle(rq->db, rq->arena, ACTOR(rq), in->amount,
	    rq->out);
}

static enum err
release(struct request *rq)
{
	rq->out = arena_copy(rq->arena, rq->prepared,
	    sizeof(struct reservation));
	return reservation_release(rq->db, rq->arena, ACTOR(rq), rq->out);
}

static const enum err create_errors[] = ERRORS(ERR_FUNDS);
static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err settle_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT,
    ERR_FUNDS);
static const enum err release_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT);

const struct route pw_reservation_routes[] = {
	{ .op = "createTokenReservation", .method = POST,
	  .path = "/token-reservations", .handle = create,
	  .in = &reservation_in, .out = &reservation_out, .status = 201,
	  .flags = R_WRITE | R_LIVE, .scope = SCOPE_TOKENS_WRITE,
	  .errors = create_errors, .tag = "token-reservations",
	  .summary = "Hold tokens for work in progress",
	  .done = "Tokens reserved" },
	{ .op = "listTokenReservations", .method = GET,
	  .path = "/token-reservations", .handle = list,
	  .query = &reservation_query, .out = &reservation_out, .status = 200,
	  .sorts = pw_created_sorts, .flags = R_LIST,
	  .scope = SCOPE_TOKENS_READ,
	  .tag = "token-reservations", .summary = "List token reservations",
	  .done = "Token reservations" },
	{ .op = "getTokenReservation", .method = GET,
	  .path = "/token-reservations/{id}", .handle = get,
	  .out = &reservation_out, .status = 200, .scope = SCOPE_TOKENS_READ,
	  .errors = not_found, .tag = "token-reservations",
	  .summary = "Read a token reservation", .done = "Token reservation" },
	{ .op = "settleTokenReservation", .method = POST,
	  .path = "/token-reservations/{id}/settle", .prepare = find,
	  .handle = settle, .in = &settle_in, .out = &reservation_out,
	  .status = 200, .flags = R_WRITE | R_LIVE, .scope = SCOPE_TOKENS_WRITE,
	  .errors = settle_errors, .tag = "token-reservations",
	  .summary = "Spend what the work took; the rest goes back",
	  .done = "Token reservation settled" },
	{ .op = "releaseTokenReservation", .method = POST,
	  .path = "/token-reservations/{id}/release", .prepare = find,
	  .handle = release, .out = &reservation_out, .status = 200,
	  .flags = R_WRITE | R_LIVE, .scope = SCOPE_TOKENS_WRITE,
	  .errors = release_errors, .tag = "token-reservations",
	  .summary = "Give all of it back",
	  .done = "Token reservation released" },
	{ .op = NULL }
};
