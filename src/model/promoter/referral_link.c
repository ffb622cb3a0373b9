/* Links that promoters make. */
#include "model/promoter/referral_link.h"

#include "model/event/event.h"
#include "base/banned.h"

SHAPE(referral_link_row, struct referral_link, NULL,
    COLUMN(struct referral_link, id),
    COLUMN(struct referral_link, placement_id),
    COLUMN(struct referral_link, name),
    COLUMN(struct referral_link, url),
    COLUMN(struct referral_link, sub_id));

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
