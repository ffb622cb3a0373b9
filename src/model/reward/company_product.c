/* A company's own products. */
#include "model/reward/company_product.h"

#include "model/event/event.h"
#include "base/banned.h"

SHAPE(company_price_shape, struct company_price, NULL,
    FIELD(struct company_price, ext_id, "ext_id"),
    FIELD(struct company_price, description, "desc", .flags = F_NULLABLE));

struct prices {
	struct list prices;
};

SHAPE(company_prices_shape, struct prices, NULL,
    FIELD(struct prices, prices, "prices", .flags = F_NULLABLE,
	.of = &company_price_shape));

SHAPE(company_product_row, struct company_product, NULL,
    COLUMN(struct company_product, id),
    COLUMN(struct company_product, name),
    COLUMN(struct company_product, ext_id),
    FIELD(struct company_product, prices_json, "prices"),
    COLUMN(struct company_product, created_at),
    COLUMN(struct company_product, version));

static enum err
read_prices(struct arena *a, struct company_product *p)
{
	struct prices all = { { NULL, 0 } };
	struct complaints wrong;
	uint64_t given;

	complaints_init(&wrong);
	if (json_decode(a, p->prices_json, &company_prices_shape, true, &all,
	    &given, &wrong) != OK)
		return ERR_INTERNAL;
	p->prices = all.prices;
	return OK;
}

static enum err
event(struct db *db, struct arena *a, const struct actor *who, uint64_t id,
    const char *type)
{
	return event_write(db, a, &(struct event){ who->organization_id, type,
	    id, who->user_id, who->now }, NULL);
}

#define PRICE_ARGS 5

static enum err
insert_prices(struct db *db, struct arena *a, const struct actor *who,
    const struct company_product *p)
{
	struct arg *v = arena_array(a, p->prices.n * PRICE_ARGS, sizeof(*v));
	const struct company_price *price = p->prices.items;

	if (p->prices.n == 0)
		return OK;
	for (size_t i = 0; i < p->prices.n; i++) {
		const struct arg row[PRICE_ARGS] = {
			ARG(p->id), ARG((int64_t)i),
			ARG(who->organization_id), ARG(price[i].ext_id),
			ARG(price[i].description),
		};

		memcpy(v + i * PRICE_ARGS, row, sizeof(row));
	}
	return db_exec_rows(db, Q_COMPANY_PRICE_INSERT, v, p->prices.n, NULL,
	    NULL);
}

enum err
company_product_create(struct db *db, struct arena *a,
    const struct actor *who, struct company_product *p)
{
	enum err e = db_exec(db, Q_COMPANY_PRODUCT_INSERT, ARGS(
	    who->organization_id, p->name, p->ext_id, who->now), NULL, &p->id);

	if (e != OK)
		return e == ERR_CONFLICT ? ERR_NAME_TAKEN : e;
	p->created_at = who->now;
	p->version = 1;
	TRY(insert_prices(db, a, who, p));
	return event(db, a, who, p->id, "company_product.created");
}

enum err
company_product_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct company_product *p)
{
	TRY(db_row(db, a, Q_COMPANY_PRODUCT_GET, ARGS(id, org),
	    &company_product_row, p));
	return read_prices(a, p);
}

enum err
company_product_update(struct db *db, struct arena *a,
    const struct actor *who, struct company_product *p)
{
	uint64_t rows;
	enum err e = db_exec(db, Q_COMPANY_PRODUCT_UPDATE, ARGS(p->name,
	    p->ext_id, who->now, p->id, who->organization_id, p->version),
	    &rows, NULL);

	if (e != OK)
		return e == ERR_CONFLICT ? ERR_NAME_TAKEN : e;
	if (rows == 0)
		return ERR_STALE;
	p->version++;
	TRY(db_exec(db, Q_COMPANY_PRICE_DELETE, ARGS(p->id,
	    who->organization_id), NULL, NULL));
	TRY(insert_prices(db, a, who, p));
	return event(db, a, who, p->id, "company_product.updated");
}

enum err
company_product_delete(struct db *db, struct arena *a,
    const struct actor *who, uint64_t id)
{
	uint64_t rows;

	TRY(db_exec(db, Q_COMPANY_PRODUCT_FORGET, ARGS(id,
	    who->organization_id), NULL, NULL));
	TRY(db_exec(db, Q_COMPANY_PRICE_DELETE, ARGS(id,
	    who->organization_id), NULL, NULL));
	TRY(db_exec(db, Q_COMPANY_PRODUCT_DELETE, ARGS(id,
	    who->organization_id), &rows, NULL));
	if (rows == 0)
		return ERR_NOT_FOUND;
	return event(db, a, who, id, "company_product.deleted");
}

enum err
company_product_list(struct db *db, struct arena *a, uint64_t org,
    struct str q, const struct paging *page, struct list *out)
{
	struct list_query query = { .q = Q_COMPANY_PRODUCT_LIST };
	struct arg_list args = { 0 };
	struct company_product *p;

	arg_push(&args, ARG(org));
	if (q.p != NULL) {
		query.wheres |= Q_COMPANY_PRODUCT_LIST_WHERE_Q;
		arg_push(&args, ARG(like_part(a, q)));
	}
	paging_by_id(page, &query, &args, Q_COMPANY_PRODUCT_LIST_WHERE_AFTER);
	TRY(db_list(db, a, &query, ARG_LIST(args), &company_product_row,
	    out));
	p = out->items;
	for (size_t i = 0; i < out->n; i++)
		TRY(read_prices(a, &p[i]));
	return OK;
}
