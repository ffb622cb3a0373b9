/* A task, and how it ended, for those that do one kind of it. */
#ifndef AFF_JOBS_TASK_H
#define AFF_JOBS_TASK_H

#include "jobs/work.h"

struct task {
	uint64_t id, subject_id;
	struct str payload;
	int64_t attempts;		/* before this one */
};

enum outcome { DONE, AGAIN, FAILED };

/* jobs/letter.c: kind "mail". */
enum outcome letter_send(struct jobs *, const struct task *, struct str *why);

#endif
