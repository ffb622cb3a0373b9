/* Products as the house administers them. */
#include "api/perfectworks/routes.h"
#include "base/money.h"
#include "model/payment/product.h"
#include "model/payment/provider.h"
#include "model/token/token.h"

#include "base/banned.h"

#define TOKENS_MAX INT64_C(1000000000000)
#define DAYS_MAX 36500

SHAPE(price_in, struct money_of, "Price",
    FIELD(struct money_of, currency, "currency", .flags = F_REQUIRED,
	.max = 3, .format = "currency", .example = "\"USD\""),
    FIELD(struct money_of, amount, "amount", .flags = F_REQUIRED, .min = 1,
	.max = MONEY_MAX, .doc = "In minor units: cents",
	.example = "1000"));

#define CHANGEABLE(required) \
    FIELD(struct product, name, "name", .flags = (required), .min = 1, \
	.max = 120, .example = "\"Starter\""), \
    FIELD(struct product, description, "description", .max = 1000), \
    FIELD(struct product, tokens, "tokens", .flags = (required), .min = 1, \
	.max = TOKENS_MAX, .doc = "What one of it credits"), \
    FIELD(struct product, prices, "prices", .flags = (required), \
	.of = &price_in, .min = 1, .max = PRODUCT_PRICES_MAX, \
	.doc = "One a currency; the first is the default. A new price " \
	"changes no checkout session", \
	.example = "[{\"currency\":\"USD\",\"amount\":1000}]"), \
    FIELD(struct product, valid_days, "validDays", .flags = F_NULLABLE, \
	.min = 0, .max = DAYS_MAX, \
	.doc = "The tokens run out after so many days; 0: never"), \
    FIELD(struct product, active, "active", .doc = "For sale"), \
    FIELD(struct product, position, "position", .min = 1, \
	.max = 1000000, .doc = "Place in the list of what is for sale")

SHAPE(product_in, struct product, "ProductCreate", CHANGEABLE(F_REQUIRED));
SHAPE(product_change, struct product, "ProductUpdate", CHANGEABLE(0));

/* Bits of given, in the order of CHANGEABLE. */
enum { GIVEN_NAME = 1, GIVEN_DESCRIPTION = 2, GIVEN_TOKENS = 4,
	GIVEN_PRICES = 8, GIVEN_DAYS = 16, GIVEN_ACTIVE = 32,
	GIVEN_POSITION = 64 };

SHAPE(house_product_out, struct product, "HouseProduct",
    FIELD(struct product, id, "id"),
    FIELD(struct product, name, "name", .max = 120),
    FIELD(struct product, description, "description", .max = 1000),
    FIELD(struct product, tokens, "tokens"),
    FIELD(struct product, prices, "prices", .of = &pw_money,
	.max = PRODUCT_PRICES_MAX),
    FIELD(struct product, valid_days, "validDays",
	.doc = "0: the tokens never run out"),
    FIELD(struct product, active, "active"),
    FIELD(struct product, position, "position"),
    FIELD(struct product, created_at, "createdAt"),
    FIELD(struct product, updated_at, "updatedAt"));

static enum err
check_prices(struct request *rq, struct list prices)
{
	const struct money_of *p = prices.items;

	for (size_t i = 0; i < prices.n; i++) {
		struct str field = str_printf(rq->arena, "prices[%zu]", i);

		if (str_eq(p[i].currency, TOKEN_CURRENCY))
			complain(&rq->wrong, rq->arena, field,
			    "must be in a currency of ISO 4217");
		else if (provider_refuses(p[i].currency, p[i].amount))
			complain(&rq->wrong, rq->arena, field, "is nothing "
			    "that the payment provider can take: see its "
			    "rules for this currency");
		for (size_t k = 0; k < i; k++)
			if (str_eq(p[k].currency, p[i].currency))
				complain(&rq->wrong, rq->arena, field,
				    "is a second price in this currency");
	}
	return rq->wrong.n == 0 ? OK : ERR_INVALID;
}

static enum err
answer(struct request *rq, const struct product *p)
{
	rq->out = arena_copy(rq->arena, p, sizeof(*p));
	answer_etag(rq, (uint64_t)p->version);
	return OK;
}

static enum err
create(struct request *rq)
{
	struct product p = *(const struct product *)rq->in;

	if ((rq->given & GIVEN_DESCRIPTION) == 0)
		p.description = STR("");
	if ((rq->given & GIVEN_ACTIVE) == 0)
		p.active = true;
	TRY(check_prices(rq, p.prices));
	TRY(product_offer(rq->db, rq->arena, ACTOR(rq), &p));
	return answer(rq, &p);
}

static const char *const sorts[] = {
	"position:asc", "position:desc", "createdAt:desc", "createdAt:asc",
	NULL
};

static enum err
list(struct request *rq)
{
	const struct pw_list_query *q = rq->query;
	struct paging p;
	struct list rows;

	TRY(page_read(rq, &q->paging, &p));
	TRY(product_list_all(rq->db, rq->arena, &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct product), p.order < 2 ?
	    offsetof(struct product, position) :
	    offsetof(struct product, created_at),
	    offsetof(struct product, id));
	return OK;
}

static enum err
get(struct request *rq)
{
	struct product p = { 0 };

	TRY(product_get_any(rq->db, rq->arena, rq->id[0], &p));
	return answer(rq, &p);
}

/* Partial: what was not given stays. */
static void
change(struct product *p, const struct product *in, uint64_t given)
{
	if (given & GIVEN_NAME)
		p->name = in->name;
	if (given & GIVEN_DESCRIPTION)
		p->description = in->description;
	if (given & GIVEN_TOKENS)
		p->tokens = in->tokens;
	if (given & GIVEN_PRICES)
		p->prices = in->prices;
	if (given & GIVEN_DAYS)
		p->valid_days = in->valid_days;
	if (given & GIVEN_ACTIVE)
		p->active = in->active;
	if (given & GIVEN_POSITION)
		p->position = in->position;
}

static enum err
update(struct request *rq)
{
	const struct product *in = rq->in;
	struct product p = { 0 };

	TRY(check_prices(rq, in->prices));
	TRY(product_get_any(rq->db, rq->arena, rq->id[0], &p));
	TRY(precondition(rq, (uint64_t)p.version));
	change(&p, in, rq->given);
	TRY(product_update(rq->db, rq->arena, ACTOR(rq), &p,
	    (rq->given & GIVEN_PRICES) != 0));
	return answer(rq, &p);
}

static enum err
withdraw(struct request *rq)
{
	return product_withdraw(rq->db, rq->arena, ACTOR(rq), rq->id[0]);
}

static const enum err create_errors[] = ERRORS(ERR_NAME_TAKEN);
static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err update_errors[] = ERRORS(ERR_NOT_FOUND, ERR_NAME_TAKEN,
    ERR_STALE);

const struct route pw_product_routes[] = {
	{ .op = "adminCreateProduct", .method = POST, .path = "/admin/products",
	  .handle = create, .in = &product_in,
	  .out = &house_product_out, .status = 201,
	  .flags = R_WRITE | R_HOUSE | R_LIVE, .scope = SCOPE_PAYMENTS_WRITE,
	  .errors = create_errors, .tag = "admin",
	  .summary = "Offer a product", .done = "Product created" },
	{ .op = "adminListProducts", .method = GET, .path = "/admin/products",
	  .handle = list, .query = &pw_list_query, .sorts = sorts,
	  .out = &house_product_out, .status = 200, .flags = R_LIST | R_HOUSE,
	  .scope = SCOPE_PAYMENTS_READ, .tag = "admin",
	  .summary = "List all products, for sale or not",
	  .done = "Products" },
	{ .op = "adminGetProduct", .method = GET,
	  .path = "/admin/products/{id}", .handle = get,
	  .out = &house_product_out, .status = 200, .flags = R_HOUSE,
	  .scope = SCOPE_PAYMENTS_READ, .errors = not_found, .tag = "admin",
	  .summary = "Read a product", .done = "Product" },
	{ .op = "adminUpdateProduct", .method = PUT,
	  .path = "/admin/products/{id}", .handle = update,
	  .in = &product_change, .out = &house_product_out, .status = 200,
	  .flags = R_WRITE | R_HOUSE | R_LIVE, .scope = SCOPE_PAYMENTS_WRITE,
	  .errors = update_errors, .tag = "admin",
	  .summary = "Change a product", .done = "Product updated" },
	{ .op = "adminWithdrawProduct", .method = DELETE,
	  .path = "/admin/products/{id}", .handle = withdraw, .status = 204,
	  .flags = R_WRITE | R_HOUSE | R_LIVE, .scope = SCOPE_PAYMENTS_WRITE,
	  .errors = not_found, .tag = "admin",
	  .summary = "Take a product from sale; what was sold stays",
	  .done = "Product withdrawn" },
	{ .op = NULL }
};
