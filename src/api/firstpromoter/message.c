/* Changes of records as webhooks, with the record. */
#include "api/firstpromoter/message.h"

#include <sodium.h>

#include "api/firstpromoter/record.h"
#include "auth/secret.h"

#include "base/banned.h"

#define UUID_BYTES 16

const char *const fp_action_labels[] = { "created", "updated", "deleted",
	NULL };
enum { CREATED, UPDATED, DELETED };

SHAPE(fp_change_shape, struct fp_change, "WebhookMessage",
    FIELD(struct fp_change, event_id, "event_id"),
    FIELD(struct fp_change, event_type, "event_type"),
    FIELD(struct fp_change, action, "action", .labels = fp_action_labels),
    FIELD(struct fp_change, entity_type, "entity_type"),
    FP_ID(struct fp_change, entity_id, "entity_id"),
    FIELD(struct fp_change, changes, "changes", .flags = F_JSON),
    FIELD(struct fp_change, data, "data", .flags = F_JSON),
    FIELD(struct fp_change, timestamp, "timestamp"));

/* What is no beginning and no end is a change. */
static int
action_of(struct str type)
{
	struct str rest = type, last;

	while (rest.p != NULL)
		(void)str_cut(rest, '.', &last, &rest);
	return str_is(last, "created") ? CREATED :
	    str_is(last, "deleted") ? DELETED : UPDATED;
}

static struct str
encoded(struct arena *a, const struct shape *s, const void *record)
{
	struct buf b;

	buf_init(&b, a, 1024);
	json_encode(&b, s, record, false);
	return buf_view(&b);
}

/* As the face shows it, now. */
static enum err
read_record(struct db *db, struct arena *a, uint64_t org,
    const struct record_change *c, struct str *data)
{
	void *record;
	enum err e = fp_record_read(db, a, org, c->record, c->id, &record);

	if (e == ERR_NOT_FOUND) {
		*data = str_printf(a, "{\"id\":%llu}",
		    (unsigned long long)c->id);
		return OK;
	}
	TRY(e);
	*data = encoded(a, fp_records[c->record].shape, record);
	return OK;
}

static struct str
member_of(struct list members, struct str name)
{
	const struct json_member *m = members.items;

	for (size_t i = 0; i < members.n; i++)
		if (str_eq(m[i].name, name))
			return m[i].json;
	return STR("null");
}

/* What it was of what is not kept with the event is not known any more. */
static struct str
changes_of(struct arena *a, const struct record_change *c, struct str data)
{
	const struct str *name = c->changed.items;
	struct list members;
	struct buf b;

	if (c->changed.n == 0)
		return c->changes.p != NULL ? c->changes : STR("{}");
	members = json_members(a, data);
	buf_init(&b, a, 256);
	buf_char(&b, '{');
	for (size_t i = 0; i < c->changed.n; i++)
		buf_printf(&b, "%s\"%.*s\":[null,%.*s]", i > 0 ? "," : "",
		    STR_ARG(name[i]), STR_ARG(member_of(members, name[i])));
	buf_char(&b, '}');
	return json_merge(a, buf_view(&b), c->changes.p != NULL ? c->changes :
	    STR("{}"));
}

/* RFC 9562, version 8: of whatever bytes. */
static struct str
uuid(struct arena *a, const unsigned char u[UUID_BYTES])
{
	struct buf b;

	buf_init(&b, a, 40);
	for (size_t i = 0; i < UUID_BYTES; i++)
		buf_printf(&b, "%s%02x", i == 4 || i == 6 || i == 8 ||
		    i == 10 ? "-" : "", i == 6 ? 0x80 | (u[i] & 0xf) :
		    i == 8 ? 0x80 | (u[i] & 0x3f) : u[i]);
	return buf_view(&b);
}

/* The same whenever it is asked for. */
static struct str
id_of(struct arena *a, uint64_t event, int64_t number)
{
	const uint64_t both[] = { event, (uint64_t)number };
	unsigned char code[SECRET_MAC_BYTES];

	secret_mac("record event", both, sizeof(both), code);
	return uuid(a, code);
}

enum err
fp_change(struct db *db, struct arena *a, const struct event_row *e,
    int64_t number, struct fp_change *out)
{
	const struct record_change *c = record_change(a, e, number);

	if (c == NULL)
		return ERR_NOT_FOUND;
	*out = (struct fp_change){ .event_type = str_of(c->type),
	    .entity_type = str_of(fp_records[c->record].type),
	    .entity_id = c->id, .timestamp = e->created_at };
	out->event_id = id_of(a, e->id, number);
	out->action = action_of(out->event_type);
	TRY(read_record(db, a, e->organization_id, c, &out->data));
	out->changes = changes_of(a, c, out->data);
	return OK;
}

struct str
fp_change_json(struct arena *a, const struct fp_change *c)
{
	return encoded(a, &fp_change_shape, c);
}

enum err
fp_change_message(struct db *db, struct arena *a, const struct event_row *e,
    int64_t number, struct webhook_message *m)
{
	struct fp_change c;

	TRY(fp_change(db, a, e, number, &c));
	*m = (struct webhook_message){ .id = c.event_id,
	    .type = c.event_type, .body = fp_change_json(a, &c) };
	return OK;
}

/* Fills what may not be null: an example of the shape. */
static void
fill_example(const struct shape *s, char *record, struct when now)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];
		char *at = record + f->at;
		bool array = f->format != NULL &&
		    strcmp(f->format, "array") == 0;

		if (f->type == T_RECORD)
			fill_example(f->of, at, now);
		else if ((f->flags & F_NULLABLE) != 0)
			continue;
		else if (f->type == T_ID)
			*(uint64_t *)(void *)at = 1;
		else if (f->type == T_TIME)
			*(struct when *)(void *)at = now;
		else if (f->type == T_STR)
			*(struct str *)(void *)at = (f->flags & F_JSON) == 0 ?
			    STR("example") : array ? STR("[]") : STR("{}");
	}
}

/* By the first word of its type. */
static const struct shape *
shape_of(struct str type, struct str *entity)
{
	static const struct {
		const char *word;
		enum record record;
	} words[] = {
		{ "referral", RECORD_REFERRAL },
		{ "commission", RECORD_COMMISSION },
		{ "promoter", RECORD_PROMOTER },
		{ "promoter_campaign", RECORD_PROMOTED },
		{ "payout", RECORD_PAYOUT },
		{ "payout_method", RECORD_METHOD },
		{ "payments_batch", RECORD_PAYMENTS },
	};
	struct str word, rest;

	(void)str_cut(type, '.', &word, &rest);
	for (size_t i = 0; i < LEN(words); i++)
		if (str_is(word, words[i].word)) {
			*entity = str_of(fp_records[words[i].record].type);
			return fp_records[words[i].record].shape;
		}
	*entity = STR("ContractDocument");
	return NULL;
}

void
fp_change_example(struct arena *a, struct str type, struct when now,
    struct webhook_message *m)
{
	struct fp_change c = { .event_type = type, .entity_id = 1,
	    .action = action_of(type), .changes = STR("{}"),
	    .data = STR("{\"id\":1}"), .timestamp = now };
	const struct shape *s = shape_of(type, &c.entity_type);
	unsigned char id[UUID_BYTES];

	randombytes_buf(id, sizeof(id));
	c.event_id = uuid(a, id);
	if (s != NULL) {
		char *record = arena_alloc(a, s->size);

		memset(record, 0, s->size);
		fill_example(s, record, now);
		c.data = encoded(a, s, record);
	}
	*m = (struct webhook_message){ .id = c.event_id, .type = type,
	    .body = fp_change_json(a, &c) };
}
