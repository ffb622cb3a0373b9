/*
 * Referral links.
 *
 * A click is stored before its answer goes out.  The click workers hand over
 * all requests that are waiting at once, so that one commit serves them all.
 * The visitor gets two cookies: aff_vid, a random number that tells first
 * clicks from repeated ones, and aff_ref, the click that a sign-up on this
 * site belongs to.  The landing page gets the click's token in its address;
 * nothing of it says who the visitor is.
 *
 * The landing page of a company's own promoter gets his code as well, for the
 * script on that page, which tells of the visit in its turn (visit.h).
 *
 * A browser that fetches the link ahead of a click that may never come is
 * refused, so that it asks again when the click does come and is counted then.
 */
#include "api/site/click.h"

#include <sodium.h>

#include "api/site/site.h"
#include "api/site/source.h"
#include "api/site/visit.h"
#include "auth/secret.h"
#include "base/settings.h"
#include "http/cookie.h"
#include "model/campaign/campaign.h"
#include "model/referral/click.h"
#include "model/people/organization.h"

#include "base/banned.h"

struct visit {
	const struct http_in *in;
	struct http_out *out;
	struct str code;
	struct origin origin;
	enum err refused;	/* before anything was looked up */
	enum err err;
	bool counted;
	struct click click;
	bool told;		/* by a page, see visit.h */
	struct visit_in said;
	struct complaints wrong;
};

static struct str
code_of(struct str uri)
{
	struct str path, rest;

	(void)str_cut(uri, '?', &path, &rest);
	return str_has_prefix(path, STR("/r/")) ? str_skip(path, 3) : STR_NULL;
}

/* Well-known names in User-Agent; whoever sends none is no browser. */
static bool
is_bot(struct str agent)
{
	static const char *const names[] = {
		"bot", "crawl", "spider", "slurp", "preview", "scan",
		"facebookexternalhit", "headless", "lighthouse", "monitor",
		"pingdom", "feedfetcher",
	};

	if (agent.n == 0)
		return true;
	for (size_t k = 0; k < LEN(names); k++) {
		struct str name = str_of(names[k]);

		for (size_t i = 0; i + name.n <= agent.n; i++)
			if (str_eq_nocase((struct str){ agent.p + i, name.n },
			    name))
				return true;
	}
	return false;
}

/* Who it is, by our own cookie or by what the page kept. */
static void
read_visit(struct arena *a, struct visit *v)
{
	struct click *c = &v->click;
	struct str visitor = v->told ? v->said.tid :
	    cookie_value(v->in->cookie, "aff_vid");

	c->placement_id = v->origin.id;
	c->referrer_id = v->origin.referrer_id;
	if (v->origin.organization_id != v->origin.member_organization_id)
		c->organization_id = v->origin.organization_id;
	c->source = v->told ? source_of(a, v->said.url, v->said.referrer) :
	    source_of(a, v->in->uri, v->in->referer);
	c->url = source_page(a, v->told ? v->said.url : v->origin.landing_url);
	c->sub_id = source_sub_id(a, v->told ? v->said.url : v->in->uri);
	c->bot = is_bot(v->in->user_agent);
	c->known_visitor = str_unhex(visitor, c->visitor, sizeof(c->visitor));
	if (!c->known_visitor)
		randombytes_buf(c->visitor, sizeof(c->visitor));
	secret_address(v->in->address, c->address_hash);
}

static enum err
refusal(const struct http_in *in)
{
	if (in->method != GET && in->method != HEAD)
		return ERR_METHOD;
	return str_has_prefix(in->purpose, STR("prefetch")) ? ERR_PREFETCH : OK;
}

static void
read_request(struct arena *a, struct visit *v)
{
	complaints_init(&v->wrong);
	v->told = visit_told(v->in);
	if (v->told) {
		v->refused = visit_read(a, v->in, &v->said, &v->wrong);
		v->code = v->said.code;
	} else {
		v->refused = refusal(v->in);
		v->code = code_of(v->in->uri);
	}
}

/* The placement of each code; a batch often asks for the same one. */
static void
find_placements(struct db *db, struct arena *a, struct visit *v, size_t n,
    struct when now)
{
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < i && (v[k].refused != OK ||
		    !str_eq(v[i].code, v[k].code)))
			k++;
		v[i].err = v[i].refused;
		if (v[i].err != OK)
			continue;
		v[i].err = ERR_NOT_FOUND;
		if (k < i) {
			v[i].origin = v[k].origin;
			v[i].err = v[k].err;
		} else if (v[i].code.n > 0 && v[i].code.n <= 40) {
			v[i].err = placement_by_code(db, a, v[i].code, now,
			    &v[i].origin);
			if (v[i].err == OK && v[i].origin.landing_url.n == 0)
				v[i].err = ERR_NOT_FOUND;
		}
		v[i].counted = v[i].err == OK && v[i].origin.counts &&
		    v[i].in->method != HEAD;
		if (v[i].counted)
			read_visit(a, &v[i]);
	}
}

/* Those that a page tells of: whether they were clicks on a link before. */
static void
find_known(struct db *db, struct arena *a, struct visit *v, size_t n,
    struct when now)
{
	for (size_t i = 0; i < n; i++) {
		if (!v[i].told || v[i].err != OK)
			continue;
		if (!v[i].counted)	/* nobody whom it could go to */
			v[i].err = ERR_NOT_FOUND;
		else if (!v[i].click.bot)
			v[i].err = visit_known(db, a, &v[i].said, now,
			    &v[i].click, &v[i].counted);
		v[i].counted = v[i].counted && v[i].err == OK;
	}
}

static enum err
store_some(struct db *db, struct arena *a, struct visit *const *v, size_t n,
    struct when now)
{
	struct click *clicks = arena_array(a, n, sizeof(*clicks));
	enum err e;

	for (size_t i = 0; i < n; i++)
		clicks[i] = v[i]->click;
	e = click_store(db, a, clicks, n, now);
	for (size_t i = 0; i < n; i++) {
		v[i]->click = clicks[i];
		v[i]->err = e;
	}
	return e;
}

/* All at once; one by one where that fails, so that no visit spoils others. */
static void
store(struct db *db, struct arena *a, struct visit *v, size_t n,
    struct when now)
{
	struct visit **counted = arena_array(a, n, sizeof(struct visit *));
	size_t m = 0;
	enum err e;

	for (size_t i = 0; i < n; i++)
		if (v[i].counted)
			counted[m++] = &v[i];
	if (m == 0)
		return;
	e = store_some(db, a, counted, m, now);
	if (e == OK || e == ERR_UNAVAILABLE || e == ERR_UNKNOWN_OUTCOME)
		return;
	for (size_t i = 0; i < m && m > 1; i++)
		(void)!store_some(db, a, &counted[i], 1, now);
}

static void
add_header(struct arena *a, struct http_out *out, const char *name,
    struct str value)
{
	struct header *h = ARENA_NEW(a, struct header);

	*h = (struct header){ out->headers, name, value };
	out->headers = h;
}

static void
set_cookie(struct arena *a, struct http_out *out, const char *name,
    struct str value)
{
	add_header(a, out, "Set-Cookie", str_printf(a,
	    "%s=%.*s; Max-Age=%lld; Path=/; HttpOnly; Secure; SameSite=Lax",
	    name, STR_ARG(value), (long long)settings->cookie_days * 86400));
}

/* Of a promoter of another organization than the house: of its program. */
static bool
is_promoted(const struct origin *l)
{
	return l->organization_id != HOUSE_ID &&
	    l->organization_id != l->member_organization_id;
}

/* The landing address with the click's token, before any fragment. */
static struct str
landing(struct arena *a, const struct visit *v, struct str token)
{
	struct str base, fragment, code = STR("");
	bool cut = str_cut(v->origin.landing_url, '#', &base, &fragment);
	bool query = memchr(base.p, '?', base.n) != NULL;

	if (is_promoted(&v->origin))
		code = str_printf(a, "%.*s=%.*s&", STR_ARG(v->origin.parameter),
		    STR_ARG(v->code));
	return str_printf(a, "%.*s%c%.*s%.*s=%.*s%s%.*s", STR_ARG(base),
	    query ? '&' : '?', STR_ARG(code),
	    STR_ARG(settings->click_parameter), STR_ARG(token),
	    cut ? "#" : "", STR_ARG(fragment));
}

struct landing_row {
	struct str landing_url;
};

SHAPE(landing_row, struct landing_row, NULL,
    COLUMN(struct landing_row, landing_url));

/* An unknown code leads to the program's own page, if it has one. */
static void
unknown_code(struct db *db, struct arena *a, struct visit *v)
{
	struct landing_row row = { STR_NULL };

	if (v->code.n > 0)
		v->err = db_row(db, a, Q_CAMPAIGN_LANDING, ARGS(HOUSE_ID),
		    &landing_row, &row);
	v->origin.landing_url = row.landing_url;
}

static void
answer(struct arena *a, struct visit *v)
{
	struct http_out *out = v->out;
	struct str url = v->origin.landing_url;

	out->content_type = "text/plain; charset=utf-8";
	buf_init(&out->body, a, 128);
	add_header(a, out, "Cache-Control", STR("no-store"));
	if (v->err != OK) {
		out->status = err_status(v->err);
		if (out->status == 503)
			add_header(a, out, "Retry-After", STR("1"));
		if (v->err == ERR_METHOD)
			add_header(a, out, "Allow", STR("GET, HEAD"));
		buf_printf(&out->body, "%s\n", err_text(v->err));
		return;
	}
	out->status = 302;
	if (v->counted && !v->click.bot) {
		struct str token = str_hex(a, v->click.token,
		    sizeof(v->click.token));

		url = landing(a, v, token);
		/* a link of an advertiser's line refers nobody */
		if (v->origin.campaign_id == PROGRAM_CAMPAIGN)
			set_cookie(a, out, "aff_ref", token);
		set_cookie(a, out, "aff_vid", str_hex(a, v->click.visitor,
		    sizeof(v->click.visitor)));
	}
	add_header(a, out, "Location", url);
}

static void
answer_told(struct arena *a, struct visit *v)
{
	const struct visit_out said = { v->click.bot ? STR_NULL :
	    str_hex(a, v->click.visitor, sizeof(v->click.visitor)),
	    v->origin.cookie_days * 86400 };

	visit_answer(a, v->in, v->err, &v->wrong, &said, v->out);
}

void
click_batch(struct db *db, struct arena *a, const struct http_in *const in[],
    struct http_out *const out[], size_t n)
{
	struct visit *v = arena_array(a, n, sizeof(*v));
	struct when now = clock_now();

	for (size_t i = 0; i < n; i++) {
		v[i].in = in[i];
		v[i].out = out[i];
		read_request(a, &v[i]);
	}
	find_placements(db, a, v, n, now);
	find_known(db, a, v, n, now);
	store(db, a, v, n, now);
	for (size_t i = 0; i < n; i++) {
		if (v[i].told) {
			answer_told(a, &v[i]);
			continue;
		}
		if (v[i].err == ERR_NOT_FOUND)
			unknown_code(db, a, &v[i]);
		answer(a, &v[i]);
	}
}

enum err
click_follow(struct request *rq)
{
	struct http_out out = { 0 };
	struct http_out *outs[] = { &out };

	click_batch(rq->db, rq->arena, &rq->http, outs, 1);
	rq->status = out.status;
	rq->headers = out.headers;
	rq->raw = buf_view(&out.body);
	rq->raw_type = out.content_type;
	return OK;
}

static const enum err not_found[] = { ERR_NOT_FOUND, OK };

const struct route site_click_routes[] = {
	{ .op = "followReferralLink", .method = GET, .path = "/r/{text:code}",
	  .handle = click_follow, .status = 302,
	  .flags = R_PUBLIC | R_RAW | R_OWN_TX, .errors = not_found,
	  .tag = "site", .summary = "Follow a referral link" },
	{ .op = NULL }
};
