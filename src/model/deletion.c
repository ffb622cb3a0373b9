/*
 * Deleting, recovering, erasing.
 *
 * Whoever takes an owner away locks his organizations' rows first, so that of
 * two last owners who leave at once the second finds that he is the last.
 */
#include "model/deletion.h"

#include "base/log.h"
#include "base/settings.h"
#include "db/due.h"
#include "ledger/history.h"
#include "model/event/event.h"
#include "model/payout/method.h"
#include "model/referral/placement.h"
#include "base/banned.h"

#define DAY_SECONDS 86400
#define LATE_SECONDS 300	/* then nothing is under way any more */
#define WIPE_ROWS 5000		/* LIMIT of the statements */

static struct when
erase_at(struct when now)
{
	return when_add(now, settings->recover_days * DAY_SECONDS);
}

/* More: there may be rows left of this table. */
static enum err
wipe(struct db *db, enum query q, struct args args, bool *more)
{
	uint64_t rows;

	TRY(db_exec(db, q, args, &rows, NULL));
	*more |= rows == WIPE_ROWS;
	return OK;
}

/* --- organizations --- */

/* What would go on without anybody who minds it. */
static enum err
stop_work(struct db *db, const struct actor *who)
{
	TRY(placement_end_all(db, who));
	return db_exec(db, Q_PAYMENT_CLOSE_ALL, ARGS(who->now,
	    who->organization_id), NULL, NULL);
}

enum err
organization_delete(struct db *db, struct arena *a, const struct actor *who,
    bool by_house)
{
	struct organization o = { 0 };
	uint64_t rows;

	if (who->organization_id == HOUSE_ID)
		return ERR_CONFLICT;
	TRY(db_exec(db, Q_ORGANIZATION_DELETE, ARGS(who->now,
	    erase_at(who->now), who->organization_id), &rows, NULL));
	if (by_house)
		TRY(db_exec(db, Q_ORGANIZATION_TAKE,
		    ARGS(who->organization_id), NULL, NULL));
	if (rows == 0)
		return organization_find(db, a, who->organization_id, &o);
	TRY(stop_work(db, who));
	return event_by(db, a, who, who->organization_id,
	    "organization.deleted");
}

enum err
organization_recover(struct db *db, struct arena *a, const struct actor *who,
    bool by_house, struct organization *o)
{
	struct when deleted_at;

	TRY(organization_hold(db, a, who->organization_id,
	    by_house ? 0 : who->user_id, o));
	if (o->deleted_at.us == 0)
		return OK;
	if (by_house && o->erased_at.us != 0)
		return ERR_CONFLICT;
	if (!by_house && o->erase_at.us <= who->now.us)
		return ERR_NOT_FOUND;
	deleted_at = o->deleted_at;
	TRY(db_exec(db, Q_ORGANIZATION_RECOVER, ARGS(who->now, o->id), NULL,
	    NULL));
	TRY(placement_resume_all(db, who, deleted_at));
	o->deleted_at = o->erase_at = (struct when){ 0 };
	o->updated_at = who->now;
	o->version++;
	return event_by(db, a, who, who->organization_id,
	    "organization.recovered");
}

static enum err
wipe_campaigns(struct db *db, uint64_t id, bool *more)
{
	static const enum query all[] = { Q_WIPE_CAMPAIGNS,
	    Q_WIPE_CAMPAIGN_TEXTS, Q_WIPE_ADVERTISERS, Q_WIPE_PREPAYMENTS,
	    Q_WIPE_CAMPAIGN_REFUNDS, Q_WIPE_STANDINGS,
	    Q_WIPE_CAMPAIGN_OFFERS, Q_WIPE_CAMPAIGN_LINKS, Q_WIPE_REWARDS,
	    Q_WIPE_COMPANY_PRODUCTS, Q_WIPE_COMPANY_PRICES,
	    Q_WIPE_PROMO_CODES, Q_WIPE_PROMOTERS, Q_WIPE_PROMOTER_FIELDS,
	    Q_WIPE_REFERRAL_LINKS, Q_WIPE_PROMOTED,
	    Q_WIPE_CUSTOM_STATUSES, Q_WIPE_STRIPE_KEY };

	for (size_t i = 0; i < LEN(all); i++)
		TRY(wipe(db, all[i], ARGS(id), more));
	return OK;
}

static enum err
wipe_organization(struct db *db, struct arena *a, const struct actor *who,
    bool *more)
{
	unsigned char owner[16];
	uint64_t id = who->organization_id;

	(void)principal_owner(id, 0, owner);
	TRY(wipe(db, Q_WIPE_KEYS_OF_ORGANIZATION, ARGS(who->now, id), more));
	TRY(wipe(db, Q_WIPE_PLACEMENTS, ARGS(HOUSE_ID, id), more));
	TRY(wipe(db, Q_WIPE_PAYMENTS, ARGS(settings->public_url, id), more));
	TRY(wipe(db, Q_WIPE_ANSWERS_OF_ORGANIZATION, ARGS(BYTES(owner, 16)),
	    more));
	TRY(wipe(db, Q_WIPE_MEMBERS_OF_ORGANIZATION, ARGS(id), more));
	TRY(wipe(db, Q_WIPE_INVITATIONS_OF_ORGANIZATION, ARGS(id), more));
	TRY(wipe(db, Q_WIPE_WEBHOOKS, ARGS(who->now, id), more));
	TRY(wipe(db, Q_WIPE_RESERVATIONS, ARGS(id), more));
	TRY(wipe_campaigns(db, id, more));
	TRY(wipe(db, Q_WIPE_LEADS, ARGS(who->now, id), more));
	TRY(wipe(db, Q_WIPE_WANTED, ARGS(id), more));
	TRY(wipe(db, Q_WIPE_PAYOUT_METHODS, ARGS(id), more));
	TRY(wipe(db, Q_WIPE_EXPORTS, ARGS(who->now, id), more));
	TRY(method_forget(db, a, HOUSE_ID, id));
	TRY(wipe(db, Q_WIPE_REFERRER, ARGS(HOUSE_ID, id), more));
	return wipe(db, Q_WIPE_REFERRAL, ARGS(HOUSE_ID, id), more);
}

/*
 * Once more a while after the first time: a request that was under way then
 * may have left something.
 */
static enum err
erase_organization(struct db *db, struct arena *a, const struct actor *who,
    bool *more)
{
	uint64_t first;

	TRY(db_exec(db, Q_ORGANIZATION_ERASE, ARGS(who->now,
	    when_add(who->now, LATE_SECONDS), who->organization_id), &first,
	    NULL));
	TRY(stop_work(db, who));
	if (first == 1)
		TRY(event_by(db, a, who, who->organization_id,
		    "organization.erased"));
	TRY(wipe_organization(db, a, who, more));
	return first == 1 || *more ? OK : db_exec(db, Q_ORGANIZATION_WIPED,
	    ARGS(who->organization_id), NULL, NULL);
}

enum err
organization_erase(struct db *db, struct arena *a, const struct actor *who)
{
	bool more = false;

	if (who->organization_id == HOUSE_ID)
		return ERR_CONFLICT;
	return erase_organization(db, a, who, &more);
}

/* --- users --- */

struct membership {
	uint64_t id;		/* of the organization */
	int role;
};

SHAPE(held_membership_row, struct membership, NULL,
    COLUMN(struct membership, id),
    COLUMN(struct membership, role, .labels = role_labels));

struct beside {
	int64_t members, owners;
};

SHAPE(beside_row, struct beside, NULL,
    COLUMN(struct beside, members),
    COLUMN(struct beside, owners));

/* May he go?  held: his organizations, whose rows are locked. */
static enum err
check_owner(struct db *db, struct arena *a, uint64_t id,
    const struct list *held)
{
	const struct membership *m = held->items;

	for (size_t i = 0; i < held->n; i++) {
		struct beside beside = { 0 };

		if (m[i].role != ROLE_OWNER)
			continue;
		TRY(db_row(db, a, Q_MEMBERS_BESIDE, ARGS(m[i].id, id),
		    &beside_row, &beside));
		if (beside.owners == 0 && (beside.members > 0 ||
		    held->n == 1 || m[i].id == HOUSE_ID))
			return ERR_LAST_OWNER;
	}
	return OK;
}

/* A user belongs to no organization: his events stand in the house's book. */
static enum err
user_event(struct db *db, struct arena *a, uint64_t id, struct when now,
    const char *type)
{
	return event_write(db, a, &(struct event){ HOUSE_ID, type, id, id,
	    now }, NULL);
}

enum err
user_delete(struct db *db, struct arena *a, uint64_t id, struct when now)
{
	struct list held;
	uint64_t rows;

	TRY(db_exec(db, Q_USER_DELETE, ARGS(now, erase_at(now), id), &rows,
	    NULL));
	if (rows == 0)
		return ERR_UNAUTHENTICATED;
	TRY(db_rows(db, a, Q_USER_HOLD, ARGS(id), &held_membership_row, &held));
	TRY(check_owner(db, a, id, &held));
	TRY(db_exec(db, Q_MEMBER_GONE, ARGS(true, id), NULL, NULL));
	TRY(db_exec(db, Q_SESSION_REVOKE_ALL, ARGS(now, id), NULL, NULL));
	return user_event(db, a, id, now, "user.deleted");
}

enum err
user_recover(struct db *db, struct arena *a, uint64_t id, struct when now)
{
	struct user u = { 0 };
	uint64_t rows;
	enum err e;

	TRY(db_exec(db, Q_USER_RECOVER, ARGS(now, id), &rows, NULL));
	if (rows == 1) {
		TRY(db_exec(db, Q_MEMBER_GONE, ARGS(false, id), NULL, NULL));
		return user_event(db, a, id, now, "user.recovered");
	}
	e = user_get(db, a, id, &u);
	return e == ERR_NOT_FOUND ? ERR_BAD_LOGIN : e;
}

static enum err
wipe_user(struct db *db, uint64_t id, struct when now, bool *more)
{
	TRY(wipe(db, Q_WIPE_SESSIONS, ARGS(id), more));
	TRY(wipe(db, Q_WIPE_KEYS_OF_USER, ARGS(now, id), more));
	TRY(wipe(db, Q_WIPE_ANSWERS_OF_USER, ARGS(id), more));
	TRY(wipe(db, Q_WIPE_MEMBERS_OF_USER, ARGS(id), more));
	TRY(wipe(db, Q_WIPE_TOKENS_OF_USER, ARGS(id), more));
	return history_erase_user(db, id);
}

/* Organizations in which there is nobody after him. */
static enum err
erase_lone(struct db *db, struct arena *a, uint64_t id, struct when now)
{
	const struct membership *m;
	struct list lone;
	bool more = false;

	TRY(db_rows(db, a, Q_USER_LONE, ARGS(id, HOUSE_ID),
	    &held_membership_row, &lone));
	m = lone.items;
	for (size_t i = 0; i < lone.n; i++)
		TRY(erase_organization(db, a, &(struct actor){ m[i].id, id,
		    now }, &more));
	return OK;
}

/* Once more, as above.  checked: refused where he is a last owner. */
static enum err
erase_user(struct db *db, struct arena *a, uint64_t id, bool checked,
    struct when now, bool *more)
{
	struct list held;
	uint64_t first;

	TRY(db_exec(db, Q_WIPE_INVITATIONS_TO, ARGS(id), NULL, NULL));
	TRY(db_exec(db, Q_USER_ERASE, ARGS(now, when_add(now, LATE_SECONDS),
	    id), &first, NULL));
	if (first == 0 && checked)
		return ERR_UNAUTHENTICATED;
	if (first == 1) {
		TRY(db_rows(db, a, Q_USER_HOLD, ARGS(id), &held_membership_row,
		    &held));
		if (checked)
			TRY(check_owner(db, a, id, &held));
		TRY(erase_lone(db, a, id, now));
		TRY(user_event(db, a, id, now, "user.erased"));
	}
	TRY(wipe_user(db, id, now, more));
	return first == 1 || *more ? OK : db_exec(db, Q_USER_WIPED, ARGS(id),
	    NULL, NULL);
}

enum err
user_erase(struct db *db, struct arena *a, uint64_t id, struct when now)
{
	bool more = false;

	return erase_user(db, a, id, true, now, &more);
}

/* --- those whose time is over --- */

struct erasing {
	struct arena *arena;
	uint64_t id;
	struct when now;
	bool more;
};

static enum err
erase_due_user(struct db *db, void *arg)
{
	struct erasing *x = arg;

	x->more = false;
	return erase_user(db, x->arena, x->id, false, x->now, &x->more);
}

static enum err
erase_due_organization(struct db *db, void *arg)
{
	struct erasing *x = arg;

	x->more = false;
	return erase_organization(db, x->arena, &(struct actor){ x->id, 0,
	    x->now }, &x->more);
}

/* One that fails does not keep the others from their turn. */
static enum err
erase_due(struct db *db, struct arena *a, enum query q,
    enum err (*fn)(struct db *, void *), struct when now, uint64_t *count)
{
	const struct due *due;
	struct list rows;

	TRY(db_rows(db, a, q, ARGS(now), &due_row, &rows));
	due = rows.items;
	*count = 0;
	for (size_t i = 0; i < rows.n; i++) {
		struct erasing x = { a, due[i].id, now, false };
		enum err e = tx_run(db, a, fn, &x);

		if (e != OK && !db_connected(db))
			return e;
		if (e != OK)
			log_warn("erasing %llu: %s",
			    (unsigned long long)x.id, err_slug(e));
		else if (*count < DUE_ROWS)
			*count += x.more ? DUE_ROWS - *count : 1;
	}
	return OK;
}

enum err
user_erase_due(struct db *db, struct arena *a, struct when now,
    uint64_t *count)
{
	return erase_due(db, a, Q_USER_ERASE_DUE, erase_due_user, now, count);
}

enum err
organization_erase_due(struct db *db, struct arena *a, struct when now,
    uint64_t *count)
{
	return erase_due(db, a, Q_ORGANIZATION_ERASE_DUE,
	    erase_due_organization, now, count);
}
