/* Webhook endpoints, as their organization manages them. */
#include "model/event/webhook.h"

#include "auth/secret.h"
#include "auth/webhook.h"
#include "base/settings.h"
#include "model/event/event.h"
#include "base/banned.h"

const char *const webhook_status_labels[] = {
	"pending", "delivered", "failed", "disabled", NULL
};
const char *const webhook_reason_labels[] = { "gone", "failing", NULL };

SHAPE(endpoint_row, struct webhook_endpoint, NULL,
    COLUMN(struct webhook_endpoint, id),
    COLUMN(struct webhook_endpoint, url),
    COLUMN(struct webhook_endpoint, description),
    COLUMN(struct webhook_endpoint, events),
    COLUMN(struct webhook_endpoint, active),
    COLUMN(struct webhook_endpoint, disabled_reason,
	.labels = webhook_reason_labels),
    COLUMN(struct webhook_endpoint, disabled_at),
    COLUMN(struct webhook_endpoint, failing_since),
    COLUMN(struct webhook_endpoint, old_until),
    COLUMN(struct webhook_endpoint, created_at),
    COLUMN(struct webhook_endpoint, updated_at),
    COLUMN(struct webhook_endpoint, version));

static struct arg
sealed(struct arena *a, struct str secret)
{
	struct str s = secret_seal(a, WEBHOOK_SECRET_LABEL, secret);

	return BYTES(s.p, s.n);
}

enum err
webhook_create(struct db *db, struct arena *a, const struct actor *who,
    struct webhook_endpoint *w)
{
	struct organization org = { 0 };
	uint64_t rows;

	/* one after the other, so that their number is exact */
	TRY(organization_hold(db, a, who->organization_id, 0, &org));
	w->secret = webhook_secret(a);
	w->disabled_reason = -1;
	w->created_at = w->updated_at = who->now;
	w->version = 1;
	TRY(db_exec(db, Q_WEBHOOK_ENDPOINT_INSERT, ARGS(who->organization_id,
	    w->url, w->description, w->events, w->active, sealed(a, w->secret),
	    who->now, settings->webhook_endpoints), &rows, &w->id));
	if (rows == 0)
		return ERR_LIMIT;
	TRY(db_exec(db, Q_WEBHOOK_QUEUE_INSERT, ARGS(w->id), NULL, NULL));
	return event_by(db, a, who, w->id, "webhook_endpoint.created");
}

enum err
webhook_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct webhook_endpoint *w)
{
	return db_row(db, a, Q_WEBHOOK_ENDPOINT_GET, ARGS(org, id),
	    &endpoint_row, w);
}

enum err
webhook_list(struct db *db, struct arena *a, uint64_t org,
    const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_WEBHOOK_ENDPOINT_LIST_WHERE_AFTER_DESC,
		Q_WEBHOOK_ENDPOINT_LIST_WHERE_AFTER_ASC,
	};
	struct list_query q = { .q = Q_WEBHOOK_ENDPOINT_LIST };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(org));
	paging_args(p, &q, &args, after[p->order],
	    ARG((struct when){ p->after_key }));
	return db_list(db, a, &q, ARG_LIST(args), &endpoint_row, out);
}

enum err
webhook_update(struct db *db, struct arena *a, const struct actor *who,
    struct webhook_endpoint *w)
{
	uint64_t rows;

	if (w->active) {
		w->disabled_at = w->failing_since = (struct when){ 0 };
		w->disabled_reason = -1;
	}
	TRY(db_exec(db, Q_WEBHOOK_ENDPOINT_UPDATE, ARGS(w->url, w->description,
	    w->events, w->active, w->disabled_at, w->disabled_reason < 0 ?
	    ARG(STR_NULL) : LABEL(webhook_reason_labels, w->disabled_reason),
	    who->now, who->organization_id, w->id, w->version), &rows, NULL));
	if (rows == 0)
		return ERR_STALE;
	if (w->active)
		TRY(db_exec(db, Q_WEBHOOK_QUEUE_FORGIVE, ARGS(w->id), NULL,
		    NULL));
	w->version++;
	w->updated_at = who->now;
	return event_by(db, a, who, w->id, "webhook_endpoint.updated");
}

enum err
webhook_delete(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id)
{
	uint64_t rows;

	TRY(db_exec(db, Q_WEBHOOK_ENDPOINT_DELETE, ARGS(who->now,
	    who->organization_id, id), &rows, NULL));
	if (rows == 0)
		return ERR_NOT_FOUND;
	return event_by(db, a, who, id, "webhook_endpoint.deleted");
}

enum err
webhook_rotate(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, int64_t overlap_hours, struct webhook_endpoint *w)
{
	struct when until = when_add(who->now, overlap_hours * 3600);
	struct str secret = webhook_secret(a);
	uint64_t rows;

	TRY(db_exec(db, Q_WEBHOOK_ENDPOINT_ROTATE, ARGS(until,
	    sealed(a, secret), who->now, who->organization_id, id), &rows,
	    NULL));
	if (rows == 0)
		return ERR_NOT_FOUND;
	TRY(event_by(db, a, who, id, "webhook_endpoint.secret_rotated"));
	TRY(webhook_get(db, a, who->organization_id, id, w));
	w->secret = secret;
	return OK;
}
