/* Checks of referrals: the same people, the same address, too many at once. */
#include "model/referral/screen.h"

#include "base/buf.h"
#include "base/settings.h"
#include "base/banned.h"

#define ADDRESS_DAYS 30		/* a log-in counts for so long */

const char *const check_labels[] = {
	"self_referral", "same_address", "velocity", NULL
};
const char *const check_texts[] = {
	"The customer has the mail address of one of the referrer's people",
	"The customer signed up from where the referrer's people log in",
	"Many customers signed up by this link within an hour",
};

struct list
check_names(struct arena *a, int64_t checks)
{
	struct str *names = arena_array(a, LEN(check_labels), sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; check_labels[i] != NULL; i++)
		if ((checks >> i & 1) != 0)
			names[n++] = str_of(check_labels[i]);
	return (struct list){ names, n };
}

struct counts {
	int64_t logins, lately;
};

SHAPE(counts_row, struct counts, NULL,
    COLUMN(struct counts, logins),
    COLUMN(struct counts, lately));

struct email_row {
	struct str email;
};

SHAPE(email_row, struct email_row, NULL, COLUMN(struct email_row, email));

/*
 * The mailbox behind an address: letters in one case, and without what stands
 * behind a plus.
 */
static struct str
mailbox(struct arena *a, struct str email)
{
	struct str user, domain;
	struct buf b;

	(void)str_cut(email, '@', &user, &domain);
	(void)str_cut(user, '+', &user, &(struct str){ NULL, 0 });
	buf_init(&b, a, email.n + 1);
	buf_str(&b, user);
	buf_char(&b, '@');
	buf_str(&b, domain);
	return buf_view(&b);
}

bool
screen_same_mailbox(struct arena *a, struct str one, struct str other)
{
	return one.n > 0 && other.n > 0 &&
	    str_eq_nocase(mailbox(a, one), mailbox(a, other));
}

static enum err
own_people(struct db *db, struct arena *a, uint64_t organization_id,
    struct str email, bool *found)
{
	const struct email_row *row;
	struct list rows;

	*found = false;
	TRY(db_rows(db, a, Q_SCREEN_MEMBERS, ARGS(organization_id), &email_row,
	    &rows));
	row = rows.items;
	for (size_t i = 0; i < rows.n; i++)
		*found |= screen_same_mailbox(a, row[i].email, email);
	return OK;
}

enum err
screen_signup(struct db *db, struct arena *a, const struct origin *origin,
    const struct signup *s, struct when now, int64_t *checks)
{
	struct counts c = { 0 };
	bool own;

	*checks = 0;
	TRY(own_people(db, a, origin->member_organization_id, s->email, &own));
	TRY(db_row(db, a, Q_SCREEN_COUNTS, ARGS(origin->member_organization_id,
	    BYTES(s->address_hash, 8), when_add(now, -ADDRESS_DAYS * 86400),
	    origin->id, when_add(now, -3600)), &counts_row, &c));
	if (own)
		*checks |= CHECK_SELF_REFERRAL;
	if (c.logins > 0)
		*checks |= CHECK_SAME_ADDRESS;
	if (settings->velocity_per_hour > 0 &&
	    c.lately >= settings->velocity_per_hour)
		*checks |= CHECK_VELOCITY;
	return OK;
}
