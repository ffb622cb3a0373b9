/*
 * The configuration: a file of "name = value" lines, overridden by the
 * environment (AFFILIATED_<NAME> in upper case).  conf.def lists the settings.
 *
 * Texts are never NULL, and valid until conf_free().
 */
#ifndef AFF_SERVER_CONF_H
#define AFF_SERVER_CONF_H

#include <stdio.h>

#include "base/settings.h"
#include "db/db.h"

#define CONF_C_TEXT	const char *
#define CONF_C_PATH	const char *
#define CONF_C_SECRET	const char *
#define CONF_C_LISTEN	const char *
#define CONF_C_LEVEL	int64_t		/* enum log_level */
#define CONF_C_PORT	int64_t
#define CONF_C_COUNT	int64_t
#define CONF_C_NUMBER	int64_t
#define CONF_C_SECONDS	int64_t
#define CONF_C_MODE	int64_t
#define CONF_C_BOOL	bool

struct conf {
#define CONF(name, type, value, reload, doc) CONF_C_##type name;
#include "server/conf.def"
#undef CONF
	struct arena memory;
	struct settings settings;	/* by conf_use() */
};

#define CONF_WHY 512

/*
 * path NULL: only defaults and environment.  false: why says what is wrong,
 * with file and line; *conf is then empty.
 */
MUST_CHECK bool conf_load(struct conf *, const char *path, char why[CONF_WHY]);
void conf_free(struct conf *);
/*
 * Reads the secret and lets `settings` of base/settings.h point at this
 * configuration: needed by serve, jobs and admin.
 */
MUST_CHECK bool conf_use(struct conf *, char why[CONF_WHY]);
/*
 * Takes over from old what needs a restart; says each in the log that differs.
 */
void conf_keep(struct conf *, const struct conf *old);

/* Valid as long as conf. */
struct db_conf conf_db(const struct conf *);
struct db_conf conf_migrate_db(const struct conf *);

void conf_print_sample(FILE *);
void conf_print_man(FILE *);		/* affiliated.conf.5 */

#endif
