/* What batches can do. */
#include "model/batch/batch.h"

#include "base/banned.h"

const struct batch_action *const batch_actions[] = {
	NULL
};
