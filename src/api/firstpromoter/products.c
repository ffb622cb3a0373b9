/* What a company sells, for rewards that are for some of it only. */
#include "api/firstpromoter/routes.h"
#include "model/reward/company_product.h"

#include "base/banned.h"

#define PRICE_FIELDS \
    FIELD(struct company_price, ext_id, "ext_id", .flags = F_REQUIRED, \
	.min = 1, .max = 120, .doc = "Its name where it is billed"), \
    FIELD(struct company_price, description, "desc", .flags = F_NULLABLE, \
	.max = 400)
SHAPE(fp_price_in, struct company_price, "PriceInput", PRICE_FIELDS);
SHAPE(fp_price, struct company_price, "Price", PRICE_FIELDS);

#define INPUT(required) \
    FIELD(struct company_product, name, "name", .flags = (required), \
	.min = 1, .max = 120), \
    FIELD(struct company_product, ext_id, "ext_id", .flags = F_NULLABLE, \
	.min = 1, .max = 120, .doc = "Its name where it is billed"), \
    FIELD(struct company_product, prices, "prices", .flags = F_REQUIRED, \
	.of = &fp_price_in, .max = COMPANY_PRICES_MAX, \
	.doc = "All of them: these replace those before")
SHAPE(fp_product_in, struct company_product, "ProductCreate",
    INPUT(F_REQUIRED));
SHAPE(fp_product_change, struct company_product, "ProductUpdate", INPUT(0));
enum { GIVEN_NAME = 1, GIVEN_EXT_ID = 2 };

SHAPE(fp_product, struct company_product, "Product",
    FP_ID(struct company_product, id, "id"),
    FIELD(struct company_product, name, "name", .max = 120),
    FIELD(struct company_product, ext_id, "ext_id", .flags = F_NULLABLE,
	.max = 120),
    FIELD(struct company_product, prices, "prices",
	.of = &fp_price, .max = COMPANY_PRICES_MAX),
    FIELD(struct company_product, created_at, "created_at"));

static enum err
answer(struct request *rq, const struct company_product *p)
{
	rq->out = arena_copy(rq->arena, p, sizeof(*p));
	answer_etag(rq, (uint64_t)p->version);
	return OK;
}

/* An ext_id of a price stands once in a product. */
static void
check(struct request *rq)
{
	const struct company_product *in = rq->in;
	const struct company_price *p = in->prices.items;

	for (size_t i = 0; i < in->prices.n; i++)
		for (size_t k = 0; k < i; k++)
			if (p[k].ext_id.p != NULL &&
			    str_eq(p[k].ext_id, p[i].ext_id))
				complain(&rq->wrong, rq->arena, str_printf(
				    rq->arena, "prices[%zu].ext_id", i),
				    "stands there twice");
}

/* What the database says of the ext_id is a wrong field here. */
static enum err
told(struct request *rq, enum err e)
{
	if (e != ERR_NAME_TAKEN)
		return e;
	complain(&rq->wrong, rq->arena, STR("ext_id"),
	    "is that of another product");
	return ERR_INVALID;
}

static enum err
create(struct request *rq)
{
	struct company_product p = *(const struct company_product *)rq->in;

	TRY(told(rq, company_product_create(rq->db, rq->arena, ACTOR(rq),
	    &p)));
	return answer(rq, &p);
}

static enum err
get(struct request *rq)
{
	struct company_product p = { 0 };

	TRY(company_product_get(rq->db, rq->arena, rq->who.org_id, rq->id[0],
	    &p));
	return answer(rq, &p);
}

static enum err
read_first(struct request *rq)
{
	struct company_product *p = ARENA_NEW(rq->arena,
	    struct company_product);

	rq->prepared = p;
	return company_product_get(rq->db, rq->arena, rq->who.org_id,
	    rq->id[0], p);
}

static enum err
update(struct request *rq)
{
	const struct company_product *in = rq->in;
	struct company_product p =
	    *(const struct company_product *)rq->prepared;

	TRY(precondition(rq, (uint64_t)p.version));
	if (rq->given & GIVEN_NAME)
		p.name = in->name;
	if (rq->given & GIVEN_EXT_ID)
		p.ext_id = in->ext_id;
	p.prices = in->prices;
	TRY(told(rq, company_product_update(rq->db, rq->arena, ACTOR(rq),
	    &p)));
	return answer(rq, &p);
}

/* Answers with what it was. */
static enum err
delete(struct request *rq)
{
	rq->out = rq->prepared;
	return company_product_delete(rq->db, rq->arena, ACTOR(rq),
	    rq->id[0]);
}

struct product_query {
	struct fp_page_query page;
	struct str q;
};

SHAPE(fp_product_query, struct product_query, "ProductQuery",
    FP_PAGE_FIELDS(struct product_query),
    FIELD(struct product_query, q, "q", .max = 120,
	.doc = "Only those with this in the name, or in a price"));

static const char *const sorts[] = { "id:asc", NULL };

static enum err
list(struct request *rq)
{
	const struct product_query *q = rq->query;
	struct paging p;
	struct list rows;

	TRY(fp_page_read(rq, &q->page, 0, &p));
	TRY(company_product_list(rq->db, rq->arena, rq->who.org_id, q->q, &p,
	    &rows));
	page_cut(rq, &p, rows, sizeof(struct company_product),
	    offsetof(struct company_product, id),
	    offsetof(struct company_product, id));
	return OK;
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err update_errors[] = ERRORS(ERR_NOT_FOUND, ERR_STALE);

const struct route fp_product_routes[] = {
	{ .op = "listCompanyProducts", .method = GET,
	  .path = "/company/products", .handle = list,
	  .query = &fp_product_query, .sorts = sorts,
	  .out = &fp_product, .status = 200, .flags = R_LIST,
	  .scope = SCOPE_CAMPAIGNS_READ, .tag = "Products",
	  .summary = "List what the company sells" },
	{ .op = "createCompanyProduct", .method = POST,
	  .path = "/company/products", .check = check, .handle = create,
	  .in = &fp_product_in,
	  .out = &fp_product, .status = 201, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .tag = "Products",
	  .summary = "Make a product" },
	{ .op = "getCompanyProduct", .method = GET,
	  .path = "/company/products/{id}", .handle = get,
	  .out = &fp_product, .status = 200,
	  .scope = SCOPE_CAMPAIGNS_READ, .errors = not_found,
	  .tag = "Products", .summary = "Read a product" },
	{ .op = "updateCompanyProduct", .method = PUT,
	  .path = "/company/products/{id}", .prepare = read_first,
	  .check = check, .handle = update, .in = &fp_product_change,
	  .out = &fp_product, .status = 200, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = update_errors,
	  .tag = "Products", .summary = "Change a product, with its prices" },
	{ .op = "deleteCompanyProduct", .method = DELETE,
	  .path = "/company/products/{id}", .prepare = read_first,
	  .handle = delete, .out = &fp_product, .status = 200,
	  .flags = R_WRITE | R_LIVE, .scope = SCOPE_CAMPAIGNS_WRITE,
	  .errors = not_found, .tag = "Products",
	  .summary = "Delete a product; rewards are for it no longer" },
	{ .op = NULL }
};
