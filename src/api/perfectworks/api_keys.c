/* API keys of the active organization. */
#include "api/perfectworks/routes.h"
#include "model/people/api_key.h"

#include "base/banned.h"

struct api_key_in {
	struct str description;
	struct list scopes;
	struct when expires_at;
	bool test;
};

SHAPE(api_key_in, struct api_key_in, "ApiKeyCreate",
    FIELD(struct api_key_in, description, "description",
	.flags = F_REQUIRED, .min = 1, .max = 200,
	.example = "\"Web shop\""),
    FIELD(struct api_key_in, scopes, "scopes", .max = SCOPE_COUNT,
	.labels = scope_labels, .doc = "All of yours where absent",
	.example = "[\"campaigns:read\"]"),
    FIELD(struct api_key_in, expires_at, "expiresAt", .flags = F_NULLABLE,
	.doc = "Never where absent, or when the key that makes it does"),
    FIELD(struct api_key_in, test, "test",
	.doc = "A test key: it reads all, and writes what moves no money"));

SHAPE(api_key_change, struct api_key_in, "ApiKeyUpdate",
    FIELD(struct api_key_in, description, "description",
	.flags = F_REQUIRED, .min = 1, .max = 200));

enum { KEY_ACTIVE, KEY_EXPIRED, KEY_INACTIVE };
static const char *const status_labels[] = {
	"active", "expired", "inactive", NULL
};

/* As it is shown: with its prefix and the names of its scopes. */
struct api_key_out {
	uint64_t id;
	struct str description, prefix, key;
	struct list scopes;
	bool test;
	int status;
	struct when expires_at, last_used_at, created_at;
};

#define API_KEY_FIELDS \
    FIELD(struct api_key_out, id, "id"), \
    FIELD(struct api_key_out, description, "description", .max = 200), \
    FIELD(struct api_key_out, prefix, "prefix", .max = 40, \
	.doc = "How the key begins", .example = "\"aff_live_k3m9x2\""), \
    FIELD(struct api_key_out, scopes, "scopes", .max = SCOPE_COUNT, \
	.labels = scope_labels), \
    FIELD(struct api_key_out, test, "test"), \
    FIELD(struct api_key_out, status, "status", .labels = status_labels, \
	.doc = "Inactive: its maker is no longer a member"), \
    FIELD(struct api_key_out, expires_at, "expiresAt", \
	.flags = F_NULLABLE), \
    FIELD(struct api_key_out, last_used_at, "lastUsedAt", \
	.flags = F_NULLABLE, .doc = "To the minute"), \
    FIELD(struct api_key_out, created_at, "createdAt")

SHAPE(api_key_out, struct api_key_out, "ApiKey", API_KEY_FIELDS);
SHAPE(api_key_made, struct api_key_out, "ApiKeyCreated", API_KEY_FIELDS,
    FIELD(struct api_key_out, key, "key", .flags = F_SECRET | F_NULLABLE,
	.max = 200, .doc = "The key itself, shown this once"));

static int
status_of(const struct api_key *key, struct when now)
{
	if (key->expires_at.us != 0 && key->expires_at.us <= now.us)
		return KEY_EXPIRED;
	return key->orphan ? KEY_INACTIVE : KEY_ACTIVE;
}

static struct api_key_out
shown(struct arena *a, const struct api_key *key, struct when now)
{
	struct str *names = arena_array(a, SCOPE_COUNT, sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < SCOPE_COUNT; i++)
		if (((uint64_t)key->scopes >> i & 1) != 0)
			names[n++] = str_of(scope_labels[i]);
	return (struct api_key_out){
		.id = key->id, .description = key->description,
		.prefix = str_printf(a, "aff_%s_%.*s", key->test ? "test" :
		    "live", STR_ARG(key->public_id)),
		.key = key->text, .scopes = { names, n }, .test = key->test,
		.status = status_of(key, now), .expires_at = key->expires_at,
		.last_used_at = key->last_used_at,
		.created_at = key->created_at,
	};
}

static enum err
answer(struct request *rq, const struct api_key *key)
{
	struct api_key_out *out = ARENA_NEW(rq->arena, struct api_key_out);

	*out = shown(rq->arena, key, rq->now);
	rq->out = out;
	return OK;
}

/* The labels were checked by the shape. */
static int64_t
scope_bits(struct list names)
{
	const struct str *name = names.items;
	int64_t bits = 0;

	for (size_t i = 0; i < names.n; i++)
		for (size_t k = 0; k < SCOPE_COUNT; k++)
			if (str_is(name[i], scope_labels[k]))
				bits |= INT64_C(1) << k;
	return bits;
}

static enum err
create(struct request *rq)
{
	const struct api_key_in *in = rq->in;
	struct api_key key = { .description = in->description,
	    .test = in->test, .expires_at = in->expires_at.us != 0 ?
		in->expires_at : rq->who.expires_at,
	    .scopes = in->scopes.items == NULL ? (int64_t)rq->who.scopes :
		scope_bits(in->scopes) };
	enum err e;

	if (in->expires_at.us != 0 && in->expires_at.us <= rq->now.us) {
		complain(&rq->wrong, rq->arena, STR("expiresAt"),
		    "must be in the future");
		return ERR_INVALID;
	}
	e = api_key_create(rq->db, rq->arena, &rq->who, rq->now, &key);
	if (e == ERR_INVALID)
		complain(&rq->wrong, rq->arena, STR("expiresAt"),
		    "must not be later than that of the key that makes it");
	return e == OK ? answer(rq, &key) : e;
}

static const char *const yes_no_labels[] = { "false", "true", NULL };

struct api_key_query {
	struct page_query paging;
	int test;
};

SHAPE(api_key_query, struct api_key_query, "ApiKeyQuery",
    PAGE_FIELDS(struct api_key_query),
    FIELD(struct api_key_query, test, "test", .labels = yes_no_labels,
	.doc = "Only test keys, or only live ones"));

static enum err
list(struct request *rq)
{
	const struct api_key_query *q = rq->query;
	struct api_key_out *out;
	const struct api_key *key;
	struct paging p;
	struct list rows;

	TRY(page_read(rq, &q->paging, &p));
	TRY(api_key_list(rq->db, rq->arena, rq->who.org_id, q->test, &p,
	    &rows));
	key = rows.items;
	out = arena_array(rq->arena, rows.n, sizeof(*out));
	for (size_t i = 0; i < rows.n; i++)
		out[i] = shown(rq->arena, &key[i], rq->now);
	page_cut(rq, &p, (struct list){ out, rows.n }, sizeof(*out),
	    offsetof(struct api_key_out, created_at),
	    offsetof(struct api_key_out, id));
	return OK;
}

static enum err
get(struct request *rq)
{
	struct api_key key = { 0 };

	TRY(api_key_get(rq->db, rq->arena, rq->who.org_id, rq->id[0], &key));
	return answer(rq, &key);
}

/* A plain member minds his own keys. */
static uint64_t
whose(const struct request *rq)
{
	return rq->who.role == ROLE_MEMBER ? rq->who.user_id : 0;
}

static enum err
update(struct request *rq)
{
	const struct api_key_in *in = rq->in;

	TRY(api_key_describe(rq->db, rq->arena, ACTOR(rq), whose(rq),
	    rq->id[0], in->description));
	return get(rq);
}

static enum err
revoke(struct request *rq)
{
	return api_key_revoke(rq->db, rq->arena, ACTOR(rq), whose(rq),
	    rq->id[0]);
}

static const enum err create_errors[] = ERRORS(ERR_TEST_KEY);
static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err change_errors[] = ERRORS(ERR_NOT_FOUND, ERR_FORBIDDEN);

const struct route pw_api_key_routes[] = {
	{ .op = "createApiKey", .method = POST, .path = "/api-keys",
	  .handle = create, .in = &api_key_in, .out = &api_key_made,
	  .status = 201, .flags = R_WRITE, .scope = SCOPE_KEYS_WRITE,
	  .errors = create_errors, .tag = "api-keys",
	  .summary = "Create an API key",
	  .done = "API key created; the key is shown this once" },
	{ .op = "listApiKeys", .method = GET, .path = "/api-keys",
	  .handle = list, .query = &api_key_query, .out = &api_key_out,
	  .sorts = pw_created_sorts, .status = 200, .flags = R_LIST,
	  .scope = SCOPE_KEYS_READ,
	  .tag = "api-keys", .summary = "List API keys", .done = "API keys" },
	{ .op = "getApiKey", .method = GET, .path = "/api-keys/{id}",
	  .handle = get, .out = &api_key_out, .status = 200,
	  .scope = SCOPE_KEYS_READ, .errors = not_found, .tag = "api-keys",
	  .summary = "Read an API key", .done = "API key" },
	{ .op = "updateApiKey", .method = PUT, .path = "/api-keys/{id}",
	  .handle = update, .in = &api_key_change, .out = &api_key_out,
	  .status = 200, .flags = R_WRITE, .scope = SCOPE_KEYS_WRITE,
	  .errors = change_errors, .tag = "api-keys",
	  .summary = "Change the description of an API key",
	  .done = "API key updated" },
	{ .op = "deleteApiKey", .method = DELETE, .path = "/api-keys/{id}",
	  .handle = revoke, .status = 204, .flags = R_WRITE,
	  .scope = SCOPE_KEYS_WRITE, .errors = change_errors, .tag = "api-keys",
	  .summary = "Revoke an API key", .done = "API key deleted" },
	{ .op = NULL }
};
