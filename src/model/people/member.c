/* Members: their list, their roles, their end. */
#include "model/people/member.h"

#include "model/event/event.h"
#include "model/people/identity.h"
#include "base/banned.h"

SHAPE(member_row, struct member, NULL,
    COLUMN(struct member, id),
    COLUMN(struct member, user_id),
    COLUMN(struct member, email),
    COLUMN(struct member, name),
    COLUMN(struct member, role, .labels = role_labels),
    COLUMN(struct member, joined_at));

SHAPE(seat_row, struct seat, NULL,
    COLUMN(struct seat, id),
    COLUMN(struct seat, user_id),
    COLUMN(struct seat, role, .labels = role_labels));

enum err
member_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct member *m)
{
	return db_row(db, a, Q_MEMBER_GET, ARGS(org, id), &member_row, m);
}

enum err
member_list(struct db *db, struct arena *a, uint64_t org, int role,
    const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_MEMBER_LIST_WHERE_AFTER_DESC, Q_MEMBER_LIST_WHERE_AFTER_ASC,
	};
	struct list_query q = { .q = Q_MEMBER_LIST };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(org));
	if (role != ROLE_NONE) {
		q.wheres |= Q_MEMBER_LIST_WHERE_ROLE;
		arg_push(&args, LABEL(role_labels, role));
	}
	paging_args(p, &q, &args, after[p->order],
	    ARG((struct when){ p->after_key }));
	return db_list(db, a, &q, ARG_LIST(args), &member_row, out);
}

enum err
member_seats(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, struct seats *s)
{
	const struct seat *seat;
	struct id_row org;
	struct list rows;

	*s = (struct seats){ .own_role = ROLE_NONE };
	TRY(db_row(db, a, Q_ORGANIZATION_LOCK, ARGS(who->organization_id),
	    &id_row, &org));
	TRY(db_rows(db, a, Q_MEMBER_LOCKED, ARGS(who->organization_id,
	    who->user_id, arg_bound(id)), &seat_row, &rows));
	seat = rows.items;
	for (size_t i = 0; i < rows.n; i++) {
		s->owners += seat[i].role == ROLE_OWNER;
		if (seat[i].user_id == who->user_id)
			s->own_role = seat[i].role;
		if (seat[i].id == id)
			s->it = seat[i];
	}
	return OK;
}

enum err
member_manages(const struct seats *s)
{
	return (identity_scopes(s->own_role) & SCOPE_MEMBERS_WRITE) != 0 ? OK :
	    ERR_SCOPE;
}

static enum err
event(struct db *db, struct arena *a, const struct actor *who,
    const struct seat *it, const char *type, int role)
{
	return event_write(db, a, &(struct event){ who->organization_id, type,
	    it->id, who->user_id, who->now }, "\"userId\":\"%llu\","
	    "\"role\":\"%s\"", (unsigned long long)it->user_id,
	    role_labels[role]);
}

/* May the actor take him out of his role, or (to_owner) make him an owner? */
static enum err
may_unseat(const struct seats *s, bool to_owner)
{
	bool from_owner = s->it.role == ROLE_OWNER;

	if ((from_owner || to_owner) && s->own_role != ROLE_OWNER)
		return ERR_FORBIDDEN;
	return from_owner && !to_owner && s->owners == 1 ? ERR_LAST_OWNER : OK;
}

enum err
member_change(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, int role)
{
	struct seats s;

	TRY(member_seats(db, a, who, id, &s));
	TRY(member_manages(&s));
	if (s.it.id == 0)
		return ERR_NOT_FOUND;
	TRY(may_unseat(&s, role == ROLE_OWNER));
	if (s.it.role == role)
		return OK;
	TRY(db_exec(db, Q_MEMBER_UPDATE, ARGS(LABEL(role_labels, role),
	    who->organization_id, id), NULL, NULL));
	return event(db, a, who, &s.it, "member.changed", role);
}

enum err
member_remove(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id)
{
	struct seats s;

	TRY(member_seats(db, a, who, id, &s));
	if (s.it.id == 0)
		return ERR_NOT_FOUND;
	if (s.it.user_id != who->user_id)
		TRY(member_manages(&s));
	TRY(may_unseat(&s, false));
	TRY(db_exec(db, Q_MEMBER_DELETE, ARGS(who->organization_id, id), NULL,
	    NULL));
	TRY(db_exec(db, Q_MEMBER_KEYS_REVOKE, ARGS(who->now,
	    who->organization_id, s.it.user_id), NULL, NULL));
	return event(db, a, who, &s.it, "member.removed", s.it.role);
}
