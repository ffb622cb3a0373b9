/* The operator's commands: the first administrator, the first products. */
#include "admin/admin.h"

#include <stdio.h>
#include <unistd.h>

#include "auth/password.h"
#include "base/money.h"
#include "model/people/api_key.h"
#include "model/people/organization.h"
#include "model/payment/payment.h"
#include "model/people/user_token.h"

#include "base/banned.h"

#define PRICES_MAX 20

struct options {
	struct str email, name, description, password;
	int64_t tokens;
	struct money_of prices[PRICES_MAX];
	size_t price_count;
};

struct work {
	struct arena *arena;
	struct options o;
	struct when now;
	struct str password_hash;
	struct api_key key;	/* made by bootstrap */
};

static bool
take_price(struct options *o, struct str text)
{
	struct money_of *price = &o->prices[o->price_count];
	struct str amount;

	if (o->price_count == PRICES_MAX ||
	    !str_cut(text, ':', &price->currency, &amount) ||
	    currency_digits(price->currency) < 0 ||
	    !str_to_i64(amount, &price->amount) || price->amount <= 0)
		return false;
	o->price_count++;
	return true;
}

static bool
take_option(struct options *o, const char *name, struct str value)
{
	struct str option = str_of(name);

	if (str_is(option, "--email"))
		o->email = value;
	else if (str_is(option, "--name"))
		o->name = value;
	else if (str_is(option, "--description"))
		o->description = value;
	else if (str_is(option, "--tokens"))
		return str_to_i64(value, &o->tokens) && o->tokens > 0;
	else if (str_is(option, "--price"))
		return take_price(o, value);
	else
		return false;
	return value.n > 0;
}

static bool
read_options(struct options *o, int argc, char **argv)
{
	for (int i = 1; i < argc; i += 2) {
		if (i + 1 == argc) {
			fprintf(stderr, "%s needs a value\n", argv[i]);
			return false;
		}
		if (!take_option(o, argv[i], str_of(argv[i + 1]))) {
			fprintf(stderr, "not understood: %s %s\n", argv[i],
			    argv[i + 1]);
			return false;
		}
	}
	return true;
}

static enum err
make_administrator(struct db *db, void *arg)
{
	struct work *w = arg;
	struct principal who = { .org_id = HOUSE_ID, .scopes = SCOPE_ALL };

	TRY(user_create(db, w->o.email, w->o.name, w->password_hash, w->now,
	    &who.user_id));
	TRY(user_confirm_known(db, who.user_id, w->now));
	TRY(member_add(db, HOUSE_ID, who.user_id, ROLE_OWNER, w->now));
	w->key = (struct api_key){ .description = STR("House administrator"),
	    .scopes = SCOPE_ALL };
	return api_key_create(db, w->arena, &who, w->now, &w->key);
}

static bool
read_password(struct work *w)
{
	static char line[256];
	const char *why;

	if (isatty(STDIN_FILENO) == 1)
		fprintf(stderr, "Password: ");
	if (fgets(line, sizeof(line), stdin) == NULL) {
		fprintf(stderr, "give his password on standard input\n");
		return false;
	}
	line[strcspn(line, "\r\n")] = '\0';
	w->o.password = str_of(line);
	why = password_problem(w->o.password, w->o.email);
	if (why != NULL)
		fprintf(stderr, "the password %s\n", why);
	return why == NULL;
}

static enum err
bootstrap(struct db *db, struct work *w)
{
	struct user user;
	enum err e = user_by_email(db, w->arena, w->o.email, &user);

	if (e == OK)
		printf("there already: %.*s\n", STR_ARG(w->o.email));
	if (e != ERR_NOT_FOUND)
		return e;
	if (!read_password(w))
		return ERR_INVALID;
	w->password_hash = password_hash(w->arena, w->o.password);
	TRY(tx_run(db, w->arena, make_administrator, w));
	printf("key=%.*s\n", STR_ARG(w->key.text));
	return OK;
}

static enum err
make_product(struct db *db, void *arg)
{
	struct work *w = arg;
	struct product p = { .name = w->o.name, .tokens = w->o.tokens,
	    .description = w->o.description.p != NULL ? w->o.description :
		STR(""),
	    .prices = { w->o.prices, w->o.price_count } };

	return product_create(db, w->now, &p);
}

static enum err
product(struct db *db, struct work *w)
{
	enum err e = tx_run(db, w->arena, make_product, w);

	if (e == OK)
		printf("product=%.*s\n", STR_ARG(w->o.name));
	return e == ERR_CONFLICT ? OK : e;
}

int
admin_usage(void)
{
	fprintf(stderr,
	    "usage: affiliated admin bootstrap --email E --name N <password\n"
	    "       affiliated admin product --name N --tokens T\n"
	    "               --price CUR:MINOR ... [--description D]\n");
	return 2;
}

int
admin_run(const struct conf *conf, int argc, char **argv)
{
	enum err (*command)(struct db *, struct work *) = NULL;
	struct arena arena;
	struct work w = { .arena = &arena, .now = clock_now() };
	struct db_conf where = conf_db(conf);
	struct db *db;
	enum err e;

	if (argc < 1 || !read_options(&w.o, argc, argv))
		return admin_usage();
	if (str_is(str_of(argv[0]), "bootstrap") && w.o.email.n > 0 &&
	    w.o.name.n > 0)
		command = bootstrap;
	else if (str_is(str_of(argv[0]), "product") && w.o.name.n > 0 &&
	    w.o.tokens > 0 && w.o.price_count > 0)
		command = product;
	if (command == NULL)
		return admin_usage();
	arena_init(&arena);
	db = db_new(&where);
	e = command(db, &w);
	if (e != OK)
		fprintf(stderr, "%s\n", err_text(e));
	db_free(db);
	arena_free(&arena);
	return e == OK ? 0 : 1;
}
