/* Invitations: made, renewed, accepted, withdrawn. */
#include "model/people/invitation.h"

#include <sodium.h>

#include "auth/secret.h"
#include "base/settings.h"
#include "model/event/event.h"
#include "model/people/identity.h"
#include "model/people/organization.h"
#include "base/banned.h"

#define SEED_BYTES 16
#define DAY_SECONDS 86400

SHAPE(invitation_row, struct invitation, NULL,
    COLUMN(struct invitation, id),
    COLUMN(struct invitation, organization_id),
    COLUMN(struct invitation, email),
    COLUMN(struct invitation, role, .labels = role_labels),
    COLUMN(struct invitation, message),
    COLUMN(struct invitation, created_at),
    COLUMN(struct invitation, expires_at));

SHAPE(invited_seat_row, struct seat, NULL,
    COLUMN(struct seat, id),
    COLUMN(struct seat, user_id),
    COLUMN(struct seat, role, .labels = role_labels));

struct count {
	int64_t n;
};

SHAPE(invitation_count_row, struct count, NULL, COLUMN(struct count, n));

static struct str
token_of(struct arena *a, const void *seed)
{
	unsigned char mac[SECRET_MAC_BYTES];

	secret_mac("invitation", seed, SEED_BYTES, mac);
	return str_base64url(a, mac, sizeof(mac));
}

/* Or an organization would be a way to write to everybody. */
static enum err
may_write(struct db *db, struct arena *a, const struct actor *who)
{
	struct count letters = { 0 };

	TRY(db_row(db, a, Q_INVITATION_LETTERS, ARGS(who->organization_id,
	    when_add(who->now, -DAY_SECONDS)), &invitation_count_row,
	    &letters));
	return letters.n < settings->invitation_letters ? OK : ERR_LIMIT;
}

/* A token and a life, in the row of inv->id or in a new one; and a letter. */
static enum err
store(struct db *db, struct arena *a, const struct actor *who,
    struct invitation *inv)
{
	unsigned char *seed = arena_alloc(a, SEED_BYTES);
	bool renewed = inv->id != 0;

	TRY(may_write(db, a, who));
	randombytes_buf(seed, SEED_BYTES);
	inv->token = token_of(a, seed);
	inv->organization_id = who->organization_id;
	inv->expires_at = when_add(who->now,
	    settings->invitation_days * DAY_SECONDS);
	if (renewed) {
		TRY(db_exec(db, Q_INVITATION_RENEW, ARGS(inv->email,
		    LABEL(role_labels, inv->role), inv->message,
		    BYTES(seed, SEED_BYTES), token_hash(a, inv->token),
		    who->user_id, who->now, inv->expires_at,
		    who->organization_id, inv->id), NULL, NULL));
	} else {
		inv->created_at = who->now;
		TRY(db_exec(db, Q_INVITATION_INSERT, ARGS(who->organization_id,
		    inv->email, LABEL(role_labels, inv->role), inv->message,
		    BYTES(seed, SEED_BYTES), token_hash(a, inv->token),
		    who->user_id, who->now, inv->expires_at), NULL, &inv->id));
	}
	TRY(letter_order_invitation(db, a, inv->id, who->now));
	return event_by(db, a, who, inv->id, renewed ? "invitation.renewed" :
	    "invitation.created");
}

/* What is open for an owner is touched by owners only, and so is its token. */
static enum err
may_invite(const struct seats *s, int role)
{
	TRY(member_manages(s));
	return role == ROLE_OWNER && s->own_role != ROLE_OWNER ?
	    ERR_FORBIDDEN : OK;
}

static enum err
room_for_one(struct db *db, struct arena *a, const struct actor *who)
{
	struct count open = { 0 };

	TRY(db_row(db, a, Q_INVITATION_COUNT, ARGS(who->organization_id,
	    who->now), &invitation_count_row, &open));
	return open.n < settings->invitations_max ? OK : ERR_LIMIT;
}

enum err
invitation_make(struct db *db, struct arena *a, const struct actor *who,
    struct invitation *inv)
{
	struct invitation open = { 0 };
	struct seat taken = { 0 };
	struct seats s;
	enum err e;

	TRY(member_seats(db, a, who, 0, &s));
	TRY(may_invite(&s, inv->role));
	e = db_row(db, a, Q_MEMBER_BY_EMAIL, ARGS(who->organization_id,
	    inv->email), &invited_seat_row, &taken);
	if (e != ERR_NOT_FOUND)
		return e == OK ? ERR_ALREADY_MEMBER : e;
	e = db_row(db, a, Q_INVITATION_OPEN, ARGS(who->organization_id,
	    inv->email), &invitation_row, &open);
	if (e == ERR_NOT_FOUND) {
		TRY(room_for_one(db, a, who));
		return store(db, a, who, inv);
	}
	TRY(e);
	TRY(may_invite(&s, open.role));
	inv->id = open.id;
	inv->created_at = open.created_at;
	return store(db, a, who, inv);
}

/* Holds the organization, and finds one that is open and may be touched. */
static enum err
find_open(struct db *db, struct arena *a, const struct actor *who, uint64_t id,
    struct invitation *inv)
{
	struct seats s;

	TRY(member_seats(db, a, who, 0, &s));
	TRY(db_row(db, a, Q_INVITATION_LOCKED, ARGS(who->organization_id, id),
	    &invitation_row, inv));
	return may_invite(&s, inv->role);
}

enum err
invitation_renew(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, struct invitation *inv)
{
	TRY(find_open(db, a, who, id, inv));
	return store(db, a, who, inv);
}

enum err
invitation_withdraw(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id)
{
	struct invitation inv = { 0 };

	TRY(find_open(db, a, who, id, &inv));
	TRY(db_exec(db, Q_INVITATION_WITHDRAW, ARGS(who->organization_id, id),
	    NULL, NULL));
	return event_by(db, a, who, id, "invitation.withdrawn");
}

enum err
invitation_list(struct db *db, struct arena *a, uint64_t org,
    const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_INVITATION_LIST_WHERE_AFTER_DESC,
		Q_INVITATION_LIST_WHERE_AFTER_ASC,
	};
	struct list_query q = { .q = Q_INVITATION_LIST };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(org));
	paging_args(p, &q, &args, after[p->order],
	    ARG((struct when){ p->after_key }));
	return db_list(db, a, &q, ARG_LIST(args), &invitation_row, out);
}

struct shown_token {
	uint64_t id, organization_id, accepted_by;
	struct str email;
	int role;
	struct when expires_at;
};

SHAPE(shown_token_row, struct shown_token, NULL,
    COLUMN(struct shown_token, id),
    COLUMN(struct shown_token, organization_id),
    COLUMN(struct shown_token, accepted_by),
    COLUMN(struct shown_token, email),
    COLUMN(struct shown_token, role, .labels = role_labels),
    COLUMN(struct shown_token, expires_at));

SHAPE(membership_row, struct membership, NULL,
    FIELD(struct membership, member.id, "id"),
    FIELD(struct membership, member.user_id, "user_id"),
    FIELD(struct membership, member.email, "email"),
    FIELD(struct membership, member.name, "name"),
    FIELD(struct membership, member.role, "role", .labels = role_labels),
    FIELD(struct membership, member.joined_at, "joined_at"),
    COLUMN(struct membership, organization_id),
    COLUMN(struct membership, organization_name));

static enum err
join(struct db *db, const struct shown_token *t, uint64_t user_id,
    struct when now)
{
	enum err e;

	TRY(db_exec(db, Q_INVITATION_ACCEPT, ARGS(user_id, t->id), NULL,
	    NULL));
	e = member_add(db, t->organization_id, user_id, (enum role)t->role,
	    now);
	/* a member by other means stays what he is */
	return e == ERR_CONFLICT ? OK : e;
}

static enum err
event_joined(struct db *db, struct arena *a, const struct membership *m,
    struct when now)
{
	return event_write(db, a, &(struct event){ m->organization_id,
	    "member.joined", m->member.id, m->member.user_id, now },
	    "\"userId\":\"%llu\",\"role\":\"%s\"",
	    (unsigned long long)m->member.user_id,
	    role_labels[m->member.role]);
}

enum err
invitation_accept(struct db *db, struct arena *a, uint64_t user_id,
    struct str token, struct when now, struct membership *m, bool *again)
{
	struct shown_token t = { 0 };
	struct user user = { 0 };
	enum err e;

	TRY(db_row(db, a, Q_INVITATION_BY_TOKEN,
	    ARGS(token_hash(a, token)), &shown_token_row, &t));
	TRY(user_get(db, a, user_id, &user));
	if (!str_eq_nocase(user.email, t.email))
		return ERR_NOT_INVITED;
	*again = t.accepted_by != 0;
	if (!*again && t.expires_at.us <= now.us)
		return ERR_INVITATION_OVER;
	if (!*again)
		TRY(join(db, &t, user_id, now));
	e = db_row(db, a, Q_MEMBERSHIP, ARGS(t.organization_id, user_id),
	    &membership_row, m);
	if (e == OK && !*again)
		return event_joined(db, a, m, now);
	return e == ERR_NOT_FOUND ? ERR_INVITATION_USED : e;
}

struct letter_row {
	struct letter letter;
	struct str seed;
};

SHAPE(letter_row, struct letter_row, NULL,
    FIELD(struct letter_row, letter.email, "email"),
    FIELD(struct letter_row, letter.role, "role", .labels = role_labels),
    FIELD(struct letter_row, letter.message, "message"),
    FIELD(struct letter_row, letter.expires_at, "expires_at"),
    FIELD(struct letter_row, letter.organization_name, "organization_name"),
    FIELD(struct letter_row, letter.inviter, "inviter"),
    COLUMN(struct letter_row, seed));

enum err
invitation_write(struct db *db, struct arena *a, uint64_t id, struct when now,
    struct letter *l)
{
	struct letter_row row = { .letter = *l };

	TRY(db_row(db, a, Q_INVITATION_LETTER, ARGS(id, now), &letter_row,
	    &row));
	INVARIANT(row.seed.n == SEED_BYTES);
	*l = row.letter;
	l->token = token_of(a, row.seed.p);
	return OK;
}
