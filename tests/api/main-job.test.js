/*
 * The main job, as one story: an organization promotes a campaign, a second
 * one signs up through its link and buys, the first earns, and the campaign
 * ends.  Each step stands on those before it.
 */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until } = require('./lib/test');
const { World, PASSWORD, unique, cookies, share } = require('./lib/world');

const test = tests(__filename);
const id = unique();
const story = { jar: {} };
const person = { email: `ada-${id}@example.com`, password: PASSWORD };
let w, c, token;

async function campaign() {
	return w.ok(200, 'GET', `/referrer-campaigns/${story.campaign.id}`, {
		token });
}

test('register a user with an organization', async () => {
	c = (await service()).client;
	w = new World(c);
	const data = await w.ok(201, 'POST', '/users/register', { idem: true,
		body: { ...person, name: 'Ada', organizationName:
		    `Analytical ${id}` } });

	assert.deepEqual(data.user, { id: data.user.id, email: person.email,
		name: 'Ada' });
	assert.match(data.user.id, /^[1-9]\d*$/);
	assert.equal(data.organization.name, `Analytical ${id}`);
	assert.match(data.organization.slug, /^[a-z0-9-]+$/);
	assert.match(data.organization.accountId, /^\S+$/);
	story.organization = data.organization;
});

test('log in', async () => {
	const data = await w.ok(200, 'POST', '/auth/login', { body: person });

	assert.equal(data.expiresIn, 900);
	assert.equal(data.accessToken.split('.').length, 3);
	assert.ok(data.refreshToken.length >= 32);
	token = data.accessToken;
	const profile = await w.ok(200, 'GET', '/users/profile', { token });
	assert.equal(profile.email, person.email);
	const active = await w.ok(200, 'GET', '/users/active-organization', {
		token });
	assert.equal(active.id, story.organization.id);
});

test('create an API key, which is shown this once', async () => {
	const made = await w.ok(201, 'POST', '/api-keys', { token, body: {
		description: 'Reader', scopes: ['campaigns:read'] } });

	assert.match(made.key, /^aff_live_[A-Za-z0-9]+_[A-Za-z0-9_-]{32,}$/);
	assert.ok(made.key.startsWith(made.prefix));
	assert.deepEqual(made.scopes, ['campaigns:read']);
	const again = await w.ok(200, 'GET', `/api-keys/${made.id}`, { token });
	assert.equal(again.key, undefined);
	const list = await c.call('GET', '/api-keys', { token });
	assert.ok(!list.text.includes(made.key));
	assert.deepEqual(list.data.items.map((k) => k.id), [made.id]);
	story.key = made.key;
});

test('a campaign needs a referrer', async () => {
	const answer = await c.call('POST', '/referrer-campaigns', { token,
		body: { name: 'Early', landingUrl: 'https://shop.example/' } });

	assert.equal(answer.status, 403);
	const list = await w.ok(200, 'GET', '/referrer-campaigns', { token });
	assert.deepEqual(list.items, []);
	for (const path of ['profile', 'dashboard']) {
		const none = await c.call('GET', `/referrers/${path}`, {
			token });

		assert.equal(none.status, 404);
		assert.equal(none.body.error.code, 'not_joined');
	}
});

test('join the referral program; joining again answers the same', async () => {
	const body = { acceptTerms: true };
	const joined = await w.ok(201, 'POST', '/referrers/join', { token,
		body });

	assert.equal(joined.status, 'active');
	assert.deepEqual(await w.ok(200, 'POST', '/referrers/join', { token,
		body }), joined);
	assert.deepEqual(await w.ok(200, 'GET', '/referrers/profile', {
		token }), joined);
});

test('create a referrer campaign', async () => {
	const body = { name: 'Spring', landingUrl:
	    'https://shop.example/spring?lang=en#top', description: 'Mail' };
	const made = await w.ok(201, 'POST', '/referrer-campaigns', { token,
		idem: true, body });

	assert.equal(made.name, body.name);
	assert.equal(made.landingUrl, body.landingUrl);
	assert.equal(made.description, body.description);
	assert.equal(made.status, 'ACTIVE');
	assert.equal(made.clicks, 0);
	assert.equal(made.referrals, 0);
	assert.equal(made.endedAt, null);
	assert.equal(made.link, `${c.service.url}/r/${made.code}`);
	story.campaign = made;
	assert.deepEqual(await campaign(), made);
	const list = await w.ok(200, 'GET', '/referrer-campaigns', { token });
	assert.deepEqual(list.items, [made]);
	assert.equal(list.nextCursor, null);
});

test('a visitor opens the link', async () => {
	const answer = await w.browse(story.campaign.code, story.jar);

	assert.equal(answer.status, 302);
	const url = new URL(answer.headers.location);
	assert.equal(url.origin + url.pathname, 'https://shop.example/spring');
	assert.equal(url.searchParams.get('lang'), 'en');
	assert.equal(url.hash, '#top');
	assert.equal(url.searchParams.get('aff_click'), story.jar.aff_ref);
	assert.ok(!answer.headers.location.includes('127.0.0.1'));
	assert.equal((await campaign()).clicks, 1);
});

test('repeated clicks, bots and HEAD are told apart', async () => {
	const { code } = story.campaign;

	await w.browse(code, story.jar);
	await w.browse(code, {});
	await w.visit(code, { headers: { 'user-agent': 'Googlebot/2.1' } });
	await w.visit(code, { method: 'HEAD' });
	const a = await w.analytics({ token }, story.campaign.id);
	assert.equal(a.clicks, 3);
	assert.equal(a.uniqueClicks, 2);
	assert.equal(a.botClicks, 1);
	assert.equal(a.referrals, 0);
	assert.deepEqual(a.earnings, []);
	assert.equal((await campaign()).clicks, 3);
});

test('a second organization signs up through it: a referral', async () => {
	story.buyer = await w.owner({ cookie:
	    `aff_ref=${story.jar.aff_ref}; aff_vid=${story.jar.aff_vid}` });
	assert.equal((await campaign()).referrals, 1);
	const a = await w.analytics({ token }, story.campaign.id);
	assert.equal(a.referrals, 1);
	assert.equal(a.conversions, 0);
});

test('products are for sale, the first in USD', async () => {
	const list = await w.ok(200, 'GET', '/payments/products', {
		token: story.buyer.token });

	assert.ok(list.items.length > 0);
	story.product = list.items[0];
	assert.equal(story.product.prices[0].currency, 'USD');
	assert.ok(story.product.tokens > 0);
});

test('it begins to buy in a checkout session', async () => {
	const { product, buyer } = story;
	const s = await w.checkout(buyer, { productId: product.id,
		quantity: 2 });

	assert.equal(s.status, 'open');
	assert.equal(s.paymentStatus, 'unpaid');
	assert.equal(s.amount, product.prices[0].amount * 2);
	assert.equal(s.currency, 'USD');
	assert.equal(s.quantity, 2);
	assert.equal(s.productId, product.id);
	assert.ok(Date.parse(s.expiresAt) > Date.now());
	story.session = s;
});

test('the provider\'s page has Pay and Decline', async () => {
	const page = await c.site('GET', story.session.url);

	assert.equal(page.status, 200);
	assert.match(page.headers['content-type'], /^text\/html/);
	assert.match(page.headers['content-security-policy'], /default-src/);
	for (const what of ['pay', 'decline'])
		assert.ok(page.text.includes(
		    `action="${story.session.url}/${what}"`), page.text);
});

test('Decline leads back and nothing is paid', async () => {
	const answer = await w.press(story.session, 'decline');

	assert.equal(answer.status, 303);
	assert.equal(answer.headers.location, 'https://shop.example/cart');
	const s = await w.session(story.buyer, story.session.id);
	assert.equal(s.status, 'open');
	assert.equal(s.paymentStatus, 'unpaid');
	assert.equal((await w.balance(story.buyer)).balance, 0);
});

test('Pay leads on, and the payment is there within two seconds', async () => {
	const answer = await w.press(story.session, 'pay');

	assert.equal(answer.status, 303);
	assert.equal(answer.headers.location, 'https://shop.example/thanks');
	const s = await w.paid(story.buyer, story.session.id, 2000);
	assert.ok(s, 'not paid within two seconds');
	assert.equal(s.status, 'complete');
	assert.ok(s.paidAt);
});

test('the payment credits tokens', async () => {
	const { buyer, product } = story;
	const tokens = product.tokens * 2;

	assert.deepEqual(await w.balance(buyer), { balance: tokens,
		reserved: 0, available: tokens, owed: 0, currency: 'TOK',
		expiring: [] });
	const list = await w.ok(200, 'GET', '/token-transactions', {
		token: buyer.token });
	assert.equal(list.items.length, 1);
	const [t] = list.items;
	assert.equal(t.type, 'purchase');
	assert.equal(t.amount, tokens);
	assert.equal(t.balanceAfter, tokens);
	assert.deepEqual(await w.ok(200, 'GET', `/token-transactions/${t.id}`,
	    { token: buyer.token }), t);
});

test('the referrer earns a fifth of the payment', async () => {
	const list = await w.ok(200, 'GET', '/referrer-transactions', {
		token });

	story.commission = share(story.session.amount, 200000, 1000000);
	assert.equal(list.items.length, 1);
	const [t] = list.items;
	assert.equal(t.type, 'commission');
	assert.equal(t.status, 'available');
	assert.equal(t.amount, story.commission);
	assert.equal(t.currency, 'USD');
	assert.equal(t.campaignId, story.campaign.id);
	assert.deepEqual(await w.ok(200, 'GET',
	    `/referrer-transactions/${t.id}`, { token }), t);
});

function checkNumbers(d, a, earned) {
	assert.equal(d.clicks, 3);
	assert.equal(d.referrals, 1);
	assert.equal(d.conversions, 1);
	assert.deepEqual(d.earnings, [{ currency: 'USD', pending: 0,
		available: earned, withdrawn: 0 }]);
	assert.equal(a.clicks, 3);
	assert.equal(a.uniqueClicks, 2);
	assert.equal(a.botClicks, 1);
	assert.equal(a.referrals, 1);
	assert.equal(a.conversions, 1);
	assert.deepEqual(a.earnings, [{ currency: 'USD', amount: earned }]);
	for (const name of ['clicks', 'referrals', 'conversions']) {
		const sum = (days) => days.reduce((n, x) => n + x[name], 0);

		assert.equal(sum(d.daily), d[name], `dashboard ${name}`);
		assert.equal(sum(a.daily), a[name], `analytics ${name}`);
	}
}

async function numbers(earned) {
	checkNumbers(await w.ok(200, 'GET', '/referrers/dashboard', { token }),
	    await w.analytics({ token }, story.campaign.id), earned);
}

test('dashboard and analytics show it, by day', async () => {
	await numbers(story.commission);
	const { daily } = await w.analytics({ token }, story.campaign.id);
	const day = story.campaign.createdAt.slice(0, 10);

	assert.ok(daily.find((d) => d.date === day), `no day ${day}`);
	assert.deepEqual(daily.map((d) => d.date),
	    daily.map((d) => d.date).sort());
	assert.equal(daily.length, 30);
});

test('a second payment: a second commission, one conversion', async () => {
	const paid = await w.buy(story.buyer);

	story.commission += share(paid.amount, 200000, 1000000);
	await numbers(story.commission);
});

test('a foreign campaign and an unknown one are 404 alike', async () => {
	const { buyer } = story;
	const foreign = await c.call('DELETE',
	    `/referrer-campaigns/${story.campaign.id}`, { token: buyer.token });
	const unknown = await c.call('DELETE',
	    '/referrer-campaigns/999999999', { token });

	for (const answer of [foreign, unknown]) {
		assert.equal(answer.status, 404);
		assert.equal(answer.body.success, false);
		assert.equal(answer.body.message, 'Resource not found');
		assert.equal(answer.body.error.statusCode, 404);
	}
	assert.deepEqual(foreign.body, unknown.body);
	assert.equal((await campaign()).status, 'ACTIVE');
});

test('no credential 401, a key without the scope 403, a malformed id 400',
    async () => {
	const at = `/referrer-campaigns/${story.campaign.id}`;

	assert.equal((await c.call('DELETE', at)).status, 401);
	assert.equal((await c.call('DELETE', at, { key: story.key })).status,
	    403);
	assert.equal((await c.call('GET', at, { key: story.key })).status,
	    200);
	for (const bad of ['abc', '0', '-1', '1.5', '1x', '%31x'])
		assert.equal((await c.call('DELETE',
		    `/referrer-campaigns/${bad}`, { token })).status, 400, bad);
	assert.equal((await campaign()).status, 'ACTIVE');
});

test('DELETE ends the campaign: 204 without a body, and again', async () => {
	const at = `/referrer-campaigns/${story.campaign.id}`;
	const first = await c.call('DELETE', at, { token, idem: true });

	assert.equal(first.status, 204);
	assert.equal(first.text, '');
	const ended = await campaign();
	assert.equal(ended.status, 'INACTIVE');
	assert.ok(ended.endedAt);
	assert.equal((await c.call('DELETE', at, { token })).status, 204);
	assert.deepEqual(await campaign(), ended);
	const list = await w.ok(200, 'GET',
	    '/referrer-campaigns?status=INACTIVE', { token });
	assert.deepEqual(list.items, [ended]);
});

test('later clicks still redirect, uncounted and without a cookie',
    async () => {
	const answer = await w.visit(story.campaign.code);

	assert.equal(answer.status, 302);
	assert.equal(answer.headers.location, story.campaign.landingUrl);
	assert.deepEqual(cookies(answer), {});
	assert.equal((await campaign()).clicks, 3);
});

test('later sign-ups are not attributed', async () => {
	await w.owner({ referralCode: story.campaign.code });
	await w.owner({ cookie: `aff_ref=${story.jar.aff_ref}` });
	assert.equal((await campaign()).referrals, 1);
});

test('history and numbers stay', async () => {
	await numbers(story.commission);
	const list = await w.ok(200, 'GET', '/referrer-transactions', {
		token });
	assert.equal(list.items.length, 2);
});

test('recurring commissions of the referred customer stay', async () => {
	const paid = await w.buy(story.buyer);

	story.commission += share(paid.amount, 200000, 1000000);
	await numbers(story.commission);
});

test('events tell the story in order', async () => {
	const want = ['user.registered', 'referrer.joined',
		'referrer_campaign.created', 'referrer_campaign.ended'];
	let types;

	/* they are published a moment later */
	await until(async () => {
		const { items } = await w.ok(200, 'GET',
		    '/events?limit=100', { token });

		types = items.map((e) => e.type);
		return types.includes('referrer_campaign.ended');
	}, 20000, 500);
	assert.deepEqual(types.filter((t) => want.includes(t)), want);
});

test('the ledger verifies', async () => {
	const { code, out } = await c.service.verify();

	assert.equal(code, 0, out);
});
