/* The closed list of failures: see err.def. */
#ifndef AFF_BASE_ERR_H
#define AFF_BASE_ERR_H

#include "base/compiler.h"

enum err {
#define ERR(name, status, slug, text) ERR_##name,
#include "base/err.def"
#undef ERR
	ERR_COUNT
};

#define OK ERR_OK

int err_status(enum err);		/* HTTP */
const char *err_slug(enum err);
const char *err_text(enum err);

/* Leave the calling function when e is an error. */
#define TRY(e) do { \
	enum err try_err_ = (e); \
	if (try_err_ != OK) \
		return try_err_; \
} while (0)

#endif
