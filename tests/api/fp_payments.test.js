/* Payments batches are confirmed by a code that comes by mail. */
'use strict';
const assert = require('node:assert/strict');
const { tests, until } = require('./lib/test');
const { unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');
const { office } = require('./lib/mail');

const test = tests(__filename);
let w, p, post, me, ann;

const fp = (status, method, path, body) =>
    w.fp(status, me, method, path, body).then((a) => a.body);
const pay = (id, body, status = 200) => fp(status, 'POST',
    `/payments_batches/${id}/pay`, body);

/* A payout of a new commission, in a batch of its own. */
async function batch() {
	const [commission] = await fp(200, 'POST', '/commissions', {
		commission_type: 'custom', amount: 100,
		promoter_campaign_id: ann.placement });
	const made = await fp(200, 'POST', '/commissions/generate_payouts', {
		ids: [commission.id] });

	assert.equal(made.failed_count, 0);
	return (await fp(201, 'POST', '/payouts/create_payments_batch', {
		method: 'wise' })).data;
}

/* The n-th letter's. */
async function code(n) {
	const letters = await until(() => {
		const all = post.mails.filter((m) => m.to.includes(me.email) &&
		    /payments batch/.test(m.subject));

		return all.length >= n && all;
	}, 20000);
	assert.ok(letters, `no letter ${n}`);
	return letters[n - 1].text.match(/^\d{6}$/m)[0];
}

test('a company with a mailbox', async () => {
	({ post, w } = await office());
	p = new Promoters(w);
	me = await p.company();
	ann = await p.promoter(me);
	await fp(200, 'POST', '/payout_methods', { method: 'wise',
		promoter_id: ann.id, details: {
		    wise_email: `${unique()}@example.com` } });
});

test('only the code of the letter pays', async () => {
	const b = await batch();

	assert.equal(b.is_payment_otp_required, true);
	const right = await code(1);
	const wrong = String((Number(right) + 1) % 1000000).padStart(6, '0');
	for (const body of [{}, { otp: wrong }, { otp: `${right}0` },
	    { otp_code: wrong }])
		assert.equal((await pay(b.id, body, 422)).code,
		    'operation_failed');
	assert.equal((await pay(b.id, { otp: right })).status, 'completed');
	await pay(b.id, { otp: right }, 409);
});

test('five tries, then another code', async () => {
	const b = await batch();
	const first = await code(2);

	for (let i = 0; i < 5; i++)
		await pay(b.id, { otp: 'none' }, 422);
	await pay(b.id, { otp: first }, 422);
	await fp(200, 'POST', `/payments_batches/${b.id}/send_otp`);
	const second = await code(3);
	if (second !== first)
		await pay(b.id, { otp: first }, 422);
	assert.equal((await pay(b.id, { otp_code: second })).status,
	    'completed');
});

test('a code is over after a while, and there are not many', async () => {
	const b = await batch();
	const first = await code(4);

	await p.sql(`UPDATE payments_batch SET code_until = UTC_TIMESTAMP(6) -
	    INTERVAL 1 SECOND WHERE id = ${b.id}`);
	await pay(b.id, { otp: first }, 422);
	for (let i = 0; i < 4; i++)
		await fp(200, 'POST', `/payments_batches/${b.id}/send_otp`);
	await fp(422, 'POST', `/payments_batches/${b.id}/send_otp`);
});

test('one currency at a time, the oldest first', async () => {
	const email = `${unique()}@example.com`;
	const at = '/payouts/create_payments_batch';

	await p.track(200, me, 'signup', { ref_id: ann.code, email });
	for (const [amount, currency] of [[500, 'EUR'], [700, 'USD'],
		[900, 'EUR']]) {
		await p.track(200, me, 'sale', { email, event_id: unique(),
			amount, currency });
		const [c] = await fp(200, 'GET', `/commissions?q=${email}`);

		await fp(200, 'POST', '/commissions/generate_payouts', {
			ids: [c.id] });
	}
	for (const [currency, total] of [['EUR', 280], ['USD', 140]]) {
		const { data } = await fp(201, 'POST', at, { method: 'wise' });

		assert.deepEqual([data.currency, data.total], [currency,
			total]);
	}
	await fp(422, 'POST', at, { method: 'wise' });
});
