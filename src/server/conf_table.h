/* The table of settings, for conf.c and conf_print.c. */
#ifndef AFF_SERVER_CONF_TABLE_H
#define AFF_SERVER_CONF_TABLE_H

#include "base/compiler.h"

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

#endif
