/* Prints the table of roles. */
#include "http/roles.h"

#include "http/authenticate.h"

#include "base/banned.h"

static const char *const method_names[] = {
	"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS",
};

static const char *
cell(const struct face *f, const struct route *r, const struct principal *who)
{
	if (authorize(r, who) != OK || (who->promoter_id != 0 &&
	    !f->promoters && (r->flags & R_PUBLIC) == 0))
		return "no";
	return (r->flags & R_SELF) != 0 && (r->scope & ~who->scopes) != 0 ?
	    "self" : "yes";
}

static void
put_scope(const struct route *r, struct buf *b)
{
	const char *sep = "";

	if ((r->flags & R_PUBLIC) != 0)
		buf_lit(b, "public");
	for (unsigned i = 0; i < SCOPE_COUNT; i++)
		if ((r->scope >> i & 1) != 0) {
			buf_printf(b, "%s%s", sep, scope_labels[i]);
			sep = ", ";
		}
}

/* "/x/{text:name}" and "/x/{id:name}" are "/x/{name}" in the table. */
static void
put_path(const char *path, struct buf *b)
{
	struct str rest = str_of(path), before;

	while (str_cut(rest, '{', &before, &rest)) {
		buf_str(b, before);
		buf_char(b, '{');
		if (str_has_prefix(rest, STR("text:")))
			rest = str_skip(rest, 5);
		else if (str_has_prefix(rest, STR("id:")))
			rest = str_skip(rest, 3);
	}
	buf_str(b, before);
}

static void
put_row(const struct face *f, const struct route *r,
    const struct asker *askers, size_t n, struct buf *b)
{
	buf_printf(b, "| %s | %s %s", r->op, method_names[r->method],
	    f->prefix);
	put_path(r->path, b);
	buf_lit(b, " | ");
	put_scope(r, b);
	buf_lit(b, " |");
	for (size_t i = 0; i < n; i++)
		buf_printf(b, " %s |", cell(f, r, &askers[i].who));
	buf_char(b, '\n');
}

void
roles_print(const struct face *const *list, const struct asker *askers,
    size_t n, struct buf *b)
{
	buf_lit(b, "| operation | call | scope |");
	for (size_t i = 0; i < n; i++)
		buf_printf(b, " %s |", askers[i].name);
	buf_lit(b, "\n| --- | --- | --- |");
	for (size_t i = 0; i < n; i++)
		buf_lit(b, " --- |");
	buf_char(b, '\n');
	for (; *list != NULL; list++)
		for (size_t t = 0; (*list)->failure != NULL &&
		    (*list)->tables[t] != NULL; t++)
			for (const struct route *r = (*list)->tables[t];
			    r->op != NULL; r++)
				put_row(*list, r, askers, n, b);
}
