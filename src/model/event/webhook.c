/* Webhook endpoints, as their organization manages them. */
#include "model/event/webhook.h"

#include "auth/secret.h"
#include "auth/webhook.h"
#include "base/settings.h"
#include "model/event/event.h"
#include "model/people/organization.h"
#include "base/banned.h"

/* For secret_seal, as WEBHOOK_SECRET_LABEL. */
#define HEADERS_LABEL "webhook headers"
#define PASSWORD_LABEL "webhook password"

const char *const webhook_status_labels[] = {
	"pending", "delivered", "failed", "disabled", NULL
};
const char *const webhook_reason_labels[] = { "gone", "failing", NULL };
const char *const webhook_form_labels[] = { "events", "records", NULL };

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
    COLUMN(struct webhook_endpoint, version),
    COLUMN(struct webhook_endpoint, campaigns),
    COLUMN(struct webhook_endpoint, seconds),
    COLUMN(struct webhook_endpoint, max_retries),
    COLUMN(struct webhook_endpoint, headers, .flags = F_BYTES),
    COLUMN(struct webhook_endpoint, basic_user),
    COLUMN(struct webhook_endpoint, basic_password, .flags = F_BYTES));

static struct arg
sealed(struct arena *a, const char *label, struct str plain)
{
	struct str s;

	if (plain.p == NULL)
		return ARG(STR_NULL);
	s = secret_seal(a, label, plain);
	return BYTES(s.p, s.n);
}

void
webhook_open(struct arena *a, struct str *headers, struct str *password)
{
	*headers = secret_open(a, HEADERS_LABEL, *headers);
	*password = secret_open(a, PASSWORD_LABEL, *password);
}

static struct arg
retries(const struct webhook_endpoint *w)
{
	return (struct arg){ .type = T_INT, .i = w->max_retries,
	    .null = w->form != WEBHOOK_RECORDS };
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
	    LABEL(webhook_form_labels, w->form), w->url, w->description,
	    w->events, w->active, w->campaigns, arg_some(w->seconds),
	    retries(w), sealed(a, HEADERS_LABEL, w->headers), w->basic_user,
	    sealed(a, PASSWORD_LABEL, w->basic_password),
	    sealed(a, WEBHOOK_SECRET_LABEL, w->secret), who->now,
	    settings->webhook_endpoints), &rows, &w->id));
	if (rows == 0)
		return ERR_LIMIT;
	TRY(db_exec(db, Q_WEBHOOK_QUEUE_INSERT, ARGS(w->id), NULL, NULL));
	return event_by(db, a, who, w->id, "webhook_endpoint.created");
}

enum err
webhook_get(struct db *db, struct arena *a, uint64_t org,
    enum webhook_form form, uint64_t id, struct webhook_endpoint *w)
{
	TRY(db_row(db, a, Q_WEBHOOK_ENDPOINT_GET, ARGS(org, id,
	    LABEL(webhook_form_labels, form)), &endpoint_row, w));
	w->form = form;
	webhook_open(a, &w->headers, &w->basic_password);
	return OK;
}

enum err
webhook_list(struct db *db, struct arena *a, uint64_t org,
    enum webhook_form form, const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_WEBHOOK_ENDPOINT_LIST_WHERE_AFTER_DESC,
		Q_WEBHOOK_ENDPOINT_LIST_WHERE_AFTER_ASC,
	};
	struct list_query q = { .q = Q_WEBHOOK_ENDPOINT_LIST };
	struct arg_list args = { 0 };
	struct webhook_endpoint *w;

	arg_push(&args, ARG(org));
	arg_push(&args, LABEL(webhook_form_labels, form));
	paging_args(p, &q, &args, after[p->order],
	    ARG((struct when){ p->after_key }));
	TRY(db_list(db, a, &q, ARG_LIST(args), &endpoint_row, out));
	w = out->items;
	for (size_t i = 0; i < out->n; i++) {
		w[i].form = form;
		webhook_open(a, &w[i].headers, &w[i].basic_password);
	}
	return OK;
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
	    w->campaigns, arg_some(w->seconds), retries(w),
	    sealed(a, HEADERS_LABEL, w->headers), w->basic_user,
	    sealed(a, PASSWORD_LABEL, w->basic_password), who->now,
	    who->organization_id, w->id, w->version), &rows, NULL));
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
    enum webhook_form form, uint64_t id)
{
	uint64_t rows;

	TRY(db_exec(db, Q_QUEUE_WAKE, ARGS(who->now, id), NULL, NULL));
	TRY(db_exec(db, Q_WEBHOOK_ENDPOINT_DELETE, ARGS(who->now,
	    who->organization_id, id, LABEL(webhook_form_labels, form)),
	    &rows, NULL));
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
	    sealed(a, WEBHOOK_SECRET_LABEL, secret), who->now,
	    who->organization_id, id), &rows, NULL));
	if (rows == 0)
		return ERR_NOT_FOUND;
	TRY(event_by(db, a, who, id, "webhook_endpoint.secret_rotated"));
	TRY(webhook_get(db, a, who->organization_id, WEBHOOK_EVENTS, id, w));
	w->secret = secret;
	return OK;
}

enum err
webhook_campaigns(struct db *db, struct arena *a, uint64_t org,
    const uint64_t *ids, size_t n, struct list *out)
{
	return db_rows(db, a, Q_WEBHOOK_CAMPAIGNS, ARGS(ids_json(a, ids, n),
	    org), &id_row, out);
}
