/* Sales of before: one page of them at a time. */
#include "jobs/task.h"
#include "model/track/import.h"

#include "base/banned.h"

enum outcome
import_run(struct jobs *j, const struct task *t, struct str *why)
{
	struct str next, said = STR_NULL;
	enum err e = import_step(j->db, &j->arena, t->subject_id, t->payload,
	    &next, &said);

	*why = said.p != NULL ? said : str_of(err_slug(e));
	if (e != OK)
		return AGAIN;
	if (next.p == NULL)
		return DONE;
	*why = next;
	return ONWARD;
}

enum err
import_give_up(struct jobs *j, const struct task *t)
{
	return import_end(j->db, &j->arena, t->payload, ERR_PROVIDER_DOWN);
}
