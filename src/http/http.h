/*
 * What a handler sees: a request, its route, its principal; and how routes and
 * faces are described.  See dispatch.c for the order in which the parts run.
 */
#ifndef AFF_HTTP_HTTP_H
#define AFF_HTTP_HTTP_H

#include "auth/principal.h"
#include "db/db.h"
#include "http/page.h"
#include "json/shape.h"

enum method { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, METHOD_OTHER };

/* The request as it came over FastCGI. Views are valid while it is served. */
struct http_in {
	enum method method;
	struct str method_text, uri;		/* REQUEST_URI, raw */
	struct str content_type, body;
	struct str authorization, api_key, idempotency_key, if_match;
	struct str accept, cookie, user_agent, referer, account_id;
	struct str purpose;			/* "prefetch": nobody looks */
	struct str if_none_match;
	struct str webhook_id, webhook_timestamp, signature;
	struct str stripe_signature;
	struct str request_id, address;		/* from nginx */
	enum err refused;	/* not OK: unreadable, answered at once */
};

struct header {
	struct header *next;
	const char *name;
	struct str value;
};

/*
 * A body that is sent part by part and is never whole in memory.  next gives
 * the part behind those that were sent; what it takes of the arena is given
 * back when that is sent.  Not OK: the answer breaks off.
 */
struct parts {
	uint64_t bytes;			/* of all together */
	enum err (*next)(struct parts *, struct arena *, struct str *part);
};

struct http_out {
	int status;
	const char *content_type;
	struct header *headers;
	struct buf body;
	struct parts *parts;			/* in place of body */
};

struct request {
	const struct http_in *http;
	struct arena *arena;
	struct db *db;
	const struct route *route;
	struct principal who;			/* R_PUBLIC: may be empty */
	uint64_t id[2];				/* {id} parts of the path */
	struct str text[2];			/* {text:...} parts */
	void *in;				/* decoded body (route->in) */
	uint64_t given;				/* which of its fields */
	void *query;				/* decoded (route->query) */
	uint64_t asked;				/* which of its fields */
	void *prepared;				/* what route->prepare left */
	uint64_t subject;			/* see route->outside */
	struct when now;			/* one reading a request */
	struct complaints wrong;
	/* set by the handler: */
	void *out;				/* record of route->out */
	struct page page;
	int status;				/* 0: route->status */
	enum err refused;	/* by finish: an error, and yet it is stored */
	bool dry;	/* answered as if it were done, and nothing changes */
	struct str quoted;	/* R_QUOTE: what its ETag is of; else all */
	const char *message;			/* NULL: route->done */
	struct header *headers;
	uint64_t about;		/* the answer is of this user, not who asks */
	struct str raw;				/* R_RAW: the body itself */
	struct parts *parts;			/* R_RAW: in place of raw */
	const char *raw_type;			/* NULL: route->raw_type */
};

enum {
	R_PUBLIC = 1,		/* no credential needed; one sent counts */
	R_WRITE = 2,		/* in a transaction, takes Idempotency-Key */
	R_NO_KEY = 4,		/* a write without Idempotency-Key (/auth) */
	R_LIST = 8,		/* answers a page of route->out */
	R_RAW = 16,		/* answers raw text of its own type */
	R_USER = 32,		/* needs a person's log-in, no API key */
	R_NO_ORG = 64,		/* works without an active organization */
	R_HOUSE = 128,		/* house administrators only */
	R_OWN_TX = 256,		/* the handler calls tx_run itself */
	R_FORM = 512,		/* body is a form, not JSON; unread */
	R_RAW_BODY = 1024,	/* body is taken as it is (callbacks) */
	R_LIVE = 2048,		/* moves what is real: no test key */
	R_OWNER = 4096,		/* owners of the active organization only */
	R_SELF = 8192,		/* on oneself a log-in needs no scope: the
				 * model looks who it is about */
	R_FOLLOW = 16384,	/* with R_LIST: its end is followed by cursor */
	R_BARE = 65536,		/* no body is the same as {} */
	R_QUOTE = 32768,	/* has a dry run; its ETag as If-Match of the
				 * real call: just that, or 412 */
	R_PARAMS = 1048576,	/* wrong fields of the body are ERR_PARAMS */
	R_MOMENT = 131072,	/* reads rows that belong together: all as of
				 * one moment */
	R_PROMOTER = 262144,	/* for a promoter himself, and nobody else */
	R_ACCOUNT = 524288,	/* public, and yet Account-ID says where */
};

struct route {
	const char *op;			/* operationId */
	enum method method;
	const char *path;	/* "/api-keys/{id}", "/slug/{text:slug}",
				 * "/{id:campaign}/lines/{id:line}" */
	enum err (*handle)(struct request *);
	enum err (*prepare)(struct request *);	/* before BEGIN: slow work */
	/* Complains of what only the whole body shows, one with wrong fields
	 * as well, so that all is named at once. */
	void (*check)(struct request *);
	/*
	 * For a write that waits for somebody outside: handle stores what is
	 * wanted and leaves its id in rq->subject; outside runs between two
	 * transactions; finish, in the second, stores what came of it and
	 * answers.  Where handle leaves an answer, that is all.  A repeat
	 * with the same key calls finish alone, with rq->prepared NULL.
	 */
	enum err (*outside)(struct request *);
	enum err (*finish)(struct request *);
	const struct shape *in, *query, *out;
	const char *const *sorts;	/* of a list; the first: default */
	int status;			/* of success */
	int also;			/* another success, or 0 */
	const char *raw_type;		/* R_RAW: media type of the answer */
	unsigned flags;
	uint64_t scope;			/* 0: any credential */
	/* Its own, ending in OK; the common ones follow from the flags. */
	const enum err *errors;
	const char *tag, *summary, *done;	/* done: message of success */
};

/* A wire dialect. */
struct face {
	const char *name, *prefix;	/* "perfectworks", "/api/v0" */
	const char *title;
	const char *about;	/* of its names and amounts, for the document */
	bool lax;	/* unknown members are ignored, and empty ones */
	bool basic;			/* API keys by HTTP Basic as well */
	bool promoters;	/* they come here by tokens of their own */
	bool account;	/* Account-ID has to name the credential's own */
	bool coded;	/* the slug of an error stands in X-Error-Code; a 401
			 * has no body */
	/* NULL-terminated; each ends in an entry without .op. */
	const struct route *const *tables;
	void (*success)(struct request *, struct buf *, bool masked);
	void (*failure)(const struct http_in *, enum err,
	    const struct complaints *, struct buf *);
	int (*status)(enum err);	/* NULL: err_status */
	/* For the API document: the schemas of these two. */
	void (*success_schema)(const struct route *, struct buf *);
	void (*failure_schema)(struct buf *);
};

/* NULL-terminated: api/routes.c. */
extern const struct face *const faces[];

/* http/dispatch.c */
/* How dispatch learns who asks: functions of the model, which stands above. */
struct auth_lookup {
	enum err (*session)(struct db *, struct arena *, uint64_t session_id,
	    uint64_t user_id, struct principal *);
	enum err (*api_key)(struct db *, struct arena *, struct str public_id,
	    const unsigned char hash[32], struct when now, struct principal *);
	enum err (*promoter)(struct db *, struct arena *, struct str token,
	    struct when now, struct principal *);
	/* After the request's own work; it cannot fail it. */
	void (*key_used)(struct db *, struct arena *, const struct principal *,
	    struct when now);
};

/* Once: builds the router. */
void dispatch_init(const struct face *const *, const struct auth_lookup *);
/* Gives the number of the route over all faces, for metrics; -1: none. */
int dispatch(struct db *, struct arena *, const struct http_in *,
    struct http_out *);
const struct route *dispatch_route(int number, const struct face **);

/* http/problem.c: under which status a face, or none, answers an error. */
int face_status(const struct face *, enum err);

/* http/openapi.c: the API document of a face. */
void openapi_print(const struct face *, struct buf *);

/* Helpers for handlers */
void answer_header(struct request *, const char *name, struct str value);
/* The ETag of a version; and ERR_STALE where If-Match names another. */
void answer_etag(struct request *, uint64_t version);
MUST_CHECK enum err precondition(struct request *, uint64_t version);

#endif
