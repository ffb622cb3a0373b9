/* Balance and history of tokens, adjustments by the house, what runs out. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until } = require('./lib/test');
const { World } = require('./lib/world');
const { query } = require('./lib/db');

const test = tests(__filename);
const LIST = '/token-transactions';
const ADJUST = '/admin/token-adjustments';
let s, w, c, me, product;

const list = async (more = '', who = me) => (await w.ok(200, 'GET',
    `${LIST}?limit=100&sort=createdAt:asc${more}`, { token: who.token })).items;
const adjust = (body, more) => c.call('POST', ADJUST, { ...w.admin(),
	...more, body: { organizationId: me.organization.id, amount: 5,
	    reason: 'Test', ...body } });

test('a new organization has none', async () => {
	s = await service();
	c = s.client;
	w = new World(c);
	me = await w.owner();
	product = await w.product();
	assert.deepEqual(await w.balance(me), { balance: 0, reserved: 0,
		available: 0, owed: 0, currency: 'TOK', expiring: [] });
	assert.deepEqual(await list(), []);
});

test('the house gives and takes, with a reason', async () => {
	const given = await w.adjust(me, 500, 'Made good');
	const taken = await w.adjust(me, -200, 'Given by mistake');

	assert.equal(given.organizationId, me.organization.id);
	assert.equal(given.amount, 500);
	assert.equal(given.reason, 'Made good');
	assert.equal(given.balanceAfter, 500);
	assert.equal(taken.balanceAfter, 300);
	assert.equal((await w.balance(me)).available, 300);
	assert.deepEqual((await list()).map((t) => [t.type, t.amount,
		t.balanceAfter, t.reference]), [
		['adjustment', 500, 500, `adjustment ${given.id}`],
		['adjustment', -200, 300, `adjustment ${taken.id}`]]);
	const [e] = await w.events(me, 'token_adjustment.created', given.id);
	assert.deepEqual(e.data, { amount: 500 });
});

test('below zero it does not go, and nothing changes', async () => {
	const answer = await adjust({ amount: -301 });

	assert.equal(answer.status, 422);
	assert.equal(answer.body.error.code, 'funds');
	assert.equal((await w.balance(me)).available, 300);
	assert.equal((await list()).length, 2);
	const other = await w.owner();
	assert.equal((await adjust({ amount: -1,
		organizationId: other.organization.id })).status, 422);
});

test('an adjustment that is none', async () => {
	for (const [body, field] of [[{ amount: 0 }, 'amount'],
	    [{ amount: 1.5 }, 'amount'], [{ amount: '5' }, 'amount'],
	    [{ amount: null }, 'amount'], [{ reason: '' }, 'reason'],
	    [{ reason: 'x'.repeat(201) }, 'reason'],
	    [{ organizationId: 'x' }, 'organizationId'],
	    [{ organizationId: undefined }, 'organizationId']]) {
		const answer = await adjust(body);

		assert.equal(answer.status, 400, JSON.stringify(body));
		assert.deepEqual(answer.fields, [field]);
	}
	assert.equal((await adjust({ organizationId: '999999999' })).status,
	    404);
});

test('more than can be counted', async () => {
	const other = await w.owner();
	const organizationId = other.organization.id;

	await w.adjust(other, Number.MAX_SAFE_INTEGER);
	const answer = await adjust({ organizationId, amount: 1 });
	assert.equal(answer.status, 422);
	assert.equal(answer.body.error.code, 'overflow');
	await w.adjust(other, -Number.MAX_SAFE_INTEGER);
});

test('an adjustment is booked once with its key', async () => {
	const idem = `adjust-${me.organization.id}`;
	const answers = await Promise.all(Array.from({ length: 8 }, () =>
	    adjust({ amount: 10 }, { idem })));

	for (const a of answers)
		assert.ok([201, 409].includes(a.status), a.text);
	const again = await adjust({ amount: 10 }, { idem });
	assert.equal(again.status, 201);
	assert.equal(again.headers['idempotent-replayed'], 'true');
	assert.equal((await w.balance(me)).available, 310);
});

test('adjustments at once: all count', async () => {
	const answers = await Promise.all(Array.from({ length: 20 },
	    (unused, i) => adjust({ amount: i % 2 === 0 ? 7 : -7 })));

	for (const a of answers)
		assert.equal(a.status, 201, a.text);
	assert.equal((await w.balance(me)).available, 310);
});

test('the house lists them, of all or of one', async () => {
	const all = await w.ok(200, 'GET', `${ADJUST}?limit=100`, w.admin());
	const mine = await w.ok(200, 'GET', `${ADJUST}?limit=3&` +
	    `sort=createdAt:asc&organizationId=${me.organization.id}`,
	    w.admin());
	const next = await w.ok(200, 'GET', `${ADJUST}?limit=100&` +
	    `sort=createdAt:asc&organizationId=${me.organization.id}&cursor=` +
	    mine.nextCursor, w.admin());

	assert.ok(all.items.some((a) =>
	    a.organizationId !== me.organization.id));
	assert.equal(mine.items.length, 3);
	assert.equal(mine.items[0].reason, 'Made good');
	assert.equal(next.items.length, 20);
	assert.ok(next.items.every((a) => a.reason === 'Test'));
});

test('nobody else may, nor a key of the house without the scope', async () => {
	for (const who of [{ token: me.token },
	    { key: (await w.key(me)).key }]) {
		assert.equal((await adjust({}, { key: undefined, ...who }))
		    .status, 403);
		assert.equal((await c.call('GET', ADJUST, who)).status, 403);
	}
	const { key } = await w.ok(201, 'POST', '/api-keys', { ...w.admin(),
		body: { description: 'Weak', scopes: ['files:read'] } });
	for (const answer of [await adjust({}, { key }),
	    await c.call('GET', ADJUST, { key })]) {
		assert.equal(answer.status, 403);
		assert.equal(answer.body.error.code, 'scope');
	}
});

test('the history, filtered', async () => {
	const bought = await w.buy(me);
	const held = await w.reserve(me, 100);

	await w.ok(200, 'POST', `/token-reservations/${held.id}/settle`, {
		token: me.token, body: { amount: 60 } });
	const rows = await list(`&reference=reservation%20${held.id}`);
	assert.deepEqual(rows.map((t) => [t.type, t.amount]), [
		['reserve', -100], ['release', 100], ['spend', -60]]);
	assert.deepEqual((await list(`&reference=payment%20${bought.id}`))
	    .map((t) => t.amount), [product.tokens]);
	assert.deepEqual((await list('&type=spend')).map((t) => t.amount),
	    [-60]);
	assert.deepEqual(await list('&type=spend&reference=nothing'), []);
	const all = await list();
	const { createdAt } = all.find((t) => t.type === 'purchase');
	assert.deepEqual((await list(`&from=${createdAt}`)).map((t) => t.type),
	    ['purchase', 'reserve', 'release', 'spend']);
	assert.deepEqual((await list(`&to=${createdAt}`)).map((t) => t.id),
	    all.slice(0, -4).map((t) => t.id));
	assert.deepEqual((await list(`&from=${createdAt}&type=release`))
	    .map((t) => t.amount), [100]);
	assert.equal(all.reduce((n, t) => n + t.amount, 0),
	    (await w.balance(me)).available);
	assert.equal(all.at(-1).balanceAfter,
	    (await w.balance(me)).available);
});

test('filters that make no sense', async () => {
	for (const q of ['type=purchases', 'from=yesterday', 'to=2026-01-01',
	    'reference=', `reference=${'x'.repeat(121)}`,
	    'sort=amount:desc&from=2026-01-01T00:00:00Z',
	    'sort=amount:asc&to=2026-01-01T00:00:00Z'])
		assert.equal((await c.call('GET', `${LIST}?${q}`, {
			token: me.token })).status, 400, q);
});

/* Buys with a product that says how long its tokens are good. */
async function buyFor(days, who) {
	await query(s, `UPDATE product SET valid_days = ${days} ` +
	    `WHERE id = ${product.id}`);
	try {
		return await w.buy(who);
	} finally {
		await query(s, 'UPDATE product SET valid_days = NULL ' +
		    `WHERE id = ${product.id}`);
	}
}

const runOut = (session) => query(s, 'UPDATE token_lot SET expires_at = ' +
    `UTC_TIMESTAMP(6) WHERE payment_id = ${session.id}`);

test('what a product sells can run out', async () => {
	const who = await w.owner();
	const late = await buyFor(60, who), soon = await buyFor(30, who);

	await w.adjust(who, 10);
	const b = await w.balance(who);
	assert.equal(b.available, 2 * product.tokens + 10);
	assert.deepEqual(b.expiring.map((e) => e.amount), [product.tokens,
		product.tokens]);
	assert.ok(b.expiring[0].expiresAt < b.expiring[1].expiresAt);
	assert.ok(Date.parse(b.expiring[0].expiresAt) > Date.now() +
	    29 * 86400000);
	const held = await w.reserve(who, 30);
	assert.deepEqual((await w.balance(who)).expiring.map((e) => e.amount),
	    [product.tokens - 30, product.tokens]);
	await runOut(soon);
	assert.ok(await until(async () => (await w.balance(who)).available ===
	    product.tokens + 10, 20000), 'what ran out is gone');
	await w.ok(200, 'POST', `/token-reservations/${held.id}/release`, {
		token: who.token });
	assert.ok(await until(async () => (await list('&type=expiry', who))
	    .length === 2, 20000), 'what came back is gone as well');
	assert.deepEqual((await list('&type=expiry', who)).map((t) =>
	    [t.amount, t.reference]), [
		[30 - product.tokens, `payment ${soon.id}`],
		[-30, `payment ${soon.id}`]]);
	const after = await w.balance(who);
	assert.equal(after.available, product.tokens + 10);
	assert.deepEqual(after.expiring.map((e) => e.amount),
	    [product.tokens]);
	assert.ok(late.id < soon.id);
});

test('it runs out while others reserve', async () => {
	const who = await w.owner();
	const soon = await buyFor(1, who);
	const half = product.tokens / 10;

	await w.adjust(who, product.tokens);
	await runOut(soon);
	const answers = [];
	await until(async () => {
		answers.push(...await Promise.all(Array.from({ length: 4 },
		    () => c.call('POST', '/token-reservations', {
			token: who.token, body: { amount: half } }))));
		return answers.length >= 24 &&
		    (await w.balance(who)).expiring.length === 0;
	}, 20000);
	for (const a of answers)
		assert.ok([201, 422].includes(a.status), a.text);
	const gone = (await list('&type=expiry', who))
	    .reduce((n, t) => n - t.amount, 0);
	const b = await w.balance(who);
	assert.equal(b.balance, 2 * product.tokens - gone);
	assert.equal(b.reserved, half * answers.filter((a) =>
	    a.status === 201).length);
	assert.ok(b.available >= 0);
});

test('the ledger verifies', async () => {
	const { code, out } = await s.verify();

	assert.equal(code, 0, out);
});
