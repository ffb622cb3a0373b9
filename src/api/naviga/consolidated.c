/* Campaigns with their lines in one call; and lines for one that is there. */
#include "api/naviga/lines.h"

#include "base/money.h"
#include "model/campaign/line.h"
#include "base/banned.h"

struct consolidated {
	struct str id, advertiser, brand, product_group, name, currency;
	int type;
	struct day starts_on, ends_on;
	struct list lines;
};

SHAPE(consolidated, struct consolidated, "ConsolidatedCreate",
    FIELD(struct consolidated, id, "CampaignID",
	.flags = F_REQUIRED | F_LOOSE, .min = 1, .max = 20,
	.doc = "NEW, or the id of a campaign that gets the lines; what else "
	    "is given of it must then be as it is",
	.example = "\"NEW\""),
    FIELD(struct consolidated, advertiser, "AdvertiserID", .min = 1,
	.max = 64, .flags = F_LOOSE,
	.doc = "Your reference of the customer; needed for NEW",
	.example = "\"C-1001\""),
    FIELD(struct consolidated, brand, "BrandID", .min = 1, .max = 64,
	.flags = F_NULLABLE | F_LOOSE),
    FIELD(struct consolidated, product_group, "ProductGroupID", .min = 1,
	.max = 64, .flags = F_NULLABLE | F_LOOSE),
    FIELD(struct consolidated, type, "CampaignType", .flags = F_NULLABLE,
	.labels = campaign_type_labels, .example = "\"Flexible\""),
    FIELD(struct consolidated, name, "Name", .min = 1, .max = 120,
	.doc = "Needed for NEW", .example = "\"Spring\""),
    FIELD(struct consolidated, starts_on, "StartDate", .flags = F_NULLABLE,
	.doc = "May be past; that of the first line where absent"),
    FIELD(struct consolidated, ends_on, "EndDate", .flags = F_NULLABLE,
	.doc = "The last day; that of the last line where absent"),
    FIELD(struct consolidated, currency, "Currency", .format = "currency",
	.max = 3, .doc = "ISO 4217; needed for NEW", .example = "\"USD\""),
    FIELD(struct consolidated, lines, "Lines", .of = &nv_line_in,
	.max = LINES_MAX));

static bool
is_new(const struct consolidated *in)
{
	return str_is(in->id, "NEW");
}

/* Tokens are no currency of a campaign. */
static bool
is_currency(struct str code)
{
	return code.p != NULL && !str_is(code, "TOK");
}

static struct nv_frame
new_frame(struct request *rq, const struct consolidated *in)
{
	return (struct nv_frame){ .rq = rq,
	    .digits = is_new(in) && is_currency(in->currency) ?
		currency_digits(in->currency) : -1,
	    .starts_on = in->starts_on, .ends_on = in->ends_on,
	    .known = is_new(in), .fixed = is_new(in) };
}

static void
need(struct request *rq, bool there, const char *field)
{
	if (!there)
		nv_wrong(rq, str_of(field), "must be given for NEW");
}

static void
check(struct request *rq)
{
	const struct consolidated *in = rq->in;
	struct nv_frame f = new_frame(rq, in);
	uint64_t id;

	if (is_new(in)) {
		need(rq, in->advertiser.p != NULL, "AdvertiserID");
		need(rq, in->name.p != NULL, "Name");
		need(rq, in->currency.p != NULL, "Currency");
	} else if (in->id.p != NULL && (in->id.p[0] == '0' ||
	    !str_to_u64(in->id, &id) || id > INT64_MAX)) {
		nv_wrong(rq, STR("CampaignID"), "must be NEW or an id");
	} else if (in->lines.n == 0) {
		nv_wrong(rq, STR("Lines"), "must have at least one item");
	}
	if (in->currency.p != NULL && !is_currency(in->currency))
		nv_wrong(rq, STR("Currency"), "must be one of ISO 4217");
	if (nv_before(in->ends_on, in->starts_on))
		nv_wrong(rq, STR("EndDate"), "must not be before StartDate");
	(void)nv_read_lines(&f, in->lines);
}

struct new_line {
	uint64_t id;
	struct str external, product;
	struct decimal amount, tax, total;
};

SHAPE(new_line, struct new_line, "NewLine",
    FIELD(struct new_line, id, "ID"),
    FIELD(struct new_line, external, "ThirdPartyLineID", .max = 64,
	.flags = F_NULLABLE),
    FIELD(struct new_line, product, "ProductID", .max = 64),
    FIELD(struct new_line, amount, "Amount", .example = "100.10"),
    FIELD(struct new_line, tax, "TaxAmount", .example = "19.02"),
    FIELD(struct new_line, total, "TotalWithTax", .example = "119.12"));

struct created {
	uint64_t id;
	struct list lines;
};

SHAPE(created_out, struct created, "ConsolidatedCreated",
    FIELD(struct created, id, "NewCampaignID"),
    FIELD(struct created, lines, "NewLines", .of = &new_line,
	.max = LINES_MAX));

static enum err
answer(struct request *rq, const struct campaign *c, const struct line *l,
    size_t n)
{
	struct created *out = ARENA_NEW(rq->arena, struct created);
	struct new_line *line = arena_array(rq->arena, n + 1, sizeof(*line));

	for (size_t i = 0; i < n; i++)
		line[i] = (struct new_line){ .id = l[i].id,
		    .external = l[i].external_id, .product = l[i].product,
		    .amount = nv_money(rq->arena, c, l[i].amount),
		    .tax = nv_money(rq->arena, c, l[i].tax),
		    .total = nv_money(rq->arena, c, l[i].amount + l[i].tax) };
	*out = (struct created){ c->id, { line, n } };
	rq->out = out;
	return OK;
}

/* All of a campaign's lines can be summed, and shown as JSON numbers. */
static enum err
add_lines(struct request *rq, struct campaign *c, struct line *l, size_t n)
{
	const struct line *old;
	struct list rows;
	int64_t total = 0;

	TRY(line_list(rq->db, rq->arena, c, nv_today(rq, c), &rows));
	if (rows.n + n > LINES_MAX) {
		nv_wrong(rq, STR("Lines"), "are more than %d of a campaign",
		    LINES_MAX);
		return ERR_INVALID;
	}
	old = rows.items;
	for (size_t i = 0; i < rows.n + n; i++) {
		const struct line *one = i < rows.n ? &old[i] :
		    &l[i - rows.n];

		total += one->amount + one->tax;
		if (total > MONEY_MAX)
			return ERR_OVERFLOW;
	}
	TRY(line_add(rq->db, rq->arena, ACTOR(rq), c, l, n));
	return answer(rq, c, l, n);
}

static enum err
create_new(struct request *rq, const struct consolidated *in)
{
	struct nv_frame f = new_frame(rq, in);
	struct campaign c = CAMPAIGN_NEW;

	c.name = in->name;
	c.advertiser = in->advertiser;
	c.brand = in->brand;
	c.product_group = in->product_group;
	c.type = in->type;
	c.currency = in->currency;
	c.starts_on = in->starts_on;
	c.ends_on = in->ends_on;
	TRY(campaign_create(rq->db, rq->arena, ACTOR(rq), &c));
	return add_lines(rq, &c, nv_read_lines(&f, in->lines), in->lines.n);
}

static void
agree(struct request *rq, struct str given, struct str is, const char *field)
{
	if (given.p != NULL && !str_eq(given, is))
		nv_wrong(rq, str_of(field), "is another in this campaign");
}

static void
agree_day(struct request *rq, struct day given, struct day is,
    const char *field)
{
	if (given.n != DAY_NONE.n && is.n != DAY_NONE.n && given.n != is.n)
		nv_wrong(rq, str_of(field), "is another in this campaign");
}

static void
agree_all(struct request *rq, const struct consolidated *in,
    const struct campaign *c)
{
	agree(rq, in->advertiser, c->advertiser, "AdvertiserID");
	agree(rq, in->brand, c->brand, "BrandID");
	agree(rq, in->product_group, c->product_group, "ProductGroupID");
	agree(rq, in->name, c->name, "Name");
	agree(rq, in->currency, c->currency, "Currency");
	agree_day(rq, in->starts_on, c->starts_on, "StartDate");
	agree_day(rq, in->ends_on, c->ends_on, "EndDate");
	if (in->type >= 0 && in->type != c->type)
		nv_wrong(rq, STR("CampaignType"),
		    "is another in this campaign");
}

/* One that another face made has nothing of this yet. */
static enum err
engage(struct request *rq, const struct consolidated *in, struct campaign *c)
{
	if (c->advertiser_id != 0 && c->currency.p != NULL)
		return OK;
	if (in->advertiser.p == NULL)
		nv_wrong(rq, STR("AdvertiserID"),
		    "must be given: the campaign has none yet");
	if (in->currency.p == NULL)
		nv_wrong(rq, STR("Currency"),
		    "must be given: the campaign has none yet");
	if (rq->wrong.n > 0)
		return ERR_INVALID;
	c->advertiser = in->advertiser;
	c->currency = in->currency;
	c->brand = in->brand;
	c->product_group = in->product_group;
	c->type = in->type;
	return campaign_engage(rq->db, rq->arena, ACTOR(rq), c);
}

static struct day
or(struct day a, struct day b)
{
	return a.n != DAY_NONE.n ? a : b;
}

static enum err
add_to(struct request *rq, const struct consolidated *in)
{
	struct campaign c = CAMPAIGN_NEW;
	struct nv_frame f = { .rq = rq, .known = true };
	struct line *l;
	uint64_t id;

	INVARIANT(str_to_u64(in->id, &id));
	TRY(campaign_lock(rq->db, rq->arena, rq->who.org_id, id, &c));
	if (campaign_over(&c))
		return campaign_told(rq, &c, ERR_CONFLICT);
	TRY(engage(rq, in, &c));
	agree_all(rq, in, &c);
	f.digits = nv_digits(&c);
	f.starts_on = or(c.starts_on, in->starts_on);
	f.ends_on = or(c.ends_on, in->ends_on);
	l = nv_read_lines(&f, in->lines);
	return rq->wrong.n > 0 ? ERR_INVALID :
	    add_lines(rq, &c, l, in->lines.n);
}

static enum err
create(struct request *rq)
{
	const struct consolidated *in = rq->in;

	return is_new(in) ? create_new(rq, in) : add_to(rq, in);
}

static const enum err create_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT,
    ERR_OVERFLOW);

const struct route nv_consolidated_routes[] = {
	{ .op = "createCampaignConsolidated", .method = POST,
	  .path = "/consolidated/create", .handle = create, .check = check,
	  .in = &consolidated, .out = &created_out, .status = 201,
	  .flags = R_WRITE, .scope = SCOPE_CAMPAIGNS_WRITE,
	  .errors = create_errors, .tag = "campaigns",
	  .summary = "Create a quote with lines, or add lines to a campaign",
	  .done = "The campaign and its new lines" },
	{ .op = NULL }
};
