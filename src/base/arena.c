/*
 * A list of blocks, newest on top; the oldest is kept over resets.  Blocks
 * double up to MAX_BLOCK; a larger request gets a block of its own size.
 */
#include "base/arena.h"

#include <stdalign.h>

#include "base/log.h"
#include "base/banned.h"

#define FIRST_BLOCK	((size_t)16 * 1024)
#define MAX_BLOCK	((size_t)256 * 1024)

struct arena_block {
	struct arena_block *below;
	size_t size;
	size_t fill;
	alignas(max_align_t) unsigned char bytes[];
};

struct arena_foreign {
	struct arena_foreign *next;
	void (*release)(void *);
	void *object;
};

static struct arena_block *
block_new(size_t size, struct arena_block *below)
{
	struct arena_block *b = malloc(sizeof(*b) + size);

	if (b == NULL)
		log_die("out of memory: a block of %zu bytes", size);
	b->below = below;
	b->size = size;
	b->fill = 0;
	return b;
}

void
arena_init(struct arena *a)
{
	*a = (struct arena){ .top = block_new(FIRST_BLOCK, NULL) };
}

static void
release_until(struct arena *a, const struct arena_foreign *stop)
{
	while (a->foreign != stop) {
		struct arena_foreign *f = a->foreign;

		a->foreign = f->next;
		f->release(f->object);
	}
}

void
arena_rewind(struct arena *a, struct arena_mark m)
{
	release_until(a, m.foreign);
	while (a->top != m.top) {
		struct arena_block *b = a->top;

		INVARIANT(b->below != NULL);
		a->top = b->below;
		free(b);
	}
	a->top->fill = m.fill;
	a->used = m.used;
}

void
arena_reset(struct arena *a)
{
	struct arena_block *first = a->top;

	while (first->below != NULL)
		first = first->below;
	arena_rewind(a, (struct arena_mark){ .top = first });
}

void
arena_free(struct arena *a)
{
	arena_reset(a);
	free(a->top);
	*a = (struct arena){ 0 };
}

void *
arena_alloc(struct arena *a, size_t n)
{
	const size_t align = alignof(max_align_t);
	struct arena_block *b = a->top;
	void *p;

	INVARIANT(n < SIZE_MAX / 2);
	n = (n + align - 1) / align * align;
	if (n > b->size - b->fill) {
		size_t size = b->size * 2 < MAX_BLOCK ? b->size * 2 : MAX_BLOCK;

		b = a->top = block_new(n > size ? n : size, b);
	}
	p = b->bytes + b->fill;
	b->fill += n;
	a->used += n;
	memset(p, 0, n);
	return p;
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	size_t n;

	INVARIANT(!__builtin_mul_overflow(count, size, &n));
	return arena_alloc(a, n);
}

void *
arena_copy(struct arena *a, const void *p, size_t n)
{
	void *q = arena_alloc(a, n);

	if (n > 0)
		memcpy(q, p, n);
	return q;
}

struct arena_mark
arena_mark(const struct arena *a)
{
	return (struct arena_mark){
		.top = a->top, .fill = a->top->fill,
		.used = a->used, .foreign = a->foreign,
	};
}

void
arena_defer(struct arena *a, void (*release)(void *), void *object)
{
	struct arena_foreign *f = ARENA_NEW(a, struct arena_foreign);

	*f = (struct arena_foreign){ a->foreign, release, object };
	a->foreign = f;
}
