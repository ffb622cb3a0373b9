/* Promoters who come themselves: tokens, log-in, passwords. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique, PASSWORD } = require('./lib/world');
const { query } = require('./lib/db');

const test = tests(__filename);
const CURRENT = '/promoters/current';
let w, c, me, other, he;

const sql = (text) => query(c.service, text);
const iframe = (status, who, q, body) => w.fp(status, who, 'POST',
    `/promoters/iframe_login${q}`, body);

test('two companies, and a promoter', async () => {
	c = (await service()).client;
	w = new World(c);
	[me, other] = [await w.owner(), await w.owner()];
	for (const who of [me, other])
		await w.companyCampaign(who);
	he = await w.affiliate(me);
});

test('his company gets him a token, by any of his names', async () => {
	const name = unique();
	const p = await w.promoter(me, { cust_id: name });
	const { body } = await iframe(200, me, `?promoter_id=${p.id}`);

	assert.match(body.access_token, /^affp_/);
	assert.equal(body.token_type, 'Bearer');
	assert.equal(body.expires_in, 3600);
	assert.equal(body.promoter_id, p.id);
	for (const [q, b] of [['', { promoter_id: p.id }],
	    [`?promoter_id=${name}&find_by=cust_id`],
	    ['', { promoter_id: p.email, find_by: 'email' }]])
		assert.equal((await iframe(200, me, q, b)).body.promoter_id,
		    p.id);
	const known = await c.call('POST',
	    `/api/v2/promoters/iframe_login?promoter_id=${p.id}`,
	    { token: me.token });
	assert.equal(known.status, 200, known.text);
	assert.equal(known.body.promoter_id, p.id);
	assert.equal((await w.fp(200, me, 'GET', `/promoters/${p.id}`)).body
	    .is_confirmed, true);
});

test('a token needs all scopes of what can be done by it', async () => {
	const key = (...scopes) => w.key(me, scopes);
	const half = await key('referrals:write');
	const full = await key('referrals:write', 'earnings:write');
	const q = `?promoter_id=${he.id}`;

	assert.equal((await iframe(403, half, q)).code, 'scope');
	assert.equal((await iframe(403, await key('earnings:write'), q)).code,
	    'scope');
	await iframe(200, full, q);
	await w.fp(204, half, 'POST', '/promoters/iframe_logout', {
		promoter_id: (await w.promoter(me)).id });
});

test('nobody\'s token: none named, not there, another company\'s',
    async () => {
	assert.equal((await iframe(422, me, '')).body.code, 'invalid_params');
	await iframe(404, me, '?promoter_id=999999999');
	await iframe(404, other, `?promoter_id=${he.id}`);
	await iframe(404, me, '?promoter_id=nobody&find_by=cust_id');
	await w.fp(422, me, 'POST', '/promoters/iframe_logout', {});
	await w.fp(404, other, 'POST', '/promoters/iframe_logout', {
		promoter_id: he.id });
});

test('at the known paths all is the same', async () => {
	const p = await w.promoter(me);
	const known = (call, body, q = '') => c.call('POST',
	    `/api/v2/promoters/iframe_${call}${q}`, { token: me.token, body });
	const state = (s) => w.fp(200, me, 'PUT', '/promoter_campaigns/' +
	    p.promoter_campaigns[0].id, { state: s });
	const slug = async () => (await known('login', { promoter_id: p.id }))
	    .code;

	assert.equal((await known('logout', { promoter_id: p.id })).status,
	    204);
	await w.fp(200, me, 'POST', '/promoters/archive', { ids: [p.id] });
	assert.equal(await slug(), 'archived');
	await w.fp(200, me, 'POST', '/promoters/restore', { ids: [p.id] });
	await state('blocked');
	assert.equal(await slug(), 'blocked');
	for (const call of ['login', 'logout'])
		for (const path of ['', '/company'])
			for (const [q, find_by] of [['', 1],
			    ['?find_by=shoe', 'email']]) {
				const a = await c.call('POST', `/api/v2${path}` +
				    `/promoters/iframe_${call}${q}`, {
					token: me.token, body: { find_by } });

				assert.equal(a.status, 400, a.text);
			}
});

test('what is sent wrongly', async () => {
	for (const [method, path, body] of [['POST', 'login', { email: 'x' }],
	    ['PUT', 'promoters/set_password', { id: 'x', user: 1 }],
	    ['GET', 'promoters/email_from_encrypted_id'],
	    ['GET', 'promoters/sub_affiliates?page=x'],
	    ['GET', 'referral_links?promoter_campaign_id=x'],
	    ['POST', 'payout_methods', { method: 'dots', details: 1 }]]) {
		const a = await c.call(method, `/api/v2/affiliate/${path}`, {
			token: he.token, body });

		assert.equal(a.status, 400, `${path}: ${a.text}`);
	}
});

test('what he is', async () => {
	const { body } = await w.fpa(200, he, 'GET', CURRENT);

	assert.equal(body.id, he.id);
	assert.equal(body.email, he.promoter.email);
	assert.equal(body.selected_payout_method, null);
	assert.equal(body.is_confirmed, true);
	assert.equal(body.note, undefined);
	const [placed] = body.promoter_campaigns;
	assert.equal(placed.id, he.placement);
	assert.equal(placed.has_monetary_rewards, true);
	assert.equal(placed.stats.clicks_count, 0);
});

test('the account is his company\'s, and has to be named', async () => {
	const call = (account) => c.request('GET',
	    `/api/v2/affiliate${CURRENT}`, { headers: {
		authorization: `Bearer ${he.token}`, ...account } });

	assert.equal((await call({})).status, 401);
	assert.equal((await call({ 'account-id':
		other.organization.accountId })).status, 404);
	assert.equal((await call({ 'account-id':
		me.organization.accountId })).status, 200);
});

test('a token ends: taken back, logged out, over', async () => {
	const p = await w.promoter(me);
	const [one, two, three] = [await w.affiliate(me, p),
		await w.affiliate(me, p), await w.affiliate(me, p)];

	await w.fpa(204, one, 'POST', '/logout');
	await w.fpa(401, one, 'GET', CURRENT);
	await w.fpa(200, two, 'GET', CURRENT);
	await w.fp(204, me, 'POST', '/promoters/iframe_logout', {
		promoter_id: p.id });
	await w.fpa(401, two, 'GET', CURRENT);
	await w.fpa(401, three, 'GET', CURRENT);
	const four = await w.affiliate(me, p);
	await sql(`UPDATE promoter_session SET expires_at = UTC_TIMESTAMP(6)
	    WHERE referrer_id = ${p.id}`);
	await w.fpa(401, four, 'GET', CURRENT);
	await w.fpa(401, { token: `affp_${'x'.repeat(43)}` }, 'GET', CURRENT);
	await w.fpa(200, he, 'GET', CURRENT);
});

test('who is archived or blocked is out at once', async () => {
	const p = await w.promoter(me), his = await w.affiliate(me, p);
	const batch = (path, more) => w.fp(200, me, 'POST', `/promoters/${path}`,
	    { ids: [p.id], ...more });

	await batch('archive');
	await w.fpa(401, his, 'GET', CURRENT);
	assert.equal((await iframe(422, me, `?promoter_id=${p.id}`)).code,
	    'archived');
	await batch('restore');
	await w.fpa(200, his, 'GET', CURRENT);
	const state = (s) => w.fp(200, me, 'PUT',
	    `/promoter_campaigns/${his.placement}`, { state: s });
	await state('blocked');
	await w.fpa(401, his, 'GET', CURRENT);
	assert.equal((await iframe(422, me, `?promoter_id=${p.id}`)).code,
	    'blocked');
	await state('accepted');
	await w.fpa(200, his, 'GET', CURRENT);
});

test('an organization that joined has log-ins of its own', async () => {
	const house = await w.house();
	const joined = await w.referrer();
	const { body } = await w.fp(200, house, 'GET',
	    `/promoters/${joined.email}?find_by=email`);

	assert.equal(body.password_setup_url, null);
	assert.equal((await iframe(403, house, `?promoter_id=${body.id}`))
	    .code, 'forbidden');
});

/* --- passwords --- */

const choose = (id, password, again = password) => c.call('PUT',
    '/api/v2/affiliate/promoters/set_password', { body: { id, user: {
	new_password: password, new_password_confirmation: again } } });
const logIn = (email, password, account = me.organization.accountId) =>
    c.call('POST', '/api/v2/affiliate/login', { body: { email, password },
	headers: account ? { 'account-id': account } : {} });

test('he chooses a password, once, and logs in by it', async () => {
	const p = await w.promoter(me), before = await w.affiliate(me, p);
	const id = await w.offer(me, p);
	const whose = await c.call('GET', '/api/v2/affiliate/promoters/' +
	    `email_from_encrypted_id?id=${id}`);

	assert.deepEqual(whose.body, { email: p.email });
	assert.equal((await logIn(p.email, PASSWORD)).status, 401);
	const set = await choose(id, PASSWORD);
	assert.equal(set.status, 200, set.text);
	assert.equal(set.body.id, p.id);
	await w.fpa(401, before, 'GET', CURRENT);
	const again = await choose(id, PASSWORD);
	assert.equal(again.status, 422, again.text);
	assert.equal(again.code, 'bad_token');
	const a = await logIn(p.email.toUpperCase(), PASSWORD);
	assert.equal(a.status, 200, a.text);
	assert.equal(await sql(`SELECT address_hash IS NOT NULL AND
	    last_login_at IS NOT NULL FROM promoter
	    WHERE referrer_id = ${p.id}`), '1');
	await w.fpa(200, await w.comes(me, p, a.body.access_token), 'GET',
	    CURRENT);
	for (const [email, password, account] of [
	    [p.email, `${PASSWORD}!`], [`no-${p.email}`, PASSWORD],
	    [p.email, PASSWORD, other.organization.accountId],
	    [p.email, PASSWORD, '999'], [p.email, PASSWORD, '']]) {
		const wrong = await logIn(email, password, account);

		assert.equal(wrong.status, 401, wrong.text);
		assert.equal(wrong.code, 'bad_login');
	}
	await w.fp(200, me, 'POST', '/promoters/archive', { ids: [p.id] });
	assert.equal((await logIn(p.email, PASSWORD)).status, 401);
});

test('what is no password, and what is no offer', async () => {
	const p = await w.promoter(me), id = await w.offer(me, p);

	for (const [password, again] of [['short', 'short'],
	    [p.email, p.email], [PASSWORD, `${PASSWORD}!`]]) {
		const a = await choose(id, password, again);

		assert.equal(a.status, 422, a.text);
		assert.equal(a.body.code, 'invalid_params');
	}
	const last = id.at(-5) === 'A' ? 'B' : 'A';
	for (const bad of ['x', 'x'.repeat(100),
	    id.slice(0, -5) + last + id.slice(-4)]) {
		const a = await choose(bad, PASSWORD);

		assert.equal(a.code, 'bad_token', a.text);
		assert.equal((await c.call('GET', '/api/v2/affiliate/' +
		    `promoters/email_from_encrypted_id?id=${bad}`)).status, 422);
	}
	await w.fp(200, me, 'POST', '/promoters/archive', { ids: [p.id] });
	assert.equal((await choose(id, PASSWORD)).status, 422);
});

test('of two who choose by one offer one wins', async () => {
	const p = await w.promoter(me), id = await w.offer(me, p);
	const both = await Promise.all([1, 2].map((n) => choose(id,
	    `${PASSWORD} ${n}`)));
	const won = both.findIndex((a) => a.status === 200);

	assert.deepEqual(both.map((a) => a.status).sort(), [200, 422]);
	assert.equal((await logIn(p.email, `${PASSWORD} ${won + 1}`)).status,
	    200);
	assert.equal((await logIn(p.email, `${PASSWORD} ${2 - won}`)).status,
	    401);
});

test('only who may change a promoter sees his offer', async () => {
	const p = await w.promoter(me);
	const reader = await w.key(me, ['referrals:read']);
	const half = await w.key(me, ['referrals:read', 'referrals:write']);
	const tester = await w.key(me, undefined, { test: true });

	for (const { key } of [reader, half, tester])
		assert.equal((await w.fp(200, { key }, 'GET',
		    `/promoters/${p.id}`)).body.password_setup_url, null);
	const idem = unique(), email = `promoter-${unique()}@example.com`;
	const make = () => w.fp(201, me, 'POST', '/promoters', { email },
	    { idem });
	assert.ok((await make()).body.password_setup_url);
	assert.equal((await make()).body.password_setup_url, null);
});

test('a key of idempotency is of one promoter', async () => {
	const [a, b] = [await w.affiliate(me), await w.affiliate(me)];
	const idem = unique();

	await w.fpa(204, a, 'POST', '/logout', undefined, { idem });
	await w.fpa(204, b, 'POST', '/logout', undefined, { idem });
	await w.fpa(401, b, 'GET', CURRENT);
});
