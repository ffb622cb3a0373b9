/* The FirstPromoter face: commissions. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');

const test = tests(__filename);
let w, p, me, other, ann, bob;

const list = async (parameters = '', who = me) =>
    (await w.fp(200, who, 'GET', `/commissions${parameters}`)).body;
const amounts = async (parameters) => (await list(parameters))
    .map((c) => c.amount);
const enter = async (body, status = 200, who = me) =>
    (await w.fp(status, who, 'POST', '/commissions', body)).body;
const lead = async (at = ann, more = {}) => (await w.fp(200, me, 'POST',
    '/referrals', { email: `lead-${unique()}@example.com`, uid: unique(),
	promoter_campaign_id: at.placement, ...more })).body;
const sale = async (r, sale_amount, more = {}) => (await enter({
	commission_type: 'sale', referral_id: r.id, sale_amount, ...more }))[0];
const custom = async (at, amount, more = {}) => (await enter({
	commission_type: 'custom', promoter_campaign_id: at.placement,
	amount, ...more }))[0];
const batch = async (what, ids, status = 200, method = 'POST') =>
    (await w.fp(status, me, method, `/commissions/${what}`, { ids })).body;
const one = async (id) => (await list(`?ids[]=${id}`))[0];
const balances = async (who) => Object.fromEntries((await p.sql(`SELECT kind,
    currency, balance FROM account WHERE organization_id = ${me.org}
    AND owner_id = ${who.id} ORDER BY kind`)).split('\n').filter(Boolean)
    .map((l) => l.split('\t')).map(([kind, currency, balance]) =>
	[`${kind} ${currency}`, Number(balance)]));
/* what its promoter has, on hold or not */
const earned = async (who, currency = 'USD') => {
	const b = await balances(who);

	return (b[`earnings_pending ${currency}`] ?? 0) +
	    (b[`earnings_available ${currency}`] ?? 0);
};

test('a company with two promoters', async () => {
	w = new World((await service()).client);
	p = new Promoters(w);
	me = await p.company();
	other = await p.company();
	ann = await p.promoter(me);
	bob = await p.promoter(me);
	assert.deepEqual(await list(), []);
});

test('a sale is entered: 20 % of 2000 is 400', async () => {
	const r = await lead();
	const c = await sale(r, 2000, { event_id: 'ev-1', plan_id: 'gold',
		internal_note: 'ours', external_note: 'his',
		event_date: '2026-01-31', billing_period: 'monthly' });

	assert.deepEqual({ ...c, id: 0, created_at: '', created_by_user_at: '',
		promoter_campaign: 0 }, { id: 0, status: 'approved',
		metadata: {}, is_self_referral: false, commission_type: 'sale',
		created_by_user_email: me.email, created_by_user_at: '',
		sale_amount: 2000, original_sale_amount: 2000,
		original_sale_currency: null, event_id: 'ev-1',
		plan_id: 'gold', tier: 1, internal_note: 'ours',
		external_note: 'his', unit: 'cash',
		fraud_check: 'no_suspicion', amount: 400, currency: 'USD',
		is_paid: false, is_split: false, created_at: '',
		status_updated_at: null, promoter_campaign: 0, referral: {
		    id: r.id, email: r.email, uid: r.uid },
		reward: { id: 0, name: 'Default' }, split_details: {} });
	assert.deepEqual(c.promoter_campaign, r.promoter_campaign);
	assert.deepEqual(await list(), [c]);
	assert.equal(await earned(ann), 400);
	assert.equal((await w.fp(200, me, 'GET', `/referrals/${r.id}`)).body
	    .state, 'active');
	const again = await enter({ commission_type: 'sale',
		referral_id: r.id, sale_amount: 1, event_id: 'ev-1' }, 409);
	assert.equal(typeof again.message, 'string');
});

test('a custom one, of money and of points', async () => {
	const c = await custom(bob, 1234, { external_note: 'thanks' });

	assert.deepEqual([c.commission_type, c.sale_amount, c.referral,
		c.amount, c.unit, c.reward.name], ['custom', 0, null, 1234,
		'cash', 'Custom']);
	assert.equal(await earned(bob), 1234);
	const points = await custom(bob, 7, { unit: 'points' });
	assert.deepEqual([points.unit, points.amount], ['points', 7]);
	assert.equal(await earned(bob, 'QPT'), 7);
	assert.equal(await earned(bob), 1234);
});

test('what can\'t be entered', async () => {
	const r = await lead();
	const fields = async (body) => Object.keys((await enter(body, 400))
	    .errors);

	assert.deepEqual(await fields({}), ['commission_type']);
	assert.deepEqual(await fields({ commission_type: 'sale' }),
	    ['referral_id', 'sale_amount']);
	assert.deepEqual(await fields({ commission_type: 'custom' }),
	    ['promoter_campaign_id', 'amount']);
	for (const sale_amount of [-1, 0, null]) {
		const { errors } = await enter({ commission_type: 'sale',
			referral_id: r.id, sale_amount }, 400);

		assert.deepEqual(Object.keys(errors), ['sale_amount']);
		assert.equal(errors.sale_amount.length, 1);
	}
	assert.deepEqual(await fields({ commission_type: 'custom',
		promoter_campaign_id: ann.placement, amount: 1, unit: 'gold' }),
	    ['unit']);
	const theirs = await p.promoter(other);
	for (const id of [999999999, theirs.placement])
		await enter({ commission_type: 'custom', amount: 1,
			promoter_campaign_id: id }, 404);
	await enter({ commission_type: 'sale', referral_id: r.id,
		sale_amount: 100 }, 404, other);
});

test('notes', async () => {
	const [c] = await list();
	const put = async (body, status = 200, id = c.id) => (await w.fp(
	    status, me, 'PUT', `/commissions/${id}`, body)).body;

	assert.equal((await put({ internal_note: 'a' })).internal_note, 'a');
	const now = await put({ external_note: 'b' });
	assert.deepEqual([now.internal_note, now.external_note], ['a', 'b']);
	assert.equal((await put({ internal_note: null })).internal_note, null);
	await put({ internal_note: 'a' }, 404, 999999999);
	await put({ internal_note: 'a'.repeat(1001) }, 400);
	await w.fp(404, other, 'PUT', `/commissions/${c.id}`, {});
});

test('who refers himself waits, until it is approved', async () => {
	const r = await lead(ann, { email: ann.email });
	const c = await sale(r, 1000);

	assert.deepEqual([c.status, c.is_self_referral, c.fraud_check],
	    ['pending', true, 'same_promoter_email']);
	assert.deepEqual((await list('?filters[status]=pending'))
	    .map((x) => x.id), [c.id]);
	const b = await batch('approve', [c.id, 999999999]);
	assert.deepEqual([b.status, b.total, b.processed_count,
		b.failed_count, b.action_label], ['completed', 2, 2, 1,
		'commission/approve']);
	assert.equal((await one(c.id)).status, 'approved');
	assert.ok((await one(c.id)).status_updated_at);
	assert.equal((await batch('approve', [c.id])).status, 'failed');
	assert.deepEqual(await list('?filters[status]=pending'), []);
	assert.equal((await w.events(me, 'commission.approved', String(c.id)))
	    .length, 1);
});

test('denied: the ledger has it back', async () => {
	const before = await earned(ann);
	const c = await sale(await lead(), 5000);

	assert.equal(await earned(ann), before + 1000);
	assert.equal((await batch('deny', [c.id])).failed_count, 0);
	assert.equal(await earned(ann), before);
	assert.equal((await one(c.id)).status, 'denied');
	assert.deepEqual((await list('?filters[status]=denied'))
	    .map((x) => x.id), [c.id]);
	assert.equal((await batch('deny', [c.id])).failed_count, 1);
	assert.equal((await batch('approve', [c.id])).failed_count, 1);
	assert.equal(await earned(ann), before);
});

test('a refund is a commission below zero', async () => {
	const before = await earned(ann);
	const r = await lead();
	const c = await sale(r, 3000, { event_id: 'ev-refund' });

	await p.track(200, me, 'refund', { uid: r.uid, amount: 1000,
		event_id: 'ev-back', sale_event_id: 'ev-refund' });
	assert.equal(await earned(ann), before + 400);
	const both = await list(`?q=ev-refund`);
	assert.deepEqual(both.map((x) => [x.amount, x.status]), [[-200,
		'approved'], [600, 'approved']]);
	assert.deepEqual((await list('?filters[refunded]=true'))
	    .map((x) => x.amount), [-200, 600]);
	/* what is left of it goes with it */
	assert.equal((await batch('deny', [both[0].id])).failed_count, 1);
	assert.equal((await batch('destroy', [c.id], 200, 'DELETE'))
	    .failed_count, 0);
	assert.equal(await earned(ann), before);
	assert.deepEqual(await list('?q=ev-refund'), []);
	assert.equal((await batch('destroy', [c.id], 200, 'DELETE'))
	    .failed_count, 1);
	assert.deepEqual(await list('?filters[refunded]=true'), []);
});

test('what is no money is fulfilled', async () => {
	const [points] = await list('?filters[fulfilled]=no');
	const [cash] = await list('?filters[paid]=no');

	assert.equal(points.unit, 'points');
	assert.equal((await batch('mark_fulfilled', [points.id, cash.id]))
	    .failed_count, 1);
	assert.deepEqual((await list('?filters[fulfilled]=yes'))
	    .map((c) => c.id), [points.id]);
	assert.deepEqual(await list('?filters[fulfilled]=no'), []);
	assert.equal((await one(points.id)).is_paid, false);
	assert.equal((await batch('mark_fulfilled', [points.id]))
	    .failed_count, 1);
	assert.equal((await batch('mark_unfulfilled', [points.id]))
	    .failed_count, 0);
	assert.equal((await batch('mark_unfulfilled', [points.id]))
	    .failed_count, 1);
	assert.deepEqual(await list('?filters[fulfilled]=yes'), []);
});

test('batches name their rows', async () => {
	for (const [method, what] of [['POST', 'approve'], ['POST', 'deny'],
	    ['POST', 'mark_fulfilled'], ['POST', 'mark_unfulfilled'],
	    ['DELETE', 'destroy']]) {
		assert.equal((await batch(what, [], 422, method)).code,
		    'invalid_params');
		await batch(what, ['x'], 400, method);
		const many = await batch(what, [1, 2, 3, 4, 5, 6]
		    .map((i) => 999999990 + i), 202, method);
		const over = await until(async () => {
			const { body } = await w.fp(200, me, 'GET',
			    `/batch_processes/${many.id}`);

			return body.progress === 100 && body;
		}, 20000);
		assert.equal(over.failed_count, 6);
	}
});

test('filters, sorts and pages', async () => {
	const cat = await p.promoter(me);
	const by = `filters[promoter_id]=${cat.id}`;
	const r = await lead(cat), s = await lead(cat);
	const made = [];

	for (const [who, amount, more] of [[r, 1000, { plan_id: 'a' }],
	    [r, 3000, { plan_id: 'b' }], [s, 2000, { plan_id: 'b' }]])
		made.push(await sale(who, amount, more));
	made.push(await custom(cat, 5));
	for (const [parameters, found] of [
		['', [5, 400, 600, 200]],
		['&sorting[created_at]=asc', [200, 600, 400, 5]],
		['&sorting[amount]=desc', [600, 400, 200, 5]],
		['&sorting[amount]=asc', [5, 200, 400, 600]],
		['&sorting[sale_amount]=desc', [600, 400, 200, 5]],
		['&sorting[sale_amount]=asc', [5, 200, 400, 600]],
		['&sorting[referral]=desc', [400, 600, 200]],
		['&sorting[referral]=asc', [200, 600, 400]],
		['&filters[sale_amount][from]=2000', [400, 600]],
		['&filters[sale_amount][to]=2000', [5, 400, 200]],
		['&filters[amount][from]=200&filters[amount][to]=400',
		    [400, 200]],
		['&filters[first_commission]=true', [400, 200]],
		['&filters[first_commission]=1', [400, 200]],
		['&filters[first_commission]=0', [5, 600]],
		['&filters[refunded]=no', [5, 400, 600, 200]],
		['&filters[first_commission]=false', [5, 600]],
		['&filters[plan_id]=b', [400, 600]],
		['&filters[plan_id][]=a&filters[plan_id][]=b', [400, 600, 200]],
		['&filters[refunded]=false', [5, 400, 600, 200]],
		['&filters[status]=approved', [5, 400, 600, 200]],
		['&filters[status]=pending', []],
		['&filters[status]=pending&filters[paid]=yes', []],
		['&filters[paid]=no', [5, 400, 600, 200]],
		['&filters[paid]=yes', []],
		[`&filters[campaign_id]=${me.campaign}`, [5, 400, 600, 200]],
		['&filters[campaign_id]=999999999', []],
		['&filters[payout_id]=999999999', []],
		['&filters[fraud_check][]=no_suspicion', [400, 600, 200]],
		['&filters[fraud_check]=ad_source', []],
		['&filters[created_at][to]=2026-01-01', []],
		['&filters[created_at][from]=2026-01-01', [5, 400, 600, 200]],
		['&filters[due_period]=overdue', []],
		['&filters[due_period]=custom', []],
		[`&q=${r.email}`, [600, 200]],
		[`&q=${s.uid}`, [400]],
		[`&ids[]=${made[0].id}&ids[]=${made[2].id}`, [400, 200]],
	])
		assert.deepEqual(await amounts(`?${by}${parameters}`), found,
		    parameters);
	assert.deepEqual(await amounts(`?filters=${encodeURIComponent(
	    JSON.stringify({ promoter_id: cat.id, amount: { from: 500 } }))}`),
	    [600]);
	for (const sort of ['', '&sorting[amount]=asc',
	    '&sorting[sale_amount]=desc', '&sorting[referral]=asc']) {
		const all = await list(`?${by}${sort}`);
		const seen = [];
		let next = '';

		do {
			const a = await w.fp(200, me, 'GET', `/commissions?` +
			    `${by}${sort}&per_page=2${next}`);

			seen.push(...a.body);
			next = a.headers['x-next-cursor'] &&
			    `&cursor=${a.headers['x-next-cursor']}`;
		} while (next);
		assert.deepEqual(seen, all, sort);
	}
	const { headers } = await w.fp(200, me, 'GET',
	    `/commissions?${by}&per_page=1`);
	const on = 'filters[created_at][from]=2026-01-01&per_page=1&' +
	    `ids[]=${made[0].id}&filters[payout_id]=1&filters[paid]=no&` +
	    'filters[amount][from]=1&filters[sale_amount][from]=1&' +
	    'filters[status]=approved&filters[first_commission]=true&' +
	    'filters[refunded]=false&filters[plan_id]=a&' +
	    `filters[fraud_check]=no_suspicion&q=${r.email}&` +
	    'filters[due_period]=custom&' +
	    `filters[campaign_id]=${me.campaign}`;
	assert.deepEqual(await list(`?${by}&${on}&cursor=${
	    headers['x-next-cursor']}`), [], 'all at once');
	for (const wrong of ['filters[status]=paid', 'filters[paid]=true',
	    'filters[amount][from]=x', 'filters[payout_id]=x',
	    'sorting[amount]=asc&sorting[created_at]=asc', 'ids[]=x',
	    'filters[campaign_id][]=y'])
		await w.fp(400, me, 'GET', `/commissions?${wrong}`);
	assert.deepEqual(await list('', other), []);
});
