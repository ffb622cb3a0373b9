/*
 * Batches while everything is killed: each row is done exactly once.  And a
 * hundred thousand rows in one call, in bounded memory.
 */
'use strict';
const assert = require('node:assert/strict');
const { Service } = require('./lib/service');
const { tests, sleep, until } = require('./lib/test');
const { World } = require('./lib/world');
const { Program, COMMISSION } = require('./lib/promoted');
const { query } = require('./lib/db');

const test = tests(__filename);
const ROWS = 6000, MANY = 100000;
/* So much more than for a few rows may one process ever have. */
const WORKER_KIB = 24 * 1024, JOBS_KIB = 4 * 1024;
let s, w, me;

const remove = (ids) => w.fp(202, me, 'DELETE', '/referrals', { ids })
    .then((r) => r.body);
const ready = () => until(async () => {
	try {
		return (await s.client.site('GET', '/readyz', { fresh: true }))
		    .status === 200;
	} catch {
		return false;
	}
}, 30000);

/* Its last word; undefined while nobody answers. */
async function look(id) {
	try {
		const a = await w.c.call('GET',
		    `/api/v2/company/batch_processes/${id}`, {
			token: me.token, fresh: true });

		return a.status === 200 ? a.body : undefined;
	} catch {
		return undefined;
	}
}

async function ended(id, ms) {
	let last;

	assert.ok(await until(async () => {
		last = await look(id) ?? last;
		return last?.status === 'completed';
	}, ms, 200), `batch ${id} is ${JSON.stringify(last)}`);
	return last;
}

/* The most memory that each process ever had, in KiB. */
const peaks = () => [...s.workers(), s.pid('jobs')].map((pid) =>
    s.peak(pid));

async function fill(n, more) {
	const program = new Program(w, me);
	const p = await program.promoter();
	const ids = await program.referrals(p, n, more);

	program.close();
	return { ids, p };
}

async function clean() {
	assert.ok(await ready());
	const { code, out } = await s.verify();

	assert.equal(code, 0, out);
}

test('a company', async () => {
	s = await new Service({ lean: true }).start();
	w = new World(s.client);
	me = await w.owner();
});

test(`${MANY} rows in one call, in bounded memory`, async () => {
	const few = await fill(200, { sales: false });
	for (let i = 0; i < 200; i += 10)
		await ended((await remove(few.ids.slice(i, i + 10))).id, 30000);
	const { ids } = await fill(MANY, { sales: false });
	const before = peaks();
	const begun = Date.now();
	const { id } = await remove(ids);
	const took = Date.now() - begun;
	const done = await ended(id, 300000);
	const grown = peaks().map((kib, i) => kib - before[i]);
	const jobs = grown.pop(), worker = Math.max(...grown);

	assert.equal(done.processed_count, MANY);
	assert.equal(done.failed_count, 0);
	console.log(`# begun in ${took} ms, done in ${Date.now() - begun}; ` +
	    `a worker grew by ${worker} KiB, jobs by ${jobs}, from ${before}`);
	assert.ok(worker < WORKER_KIB, `a worker grew by ${worker} KiB`);
	assert.ok(jobs < JOBS_KIB, `jobs grew by ${jobs} KiB`);
	await clean();
});

const victims = {
	jobs: () => s.pid('jobs'),
	worker: () => Number(s.workers()[Math.floor(Math.random() *
	    s.workers().length)]),
	mariadbd: () => s.pid('mariadbd'),
};

/* One of them every moment, until it is done. */
async function killWhile(id, kinds) {
	let kills = 0, last;

	while (last?.status !== 'completed' && kills < 12) {
		await sleep(100 + Math.random() * 900);
		last = await look(id) ?? last;
		try {
			process.kill(victims[kinds[kills % kinds.length]](),
			    'SIGKILL');
			kills++;
		} catch {
			continue;	/* it is on its way back */
		}
	}
	return kills;
}

for (const kinds of [['jobs'], ['worker', 'jobs'], ['mariadbd'],
    ['mariadbd', 'jobs', 'worker']])
	test(`exactly once while ${kinds} is killed`, async () => {
		assert.ok(await ready());
		const { ids, p } = await fill(ROWS);
		const { id } = await remove(ids);
		const kills = await killWhile(id, kinds);
		const range = `BETWEEN ${ids[0]} AND ${ids.at(-1)}`;

		assert.ok(kills > 0);
		const done = await ended(id, 240000);
		assert.deepEqual([done.processed_count, done.failed_count],
		    [ROWS, 0]);
		assert.ok(await ready());
		const [deleted, events, reversals, balance] = (await query(s,
		    `SELECT (SELECT COUNT(*) FROM referral WHERE id ${range}
			AND deleted_at IS NOT NULL),
		    (SELECT COUNT(*) FROM event WHERE entity_id ${range}
			AND type = 'referral.deleted'),
		    (SELECT COUNT(*) FROM earning WHERE referral_id ${range}
			AND type = 'reversal' AND amount = -${COMMISSION}),
		    (SELECT balance FROM account WHERE owner_id =
			${p.referrer} AND kind = 'earnings_available')`))
		    .split('\t').map(Number);
		assert.deepEqual([deleted, events, reversals, balance],
		    [ROWS, ROWS, ROWS, 0]);
		await clean();
	});

for (const kinds of [['jobs'], ['mariadbd', 'jobs', 'worker']])
	test(`paid out exactly once while ${kinds} is killed`, async () => {
		assert.ok(await ready());
		const { p: { referrer } } = await fill(ROWS);
		const ids = (await query(s, `SELECT id FROM earning
		    WHERE referrer_id = ${referrer}`)).split('\n').map(Number);
		const { body: { id } } = await w.fp(202, me, 'POST',
		    '/commissions/generate_payouts', { ids });
		const kills = await killWhile(id, kinds);

		assert.ok(kills > 0);
		const done = await ended(id, 240000);
		assert.deepEqual([done.processed_count, done.failed_count],
		    [ROWS, 0]);
		assert.ok(await ready());
		const sum = ROWS * COMMISSION;
		const [taken, paid, events, available, requested] =
		    (await query(s, `SELECT
		    (SELECT COUNT(payout_id) FROM earning
			WHERE referrer_id = ${referrer}),
		    (SELECT SUM(amount) FROM payout
			WHERE referrer_id = ${referrer}),
		    (SELECT COUNT(*) - (SELECT COUNT(*) FROM payout
			WHERE referrer_id = ${referrer}) FROM event e
			JOIN payout o ON o.id = e.entity_id
			WHERE o.referrer_id = ${referrer}
			AND e.type = 'payout.created'),
		    (SELECT balance FROM account WHERE owner_id = ${referrer}
			AND kind = 'earnings_available'),
		    (SELECT balance FROM account WHERE owner_id = ${referrer}
			AND kind = 'earnings_requested')`)).split('\t')
			.map(Number);
		assert.deepEqual([taken, paid, events, available, requested],
		    [ROWS, sum, 0, 0, sum]);
		await clean();
	});

/* One with many referrals, and two beside him. */
async function moved() {
	const program = new Program(w, me), all = [];

	for (const n of [3, 1200, 300]) {
		const p = await program.promoter();

		all.push({ ...p, referrals: await program.referrals(p, n) });
	}
	program.close();
	const { body } = await w.fp(202, me, 'POST',
	    '/promoters/move_to_campaign', {
		ids: all.map((x) => x.referrer), soft_move_referrals: true,
		from_campaign_id: program.campaign,
		to_campaign_id: Number((await w.hood(me)).id) });

	return { id: body.id, all };
}

for (const kinds of [['jobs'], ['mariadbd', 'jobs', 'worker']])
	test(`moved exactly once while ${kinds} is killed`, async () => {
		assert.ok(await ready());
		const { id, all } = await moved();
		const kills = await killWhile(id, kinds);

		assert.ok(kills > 0);
		const done = await ended(id, 240000);
		assert.deepEqual([done.processed_count, done.failed_count],
		    [3, 0]);
		assert.ok(await ready());
		for (const { id: was, referrer, referrals } of all) {
			const range = `BETWEEN ${referrals[0]} AND ` +
			    `${referrals.at(-1)}`;
			const n = referrals.length;

			assert.deepEqual((await query(s, `SELECT
			    (SELECT COUNT(*) FROM referral WHERE id ${range}
				AND state = 'moved' AND placement_id = ${was}),
			    (SELECT COUNT(*) FROM referral
				WHERE referrer_id = ${referrer} AND live = 1
				AND placement_id <> ${was}),
			    (SELECT COUNT(*) FROM event e JOIN referral r
				ON r.id = e.entity_id
				WHERE e.type = 'referral.moved'
				AND r.referrer_id = ${referrer})`))
			    .split('\t').map(Number), [n, n, n]);
		}
		await clean();
	});

test('the sanitizers found nothing', () => {
	assert.deepEqual(s.findings(), []);
	s.stop();
});
