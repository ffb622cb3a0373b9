/* API keys: when they were used, how they end, test keys apart from live. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, PASSWORD } = require('./lib/world');
const { Session, query, enrol } = require('./lib/db');

const test = tests(__filename);
let w, c, me;

const get = (id) => w.ok(200, 'GET', `/api-keys/${id}`, { token: me.token });
const sql = (text) => query(c.service, text);
const read = (key) => c.call('GET', '/referrer-campaigns', { key });
const later = (ms) => new Date(Date.now() + ms).toISOString();

test('a new key was never used', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.referrer();
	const made = await w.key(me, ['campaigns:read']);

	assert.equal(made.lastUsedAt, null);
	assert.equal(made.test, false);
	assert.equal(made.status, 'active');
	const got = await get(made.id);
	assert.equal(got.lastUsedAt, null);
	assert.equal(got.key, undefined);
	assert.match(made.key, new RegExp(`^${got.prefix}_`));
});

test('its use is known to the minute, and written once', async () => {
	const { id, key } = await w.key(me, ['campaigns:read']);
	const begun = Date.now();

	assert.equal((await read(key)).status, 200);
	const first = (await get(id)).lastUsedAt;
	assert.ok(Math.abs(new Date(first) - begun) < 5000, first);
	await read(key);
	assert.equal((await get(id)).lastUsedAt, first);
	await sql(`UPDATE api_key SET last_used_at = last_used_at -
	    INTERVAL 61 SECOND WHERE id = ${id}`);
	await read(key);
	assert.ok(new Date((await get(id)).lastUsedAt) >= new Date(first));
});

test('a call that is refused is a use; a wrong secret is none', async () => {
	const { id, key } = await w.key(me, ['files:read']);

	assert.equal((await read(`${key.slice(0, -1)}` +
	    (key.endsWith('0') ? '1' : '0'))).status, 401);
	assert.equal((await get(id)).lastUsedAt, null);
	assert.equal((await read(key)).status, 403);
	assert.notEqual((await get(id)).lastUsedAt, null);
});

test('many uses at once neither wait nor fail', async () => {
	const { id, key } = await w.key(me, ['campaigns:read']);
	const answers = await Promise.all(Array.from({ length: 24 }, () =>
	    read(key)));

	assert.ok(answers.every((a) => a.status === 200));
	assert.notEqual((await get(id)).lastUsedAt, null);
});

test('a key that is locked is read all the same', async () => {
	const { id, key } = await w.key(me, ['campaigns:read']);
	const s = new Session(c.service);

	await s.run(`START TRANSACTION; SELECT id FROM api_key WHERE
	    id = ${id} FOR UPDATE`);
	assert.equal((await read(key)).status, 200);
	await s.run('ROLLBACK');
	s.close();
	assert.equal((await get(id)).lastUsedAt, null);
});

test('an expired key is listed with its state', async () => {
	const { id } = await w.key(me, ['campaigns:read'], {
		expiresAt: later(3600e3) });

	assert.equal((await get(id)).status, 'active');
	await sql(`UPDATE api_key SET expires_at = UTC_TIMESTAMP(6) -
	    INTERVAL 1 SECOND WHERE id = ${id}`);
	assert.equal((await get(id)).status, 'expired');
	const { items } = await w.ok(200, 'GET', '/api-keys?limit=100', {
		token: me.token });
	assert.equal(items.find((k) => k.id === id).status, 'expired');
});

test('a key whose maker has gone does nothing, and says so', async () => {
	const friend = await w.user();
	const org = me.organization.id;

	await enrol(c.service, me.organization, friend.user, 'admin');
	await w.ok(200, 'PUT', '/users/active-organization', {
		token: friend.token, body: { organizationId: org } });
	const { id, key } = await w.key(friend, ['campaigns:read']);
	assert.equal((await read(key)).status, 200);
	await w.ok(204, 'DELETE', '/users', { token: friend.token });
	assert.equal((await read(key)).status, 401);
	assert.equal((await get(id)).status, 'inactive');
	await w.ok(200, 'POST', '/auth/recover', { body: {
		email: friend.email, password: PASSWORD } });
	assert.equal((await read(key)).status, 200);
	assert.equal((await get(id)).status, 'active');
	await sql(`DELETE FROM member WHERE organization_id = ${org} AND
	    user_id = ${friend.user.id}`);
	assert.equal((await read(key)).status, 401);
	assert.equal((await get(id)).status, 'inactive');
});

test('the list by test and live, sorted, by page and cursor', async () => {
	const own = await w.owner();
	const ids = [];

	for (let i = 0; i < 5; i++)
		ids.push((await w.key(own, ['keys:read'], {
			test: i % 2 === 1 })).id);
	const list = async (q) => (await w.ok(200, 'GET', `/api-keys?${q}`, {
		token: own.token })).items.map((k) => k.id);
	assert.deepEqual(await list('sort=createdAt:asc'), ids);
	assert.deepEqual(await list(''), [...ids].reverse());
	assert.deepEqual(await list('test=true&sort=createdAt:asc'),
	    [ids[1], ids[3]]);
	assert.deepEqual(await list('test=false&sort=createdAt:asc'),
	    [ids[0], ids[2], ids[4]]);
	const page = await w.ok(200, 'GET',
	    '/api-keys?test=false&limit=2', { token: own.token });
	assert.deepEqual(await list(`test=false&limit=2&cursor=` +
	    page.nextCursor), [ids[0]]);
	for (const q of ['test=maybe', 'test=1', 'sort=lastUsedAt:desc'])
		assert.equal((await c.call('GET', `/api-keys?${q}`, {
			token: own.token })).status, 400, q);
});

test('a test key reads all, and writes what moves no money', async () => {
	const { key, prefix } = await w.key(me, undefined, { test: true });

	assert.match(prefix, /^aff_test_/);
	assert.equal((await read(key)).status, 200);
	const made = await w.ok(201, 'POST', '/referrer-campaigns', { key,
		body: { name: 'By test', landingUrl: 'https://a.example/' } });
	await w.ok(204, 'DELETE', `/referrer-campaigns/${made.id}`, { key });
	assert.equal((await c.call('GET', '/organizations/current/statistics',
	    { key })).status, 200);
});

test('a test key makes no live key and ends no organization', async () => {
	const { key } = await w.key(me, undefined, { test: true });
	const body = { description: 'More' };

	for (const b of [body, { ...body, test: false }]) {
		const a = await c.call('POST', '/api-keys', { key, body: b });

		assert.equal(a.status, 403);
		assert.equal(a.body.error.code, 'test_key');
	}
	const other = await w.ok(201, 'POST', '/api-keys', { key,
		body: { ...body, test: true } });
	assert.equal(other.test, true);
	const a = await c.call('DELETE', '/organizations/current', { key });
	assert.equal(a.status, 403);
	assert.equal(a.body.error.code, 'test_key');
	await w.ok(200, 'GET', '/organizations/current', { key });
});

test('a test key of the house gives nothing back and sets no price', async () => {
	const house = await w.house();
	const { key } = await w.key(house, undefined, { test: true });
	const buyer = await w.owner();
	const bought = await w.buy(buyer);
	const { id } = await w.product();

	for (const [method, path, body] of [
	    ['POST', `/payments/${bought.id}/refunds`, { reason: 'x' }],
	    ['POST', '/products', { name: 'By test', tokens: 1,
		prices: [{ currency: 'USD', amount: 1 }] }],
	    ['PUT', `/products/${id}`, { tokens: 1000 }],
	    ['DELETE', `/products/${id}`]]) {
		const a = await c.call(method, `/admin${path}`, { key, body });

		assert.equal(a.status, 403, a.text);
		assert.equal(a.body.error.code, 'test_key');
	}
	assert.equal((await w.session(buyer, bought.id)).refundedAmount, 0);
	await w.ok(200, 'GET', `/admin/payments/${bought.id}`, { key });
});

test('a key makes none that lives longer than itself', async () => {
	const expiresAt = later(3600e3);
	const { key } = await w.key(me, undefined, { expiresAt });
	const make = (more) => c.call('POST', '/api-keys', { key,
		body: { description: 'Heir', ...more } });

	for (const more of [{}, { expiresAt: null }, { expiresAt }])
		assert.equal((await make(more)).data.expiresAt, expiresAt);
	const sooner = later(60e3);
	assert.equal((await make({ expiresAt: sooner })).data.expiresAt,
	    sooner);
	const a = await make({ expiresAt: later(7200e3) });
	assert.equal(a.status, 400);
	assert.deepEqual(a.fields, ['expiresAt']);
});

test('the life of a key is told by events', async () => {
	const made = await w.key(me, ['keys:read']);

	await w.ok(200, 'PUT', `/api-keys/${made.id}`, { token: me.token,
		body: { description: 'Renamed' } });
	await w.ok(204, 'DELETE', `/api-keys/${made.id}`, {
		token: me.token });
	for (const what of ['created', 'updated', 'deleted'])
		assert.equal((await w.events(me, `api_key.${what}`,
		    made.id)).length, 1, what);
	assert.equal((await c.call('GET', `/api-keys/${made.id}`, {
		token: me.token })).status, 404);
});

test('a plain member minds his own keys', async () => {
	const owner = await w.owner(), plain = await w.user();

	await w.join(plain, await w.invite(owner, plain.email));
	const theirs = await w.key(owner), own = await w.key(plain);
	for (const [method, body] of [['PUT', { description: 'Mine' }],
	    ['DELETE', undefined]]) {
		const a = await c.call(method, `/api-keys/${theirs.id}`, {
			token: plain.token, body });

		assert.equal(a.status, 403, a.text);
		assert.equal(a.body.error.code, 'forbidden');
		const b = await c.call(method, `/api-keys/${own.id}`, {
			token: plain.token, body });
		assert.ok(b.status < 300, b.text);
	}
	assert.equal((await c.call('DELETE', `/api-keys/${theirs.id}`, {
		token: owner.token })).status, 204);
});
