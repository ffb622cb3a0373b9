/* What each failure is called, by number. */
#include "base/err.h"

#include "base/banned.h"

static const struct {
	int status;
	const char *slug;
	const char *text;
} errors[] = {
#define ERR(name, status, slug, text) [ERR_##name] = { status, slug, text },
#include "base/err.def"
#undef ERR
};

int
err_status(enum err e)
{
	INVARIANT(e < ERR_COUNT);
	return errors[e].status;
}

const char *
err_slug(enum err e)
{
	INVARIANT(e < ERR_COUNT);
	return errors[e].slug;
}

const char *
err_text(enum err e)
{
	INVARIANT(e < ERR_COUNT);
	return errors[e].text;
}
