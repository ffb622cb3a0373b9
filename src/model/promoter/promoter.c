/* Promoters: made, found, changed. */
#include "model/promoter/promoter.h"

#include <sodium.h>

#include "db/db.h"
#include "model/event/record.h"
#include "model/referral/placement.h"
#include "base/banned.h"

#define TOKEN_BYTES 24

const char *const promoter_key_labels[] = {
	"email", "cust_id", "auth_token", "ref_token", "promo_code",
	"id", NULL
};

const char *const promoter_ad_traffic_labels[] = {
	"pending", "allow", "block", NULL
};

SHAPE(promoter_profile, struct promoter_profile, NULL,
    PROMOTER_PROFILE(struct promoter_profile, , F_NULLABLE));

SHAPE(promoter_row, struct promoter, NULL,
    PROMOTER_COLUMNS(struct promoter, ));

enum err
promoter_profile_read(struct arena *a, struct str json,
    struct promoter_profile *p)
{
	struct complaints wrong;
	uint64_t given;

	*p = (struct promoter_profile){ .first_name = STR_NULL };
	complaints_init(&wrong);
	return json.p == NULL || json_decode(a, json, &promoter_profile, true,
	    p, &given, &wrong) == OK ? OK : ERR_INTERNAL;
}

/* First and last name; empty where neither is known. */
static enum err
name_of(struct arena *a, struct str profile, struct str *name)
{
	struct promoter_profile p;

	TRY(promoter_profile_read(a, profile, &p));
	*name = str_trim(str_printf(a, "%.*s %.*s", STR_ARG(p.first_name),
	    STR_ARG(p.last_name)));
	return OK;
}

/* Which of the names that only one may have somebody else has. */
static enum err
taken(const struct db *db, enum err e)
{
	if (e != ERR_CONFLICT)
		return e;
	return strcmp(db_duplicate(db), "promoter_email") == 0 ?
	    ERR_EMAIL_TAKEN : ERR_NAME_TAKEN;
}

static enum err
insert(struct db *db, struct arena *a, const struct actor *who,
    const struct new_promoter *in, struct str name, uint64_t *id)
{
	unsigned char token[TOKEN_BYTES];

	randombytes_buf(token, sizeof(token));
	TRY(db_exec(db, Q_PROMOTER_REFERRER, ARGS(who->organization_id,
	    who->user_id, who->now), NULL, id));
	TRY(db_exec(db, Q_PROMOTER_TOTAL_INSERT, ARGS(*id), NULL, NULL));
	return taken(db, db_exec(db, Q_PROMOTER_INSERT, ARGS(*id,
	    who->organization_id, in->email, name, in->customer, in->profile,
	    in->fields, str_base64url(a, token, sizeof(token)), who->now),
	    NULL, NULL));
}

/* By what lists find him. */
static enum err
store_fields(struct db *db, const struct actor *who, uint64_t id,
    struct str fields)
{
	TRY(db_exec(db, Q_PROMOTER_FIELDS_CLEAR, ARGS(id), NULL, NULL));
	return db_exec(db, Q_PROMOTER_FIELDS_INSERT, ARGS(id,
	    who->organization_id, fields), NULL, NULL);
}

enum err
promoter_create(struct db *db, struct arena *a, const struct actor *who,
    const struct new_promoter *in, uint64_t *id)
{
	struct standing_campaign c = { 0 };
	struct entrance entrance = { .code = in->code,
	    .accepted = in->accepted };
	uint64_t placement_id;

	TRY(name_of(a, in->profile, &entrance.name));
	TRY(standing_campaign(db, a, who->organization_id, in->campaign_id,
	    &c));
	TRY(insert(db, a, who, in, entrance.name, id));
	TRY(store_fields(db, who, *id, in->fields));
	TRY(event_by(db, a, who, *id, "promoter.created"));
	entrance.promoter_id = *id;
	return standing_enter(db, a, who, &c, &entrance, &placement_id);
}

enum err
promoter_find(struct db *db, struct arena *a, uint64_t org, int key,
    struct str text, uint64_t *id)
{
	static const enum query by[] = {
		[PROMOTER_BY_EMAIL] = Q_PROMOTER_BY_EMAIL,
		[PROMOTER_BY_CUSTOMER] = Q_PROMOTER_BY_CUSTOMER,
		[PROMOTER_BY_AUTH_TOKEN] = Q_PROMOTER_BY_TOKEN,
		[PROMOTER_BY_CODE] = Q_PROMOTER_BY_CODE,
		[PROMOTER_BY_PROMO_CODE] = Q_PROMOTER_BY_PROMO_CODE,
	};
	struct id_row f = { 0 };
	enum err e;

	if (key < 0 || key == PROMOTER_BY_ID)
		return str_to_u64(text, id) && *id <= INT64_MAX ? OK :
		    ERR_NOT_FOUND;
	e = db_row(db, a, by[key], ARGS(org, text), &id_row, &f);
	if (e == ERR_NOT_FOUND && key == PROMOTER_BY_CODE) {
		TRY(placement_code_now(db, a, &text));
		e = db_row(db, a, by[key], ARGS(org, text),
		    &id_row, &f);
	}
	*id = f.id;
	return e;
}

enum err
promoter_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct promoter *p)
{
	return db_row(db, a, Q_PROMOTER_GET, ARGS(id, org), &promoter_row, p);
}

enum err
promoter_lock(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, struct promoter *p)
{
	return db_row(db, a, Q_PROMOTER_LOCK, ARGS(id, who->organization_id),
	    &promoter_row, p);
}

/* His profile by an event of its own; what stays as it was, by none. */
static enum err
tell_changes(struct db *db, struct arena *a, const struct actor *who,
    const struct promoter *was, const struct promoter *p)
{
	struct record_diff of_him, of_profile;
	struct event_data e[2];
	size_t n = 0;

	diff_init(&of_him, a);
	diff_text(&of_him, "email", was->email, p->email);
	diff_text(&of_him, "cust_id", was->customer, p->customer);
	diff_text(&of_him, "custom_fields", was->fields, p->fields);
	diff_init(&of_profile, a);
	diff_text(&of_profile, "profile", was->profile, p->profile);
	if (!diff_is_empty(&of_him))
		e[n++] = (struct event_data){ { who->organization_id,
		    "promoter.updated", p->id, who->user_id, who->now },
		    str_skip(diff_members(&of_him), 1) };
	if (!diff_is_empty(&of_profile))
		e[n++] = (struct event_data){ { who->organization_id,
		    "promoter.profile_updated", p->id, who->user_id,
		    who->now }, str_skip(diff_members(&of_profile), 1) };
	return event_write_all(db, a, e, n);
}

enum err
promoter_update(struct db *db, struct arena *a, const struct actor *who,
    const struct promoter *was, struct promoter *p)
{
	if (p->member_organization_id != 0)
		return ERR_FORBIDDEN;
	TRY(name_of(a, p->profile, &p->name));
	TRY(taken(db, db_exec(db, Q_PROMOTER_UPDATE, ARGS(p->email, p->name,
	    p->customer, p->profile, p->fields, who->now, p->id), NULL,
	    NULL)));
	TRY(store_fields(db, who, p->id, p->fields));
	return tell_changes(db, a, who, was, p);
}
