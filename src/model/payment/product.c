/* Products: what is for sale, and what the house makes of it. */
#include "model/payment/product.h"

#include "model/event/event.h"
#include "model/people/organization.h"
#include "base/banned.h"

struct product_row {
	struct product p;
	struct str prices;	/* "USD:1000,EUR:900" */
};

SHAPE(product_row, struct product_row, NULL,
    FIELD(struct product_row, p.id, "id"),
    FIELD(struct product_row, p.name, "name"),
    FIELD(struct product_row, p.description, "description"),
    FIELD(struct product_row, p.tokens, "tokens"),
    FIELD(struct product_row, p.valid_days, "valid_days"),
    FIELD(struct product_row, p.position, "position"),
    FIELD(struct product_row, p.active, "active"),
    FIELD(struct product_row, p.created_at, "created_at"),
    FIELD(struct product_row, p.updated_at, "updated_at"),
    FIELD(struct product_row, p.version, "version"),
    COLUMN(struct product_row, prices));

static struct product
from_row(struct arena *a, const struct product_row *row)
{
	struct money_of *prices = arena_array(a, PRODUCT_PRICES_MAX,
	    sizeof(*prices));
	struct str rest = row->prices, one, amount;
	struct product p = row->p;

	p.prices.items = prices;
	while (rest.n > 0 && p.prices.n < PRODUCT_PRICES_MAX) {
		struct money_of *price = &prices[p.prices.n++];

		(void)str_cut(rest, ',', &one, &rest);
		INVARIANT(str_cut(one, ':', &price->currency, &amount) &&
		    str_to_i64(amount, &price->amount));
	}
	return p;
}

static struct list
from_rows(struct arena *a, struct list rows)
{
	const struct product_row *row = rows.items;
	struct product *p = arena_array(a, rows.n, sizeof(*p));

	for (size_t i = 0; i < rows.n; i++)
		p[i] = from_row(a, &row[i]);
	return (struct list){ p, rows.n };
}

enum err
product_list(struct db *db, struct arena *a, struct list *out)
{
	struct list rows;

	TRY(db_rows(db, a, Q_PRODUCT_FOR_SALE, NO_ARGS, &product_row, &rows));
	*out = from_rows(a, rows);
	return OK;
}

enum err
product_list_all(struct db *db, struct arena *a, const struct paging *p,
    struct list *out)
{
	static const uint32_t after[] = {
		Q_PRODUCT_LIST_WHERE_POSITION_ASC,
		Q_PRODUCT_LIST_WHERE_POSITION_DESC,
		Q_PRODUCT_LIST_WHERE_CREATED_DESC,
		Q_PRODUCT_LIST_WHERE_CREATED_ASC,
	};
	struct list_query q = { .q = Q_PRODUCT_LIST };
	struct arg_list args = { 0 };
	struct list rows;

	paging_args(p, &q, &args, after[p->order],
	    p->order < 2 ? ARG(p->after_key) :
	    ARG((struct when){ p->after_key }));
	TRY(db_list(db, a, &q, ARG_LIST(args), &product_row, &rows));
	*out = from_rows(a, rows);
	return OK;
}

enum err
product_get_any(struct db *db, struct arena *a, uint64_t id,
    struct product *out)
{
	struct product_row row = { .prices = STR_NULL };

	TRY(db_row(db, a, Q_PRODUCT_GET, ARGS(id), &product_row, &row));
	*out = from_row(a, &row);
	return OK;
}

enum err
product_get(struct db *db, struct arena *a, uint64_t id, struct product *out)
{
	TRY(product_get_any(db, a, id, out));
	return out->active ? OK : ERR_NOT_FOUND;
}

static enum err
event(struct db *db, struct arena *a, const struct actor *who, uint64_t id,
    const char *type)
{
	return event_write(db, a, &(struct event){ HOUSE_ID, type, id,
	    who->user_id, who->now }, NULL);
}

static enum err
insert_prices(struct db *db, const struct product *p)
{
	const struct money_of *price = p->prices.items;

	for (size_t i = 0; i < p->prices.n; i++)
		TRY(db_exec(db, Q_PRICE_INSERT, ARGS(p->id, (int64_t)i + 1,
		    price[i].currency, price[i].amount), NULL, NULL));
	return OK;
}

enum err
product_create(struct db *db, struct when now, struct product *p)
{
	TRY(db_exec(db, Q_PRODUCT_INSERT, ARGS(p->name, p->description,
	    p->tokens, arg_some(p->valid_days), arg_some(p->position), now),
	    NULL, &p->id));
	return insert_prices(db, p);
}

enum err
product_offer(struct db *db, struct arena *a, const struct actor *who,
    struct product *p)
{
	bool active = p->active;
	enum err e = product_create(db, who->now, p);

	if (e != OK)
		return e == ERR_CONFLICT ? ERR_NAME_TAKEN : e;
	TRY(event(db, a, who, p->id, "product.created"));
	if (!active)
		TRY(product_withdraw(db, a, who, p->id));
	return product_get_any(db, a, p->id, p);
}

enum err
product_update(struct db *db, struct arena *a, const struct actor *who,
    struct product *p, bool prices)
{
	uint64_t rows;
	enum err e = db_exec(db, Q_PRODUCT_UPDATE, ARGS(p->name,
	    p->description, p->tokens, arg_some(p->valid_days), p->active,
	    p->position, who->now, p->id, p->version), &rows, NULL);

	if (e != OK)
		return e == ERR_CONFLICT ? ERR_NAME_TAKEN : e;
	if (rows != 1)
		return ERR_STALE;
	p->version++;
	p->updated_at = who->now;
	if (prices) {
		TRY(db_exec(db, Q_PRICE_DELETE, ARGS(p->id), NULL, NULL));
		TRY(insert_prices(db, p));
	}
	return event(db, a, who, p->id, "product.updated");
}

enum err
product_withdraw(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id)
{
	struct product p = { 0 };
	uint64_t rows;

	TRY(db_exec(db, Q_PRODUCT_WITHDRAW, ARGS(who->now, id), &rows, NULL));
	if (rows == 1)
		return event(db, a, who, id, "product.withdrawn");
	return product_get_any(db, a, id, &p);
}
