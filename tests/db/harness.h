/* What the database tests share: see tests/db/with-db. */
#ifndef AFF_TESTS_DB_HARNESS_H
#define AFF_TESTS_DB_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <cmocka.h>
#include <mysql.h>

#include "db/db.h"

/* The program's user; the one of the migrations. */
struct db_conf test_conf(void);
struct db_conf test_migrate_conf(void);
/* The directory of the source tree: $srcdir, or ".". */
const char *test_source_dir(void);
/* Applies sql/migrations; a failure fails the test. */
void test_migrate(void);
/* From then on the program's user has the rights of sql/grants.sql only. */
void test_limit_rights(void);
/* A connection beside the one under test, with the program's rights. */
MYSQL *test_connect(void);
/* The same with the rights to change tables. */
MYSQL *test_connect_migrate(void);
void test_sql(MYSQL *, const char *fmt, ...) PRINTF_LIKE(2, 3);
int64_t test_number(MYSQL *, const char *fmt, ...) PRINTF_LIKE(2, 3);
/*
 * Entries of tables and indexes that the connection has read, with those that
 * the storage engine passed over by itself.
 */
int64_t test_rows_read(MYSQL *);
/* Until these processes have ended; each must have ended well. */
void test_wait(const pid_t *, size_t n);

#endif
