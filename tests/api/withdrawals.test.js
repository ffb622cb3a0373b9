/* Taking earnings out, the house's decision, and many at once. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');

const test = tests(__filename);
let c, w, house, referrer, campaign;

const withdraw = (amount, more = {}) => c.call('POST',
    '/referrer-transactions/withdraw', { token: referrer.token,
	body: { amount, currency: 'USD' }, ...more });
const decide = (id, what, body) => c.call('POST',
    `/admin/withdrawals/${id}/${what}`, { token: house.token, body });
const earned = async () => (await w.ok(200, 'GET', '/referrers/dashboard', {
	token: referrer.token })).earnings.find((e) => e.currency === 'USD') ??
	{ pending: 0, available: 0, withdrawn: 0 };

async function earn(quantity) {
	const buyer = await w.owner({ referralCode: campaign.code });

	return w.buy(buyer, { quantity });
}

test('a withdrawal takes what is available', async () => {
	const s = await service();

	c = s.client;
	w = new World(c);
	house = await w.house();
	referrer = await w.referrer();
	campaign = await w.campaign(referrer);
	assert.equal((await withdraw(1)).status, 422);
	await earn(10);
	const { available } = await earned();
	assert.ok(available > 500);
	const a = await withdraw(500);
	assert.equal(a.status, 201, a.text);
	assert.equal(a.data.type, 'withdrawal');
	assert.equal(a.data.status, 'requested');
	assert.equal(a.data.amount, 500);
	assert.equal(a.data.currency, 'USD');
	assert.equal(a.data.campaignId, null);
	assert.deepEqual(await earned(), { currency: 'USD', pending: 0,
		available: available - 500, withdrawn: 0 });
	const list = await w.ok(200, 'GET',
	    '/referrer-transactions?type=withdrawal', {
		token: referrer.token });
	assert.deepEqual(list.items, [a.data]);
});

test('wrong amounts and currencies', async () => {
	for (const body of [{}, { amount: 0, currency: 'USD' },
		{ amount: -1, currency: 'USD' }, { amount: 1.5,
		    currency: 'USD' }, { amount: '1', currency: 'USD' },
		{ amount: 1, currency: 'XXY' }, { amount: 1,
		    currency: 'usd' }, { amount: 1, currency: 'USD', x: 1 }])
		assert.equal((await withdraw(1, { body })).status, 400,
		    JSON.stringify(body));
	const none = await withdraw(1, { body: { amount: 1,
		currency: 'EUR' } });
	assert.equal(none.status, 422);
	assert.equal(none.body.error.code, 'funds');
	const all = await withdraw((await earned()).available + 1);
	assert.equal(all.body.error.code, 'funds');
	assert.deepEqual(all.fields, ['amount']);
});

test('who is no referrer has nothing to take', async () => {
	const plain = await w.owner();
	const a = await withdraw(1, { token: plain.token });

	assert.equal(a.status, 403);
	assert.equal(a.body.error.code, 'not_a_referrer');
});

test('approved, paid with a reference, once', async () => {
	const made = (await withdraw(300)).data;
	const reference = `SEPA ${unique()}`;
	let decidedAt;

	assert.equal((await decide(made.id, 'paid', { reference })).status,
	    409);
	for (let i = 0; i < 2; i++) {
		const a = await decide(made.id, 'approve');

		assert.equal(a.status, 200, a.text);
		assert.equal(a.data.status, 'approved');
		assert.equal(a.data.organizationId, referrer.organization.id);
		decidedAt ??= a.data.decidedAt;
	}
	for (let i = 0; i < 2; i++) {
		const a = await decide(made.id, 'paid', { reference });

		assert.equal(a.status, 200, a.text);
		assert.equal(a.data.status, 'paid');
		assert.equal(a.data.reference, reference);
		assert.equal(a.data.decidedAt, decidedAt);
		assert.ok(a.data.paidAt > decidedAt);
	}
	assert.equal((await decide(made.id, 'paid', { reference: 'other' }))
	    .status, 409);
	assert.equal((await decide(made.id, 'refuse', { reason: 'late' }))
	    .status, 409);
	assert.equal((await decide(made.id, 'approve')).status, 409);
	assert.equal((await earned()).withdrawn, 300);
	const next = (await withdraw(100)).data;
	await decide(next.id, 'approve');
	const taken = await decide(next.id, 'paid', { reference });
	assert.equal(taken.body.error.code, 'reference_taken');
	assert.equal((await w.ok(200, 'GET', `/admin/withdrawals/${next.id}`, {
		token: house.token })).status, 'approved');
	const told = await w.events(referrer, 'withdrawal.paid', made.id);
	assert.equal(told.length, 1);
});

test('refused: the money is available again, and the reason is told',
    async () => {
	const before = await earned();
	const made = (await withdraw(200)).data;

	for (let i = 0; i < 2; i++) {
		const a = await decide(made.id, 'refuse', {
			reason: 'No account' });

		assert.equal(a.status, 200, a.text);
		assert.equal(a.data.status, 'refused');
	}
	assert.deepEqual(await earned(), before);
	const x = await w.ok(200, 'GET',
	    `/referrer-transactions/${made.id}/explain`, {
		token: referrer.token });
	assert.ok(x.steps.some((s) => s.includes('No account')), x.steps);
	assert.equal(x.sale, null);
	assert.equal(x.transaction.status, 'refused');
});

test('by amount the whole list only', async () => {
	const at = '/referrer-transactions?sort=amount:desc&limit=100';
	const { items } = await w.ok(200, 'GET', at, {
		token: referrer.token });

	assert.deepEqual(items.map((t) => t.amount), items.map((t) => t.amount)
	    .sort((a, b) => b - a));
	for (const more of ['&type=withdrawal', '&status=paid']) {
		const a = await c.call('GET', at + more, {
			token: referrer.token });

		assert.equal(a.status, 400, a.text);
		assert.deepEqual(a.fields, ['sort']);
	}
});

test('the house lists them by status, organization and time', async () => {
	const path = (q) => `/admin/withdrawals?organizationId=${
		referrer.organization.id}&${q}`;
	const list = (q) => w.ok(200, 'GET', path(q), { token: house.token });
	const all = await list('limit=100');

	assert.ok(all.items.length >= 4);
	assert.deepEqual((await list('limit=100&sort=createdAt:asc')).items,
	    [...all.items].reverse());
	for (const status of ['requested', 'paid', 'refused', 'approved'])
		assert.deepEqual((await list(`status=${status}&limit=100`))
		    .items, all.items.filter((i) => i.status === status));
	const seen = [];
	for (let cursor = ''; cursor !== null;) {
		const page = await list(`limit=1${cursor &&
			`&cursor=${cursor}`}`);

		seen.push(...page.items);
		cursor = page.nextCursor;
	}
	assert.deepEqual(seen, all.items);
	assert.equal((await c.call('GET', '/admin/withdrawals/999999999', {
		token: house.token })).status, 404);
	assert.equal((await decide('999999999', 'approve')).status, 404);
	assert.equal((await c.call('GET', '/admin/withdrawals', {
		token: referrer.token })).status, 403);
});

test('many at once never take more than there is', async () => {
	const { available } = await earned();
	const one = Math.floor(available / 5);
	const answers = await Promise.all(Array.from({ length: 20 },
	    () => withdraw(one)));
	const made = answers.filter((a) => a.status === 201);

	assert.equal(made.length, 5);
	assert.ok(answers.every((a) => a.status === 201 ||
	    a.body.error.code === 'funds'));
	assert.equal((await earned()).available, available - 5 * one);
	/* deciding at once: one decision counts */
	const id = made[0].data.id;
	const decided = await Promise.all([...Array(6)].map((unused, i) =>
	    i % 2 ? decide(id, 'approve') : decide(id, 'refuse', {
		reason: 'race' })));
	assert.ok(decided.some((a) => a.status === 200));
	const state = (await w.ok(200, 'GET', `/admin/withdrawals/${id}`, {
		token: house.token })).status;
	assert.equal(state, 'refused', 'approved may still be refused');
	assert.equal((await earned()).available, available - 4 * one);
});

test('one key, one withdrawal', async () => {
	const idem = unique();
	const answers = await Promise.all([1, 2, 3, 4].map(() => withdraw(7, {
		idem })));

	for (const a of answers)
		assert.ok([201, 409].includes(a.status), a.text);
	const again = await withdraw(7, { idem });
	assert.equal(again.status, 201);
	assert.equal(again.headers['idempotent-replayed'], 'true');
	const list = await w.ok(200, 'GET',
	    '/referrer-transactions?type=withdrawal&limit=100', {
		token: referrer.token });
	assert.equal(list.items.filter((i) => i.amount === 7).length, 1);
});

test('a commission explains itself', async () => {
	await earn(3);
	const { items } = await w.ok(200, 'GET',
	    '/referrer-transactions?type=commission&limit=1', {
		token: referrer.token });
	const x = await w.ok(200, 'GET',
	    `/referrer-transactions/${items[0].id}/explain`, {
		token: referrer.token });

	assert.deepEqual(x.transaction, items[0]);
	assert.equal(x.sale.ratePpm, 200000);
	assert.equal(x.referral.code, campaign.code);
	assert.ok(x.steps.some((s) => s.includes(' 20 % ')), x.steps);
	const other = await w.referrer();
	assert.equal((await c.call('GET',
	    `/referrer-transactions/${items[0].id}/explain`, {
		token: other.token })).status, 404);
});

test('the books are clean', async () => {
	const { code, out } = await (await service()).verify();

	assert.equal(code, 0, out);
});
