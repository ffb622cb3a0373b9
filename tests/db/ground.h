/* What most of these tests stand on: a database, and the proof of its books. */
#ifndef AFF_TESTS_DB_GROUND_H
#define AFF_TESTS_DB_GROUND_H

#include "harness.h"

#include "base/settings.h"

extern struct arena arena;
extern struct db *db;
extern MYSQL *beside;		/* with the program's rights */
extern MYSQL *root;		/* with all rights, and no checks */
extern struct when now;
extern char *report;		/* of the last verify */

void ground_start(const struct settings *);
int ground_stop(void **state);

bool verify(void);
void assert_clean(void);
void assert_found(const char *finds);
int64_t deadlocks(void);	/* of the server, so far */

/* What somebody with more rights than the program's may plant. */
struct fault {
	const char *name;
	const char *finds;
	const char *plant, *undo;	/* statements, each with a ";" */
};
/* It is found, and once it is undone all is clean. */
struct CMUnitTest fault_test(struct fault *);

#endif
