/* What sales bring by the rewards of a campaign, through the service. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');

const test = tests(__filename);
let w, c, p, me, ann, top;

const email = () => `lead-${unique()}@example.com`;
const part = (amount, more = {}) => ({ unit: 'cash', amount,
	flat_amount: false, ...more });
const flat = (amount, unit = 'cash', rules = []) => part(amount, {
	flat_amount: true, unit, rules });
const rule = (type, condition, value) => ({ type, condition, value,
	filter_by: null, operator: 'and' });

const reward = async (more) => (await w.fp(200, me, 'POST', '/rewards', {
	name: unique(), is_promoter_reward: true,
	promoter_reward_type: 'sale', ...more })).body.id;

/* The campaign gives these. */
const gives = (...rewards) => w.fp(200, me, 'PUT',
    `/campaigns/${me.campaign}`, { rewards_for_promoters: rewards.map((r) =>
	({ apply_on: 'all', product_ids: [], ...(r.reward_id ? r :
	    { reward_id: r }) })) });

const sale = (lead, more = {}) => p.track(200, me, 'sale', { email: lead,
	ref_id: ann.code, event_id: unique(), amount: 2000, ...more });

/* Who has got what of a sale, in the order of its commissions. */
const brought = async (made) => (await p.sql(`SELECT GROUP_CONCAT(
    CONCAT(e.referrer_id, ' ', e.amount, ' ', e.currency) ORDER BY e.part)
    FROM earning e JOIN sale s ON s.id = e.sale_id
    WHERE s.event = '${made.event_id}' AND e.type = 'commission'`));

async function verify() {
	const { code, out } = await c.service.verify();

	assert.equal(code, 0, out);
}

test('a company, a promoter and his parent', async () => {
	c = (await service()).client;
	w = new World(c);
	p = new Promoters(w);
	me = await p.company();
	top = await p.promoter(me);
	ann = await p.promoter(me, { parent: top.id });
});

test('money, points, and a tier', async () => {
	await gives(await reward({ schemas: [part(12.5), flat(100, 'points')] }),
	    await reward({ promoter_reward_type: 'tier', tier_level: 2,
		tier_reward_mode: 'tier_commission_mode',
		schemas: [part(10)] }));
	const lead = email();

	assert.equal(await brought(await sale(lead)), `${ann.id} 250 USD,` +
	    `${ann.id} 100 QPT,${top.id} 25 USD`);
	await verify();
});

test('once; of one product; of a year', async () => {
	const product = (await w.fp(201, me, 'POST', '/products', {
		name: 'Pro', prices: [{ ext_id: 'pro_yearly' }] })).body.id;

	await gives(await reward({ duration: 'once', schemas: [part(50)] }),
	    { reward_id: await reward({ schemas: [flat(7)] }),
		apply_on: 'specific', product_ids: [product] },
	    { reward_id: await reward({ schemas: [flat(9)] }),
		apply_on: 'yearly', product_ids: [] });
	const lead = email();
	assert.equal(await brought(await sale(lead)), `${ann.id} 1000 USD`);
	assert.equal(await brought(await sale(lead)), 'NULL');
	assert.equal(await brought(await sale(lead, { plan: 'pro_yearly',
		mrr: 167 })), `${ann.id} 7 USD,${ann.id} 9 USD`);
	await verify();
});

test('a change holds for sales after it', async () => {
	const id = await reward({ schemas: [part(10)] });
	const lead = email();

	await gives(id);
	const before = await sale(lead);
	await w.fp(200, me, 'PUT', `/rewards/${id}`, { schemas: [part(40)] });
	await w.fp(200, me, 'POST', `/rewards/${id}/hide`);
	assert.equal(await brought(await sale(lead)), `${ann.id} 800 USD`);
	assert.equal(await brought(before), `${ann.id} 200 USD`);
});

test('a refund takes of each in proportion', async () => {
	await gives(await reward({ schemas: [part(20), flat(301),
		flat(11, 'points')] }));
	const lead = email();
	const made = await sale(lead);

	await p.track(200, me, 'refund', { email: lead, event_id: unique(),
		sale_event_id: made.event_id, amount: 500 });
	assert.equal(await p.sql(`SELECT GROUP_CONCAT(reversed_amount
	    ORDER BY part) FROM earning e JOIN sale s ON s.id = e.sale_id
	    WHERE s.event = '${made.event_id}' AND type = 'commission'`),
	    '100,75,3');
	await verify();
});

test('so often and no more, however many come at once', async () => {
	await gives(await reward({ max_redemptions: 3, schemas: [part(20)] }));
	const made = await Promise.all(Array.from({ length: 8 }, () =>
	    sale(email())));
	const got = await Promise.all(made.map(brought));

	assert.equal(got.filter((g) => g === `${ann.id} 400 USD`).length, 3);
	assert.equal(got.filter((g) => g === 'NULL').length, 5);
	await verify();
});

test('a target is reached once, however many come at once', async () => {
	const now = Number(await p.sql(`SELECT conversions FROM
	    placement_total WHERE placement_id = ${ann.placement}`));

	await gives(await reward({ promoter_reward_type: 'target',
		schemas: [flat(5000, 'cash', [rule(
		    'promoter_campaign_customers_count',
		    'greater than or equal to', now + 4)])] }));
	const made = await Promise.all(Array.from({ length: 8 }, () =>
	    sale(email())));
	const got = await Promise.all(made.map(brought));
	assert.deepEqual(got.filter((g) => g !== 'NULL'),
	    [`${ann.id} 5000 USD`]);
	await verify();
});

test('what a refund takes of the revenue reaches no target again',
    async () => {
	const revenue = async () => Number(await p.sql(`SELECT revenue +
	    refunded FROM placement_total
	    WHERE placement_id = ${ann.placement}`));
	const lead = email();

	await gives(await reward({ promoter_reward_type: 'target',
		schemas: [flat(777, 'cash', [rule('promoter_campaign_revenue',
		    'greater than or equal to', await revenue() + 2000)])] }));
	const made = await sale(lead);
	assert.equal(await brought(made), `${ann.id} 777 USD`);
	const before = await revenue();
	await p.track(200, me, 'refund', { email: lead, event_id: unique(),
		sale_event_id: made.event_id, amount: 2000 });
	assert.equal(await revenue(), before);
	assert.equal(await brought(await sale(lead)), 'NULL');
});

test('what was sold of a plan counts after a move', async () => {
	const bob = await p.promoter(me), lead = email(), plan = unique();

	await gives(await reward({ schemas: [part(50, { rules: [{
		...rule('customer_sales_count', 'less than or equal to', 2),
		filter_by: 'price' }] })] }));
	const got = [await sale(lead, { plan })];
	for (const to of [bob, ann]) {
		const [{ id }] = (await w.fp(200, me, 'GET',
		    `/referrals?q=${lead}`)).body;

		await w.fp(200, me, 'POST', '/referrals/move_to_promoter', {
			ids: [id], promoter_campaign_id: to.placement });
		got.push(await sale(lead, { plan }));
	}
	assert.deepEqual(await Promise.all(got.map(brought)),
	    [`${ann.id} 1000 USD`, `${bob.id} 1000 USD`, 'NULL']);
	await verify();
});

test('a program in another currency: its own revenue and refunds',
    async () => {
	const counts = () => p.sql(`SELECT CONCAT(revenue, ' ', refunded)
	    FROM placement_total WHERE placement_id = ${dan.placement}`);
	const set = async (currency) => w.fp(200, me, 'PUT', '/settings', {
		...(await w.fp(200, me, 'GET', '/settings')).body, currency });
	const dan = await p.promoter(me), lead = email();

	await gives();
	for (const [money, amount] of [['USD', 500], ['EUR', 300]]) {
		const event_id = unique();

		await sale(lead, { ref_id: dan.code, event_id,
			currency: money });
		await p.track(200, me, 'refund', { email: lead, amount,
			event_id: unique(), sale_event_id: event_id,
			currency: money });
	}
	assert.equal(await counts(), '1500 500');
	await set('EUR');
	assert.equal(await counts(), '1700 300');
	await verify();
	await set('USD');
	assert.equal(await counts(), '1500 500');
	await verify();
});

test('a promo code brings its promoter the sale', async () => {
	const code = `SAVE-${unique()}`;
	const of = await reward({ is_promoter_reward: false,
		schemas: [flat(10, 'discount_per')] });

	await gives();
	const made = (await w.fp(200, me, 'POST', '/promo_codes', { code,
		reward_id: of, promoter_campaign_id: top.placement })).body;
	const use = { ref_id: undefined, promo_code: code.toLowerCase() };
	const one = await sale(email(), use);
	assert.equal(await brought(one), `${top.id} 400 USD`);
	await w.fp(200, me, 'DELETE', `/promo_codes/${made.id}`);
	await p.track(404, me, 'sale', { email: email(), event_id: unique(),
		amount: 2000, promo_code: code });
});
