/* Checkout sessions and the provider's signed callback. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, sleep } = require('./lib/test');
const { World } = require('./lib/world');
const { query } = require('./lib/db');

const test = tests(__filename);
let w, c, buyer, product;

const signed = (body, more) => w.signed(body, more);
const tell = (call) => c.call('POST', '/payments/callbacks/sandbox', call);
const paid = (session, more) => w.callback(session, more);

test('a callback that is signed settles the payment, once', async () => {
	c = (await service()).client;
	w = new World(c);
	buyer = await w.owner();
	product = await w.product();
	const session = await w.checkout(buyer);
	const call = signed(paid(session));

	assert.equal((await tell(call)).status, 200);
	assert.equal((await w.session(buyer, session.id)).paymentStatus,
	    'paid');
	assert.equal((await tell(call)).status, 200);
	assert.equal((await tell(signed(paid(session)))).status, 200);
	assert.equal((await w.balance(buyer)).balance, product.tokens);
});

test('a callback that is not signed well does nothing', async () => {
	const session = await w.checkout(buyer);
	const good = signed(paid(session));
	const now = Math.floor(Date.now() / 1000);
	const h = good.headers;
	const bad = {
		'no signature': { ...good, headers: {} },
		'another body': { ...good, body: good.body + ' ' },
		'another id': { ...good, headers: { ...h,
			'webhook-id': 'other' } },
		'another time': { ...good, headers: { ...h,
			'webhook-timestamp': String(now + 1) } },
		'too old': signed(paid(session), { at: now - 600 }),
		'too new': signed(paid(session), { at: now + 600 }),
		'v2': { ...good, headers: { ...h, 'webhook-signature':
			h['webhook-signature'].replace('v1', 'v2') } },
		'cut': { ...good, headers: { ...h, 'webhook-signature':
			h['webhook-signature'].slice(0, -4) } },
		'no kind': { ...good, headers: { ...h, 'webhook-signature':
			h['webhook-signature'].slice(3) } },
	};

	for (const [what, call] of Object.entries(bad))
		assert.equal((await tell(call)).status, 400, what);
	assert.equal((await w.session(buyer, session.id)).paymentStatus,
	    'unpaid');
	assert.equal((await tell(signed(paid(session), { more:
	    `v1,${'A'.repeat(43)}= ` }))).status, 200, 'one of two fits');
});

test('a callback that tells something else does nothing', async () => {
	const session = await w.checkout(buyer);

	for (const more of [{ amount: session.amount - 1 }, { amount: 0 },
	    { currency: 'EUR' }, { type: 'checkout.session.declined' },
	    { amount: '5' }])
		assert.equal((await tell(signed(paid(session, more)))).status,
		    400, JSON.stringify(more));
	assert.equal((await tell(signed('{'))).status, 400);
	assert.equal((await tell(signed(paid(session, { token: 'unknown' }))))
	    .status, 404);
	assert.equal((await w.session(buyer, session.id)).paymentStatus,
	    'unpaid');
});

test('a session that has expired cannot be paid', async () => {
	const session = await w.checkout(buyer);

	await query(c.service, 'UPDATE payment SET expires_at = ' +
	    'UTC_TIMESTAMP(6) - INTERVAL 1 SECOND, look_at = expires_at ' +
	    `WHERE id = ${session.id}`);
	assert.equal((await w.session(buyer, session.id)).status, 'expired');
	const answer = await w.press(session, 'pay');
	assert.equal(answer.status, 409);
	const page = await c.site('GET', session.url);
	assert.match(page.text, /expired/);
	assert.ok(!page.text.includes('<form'));
	await sleep(1500);
	const s = await w.session(buyer, session.id);
	assert.equal(s.status, 'expired');
	assert.equal(s.paymentStatus, 'unpaid');
});

test('a page of nobody\'s', async () => {
	for (const at of ['/sandbox/unknown', '/sandbox/', '/sandbox',
	    '/sandbox/a/b', `/sandbox/${'x'.repeat(500)}`])
		assert.ok([400, 404].includes((await c.site('GET', at))
		    .status), at);
	assert.equal((await c.site('POST', '/sandbox/unknown/pay', {
		headers: { 'content-length': 0 } })).status, 404);
});

test('a payment without a referral brings nobody a commission', async () => {
	const bought = await w.buy(buyer);
	const rows = await query(c.service, 'SELECT COUNT(*) FROM earning e ' +
	    `JOIN sale s ON s.id = e.sale_id WHERE s.payment_id = ${bought.id}`);

	assert.equal(rows, '0');
});

test('who was moved meanwhile brings it to where he is now', async () => {
	const house = await w.house();
	const places = [];

	for (let i = 0; i < 3; i++)
		places.push(await w.campaign(await w.referrer()));
	const his = await w.owner({ referralCode: places[0].code });
	const gone = await w.owner({ referralCode: places[0].code });
	const lead = async (who, what = 'id') => Number(await query(c.service,
	    `SELECT ${what} FROM referral WHERE live = 1 AND
	    referred_organization_id = ${who.organization.id}`));
	const sale = (session, what) => query(c.service, `SELECT ${what}
	    FROM sale s LEFT JOIN earning e ON e.sale_id = s.id
	    WHERE s.payment_id = ${session.id}`);
	const early = [await w.checkout(his), await w.checkout(his)];
	const denied = await w.checkout(gone);
	const pay = async (who, session) => {
		await w.press(session, 'pay');
		assert.ok(await w.paid(who, session.id));
	};
	const why = async (who, session) => {
		const a = await w.ok(200, 'GET',
		    `/payments/${session.id}/attribution`, {
			token: who.token });

		return [a.reason, a.referral.code];
	};

	for (const to of places.slice(1))
		await w.fp(200, house, 'POST', '/referrals/move_to_promoter', {
			ids: [await lead(his)],
			promoter_campaign_id: Number(to.id) });
	await w.fp(200, house, 'POST', '/referrals/disable', {
		ids: [await lead(gone)] });
	for (const [i, session] of early.entries()) {
		const now = await lead(his);

		await pay(his, session);
		assert.equal(await sale(session, `CONCAT_WS(' ', s.referral_id,
		    e.referral_id, e.placement_id)`),
		`${now} ${now} ${places[2].id}`, i);
		assert.deepEqual(await why(his, session),
		    ['rewarded', places[2].code]);
	}
	await pay(gone, denied);
	assert.deepEqual(await why(gone, denied),
	    ['referral_gone', places[0].code]);
	assert.equal(await sale(denied, 's.referral_id IS NULL AND e.id IS NULL'),
	    '1');
	const { code, out } = await c.service.verify();
	assert.equal(code, 0, out);
});

test('another currency of the product', async () => {
	const price = product.prices.find((p) => p.currency !== 'USD');

	if (price === undefined)
		return;
	const bought = await w.buy(buyer, { currency: price.currency });
	assert.equal(bought.currency, price.currency);
	assert.equal(bought.amount, price.amount);
});
