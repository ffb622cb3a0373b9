/*
 * Stripe as the provider, on a service of its own against the stub: what is
 * asked of it, what it tells in any order, and what becomes of calls and
 * processes that break off anywhere.
 */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { Service } = require('./lib/service');
const { Stub } = require('./lib/stripe');
const { tests, sleep, until } = require('./lib/test');
const { World, unique, share } = require('./lib/world');
const { Session, query } = require('./lib/db');

const test = tests(__filename);
const CREATE = 'POST /v1/checkout/sessions', REFUND = 'POST /v1/refunds';
let s, c, w, stub, house, referrer, campaign, buyer, product;

const body = (more) => ({ productId: product.id,
	successUrl: 'https://shop.example/thanks?a=1&b=%20',
	cancelUrl: 'https://shop.example/cart', ...more });
const begin = (more, options = {}) => c.call('POST',
    '/payments/checkout-sessions', { token: buyer.token, body: body(more),
	fresh: true, ...options });
const checkout = async (more) => {
	const a = await begin(more);

	assert.equal(a.status, 201, a.text);
	return a.data;
};
const tell = (type, object, more) => c.call('POST',
    '/payments/callbacks/stripe', stub.event(type, object, more));
const told = async (...args) => {
	const a = await tell(...args);

	assert.equal(a.status, 200, a.text);
};
const completed = (object, more) => told('checkout.session.completed',
    object, more);
const session = (id) => w.session(buyer, id);
const tokens = async () => (await w.balance(buyer)).balance;
const sql = (text) => query(s, text);
/* The jobs look at once; whoever held the turn is gone. */
const look = (id) => sql(`UPDATE payment SET look_at = UTC_TIMESTAMP(6) ` +
    `WHERE id = ${id}; UPDATE schedule SET lease_until = NULL, ` +
    `next_run_at = UTC_TIMESTAMP(6) WHERE name = 'look_at_payments'`);
const becomes = async (id, members, ms = 8000) => {
	let now;

	await until(async () => {
		now = await session(id);
		return Object.entries(members).every(([k, v]) => now[k] === v);
	}, ms, 100);
	for (const [k, v] of Object.entries(members))
		assert.equal(now[k], v, `${k} of ${JSON.stringify(now)}`);
	return now;
};
const buy = async (more) => {
	const made = await checkout(more);
	const at = stub.pay(made);

	await completed(at);
	return Object.assign(await session(made.id), { at });
};
const refund = async (id, more = {}) => {
	const a = await c.call('POST', `/admin/payments/${id}/refunds`, {
		token: house.token, body: { reason: 'Asked for', ...more } });

	assert.equal(a.status, 201, a.text);
	return a.data;
};
const refunds = async (id) => (await w.ok(200, 'GET',
    `/admin/payments/${id}`, { token: house.token })).refunds;
const state = async (id, want, ms = 8000) => {
	let now;

	await until(async () => {
		now = (await refunds(id)).map((r) => r.status).join(' ');
		return now === want;
	}, ms, 100);
	assert.equal(now, want);
};
const verified = async () => {
	const { code, out } = await s.verify();

	assert.equal(code, 0, out);
};

function children(pid) {
	return fs.readdirSync('/proc').filter((p) => /^\d+$/.test(p))
	    .map(Number).filter((p) => {
		try {
			const text = fs.readFileSync(`/proc/${p}/stat`, 'utf8');

			return Number(text.slice(text.lastIndexOf(')') + 2)
			    .split(' ')[1]) === pid;
		} catch {
			return false;
		}
	    });
}

function killWorkers() {
	for (const pid of children(s.pid('supervisor')))
		process.kill(pid, 'SIGKILL');
}

const ready = () => until(async () => {
	try {
		return (await c.site('GET', '/readyz', { fresh: true }))
		    .status === 200;
	} catch {
		return false;
	}
}, 20000);

test('a service with Stripe', async () => {
	stub = await new Stub().start();
	s = new Service({ settings: stub.settings() });
	await s.start();
	c = s.client;
	w = new World(c);
	house = await w.house();
	referrer = await w.referrer();
	campaign = await w.campaign(referrer);
	buyer = await w.owner({ referralCode: campaign.code });
	product = await w.product();
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

test('refunds by us: in parts, until nothing is left', async () => {
	const bought = await buy({ quantity: 2 }), before = await tokens();
	const part = await refund(bought.id, { amount: 500 });

	assert.equal(part.status, 'pending');
	await state(bought.id, 'done');
	assert.equal((await session(bought.id)).refundedAmount, 500);
	await refund(bought.id);
	await state(bought.id, 'done done');
	assert.equal(await tokens(), before - product.tokens * 2);
	const at = [...stub.refunds.values()].filter((r) =>
	    r.payment_intent === bought.at.payment_intent);
	assert.deepEqual(at.map((r) => r.amount), [500, bought.amount - 500]);
	for (const r of at) {
		await told('refund.created', r);
		await told('refund.updated', r);
	}
	await told('charge.refunded', stub.charge(bought.at));
	await sleep(1500);
	await state(bought.id, 'done done');
	assert.deepEqual((await refunds(bought.id)).map((r) => r.reference),
	    at.map((r) => r.id));
	const a = await c.call('POST', `/admin/payments/${bought.id}/refunds`, {
		token: house.token, body: { reason: 'More' } });
	assert.equal(a.status, 422);
});

test('a refund that is on its way, and one that fails later', async () => {
	const bought = await buy(), before = await tokens();

	stub.refundStatus = 'pending';
	await refund(bought.id, { amount: 300 });
	await until(() => stub.count(REFUND) > 0 && [...stub.refunds.values()]
	    .some((r) => r.payment_intent === bought.at.payment_intent));
	await sleep(500);
	await state(bought.id, 'pending');
	assert.equal(await tokens(), before, 'nothing is taken yet');
	assert.equal((await c.call('POST',
	    `/admin/payments/${bought.id}/refunds`, { token: house.token,
		body: { reason: 'x', amount: bought.amount - 299 } })).status,
	    422, 'it is reserved');
	const at = [...stub.refunds.values()].at(-1);
	at.status = 'succeeded';
	await told('refund.updated', at);
	await state(bought.id, 'done');
	assert.ok(await tokens() < before);
	at.status = 'failed';
	await told('refund.failed', at);
	await told('refund.updated', at);
	await state(bought.id, 'reinstated');
	assert.equal(await tokens(), before);
	assert.equal((await session(bought.id)).refundedAmount, 0);
	/* without news it is looked up */
	await refund(bought.id, { amount: 200 });
	await until(() => [...stub.refunds.values()].at(-1) !== at);
	[...stub.refunds.values()].at(-1).status = 'succeeded';
	await look(bought.id);
	await state(bought.id, 'reinstated done');
	stub.refundStatus = undefined;
});

test('a refund that Stripe refuses, or does not answer', async () => {
	const bought = await buy(), before = stub.refunds.size;

	stub.fault(REFUND, { status: 400 });
	await refund(bought.id, { amount: 100 });
	await state(bought.id, 'failed');
	for (const [i, fault] of [{ status: 500 }, { how: 'after' },
	    { how: 'after', gate: sleep(3000) }].entries()) {
		const f = stub.fault(REFUND, fault);

		await refund(bought.id, { amount: 100 });
		await f.met;
		await sleep(i === 2 ? 2500 : 300);
		await look(bought.id);
		await state(bought.id, `failed${' done'.repeat(i + 1)}`,
		    45000);
		assert.equal(stub.refunds.size - before, i + 1, 'each once');
	}
}, 180);

test('kill -9 of the jobs while a refund is asked for', async () => {
	const bought = await buy(), before = stub.refunds.size;
	const held = stub.hold(REFUND, 'after');

	await refund(bought.id, { amount: 100 });
	await held.met;
	const old = s.pid('jobs');
	process.kill(old, 'SIGKILL');
	held.open();
	await until(() => s.pid('jobs') !== old);
	await state(bought.id, 'pending');
	/* long after: Stripe has forgotten the key, and not the refund */
	stub.keys.clear();
	await look(bought.id);
	await state(bought.id, 'done', 20000);
	assert.equal(stub.refunds.size - before, 1);
});

test('refunds in Stripe\'s dashboard', async () => {
	const bought = await buy(), before = await tokens();
	const one = stub.refund(bought.at, 250);
	const two = stub.refund(bought.at, 150, 'pending');

	await told('refund.updated', one);
	await told('refund.created', one);
	await told('refund.created', two);
	await state(bought.id, 'done done');
	assert.equal((await session(bought.id)).refundedAmount, 400);
	two.status = 'failed';
	await told('refund.failed', two);
	await told('refund.created', two, { status: 'pending' });
	await state(bought.id, 'done reinstated');
	/* only the charge tells of it */
	const three = stub.refund(bought.at, 100);
	await told('charge.refunded', stub.charge(bought.at));
	await state(bought.id, 'done reinstated done');
	assert.equal((await refunds(bought.id)).at(-1).reference, three.id);
	/* failed before it was heard of */
	const four = stub.refund(bought.at, 50, 'failed');
	await told('refund.failed', four);
	await told('refund.created', four, { status: 'succeeded' });
	await state(bought.id, 'done reinstated done reinstated');
	assert.equal(await tokens(), before - share(product.tokens, 350,
	    bought.amount));
	assert.equal((await tell('refund.created', { ...one, id: 're_odd',
		currency: 'eur' })).status, 400);
});

test('a refund before the payment is known', async () => {
	const made = await checkout(), before = await tokens();
	const at = stub.pay(made);
	const r = stub.refund(at, 400);

	await told('refund.created', r);
	await becomes(made.id, { paymentStatus: 'paid', refundedAmount: 400 },
	    20000);
	await completed(at);
	await state(made.id, 'done');
	assert.equal(await tokens(), before + product.tokens -
	    share(product.tokens, 400, made.amount));
	/* of another business with the same account */
	const other = { ...r, id: 're_foreign', payment_intent: 'pi_foreign' };
	stub.intents.set('pi_foreign', { id: 'pi_foreign', status: 'succeeded',
		object: 'payment_intent', metadata: {} });
	await told('refund.created', other);
	await told('refund.created', { ...other, payment_intent: 'pi_gone' });
	await told('refund.created', { ...other, payment_intent: null });
	await until(async () => await sql('SELECT COUNT(*) FROM task WHERE ' +
	    'done_at IS NULL') === '0');
	assert.equal(await sql('SELECT COUNT(*) FROM task WHERE failed_at IS ' +
	    'NOT NULL'), '0');
});

test('a refund before the money is known to have arrived', async () => {
	const made = await checkout(), before = await tokens();
	const at = stub.pay(made, { later: true });

	await completed(at);
	stub.arrive(at);
	await told('refund.created', stub.refund(at, 400));
	await becomes(made.id, { paymentStatus: 'paid', refundedAmount: 400 },
	    20000);
	await told('checkout.session.async_payment_succeeded', at);
	await state(made.id, 'done');
	assert.equal(await tokens(), before + product.tokens -
	    share(product.tokens, 400, made.amount));
});

test('a refund before the payment, which is told of meanwhile', async () => {
	const made = await checkout();
	const at = stub.pay(made);
	const turn = (until) => sql('UPDATE schedule SET lease_owner = 1, ' +
	    `lease_until = ${until} WHERE name = 'look_at_payments'`);
	const tasks = () => sql('SELECT COUNT(*) FROM task WHERE done_at IS ' +
	    'NULL');

	await turn('UTC_TIMESTAMP(6) + INTERVAL 1 HOUR');
	await told('refund.created', stub.refund(at, 400));
	assert.ok(await until(async () => await tasks() === '0', 20000));
	await completed(at);
	await turn('NULL');
	await state(made.id, 'done');
});

test('a refund of an old payment is asked for until it is answered',
    async () => {
	const bought = await buy();
	const f = stub.fault(REFUND, { status: 500 });

	await sql('UPDATE payment SET created_at = created_at - INTERVAL 90 ' +
	    `DAY WHERE id = ${bought.id}`);
	await refund(bought.id, { amount: 100 });
	await f.met;
	await sleep(500);
	await state(bought.id, 'pending');
	assert.equal(await sql('SELECT COUNT(*) FROM payment WHERE id = ' +
	    `${bought.id} AND look_at > UTC_TIMESTAMP(6)`), '1');
	await look(bought.id);
	await state(bought.id, 'done', 20000);
});

test('what could not be stored for a lock is heard again', async () => {
	const bought = await buy();
	const held = stub.hold('GET /v1/disputes', 'after');
	const lock = new Session(s);

	stub.refund(bought.at, 400);
	await look(bought.id);
	await held.met;
	await lock.run('BEGIN');
	await lock.run(`SELECT id FROM payment WHERE id = ${bought.id} ` +
	    'FOR UPDATE');
	held.open();
	await sleep(9000);	/* longer than a transaction is tried */
	await lock.run('ROLLBACK');
	lock.close();
	await state(bought.id, '');
	assert.equal(await sql('SELECT look_at > UTC_TIMESTAMP(6) FROM ' +
	    `payment WHERE id = ${bought.id}`), '1');
	await look(bought.id);
	await state(bought.id, 'done');
});

/* Sums by day are made of what is older than any transaction. */
test('what is slow to be heard has the time at which it is stored',
    async () => {
	const bought = await buy();
	const held = stub.hold(REFUND);

	await refund(bought.id, { amount: 300 });
	await held.met;
	await sleep(1500);
	const answered = Date.now();
	held.open();
	await state(bought.id, 'done');
	const [r] = await refunds(bought.id);
	assert.ok(Date.parse(r.doneAt) >= answered - 100, r.doneAt);
});

test('a refund that there was no room for beside a dispute', async () => {
	const bought = await buy(), before = await tokens();
	const r = stub.refund(bought.at, 400);
	const d = stub.dispute(bought.at);

	await told('charge.dispute.created', d);
	await told('refund.created', r);
	await state(bought.id, 'done');
	d.status = 'won';
	await told('charge.dispute.closed', d);
	await state(bought.id, 'reinstated done');
	assert.equal((await session(bought.id)).refundedAmount, 400);
	assert.equal(await tokens(), before - share(product.tokens, 400,
	    bought.amount));
	await told('charge.dispute.funds_reinstated', d);
	await sleep(1500);
	await state(bought.id, 'reinstated done');
});

test('a dispute: lost', async () => {
	const bought = await buy(), before = await tokens();
	const d = stub.dispute(bought.at);

	await told('charge.dispute.funds_withdrawn', d);
	await told('charge.dispute.created', d);
	await state(bought.id, 'done');
	assert.equal((await refunds(bought.id))[0].kind, 'dispute');
	assert.equal(await tokens(), before - product.tokens);
	d.status = 'lost';
	await told('charge.dispute.closed', d);
	await state(bought.id, 'done');
	assert.equal((await session(bought.id)).refundedAmount, bought.amount);
});

test('a dispute: won, in order and not', async () => {
	const [one, two] = [await buy(), await buy()], before = await tokens();
	const d = stub.dispute(one.at), e = stub.dispute(two.at);

	await told('charge.dispute.created', d);
	await state(one.id, 'done');
	assert.equal(await tokens(), before - product.tokens);
	d.status = 'won';
	await told('charge.dispute.funds_reinstated', d);
	await told('charge.dispute.closed', d);
	await state(one.id, 'reinstated');
	await told('charge.dispute.closed', e, { status: 'won' });
	await told('charge.dispute.created', e);
	await told('charge.dispute.funds_withdrawn', e);
	await state(two.id, 'reinstated');
	assert.equal(await tokens(), before);
});

test('an inquiry takes nothing; a dispute of more than is left takes that',
    async () => {
	const bought = await buy();
	const d = stub.dispute(bought.at, bought.amount,
	    'warning_needs_response');

	await told('charge.dispute.created', d);
	await told('charge.dispute.closed', d, { status: 'warning_closed' });
	assert.deepEqual(await refunds(bought.id), []);
	await told('refund.created', stub.refund(bought.at, 400));
	await told('charge.dispute.created', stub.dispute(bought.at));
	await state(bought.id, 'done done');
	assert.equal((await session(bought.id)).refundedAmount, bought.amount);
});

test('tokens that were spent are owed when a dispute takes them',
    async () => {
	const other = await w.owner(), first = buyer;

	buyer = other;
	try {
		const bought = await buy();
		const d = stub.dispute(bought.at);

		await told('charge.dispute.created', d);
		assert.equal(await tokens(), 0);
		const again = await buy();
		assert.equal(await tokens(), product.tokens, again.id);
	} finally {
		buyer = first;
	}
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

test('the books are right, and the stub had no quarrel', async () => {
	await verified();
	assert.ifError(stub.broken);
	assert.equal(await sql('SELECT COUNT(*) FROM payment WHERE status = ' +
	    '\'creating\' AND look_at IS NULL'), '0');
	const log = fs.readFileSync(s.env.AFFILIATED_LOG_FILE, 'utf8');
	assert.ok(!log.includes('sk_test_of_the_stub'), 'the key in the log');
	assert.ok(!log.includes('whsec_'), 'the secret in the log');
	stub.close();
	s.stop();
});
