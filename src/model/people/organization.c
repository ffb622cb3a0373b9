/* Organizations, users and membership. */
#include "model/people/organization.h"

#include <sodium.h>

#include "base/buf.h"
#include "model/event/event.h"
#include "model/people/slug.h"
#include "base/banned.h"

SHAPE(organization_row, struct organization, NULL,
    COLUMN(struct organization, id),
    COLUMN(struct organization, name),
    COLUMN(struct organization, slug),
    COLUMN(struct organization, account_id),
    COLUMN(struct organization, created_at),
    COLUMN(struct organization, updated_at),
    COLUMN(struct organization, deleted_at),
    COLUMN(struct organization, erase_at),
    COLUMN(struct organization, erased_at),
    COLUMN(struct organization, version));

SHAPE(user_row, struct user, NULL,
    COLUMN(struct user, id),
    COLUMN(struct user, email),
    COLUMN(struct user, email_confirmed),
    COLUMN(struct user, name),
    COLUMN(struct user, created_at),
    COLUMN(struct user, updated_at),
    COLUMN(struct user, version));

/*
 * The plain slug first, then with random digits: no counting up through those
 * that are taken.  Account ids are random too; a clash is as good as never.
 */
static enum err
insert(struct db *db, struct arena *a, struct organization *o, struct str slug,
    int from, int tries)
{
	enum err e = ERR_SLUG_TAKEN;

	for (int i = from; i < tries; i++) {
		o->slug = i == 0 ? slug : str_printf(a, "%.*s-%06u",
		    STR_ARG(slug), randombytes_uniform(1000000));
		o->account_id = str_printf(a, "%010llu", 2000000000ULL +
		    (unsigned long long)randombytes_random());
		e = db_exec(db, Q_ORGANIZATION_INSERT, ARGS(o->name, o->slug,
		    o->account_id, o->created_at), NULL, &o->id);
		if (e != ERR_CONFLICT)
			return e;
		e = ERR_SLUG_TAKEN;
	}
	return e;
}

static enum err
insert_named(struct db *db, struct arena *a, struct organization *o)
{
	struct str slug = slug_of(a, o->name);

	if (slug.n == 0)
		slug = STR("organization");
	return insert(db, a, o, slug, slug_reserved(slug), 8);
}

enum err
organization_create(struct db *db, struct arena *a, uint64_t owner_id,
    struct when now, struct organization *o)
{
	o->created_at = o->updated_at = now;
	o->version = 1;
	if (o->slug.p != NULL)
		TRY(insert(db, a, o, o->slug, 0, 1));
	else
		TRY(insert_named(db, a, o));
	TRY(member_add(db, o->id, owner_id, ROLE_OWNER, now));
	return event_by(db, a, &(struct actor){ o->id, owner_id, now }, o->id,
	    "organization.created");
}

enum err
organization_get(struct db *db, struct arena *a, uint64_t id,
    struct organization *o)
{
	return db_row(db, a, Q_ORGANIZATION_GET, ARGS(id), &organization_row,
	    o);
}

enum err
organization_by_slug(struct db *db, struct arena *a, struct str slug,
    struct organization *o)
{
	return db_row(db, a, Q_ORGANIZATION_BY_SLUG, ARGS(slug),
	    &organization_row, o);
}

enum err
organization_find(struct db *db, struct arena *a, uint64_t id,
    struct organization *o)
{
	return db_row(db, a, Q_ORGANIZATION_FIND, ARGS(id), &organization_row,
	    o);
}

enum err
organization_hold(struct db *db, struct arena *a, uint64_t id, uint64_t owner,
    struct organization *o)
{
	if (owner == 0)
		return db_row(db, a, Q_ORGANIZATION_HOLD, ARGS(id),
		    &organization_row, o);
	return db_row(db, a, Q_ORGANIZATION_HOLD_OWN, ARGS(id, owner),
	    &organization_row, o);
}

enum err
organization_owner(struct db *db, struct arena *a, uint64_t id,
    struct str *email)
{
	struct user u = { 0 };
	enum err e = db_row(db, a, Q_ORGANIZATION_OWNER, ARGS(id), &user_row,
	    &u);

	*email = u.email;
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
organization_update(struct db *db, struct arena *a, const struct actor *who,
    struct organization *o)
{
	uint64_t rows;
	enum err e;

	e = db_exec(db, Q_ORGANIZATION_UPDATE, ARGS(o->name, o->slug, who->now,
	    o->id, o->version), &rows, NULL);
	if (e != OK)
		return e == ERR_CONFLICT ? ERR_SLUG_TAKEN : e;
	if (rows != 1)
		return ERR_STALE;
	o->version++;
	o->updated_at = who->now;
	return event_by(db, a, who, o->id, "organization.updated");
}

enum err
organization_list(struct db *db, struct arena *a, uint64_t user_id,
    bool deleted, struct when now, const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_ORGANIZATION_LIST_WHERE_AFTER_DESC,
		Q_ORGANIZATION_LIST_WHERE_AFTER_ASC,
	};
	struct list_query q = { .q = Q_ORGANIZATION_LIST,
	    .wheres = deleted ? Q_ORGANIZATION_LIST_WHERE_RECOVERABLE :
		Q_ORGANIZATION_LIST_WHERE_LIVE };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(user_id));
	if (deleted)
		arg_push(&args, ARG(now));
	paging_args(p, &q, &args, after[p->order],
	    ARG((struct when){ p->after_key }));
	return db_list(db, a, &q, ARG_LIST(args), &organization_row, out);
}

/* Of a LIKE: what begins with the text, whatever stands in it. */
static struct str
beginning(struct arena *a, struct str text)
{
	struct buf b;

	buf_init(&b, a, text.n + 8);
	for (size_t i = 0; i < text.n; i++) {
		if (strchr("\\%_", text.p[i]) != NULL)
			buf_char(&b, '\\');
		buf_char(&b, text.p[i]);
	}
	buf_char(&b, '%');
	return buf_view(&b);
}

struct name_row {
	struct str name;
};

SHAPE(organization_name_row, struct name_row, NULL,
    COLUMN(struct name_row, name));

/* In the order of names the cursor is a row, which has its name now. */
static enum err
cursor_key(struct db *db, struct arena *a, const struct paging *p,
    struct arg *key)
{
	struct name_row row = { STR_NULL };
	enum err e;

	*key = ARG((struct when){ p->after_key });
	if (p->order != ORGANIZATIONS_BY_NAME || p->after_id == 0)
		return OK;
	e = db_row(db, a, Q_ORGANIZATION_NAME, ARGS(p->after_id),
	    &organization_name_row, &row);
	*key = ARG(row.name);
	return e == ERR_NOT_FOUND ? ERR_BAD_PAGE : e;
}

enum err
organization_search(struct db *db, struct arena *a,
    const struct organization_filter *f, const struct paging *p,
    struct list *out)
{
	static const uint32_t after[] = {	/* by the order */
		Q_ORGANIZATION_SEARCH_WHERE_AFTER_DESC,
		Q_ORGANIZATION_SEARCH_WHERE_AFTER_ASC,
		Q_ORGANIZATION_SEARCH_WHERE_AFTER_NAME,
	};
	struct list_query q = { .q = Q_ORGANIZATION_SEARCH };
	struct arg_list args = { 0 };
	struct arg key;

	TRY(cursor_key(db, a, p, &key));
	arg_push(&args, ARG(f->deleted));
	if (f->q.p != NULL) {
		q.wheres |= Q_ORGANIZATION_SEARCH_WHERE_BEGINS;
		arg_push(&args, ARG(beginning(a, f->q)));
	}
	if (f->slug.p != NULL) {
		q.wheres |= Q_ORGANIZATION_SEARCH_WHERE_SLUG;
		arg_push(&args, ARG(f->slug));
	}
	if (f->account_id.p != NULL) {
		q.wheres |= Q_ORGANIZATION_SEARCH_WHERE_ACCOUNT;
		arg_push(&args, ARG(f->account_id));
	}
	paging_args(p, &q, &args, after[p->order], key);
	return db_list(db, a, &q, ARG_LIST(args), &organization_row, out);
}

enum err
user_create(struct db *db, struct str email, struct str name,
    struct str password_hash, struct when now, uint64_t *id)
{
	enum err e = db_exec(db, Q_USER_INSERT, ARGS(email, name,
	    password_hash, now), NULL, id);

	return e == ERR_CONFLICT ? ERR_EMAIL_TAKEN : e;
}

enum err
user_get(struct db *db, struct arena *a, uint64_t id, struct user *u)
{
	return db_row(db, a, Q_USER_GET, ARGS(id), &user_row, u);
}

enum err
user_by_email(struct db *db, struct arena *a, struct str email, struct user *u)
{
	return db_row(db, a, Q_USER_BY_EMAIL, ARGS(email), &user_row, u);
}

enum err
user_update(struct db *db, struct arena *a, struct user *u, struct when now)
{
	uint64_t rows;

	TRY(db_exec(db, Q_USER_UPDATE, ARGS(u->name, now, u->id, u->version),
	    &rows, NULL));
	if (rows != 1)
		return ERR_STALE;
	u->version++;
	u->updated_at = now;
	return event_write(db, a, &(struct event){ HOUSE_ID, "user.updated",
	    u->id, u->id, now }, NULL);
}

enum err
member_add(struct db *db, uint64_t organization_id, uint64_t user_id,
    enum role role, struct when now)
{
	return db_exec(db, Q_MEMBER_INSERT, ARGS(organization_id, user_id,
	    LABEL(role_labels, role), now), NULL, NULL);
}
