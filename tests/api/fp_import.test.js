/* Sales of before, from a company's own account at Stripe. */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { Service } = require('./lib/service');
const { Stub } = require('./lib/stripe');
const { tests, sleep, until } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');
const { dump } = require('./lib/db');

const test = tests(__filename);
const KEY = `rk_live_${unique()}${unique()}`;
let s, w, p, stub, theirs, me, other, ann;

const fp = (status, method, path, body, who = me) =>
    w.fp(status, who, method, path, body).then((a) => a.body);
const settings = async (more, status = 200, who = me) => fp(status, 'PUT',
    '/settings', { ...await fp(200, 'GET', '/settings', undefined, who),
	...more }, who);
const start = (lead, status = 202, find_by = '', who = me) => fp(status,
    'POST', `/referrals/${lead.at ?? lead.id}/import_events${find_by}`,
    undefined, who);
async function ended(batch) {
	const look = () => fp(200, 'GET', `/batch_processes/${batch.id}`);

	assert.ok(await until(async () => !['pending', 'in_progress']
	    .includes((await look()).status), 60000));
	return look();
}
const run = async (lead) => ended(await start(lead));
async function lead(email = `lead-${unique()}@example.com`, more = {}) {
	return fp(200, 'POST', '/referrals', { email,
		promoter_campaign_id: ann.placement, ...more });
}
/* [event, amount, refunded, day] of his sales. */
const sales = async (r) => (await p.sql(`SELECT event, amount,
    refunded_amount, currency, COALESCE(event_date, '') FROM sale
    WHERE referral_id = ${r.id} ORDER BY amount`)).split('\n')
    .filter(Boolean).map((l) => l.split('\t'));
const earned = async (r) => (await p.earned(r.id)).reduce((n, e) =>
    n + e.amount, 0);
/* The jobs role is killed, and nobody waits for the lease of who is gone. */
async function crash() {
	assert.ok(await until(() => {
		try {
			return process.kill(s.pid('jobs'), 'SIGKILL');
		} catch {
			return false;	/* it is on its way back */
		}
	}, 20000));
	await until(async () => await p.sql(`UPDATE task SET
	    lease_until = NULL, run_at = UTC_TIMESTAMP(6)
	    WHERE kind = 'import_events' AND done_at IS NULL;
	    SELECT 1`) === '1');
}
async function verify() {
	const { code, out } = await s.verify();

	assert.equal(code, 0, out);
	assert.equal(stub.broken, undefined, stub.broken?.stack);
}

test('a company without a key of Stripe', async () => {
	stub = await new Stub().start();
	s = new Service({ settings: { ...stub.settings(), stripe_key: '' } });
	await s.start();
	w = new World(s.client);
	p = new Promoters(w);
	me = await p.company();
	other = await p.company();
	ann = await p.promoter(me);
	const r = await lead();
	const none = await start(r, 422);
	assert.equal(none.code, 'operation_failed');
	assert.match(none.message, /stripe_key/);
	await start({ id: 999999999 }, 404);
	await start(r, 404, '', other);
	await start({ at: 'x' }, 404);
	await fp(400, 'POST', `/referrals/${r.id}/import_events?find_by=x`);
});

test('the key is set, kept encrypted and never shown', async () => {
	theirs = stub.company(KEY);
	for (const stripe_key of [' ', 'rk_live_x', `pk_live_${unique()}`,
	    `rk_live_${unique()}\n`, `rk_live_${unique()}:`, 'r'.repeat(301)])
		assert.deepEqual(Object.keys((await settings({ stripe_key },
		    400)).errors), ['stripe_key']);
	const set = await settings({ stripe_key: KEY });
	assert.equal(set.has_stripe_key, true);
	assert.ok(!JSON.stringify(set).includes(KEY));
	/* what is not said stays */
	assert.equal((await settings({ net_payout_days: 10 })).has_stripe_key,
	    true);
	assert.equal((await settings({ stripe_key: '' })).has_stripe_key, true);
	assert.equal((await fp(200, 'GET', '/settings')).has_stripe_key, true);
	assert.equal((await fp(200, 'GET', '/settings', undefined, other))
	    .has_stripe_key, false);
	assert.ok(!(await dump(s)).includes(KEY));
});

test('what he paid is sold, and what went back is refunded', async () => {
	const r = await lead();
	const he = stub.customer(theirs, r.email);
	const [one, two, three] = [1000, 2500, 4000].map((n) =>
	    stub.charged(theirs, he, n));

	stub.charged(theirs, he, 7000, { status: 'failed', captured: false,
		paid: false, amount_captured: 0 });
	stub.charged(theirs, he, 8000, { captured: false,
		amount_captured: 0 });
	stub.charged(theirs, he, 9000, { amount_captured: 6000 });
	stub.charged(theirs, he, 700, { currency: 'jpy' });
	stub.returned(theirs, two, 500);
	stub.returned(theirs, two, 300, { status: 'failed' });
	stub.returned(theirs, three, 4000);
	const b = await start(r);
	assert.deepEqual([b.status, b.total, b.action_label], ['pending', 1,
		'referral/import_events']);
	assert.deepEqual((({ status, progress, failed_count: f }) => [status,
		progress, f])(await ended(b)), ['completed', 100, 0]);
	const day = new Date(one.created * 1000).toISOString().slice(0, 10);
	const now = await sales(r);
	assert.deepEqual(now.map((x) => x.slice(1)), [
		['700', '0', 'JPY', day], ['1000', '0', 'USD', day],
		['2500', '500', 'USD', day], ['4000', '4000', 'USD', day],
		['6000', '0', 'USD', day]]);
	assert.equal(now[1][0], one.id);
	/* a fifth of 1000 + 2500 - 500 + 6000, and of 700 yen */
	assert.equal((await p.earned(r.id)).filter((e) => e.currency === 'USD')
	    .reduce((n, e) => n + e.amount, 0), 1800);
	assert.deepEqual((await fp(200, 'GET',
	    `/batch_processes/${b.id}/items`)).map((i) => [i.id, i.status]),
	    [[r.id, 'done']]);
	await verify();
});

test('again: nothing is doubled, and what is new comes', async () => {
	const r = await lead();
	const he = stub.customer(theirs, r.email);
	const [a, b] = [1000, 2000].map((n) => stub.charged(theirs, he, n));

	/* told of before, with a part that went back, by names of its own */
	await p.track(200, me, 'sale', { email: r.email, amount: 2000,
		event_id: b.id });
	await p.track(200, me, 'refund', { email: r.email, amount: 500,
		event_id: unique(), sale_event_id: b.id });
	stub.returned(theirs, b, 500);
	for (let i = 0; i < 2; i++)
		await run(r);
	assert.equal(await earned(r), 200 + 300);
	stub.returned(theirs, b, 700);
	stub.charged(theirs, he, 3000);
	for (let i = 0; i < 2; i++)
		await run(r);
	assert.equal(await earned(r), 200 + 300 - 140 + 600);
	/* what came by it is told in vain */
	await p.track(409, me, 'sale', { email: r.email, amount: 1000,
		event_id: a.id });
	const all = await Promise.all([1, 2, 3].map(() => start(r)));
	for (const one of all)
		assert.equal((await ended(one)).status, 'completed');
	assert.equal((await sales(r)).length, 3);
	await verify();
});

test('by his name at Stripe, and all pages', async () => {
	const he = stub.customer(theirs, 'another@example.com');
	const r = await lead(undefined, { uid: he.id });

	for (let i = 0; i < 120; i++)
		stub.charged(theirs, he, 100 + i);
	/* the address would find another one */
	stub.charged(theirs, stub.customer(theirs, r.email), 5);
	const b = await start({ at: he.id }, 202, '?find_by=uid');
	assert.equal((await ended(b)).status, 'completed');
	/* the oldest first */
	assert.deepEqual((await p.sql(`SELECT amount FROM sale
	    WHERE referral_id = ${r.id} ORDER BY id`)).split('\n').map(Number),
	    Array.from({ length: 120 }, (x, i) => 100 + i));
	/* two customers of one address */
	const twice = await lead();
	for (const n of [300, 400])
		stub.charged(theirs, stub.customer(theirs, twice.email), n);
	await run(twice);
	assert.deepEqual((await sales(twice)).map((x) => x[1]), ['300',
		'400']);
	/* nobody there */
	assert.equal((await run(await lead())).status, 'completed');
	await verify();
});

/* A time so many months ago, as Stripe has it. */
function ago(months, days = 0) {
	const at = new Date();

	at.setUTCDate(1);
	at.setUTCMonth(at.getUTCMonth() - months);
	return Math.floor(at / 1000) - 86400 * days;
}
const amounts = async (r) => (await p.sql(`SELECT amount FROM sale
    WHERE referral_id = ${r.id} ORDER BY id`)).split('\n').map(Number);

test('two customers of one address: by time, and each once', async () => {
	const r = await lead();
	const [a, b] = [1, 2].map(() => stub.customer(theirs, r.email));

	/* in turns, in a row, at the same time, and more than a page */
	const all = [a, b, a, b, b, b, a, a, b].map((who, i) =>
	    stub.charged(theirs, who, 100 + i, { created: ago(20) +
		86400 * (i === 6 ? 5 : i) }));
	for (let i = 9; i < 130; i++)
		all.push(stub.charged(theirs, i % 4 === 0 ? a : b, 100 + i, {
			created: ago(10) + 60 * i }));
	stub.returned(theirs, all[3], 103);
	await run(r);
	const got = await amounts(r);
	assert.deepEqual(got.filter((n) => n !== 106 && n !== 105),
	    all.map((x) => x.amount).filter((n) => n !== 106 && n !== 105));
	assert.equal(new Set(got).size, all.length);
	assert.equal((await sales(r)).find((x) => x[1] === '103')[2], '103');
	await run(r);
	assert.equal((await amounts(r)).length, all.length);
	await verify();
});

test('what is another lead\'s at Stripe stays his', async () => {
	const r = await lead();
	const [mine, his] = [1, 2].map(() => stub.customer(theirs, r.email));
	const he = await lead(undefined, { uid: his.id });

	for (const [who, n] of [[mine, 300], [his, 400], [mine, 500]])
		stub.charged(theirs, who, n);
	await Promise.all([run(r), run(he), run(r)]);
	assert.deepEqual(await amounts(r), [300, 500]);
	assert.deepEqual(await amounts(he), [400]);
	await verify();
});

test('sales are judged as of their time', async () => {
	const bob = await p.promoter(me);
	const reward = async (more) => (await fp(200, 'POST', '/rewards', {
		name: unique(), is_promoter_reward: true,
		promoter_reward_type: 'sale', ...more })).id;
	const cash = (amount, ...rules) => ({ amount, unit: 'cash',
		flat_amount: true, rules });
	const age = (condition, value) => ({ type: 'customer_age_in_months',
		condition, value });
	const give = async (...ids) => fp(200, 'PUT',
	    `/promoter_campaigns/${bob.placement}`, { rewards_for_promoters:
		ids.map((reward_id) => ({ reward_id, apply_on: 'all' })) });
	const his = async () => {
		const r = await lead(undefined, {
			promoter_campaign_id: bob.placement });

		return [r, stub.customer(theirs, r.email)];
	};
	const brought = async (r) => (await p.sql(`SELECT s.amount,
	    COALESCE(SUM(e.amount), 0) FROM sale s LEFT JOIN earning e
	    ON e.sale_id = s.id WHERE s.referral_id = ${r.id}
	    GROUP BY s.id ORDER BY s.amount`)).split('\n').map((l) => l
		.split('\t').map(Number));

	/* three months, with steps by age; once; what came with the reward */
	await give(await reward({ duration: 'repeating',
		duration_in_months: 3, schemas: [
		    cash(1, age('less than', 1)),
		    cash(10, age('equal to', 1)),
		    cash(100, age('greater than', 1))] }),
	    await reward({ duration: 'once',
		schemas: [cash(1000)] }),
	    await reward({ new_customers_only: true,
		schemas: [cash(100000)] }));
	const [r, cus] = await his();
	for (const [months, n] of [[14, 1], [13, 2], [12, 3], [11, 4], [1, 5]])
		stub.charged(theirs, cus, n, { created: ago(months) });
	await run(r);
	assert.deepEqual(await brought(r), [[1, 1001], [2, 10], [3, 100],
		[4, 0], [5, 0]]);
	/* what he buys now is as late */
	await p.track(200, me, 'sale', { email: r.email, amount: 6,
		event_id: unique() });
	assert.deepEqual((await brought(r)).at(-1), [6, 0]);
	/* also where he was moved since */
	const eve = await p.promoter(me);
	const move = (ids, to) => fp(200, 'POST',
	    '/referrals/move_to_promoter', { ids, promoter_campaign_id: to });
	await move([r.id], eve.placement);
	const [{ id }] = await fp(200, 'GET', `/referrals?q=${r.email}`);
	await move([id], bob.placement);
	await p.track(200, me, 'sale', { email: r.email, amount: 7,
		event_id: unique() });
	const [now] = await fp(200, 'GET', `/referrals?q=${r.email}`);
	assert.deepEqual(await brought(now), [[7, 0]]);

	/* who was told of before: older ones come later, and never twice */
	const [late, known] = await his();
	await p.track(200, me, 'sale', { email: late.email, amount: 9,
		event_id: unique() });
	assert.deepEqual(await brought(late), [[9, 101001]]);
	stub.charged(theirs, known, 1, { created: ago(5) });
	stub.charged(theirs, known, 2, { created: ago(4) });
	await run(late);
	assert.deepEqual(await brought(late), [[1, 1], [2, 10],
		[9, 101001]]);
	await verify();
});

test('who is moved meanwhile is met where he is now', async () => {
	const eve = await p.promoter(me);
	const r = await lead();
	const cus = stub.customer(theirs, r.email);
	const all = [];

	for (let i = 0; i < 60; i++)
		all.push(stub.charged(theirs, cus, 1000 + i));
	stub.returned(theirs, all[0], 1000);
	stub.returned(theirs, all[50], 1050);
	const moved = async (id, to) => {
		await fp(200, 'POST', '/referrals/move_to_promoter', {
			ids: [id], promoter_campaign_id: to.placement });
		return Number(await p.sql(`SELECT moved_to FROM referral
		    WHERE id = ${id}`));
	};
	/* before its sale is refunded, and between two pages */
	const refund = stub.hold('GET /v1/refunds');
	const b = await start(r);
	await refund.met;
	const then = await moved(r.id, eve);
	const page = stub.hold('GET /v1/charges');
	refund.open();
	await page.met;
	const last = await moved(then, ann);
	page.open();
	assert.deepEqual((({ status, failed_count: n }) => [status, n])(
	    await ended(b)), ['completed', 0]);
	assert.equal(await p.sql(`SELECT CONCAT(COUNT(*), ' ',
	    SUM(refunded_amount)) FROM sale WHERE referral_id IN
	    (${[r.id, then, last]})`), '60 2050');
	assert.deepEqual((await p.earned(last)).length > 0, true);
	assert.equal((await fp(200, 'GET', `/batch_processes/${b.id}/items`))[0]
	    .id, r.id);
	await verify();
	/* who is not there any more: that is said */
	const held = stub.hold('GET /v1/charges');
	stub.charged(theirs, cus, 5);
	const gone = await start({ id: last });
	await held.met;
	await w.fp(200, me, 'DELETE', '/referrals', { ids: [last] });
	held.open();
	const end = await ended(gone);
	assert.equal(end.status, 'failed');
	assert.match(end.processing_errors[0], /not found/i);
	await verify();
});

test('moved again and again while it is taken and killed', async () => {
	const eve = await p.promoter(me);
	const r = await lead();
	const [a, b] = [1, 2].map(() => stub.customer(theirs, r.email));

	for (let i = 0; i < 150; i++)
		stub.charged(theirs, i % 3 === 0 ? a : b, 1000, {
			created: ago(10) + 3600 * i });
	const batch = await start(r);
	const look = () => fp(200, 'GET', `/batch_processes/${batch.id}`);
	let at = r.id, n = 0;
	while (['pending', 'in_progress'].includes((await look()).status)) {
		await fp(200, 'POST', '/referrals/move_to_promoter', {
			ids: [at], promoter_campaign_id:
			(n % 2 === 0 ? eve : ann).placement });
		at = Number(await p.sql(`SELECT moved_to FROM referral
		    WHERE id = ${at}`));
		if (n++ % 10 === 5)
			await crash();
		await sleep(50);
	}
	assert.equal((await look()).status, 'completed');
	assert.equal(await p.sql(`SELECT CONCAT(COUNT(*), ' ',
	    COUNT(DISTINCT event), ' ', MIN(s.event_date = x.day))
	    FROM (SELECT s.*, ROW_NUMBER() OVER (ORDER BY s.id) AS n
		FROM sale s) s
	    JOIN (SELECT s.id, MAX(s.event_date) OVER (ORDER BY s.id) AS day
		FROM sale s WHERE s.referral_id BETWEEN ${r.id} AND ${at}) x
	    ON x.id = s.id WHERE s.referral_id BETWEEN ${r.id} AND ${at}`),
	    '150 150 1');
	await verify();
});

test('each has the time at which it came in', async () => {
	const r = await lead();
	const he = stub.customer(theirs, r.email);
	const [first] = [1000, 2000].map((n) => stub.charged(theirs, he, n));

	stub.returned(theirs, first, 500);
	const held = stub.hold('GET /v1/refunds');
	const b = await start(r);
	await held.met;
	await new Promise((done) => setTimeout(done, 1500));
	held.open();
	assert.equal((await ended(b)).status, 'completed');
	assert.equal(await p.sql(`SELECT GROUP_CONCAT(x.at - INTERVAL 1 SECOND >
	    (SELECT MIN(created_at) FROM sale WHERE referral_id = ${r.id})
	    ORDER BY x.at) FROM (SELECT created_at AS at FROM sale
	    WHERE referral_id = ${r.id} UNION ALL SELECT f.created_at
	    FROM sale_refund f JOIN sale s ON s.id = f.sale_id
	    WHERE s.referral_id = ${r.id}) x`), '0,1,1');
	await verify();
});

test('what Stripe refuses is the end, and can be done again', async () => {
	const r = await lead(undefined, { uid: 'cus_unknown' });
	const b = await run(r);

	assert.deepEqual([b.status, b.failed_count], ['failed', 1]);
	const [item] = await fp(200, 'GET', `/batch_processes/${b.id}/items`);
	assert.equal(item.error, 'provider_refused');
	theirs.refuses = true;
	const he = await lead();
	stub.charged(theirs, stub.customer(theirs, he.email), 1000);
	const refused = await run(he);
	assert.equal(refused.status, 'failed');
	theirs.refuses = false;
	const again = await w.fp(202, me, 'POST',
	    `/batch_processes/${refused.id}/retry`);
	assert.equal((await ended(again.body)).status, 'completed');
	assert.equal(await earned(he), 200);
	/* who can't get anything: his sales are not taken */
	const bob = await p.promoter(me);
	const x = await fp(200, 'POST', '/referrals', {
		email: `lead-${unique()}@example.com`,
		promoter_campaign_id: bob.placement });
	stub.charged(theirs, stub.customer(theirs, x.email), 1000);
	await fp(200, 'POST', '/promoters/block', { ids: [bob.id],
		campaign_id: me.campaign });
	assert.equal((await run(x)).status, 'failed');
	assert.deepEqual(await sales(x), []);
});

test('it is not there for a while, and processes are killed', async () => {
	const r = await lead();
	const he = stub.customer(theirs, r.email);

	for (let i = 0; i < 110; i++)
		stub.charged(theirs, he, 1000);
	stub.fault('GET /v1/customers', { status: 500 });
	stub.fault('GET /v1/charges', { status: 503 });
	stub.fault('GET /v1/charges', {});
	const b = await start(r);
	for (let i = 0; i < 3; i++) {
		await until(async () => (await sales(r)).length > 30 * i);
		await crash();
	}
	assert.equal((await ended(b)).status, 'completed');
	assert.equal((await sales(r)).length, 110);
	assert.equal(await earned(r), 110 * 200);
	await verify();
});

test('stopped; given up', async () => {
	const r = await lead();
	const he = stub.customer(theirs, r.email);

	stub.charged(theirs, he, 1000);
	const held = stub.hold('GET /v1/customers');
	const b = await start(r);
	await held.met;
	await fp(200, 'POST', `/batch_processes/${b.id}/stop`);
	held.open();
	assert.equal((await ended(b)).status, 'stopped');
	assert.ok(await until(async () => await p.sql(`SELECT COUNT(*)
	    FROM task WHERE kind = 'import_events' AND done_at IS NULL`) ===
	    '0'));
	assert.deepEqual(await sales(r), []);
	stub.fault('GET /v1/customers', { status: 500 });
	const other = await start(r);
	await p.sql(`UPDATE task SET attempts = 20 WHERE done_at IS NULL
	    AND kind = 'import_events'`);
	const end = await ended(other);
	assert.equal(end.status, 'failed');
	assert.match(end.processing_errors[0], /provider did not answer/);
	await verify();
});

test('without the key again; nobody wrote it down', async () => {
	assert.equal((await settings({ stripe_key: null })).has_stripe_key,
	    false);
	await start(await lead(), 422);
	const log = fs.readFileSync(s.env.AFFILIATED_LOG_FILE, 'utf8');
	assert.ok(!log.includes(KEY));
});

test('the shop closes', () => {
	stub.close();
	s.stop();
});
