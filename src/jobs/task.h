/* A task, and how it ended, for those that do one kind of it. */
#ifndef AFF_JOBS_TASK_H
#define AFF_JOBS_TASK_H

#include "jobs/work.h"

struct task {
	uint64_t id, subject_id;
	struct str payload;
	int64_t attempts;		/* before this one */
};

/* ONWARD: there is more to do: *why is the payload of the rest. */
enum outcome { DONE, AGAIN, FAILED, ONWARD };

/* jobs/letter.c: kind "mail". */
enum outcome letter_send(struct jobs *, const struct task *, struct str *why);

/* jobs/import.c: kind "import_events". */
enum outcome import_run(struct jobs *, const struct task *, struct str *why);
/* Nothing comes of it: that is said. */
MUST_CHECK enum err import_give_up(struct jobs *, const struct task *);

#endif
