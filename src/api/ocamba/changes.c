/* Making campaigns, and patching them. */
#include "api/ocamba/routes.h"

#include "base/banned.h"

struct campaign_in {
	struct hood_extras x;
	struct str name, description;
	int status;
	struct hood_start start;
	bool archived;
};

static const char *const draft_labels[] = { "draft", NULL };

#define CHANGEABLE(required) \
    HOOD_EXTRAS(struct campaign_in, x., F_NULLABLE), \
    FIELD(struct campaign_in, name, "name", .flags = (required), .min = 1, \
	.max = 120, .example = "\"Spring\""), \
    FIELD(struct campaign_in, description, "description", \
	.flags = F_NULLABLE, .max = 2000), \
    FIELD(struct campaign_in, status, "status", .labels = draft_labels, \
	.doc = "It stays a draft, whenever it is to begin"), \
    HOOD_START(struct campaign_in, start.)

SHAPE(hood_campaign_in, struct campaign_in, "CampaignCreate",
    CHANGEABLE(F_REQUIRED));
SHAPE(hood_campaign_patch, struct campaign_in, "CampaignPatch",
    CHANGEABLE(0),
    FIELD(struct campaign_in, archived, "archived", .flags = F_NULLABLE));

/* Bits of given, in the order of CHANGEABLE; those of the extras are first. */
enum {
	GIVEN_EXTRAS = 0x7f, GIVEN_NAME = 0x80, GIVEN_DESCRIPTION = 0x100,
	GIVEN_NOW = 0x400, GIVEN_AT = 0x800, GIVEN_ARCHIVED = 0x1000,
	GIVEN_STORED = GIVEN_EXTRAS | GIVEN_NAME | GIVEN_DESCRIPTION |
	    GIVEN_ARCHIVED,
};

void
hood_merge(struct arena *a, struct hood_extras *x,
    const struct hood_extras *patch, uint64_t given)
{
	for (size_t i = 0; i < hood_extras.n; i++) {
		size_t at = hood_extras.fields[i].at;
		struct str *to = (struct str *)(void *)((char *)x + at);
		const struct str *by = (const struct str *)
		    (const void *)((const char *)patch + at);

		if ((given >> i & 1) != 0)
			*to = json_merge(a, *to, *by);
	}
}

enum err
hood_pack(struct request *rq, const struct hood_extras *x, struct campaign *c)
{
	struct buf b;

	buf_init(&b, rq->arena, 256);
	json_encode(&b, &hood_extras, x, false);
	c->extras = buf_view(&b);
	if (c->extras.n <= HOOD_EXTRAS_MAX)
		return OK;
	complain(&rq->wrong, rq->arena, STR(""), "labels, metadata, messages, "
	    "recurrence, utm_tracking, targeting and quiet_hours have more "
	    "than %d bytes in all", HOOD_EXTRAS_MAX);
	return ERR_INVALID;
}

enum err
hood_check_start(struct request *rq, const struct hood_start *s,
    const struct campaign *c)
{
	const char *why = NULL;

	if (s->at.us == 0)
		return OK;
	if (s->now != 0)
		why = "does not go with run_immediately";
	else if (s->at.us <= rq->now.us)
		why = "must be in the future";
	else if (c->ends_on.n != DAY_NONE.n && day_of(s->at).n > c->ends_on.n)
		why = "must not be after the end of the campaign";
	if (why == NULL)
		return OK;
	complain(&rq->wrong, rq->arena, STR("scheduled_time"), "%s", why);
	return ERR_INVALID;
}

/* What of the campaign's own is given. */
static enum err
take(struct request *rq, const struct campaign_in *in, uint64_t given,
    struct campaign *c)
{
	struct hood_extras x;

	TRY(hood_check_start(rq, &in->start, c));
	if ((given & GIVEN_NAME) != 0)
		c->name = in->name;
	if ((given & GIVEN_DESCRIPTION) != 0)
		c->description = in->description;
	if ((given & GIVEN_ARCHIVED) != 0)
		c->archived = in->archived;
	if ((given & GIVEN_EXTRAS) == 0)
		return OK;
	TRY(hood_unpack(rq, c, &x));
	hood_merge(rq->arena, &x, &in->x, given);
	return hood_pack(rq, &x, c);
}

static bool
starts(const struct campaign_in *in)
{
	return in->status < 0 && (in->start.now != 0 || in->start.at.us != 0);
}

static enum err
create(struct request *rq)
{
	const struct campaign_in *in = rq->in;
	struct hood_campaign *out = ARENA_NEW(rq->arena, struct hood_campaign);
	struct campaign c = CAMPAIGN_NEW;

	TRY(hood_check_start(rq, &in->start, &c));
	c.name = in->name;
	c.description = in->description;
	if (!starts(in))
		c.begins_at = in->start.at;
	if ((rq->given & GIVEN_EXTRAS) != 0)
		TRY(hood_pack(rq, &in->x, &c));
	TRY(campaign_create(rq->db, rq->arena, ACTOR(rq), &c));
	if (starts(in))
		TRY(campaign_begin(rq->db, rq->arena, ACTOR(rq), &c,
		    in->start.at));
	answer_etag(rq, (uint64_t)c.version);
	rq->out = out;
	return hood_show(rq, &c, out);
}

enum err
hood_hold(struct request *rq, struct campaign *c)
{
	TRY(campaign_lock(rq->db, rq->arena, rq->who.org_id, rq->id[0], c));
	return c->status == CAMPAIGN_DELETED ? ERR_NOT_FOUND : OK;
}

/*
 * A draft, or what is scheduled or paused.  Nothing goes back to draft: not by
 * its status, nor by taking its time away; one that is paused is resumed.
 */
static bool
may_patch(const struct request *rq, const struct campaign_in *in, int status)
{
	switch (status) {
	case CAMPAIGN_DRAFT:
		return true;
	case CAMPAIGN_SCHEDULED:
		return in->status < 0 && ((rq->given & GIVEN_AT) == 0 ||
		    in->start.at.us != 0);
	case CAMPAIGN_PAUSED:
		return in->status < 0 && !starts(in);
	}
	return false;
}

static enum err
patch(struct request *rq)
{
	const struct campaign_in *in = rq->in;
	struct campaign c = CAMPAIGN_NEW;
	uint64_t stored = GIVEN_STORED;

	TRY(hood_hold(rq, &c));
	TRY(precondition(rq, (uint64_t)c.version));
	if (!may_patch(rq, in, c.status))
		return campaign_told(rq, &c, ERR_CONFLICT);
	TRY(take(rq, in, rq->given, &c));
	if (c.status == CAMPAIGN_DRAFT && !starts(in) &&
	    (rq->given & GIVEN_AT) != 0) {
		c.begins_at = in->start.at;
		stored |= GIVEN_AT;
	}
	if ((rq->given & stored) != 0)
		TRY(campaign_update(rq->db, rq->arena, ACTOR(rq), &c));
	return starts(in) ? campaign_begin(rq->db, rq->arena, ACTOR(rq), &c,
	    in->start.at) : OK;
}

static const enum err patch_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT,
    ERR_STALE);

const struct route hood_change_routes[] = {
	{ .op = "createHoodCampaign", .method = POST, .path = "/campaigns",
	  .handle = create, .in = &hood_campaign_in, .out = &hood_campaign,
	  .status = 201, .flags = R_WRITE, .scope = SCOPE_CAMPAIGNS_WRITE,
	  .tag = "campaigns", .summary = "Make a campaign: a draft, or one "
	    "that begins at once or at a time",
	  .done = "The campaign was made" },
	{ .op = "patchHoodCampaign", .method = PATCH,
	  .path = "/campaigns/{id}", .handle = patch,
	  .in = &hood_campaign_patch, .status = 204, .flags = R_WRITE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = patch_errors,
	  .tag = "campaigns", .summary = "Change a campaign that is a draft, "
	    "scheduled or paused; start a draft",
	  .done = "The campaign was changed" },
	{ .op = NULL }
};
