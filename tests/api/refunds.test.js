/* What the house gives back of a payment, and what that takes with it. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, share } = require('./lib/world');

const test = tests(__filename);
let w, c, house, referrer, campaign, buyer, product;

const times = (n, fn) => Promise.all(Array.from({ length: n }, fn));
const refund = (id, body, more) => c.call('POST',
    `/admin/payments/${id}/refunds`, { token: house.token,
	body: { reason: 'Bought twice', ...body }, ...more });
const payment = (id) => w.ok(200, 'GET', `/admin/payments/${id}`, {
	token: house.token });
const attribution = (id, who = buyer) => w.ok(200, 'GET',
    `/payments/${id}/attribution`, { token: who.token });
const earned = async () => (await w.ok(200, 'GET',
    '/referrer-transactions?limit=100', { token: referrer.token })).items
    .reduce((n, e) => n + e.amount, 0);

test('all of a payment goes back', async () => {
	c = (await service()).client;
	w = new World(c);
	house = await w.house();
	referrer = await w.referrer();
	campaign = await w.campaign(referrer);
	buyer = await w.owner({ referralCode: campaign.code });
	product = await w.product();
	const bought = await w.buy(buyer);
	const a = await refund(bought.id, {});

	assert.equal(a.status, 201, a.text);
	assert.equal(a.data.status, 'done');
	assert.equal(a.data.amount, bought.amount);
	assert.equal(a.data.tokens, product.tokens);
	assert.equal((await w.balance(buyer)).balance, 0);
	assert.equal((await w.session(buyer, bought.id)).refundedAmount,
	    bought.amount);
	assert.equal(await earned(), 0);
	const b = await refund(bought.id, {});
	assert.equal(b.status, 422, 'nothing is left');
	assert.equal((await attribution(bought.id)).reason, 'reversed');
	assert.equal((await w.events(buyer, 'payment.refunded', bought.id))
	    .length, 1);
});

test('in parts, to the cent', async () => {
	const bought = await w.buy(buyer, { quantity: 3 });
	const before = await earned();
	let left = bought.amount;

	for (const amount of [1, 333, 7, 1000, 1])
		assert.equal((await refund(bought.id, { amount })).status, 201);
	left -= 1342;
	const more = await refund(bought.id, { amount: left + 1 });
	assert.equal(more.status, 422, 'more than is left');
	assert.deepEqual(more.fields, ['amount']);
	assert.match(more.text, /left of the payment/);
	assert.equal((await w.balance(buyer)).balance, product.tokens * 3 -
	    share(product.tokens * 3, 1342, bought.amount));
	assert.equal(before - await earned(), share(share(bought.amount,
	    200000, 1000000), 1342, bought.amount));
	const p = await payment(bought.id);
	assert.equal(p.refundedAmount, 1342);
	assert.equal(p.refundingAmount, 0);
	assert.deepEqual(p.refunds.map((r) => r.amount), [1, 333, 7, 1000, 1]);
	for (const r of p.refunds) {
		assert.equal(r.status, 'done');
		assert.equal(r.kind, 'refund');
		assert.equal(r.reason, 'Bought twice');
	}
	assert.equal((await attribution(bought.id)).reason, 'rewarded');
	assert.equal((await refund(bought.id, {})).data.amount, left);
	assert.equal((await w.balance(buyer)).balance, 0);
});

test('many at once never exceed the payment', async () => {
	const bought = await w.buy(buyer);
	const part = bought.amount * 2 / 5;
	const answers = await times(6, () => refund(bought.id, {
		amount: part }));

	assert.equal(answers.filter((a) => a.status === 201).length, 2);
	for (const a of answers)
		assert.ok([201, 422, 503].includes(a.status), a.text);
	const p = await payment(bought.id);
	assert.equal(p.refundedAmount, part * 2);
	const keyed = await times(4, () => refund(bought.id, {},
	    { idem: `refund-${bought.id}` }));
	for (const a of keyed)
		assert.ok([201, 409].includes(a.status), a.text);
	assert.equal((await payment(bought.id)).refunds.length, 3);
});

test('what was not paid cannot go back', async () => {
	const session = await w.checkout(buyer);
	const a = await refund(session.id, {});

	assert.equal(a.status, 409, a.text);
	assert.equal((await refund(session.id, { amount: 5 })).status, 409);
	for (const body of [{ amount: 0 }, { amount: -5 }, { amount: 1.5 },
	    { reason: '' }, { reason: null }, { reason: 'x'.repeat(201) }])
		assert.equal((await refund(session.id, body)).status, 400,
		    JSON.stringify(body));
});

test('why a payment made a commission, or none', async () => {
	const plain = await w.owner();
	const alone = await w.buy(plain);
	const open = await w.checkout(buyer);
	const bought = await w.buy(buyer);
	const a = await attribution(bought.id);

	assert.equal(a.reason, 'rewarded');
	assert.equal(a.referral.referrerCampaignId, campaign.id);
	assert.equal(a.referral.code, campaign.code);
	assert.equal(a.referral.clickId, null);
	assert.equal(a.commission.amount, share(bought.amount, 200000,
	    1000000));
	assert.equal(a.commission.ratePpm, 200000);
	assert.match(a.explanation, / 20 % /);
	assert.deepEqual(await attribution(bought.id, house), a);
	const none = await attribution(alone.id, plain);
	assert.deepEqual([none.reason, none.referral, none.commission],
	    ['no_referral', null, null]);
	assert.equal((await attribution(open.id)).reason, 'not_paid');
	assert.equal((await c.call('GET', `/payments/${bought.id}/attribution`,
	    { token: plain.token })).status, 404, 'somebody else\'s');
	assert.equal((await c.call('GET', `/payments/${bought.id}/attribution`,
	    { token: referrer.token })).status, 404);
});

test('a commission that rounds to nothing says so', async () => {
	const cheap = await w.ok(201, 'POST', '/admin/products', {
		token: house.token, body: { name: `Cheap ${Date.now()}`,
		    tokens: 1, prices: [{ currency: 'USD', amount: 2 }] } });
	const bought = await w.buy(buyer, { productId: cheap.id });
	const a = await attribution(bought.id);

	assert.equal(a.reason, 'commission_rounds_to_zero');
	assert.equal(a.commission, null);
	assert.equal(a.referral.code, campaign.code);
	assert.equal((await refund(bought.id, { amount: 1 })).status, 201);
});

test('lists of sessions: of the organization, by what they are', async () => {
	const other = await w.owner();
	const mine = [await w.buy(other), await w.checkout(other),
	    await w.checkout(other)].map((s) => s.id);
	const list = async (query = '', who = other) => (await w.ok(200, 'GET',
	    `/payments/checkout-sessions?${query}`, { token: who.token }));
	const ids = (page) => page.items.map((s) => s.id);

	assert.deepEqual(ids(await list()), mine.toReversed?.() ??
	    [...mine].reverse());
	assert.deepEqual(ids(await list('sort=createdAt:asc')), mine);
	assert.deepEqual(ids(await list('status=complete')), [mine[0]]);
	assert.deepEqual(ids(await list('paymentStatus=unpaid&sort=' +
	    'createdAt:asc')), mine.slice(1));
	assert.deepEqual(ids(await list('status=expired')), []);
	const first = await list('limit=2');
	assert.equal(first.items.length, 2);
	assert.deepEqual(ids(await list(`cursor=${first.nextCursor}`)),
	    [mine[0]]);
	assert.equal((await c.call('GET',
	    '/payments/checkout-sessions?status=odd', {
		token: other.token })).status, 400);
	const all = await w.ok(200, 'GET', '/admin/payments?limit=100' +
	    `&organizationId=${other.organization.id}`, {
		token: house.token });
	assert.deepEqual(ids(all), [...mine].reverse());
	assert.equal(all.items[0].organizationId, other.organization.id);
	const done = await w.ok(200, 'GET', '/admin/payments?status=complete' +
	    '&sort=createdAt:asc&limit=1', { token: house.token });
	assert.equal(done.items.length, 1);
	assert.ok(done.nextCursor);
	await w.ok(200, 'GET', '/admin/payments?status=complete&sort=' +
	    `createdAt:asc&limit=100&cursor=${done.nextCursor}`, {
		token: house.token });
});

test('the ledger verifies', async () => {
	const { code, out } = await c.service.verify();

	assert.equal(code, 0, out);
});
