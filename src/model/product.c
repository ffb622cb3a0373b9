/* Products of the house and their prices. */
#include "model/payment.h"

#include "base/banned.h"

struct product_row {
	uint64_t id;
	struct str name, description, currency;
	int64_t tokens, amount;
};

SHAPE(product_row, struct product_row, NULL,
    COLUMN(struct product_row, id),
    COLUMN(struct product_row, name),
    COLUMN(struct product_row, description),
    COLUMN(struct product_row, currency),
    COLUMN(struct product_row, tokens),
    COLUMN(struct product_row, amount));

/* Rows of a product follow each other, one for each of its prices. */
static struct list
group(struct arena *a, struct list rows)
{
	const struct product_row *r = rows.items;
	struct product *products = arena_array(a, rows.n, sizeof(*products));
	struct money_of *prices = arena_array(a, rows.n, sizeof(*prices));
	size_t n = 0;

	for (size_t i = 0; i < rows.n; i++) {
		prices[i] = (struct money_of){ r[i].currency, r[i].amount };
		if (n == 0 || products[n - 1].id != r[i].id)
			products[n++] = (struct product){ r[i].id, r[i].name,
			    r[i].description, r[i].tokens, { &prices[i], 0 } };
		products[n - 1].prices.n++;
	}
	return (struct list){ products, n };
}

enum err
product_list(struct db *db, struct arena *a, struct list *out)
{
	struct list rows;

	TRY(db_rows(db, a, Q_PRODUCT_LIST, NO_ARGS, &product_row, &rows));
	*out = group(a, rows);
	return OK;
}

enum err
product_get(struct db *db, struct arena *a, uint64_t id, struct product *out)
{
	struct list rows;

	TRY(db_rows(db, a, Q_PRODUCT_PRICES, ARGS(id), &product_row, &rows));
	if (rows.n == 0)
		return ERR_NOT_FOUND;
	*out = *(struct product *)group(a, rows).items;
	return OK;
}

enum err
product_create(struct db *db, struct when now, struct product *p)
{
	const struct money_of *price = p->prices.items;

	TRY(db_exec(db, Q_PRODUCT_INSERT, ARGS(p->name, p->description,
	    p->tokens, now), NULL, &p->id));
	for (size_t i = 0; i < p->prices.n; i++)
		TRY(db_exec(db, Q_PRICE_INSERT, ARGS(p->id, (int64_t)i + 1,
		    price[i].currency, price[i].amount), NULL, NULL));
	return OK;
}
