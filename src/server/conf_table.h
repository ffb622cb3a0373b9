/* What the parts of the configuration share: its table, and a look at mail. */
#ifndef AFF_SERVER_CONF_TABLE_H
#define AFF_SERVER_CONF_TABLE_H

#include "server/conf.h"

enum conf_type {
	CONF_TEXT, CONF_PATH, CONF_SECRET, CONF_LISTEN, CONF_PORT, CONF_COUNT,
	CONF_NUMBER, CONF_SECONDS, CONF_MODE, CONF_BOOL, CONF_LEVEL,
};

struct conf_entry {
	const char *name;
	enum conf_type type;
	size_t at;		/* in struct conf */
	const char *value;	/* default */
	bool reload;
	const char *doc;
};

extern const struct conf_entry conf_table[];
extern const size_t conf_table_n;

/* conf_mail.c: what does not fit together, or NULL. */
const char *conf_mail_problem(struct conf *);

#endif
