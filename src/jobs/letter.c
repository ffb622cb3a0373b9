/* Tasks of kind "mail": a letter is written, then handed to the mail server. */
#include "model/letter_write.h"

#include "api/firstpromoter/exports.h"
#include "auth/principal.h"
#include "auth/secret.h"
#include "base/log.h"
#include "base/settings.h"
#include "jobs/mail.h"
#include "jobs/task.h"

#include "base/banned.h"

#define SLOW_US SECOND_US
#define REST_SECONDS 10		/* for a server that let us wait for nothing */

struct writing {
	struct arena *arena;
	const struct task *task;
	struct letter_order order;
	struct letter letter;
	struct when now;
};

static enum err
write_letter(struct db *db, void *arg)
{
	struct writing *w = arg;

	return letter_write(db, w->arena, &w->order, w->task->subject_id,
	    w->task->attempts > 0, w->now, &w->letter);
}

static struct str
link_of(struct arena *a, const char *page, struct str token)
{
	struct str url = page[0] != '\0' ? str_of(page) : settings->public_url;

	return str_printf(a, "%.*s%ctoken=%.*s", STR_ARG(url),
	    memchr(url.p, '?', url.n) != NULL ? '&' : '?', STR_ARG(token));
}

/* "2026-11-21 02:19 UTC" */
static struct str
until(struct arena *a, struct when at)
{
	char iso[CLOCK_ISO_LEN + 1];

	clock_iso(at, iso);
	return str_printf(a, "%.10s %.5s UTC", iso, iso + 11);
}

static void
compose(struct arena *a, const struct conf *conf, const struct letter *l,
    struct mail *m)
{
	struct str ends = until(a, l->expires_at);
	struct str message = l->message.n == 0 ? STR("") :
	    str_printf(a, "\n%.*s\n", STR_ARG(l->message));

	switch ((enum letter_kind)l->kind) {
	case LETTER_INVITATION:
		m->subject = str_printf(a, "Invitation to %.*s",
		    STR_ARG(l->organization_name));
		m->text = str_printf(a, "Hello,\n\n%.*s invites you to join "
		    "%.*s as %s.\n%.*s\nTo join, open this page until "
		    "%.*s:\n\n%.*s\n\nIf this says nothing to you, leave it "
		    "be.\n", STR_ARG(l->inviter),
		    STR_ARG(l->organization_name), role_labels[l->role],
		    STR_ARG(message), STR_ARG(ends), STR_ARG(link_of(a,
		    conf->invitation_url, l->token)));
		break;
	case LETTER_CONFIRMATION:
		m->subject = STR("Confirm your email address");
		m->text = str_printf(a, "Hello %.*s,\n\nto confirm that this "
		    "address is yours, open this page until %.*s:\n\n%.*s\n\n"
		    "If you did not register with it, leave this be.\n",
		    STR_ARG(l->name), STR_ARG(ends), STR_ARG(link_of(a,
		    conf->confirmation_url, l->token)));
		break;
	case LETTER_PASSWORD:
		m->subject = STR("Choose a new password");
		m->text = str_printf(a, "Hello %.*s,\n\nto choose a new "
		    "password, open this page until %.*s:\n\n%.*s\n\nIt is "
		    "good for one use.  If you did not ask for it, leave this "
		    "be: your password stays as it is.\n", STR_ARG(l->name),
		    STR_ARG(ends), STR_ARG(link_of(a, conf->password_url,
		    l->token)));
		break;
	case LETTER_PAYMENTS:
		m->subject = STR("Your code for a payments batch");
		m->text = str_printf(a, "Hello %.*s,\n\nto record the payouts "
		    "of %.*s as paid, enter this code until %.*s:\n\n%.*s\n\n"
		    "Give it to nobody.  If you did not ask for it, tell the "
		    "owners of the organization.\n", STR_ARG(l->name),
		    STR_ARG(l->organization_name), STR_ARG(ends),
		    STR_ARG(l->token));
		break;
	case LETTER_EXPORT:
		m->subject = str_printf(a, "Your %.*s at %.*s",
		    STR_ARG(l->message), STR_ARG(l->organization_name));
		m->text = str_printf(a, "Hello %.*s,\n\nthe file of your "
		    "%.*s is ready.  It can be fetched here until %.*s:\n\n"
		    "%.*s\n\nWhoever has this address can read the file: "
		    "keep it to yourself.\n", STR_ARG(l->name),
		    STR_ARG(l->message), STR_ARG(ends),
		    STR_ARG(fp_export_link(a, l->subject_id, l->token)));
		break;
	}
}

/* The same for each attempt, so that a reader can tell a second copy. */
static struct str
message_id(struct arena *a, uint64_t task_id)
{
	unsigned char mac[SECRET_MAC_BYTES];

	secret_mac("message-id", &task_id, sizeof(task_id), mac);
	return str_hex(a, mac, 16);
}

static enum outcome
send_letter(struct jobs *j, const struct writing *w, struct str *why)
{
	const struct conf *conf = j->conf;
	struct mail m = { .from = str_of(conf->mail_from),
	    .from_name = str_of(conf->mail_name), .to = w->letter.email,
	    .to_name = w->letter.name, .at = w->now,
	    .id = message_id(&j->arena, w->task->id) };
	int64_t begun = clock_monotonic_us();
	long status;

	*why = STR("the address cannot be written to");
	if (!mime_address(m.to))
		return FAILED;
	compose(&j->arena, conf, &w->letter, &m);
	if (mail_send(&j->arena, conf, &m, &status, why))
		return DONE;
	if (clock_monotonic_us() - begun > SLOW_US)
		j->mail_rests = when_add(clock_now(), REST_SECONDS);
	/* 53x is about our log-in there, not about this mail */
	return status >= 500 && status / 10 != 53 ? FAILED : AGAIN;
}

enum outcome
letter_send(struct jobs *j, const struct task *t, struct str *why)
{
	struct writing w = { .arena = &j->arena, .task = t,
	    .now = clock_now() };
	struct complaints wrong;
	uint64_t given;
	enum err e;

	complaints_init(&wrong);
	*why = STR("the payload is not readable");
	if (json_decode(&j->arena, t->payload, &letter_order, false, &w.order,
	    &given, &wrong) != OK)
		return FAILED;
	*why = STR("there is no mail server");
	if (j->conf->smtp_url[0] == '\0')
		return FAILED;
	*why = STR("the mail server was slow to fail a moment ago");
	if (w.now.us < j->mail_rests.us)
		return AGAIN;
	e = tx_run(j->db, &j->arena, write_letter, &w);
	if (e == ERR_NOT_FOUND || e == ERR_LIMIT)
		return DONE;	/* nobody waits for it */
	*why = str_of(err_slug(e));
	return e == OK ? send_letter(j, &w, why) : AGAIN;
}
