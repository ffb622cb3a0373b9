/* The links of promoters: as companies list them, as they make them. */
#include "api/firstpromoter/affiliate.h"
#include "api/firstpromoter/promoter_campaigns.h"
#include "model/program/offer.h"
#include "model/promoter/own_room.h"
#include "model/promoter/referral_link.h"

#include "base/banned.h"

#define SUB_ID_MOST 120		/* as clicks keep it */
#define DEFAULT_NAME "Link"

static const char *const source_labels[] = { "campaign", "promoter", NULL };
enum { OF_CAMPAIGN, OF_PROMOTER };

struct link_out {
	uint64_t id;
	struct str name, url, sub_id;
	bool is_default;
	int source;
	struct fp_campaign_ref campaign;
};

SHAPE(fp_referral_link, struct link_out, "ReferralLink",
    FP_ID(struct link_out, id, "id"),
    FIELD(struct link_out, name, "name", .max = 120),
    FIELD(struct link_out, url, "url", .max = 2500),
    FIELD(struct link_out, is_default, "is_default",
	.doc = "That of his ref_token; its id is that of the promoter "
	    "campaign"),
    FIELD(struct link_out, source, "source", .labels = source_labels),
    FIELD(struct link_out, sub_id, "sub_id", .max = SUB_ID_MOST),
    FIELD(struct link_out, campaign, "campaign", .of = &fp_campaign_ref));

static void
put_encoded(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.')
			buf_char(b, c);
		else
			buf_printf(b, "%%%02X", (unsigned char)c);
	}
}

/* Behind the code, or behind what names the promoter. */
static void
put_sub_id(struct buf *b, char before, struct str sub_id)
{
	if (sub_id.n == 0)
		return;
	buf_char(b, before);
	buf_lit(b, "sub_id=");
	put_encoded(b, sub_id);
}

/* An address with what names the promoter, before any fragment. */
struct str
fp_named_url(struct arena *a, const struct promoted *p, struct str url,
    struct str sub_id)
{
	struct str parameter = p->parameter.p != NULL ? p->parameter :
	    STR(DEFAULT_PARAMETER), fragment;
	struct buf b;

	buf_init(&b, a, url.n + 100);
	(void)str_cut(url, '#', &url, &fragment);
	buf_printf(&b, "%.*s%c%.*s=%.*s", STR_ARG(url),
	    memchr(url.p, '?', url.n) != NULL ? '&' : '?', STR_ARG(parameter),
	    STR_ARG(p->s.code));
	put_sub_id(&b, '&', sub_id);
	if (fragment.p != NULL)
		buf_printf(&b, "#%.*s", STR_ARG(fragment));
	return buf_view(&b);
}

static struct fp_campaign_ref
campaign_of(const struct promoted *p)
{
	return (struct fp_campaign_ref){ p->s.campaign_id,
	    p->s.campaign_name, p->s.campaign_color.p != NULL ?
	    p->s.campaign_color : STR(DEFAULT_COLOR) };
}

/* Without a page of its own it is that of his code. */
static struct str
url_of(struct arena *a, const struct promoted *p,
    const struct referral_link *l)
{
	struct buf b;

	if (l->url.n > 0)
		return fp_named_url(a, p, l->url, l->sub_id);
	buf_init(&b, a, 200);
	buf_str(&b, link_of_code(a, p->s.code));
	put_sub_id(&b, '?', l->sub_id);
	return buf_view(&b);
}

static struct link_out
shown(struct request *rq, const struct promoted *p,
    const struct referral_link *l)
{
	return (struct link_out){ l->id, l->name, url_of(rq->arena, p, l),
	    l->sub_id.p != NULL ? l->sub_id : STR(""), false, OF_PROMOTER,
	    campaign_of(p) };
}

/* Of one: that of his code, those of the campaign, his own. */
static size_t
put(struct request *rq, const struct promoted *p, const struct list *offered,
    const struct list *own, struct link_out *out)
{
	const struct offer_link *c = offered->items;
	const struct referral_link *l = own->items;
	size_t n = 0;

	out[n++] = (struct link_out){ p->s.id, STR("Default"),
	    link_of_code(rq->arena, p->s.code), STR(""), true, OF_CAMPAIGN,
	    campaign_of(p) };
	for (size_t i = 0; i < offered->n; i++)
		if (c[i].campaign_id == p->s.campaign_id)
			out[n++] = (struct link_out){ c[i].id, c[i].name,
			    fp_named_url(rq->arena, p, c[i].url, STR("")),
			    STR(""), false, OF_CAMPAIGN, campaign_of(p) };
	for (size_t i = 0; i < own->n; i++)
		if (l[i].placement_id == p->s.id)
			out[n++] = shown(rq, p, &l[i]);
	return n;
}

static enum err
answer_all(struct request *rq, const struct promoted *p, size_t n)
{
	uint64_t *placements = arena_array(rq->arena, n + 1, sizeof(uint64_t));
	uint64_t *campaigns = arena_array(rq->arena, n + 1, sizeof(uint64_t));
	struct list offered, own;
	struct link_out *out;

	for (size_t i = 0; i < n; i++) {
		placements[i] = p[i].s.id;
		campaigns[i] = p[i].s.campaign_id;
	}
	TRY(offer_links(rq->db, rq->arena, rq->who.org_id, campaigns, n,
	    &offered));
	TRY(referral_links(rq->db, rq->arena, rq->who.org_id, placements, n,
	    &own));
	out = arena_array(rq->arena, n * (1 + OFFER_LINKS_MAX) + own.n + 1,
	    sizeof(*out));
	rq->page.items = (struct list){ out, 0 };
	for (size_t i = 0; i < n; i++)
		rq->page.items.n += put(rq, &p[i], &offered, &own,
		    out + rq->page.items.n);
	return OK;
}

static enum err
list(struct request *rq)
{
	struct promoted p = { 0 };

	TRY(promoted_get(rq->db, rq->arena, rq->who.org_id, rq->id[0], false,
	    &p));
	return answer_all(rq, &p, 1);
}

/* --- by himself --- */

struct own_query {
	uint64_t placement_id;
};

SHAPE(fp_own_links, struct own_query, "OwnLinksQuery",
    FIELD(struct own_query, placement_id, "promoter_campaign_id",
	.doc = "Of this one only"));

static enum err
list_own(struct request *rq)
{
	const struct own_query *q = rq->query;
	struct promoted p = { 0 };
	struct list all;

	if (q->placement_id != 0) {
		TRY(promoted_own(rq->db, rq->arena, rq->who.org_id,
		    rq->who.promoter_id, q->placement_id, &p));
		return answer_all(rq, &p, 1);
	}
	TRY(promoted_of(rq->db, rq->arena, rq->who.org_id,
	    rq->who.promoter_id, &all));
	return answer_all(rq, all.items, all.n);
}

SHAPE(fp_own_link_in, struct referral_link, "ReferralLinkCreate",
    FIELD(struct referral_link, placement_id, "promoter_campaign_id",
	.flags = F_REQUIRED | F_ID_NUMBER),
    FIELD(struct referral_link, sub_id, "sub_id", .flags = F_NULLABLE,
	.max = SUB_ID_MOST,
	.doc = "By which reports tell what came by this link"),
    FIELD(struct referral_link, name, "name", .flags = F_NULLABLE,
	.max = 120, .doc = "What sub_id says, if absent"),
    FIELD(struct referral_link, url, "url", .flags = F_NULLABLE, .max = 2000,
	.doc = "Where it leads; where his code does, if absent"));
SHAPE(fp_own_link_change, struct referral_link, "ReferralLinkUpdate",
    FIELD(struct referral_link, sub_id, "sub_id", .flags = F_NULLABLE,
	.max = SUB_ID_MOST),
    FIELD(struct referral_link, name, "name", .min = 1, .max = 120));
enum { HAS_SUB_ID = 1, HAS_NAME = 2 };

static void
check(struct request *rq)
{
	const struct referral_link *in = rq->in;
	struct str s = in->sub_id;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~') {
			complain(&rq->wrong, rq->arena, STR("sub_id"),
			    "must be printable ASCII");
			break;
		}
	if (in->url.n > 0 && !str_has_prefix(in->url, STR("https://")) &&
	    !str_has_prefix(in->url, STR("http://")))
		complain(&rq->wrong, rq->arena, STR("url"),
		    "must begin with https:// or http://");
}

/* His place in the campaign is not changed by a link. */
static enum err
find_place(struct request *rq)
{
	const struct referral_link *in = rq->in;
	struct promoted *p = ARENA_NEW(rq->arena, struct promoted);

	rq->prepared = p;
	TRY(promoted_own(rq->db, rq->arena, rq->who.org_id,
	    rq->who.promoter_id, in->placement_id, p));
	if (p->s.state != STANDING_ACCEPTED)
		return ERR_STANDING;
	return own_room(rq->db, rq->arena, rq->who.promoter_id, OWN_LINKS);
}

static enum err
answer(struct request *rq, const struct promoted *p,
    const struct referral_link *l)
{
	const struct link_out out = shown(rq, p, l);

	rq->out = arena_copy(rq->arena, &out, sizeof(out));
	return OK;
}

static enum err
create(struct request *rq)
{
	const struct promoted *p = rq->prepared;
	struct referral_link l = *(const struct referral_link *)rq->in;

	if (l.name.n == 0)
		l.name = l.sub_id.n > 0 ? l.sub_id : STR(DEFAULT_NAME);
	if (l.url.p == NULL)
		l.url = STR("");
	TRY(referral_link_create(rq->db, rq->arena, ACTOR(rq), &l));
	return answer(rq, p, &l);
}

static enum err
lock(struct request *rq, struct referral_link *l, struct promoted *p)
{
	TRY(referral_link_lock(rq->db, rq->arena, ACTOR(rq),
	    rq->who.promoter_id, rq->id[0], l));
	return promoted_own(rq->db, rq->arena, rq->who.org_id,
	    rq->who.promoter_id, l->placement_id, p);
}

static enum err
update(struct request *rq)
{
	const struct referral_link *in = rq->in;
	struct referral_link l = { 0 };
	struct promoted p = { 0 };

	TRY(lock(rq, &l, &p));
	if (rq->given & HAS_SUB_ID)
		l.sub_id = in->sub_id;
	if (rq->given & HAS_NAME)
		l.name = in->name;
	TRY(referral_link_update(rq->db, rq->arena, ACTOR(rq), &l));
	return answer(rq, &p, &l);
}

static enum err
delete(struct request *rq)
{
	struct referral_link l = { 0 };
	struct promoted p = { 0 };

	TRY(lock(rq, &l, &p));
	TRY(referral_link_delete(rq->db, rq->arena, ACTOR(rq), &l));
	return answer(rq, &p, &l);
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err create_errors[] = ERRORS(ERR_NOT_FOUND, ERR_STANDING,
    ERR_LIMIT);

#define PATH "/affiliate/referral_links"
#define TAG "Affiliate referral links"
const struct route fp_referral_link_routes[] = {
	{ .op = "listPromoterCampaignLinks", .method = GET,
	  .path = "/company/promoter_campaigns/{id}/referral_links",
	  .handle = list, .out = &fp_referral_link, .status = 200,
	  .flags = R_LIST, .scope = SCOPE_REFERRALS_READ,
	  .errors = not_found, .tag = "Promoter campaigns",
	  .summary = "List the links of a promoter in a campaign" },
	{ .op = "affiliateLinks", .method = GET, .path = PATH,
	  .handle = list_own, .query = &fp_own_links,
	  .out = &fp_referral_link, .status = 200,
	  .flags = R_PROMOTER | R_LIST, .tag = TAG,
	  .summary = "List one's links" },
	{ .op = "affiliateCreateLink", .method = POST, .path = PATH,
	  .check = check, .prepare = find_place, .handle = create,
	  .in = &fp_own_link_in, .out = &fp_referral_link, .status = 200,
	  .flags = R_PROMOTER | R_WRITE, .errors = create_errors,
	  .tag = TAG, .summary = "Make a link" },
	{ .op = "affiliateUpdateLink", .method = PUT, .path = PATH "/{id}",
	  .check = check, .handle = update, .in = &fp_own_link_change,
	  .out = &fp_referral_link, .status = 200,
	  .flags = R_PROMOTER | R_WRITE, .errors = not_found, .tag = TAG,
	  .summary = "Change a link of one's own" },
	{ .op = "affiliateDeleteLink", .method = DELETE, .path = PATH "/{id}",
	  .handle = delete, .out = &fp_referral_link, .status = 200,
	  .flags = R_PROMOTER | R_WRITE, .errors = not_found, .tag = TAG,
	  .summary = "Delete a link of one's own" },
	{ .op = NULL }
};
