/* Tracking on the FirstPromoter face: sign-ups and sales. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');

const test = tests(__filename);
let w, c, p, me, ann;

const email = () => `lead-${unique()}@example.com`;

async function verify() {
	const { code, out } = await c.service.verify();

	assert.equal(code, 0, out);
}

test('a company and a promoter', async () => {
	c = (await service()).client;
	w = new World(c);
	p = new Promoters(w);
	me = await p.company();
	ann = await p.promoter(me);
});

test('a sign-up by ref_id', async () => {
	const lead = email();
	const made = await p.track(200, me, 'signup', { email: lead,
		uid: 42, ref_id: ann.code, skip_email_notification: true });

	const { id, created_at, ...rest } = made;
	assert.ok(Math.abs(Date.parse(created_at) - Date.now()) < 60000);
	assert.deepEqual(rest, { etype: 'signup', sale_amount: null,
		original_sale_amount: null, original_sale_currency: null,
		event_id: null, plan_id: null, billing_period: null,
		referral: { id, email: lead, uid: '42' }, commissions: [] });
	assert.equal(await p.sql(`SELECT state, entry_source, fraud, sales,
	    placement_id FROM referral WHERE id = ${id}`),
	    `signup\tapi\tno_suspicion\t0\t${ann.placement}`);
	assert.equal(await p.sql(`SELECT referrals, conversions
	    FROM placement_total WHERE placement_id = ${ann.placement}`),
	    '1\t0');
	const again = { transaction_id: 'there is already a signup event ' +
		'registered on this lead' };
	assert.deepEqual(await p.track(422, me, 'signup', { email:
		lead.toUpperCase(), ref_id: ann.code }), again);
	assert.deepEqual(await p.track(422, me, 'signup', { uid: '42',
		tid: 'nobody' }), again);
	const [event] = await w.events(me, 'referral.created', id);
	assert.equal(event.data.referrerCampaignId, String(ann.placement));
});

test('a sign-up that is wrong', async () => {
	const none = await p.track(400, me, 'signup', { ref_id: ann.code });

	assert.equal(none.code, 'invalid_record');
	assert.deepEqual(Object.keys(none.errors), ['email']);
	const wrong = await p.track(400, me, 'signup', { email: 'x',
		created_at: 'yesterday' });
	assert.deepEqual(Object.keys(wrong.errors), ['email', 'created_at']);
	await p.track(400, me, 'signup', { email: email(), ref_id: ann.code,
		created_at: '2999-01-01T00:00:00Z' });
	for (const origin of [{}, { ref_id: 'unknown' }, { tid: '00' },
	    { tid: 'f'.repeat(32) }, { ref_id: '', tid: '' },
	    { ref_id: '\u00e4' }, { promo_code: 'UNKNOWN' }])
		assert.deepEqual(await p.track(404, me, 'signup', {
			email: email(), ...origin }), {
			message: 'Record not found', code: 'not_found' });
});

test('another company\'s promoter is nobody', async () => {
	const other = await p.company(), bob = await p.promoter(other);
	const { visitor } = await p.click(bob.placement);

	await p.track(404, me, 'signup', { email: email(),
		ref_id: bob.code });
	await p.track(404, me, 'signup', { email: email(), tid: visitor });
	await p.track(200, other, 'signup', { email: email(), tid: visitor });
	await p.track(404, me, 'sale', { email: email(), ref_id: bob.code,
		event_id: unique(), amount: 100 });
});

test('a sign-up of the past, and one that waits for approval', async () => {
	const made = await p.track(200, me, 'signup', { uid: unique(),
		ref_id: ann.code, created_at: '2026-01-02T03:04:05Z' });

	assert.equal(made.created_at, '2026-01-02T03:04:05.000Z');
	assert.equal(made.referral.email, null);
	const campaign = await p.campaign(me, { approve: 1 });
	const strict = await p.place(me, ann.id, { campaign });
	const lead = await p.track(200, me, 'signup', { email: email(),
		ref_id: strict.code });
	assert.equal(await p.sql(`SELECT state FROM referral
	    WHERE id = ${lead.id}`), 'pending');
	/* what he brings waits as well */
	const sale = await p.track(200, me, 'sale', { amount: 1000,
		email: lead.referral.email, event_id: unique() });
	assert.equal(sale.commissions[0].status, 'pending');
	assert.deepEqual(await p.earned(lead.id), [{ type: 'commission',
		status: 'pending', amount: 200, currency: 'USD', part: 0,
		waits: true }]);
	assert.equal(await p.sql(`SELECT state, sales FROM referral
	    WHERE id = ${lead.id}`), 'pending\t1');
});

test('a sale: how often it comes again', async () => {
	const bob = await p.promoter(me);

	for (const [mrr, period] of [[undefined, null], [0, 'one_time'],
	    [1000, 'monthly'], ['1000', 'monthly'], [84, 'yearly'],
	    [83, 'yearly'], [82, null], [500, null]])
		assert.equal((await p.track(200, me, 'sale', { mrr,
			email: email(), ref_id: bob.code, event_id: unique(),
			amount: 1000 })).billing_period, period, `mrr ${mrr}`);
	assert.equal((await p.track(200, me, 'signup', { email: email(),
		ref_id: bob.code })).billing_period, null);
});

test('a sale: a fifth of it', async () => {
	const lead = await p.track(200, me, 'signup', { email: email(),
		ref_id: ann.code });
	const event = `sale-${unique()}`;
	const sold = await p.track(200, me, 'sale', { plan: 'gold', mrr: '500',
		email: lead.referral.email, event_id: event, amount: 2000 });
	const { id, created_at, commissions, ...rest } = sold;

	assert.deepEqual(rest, { etype: 'sale', sale_amount: 2000,
		original_sale_amount: 2000, original_sale_currency: null,
		event_id: event, plan_id: 'gold', billing_period: null,
		referral: lead.referral });
	assert.equal(commissions.length, 1);
	const [{ id: commission, created_at: at, ...earned }] = commissions;
	assert.ok(commission > 0 && at === created_at);
	assert.equal(earned.promoter_campaign.created_at.length, 24);
	delete earned.promoter_campaign.created_at;
	assert.deepEqual(earned, { status: 'approved', metadata: {},
		is_self_referral: false, commission_type: 'sale',
		created_by_user_email: null, created_by_user_at: null,
		sale_amount: 2000, original_sale_amount: 2000,
		original_sale_currency: null, event_id: event,
		plan_id: 'gold', tier: 1, internal_note: null,
		external_note: null, unit: 'cash',
		fraud_check: 'no_suspicion', amount: 400, is_paid: false,
		is_split: false, status_updated_at: null, currency: 'USD',
		split_details: {}, promoter_campaign: { id: ann.placement,
			campaign_id: me.campaign, promoter_id: ann.id,
			promoter: { id: ann.id, email: ann.email,
				name: `Promoter ${ann.id}` },
			campaign: { id: me.campaign, name: 'Spring',
				color: '#4f46e5' } },
		referral: lead.referral,
		reward: { id: 0, name: 'Default' } });
	assert.equal(await p.sql(`SELECT state, sales, plan, mrr,
	    customer_at = last_sale_at FROM referral WHERE id = ${lead.id}`),
	    'active\t1\tgold\t500\t1');
	assert.equal(await p.sql(`SELECT balance FROM account
	    WHERE organization_id = ${me.org} AND owner_id = ${ann.id}
	    AND kind = 'earnings_available'`), '400');
	const [told] = await w.events(me, 'sale.created', id);
	const { changes, ...facts } = told.data;
	assert.deepEqual(facts, { referralId: String(lead.id),
		amount: 2000, currency: 'USD', first: true, commissions: [{
			id: String(commission), promoterId: String(ann.id),
			amount: 400, currency: 'USD', state: 'approved' }] });
	assert.deepEqual(changes.state, ['signup', 'active']);
	await verify();
});

test('amounts as text, halves to even, what rounds to nothing', async () => {
	const lead = email();

	await p.track(200, me, 'signup', { email: lead, ref_id: ann.code });
	for (const [amount, earned] of [['2000', 400], [12, 2], [13, 3],
	    ['1', 0], [9007199254740991, 1801439850948198]]) {
		const { commissions } = await p.track(200, me, 'sale', {
			email: lead, event_id: unique(), quantity: '2',
			amount });

		assert.deepEqual(commissions.map((x) => x.amount),
		    earned ? [earned] : [], amount);
	}
	for (const amount of [0, -1, '', 'x', 1.5, '20.00', null]) {
		const a = await p.track(400, me, 'sale', { email: lead,
			event_id: unique(), amount });

		assert.deepEqual(Object.keys(a.errors), ['amount']);
	}
	const wrong = await p.track(400, me, 'sale', { email: lead,
		currency: 'QQQ', quantity: 0, mrr: 'much' });
	assert.deepEqual(Object.keys(wrong.errors).sort(), ['amount',
		'currency', 'event_id', 'mrr', 'quantity']);
	await p.track(400, me, 'sale', { event_id: unique(), amount: 1 });
});

test('another currency stays what it is', async () => {
	const lead = email();

	await p.track(200, me, 'signup', { email: lead, ref_id: ann.code });
	const sold = await p.track(200, me, 'sale', { email: lead,
		event_id: unique(), amount: 1000, currency: 'jpy' });

	assert.equal(sold.original_sale_currency, 'JPY');
	assert.equal(sold.commissions[0].original_sale_currency, 'JPY');
	assert.equal(sold.commissions[0].amount, 200);
});

test('an event comes once', async () => {
	const lead = email(), event = `once-${unique()}`;
	const sale = { email: lead, event_id: event, amount: 500 };

	await p.track(200, me, 'signup', { email: lead, ref_id: ann.code });
	await p.track(200, me, 'sale', sale);
	assert.deepEqual(await p.track(409, me, 'sale', sale), {
		message: `The 'sale' event with the id '${event}' already ` +
		    'exists.', code: 'event_taken' });
	/* a name of another company is another */
	const other = await p.company(), bob = await p.promoter(other);
	await p.track(200, other, 'sale', { ...sale, ref_id: bob.code });
});

test('two at once: one of them; with a key: the same answer', async () => {
	const lead = email(), referral = (await p.track(200, me, 'signup', {
		email: lead, ref_id: ann.code })).id;
	const both = async (idem) => {
		const body = { email: lead, event_id: unique(), amount: 700 };

		return Promise.all([1, 2].map(() => c.call('POST',
		    '/api/v2/track/sale', { token: me.token, idem, body })));
	};
	const plain = await both();
	assert.deepEqual(plain.map((a) => a.status).sort(), [200, 409]);
	const idem = unique(), keyed = await both(idem);
	assert.ok(keyed.every((a) => [200, 409].includes(a.status)));
	assert.ok(keyed.some((a) => a.status === 200));
	assert.deepEqual((await p.earned(referral)).map((e) => e.amount),
	    [140, 140]);
	const body = { email: lead, event_id: unique(), amount: 100 };
	const first = await p.track(200, me, 'sale', body, { idem: 'k1' });
	assert.deepEqual(await p.track(200, me, 'sale', body, { idem: 'k1' }),
	    first);
	assert.equal((await p.earned(referral)).length, 3);
	await p.track(422, me, 'sale', { ...body, amount: 101 },
	    { idem: 'k1' });
	await verify();
});

test('many sales of many at once lose none', async () => {
	const leads = [email(), email(), email()];

	const bob = await p.promoter(me);
	const all = await Promise.all(Array.from({ length: 24 }, (_, i) =>
	    c.call('POST', '/api/v2/track/sale', { token: me.token,
		body: { email: leads[i % 3], ref_id: bob.code,
			event_id: unique(), amount: 1000 } })));

	assert.deepEqual(all.map((a) => a.status), Array(24).fill(200));
	assert.equal(await p.sql(`SELECT GROUP_CONCAT(sales) FROM referral
	    WHERE placement_id = ${bob.placement}`), '8,8,8');
	assert.equal(await p.sql(`SELECT balance FROM account
	    WHERE organization_id = ${me.org} AND owner_id = ${bob.id}`),
	    String(24 * 200));
	assert.equal(await p.sql(`SELECT referrals, conversions
	    FROM placement_total WHERE placement_id = ${bob.placement}`),
	    '3\t3');
	await verify();
});

test('a sale that makes its lead', async () => {
	const lead = email(), bob = await p.promoter(me);
	const { visitor } = await p.click(bob.placement);

	await p.track(404, me, 'sale', { email: lead, event_id: unique(),
		amount: 100 });
	const sold = await p.track(200, me, 'sale', { email: lead, uid: lead,
		event_id: unique(), amount: 100, tid: visitor });
	assert.equal(sold.commissions[0].promoter_campaign.promoter_id,
	    bob.id);
	await w.events(me, 'referral.created', sold.referral.id);
	/* who brought him stays, whatever is said later */
	const more = await p.track(200, me, 'sale', { uid: lead,
		event_id: unique(), amount: 100, ref_id: ann.code });
	assert.equal(more.commissions[0].promoter_campaign.promoter_id,
	    bob.id);
	assert.equal(more.referral.id, sold.referral.id);
});

test('names that contradict each other', async () => {
	const one = { email: email(), uid: unique() };
	const two = { email: email(), uid: unique() };
	const sale = (name) => ({ ...name, event_id: unique(), amount: 100 });

	await p.track(200, me, 'signup', { ...one, ref_id: ann.code });
	await p.track(200, me, 'signup', { ...two, ref_id: ann.code });
	await p.track(400, me, 'sale', sale({ email: one.email,
		uid: two.uid }));
	await p.track(400, me, 'sale', sale({ email: one.email,
		uid: unique() }));
	/* his address may have changed */
	const sold = await p.track(200, me, 'sale', sale({ email: email(),
		uid: one.uid }));
	assert.equal(sold.referral.email, one.email);
	await p.track(200, me, 'sale', sale({ email: two.email }));
});

test('blocked, not accepted, ended, denied', async () => {
	const bob = await p.promoter(me), lead = email();
	const sale = () => ({ email: lead, event_id: unique(), amount: 1000 });
	const standing = (v, status = 'INACTIVE') => p.set('placement',
	    bob.placement, { standing: v, status });
	const signup = (status) => p.track(status, me, 'signup', {
		email: email(), ref_id: bob.code });
	const earned = async () => (await p.track(200, me, 'sale', sale()))
	    .commissions.length;

	await p.track(200, me, 'signup', { email: lead, ref_id: bob.code });
	assert.equal(await earned(), 1);
	await standing('accepted');	/* ended: recurring ones go on */
	assert.equal(await earned(), 1);
	await signup(404);
	for (const s of ['pending', 'rejected']) {
		await standing(s);
		assert.equal(await earned(), 0);
		await signup(404);
	}
	await standing('blocked');
	await p.track(404, me, 'sale', sale());
	await signup(404);
	await standing('accepted', 'ACTIVE');
	await p.set('referrer', bob.id, { status: 'blocked' });
	await p.track(404, me, 'sale', sale());
	await p.set('referrer', bob.id, { status: 'active' });
	await signup(200);
	const ids = [Number(await p.sql(`SELECT id FROM referral
	    WHERE organization_id = ${me.org} AND email = '${lead}'`))];
	await w.fp(200, me, 'POST', '/referrals/disable', { ids });
	assert.equal(await earned(), 0);
	await w.fp(200, me, 'DELETE', '/referrals', { ids });
	await p.track(404, me, 'sale', sale());
	await verify();
});

test('the promoter himself, and somebody at his place', async () => {
	const bob = await p.promoter(me, { email: `bob-${unique()}@bob.example` });
	const own = bob.email.replace('@', '+shop@').toUpperCase();
	const self = await p.track(200, me, 'signup', { email: own,
		ref_id: bob.code });
	const fraud = (id) => p.sql(`SELECT fraud FROM referral
	    WHERE id = ${id}`);
	const sale = (who) => p.track(200, me, 'sale', { amount: 1000,
		email: who, event_id: unique() });

	assert.equal(await fraud(self.id), 'same_promoter_email');
	const sold = await sale(own);
	assert.equal(sold.commissions[0].status, 'pending');
	assert.equal(sold.commissions[0].is_self_referral, true);
	assert.equal((await p.earned(self.id))[0].waits, true);

	const there = email();
	const first = await p.track(200, me, 'signup', { email: email(),
		ref_id: bob.code, ip: '192.0.2.7' });
	assert.equal(await fraud(first.id), 'no_suspicion');
	await p.sql(`UPDATE promoter m JOIN referral r ON r.id = ${first.id}
	    SET m.address_hash = r.address_hash WHERE m.referrer_id = ${bob.id}`);
	const near = await p.track(200, me, 'signup', { email: there,
		ref_id: bob.code, ip: '192.0.2.7' });
	assert.equal(await fraud(near.id), 'same_ip_suspicion');
	assert.equal((await sale(there)).commissions[0].fraud_check,
	    'same_ip_suspicion');
	await verify();
});

test('a test key tells nothing', async () => {
	const { key } = await w.key(me, ['referrals:write'], { test: true });

	for (const what of ['signup', 'sale', 'refund', 'cancellation'])
		await p.track(403, { key }, what, { email: email(),
			ref_id: ann.code, event_id: unique(), amount: 1 });
});
