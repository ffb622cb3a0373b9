/* Tokens held for work: once, and never more than there are. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until } = require('./lib/test');
const { World, unique } = require('./lib/world');

const test = tests(__filename);
const AT = '/token-reservations';
let s, w, c, me;

const times = (n, fn) => Promise.all(Array.from({ length: n },
    (unused, i) => fn(i)));
const tally = (answers) => answers.reduce((t, a) => ({ ...t,
	[a.status]: (t[a.status] ?? 0) + 1 }), {});
const end = (r, how, body, more) => c.call('POST', `${AT}/${r.id}/${how}`, {
	token: me.token, body, ...more });
const settle = (r, body = {}, more = {}) => end(r, 'settle', body, more);
const release = (r, more = {}) => end(r, 'release', undefined, more);
const reserve = (body, more) => c.call('POST', AT, { token: me.token, body,
	...more });
const numbers = async (who = me) => {
	const { available, reserved } = await w.balance(who);

	return [available, reserved];
};

test('held, then spent in part', async () => {
	s = await service();
	c = s.client;
	w = new World(c);
	me = await w.owner();
	await w.adjust(me, 1000);
	const begun = Date.now();
	const r = await w.reserve(me, 300, { reference: 'job 1',
		expiresInSeconds: 600 });

	assert.equal(r.status, 'held');
	assert.equal(r.amount, 300);
	assert.equal(r.settledAmount, 0);
	assert.equal(r.reference, 'job 1');
	const lasts = Date.parse(r.expiresAt) - Date.parse(r.createdAt);
	assert.equal(lasts, 600000);
	assert.ok(Date.parse(r.createdAt) >= begun - 1000);
	assert.deepEqual(await numbers(), [700, 300]);
	const done = await settle(r, { amount: 120 });
	assert.equal(done.status, 200, done.text);
	assert.deepEqual(done.data, { ...r, status: 'settled',
		settledAmount: 120 });
	assert.deepEqual(await numbers(), [880, 0]);
	const again = await settle(r, { amount: 120 });
	assert.equal(again.status, 200);
	assert.deepEqual(again.data, done.data);
	for (const body of [{}, { amount: 121 }, { amount: 300 }])
		assert.equal((await settle(r, body)).status, 409);
	assert.equal((await release(r)).status, 409);
	assert.deepEqual(await numbers(), [880, 0]);
	assert.deepEqual(await w.ok(200, 'GET', `${AT}/${r.id}`, {
		token: me.token }), done.data);
	const [e] = await w.events(me, 'token_reservation.settled', r.id);
	assert.deepEqual(e.data, { amount: 120, released: 180 });
});

test('spent in whole, and given back', async () => {
	const all = await w.reserve(me, 80);
	const none = await w.reserve(me, 800);

	assert.deepEqual(await numbers(), [0, 880]);
	assert.equal(all.reference, null);
	assert.equal(Date.parse(all.expiresAt) - Date.parse(all.createdAt),
	    3600000);
	assert.equal((await settle(all)).data.settledAmount, 80);
	assert.equal((await settle(all, { amount: 80 })).status, 200);
	const back = await release(none);
	assert.deepEqual(back.data, { ...none, status: 'released' });
	assert.deepEqual((await release(none)).data, back.data);
	assert.equal((await settle(none)).status, 409);
	assert.deepEqual(await numbers(), [800, 0]);
});

test('not more than there is, nor than is held', async () => {
	const answer = await reserve({ amount: 801 });

	assert.equal(answer.status, 422);
	assert.equal(answer.body.error.code, 'funds');
	const poor = await w.owner();
	assert.equal((await reserve({ amount: 1 }, { token: poor.token }))
	    .status, 422);
	const r = await w.reserve(me, 800);
	assert.equal((await settle(r, { amount: 801 })).status, 422);
	assert.equal((await release(r)).status, 200);
	assert.deepEqual(await numbers(), [800, 0]);
});

test('bad input', async () => {
	for (const [body, field] of [[{}, 'amount'], [{ amount: 0 }, 'amount'],
	    [{ amount: -1 }, 'amount'], [{ amount: 1.5 }, 'amount'],
	    [{ amount: '1' }, 'amount'],
	    [{ amount: 1, reference: '' }, 'reference'],
	    [{ amount: 1, reference: 'x'.repeat(121) }, 'reference'],
	    [{ amount: 1, expiresInSeconds: 0 }, 'expiresInSeconds'],
	    [{ amount: 1, expiresInSeconds: 604801 }, 'expiresInSeconds']]) {
		const answer = await reserve(body);

		assert.equal(answer.status, 400, JSON.stringify(body));
		assert.deepEqual(answer.fields, [field]);
	}
	const r = await w.reserve(me, 1);
	for (const amount of [0, -1, '1'])
		assert.deepEqual((await settle(r, { amount })).fields,
		    ['amount']);
	await release(r);
	assert.equal((await c.call('GET', `${AT}?status=open`, {
		token: me.token })).status, 400);
});

test('the list, by status and page', async () => {
	const get = (q) => w.ok(200, 'GET', `${AT}?${q}`, { token: me.token });
	const held = await w.reserve(me, 1);
	const all = await get('limit=100');

	assert.equal(all.items[0].id, held.id);
	assert.deepEqual((await get('status=held')).items, [held]);
	assert.equal((await get('status=settled')).items.length, 2);
	assert.deepEqual((await get('status=expired')).items, []);
	const page = await get('limit=2&sort=createdAt:asc');
	const next = await get(`limit=100&sort=createdAt:asc&cursor=${
	    page.nextCursor}`);
	assert.deepEqual([...page.items, ...next.items].map((r) => r.id),
	    all.items.map((r) => r.id).reverse());
	await release(held);
});

test('50 clients at once, and tokens for 20', async () => {
	const who = await w.owner();

	await w.adjust(who, 20 * 7 + 6);
	const answers = await times(50, () => reserve({ amount: 7 }, {
		token: who.token }));
	assert.deepEqual(tally(answers), { 201: 20, 422: 30 });
	assert.deepEqual(await numbers(who), [6, 140]);
	const held = answers.filter((a) => a.status === 201)
	    .map((a) => a.data);
	const ends = await times(20, (i) => i % 2 === 0 ?
	    settle(held[i], { amount: 2 }, { token: who.token }) :
	    release(held[i], { token: who.token }));
	assert.deepEqual(tally(ends), { 200: 20 });
	assert.deepEqual(await numbers(who), [146 - 20, 0]);
	const { items } = await w.ok(200, 'GET',
	    '/token-transactions?limit=100', { token: who.token });
	assert.equal(items.length, 51);
	assert.ok(items.every((t) => t.balanceAfter >= 0));
});

test('settled and released at once: one of them', async () => {
	const before = await numbers();
	let spent = 0;

	for (let i = 0; i < 5; i++) {
		const r = await w.reserve(me, 10);
		const answers = await times(8, (n) => n % 2 === 0 ?
		    settle(r, { amount: 4 }) : release(r));
		const now = await w.ok(200, 'GET', `${AT}/${r.id}`, {
			token: me.token });

		assert.deepEqual(tally(answers), { 200: 4, 409: 4 });
		assert.ok(['settled', 'released'].includes(now.status));
		spent += now.settledAmount;
		assert.equal(now.settledAmount,
		    now.status === 'settled' ? 4 : 0);
	}
	assert.deepEqual(await numbers(), [before[0] - spent, 0]);
});

test('settled at once with different amounts: one of them', async () => {
	const [before] = await numbers();
	const r = await w.reserve(me, 10);
	const answers = await times(6, (i) => settle(r, { amount: i + 1 }));
	const [done] = answers.filter((a) => a.status === 200);

	assert.deepEqual(tally(answers), { 200: 1, 409: 5 });
	assert.deepEqual(await numbers(),
	    [before - done.data.settledAmount, 0]);
});

test('one key: one reservation, one end', async () => {
	const [before] = await numbers();
	const idem = unique();
	const answers = await times(10, () => reserve({ amount: 5 }, { idem }));

	for (const a of answers)
		assert.ok([201, 409].includes(a.status), a.text);
	const r = (await reserve({ amount: 5 }, { idem })).data;
	assert.ok(answers.filter((a) => a.status === 201)
	    .every((a) => a.data.id === r.id));
	assert.deepEqual(await numbers(), [before - 5, 5]);
	assert.equal((await reserve({ amount: 6 }, { idem })).status, 422);
	const key = unique();
	const ends = await times(6, () => settle(r, { amount: 3 },
	    { idem: key }));
	for (const a of ends)
		assert.ok([200, 409].includes(a.status), a.text);
	const replay = await settle(r, { amount: 3 }, { idem: key });
	assert.equal(replay.headers['idempotent-replayed'], 'true');
	assert.equal(replay.data.settledAmount, 3);
	assert.deepEqual(await numbers(), [before - 3, 0]);
});

test('what nobody ended is given back, once', async () => {
	const who = await w.owner();
	const mine = { token: who.token };

	await w.adjust(who, 100);
	const held = await times(10, () => w.reserve(who, 5, {
		expiresInSeconds: 1 }));
	const last = held.pop();
	assert.ok(await until(async () => Date.now() >
	    Date.parse(last.expiresAt) + 5));
	assert.equal((await settle(last, {}, mine)).status, 409);
	/* released by hand and by the jobs, while others reserve */
	const answers = await times(18, (i) => i % 2 === 0 ?
	    release(held[i / 2], mine) : reserve({ amount: 1 }, mine));
	for (const [i, a] of answers.entries())
		assert.equal(a.status, i % 2 === 0 ? 200 : 201, a.text);
	assert.ok(await until(async () => (await w.ok(200, 'GET',
	    `${AT}/${last.id}`, mine)).status === 'expired', 20000));
	assert.deepEqual(await numbers(who), [91, 9]);
	assert.equal((await release(last, mine)).data.status, 'expired');
	const { items } = await w.ok(200, 'GET', `${AT}?status=expired`, mine);
	assert.equal(items.length, 10);
	assert.equal((await w.events(who, 'token_reservation.expired',
	    last.id)).length, 1);
});

test('the ledger verifies', async () => {
	const { code, out } = await s.verify();

	assert.equal(code, 0, out);
});
