/* libFuzzer: AFF_FUZZ names the target.  See tests/fuzz/run. */
#include <stdlib.h>

#include "base/log.h"
#include "fuzz.h"
#include "base/banned.h"

static const struct target *target;

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerInitialize(int *argc UNUSED, char ***argv UNUSED)
{
	const char *name = getenv("AFF_FUZZ");

	target = fuzz_open(name != NULL ? name : "");
	if (target == NULL)
		log_die("AFF_FUZZ names no target");
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	fuzz_run(target, (struct str){ (const char *)bytes, n });
	return 0;
}
