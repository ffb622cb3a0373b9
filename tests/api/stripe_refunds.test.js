/*
 * What goes back by Stripe: refunds, asked for here or in its dashboard, and
 * disputes; told of in any order, and through calls and processes that break.
 */
'use strict';
const assert = require('node:assert/strict');
const { calls, open } = require('./lib/shop');
const { tests, sleep, until } = require('./lib/test');
const { share } = require('./lib/world');
const { Session, hold, turn } = require('./lib/db');

const test = tests(__filename);
const REFUND = 'POST /v1/refunds';
let shop, s, c, w, stub, house, buyer, product;
const { checkout, tell, told, completed, session, tokens, sql, look,
    becomes, buy, refund, refunds, state, close } = calls(() => shop);

test('a service with Stripe', async () => {
	shop = await open();
	({ s, c, w, stub, house, buyer, product } = shop);
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
	const tasks = () => sql('SELECT COUNT(*) FROM task WHERE done_at IS ' +
	    'NULL');

	await hold(s, 'look_at_payments');
	await told('refund.created', stub.refund(at, 400));
	assert.ok(await until(async () => await tasks() === '0', 20000));
	await completed(at);
	await turn(s, 'look_at_payments');
	await state(made.id, 'done');
});

test('a refund of an old payment is asked for until it is answered',
    async () => {
	const bought = await buy();
	const f = stub.fault(REFUND, { status: 500 });

	/* made older than it is, it is summed up anew */
	await sql('START TRANSACTION; UPDATE payment SET created_at = ' +
	    `created_at - INTERVAL 90 DAY WHERE id = ${bought.id}; ` +
	    'DELETE FROM organization_bought; UPDATE rollup SET done_until = ' +
	    '\'2000-01-01\' WHERE name = \'bought\'; COMMIT');
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
	const other = await w.owner(), first = shop.buyer;

	shop.buyer = other;
	try {
		const bought = await buy();
		const d = stub.dispute(bought.at);

		await told('charge.dispute.created', d);
		assert.equal(await tokens(), 0);
		const again = await buy();
		assert.equal(await tokens(), product.tokens, again.id);
	} finally {
		shop.buyer = first;
	}
});

test('the books are right, and the stub had no quarrel', () => close());
