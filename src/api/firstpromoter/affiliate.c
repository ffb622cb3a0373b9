/* A promoter himself: how he comes in, and what he is. */
#include "api/firstpromoter/affiliate.h"
#include "api/firstpromoter/promoter_campaigns.h"
#include "auth/password.h"
#include "auth/secret.h"
#include "model/promoter/list.h"
#include "model/promoter/promoter_actions.h"

#include "base/banned.h"

/* --- what he is --- */

SHAPE(fp_own_campaign, struct fp_promoter_campaign, "OwnPromoterCampaign",
    FP_ID(struct fp_promoter_campaign, p.s.id, "id"),
    FP_ID(struct fp_promoter_campaign, p.s.campaign_id, "campaign_id"),
    FIELD(struct fp_promoter_campaign, p.s.created_at, "created_at"),
    FIELD(struct fp_promoter_campaign, campaign, "campaign",
	.of = &fp_campaign_ref),
    FIELD(struct fp_promoter_campaign, p.s.state, "state",
	.labels = fp_promoted_labels),
    FP_ID(struct fp_promoter_campaign, p.s.promoter_id, "promoter_id"),
    FIELD(struct fp_promoter_campaign, stats, "stats",
	.of = &fp_promoted_stats),
    FIELD(struct fp_promoter_campaign, p.s.code, "ref_token", .max = 40),
    FIELD(struct fp_promoter_campaign, link, "ref_link", .max = 2000),
    FIELD(struct fp_promoter_campaign, monetary, "has_monetary_rewards"));

struct current {
	struct fp_promoter p;
	struct list documents, campaigns;
};

SHAPE(fp_current, struct current, "CurrentPromoter",
    FP_ID(struct current, p.p.id, "id"),
    FIELD(struct current, p.p.email, "email", .max = 254),
    FIELD(struct current, p.p.name, "name", .max = 160),
    FIELD(struct current, p.stats, "stats", .of = &fp_stats),
    FIELD(struct current, p.balances, "balances", .of = &fp_balances),
    FIELD(struct current, p.fields, "custom_fields", .flags = F_JSON),
    FIELD(struct current, p.p.joined_at, "first_event_at"),
    FIELD(struct current, p.invoices, "invoice_details_status",
	.labels = fp_invoice_labels),
    FIELD(struct current, p.p.joined_at, "joined_at"),
    FIELD(struct current, p.p.paid_by.method, "selected_payout_method",
	.flags = F_NULLABLE, .labels = payout_method_labels),
    FIELD(struct current, documents, "pending_contract_documents", .max = 100,
	.doc = "Contracts are not kept here: always empty"),
    FIELD(struct current, p.profile, "profile", .of = &fp_profile),
    FIELD(struct current, campaigns, "promoter_campaigns",
	.of = &fp_own_campaign, .max = PROMOTED_MOST),
    FIELD(struct current, p.confirmed, "is_confirmed"));

enum err
fp_current_answer(struct request *rq, uint64_t id)
{
	struct current *out = ARENA_NEW(rq->arena, struct current);
	struct fp_promoter_campaign *campaigns;
	struct promoter p = { 0 };
	struct list rows;

	TRY(promoter_get(rq->db, rq->arena, rq->who.org_id, id, &p));
	TRY(fp_promoters_show(rq->db, rq->arena, rq->who.org_id, &p,
	    sizeof(p), 1, &out->p));
	TRY(promoted_of(rq->db, rq->arena, rq->who.org_id, id, &rows));
	campaigns = arena_array(rq->arena, rows.n + 1, sizeof(*campaigns));
	TRY(fp_promoted_show(rq->db, rq->arena, rq->who.org_id, rows.items,
	    rows.n, campaigns));
	out->campaigns = (struct list){ campaigns, rows.n };
	rq->out = out;
	return OK;
}

static enum err
current(struct request *rq)
{
	return fp_current_answer(rq, rq->who.promoter_id);
}

struct sub_query {
	struct fp_page_query page;
};

SHAPE(fp_sub_query, struct sub_query, "SubAffiliatesQuery",
    FP_PAGE_FIELDS(struct sub_query));

SHAPE(fp_sub_affiliate, struct fp_promoter, "SubAffiliate",
    FP_ID(struct fp_promoter, p.id, "id"),
    FIELD(struct fp_promoter, p.name, "name", .max = 160),
    FIELD(struct fp_promoter, p.email, "email", .max = 254),
    FIELD(struct fp_promoter, stats, "stats", .of = &fp_stats),
    FIELD(struct fp_promoter, p.joined_at, "joined_at"));

static const char *const sub_sorts[] = { "joined_at:desc", NULL };

/* Those who stand under him, and are not archived. */
static enum err
sub_affiliates(struct request *rq)
{
	const struct sub_query *q = rq->query;
	const struct promoter_filter f = { .state = -1, .metric = -1,
	    .joined_from = DAY_NONE, .joined_to = DAY_NONE,
	    .login_from = DAY_NONE, .login_to = DAY_NONE,
	    .idle_since = DAY_NONE, .parent_id = rq->who.promoter_id };
	struct fp_promoter *out;
	struct paging p;
	struct list rows;

	TRY(fp_page_read(rq, &q->page, 0, &p));
	TRY(promoter_list(rq->db, rq->arena, rq->who.org_id, &f, &p, &rows));
	out = arena_array(rq->arena, rows.n + 1, sizeof(*out));
	TRY(fp_promoters_show(rq->db, rq->arena, rq->who.org_id, rows.items,
	    sizeof(struct promoter_listed), rows.n, out));
	page_cut(rq, &p, (struct list){ out, rows.n }, sizeof(*out),
	    offsetof(struct fp_promoter, p.joined_at),
	    offsetof(struct fp_promoter, p.id));
	return OK;
}

/* His last call, as long as his company leaves it so. */
static enum err
archive(struct request *rq)
{
	struct batch_item item = { .id = rq->who.promoter_id };

	TRY(promoter_archive.run(rq->db, rq->arena, ACTOR(rq), NULL, &item,
	    1));
	TRY(item.result);
	return fp_current_answer(rq, rq->who.promoter_id);
}

/* --- how he comes in --- */

struct login_in {
	struct str email, password;
};

SHAPE(fp_affiliate_login, struct login_in, "AffiliateLogin",
    FIELD(struct login_in, email, "email", .flags = F_REQUIRED, .max = 254,
	.format = "email", .example = "\"promoter@example.com\""),
    FIELD(struct login_in, password, "password", .flags = F_REQUIRED,
	.max = 200));

static enum err
check_password(struct request *rq)
{
	const struct login_in *in = rq->in;
	struct promoter_login *l = ARENA_NEW(rq->arena, struct promoter_login);

	rq->prepared = l;
	secret_address(rq->http->address, l->address_hash);
	return promoter_login_by(rq->db, rq->arena,
	    str_trim(rq->http->account_id), in->email, in->password, l);
}

/* Whoever else's credential came along, it is he who logs in. */
static enum err
log_in(struct request *rq)
{
	rq->who.user_id = 0;
	return fp_token_answer(rq, rq->prepared);
}

static enum err
log_out(struct request *rq)
{
	return promoter_session_end(rq->db, rq->who.promoter_id,
	    rq->who.session_id);
}

struct offer_query {
	struct str id;
};

SHAPE(fp_offer_query, struct offer_query, "PasswordOfferQuery",
    FIELD(struct offer_query, id, "id", .flags = F_REQUIRED, .max = 400,
	.doc = "As it stands in the promoter's password_setup_url"));

struct offer_out {
	struct str email;
};

SHAPE(fp_offer_out, struct offer_out, "PasswordOffer",
    FIELD(struct offer_out, email, "email", .max = 254));

static enum err
offered(struct request *rq)
{
	const struct offer_query *q = rq->query;
	struct offer_out *out = ARENA_NEW(rq->arena, struct offer_out);
	struct promoter_login l = { 0 };

	TRY(promoter_offer_open(rq->db, rq->arena, q->id, rq->now, &l));
	out->email = l.email;
	rq->out = out;
	return OK;
}

struct new_password {
	struct str text, again;
};

struct password_in {
	struct str id;
	struct new_password user;
};

SHAPE(fp_new_password, struct new_password, "NewPassword",
    FIELD(struct new_password, text, "new_password", .flags = F_REQUIRED,
	.max = PASSWORD_MAX, .example = "\"correct horse battery\""),
    FIELD(struct new_password, again, "new_password_confirmation",
	.flags = F_REQUIRED, .max = PASSWORD_MAX,
	.example = "\"correct horse battery\""));

SHAPE(fp_password_in, struct password_in, "PasswordChoice",
    FIELD(struct password_in, id, "id", .flags = F_REQUIRED, .max = 400,
	.doc = "As it stands in the promoter's password_setup_url"),
    FIELD(struct password_in, user, "user", .flags = F_REQUIRED,
	.of = &fp_new_password));

static enum err
wrong(struct request *rq, const char *field, const char *why)
{
	complain(&rq->wrong, rq->arena, str_of(field), "%s", why);
	return ERR_PARAMS;
}

struct choosing {
	struct promoter_login login;
	struct str hash;
};

/* From here on the request is that of him whom the offer names. */
static enum err
hash_choice(struct request *rq)
{
	const struct password_in *in = rq->in;
	struct choosing *c = ARENA_NEW(rq->arena, struct choosing);
	const char *why;

	rq->prepared = c;
	TRY(promoter_offer_open(rq->db, rq->arena, in->id, rq->now,
	    &c->login));
	why = password_problem(in->user.text, c->login.email);
	if (why != NULL)
		return wrong(rq, "new_password", why);
	if (!str_eq(in->user.text, in->user.again))
		return wrong(rq, "new_password_confirmation",
		    "must be the same");
	c->hash = password_hash(rq->arena, in->user.text);
	rq->who = (struct principal){ .promoter_id = c->login.id,
	    .org_id = c->login.organization_id, .role = ROLE_NONE };
	return OK;
}

static enum err
choose(struct request *rq)
{
	const struct choosing *c = rq->prepared;

	TRY(promoter_password_set(rq->db, rq->arena, &c->login, c->hash,
	    rq->now));
	return fp_current_answer(rq, c->login.id);
}

static const enum err login_errors[] = ERRORS(ERR_BAD_LOGIN);
static const enum err offer_errors[] = ERRORS(ERR_BAD_TOKEN);
static const enum err choice_errors[] = ERRORS(ERR_BAD_TOKEN, ERR_PARAMS);

#define TAG "Affiliate"
const struct route fp_affiliate_routes[] = {
	{ .op = "affiliateLogin", .method = POST, .path = "/affiliate/login",
	  .prepare = check_password, .handle = log_in,
	  .in = &fp_affiliate_login, .out = &fp_token, .status = 200,
	  .flags = R_PUBLIC | R_ACCOUNT | R_WRITE | R_NO_KEY,
	  .errors = login_errors, .tag = TAG,
	  .summary = "Log in as a promoter" },
	{ .op = "affiliateLogout", .method = POST,
	  .path = "/affiliate/logout", .handle = log_out, .status = 204,
	  .flags = R_PROMOTER | R_WRITE, .tag = TAG,
	  .summary = "Take back the token by which this is asked for" },
	{ .op = "affiliateCurrent", .method = GET,
	  .path = "/affiliate/promoters/current", .handle = current,
	  .out = &fp_current, .status = 200, .flags = R_PROMOTER, .tag = TAG,
	  .summary = "Read what a promoter is" },
	{ .op = "affiliateSubAffiliates", .method = GET,
	  .path = "/affiliate/promoters/sub_affiliates",
	  .handle = sub_affiliates, .query = &fp_sub_query,
	  .out = &fp_sub_affiliate, .sorts = sub_sorts, .status = 200,
	  .flags = R_PROMOTER | R_LIST, .tag = TAG,
	  .summary = "List the promoters who stand under one" },
	{ .op = "affiliateArchive", .method = POST,
	  .path = "/affiliate/promoters/archive", .handle = archive,
	  .out = &fp_current, .status = 200, .flags = R_PROMOTER | R_WRITE,
	  .tag = TAG, .summary = "Archive oneself: one's links and tokens "
	    "end" },
	{ .op = "affiliatePasswordOffer", .method = GET,
	  .path = "/affiliate/promoters/email_from_encrypted_id",
	  .handle = offered, .query = &fp_offer_query, .out = &fp_offer_out,
	  .status = 200, .flags = R_PUBLIC, .errors = offer_errors,
	  .tag = TAG, .summary = "Whose password can be chosen" },
	{ .op = "affiliatePassword", .method = PUT,
	  .path = "/affiliate/promoters/set_password",
	  .prepare = hash_choice, .handle = choose, .in = &fp_password_in,
	  .out = &fp_current, .status = 200,
	  .flags = R_PUBLIC | R_WRITE | R_NO_KEY, .errors = choice_errors,
	  .tag = TAG, .summary = "Choose a password: all tokens end" },
	{ .op = NULL }
};
