/* Files of promoters' rows: asked for, made, fetched, and gone. */
#include "model/promoter/export.h"

#include <sodium.h>

#include "auth/secret.h"
#include "base/settings.h"
#include "model/event/event.h"
#include "model/people/letter.h"
#include "base/banned.h"

#define SEED_BYTES 16
#define HOUR 3600
#define PART_LINES 1000
#define PURGE_PARTS 100		/* LIMIT of the statement */

const char *const export_labels[] = {
	"referrals", "commissions", "payouts", NULL
};

SHAPE(export_row, struct export, NULL,
    COLUMN(struct export, id),
    COLUMN(struct export, organization_id),
    COLUMN(struct export, referrer_id),
    COLUMN(struct export, kind, .labels = export_labels),
    COLUMN(struct export, filters),
    COLUMN(struct export, seed, .flags = F_BYTES),
    COLUMN(struct export, open),
    COLUMN(struct export, parts),
    COLUMN(struct export, bytes),
    COLUMN(struct export, after_key),
    COLUMN(struct export, after_id),
    COLUMN(struct export, created_at),
    COLUMN(struct export, expires_at));

static struct str
token_of(struct arena *a, struct str seed)
{
	unsigned char mac[SECRET_MAC_BYTES];

	INVARIANT(seed.n == SEED_BYTES);
	secret_mac("export", seed.p, seed.n, mac);
	return str_base64url(a, mac, sizeof(mac));
}

struct beginning {
	struct arena *arena;
	const struct actor *who;
	struct export *e;
};

static enum err
begin(struct db *db, void *arg)
{
	struct beginning *b = arg;
	const struct actor *who = b->who;
	struct export *e = b->e, open = { 0 };
	enum err r = db_row(db, b->arena, Q_EXPORT_OPEN, ARGS(e->referrer_id,
	    LABEL(export_labels, e->kind), who->organization_id), &export_row,
	    &open);

	if (r == OK && !str_eq(open.filters, e->filters))
		return ERR_EXPORT_OPEN;
	if (r == OK)
		*e = open;
	if (r != ERR_NOT_FOUND)
		return r;
	r = db_exec(db, Q_EXPORT_INSERT, ARGS(who->organization_id,
	    e->referrer_id, LABEL(export_labels, e->kind), e->filters,
	    BYTES(e->seed.p, e->seed.n), who->now,
	    when_add(who->now, settings->export_hours * HOUR)), NULL, &e->id);
	if (r == ERR_CONFLICT)
		return ERR_RETRY;	/* another began it just now */
	TRY(r);
	return event_write(db, b->arena, &(struct event){
	    who->organization_id, "export.created", e->id, who->user_id,
	    who->now }, "\"referrerId\":\"%llu\",\"kind\":\"%s\"",
	    (unsigned long long)e->referrer_id, export_labels[e->kind]);
}

enum err
export_begin(struct db *db, struct arena *a, const struct actor *who,
    struct export *e, struct str *token)
{
	struct beginning b = { a, who, e };
	unsigned char *seed = arena_alloc(a, SEED_BYTES);

	randombytes_buf(seed, SEED_BYTES);
	e->seed = (struct str){ (const char *)seed, SEED_BYTES };
	TRY(tx_run(db, a, begin, &b));
	*token = token_of(a, e->seed);
	return OK;
}

enum err
export_find(struct db *db, struct arena *a, uint64_t id, struct str token,
    struct when now, struct export *e)
{
	struct str good;

	TRY(db_row(db, a, Q_EXPORT_GET, ARGS(arg_bound(id), now), &export_row,
	    e));
	good = token_of(a, e->seed);
	return token.n == good.n && sodium_memcmp(token.p, good.p, good.n) ==
	    0 ? OK : ERR_NOT_FOUND;
}

struct part {
	struct str text;
};

SHAPE(export_part_row, struct part, NULL, COLUMN(struct part, text));

enum err
export_part(struct db *db, struct arena *a, const struct export *e,
    int64_t number, struct str *lines)
{
	struct part p = { STR_NULL };

	TRY(db_row(db, a, Q_EXPORT_PART, ARGS(e->id, number),
	    &export_part_row, &p));
	*lines = p.text;
	return OK;
}

/* A part that is ready to be stored. */
struct growth {
	struct arena *arena;
	struct export e;
	struct str lines;
	bool more;
	struct when now;
};

static enum err
claim(struct db *db, void *arg)
{
	const struct growth *g = arg;

	return db_exec(db, Q_EXPORT_CLAIM, ARGS(g->now, g->e.id), NULL, NULL);
}

static enum err
finish(struct db *db, const struct growth *g)
{
	const struct export *e = &g->e;

	TRY(db_exec(db, Q_EXPORT_FINISH, ARGS(g->now,
	    when_add(g->now, settings->export_hours * HOUR), e->id), NULL,
	    NULL));
	TRY(db_exec(db, Q_EXPORT_SUPERSEDE, ARGS(g->now, e->referrer_id,
	    LABEL(export_labels, e->kind), e->id), NULL, NULL));
	return letter_order_export(db, g->arena, e->id, g->now);
}

static enum err
grow(struct db *db, void *arg)
{
	const struct growth *g = arg;
	const struct export *e = &g->e;
	uint64_t rows;

	TRY(db_exec(db, Q_EXPORT_GROW, ARGS((int64_t)g->lines.n, e->after_key,
	    e->after_id, e->id, e->parts), &rows, NULL));
	if (rows == 0)
		return OK;	/* another was faster, or it is over */
	TRY(db_exec(db, Q_EXPORT_PART_INSERT, ARGS(e->id, e->parts, g->lines),
	    NULL, NULL));
	return g->more ? OK : finish(db, g);
}

enum err
export_work(struct db *db, struct arena *a, bool *some)
{
	struct growth g = { .arena = a, .now = clock_now() };
	enum err r = db_row(db, a, Q_EXPORT_NEXT, NO_ARGS, &export_row, &g.e);

	*some = r == OK;
	if (r != OK)
		return r == ERR_NOT_FOUND ? OK : r;
	TRY(tx_run(db, a, claim, &g));
	TRY(export_lines(db, a, &g.e, PART_LINES, &g.lines, &g.more));
	return tx_run(db, a, grow, &g);
}

static enum err
purge(struct db *db, void *arg)
{
	const struct id_row *old = arg;
	uint64_t rows;

	TRY(db_exec(db, Q_EXPORT_PURGE_PARTS, ARGS(old->id), &rows, NULL));
	return rows == PURGE_PARTS ? OK :
	    db_exec(db, Q_EXPORT_PURGE, ARGS(old->id), NULL, NULL);
}

enum err
export_purge(struct db *db, struct arena *a, bool *some)
{
	struct id_row old = { 0 };
	enum err r = db_row(db, a, Q_EXPORT_EXPIRED, ARGS(clock_now()),
	    &id_row, &old);

	*some = r == OK;
	if (r != OK)
		return r == ERR_NOT_FOUND ? OK : r;
	return tx_run(db, a, purge, &old);
}

struct addressed {
	uint64_t id;
	int kind;
	struct str seed, email, name, organization_name;
	struct when expires_at;
};

SHAPE(export_letter_row, struct addressed, NULL,
    COLUMN(struct addressed, id),
    COLUMN(struct addressed, kind, .labels = export_labels),
    COLUMN(struct addressed, seed, .flags = F_BYTES),
    COLUMN(struct addressed, expires_at),
    COLUMN(struct addressed, email),
    COLUMN(struct addressed, name),
    COLUMN(struct addressed, organization_name));

enum err
export_write(struct db *db, struct arena *a, uint64_t id, struct when now,
    struct letter *l)
{
	struct addressed x = { 0 };

	TRY(db_row(db, a, Q_EXPORT_FOR_LETTER, ARGS(id, now),
	    &export_letter_row, &x));
	if (x.email.n == 0)
		return ERR_NOT_FOUND;
	l->subject_id = id;
	l->email = x.email;
	l->name = x.name;
	l->organization_name = x.organization_name;
	l->message = str_of(export_labels[x.kind]);
	l->token = token_of(a, x.seed);
	l->expires_at = x.expires_at;
	return OK;
}
