/*
 * A house that looks twice: joining by approval, commissions that are held, a
 * least withdrawal, a hold of some days.  It has a service of its own.
 */
'use strict';
const assert = require('node:assert/strict');
const { Service } = require('./lib/service');
const { query } = require('./lib/db');
const { tests, until } = require('./lib/test');
const { World } = require('./lib/world');

const test = tests(__filename);
let s, c, w, house, referrer, campaign;

const admin = (method, path, body) => c.call(method, `/admin${path}`, {
	token: house.token, body });
const held = async () => (await w.ok(200, 'GET',
    '/admin/held-commissions?limit=100', { token: house.token })).items;
const earned = async (who = referrer) => (await w.ok(200, 'GET',
    '/referrers/dashboard', { token: who.token })).earnings[0];

test('who joins waits for the house', async () => {
	s = await new Service({ settings: { join_approval: 'on',
		hold_checked: 'on', least_withdrawal: 500, terms: '2026-11',
		velocity_per_hour: 3 } }).start();
	c = s.client;
	w = new World(c);
	house = await w.house();
	referrer = await w.referrer();
	assert.equal(referrer.referrer.status, 'pending');
	assert.equal(referrer.referrer.terms, '2026-11');
	const body = { name: 'Spring', landingUrl: 'https://shop.example/' };
	const early = await c.call('POST', '/referrer-campaigns', {
		token: referrer.token, body });
	assert.equal(early.status, 403);
	assert.equal(early.body.error.code, 'referrer_pending');
	const take = await c.call('POST', '/referrer-transactions/withdraw', {
		token: referrer.token, body: { amount: 1, currency: 'USD' } });
	assert.equal(take.body.error.code, 'referrer_pending');
	const { items } = await w.ok(200, 'GET',
	    '/admin/referrers?status=pending', { token: house.token });
	assert.equal(items.length, 1);
	assert.equal(items[0].organizationName, referrer.organization.name);
	for (let i = 0; i < 2; i++) {
		const a = await admin('POST',
		    `/referrers/${items[0].id}/approve`);

		assert.equal(a.status, 200, a.text);
		assert.equal(a.data.status, 'active');
	}
	assert.equal((await w.events(referrer, 'referrer.approved',
	    items[0].id)).length, 1);
	campaign = await w.campaign(referrer);
	assert.equal((await admin('POST', '/referrers/99999999/approve'))
	    .status, 404);
	assert.equal((await admin('POST', '/referrers/99999999/block', {
		reason: 'x' })).status, 404);
});

test('the same address: the commission is held, with its reason', async () => {
	const buyer = await w.owner({ referralCode: campaign.code });

	await w.buy(buyer);
	const [one] = await held();
	assert.deepEqual(one.checks, ['same_address']);
	assert.equal(one.organizationId, referrer.organization.id);
	assert.equal(one.availableAt, null);
	const e = await earned();
	assert.equal(e.pending, one.amount);
	assert.equal(e.available, 0);
	const x = await w.ok(200, 'GET',
	    `/referrer-transactions/${one.id}/explain`, {
		token: referrer.token });
	assert.deepEqual(x.checks, ['same_address']);
	assert.ok(x.steps.some((t) => /held/.test(t)), x.steps);
	assert.ok(x.steps.some((t) => /signed up from where .*same_address/
	    .test(t)), x.steps);
	assert.equal((await admin('POST',
	    '/held-commissions/99999999/release')).status, 404);
	assert.equal((await admin('POST',
	    '/held-commissions/99999999/refuse')).status, 404);
});

test('released: it becomes available', async () => {
	const [one] = await held();

	for (let i = 0; i < 2; i++) {
		const a = await admin('POST',
		    `/held-commissions/${one.id}/release`);

		assert.equal(a.status, 200, a.text);
	}
	assert.equal((await admin('POST',
	    `/held-commissions/${one.id}/refuse`)).status, 409);
	assert.ok(await until(async () => (await earned()).available ===
	    one.amount, 30000, 500));
	assert.equal((await held()).length, 0);
});

test('refused: it is taken back, and stays in sight', async () => {
	const buyer = await w.owner({ referralCode: campaign.code });
	const before = await earned();

	await w.buy(buyer);
	const [one] = await held();
	for (let i = 0; i < 2; i++) {
		const a = await admin('POST',
		    `/held-commissions/${one.id}/refuse`);

		assert.equal(a.status, 200, a.text);
		assert.equal(a.data.status, 'reversed');
	}
	assert.equal((await admin('POST',
	    `/held-commissions/${one.id}/release`)).status, 409);
	assert.deepEqual(await earned(), before);
	const t = await w.ok(200, 'GET', `/referrer-transactions/${one.id}`, {
		token: referrer.token });
	assert.equal(t.status, 'reversed');
});

test('too many sign-ups in an hour look wrong', async () => {
	let buyer;

	for (let i = 0; i < 3; i++)
		buyer = await w.owner({ referralCode: campaign.code });
	await w.buy(buyer);
	const found = await held();
	assert.deepEqual(found.at(-1).checks, ['same_address', 'velocity']);
	await admin('POST', `/held-commissions/${found.at(-1).id}/refuse`);
});

test("the referrer's own people are not customers", async () => {
	const at = referrer.email.indexOf('@');
	const email = `${referrer.email.slice(0, at)}+me${
		referrer.email.slice(at)}`;
	const own = await w.ok(201, 'POST', '/users/register', { body: {
		email: email.toUpperCase(), password: referrer.password,
		name: 'Me', organizationName: 'Also me',
		referralCode: campaign.code } });
	const me = await w.login({ email: email.toUpperCase(),
		password: referrer.password });

	assert.ok(own.organization.id);
	await w.buy(me);
	assert.ok((await held()).at(-1).checks.includes('self_referral'));
	/* the same by membership, whatever the address */
	const buyer = await w.owner({ referralCode: campaign.code });
	await query(s, `INSERT INTO member (organization_id, user_id, role,
		created_at) VALUES (${buyer.organization.id},
		${referrer.user.id}, 'member', NOW())`.replace(/\s+/g, ' '));
	await w.buy(buyer);
	assert.ok((await held()).at(-1).checks.includes('self_referral'));
});

test('less than the least is not paid out', async () => {
	const a = await c.call('POST', '/referrer-transactions/withdraw', {
		token: referrer.token, body: { amount: 499,
		    currency: 'USD' } });

	assert.equal(a.status, 422);
	assert.equal(a.body.error.code, 'limit');
	assert.match(a.text, /at least 500/);
});

test('blocked: links count no longer, what was earned stays', async () => {
	const id = referrer.referrer.id;
	const before = await w.analytics(referrer, campaign.id);
	const money = await earned();

	for (let i = 0; i < 2; i++)
		assert.equal((await admin('POST', `/referrers/${id}/block`, {
			reason: 'Unwanted mail' })).status, 200);
	assert.equal((await w.visit(campaign.code)).status, 302);
	await w.owner({ referralCode: campaign.code });
	assert.deepEqual(await w.analytics(referrer, campaign.id), before);
	assert.deepEqual(await earned(), money);
	const take = await c.call('POST', '/referrer-transactions/withdraw', {
		token: referrer.token, body: { amount: 500,
		    currency: 'USD' } });
	assert.equal(take.body.error.code, 'referrer_blocked');
	const make = await c.call('POST', '/referrer-campaigns', {
		token: referrer.token, body: { name: 'More',
		    landingUrl: 'https://shop.example/' } });
	assert.equal(make.body.error.code, 'referrer_blocked');
	const { items } = await w.ok(200, 'GET',
	    '/admin/referrers?status=blocked&sort=joinedAt:asc', {
		token: house.token });
	assert.equal(items[0].reason, 'Unwanted mail');
});

test('the books are clean', async () => {
	const { code, out } = await s.verify();

	assert.equal(code, 0, out);
	s.stop();
});
