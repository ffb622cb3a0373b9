/*
 * Stripe as the provider, on a service of its own against the stub: what is
 * asked of it, what it tells in any order, and what becomes of calls and
 * processes that break off anywhere.
 */
'use strict';
const assert = require('node:assert/strict');
const { calls, open } = require('./lib/shop');
const { tests, sleep, until } = require('./lib/test');
const { unique, share } = require('./lib/world');
const { Session } = require('./lib/db');

const test = tests(__filename);
const CREATE = 'POST /v1/checkout/sessions';
let shop, s, c, w, stub, house, referrer, buyer, product;
const { begin, checkout, tell, told, completed, session, tokens, sql,
    look, becomes, buy, refund, state, verified, killWorkers, ready,
    body, close } = calls(() => shop);

test('a service with Stripe', async () => {
	shop = await open();
	({ s, c, w, stub, house, referrer, buyer, product } = shop);
});

test('a session is made at Stripe, paid and settled', async () => {
	const made = await checkout({ quantity: 2 });
	const at = stub.of(made);

	assert.equal(made.provider, 'stripe');
	assert.equal(made.status, 'open');
	assert.equal(made.url, at.url);
	assert.equal(made.amount, at.amount_total);
	assert.equal(Date.parse(made.expiresAt) / 1000, at.expires_at);
	assert.equal(at.success_url, body().successUrl);
	stub.pay(made);
	await completed(at);
	const paid = await session(made.id);
	assert.equal(paid.status, 'complete');
	assert.equal(paid.paymentStatus, 'paid');
	assert.equal(await tokens(), product.tokens * 2);
	await completed(at);
	await told('checkout.session.async_payment_succeeded', at);
	await told('checkout.session.expired', at);
	assert.equal(await tokens(), product.tokens * 2, 'once');
	assert.equal((await session(made.id)).status, 'complete');
	const { items } = await w.ok(200, 'GET', '/referrer-transactions', {
		token: referrer.token });
	assert.equal(items.length, 1);
	assert.equal(items[0].amount, share(made.amount, 200000, 1000000));
});

test('a repeat with the same key answers the same, asks once', async () => {
	const idem = unique(), before = stub.count(CREATE);
	const [a, b] = [await begin({}, { idem }), await begin({}, { idem })];

	assert.equal(a.status, 201, a.text);
	assert.deepEqual(b.data, a.data);
	assert.equal(b.headers['idempotent-replayed'], 'true');
	assert.equal(stub.count(CREATE), before + 1);
	assert.equal((await begin({ quantity: 2 }, { idem })).status, 422);
});

test('who takes the payment', async () => {
	const test_key = await w.key(buyer, undefined, { test: true });
	const by = (more) => c.call('POST', '/payments/checkout-sessions', {
		key: test_key.key, body: body(more) });

	assert.equal((await checkout({ provider: 'sandbox' })).provider,
	    'sandbox');
	assert.equal((await by()).data.provider, 'sandbox');
	const a = await by({ provider: 'stripe' });
	assert.equal(a.status, 422);
	assert.equal(a.body.error.code, 'no_provider');
	assert.equal((await begin({ provider: 'paypal' })).status, 400);
	/* the sandbox's page and call do nothing for Stripe's sessions */
	const made = await checkout();
	const token = await sql(`SELECT token FROM payment WHERE id = ` +
	    made.id);
	assert.equal((await c.site('GET', `/sandbox/${token}`)).status, 404);
	const forged = await c.call('POST', '/payments/callbacks/sandbox',
	    w.signed({ type: 'checkout.session.paid', token,
		amount: made.amount, currency: made.currency }));
	assert.equal(forged.status, 404);
	assert.equal((await session(made.id)).paymentStatus, 'unpaid');
});

test('an event is believed only with a good signature', async () => {
	const made = await checkout();
	const at = stub.pay(made);
	const good = stub.event('checkout.session.completed', at);
	const now = Math.floor(Date.now() / 1000);
	const h = good.headers['stripe-signature'];
	const v1 = h.split('v1=')[1];
	const bad = {
		'none': { ...good, headers: {} },
		'another body': { ...good, body: good.body + ' ' },
		'too old': stub.event('checkout.session.completed', at, {
			at: now - 301 }),
		'too new': stub.event('checkout.session.completed', at, {
			at: now + 310 }),
		'another secret': stub.event('checkout.session.completed', at, {
			secret: 'whsec_other' }),
		'no time': { ...good, headers: { 'stripe-signature':
			`v1=${v1}` } },
		'v0': { ...good, headers: { 'stripe-signature':
			h.replace('v1=', 'v0=') } },
		'cut': { ...good, headers: { 'stripe-signature':
			h.slice(0, -2) } },
		'another time': { ...good, headers: { 'stripe-signature':
			`t=${now + 1},v1=${v1}` } },
	};

	for (const [what, call] of Object.entries(bad)) {
		const a = await c.call('POST', '/payments/callbacks/stripe',
		    call);

		assert.equal(a.status, 400, what);
		assert.equal(a.body.error.code, 'unsigned', what);
	}
	assert.equal((await session(made.id)).paymentStatus, 'unpaid');
	/* while a secret is renewed there are two */
	const two = { ...good, headers: { 'stripe-signature':
		`t=${h.slice(2, 12)},v1=${'0'.repeat(64)},v0=1,v1=${v1}` } };
	assert.equal((await c.call('POST', '/payments/callbacks/stripe', two))
	    .status, 200);
	assert.equal((await session(made.id)).paymentStatus, 'paid');
});

test('what does not agree is not credited', async () => {
	const made = await checkout(), before = await tokens();
	const at = { ...stub.of(made), status: 'complete',
		payment_status: 'paid', payment_intent: 'pi_odd' };

	for (const more of [{ amount_total: at.amount_total - 1 },
	    { currency: 'eur' }, { id: 'cs_test_other' },
	    { amount_total: null }])
		assert.equal((await tell('checkout.session.completed', at,
		    more)).status, 400, JSON.stringify(more));
	assert.equal((await tell('checkout.session.completed', at, {
		metadata: { affiliated_payment: 'unknown' } })).status, 404);
	await completed(at, { metadata: {} });
	await told('customer.created', { id: 'cus_1', object: 'customer' });
	await told('invoice.paid', { status: { odd: 1 }, amount: 'x' });
	for (const text of ['{', '{}', '{"type":"refund.created"}',
	    '{"type":"refund.created","data":{"object":{}}}']) {
		const call = stub.event('x', {});
		const Stripe = require('stripe');
		const sign = new Stripe('sk_x').webhooks;

		call.body = text;
		call.headers['stripe-signature'] =
		    sign.generateTestHeaderString({ payload: text,
			secret: 'whsec_of_the_stub' });
		assert.equal((await c.call('POST',
		    '/payments/callbacks/stripe', call)).status, 400, text);
	}
	assert.equal((await session(made.id)).paymentStatus, 'unpaid');
	assert.equal(await tokens(), before);
});

test('money that takes its time: it comes, or it does not', async () => {
	const [good, bad] = [await checkout(), await checkout()];
	const before = await tokens();

	for (const made of [good, bad]) {
		await completed(stub.pay(made, { later: true }));
		const now = await session(made.id);
		assert.equal(now.status, 'complete');
		assert.equal(now.paymentStatus, 'unpaid');
	}
	assert.equal(await tokens(), before);
	await told('checkout.session.async_payment_succeeded',
	    stub.arrive(stub.of(good)));
	await told('checkout.session.async_payment_failed',
	    stub.arrive(stub.of(bad), false));
	assert.equal((await session(good.id)).paymentStatus, 'paid');
	assert.equal((await session(bad.id)).status, 'expired');
	assert.equal(await tokens(), before + product.tokens);
	await completed(stub.of(bad), { payment_status: 'unpaid' });
	assert.equal((await session(bad.id)).status, 'expired', 'late');
});

test('an event before the answer to what it is about', async () => {
	const held = stub.hold(CREATE, 'after'), before = await tokens();
	const answer = begin();

	await held.met;
	const at = [...stub.sessions.values()].at(-1);
	await completed(stub.pay({ id: at.client_reference_id }));
	held.open();
	const a = await answer;
	assert.equal(a.status, 201, a.text);
	assert.equal(a.data.status, 'complete');
	assert.equal(a.data.paymentStatus, 'paid');
	assert.equal(await tokens(), before + product.tokens);
});

test('an event that never came is found out', async () => {
	const [paid, expired, open] = [await checkout(), await checkout(),
		await checkout()];
	const before = await tokens();

	stub.pay(paid);
	stub.expire(expired);
	for (const made of [paid, expired, open])
		await look(made.id);
	await becomes(paid.id, { paymentStatus: 'paid', status: 'complete' });
	await becomes(expired.id, { status: 'expired' });
	assert.equal(await tokens(), before + product.tokens);
	assert.equal((await session(open.id)).status, 'open');
	assert.ok(await until(async () => await sql('SELECT look_at > ' +
	    'UTC_TIMESTAMP(6) + INTERVAL 60 SECOND FROM payment WHERE id = ' +
	    open.id) === '1'));
	assert.equal(await sql('SELECT COUNT(*) FROM payment WHERE look_at ' +
	    `IS NOT NULL AND id IN (${paid.id}, ${expired.id})`), '0');
	const slow = await checkout();
	stub.arrive(stub.pay(slow, { later: true }), false);
	await look(slow.id);
	await becomes(slow.id, { status: 'expired', paymentStatus: 'unpaid' });
});

test('Stripe refuses: said at once, and the key is free again', async () => {
	const idem = unique();

	stub.fault(CREATE, { status: 400 });
	const a = await begin({}, { idem });
	assert.equal(a.status, 422, a.text);
	assert.equal(a.body.error.code, 'provider_refused');
	assert.match(a.text, /An arranged fault/);
	const { items } = await w.ok(200, 'GET',
	    '/payments/checkout-sessions?status=expired&limit=1', {
		token: buyer.token });
	assert.equal(items[0].url, null);
	const b = await begin({}, { idem });
	assert.equal(b.status, 201, b.text);
	assert.notEqual(b.data.id, items[0].id);
});

/* Asked, and no answer: what is there afterwards, by the same key. */
async function unanswered(fault, had) {
	const idem = unique(), before = stub.sessions.size;

	stub.fault(CREATE, fault);
	const a = await begin({}, { idem });
	assert.equal(a.status, 503, a.text);
	assert.equal(a.body.error.code, 'provider_down');
	assert.equal(stub.sessions.size - before, had ? 1 : 0);
	const b = await begin({}, { idem });
	assert.equal(b.status, 409, b.text);
	assert.equal(b.body.error.code, 'key_in_flight');
	const id = await sql('SELECT MAX(id) FROM payment');
	assert.equal((await session(id)).status, 'creating');
	assert.equal((await session(id)).url, null);
	await look(id);
	await becomes(id, { status: 'open' }, 45000);
	assert.equal(stub.sessions.size - before, 1, 'one session');
	const d = await begin({}, { idem });
	assert.equal(d.status, 201, d.text);
	assert.equal(d.data.id, id);
	assert.equal(d.data.url, stub.of(d.data).url);
	const e = await begin({}, { idem });
	assert.deepEqual(e.data, d.data);
}

test('500 of Stripe, nothing done there', () =>
    unanswered({ status: 500 }, false));
test('the connection breaks, nothing done there', () =>
    unanswered({}, false));
test('the connection breaks, done there', () =>
    unanswered({ how: 'after' }, true));
test('no answer in time, done there', () =>
    unanswered({ how: 'after', gate: sleep(4000) }, true));

test('down for long: the jobs rest, and are there again', async () => {
	stub.fault(CREATE, { status: 503, times: 2 });
	assert.equal((await begin()).status, 503);
	const id = await sql('SELECT MAX(id) FROM payment');
	await look(id);
	await until(() => stub.faults.at(-1).times === 0, 40000);
	await until(async () => await sql('SELECT looks FROM payment WHERE ' +
	    `id = ${id}`) === '2');
	assert.equal((await session(id)).status, 'creating');
	await look(id);
	await becomes(id, { status: 'open' }, 45000);
});

test('a key that Stripe does not take is the house\'s trouble', async () => {
	stub.fault(CREATE, { status: 401 });
	assert.equal((await begin()).status, 503);
});

test('kill -9 while Stripe is asked', async () => {
	for (const how of ['before', 'after']) {
		const idem = unique(), before = stub.sessions.size;
		const held = stub.hold(CREATE, how);
		const answer = begin({}, { idem });

		await held.met;
		const second = await begin({}, { idem });
		assert.equal(second.status, 409, second.text);
		killWorkers();
		assert.ok([502, 503, 504].includes((await answer).status));
		held.open();
		await ready();
		const id = await sql('SELECT MAX(id) FROM payment');
		assert.equal((await session(id)).status, 'creating');
		await look(id);
		await becomes(id, { status: 'open' }, 45000);
		assert.equal(stub.sessions.size - before, 1, how);
		const a = await begin({}, { idem });
		assert.equal(a.status, 201, a.text);
		assert.equal(a.data.id, id);
	}
});

test('kill -9 when Stripe has answered', async () => {
	const idem = unique(), before = stub.sessions.size;
	const held = stub.hold(CREATE, 'after');
	const answer = begin({}, { idem });

	await held.met;
	const id = await sql('SELECT MAX(id) FROM payment');
	const lock = new Session(s);
	await lock.run('BEGIN');
	await lock.run(`SELECT id FROM payment WHERE id = ${id} FOR UPDATE`);
	held.open();
	await sleep(500);	/* its second transaction waits for the row */
	killWorkers();
	await answer;
	await lock.run('ROLLBACK');
	lock.close();
	await ready();
	assert.equal((await session(id)).status, 'creating');
	await look(id);
	await becomes(id, { status: 'open' }, 45000);
	assert.equal(stub.sessions.size - before, 1);
	assert.equal((await begin({}, { idem })).data.id, id);
	await verified();
});

test('currencies in which Stripe counts its own way', async () => {
	const make = async (currency, amount) => c.call('POST',
	    '/admin/products', { token: house.token, body: { tokens: 10,
		name: `${currency} ${unique()}`,
		prices: [{ currency, amount }] } });
	const theirs = { ISK: [500, 50000], UGX: [5000, 500000],
		MGA: [500000, 5000], JPY: [700, 700], BHD: [1230, 1230],
		HUF: [50050, 50050], TWD: [10050, 10050] };

	for (const [currency, [amount, unit]] of Object.entries(theirs)) {
		const { data } = await make(currency, amount);
		const bought = await buy({ productId: data.id, quantity: 2 });

		assert.equal(bought.at.amount_total, unit * 2, currency);
		assert.equal(bought.amount, amount * 2, currency);
		assert.equal(bought.paymentStatus, 'paid', currency);
		await refund(bought.id, { amount });
		await state(bought.id, 'done');
		assert.equal([...stub.refunds.values()].at(-1).amount, unit,
		    currency);
		if (currency === 'BHD')
			assert.equal((await c.call('POST',
			    `/admin/payments/${bought.id}/refunds`, {
				token: house.token, body: { reason: 'x',
				    amount: 5 } })).body.error.code,
			    'provider_refused');
	}
	for (const [currency, amount] of [['BHD', 1234], ['IQD', 1000],
	    ['LYD', 1000], ['MGA', 12345]]) {
		const a = await make(currency, amount);

		assert.equal(a.status, 400, currency);
		assert.deepEqual(a.fields, ['prices[0]']);
	}
});

test('slow Stripe holds up nobody else', async () => {
	const held = Array.from({ length: 4 }, () => stub.hold(CREATE));
	const slow = Array.from({ length: 4 }, () => begin());

	await Promise.all(held.map((h) => h.met));
	const others = await Promise.all(Array.from({ length: 40 }, (x, i) =>
	    c.call('GET', i % 2 ? '/users/profile' :
		'/payments/checkout-sessions', { token: buyer.token })));
	assert.ok(others.every((a) => a.status === 200));
	for (const h of held)
		h.open();
	for (const a of await Promise.all(slow))
		assert.equal(a.status, 201, a.text);
});

test('without a database an event is to be repeated', async () => {
	const made = await checkout();
	const call = stub.event('checkout.session.completed', stub.pay(made));
	const keeper = s.pid('keeper');

	process.kill(keeper, 'SIGSTOP');
	try {
		process.kill(s.pid('mariadbd'), 'SIGKILL');
		await sleep(200);
		const a = await c.call('POST', '/payments/callbacks/stripe',
		    { ...call, fresh: true });
		assert.equal(a.status, 503, a.text);
	} finally {
		process.kill(keeper, 'SIGCONT');
	}
	assert.ok(await ready());
	await until(async () => (await c.call('POST',
	    '/payments/callbacks/stripe', call)).status === 200);
	assert.equal((await session(made.id)).paymentStatus, 'paid');
});

test('the same news many times at once', async () => {
	const made = await checkout(), before = await tokens();
	const at = stub.pay(made);
	const all = (...args) => Promise.all(Array.from({ length: 8 },
	    () => told(...args)));

	await all('checkout.session.completed', at);
	assert.equal(await tokens(), before + product.tokens);
	const r = stub.refund(at, 400), d = stub.dispute(at, 100);
	await Promise.all([all('refund.created', r),
	    all('charge.dispute.created', d), refund(made.id, { amount: 50 })]);
	await state(made.id, 'done done done');
	assert.equal((await session(made.id)).refundedAmount, 550);
	await Promise.all([all('refund.failed', { ...r, status: 'failed' }),
	    all('charge.dispute.closed', { ...d, status: 'won' })]);
	assert.equal((await session(made.id)).refundedAmount, 50);
	assert.equal(await tokens(), before + product.tokens -
	    share(product.tokens, 50, made.amount));
});

test('where the sandbox is off it buys nothing', async () => {
	const made = await checkout({ provider: 'sandbox' });
	const test_key = await w.key(buyer, undefined, { test: true });
	const call = w.signed(w.callback(made));
	const refused = async (more) => {
		const a = await c.call('POST', '/payments/checkout-sessions', {
			body: body(), ...more });

		assert.equal(a.status, 422, a.text);
		assert.equal(a.body.error.code, 'no_provider');
	};

	await s.configure({ sandbox: 'off' });
	await refused({ token: buyer.token, body: body({
		provider: 'sandbox' }) });
	await refused({ key: test_key.key });
	assert.equal((await c.site('GET', made.url)).status, 404);
	assert.equal((await w.press(made, 'pay')).status, 404);
	assert.equal((await c.call('POST', '/payments/callbacks/sandbox',
	    call)).status, 404);
	assert.equal((await session(made.id)).paymentStatus, 'unpaid');
});

test('the books are right, and the stub had no quarrel', () => close());
