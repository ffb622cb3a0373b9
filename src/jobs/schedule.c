/*
 * Recurring work.  Whoever moves the lease of a row has the turn; when he dies
 * in it, the lease runs out and another takes over.  A turn that ended with the
 * database away left its lease; its owner takes it up again at once.  One that
 * failed keeps no other from its turn.  What a turn does is safe to do twice.
 */
#include "jobs/work.h"

#include "base/clock.h"
#include "base/log.h"
#include "db/due.h"
#include "ledger/seal.h"
#include "model/batch/batch.h"
#include "model/payout/payout.h"
#include "model/deletion.h"
#include "model/promoter/export.h"
#include "model/referral/earning.h"
#include "model/campaign/ending.h"
#include "model/token/lot.h"
#include "model/payment/look.h"
#include "model/payment/payment.h"
#include "model/promoter/upgrade.h"
#include "model/referral/placement.h"
#include "model/token/reservation.h"
#include "model/referral/rollup.h"
#include "model/report/fold.h"
#include "model/report/rank.h"

#include "base/banned.h"

#define LEASE 12	/* seconds: a turn (work.h) and its last transaction */
#define LEASE_LONG 60	/* of those that end their turns by themselves */
#define PURGE_ROWS 1000
#define DAY_SECONDS 86400

/* Works off all that is due, a batch at a time. */
static enum err
all_batches(struct jobs *j, enum err (*fn)(struct db *, struct arena *,
    struct when now, uint64_t *count))
{
	uint64_t count = DUE_ROWS;

	while (count == DUE_ROWS && jobs_turn_lasts(j)) {
		arena_reset(&j->arena);
		TRY(fn(j->db, &j->arena, clock_now(), &count));
	}
	j->more |= count == DUE_ROWS;
	return OK;
}

static enum err
end_placements(struct jobs *j)
{
	return all_batches(j, placement_end_due);
}

static enum err
expire_sessions(struct jobs *j)
{
	return all_batches(j, payment_expire_due);
}

static enum err
release_earnings(struct jobs *j)
{
	return all_batches(j, earning_release_due);
}

/* The same of what goes on until there was nothing. */
static enum err
until_nothing(struct jobs *j, enum err (*fn)(struct db *, struct arena *,
    struct when now, uint64_t *count))
{
	uint64_t count = 1;

	while (count > 0 && jobs_turn_lasts(j)) {
		arena_reset(&j->arena);
		TRY(fn(j->db, &j->arena, clock_now(), &count));
	}
	j->more |= count > 0;
	return OK;
}

/* A part of one file, and then of the next. */
static enum err
make_exports(struct jobs *j)
{
	bool made = true, purged = true;

	while ((made || purged) && jobs_turn_lasts(j)) {
		arena_reset(&j->arena);
		TRY(export_purge(j->db, &j->arena, &purged));
		TRY(export_work(j->db, &j->arena, &made));
	}
	j->more |= made || purged;
	return OK;
}

/* Some promoters of an organization at a time. */
static enum err
make_payouts(struct jobs *j)
{
	return until_nothing(j, payout_make_due);
}

static enum err
upgrades(struct jobs *j)
{
	return until_nothing(j, upgrade_run_due);
}

static enum err
campaigns(struct jobs *j)
{
	return all_batches(j, campaign_turns);
}

static enum err
erase(struct jobs *j)
{
	TRY(all_batches(j, user_erase_due));
	return all_batches(j, organization_erase_due);
}

static enum err
expire_reservations(struct jobs *j)
{
	return all_batches(j, reservation_expire_due);
}

static enum err
expire_tokens(struct jobs *j)
{
	return all_batches(j, lot_expire_due);
}

static enum err
seal(struct jobs *j)
{
	return seal_run(j->db, &j->arena, clock_now(),
	    j->conf->seal_age_seconds, &j->more);
}

static enum err
roll_up(struct jobs *j)
{
	const struct rollup_conf c = { j->conf->rollup_seconds,
	    j->conf->rollup_age_seconds };

	j->more = true;
	while (j->more && jobs_turn_lasts(j)) {
		arena_reset(&j->arena);
		TRY(rollup_run(j->db, &j->arena, clock_now(), &c, &j->more));
		TRY(report_fold(j->db, &j->arena, clock_now(), &c, &j->more));
		TRY(rank_move(j->db, &j->arena, &j->more));
	}
	return OK;
}

static enum err
purge_one(struct jobs *j, enum query q, int64_t age_seconds)
{
	struct when before = when_add(clock_now(), -age_seconds);
	uint64_t rows = PURGE_ROWS;

	while (rows == PURGE_ROWS && jobs_turn_lasts(j))
		TRY(jobs_exec(j, q, ARGS(before), &rows));
	j->more |= rows == PURGE_ROWS;
	return OK;
}

static enum err
purge_batches(struct jobs *j)
{
	struct when before = when_add(clock_now(), -j->conf->batch_days *
	    DAY_SECONDS);
	uint64_t count = 1;

	while (count > 0 && jobs_turn_lasts(j)) {
		arena_reset(&j->arena);
		TRY(batch_purge(j->db, &j->arena, before, &count));
	}
	j->more |= count > 0;
	return OK;
}

static enum err
purge(struct jobs *j)
{
	TRY(purge_batches(j));
	TRY(purge_one(j, Q_PURGE_KEYS, DAY_SECONDS));
	TRY(purge_one(j, Q_PURGE_REFRESH, 7 * DAY_SECONDS));
	TRY(purge_one(j, Q_PURGE_SESSIONS, 7 * DAY_SECONDS));
	TRY(purge_one(j, Q_PURGE_USER_TOKENS, DAY_SECONDS));
	TRY(purge_one(j, Q_PURGE_PROMOTER_SESSIONS, DAY_SECONDS));
	TRY(purge_one(j, Q_PURGE_INVITATIONS, 90 * DAY_SECONDS));
	TRY(purge_one(j, Q_PURGE_REPLAYS, 7 * DAY_SECONDS));
	TRY(purge_one(j, Q_PURGE_DELIVERIES, j->conf->webhook_days *
	    DAY_SECONDS));
	return purge_one(j, Q_PURGE_TASKS, 7 * DAY_SECONDS);
}

/*
 * While a provider does not answer, waiting for it holds up all other work: a
 * quarter of the time at most.
 */
static enum err
look_at_payments(struct jobs *j)
{
	static int64_t rest_until_us;
	int64_t started = clock_monotonic_us(), now;
	enum err e;

	if (started < rest_until_us)
		return OK;
	arena_reset(&j->arena);
	e = look_due(j->db, &j->arena);
	now = clock_monotonic_us();
	if (e == ERR_PROVIDER_DOWN)
		rest_until_us = now + 3 * (now - started);
	return e;
}

static const struct {
	const char *name;
	int64_t every_seconds;		/* 0: seal_seconds */
	int64_t lease_seconds;
	enum err (*run)(struct jobs *);
} schedules[] = {
	{ "seal", 0, LEASE_LONG, seal },
	{ "expire_sessions", 5, LEASE, expire_sessions },
	{ "look_at_payments", 1, LEASE_LONG, look_at_payments },
	{ "end_placements", 5, LEASE, end_placements },
	{ "release_earnings", 10, LEASE, release_earnings },
	{ "make_payouts", 60, LEASE, make_payouts },
	{ "exports", 2, LEASE, make_exports },
	{ "upgrades", 5, LEASE, upgrades },
	{ "campaigns", 5, LEASE, campaigns },
	{ "erase", 60, LEASE, erase },
	{ "expire_reservations", 5, LEASE, expire_reservations },
	{ "expire_tokens", 5, LEASE, expire_tokens },
	{ "roll_up", 5, LEASE, roll_up },
	{ "purge", 3600, LEASE, purge },
};

static enum err
take_turn(struct jobs *j, size_t i)
{
	struct str name = str_of(schedules[i].name);
	int64_t every = schedules[i].every_seconds != 0 ?
	    schedules[i].every_seconds : j->conf->seal_seconds;
	struct when now = clock_now();
	uint64_t rows;
	enum err e;

	TRY(jobs_exec(j, Q_SCHEDULE_CLAIM, ARGS(j->owner,
	    when_add(now, schedules[i].lease_seconds), name, now,
	    due_beyond(now)), &rows));
	if (rows == 0)
		return OK;
	jobs_turn(j);
	e = schedules[i].run(j);
	if (e != OK)
		log_warn("schedule %s: %s", schedules[i].name, err_slug(e));
	now = clock_now();
	return jobs_exec(j, Q_SCHEDULE_RELEASE, ARGS(now, when_add(now,
	    e == OK && j->more ? 0 : every), name, j->owner), NULL);
}

struct due_row {
	struct str name;
};

SHAPE(schedule_due_row, struct due_row, NULL, COLUMN(struct due_row, name));

enum err
schedule_round(struct jobs *j)
{
	bool due[LEN(schedules)] = { false };
	const struct due_row *row;
	struct when now = clock_now();
	struct list rows;

	arena_reset(&j->arena);
	TRY(db_rows(j->db, &j->arena, Q_SCHEDULE_DUE, ARGS(now,
	    due_beyond(now), j->owner), &schedule_due_row, &rows));
	row = rows.items;
	for (size_t i = 0; i < LEN(schedules); i++)
		for (size_t k = 0; k < rows.n; k++)
			due[i] |= str_is(row[k].name, schedules[i].name);
	for (size_t i = 0; i < LEN(schedules); i++)
		if (due[i] && !jobs_stopping())
			TRY(take_turn(j, i));
	return OK;
}
