/*
 * Memory of one request: allocate freely, release all at once.
 *
 * Invariants: memory is zeroed and aligned for any type; an allocation never
 * fails (the process dies when memory is out, and is replaced); what was
 * allocated after a mark is gone after arena_rewind() to it.  Objects of other
 * libraries are handed over with arena_defer() and released in reverse order
 * when the arena is rewound past them.
 *
 * init/reset/free: init starts empty, reset keeps the first block for the next
 * request, free gives everything back.
 */
#ifndef AFF_BASE_ARENA_H
#define AFF_BASE_ARENA_H

#include "base/compiler.h"

struct arena_block;
struct arena_foreign;

struct arena {
	struct arena_block *top;	/* the block that is being filled */
	struct arena_foreign *foreign;	/* newest first */
	size_t used;			/* bytes handed out since init/reset */
};

struct arena_mark {
	struct arena_block *top;
	size_t fill;
	size_t used;
	struct arena_foreign *foreign;
};

void arena_init(struct arena *);
void arena_reset(struct arena *);
void arena_free(struct arena *);

void *arena_alloc(struct arena *, size_t n);
void *arena_array(struct arena *, size_t count, size_t size);
void *arena_copy(struct arena *, const void *p, size_t n);
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))

struct arena_mark arena_mark(const struct arena *);
void arena_rewind(struct arena *, struct arena_mark);

/* Calls release(object) when the arena is rewound past this point. */
void arena_defer(struct arena *, void (*release)(void *), void *object);

#endif
