/* The FirstPromoter face: rewards. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World } = require('./lib/world');

const test = tests(__filename);
let w, c, me, other, first;

const PART = { unit: 'cash', amount: 20, flat_amount: false };
const RULE = { type: 'customer_sales_count', condition: 'less than',
	filter_by: null, value: 3, operator: 'and' };
const sale = (more = {}) => ({ name: 'Twenty', is_promoter_reward: true,
	promoter_reward_type: 'sale', schemas: [PART], ...more });
const make = async (body, who = me) =>
    (await w.fp(200, who, 'POST', '/rewards', body)).body;

/* What is wrong with a reward, by field. */
async function wrong(body, path = '/rewards', method = 'POST') {
	const a = await w.fp(400, me, method, path, body);

	assert.equal(a.body.code, 'invalid_record');
	return Object.keys(a.body.errors).sort();
}

test('two companies', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.owner();
	other = await w.owner();
});

test('a reward of sales, with all that is said of it', async () => {
	first = await make(sale());
	const { created_at, updated_at, id, ...rest } = first;

	assert.equal(typeof id, 'number');
	assert.equal(created_at, updated_at);
	assert.deepEqual(rest, { name: 'Twenty', is_promoter_reward: true,
		promoter_reward_type: 'sale', coupon: null, editable: true,
		hide_reward: false, provider_coupon_id: null, duration: null,
		duration_in_months: null, max_redemptions: null,
		new_customers_only: false, provider: 'api',
		tier_reward_mode: null, tier_level: null,
		schemas: [{ ...PART, rules: [] }] });
});

test('amounts, rules, durations and limits come back as they went',
    async () => {
	const body = sale({ coupon: 'C', hide_reward: true,
		duration: 'repeating', duration_in_months: 12,
		max_redemptions: 100, new_customers_only: true,
		provider_coupon_id: 'P', schemas: [
			{ ...PART, amount: 12.5, rules: [RULE, { ...RULE,
				type: 'promoter_campaign_revenue',
				condition: 'multiple of', value: 100000,
				operator: 'or' }] },
			{ unit: 'points', amount: 100, flat_amount: true,
				rules: [{ ...RULE, filter_by: 'price' }] },
			{ unit: 'discount_per', amount: 10, flat_amount: false,
				rules: [] }] });
	const made = await make(body);

	for (const [name, value] of Object.entries(body))
		assert.deepEqual(made[name], value, name);
	const [again] = (await w.fp(200, me, 'GET', '/rewards')).body
	    .filter((r) => r.id === made.id);
	assert.deepEqual(again, made);
});

test('rules without an operator all have to hold', async () => {
	const { operator, ...rule } = RULE;
	const made = await make(sale({ schemas: [{ ...PART,
		rules: [rule, { ...rule, value: 5 }] }] }));
	const [again] = (await w.fp(200, me, 'GET', '/rewards')).body
	    .filter((r) => r.id === made.id);

	assert.equal(operator, 'and');
	assert.deepEqual(made.schemas[0].rules.map((r) => r.operator),
	    ['and', 'and']);
	assert.deepEqual(again, made);
	await w.fp(200, me, 'POST', `/rewards/${made.id}/hide`);
});

test('tiers, targets, rewards by hand and for the referred', async () => {
	const tier = await make(sale({ promoter_reward_type: 'tier',
		tier_reward_mode: 'tier_override_mode', tier_level: 3 }));
	const target = await make(sale({ promoter_reward_type: 'target',
		schemas: [{ unit: 'cash', amount: 10000, flat_amount: true,
			rules: [{ ...RULE, condition: 'equal to',
				type: 'promoter_campaign_customers_count',
				value: 10 }] }] }));
	const custom = await make(sale({ promoter_reward_type: 'custom',
		tier_level: 2 }));
	const referral = await make({ name: 'Welcome',
		is_promoter_reward: false, coupon: 'WELCOME', schemas: [
			{ unit: 'mon_discount', amount: 500,
			    flat_amount: true }] });

	assert.equal(tier.tier_level, 3);
	assert.equal(tier.tier_reward_mode, 'tier_override_mode');
	assert.equal(target.promoter_reward_type, 'target');
	assert.equal(custom.promoter_reward_type, null);
	assert.equal(custom.tier_level, null);
	assert.equal(referral.is_promoter_reward, false);
	assert.equal(referral.promoter_reward_type, null);
});

test('what is wrong is not said to be missing as well', async () => {
	for (const [field, more] of [
	    ['promoter_reward_type', { promoter_reward_type: 'sail' }],
	    ['tier_level', { promoter_reward_type: 'tier', tier_level: 1,
		tier_reward_mode: 'tier_override_mode' }],
	    ['tier_reward_mode', { promoter_reward_type: 'tier',
		tier_level: 2, tier_reward_mode: 'override' }],
	    ['duration_in_months', { duration: 'repeating',
		duration_in_months: 0 }]]) {
		const { errors } = (await w.fp(400, me, 'POST', '/rewards',
		    sale(more))).body;

		assert.deepEqual(Object.keys(errors), [field]);
		assert.equal(errors[field].length, 1, errors[field]);
	}
});

test('all that is wrong is named at once', async () => {
	assert.deepEqual(await wrong({}), ['is_promoter_reward', 'name',
		'schemas']);
	assert.deepEqual(await wrong(sale({ promoter_reward_type: null })),
	    ['promoter_reward_type']);
	assert.deepEqual(await wrong(sale({ promoter_reward_type: 'tier' })),
	    ['tier_level', 'tier_reward_mode']);
	assert.deepEqual(await wrong(sale({ duration: 'repeating' })),
	    ['duration_in_months']);
	assert.deepEqual(await wrong(sale({
		should_create_provider_coupon: true })),
	    ['should_create_provider_coupon']);
	assert.deepEqual(await wrong(sale({ schemas: [] })), ['schemas']);
	assert.deepEqual(await wrong(sale({ schemas: [
		{ ...PART, amount: 0 }, { ...PART, amount: 100.5 },
		{ ...PART, amount: 1.00001 },
		{ ...PART, amount: 9.5, flat_amount: true },
		{ ...PART, unit: 'beer' }] })), ['schemas[0].amount',
		'schemas[1].amount', 'schemas[2].amount', 'schemas[3].amount',
		'schemas[4].unit']);
	assert.deepEqual(await wrong(sale({ schemas: [{ ...PART, rules: [
		{ ...RULE, condition: 'multiple of', value: 0 },
		{ ...RULE, type: 'promoter_campaign_revenue',
			filter_by: 'price' }] }] })),
	    ['schemas[0].rules[0]', 'schemas[0].rules[1]']);
	assert.deepEqual(await wrong(sale({ promoter_reward_type: 'target',
		schemas: [PART, { ...PART, amount: 5, flat_amount: true,
			rules: [{ ...RULE, type: 'customer_age_in_months' }] }]
	})), ['schemas[0].amount', 'schemas[0].rules',
		'schemas[1].rules[0]']);
});

test('a change is of what it names', async () => {
	const path = `/rewards/${first.id}`;
	const a = await w.fp(200, me, 'PUT', path, { name: 'Thirty',
		schemas: [{ ...PART, amount: 30 }] });

	assert.equal(a.body.name, 'Thirty');
	assert.equal(a.body.promoter_reward_type, 'sale');
	assert.equal(a.body.schemas[0].amount, 30);
	const b = await w.fp(200, me, 'PUT', path, { duration: 'once' },
	    { headers: { 'if-match': a.headers.etag } });
	assert.equal(b.body.duration, 'once');
	assert.equal(b.body.schemas[0].amount, 30);
	await w.fp(412, me, 'PUT', path, { name: 'x' },
	    { headers: { 'if-match': a.headers.etag } });
	assert.deepEqual(await wrong({ duration: 'repeating' }, path, 'PUT'),
	    ['duration_in_months']);
	assert.deepEqual(await wrong({ promoter_reward_type: 'target' }, path,
	    'PUT'), ['schemas[0].amount', 'schemas[0].rules']);
	await w.fp(404, other, 'PUT', path, { name: 'x' });
	await w.fp(404, me, 'PUT', '/rewards/999999999', { name: 'x' });
	await w.fp(404, me, 'PUT', '/rewards/x', { name: 'x' });
});

test('hidden, and hidden again', async () => {
	const path = `/rewards/${first.id}/hide`;
	const a = await w.fp(200, me, 'POST', path);

	assert.equal(a.body.hide_reward, true);
	const b = await w.fp(200, me, 'POST', path);
	assert.deepEqual(b.body, a.body);
	await w.fp(404, other, 'POST', path);
	const shown = await w.fp(200, me, 'PUT', `/rewards/${first.id}`,
	    { hide_reward: false });
	assert.equal(shown.body.hide_reward, false);
});

test('lists: scope, pages, cursor', async () => {
	const all = (await w.fp(200, me, 'GET', '/rewards')).body;
	const ids = all.map((r) => r.id);

	assert.deepEqual(ids, [...ids].sort((a, b) => a - b));
	const of = async (scope) => (await w.fp(200, me, 'GET',
	    `/rewards?scope=${scope}`)).body;
	assert.deepEqual(await of('promoters'), all.filter((r) =>
	    r.is_promoter_reward));
	assert.deepEqual(await of('referrals'), all.filter((r) =>
	    !r.is_promoter_reward));
	await w.fp(400, me, 'GET', '/rewards?scope=nobody');
	const one = await w.fp(200, me, 'GET', '/rewards?per_page=2');
	const two = await w.fp(200, me, 'GET',
	    `/rewards?per_page=2&cursor=${one.headers['x-next-cursor']}`);
	assert.deepEqual([...one.body, ...two.body], all.slice(0, 4));
	assert.deepEqual((await w.fp(200, me, 'GET',
	    '/rewards?per_page=2&page=2')).body, two.body);
	assert.deepEqual((await w.fp(200, me, 'GET', '/rewards?page=99'))
	    .body, []);
	assert.deepEqual((await w.fp(200, other, 'GET', '/rewards')).body, []);
});
