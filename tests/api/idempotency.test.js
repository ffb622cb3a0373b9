/* Idempotency-Key: the same request once, whatever happens to the answer. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { query } = require('./lib/db');

const test = tests(__filename);
let w, c, me;

const body = () => ({ name: `Once ${unique()}`,
	landingUrl: 'https://shop.example/' });
const create = (options) => c.call('POST', '/referrer-campaigns', {
	token: me.token, ...options });
const count = async () => (await w.ok(200, 'GET',
    '/referrer-campaigns?limit=100', { token: me.token })).items.length;

test('the same key and request: the stored answer, marked', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.referrer();
	const options = { idem: unique(), body: body() };
	const first = await create(options);
	const again = await create(options);

	assert.equal(first.status, 201);
	assert.equal(first.headers['idempotent-replayed'], undefined);
	assert.equal(again.status, 201);
	assert.equal(again.headers['idempotent-replayed'], 'true');
	assert.deepEqual(again.body, first.body);
	assert.equal(again.headers.etag, first.headers.etag);
	assert.notEqual(again.headers['x-request-id'],
	    first.headers['x-request-id']);
	assert.equal(await count(), 1);
});

test('the same key with another body is 422 and does nothing', async () => {
	const idem = unique();
	const n = await count();

	assert.equal((await create({ idem, body: body() })).status, 201);
	assert.equal((await create({ idem, body: body() })).status, 422);
	assert.equal((await c.call('POST', '/api-keys', { token: me.token,
		idem, body: { description: 'Other' } })).status, 422);
	assert.equal(await count(), n + 1);
});

test('the key of one tenant is not that of another', async () => {
	const idem = unique();
	const other = await w.referrer();
	const what = body();
	const mine = await create({ idem, body: what });
	const theirs = await create({ idem, body: what, token: other.token });

	assert.equal(theirs.status, 201);
	assert.notEqual(theirs.data.id, mine.data.id);
	assert.equal(theirs.headers['idempotent-replayed'], undefined);
});

test('what a test key was answered is not told to a live one', async () => {
	const idem = unique(), what = body();
	const { key } = await w.key(me, undefined, { test: true });
	const tried = await create({ token: undefined, key, idem, body: what });
	const live = await create({ idem, body: what });
	const again = await create({ token: undefined, key, idem, body: what });

	assert.equal(tried.status, 201, tried.text);
	assert.equal(live.status, 201, live.text);
	assert.equal(live.headers['idempotent-replayed'], undefined);
	assert.notEqual(live.data.id, tried.data.id);
	assert.deepEqual(again.body, tried.body);
});

test('what one does for oneself is not done by a colleague\'s key', async () => {
	const owner = await w.owner();
	const colleague = await w.user();
	const call = { idem: unique(), body: { name: 'Own name' } };
	const rename = (who) => c.call('PUT', '/users/profile', { ...call,
		token: who.token });

	await w.join(colleague, await w.invite(owner, colleague.email));
	assert.equal((await rename(owner)).data.email, owner.email);
	const theirs = await rename(colleague);
	assert.equal(theirs.status, 422, theirs.text);
	assert.equal(theirs.body.error.code, 'key_reused');
	assert.ok(!theirs.text.includes(owner.email));
	assert.equal((await rename(owner)).headers['idempotent-replayed'],
	    'true');
	const gone = { idem: unique(), token: colleague.token };
	assert.equal((await c.call('DELETE', '/users', gone)).status, 204);
	const boss = await c.call('DELETE', '/users', { ...gone,
		token: owner.token });
	assert.ok(boss.status >= 400, boss.text);
});

test('a request that failed leaves the key free', async () => {
	const idem = unique();
	const what = body();

	assert.equal((await create({ idem, body: { ...what, name: '' } }))
	    .status, 400);
	assert.equal((await create({ idem, body: what })).status, 201);
	assert.equal((await create({ idem, body: what })).headers
	    ['idempotent-replayed'], 'true');
});

test('many at once with one key: one effect', async () => {
	const n = await count();
	const options = { idem: unique(), body: body() };
	const answers = await Promise.all(Array.from({ length: 12 }, () =>
	    create(options)));

	for (const a of answers)
		assert.ok([201, 409].includes(a.status), a.text);
	const done = answers.filter((a) => a.status === 201);
	assert.equal(done.filter((a) =>
	    !a.headers['idempotent-replayed']).length, 1);
	assert.equal(new Set(done.map((a) => a.data.id)).size, 1);
	assert.equal(await count(), n + 1);
	assert.equal((await create(options)).data.id, done[0].data.id);
});

test('a secret is shown once: null in a replay', async () => {
	const options = { token: me.token, idem: unique(),
		body: { description: 'Secret' } };
	const first = await w.ok(201, 'POST', '/api-keys', options);
	const again = await c.call('POST', '/api-keys', options);

	assert.ok(first.key);
	assert.equal(again.headers['idempotent-replayed'], 'true');
	assert.deepEqual(again.data, { ...first, key: null });
});

test('DELETE and PUT replay too', async () => {
	const made = (await create({ body: body() })).data;
	const at = `/referrer-campaigns/${made.id}`;
	const put = { token: me.token, idem: unique(), body: { name: 'B' } };

	assert.equal((await c.call('PUT', at, put)).status, 200);
	await w.ok(200, 'PUT', at, { token: me.token, body: { name: 'C' } });
	const again = await c.call('PUT', at, put);
	assert.equal(again.data.name, 'B');
	assert.equal((await w.ok(200, 'GET', at, { token: me.token })).name,
	    'C');
	const end = { token: me.token, idem: unique() };
	assert.equal((await c.call('DELETE', at, end)).status, 204);
	const ended = await c.call('DELETE', at, end);
	assert.equal(ended.status, 204);
	assert.equal(ended.headers['idempotent-replayed'], 'true');
});

test('public calls: a key per address', async () => {
	const options = { idem: unique(), body: {
		email: `idem-${unique()}@example.com`, name: 'Idem',
		password: 'correct horse battery', organizationName: 'Idem' } };
	const first = await w.ok(201, 'POST', '/users/register', options);
	const again = await c.call('POST', '/users/register', options);

	assert.equal(again.status, 201);
	assert.equal(again.headers['idempotent-replayed'], 'true');
	assert.deepEqual(again.data, first);
});

/* What is only seen can be lost with the server: a write goes before. */
test('a replay is written before it is told', async () => {
	const idem = unique();
	const told = async () => Number(await query(c.service, 'SELECT ' +
	    'COUNT(*) FROM idempotency_key WHERE told'));
	const before = await told();
	const options = { token: me.token, idem, body: { name: 'Told',
		landingUrl: 'https://shop.example/' } };

	const first = await w.ok(201, 'POST', '/referrer-campaigns', options);
	assert.equal(await told(), before);
	for (let i = 0; i < 2; i++) {
		assert.deepEqual(await w.ok(201, 'POST',
		    '/referrer-campaigns', options), first);
		assert.equal(await told(), before + 1);
	}
});

test('joining and buying replay', async () => {
	const who = await w.owner();
	const join = { token: who.token, idem: unique(),
		body: { acceptTerms: true } };

	await w.ok(201, 'POST', '/referrers/join', join);
	const again = await c.call('POST', '/referrers/join', join);
	assert.equal(again.status, 201);
	const product = await w.product();
	const buy = { token: who.token, idem: unique(), body: {
		productId: product.id, successUrl: 'https://a.example/',
		cancelUrl: 'https://b.example/' } };
	const [one, two] = [await w.ok(201, 'POST',
	    '/payments/checkout-sessions', buy), await w.ok(201, 'POST',
	    '/payments/checkout-sessions', buy)];
	assert.deepEqual(one, two);
});
