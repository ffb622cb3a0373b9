/* What a promoter sees and makes himself. */
#include "model/promoter/own.h"

#include <stdlib.h>

#include "model/event/event.h"
#include "base/banned.h"

/* More than anybody needs: he is known to the company, yet a stranger. */
static const int64_t most[] = {
	[OWN_METHODS] = OWN_METHODS_MOST, [OWN_LINKS] = 1000, [OWN_CODES] = 1000,
	[OWN_TOKENS] = 100,
};

struct counts {
	int64_t n[LEN(most)];
};

SHAPE(own_counts_row, struct counts, NULL,
    FIELD(struct counts, n[OWN_METHODS], "methods"),
    FIELD(struct counts, n[OWN_LINKS], "links"),
    FIELD(struct counts, n[OWN_CODES], "codes"),
    FIELD(struct counts, n[OWN_TOKENS], "tokens"));

SHAPE(own_campaign_row, struct own_campaign, NULL,
    COLUMN(struct own_campaign, id),
    COLUMN(struct own_campaign, name),
    COLUMN(struct own_campaign, color));

SHAPE(referral_link_row, struct referral_link, NULL,
    COLUMN(struct referral_link, id),
    COLUMN(struct referral_link, placement_id),
    COLUMN(struct referral_link, name),
    COLUMN(struct referral_link, url),
    COLUMN(struct referral_link, sub_id));

enum err
own_room(struct db *db, struct arena *a, uint64_t promoter_id, enum own what)
{
	struct counts c = { { 0 } };

	TRY(db_row(db, a, Q_OWN_COUNTS, ARGS(promoter_id), &own_counts_row,
	    &c));
	return c.n[what] < most[what] ? OK : ERR_LIMIT;
}

static int
by_id(const void *a, const void *b)
{
	const struct own_campaign *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

enum err
own_campaigns(struct db *db, struct arena *a, uint64_t org,
    uint64_t promoter_id, struct list *out)
{
	struct own_campaign *c;
	size_t n = 0;

	TRY(db_rows(db, a, Q_OWN_CAMPAIGNS, ARGS(promoter_id, org),
	    &own_campaign_row, out));
	c = out->items;
	if (out->n > 1)
		qsort(c, out->n, sizeof(*c), by_id);
	for (size_t i = 0; i < out->n; i++)
		if (n == 0 || c[n - 1].id != c[i].id)
			c[n++] = c[i];
	out->n = n;
	return OK;
}

enum err
referral_links(struct db *db, struct arena *a, uint64_t org,
    const uint64_t *placements, size_t n, struct list *out)
{
	return db_rows(db, a, Q_REFERRAL_LINKS, ARGS(ids_json(a, placements,
	    n), org), &referral_link_row, out);
}

static enum err
event(struct db *db, struct arena *a, const struct actor *who,
    const struct referral_link *l, const char *type)
{
	return event_write(db, a, &(struct event){ who->organization_id, type,
	    l->id, who->user_id, who->now }, "\"promoterCampaignId\":\"%llu\"",
	    (unsigned long long)l->placement_id);
}

enum err
referral_link_create(struct db *db, struct arena *a, const struct actor *who,
    struct referral_link *l)
{
	TRY(db_exec(db, Q_REFERRAL_LINK_INSERT, ARGS(who->organization_id,
	    l->placement_id, l->name, l->url, l->sub_id, who->now), NULL,
	    &l->id));
	return event(db, a, who, l, "referral_link.created");
}

enum err
referral_link_lock(struct db *db, struct arena *a, const struct actor *who,
    uint64_t promoter_id, uint64_t id, struct referral_link *l)
{
	return db_row(db, a, Q_REFERRAL_LINK_LOCK, ARGS(id,
	    who->organization_id, promoter_id), &referral_link_row, l);
}

enum err
referral_link_update(struct db *db, struct arena *a, const struct actor *who,
    const struct referral_link *l)
{
	TRY(db_exec(db, Q_REFERRAL_LINK_UPDATE, ARGS(l->name, l->sub_id,
	    l->id, who->organization_id), NULL, NULL));
	return event(db, a, who, l, "referral_link.updated");
}

enum err
referral_link_delete(struct db *db, struct arena *a, const struct actor *who,
    const struct referral_link *l)
{
	TRY(db_exec(db, Q_REFERRAL_LINK_DELETE, ARGS(l->id,
	    who->organization_id), NULL, NULL));
	return event(db, a, who, l, "referral_link.deleted");
}
