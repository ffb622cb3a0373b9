/* Organizations, users and membership. */
#include "model/organization.h"

#include <sodium.h>

#include "base/buf.h"
#include "base/banned.h"

SHAPE(organization_row, struct organization, NULL,
    COLUMN(struct organization, id),
    COLUMN(struct organization, name),
    COLUMN(struct organization, slug),
    COLUMN(struct organization, account_id),
    COLUMN(struct organization, created_at),
    COLUMN(struct organization, updated_at));

SHAPE(user_row, struct user, NULL,
    COLUMN(struct user, id),
    COLUMN(struct user, email),
    COLUMN(struct user, email_confirmed),
    COLUMN(struct user, name),
    COLUMN(struct user, created_at),
    COLUMN(struct user, updated_at));

#define SLUG_MAX 48	/* the column has room for the suffix */

/* "Acme & Sons" becomes "acme-sons"; "organization" where nothing is left. */
static struct str
slug_of(struct arena *a, struct str name)
{
	struct buf b;

	buf_init(&b, a, SLUG_MAX);
	for (size_t i = 0; i < name.n && b.n < SLUG_MAX; i++) {
		char c = name.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 'a' - 'A');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			buf_char(&b, c);
		else if (b.n > 0 && b.p[b.n - 1] != '-')
			buf_char(&b, '-');
	}
	while (b.n > 0 && b.p[b.n - 1] == '-')
		b.n--;
	return b.n > 0 ? buf_view(&b) : STR("organization");
}

/*
 * The plain slug first, then with random digits: no counting up through those
 * that are taken.  Account ids are random too; a clash is as good as never.
 */
static enum err
insert(struct db *db, struct arena *a, struct organization *o, struct str slug,
    int tries)
{
	enum err e = ERR_SLUG_TAKEN;

	for (int i = 0; i < tries; i++) {
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

enum err
organization_create(struct db *db, struct arena *a, uint64_t owner_id,
    struct when now, struct organization *o)
{
	o->created_at = o->updated_at = now;
	if (o->slug.p != NULL)
		TRY(insert(db, a, o, o->slug, 1));
	else
		TRY(insert(db, a, o, slug_of(a, o->name), 8));
	return member_add(db, o->id, owner_id, ROLE_OWNER, now);
}

enum err
organization_get(struct db *db, struct arena *a, uint64_t id,
    struct organization *o)
{
	return db_row(db, a, Q_ORGANIZATION_GET, ARGS(id), &organization_row,
	    o);
}

enum err
organization_rename(struct db *db, uint64_t id, struct str name,
    struct when now)
{
	uint64_t rows;

	TRY(db_exec(db, Q_ORGANIZATION_UPDATE, ARGS(name, now, id), &rows,
	    NULL));
	return rows == 1 ? OK : ERR_NOT_FOUND;
}

enum err
organization_list(struct db *db, struct arena *a, uint64_t user_id,
    const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_ORGANIZATION_LIST_WHERE_AFTER_DESC,
		Q_ORGANIZATION_LIST_WHERE_AFTER_ASC,
	};
	struct list_query q = { .q = Q_ORGANIZATION_LIST };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(user_id));
	paging_args(p, &q, &args, after[p->order],
	    ARG((struct when){ p->after_key }));
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
user_rename(struct db *db, uint64_t id, struct str name, struct when now)
{
	uint64_t rows;

	TRY(db_exec(db, Q_USER_UPDATE, ARGS(name, now, id), &rows, NULL));
	return rows == 1 ? OK : ERR_NOT_FOUND;
}

enum err
member_add(struct db *db, uint64_t organization_id, uint64_t user_id,
    enum role role, struct when now)
{
	return db_exec(db, Q_MEMBER_INSERT, ARGS(organization_id, user_id,
	    LABEL(role_labels, role), now), NULL, NULL);
}
