/* Letters, asked for. */
#include "model/people/letter.h"

#include "base/settings.h"
#include "base/banned.h"

const char *const letter_labels[] = {
	[LETTER_INVITATION] = "invitation",
	[LETTER_CONFIRMATION] = "confirmation",
	[LETTER_PASSWORD] = "password",
	[LETTER_PAYMENTS] = "payments",
	[LETTER_EXPORT] = "export", NULL
};

SHAPE(letter_order, struct letter_order, "LetterOrder",
    FIELD(struct letter_order, kind, "kind", .flags = F_REQUIRED,
	.labels = letter_labels),
    FIELD(struct letter_order, email, "email", .flags = F_NULLABLE,
	.max = 254));

static enum err
order(struct db *db, struct arena *a, const struct letter_order *o,
    uint64_t subject, struct when now)
{
	struct buf payload;

	if (!settings->mail)
		return OK;
	buf_init(&payload, a, 128);
	json_encode(&payload, &letter_order, o, false);
	return db_exec(db, Q_TASK_INSERT, ARGS(STR("mail"), arg_bound(subject),
	    buf_view(&payload), now), NULL, NULL);
}

enum err
letter_order_invitation(struct db *db, struct arena *a,
    uint64_t invitation_id, struct when now)
{
	return order(db, a, &(struct letter_order){ LETTER_INVITATION,
	    STR_NULL }, invitation_id, now);
}

enum err
letter_order_user(struct db *db, struct arena *a, enum letter_kind kind,
    struct str email, struct when now)
{
	return order(db, a, &(struct letter_order){ (int)kind, email }, 0,
	    now);
}

enum err
letter_order_payments(struct db *db, struct arena *a, uint64_t batch_id,
    struct when now)
{
	return order(db, a, &(struct letter_order){ LETTER_PAYMENTS,
	    STR_NULL }, batch_id, now);
}

enum err
letter_order_export(struct db *db, struct arena *a, uint64_t export_id,
    struct when now)
{
	return order(db, a, &(struct letter_order){ LETTER_EXPORT, STR_NULL },
	    export_id, now);
}
