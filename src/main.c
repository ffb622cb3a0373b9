/* affiliated: from the command line to a role.  See affiliated(8). */
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "admin/admin.h"
#include "auth/jwt.h"
#include "base/log.h"
#include "http/roles.h"
#include "model/campaign/campaign.h"
#include "jobs/jobs.h"
#include "ledger/verify.h"
#include "model/people/identity.h"
#include "model/promoter/login.h"
#include "net/outside.h"
#include "server/conf.h"
#include "server/supervisor.h"
#include "base/banned.h"

enum { GOOD = 0, FAILED = 1, USAGE = 2 };

#define VERIFY_SECONDS 3600	/* a statement over all of the ledger */

static void
usage(FILE *f)
{
	fputs("usage: affiliated serve|jobs|migrate|verify [--config FILE]\n"
	    "       affiliated admin [--config FILE] bootstrap|product ...\n"
	    "       affiliated openapi FACE\n"
	    "       affiliated roles|lifecycle\n"
	    "       affiliated config [--man]\n"
	    "       affiliated --version | --help\n", f);
}

/* Lets everything use this configuration; false leaves all as it was. */
static bool
use(struct conf *conf, char why[CONF_WHY])
{
	const struct settings *old = settings;
	const char *what;

	if (!conf_use(conf, why))
		return false;
	if (jwt_keys_load(settings, &what))
		return true;
	snprintf(why, CONF_WHY, "jwt_keys %s: %s", conf->jwt_keys, what);
	settings = old;
	return false;
}

static int
complain_of(const char *what)
{
	fprintf(stderr, "affiliated: %s\n", what);
	return FAILED;
}

/* Who asks, for dispatch: it stands below the model. */
static const struct auth_lookup lookup = {
	.session = identity_session, .api_key = identity_api_key,
	.promoter = promoter_session,
	.key_used = identity_key_used,
};

static int
serve(struct conf *conf, const char *path, int argc, char **argv)
{
	char why[CONF_WHY];

	(void)argc, (void)argv;
	if (!use(conf, why))
		return complain_of(why);
	dispatch_init(faces, &lookup);
	outside_init();
	return supervise(conf, path, use);
}

static int
jobs(struct conf *conf, const char *path, int argc, char **argv)
{
	char why[CONF_WHY];

	(void)argc, (void)argv;
	return use(conf, why) ? jobs_run(conf, path, use) : complain_of(why);
}

static int
migrate(struct conf *conf, const char *path, int argc, char **argv)
{
	struct db_conf dc = conf_migrate_db(conf);

	(void)path, (void)argc, (void)argv;
	return db_migrate(&dc, conf->sql_dir) ? GOOD : FAILED;
}

static int
verify(struct conf *conf, const char *path, int argc, char **argv)
{
	struct db_conf dc = conf_db(conf);
	struct arena arena;
	struct db *db;
	bool clean = false;
	enum err e;

	(void)path, (void)argc, (void)argv;
	dc.statement_seconds = VERIFY_SECONDS;
	db = db_new(&dc);
	arena_init(&arena);
	e = verify_run(db, &arena, stdout, &clean);
	if (e != OK)
		(void)complain_of(err_text(e));
	arena_free(&arena);
	db_free(db);
	return e == OK && clean ? GOOD : FAILED;
}

static int
admin(struct conf *conf, const char *path, int argc, char **argv)
{
	char why[CONF_WHY];

	(void)path;
	return use(conf, why) ? admin_run(conf, argc, argv) :
	    complain_of(why);
}

/* And is done with it. */
static int
put(struct arena *a, const struct buf *b)
{
	size_t n = fwrite(b->p, 1, b->n, stdout);

	arena_free(a);
	return n > 0 && fflush(stdout) == 0 ? GOOD : FAILED;
}

static int
openapi(const char *name)
{
	for (size_t i = 0; faces[i] != NULL; i++) {
		struct arena arena;
		struct buf b;

		if (strcmp(faces[i]->name, name) != 0)
			continue;
		arena_init(&arena);
		buf_init(&b, &arena, 65536);
		openapi_print(faces[i], &b);
		return put(&arena, &b);
	}
	return complain_of("there is no such face");
}

#define LOGGED_IN(r) { .user_id = 1, .org_id = 2, .session_id = 1, \
	.role = (r), .scopes = identity_scopes(r) }

static int
print(void (*fn)(struct buf *))
{
	struct arena arena;
	struct buf b;

	arena_init(&arena);
	buf_init(&b, &arena, 16384);
	fn(&b);
	return put(&arena, &b);
}

/* Who may do what on each face. */
static void
roles_table(struct buf *b)
{
	const struct asker askers[] = {
		{ "owner", LOGGED_IN(ROLE_OWNER) },
		{ "admin", LOGGED_IN(ROLE_ADMIN) },
		{ "member", LOGGED_IN(ROLE_MEMBER) },
		{ "house administrator", { .user_id = 1, .org_id = 1,
		    .session_id = 1, .role = ROLE_ADMIN, .house_admin = true,
		    .scopes = identity_scopes(ROLE_ADMIN) } },
		{ "API key", { .user_id = 1, .org_id = 2, .key_id = 1,
		    .role = ROLE_OWNER,
		    .scopes = identity_scopes(ROLE_OWNER) } },
		{ "promoter", { .org_id = 2, .promoter_id = 1,
		    .session_id = 1, .role = ROLE_NONE } },
	};
	roles_print(faces, askers, LEN(askers), b);
}

static int
config(int argc, char **argv)
{
	if (argc == 0)
		conf_print_sample(stdout);
	else if (argc == 1 && strcmp(argv[0], "--man") == 0)
		conf_print_man(stdout);
	else
		return usage(stderr), USAGE;
	return fflush(stdout) == 0 ? GOOD : FAILED;
}

/* A role that runs with a configuration. */
static const struct role_of {
	const char *name;
	int (*run)(struct conf *, const char *path, int argc, char **argv);
	bool more;		/* takes arguments of its own */
} roles[] = {
	{ "serve", serve, false }, { "jobs", jobs, false },
	{ "migrate", migrate, false }, { "verify", verify, false },
	{ "admin", admin, true },
};

static int
run_role(const struct role_of *role, int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	static struct conf conf;	/* lives as long as the process */
	const char *path = NULL;
	char why[CONF_WHY];
	int c;

	/* "+": what follows the first argument belongs to the role */
	while ((c = getopt_long(argc, argv, "+c:", options, NULL)) != -1) {
		if (c != 'c')
			return usage(stderr), USAGE;
		path = optarg;
	}
	if (optind < argc && !role->more)
		return usage(stderr), USAGE;
	if (optind == argc && role->more)
		return admin_usage();
	if (!conf_load(&conf, path, why))
		return complain_of(why);
	if (!log_open(conf.log_file, (enum log_level)conf.log_level)) {
		snprintf(why, sizeof(why), "cannot open log_file %s",
		    conf.log_file);
		return complain_of(why);
	}
	log_role(role->name);
	return role->run(&conf, path, argc - optind, argv + optind);
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (sodium_init() < 0)
		return complain_of("libsodium does not start");
	for (size_t i = 0; i < LEN(roles); i++)
		if (strcmp(what, roles[i].name) == 0)
			return run_role(&roles[i], argc - 1, argv + 1);
	if (strcmp(what, "openapi") == 0 && argc == 3)
		return openapi(argv[2]);
	if (strcmp(what, "roles") == 0 && argc == 2)
		return print(roles_table);
	if (strcmp(what, "lifecycle") == 0 && argc == 2)
		return print(campaign_lifecycle);
	if (strcmp(what, "config") == 0)
		return config(argc - 2, argv + 2);
	if (strcmp(what, "--version") == 0)
		return puts("affiliated " AFF_VERSION) < 0;
	if (strcmp(what, "--help") == 0)
		return usage(stdout), GOOD;
	usage(stderr);
	return USAGE;
}
