/*
 * A growing buffer in an arena, for building text.  There is always a NUL
 * behind the text.  buf_clear keeps the memory.
 */
#ifndef AFF_BASE_BUF_H
#define AFF_BASE_BUF_H

#include "base/str.h"

struct buf {
	struct arena *arena;
	char *p;
	size_t n;
	size_t room;
};

void buf_init(struct buf *, struct arena *, size_t room);
void buf_clear(struct buf *);
void buf_put(struct buf *, const void *p, size_t n);
void buf_str(struct buf *, struct str);
void buf_char(struct buf *, char c);
void buf_i64(struct buf *, int64_t v);
void buf_u64(struct buf *, uint64_t v);
void buf_printf(struct buf *, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct str buf_view(const struct buf *);

#define buf_lit(b, lit) buf_put((b), "" lit, sizeof(lit) - 1)

#endif
