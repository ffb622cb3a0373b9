/*
 * The tree has a node for each segment of a path.  A literal segment goes
 * before {id}, and that before {text:...}; there is no going back, so a table
 * must not need it.
 */
#include "http/router.h"

#include "base/banned.h"

#define ROUTES_MAX 512

struct node {
	struct node *next;		/* sibling */
	struct node *literals;		/* children by name */
	struct node *id, *text;		/* the child for {id}, for {text:...} */
	struct str name;
	int route[METHOD_OTHER];	/* number + 1, by method */
};

static struct {
	struct arena memory;
	const struct face *const *faces;
	struct node root;
	const struct route *route[ROUTES_MAX];
	const struct face *face[ROUTES_MAX];
	int n;
} router;

static const char *const method_names[] = {
	"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS",
};

static struct node *
literal(struct node *parent, struct str name)
{
	for (struct node *n = parent->literals; n != NULL; n = n->next)
		if (str_eq(n->name, name))
			return n;
	return NULL;
}

static struct node *
add_child(struct node *parent, struct str segment)
{
	struct node **place = str_is(segment, "{id}") ||
	    str_has_prefix(segment, STR("{id:")) ? &parent->id :
	    str_has_prefix(segment, STR("{text:")) ? &parent->text : NULL;
	struct node *n;

	if (place == NULL) {
		n = literal(parent, segment);
		if (n != NULL)
			return n;
		n = ARENA_NEW(&router.memory, struct node);
		n->name = segment;
		n->next = parent->literals;
		parent->literals = n;
		return n;
	}
	if (*place == NULL)
		*place = ARENA_NEW(&router.memory, struct node);
	return *place;
}

static struct node *
add_path(struct node *n, struct str path)
{
	struct str segment;

	while (path.n > 0) {
		(void)str_cut(str_skip(path, 1), '/', &segment, &path);
		n = add_child(n, segment);
		if (path.p != NULL)	/* put the slash back in front */
			path = (struct str){ path.p - 1, path.n + 1 };
	}
	return n;
}

static void
add_route(const struct face *face, struct node *top, const struct route *r)
{
	struct node *n = add_path(top, str_of(r->path));

	INVARIANT(router.n < ROUTES_MAX && n->route[r->method] == 0);
	router.route[router.n] = r;
	router.face[router.n] = face;
	n->route[r->method] = ++router.n;
}

void
router_build(const struct face *const *list)
{
	arena_init(&router.memory);
	router.root = (struct node){ .next = NULL };
	router.faces = list;
	router.n = 0;
	for (; *list != NULL; list++) {
		const struct face *f = *list;
		struct node *top = add_path(&router.root, str_of(f->prefix));

		for (size_t i = 0; f->tables[i] != NULL; i++)
			for (const struct route *r = f->tables[i];
			    r->op != NULL; r++)
				add_route(f, top, r);
	}
}

static bool
take_id(struct str s, uint64_t *id)
{
	return s.n > 0 && s.p[0] != '0' && str_to_u64(s, id) &&
	    *id <= INT64_MAX;
}

static const struct node *
walk(const struct path *path, struct match *m)
{
	struct node *n = &router.root;
	size_t ids = 0, texts = 0;

	for (size_t i = 0; i < path->n; i++) {
		struct str s = path->segment[i];
		struct node *child = literal(n, s);

		if (child == NULL && n->id != NULL) {
			child = n->id;
			INVARIANT(ids < LEN(m->id));
			m->bad_id |= !take_id(s, &m->id[ids++]);
		} else if (child == NULL && n->text != NULL) {
			child = n->text;
			INVARIANT(texts < LEN(m->text));
			m->text[texts++] = s;
		}
		if (child == NULL)
			return NULL;
		n = child;
	}
	return n;
}

static struct str
allowed(struct arena *a, const struct node *n)
{
	struct buf b;

	buf_init(&b, a, 64);
	for (int m = 0; m < METHOD_OTHER; m++)
		if (n->route[m] != 0)
			buf_printf(&b, "%s%s%s", b.n > 0 ? ", " : "",
			    method_names[m], m == GET ? ", HEAD" : "");
	if (b.n > 0)
		buf_lit(&b, ", OPTIONS");
	return buf_view(&b);
}

enum err
router_find(struct arena *a, const struct path *path, enum method method,
    struct match *m)
{
	const struct node *n;

	*m = (struct match){ .number = -1 };
	n = walk(path, m);
	if (n == NULL)
		return ERR_NO_ROUTE;
	m->allow = allowed(a, n);
	if (m->allow.n == 0)
		return ERR_NO_ROUTE;
	if (method == HEAD)
		method = GET;
	if (method >= METHOD_OTHER || n->route[method] == 0)
		return ERR_METHOD;
	m->number = n->route[method] - 1;
	m->route = router.route[m->number];
	return OK;
}

const struct face *
router_face(struct str uri)
{
	const struct face *best = NULL;
	size_t length = 0;

	for (size_t i = 0; router.faces[i] != NULL; i++) {
		struct str prefix = str_of(router.faces[i]->prefix);

		if ((best == NULL || prefix.n > length) &&
		    str_has_prefix(uri, prefix) && (prefix.n == 0 ||
		    uri.n == prefix.n || uri.p[prefix.n] == '/')) {
			best = router.faces[i];
			length = prefix.n;
		}
	}
	return best;
}

const struct route *
router_route(int number, const struct face **face)
{
	if (number < 0 || number >= router.n)
		return NULL;
	*face = router.face[number];
	return router.route[number];
}
