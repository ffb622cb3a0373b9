/*
 * Migrations: files NNN_name.sql, each applied once, in the order of NNN.
 *
 * The table schema_migration holds what was applied, with a checksum of the
 * file: an applied migration is never changed, a new one is added.  MariaDB
 * commits each DDL statement by itself, so that a migration that failed half
 * way stays half applied: the log says at which line it stopped, and the
 * operator undoes what came before.
 *
 * A statement ends with a ";" at the end of a line.  Lines that start with
 * "--" are comments.  GET_LOCK lets one migration run at a time on a server
 * (it does not reach over the nodes of a cluster).
 */
#include <dirent.h>
#include <errno.h>
#include <sodium.h>

#include "base/buf.h"
#include "base/log.h"
#include "db/internal.h"
#include "base/banned.h"

#define LOCK_SECONDS	60
#define MAX_FILE	((size_t)16 * 1024 * 1024)
#define MAX_VERSION	INT64_C(99999)

struct migration {
	struct migration *next;
	unsigned version;
	struct str name;	/* without ".sql" */
	struct str text;
	struct str checksum;
	bool applied;
};

struct run {
	struct db *db;
	struct arena arena;
	struct migration *first;	/* by version */
	unsigned top;
	unsigned done;
};

static bool
query(struct run *r, const char *sql, const char *what)
{
	MYSQL *m = r->db->mysql;

	if (mysql_real_query(m, sql, (unsigned long)strlen(sql)) == 0)
		return true;
	log_error("migrate: %s: error %u: %s", what, mysql_errno(m),
	    mysql_error(m));
	return false;
}

/* The one value that a query gives. */
static bool
query_number(struct run *r, const char *sql, const char *what, int64_t *n)
{
	MYSQL_RES *result;
	MYSQL_ROW row;

	if (!query(r, sql, what))
		return false;
	result = mysql_store_result(r->db->mysql);
	row = result != NULL ? mysql_fetch_row(result) : NULL;
	*n = 0;
	if (row != NULL && row[0] != NULL &&
	    !str_to_i64(str_of(row[0]), n))
		log_error("migrate: %s: no number", what);
	mysql_free_result(result);
	return true;
}

/* "001_ground.sql": the number, and the rest in a-z, 0-9, "_". */
static bool
parse_name(const char *file, unsigned *version, struct str *name)
{
	struct str digits, rest;
	int64_t n;

	*name = str_of(file);
	if (name->n < 5 || !str_is(str_skip(*name, name->n - 4), ".sql"))
		return false;
	name->n -= 4;
	if (!str_cut(*name, '_', &digits, &rest) || !str_to_i64(digits, &n) ||
	    n < 1 || n > MAX_VERSION || rest.n == 0 || name->n > 100)
		return false;
	for (size_t i = 0; i < rest.n; i++)
		if ((rest.p[i] < 'a' || rest.p[i] > 'z') &&
		    (rest.p[i] < '0' || rest.p[i] > '9') && rest.p[i] != '_')
			return false;
	*version = (unsigned)n;
	return true;
}

static bool
read_file(struct run *r, const char *path, struct str *text)
{
	FILE *f = fopen(path, "rbe");
	struct buf b;
	char part[4096];
	size_t n;
	bool ok;

	if (f == NULL) {
		log_error("migrate: %s: %s", path, strerror(errno));
		return false;
	}
	buf_init(&b, &r->arena, sizeof(part));
	while ((n = fread(part, 1, sizeof(part), f)) > 0 && b.n <= MAX_FILE)
		buf_put(&b, part, n);
	ok = !ferror(f) && b.n <= MAX_FILE;
	if (!ok)
		log_error("migrate: %s: cannot be read", path);
	fclose(f);
	*text = buf_view(&b);
	return ok;
}

/* Among the others, by its number, which is its own. */
static bool
insert(struct run *r, struct migration *m)
{
	struct migration **at = &r->first;

	while (*at != NULL && (*at)->version < m->version)
		at = &(*at)->next;
	if (*at != NULL && (*at)->version == m->version) {
		log_error("migrate: two migrations have the number %u",
		    m->version);
		return false;
	}
	m->next = *at;
	*at = m;
	if (m->version > r->top)
		r->top = m->version;
	return true;
}

static bool
add_file(struct run *r, const char *dir, const char *file)
{
	unsigned char sum[crypto_hash_sha256_BYTES];
	struct migration *m = ARENA_NEW(&r->arena, struct migration);

	if (!parse_name(file, &m->version, &m->name))
		return true;	/* something else lies there */
	m->name = str_dup(&r->arena, m->name);
	if (!read_file(r, str_printf(&r->arena, "%s/%s", dir, file).p,
	    &m->text))
		return false;
	crypto_hash_sha256(sum, (const unsigned char *)m->text.p, m->text.n);
	m->checksum = str_hex(&r->arena, sum, sizeof(sum));
	return insert(r, m);
}

static bool
read_dir(struct run *r, const char *dir)
{
	DIR *d = opendir(dir);
	const struct dirent *entry;
	bool ok = true;

	if (d == NULL) {
		log_error("migrate: %s: %s", dir, strerror(errno));
		return false;
	}
	while (ok && (entry = readdir(d)) != NULL)
		ok = add_file(r, dir, entry->d_name);
	closedir(d);
	if (ok && r->first == NULL) {
		log_error("migrate: %s: no migrations there", dir);
		return false;
	}
	return ok;
}

static bool
check_applied(struct run *r, const char *version, const char *checksum)
{
	struct migration *m = r->first;
	int64_t n;

	if (!str_to_i64(str_of(version), &n))
		return false;
	while (m != NULL && m->version != n)
		m = m->next;
	if (m == NULL) {
		log_error("migrate: the database has migration %s, which this"
		    " program does not know: is the program older?", version);
		return false;
	}
	if (!str_is(m->checksum, checksum)) {
		log_error("migrate: %.*s was applied and its file has changed"
		    " since: put it back, and add a new migration",
		    STR_ARG(m->name));
		return false;
	}
	m->applied = true;
	return true;
}

static bool
read_applied(struct run *r)
{
	MYSQL_RES *result;
	MYSQL_ROW row;
	bool ok = true;

	if (!query(r, "CREATE TABLE IF NOT EXISTS schema_migration ("
	    " version INT UNSIGNED NOT NULL PRIMARY KEY,"
	    " name VARCHAR(120) CHARACTER SET ascii NOT NULL,"
	    " checksum CHAR(64) CHARACTER SET ascii NOT NULL,"
	    " applied_at DATETIME(6) NOT NULL)", "schema_migration") ||
	    !query(r, "SELECT version, checksum FROM schema_migration"
	    " ORDER BY version", "schema_migration"))
		return false;
	result = mysql_store_result(r->db->mysql);
	if (result == NULL)
		return false;
	while (ok && (row = mysql_fetch_row(result)) != NULL)
		ok = check_applied(r, row[0], row[1]);
	mysql_free_result(result);
	return ok;
}

/* One statement off the text, without its ";" and comments; counts lines. */
static struct str
next_statement(struct run *r, struct str *text, unsigned *line)
{
	struct buf b;

	buf_init(&b, &r->arena, 512);
	while (text->n > 0) {
		struct str one, rest = STR_NULL;

		str_cut(*text, '\n', &one, &rest);
		*text = rest;
		++*line;
		one = str_trim(one);
		if (one.n == 0 || str_has_prefix(one, STR("--")))
			continue;
		if (one.p[one.n - 1] == ';') {
			buf_put(&b, one.p, one.n - 1);
			break;
		}
		buf_str(&b, one);
		buf_char(&b, '\n');
	}
	return buf_view(&b);
}

static bool
apply(struct run *r, const struct migration *m)
{
	struct str text = m->text;
	unsigned line = 0;

	log_info("migrate: %.*s", STR_ARG(m->name));
	while (text.n > 0) {
		const struct str sql = next_statement(r, &text, &line);

		if (sql.n == 0)
			continue;
		if (!query(r, sql.p, str_printf(&r->arena,
		    "%.*s, statement that ends at line %u", STR_ARG(m->name),
		    line).p))
			return false;
	}
	r->done++;
	/* The name is letters, digits and "_": see parse_name. */
	return query(r, str_printf(&r->arena, "INSERT INTO schema_migration"
	    " VALUES (%u, '%.*s', '%.*s', UTC_TIMESTAMP(6))", m->version,
	    STR_ARG(m->name), STR_ARG(m->checksum)).p, "schema_migration");
}

static bool
migrate_locked(struct run *r)
{
	if (!read_applied(r))
		return false;
	for (const struct migration *m = r->first; m != NULL; m = m->next)
		if (!m->applied && !apply(r, m))
			return false;
	log_info("migrate: %u applied, the schema is at %u", r->done, r->top);
	return true;
}

static bool
migrate(struct run *r, const char *dir)
{
	int64_t got;
	bool ok;

	if (!read_dir(r, dir) || conn_need(r->db) != OK)
		return false;
	if (!query_number(r, str_printf(&r->arena, "SELECT GET_LOCK("
	    "CONCAT('affiliated.migrate.', MD5(DATABASE())), %d)",
	    LOCK_SECONDS).p, "lock", &got))
		return false;
	if (got != 1) {
		log_error("migrate: another one is running");
		return false;
	}
	ok = query(r, "SET SESSION lock_wait_timeout = 30", "settings") &&
	    migrate_locked(r);
	conn_close(r->db);	/* frees the lock */
	return ok;
}

bool
db_migrate(const struct db_conf *conf, const char *dir)
{
	struct db_conf unlimited = *conf;
	struct run r = { 0 };
	bool ok;

	unlimited.statement_seconds = 0;
	arena_init(&r.arena);
	r.db = db_new(&unlimited);
	ok = migrate(&r, dir);
	db_free(r.db);
	arena_free(&r.arena);
	return ok;
}
