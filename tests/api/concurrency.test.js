/* A second click on everything, and many at once: each effect once. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, sleep, times, tally } = require('./lib/test');
const { World, PASSWORD, unique, share } = require('./lib/world');

const test = tests(__filename);
let w, c, referrer, campaign, buyer;

const earnings = async () => (await w.ok(200, 'GET',
    '/referrer-transactions?limit=100', { token: referrer.token })).items;

test('paying ten times at once is one payment', async () => {
	c = (await service()).client;
	w = new World(c);
	referrer = await w.referrer();
	campaign = await w.campaign(referrer);
	buyer = await w.owner({ referralCode: campaign.code });
	const product = await w.product();
	const session = await w.checkout(buyer);
	const answers = await times(10, () => w.press(session, 'pay'));

	assert.deepEqual(tally(answers), { 303: 10 });
	assert.ok(await w.paid(buyer, session.id));
	await w.press(session, 'pay');
	await w.press(session, 'decline');
	await sleep(1000);
	assert.equal((await w.balance(buyer)).balance, product.tokens);
	const list = await earnings();
	assert.equal(list.length, 1);
	assert.equal(list[0].amount, share(session.amount, 200000, 1000000));
	assert.equal((await w.session(buyer, session.id)).paymentStatus,
	    'paid');
});

test('many checkouts of one buyer at once all count', async () => {
	const before = (await w.balance(buyer)).balance;
	const product = await w.product();
	const sessions = await times(20, (i) => w.checkout(buyer, {
		quantity: i + 1 }));

	await Promise.all(sessions.flatMap((s) => [w.press(s, 'pay'),
		w.press(s, 'pay')]));
	for (const s of sessions)
		assert.ok(await w.paid(buyer, s.id, 20000), s.id);
	assert.equal((await w.balance(buyer)).balance,
	    before + product.tokens * 210);
	const list = await earnings();
	assert.equal(list.length, 21);
	const want = sessions.map((s) => share(s.amount, 200000, 1000000));
	assert.deepEqual(list.slice(0, 20).map((e) => e.amount)
	    .sort((a, b) => a - b), want.sort((a, b) => a - b));
	const a = await w.analytics(referrer, campaign.id);
	assert.equal(a.conversions, 1);
	const dashboard = await w.ok(200, 'GET', '/referrers/dashboard', {
		token: referrer.token });
	assert.equal(dashboard.earnings[0].available,
	    list.reduce((n, e) => n + e.amount, 0));
	assert.deepEqual(a.earnings, [{ currency: 'USD',
		amount: dashboard.earnings[0].available }]);
	const tokens = await w.ok(200, 'GET',
	    '/token-transactions?limit=100&sort=createdAt:asc', {
		token: buyer.token });
	assert.equal(tokens.items.length, 21);
	assert.equal(new Set(tokens.items.map((t) => t.balanceAfter)).size, 21);
});

test('many buyers of one referrer at once all count', async () => {
	const before = await earnings();
	const buyers = await times(6, () => w.owner({
		referralCode: campaign.code }));
	const paid = await Promise.all(buyers.map((b) => w.buy(b)));
	const list = await earnings();

	assert.equal(list.length, before.length + 6);
	const sum = (rows) => rows.reduce((n, e) => n + e.amount, 0);
	assert.equal(sum(list) - sum(before), paid.reduce((n, p) =>
	    n + share(p.amount, 200000, 1000000), 0));
	const a = await w.analytics(referrer, campaign.id);
	assert.equal(a.referrals, 7);
	assert.equal(a.conversions, 7);
});

test('deleting at once: all 204, ended once', async () => {
	const made = await w.campaign(referrer);
	const answers = await times(8, () => c.call('DELETE',
	    `/referrer-campaigns/${made.id}`, { token: referrer.token }));

	assert.deepEqual(tally(answers), { 204: 8 });
	assert.equal((await w.events(referrer, 'referrer_campaign.ended',
	    made.id)).length, 1);
});

test('deleting an API key twice', async () => {
	const key = await w.key(referrer);
	const answers = await times(4, () => c.call('DELETE',
	    `/api-keys/${key.id}`, { token: referrer.token }));

	for (const a of answers)
		assert.ok([204, 404].includes(a.status), a.text);
	assert.ok(answers.some((a) => a.status === 204));
});

test('one address can be registered once', async () => {
	const email = `race-${unique()}@example.com`;
	const answers = await times(5, () => c.call('POST',
	    '/users/register', { body: { email, password: PASSWORD,
		name: 'Race', organizationName: `Race ${email}` } }));

	assert.deepEqual(tally(answers), { 201: 1, 409: 4 });
});

test('one code, one slug: given out once', async () => {
	const code = `race-${unique()}`;

	assert.deepEqual(tally(await times(6, () => c.call('POST',
	    '/referrer-campaigns', { token: referrer.token, body: {
		name: 'Race', code, landingUrl: 'https://a.example/' } }))),
	    { 201: 1, 409: 5 });
	assert.deepEqual(tally(await times(6, () => c.call('POST',
	    '/organizations', { token: referrer.token, body: {
		name: 'Race', slug: code } }))), { 201: 1, 409: 5 });
});

test('joining at once: one referrer', async () => {
	const who = await w.owner();
	const answers = await times(6, () => c.call('POST',
	    '/referrers/join', { token: who.token,
		body: { acceptTerms: true } }));

	for (const a of answers)
		assert.ok([200, 201].includes(a.status), a.text);
	assert.equal(answers.filter((a) => a.status === 201).length, 1);
	assert.equal(new Set(answers.map((a) => a.data.id)).size, 1);
});

test('one refresh token at once: at most one session goes on', async () => {
	const who = await w.owner();
	const answers = await times(6, () => c.call('POST', '/auth/refresh', {
		body: { refreshToken: who.refreshToken } }));

	assert.ok(answers.filter((a) => a.status === 200).length <= 1);
	for (const a of answers)
		assert.ok([200, 401].includes(a.status), a.text);
	/* the others were a reuse */
	assert.equal((await c.call('GET', '/users/profile', {
		token: who.token })).status, 401);
});

test('changes at once with one If-Match: one is done', async () => {
	const made = await w.campaign(referrer);
	const at = `/referrer-campaigns/${made.id}`;
	const { etag } = (await c.call('GET', at, {
		token: referrer.token })).headers;
	const answers = await times(6, (i) => c.call('PUT', at, {
		token: referrer.token, body: { name: `name ${i}` },
		headers: { 'if-match': etag } }));

	assert.deepEqual(tally(answers), { 200: 1, 412: 5 });
});

test('changes at once without If-Match: none is lost for an error',
    async () => {
	const made = await w.campaign(referrer);
	const answers = await times(6, (i) => c.call('PUT',
	    `/referrer-campaigns/${made.id}`, { token: referrer.token,
		body: { name: `name ${i}` } }));

	for (const a of answers)
		assert.ok([200, 412].includes(a.status), a.text);
});

test('many clicks at once are all counted', async () => {
	const made = await w.campaign(referrer);
	const jar = {};

	await w.browse(made.code, jar);
	const answers = await times(60, (i) => i % 3 === 0 ?
	    w.visit(made.code, { jar }) : w.visit(made.code));
	assert.deepEqual(tally(answers), { 302: 60 });
	const a = await w.analytics(referrer, made.id);
	assert.equal(a.clicks, 61);
	assert.equal(a.uniqueClicks, 41);
});

test('one new visitor at once is one unique click', async () => {
	const made = await w.campaign(referrer);
	const jar = { aff_vid: '00112233445566778899aabbccddee'  +
	    unique().slice(0, 2) };

	assert.deepEqual(tally(await times(20, () =>
	    w.visit(made.code, { jar }))), { 302: 20 });
	const a = await w.analytics(referrer, made.id);
	assert.equal(a.clicks, 20);
	assert.equal(a.uniqueClicks, 1);
});

test('the ledger verifies', async () => {
	const { code, out } = await c.service.verify();

	assert.equal(code, 0, out);
});
