/* The FirstPromoter face: campaigns. */
'use strict';
const assert = require('node:assert/strict');
const { query } = require('./lib/db');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');

const test = tests(__filename);
const BODY = { name: 'Partners', landing_url: 'https://shop.example/',
	ref_token_param: '?via', visitor_cookie_life: 90 };
const NOTHING = { referrals_count: 0, sales_count: 0, customers_count: 0,
	promoters_count: 0, revenue_amount: 0 };
let w, c, me, other, first, second, reward, welcome, product;

const make = async (more = {}) => (await w.fp(201, me, 'POST', '/campaigns',
    { ...BODY, ...more })).body;
const read = async (id, who = me) => (await w.fp(200, who, 'GET',
    `/campaigns/${id}`)).body;
const put = (id, body, status = 200) => w.fp(status, me, 'PUT',
    `/campaigns/${id}`, body);
const wrong = async (id, body) => Object.keys((await put(id, body, 400)).body
    .errors).sort();

test('two companies, rewards and a product', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.owner();
	other = await w.owner();
	const schemas = [{ unit: 'cash', amount: 30, flat_amount: false }];

	reward = (await w.fp(200, me, 'POST', '/rewards', { name: 'Thirty',
		is_promoter_reward: true, promoter_reward_type: 'sale',
		schemas })).body;
	welcome = (await w.fp(200, me, 'POST', '/rewards', { name: 'Welcome',
		is_promoter_reward: false, coupon: 'WELCOME', schemas })).body;
	product = (await w.fp(201, me, 'POST', '/products', { name: 'Pro',
		prices: [] })).body;
});

test('the first campaign runs, and is where promoters come', async () => {
	first = await make();
	const { id, ...rest } = first;

	assert.deepEqual(rest, { name: 'Partners', status: 'active',
		color: '#4f46e5', stats: NOTHING,
		landing_url: 'https://shop.example/', visitor_cookie_life: 90,
		ref_token_param: '?via', auto_approve_leads: true,
		track_ad_traffic: 'pending', auto_approve_promoters: true,
		is_private: false, is_default: true, upgrade_details: {},
		signup_url: '', links: [], rewards_for_promoters: [],
		rewards_for_referrals: [] });
	assert.equal((await w.fp(200, me, 'GET', '/settings')).body
	    .default_campaign_id, id);
	const { items: [hood] } = await w.ok(200, 'GET',
	    `/v1/hood/campaigns/${id}`, { token: me.token });
	assert.equal(hood.status, 'running');
	assert.equal(hood.was_launched, true);
	const naviga = await w.naviga(200, me, 'GET', `/${id}`);
	assert.equal(naviga.body.Status, 'CO');
	const [event] = await w.events(me, 'campaign.started', id);
	assert.ok(event);
});

test('one with all that can be said of it', async () => {
	second = await make({ name: 'Friends', color: '#fff',
		auto_approve_promoters: false, auto_approve_leads: false,
		is_private: true, track_ad_traffic: 'block',
		signup_url: 'https://shop.example/join',
		links: [{ name: 'Blog', url: 'https://shop.example/blog' }],
		upgrade_details: { campaign_id: first.id, amount: 10,
			metric: 'customers' },
		rewards_for_promoters: [{ apply_on: 'specific',
			product_ids: [product.id], reward_id: reward.id },
		{ apply_on: 'yearly', product_ids: [], reward_id: reward.id }],
		rewards_for_referrals: [{ apply_on: 'all', product_ids: [],
			reward_id: welcome.id }] });
	const used = (r, type) => ({ name: r.name, promoter_reward_type: type,
		hide_reward: false, tier_level: 1, coupon: r.coupon ?? '' });

	assert.equal(second.is_default, false);
	assert.equal(second.auto_approve_leads, false);
	assert.equal(second.auto_approve_promoters, false);
	assert.equal(second.is_private, true);
	assert.equal(second.track_ad_traffic, 'block');
	assert.equal(second.signup_url, 'https://shop.example/join');
	assert.deepEqual(second.upgrade_details, { campaign_id: first.id,
		amount: 10, metric: 'customers',
		move_referrals_on_level_change: false });
	assert.deepEqual(second.links, [{ id: second.links[0].id,
		name: 'Blog', url: 'https://shop.example/blog' }]);
	assert.deepEqual(second.rewards_for_promoters, [
		{ apply_on: 'specific', product_ids: [product.id],
			reward_id: reward.id, reward: used(reward, 'sale'),
			products: [{ id: product.id, name: 'Pro' }] },
		{ apply_on: 'yearly', product_ids: [], reward_id: reward.id,
			reward: used(reward, 'sale'), products: [] }]);
	assert.deepEqual(second.rewards_for_referrals, [{ apply_on: 'all',
		product_ids: [], reward_id: welcome.id,
		reward: used(welcome, ''), products: [] }]);
	assert.deepEqual(await read(second.id), second);
});

test('a reward that is given does not change sides', async () => {
	const a = await w.fp(422, me, 'PUT', `/rewards/${reward.id}`, {
		is_promoter_reward: false });

	assert.equal(a.body.code, 'operation_failed');
	await w.fp(200, me, 'PUT', `/rewards/${reward.id}`, { name: 'Third' });
	assert.equal((await read(second.id)).rewards_for_promoters[0].reward
	    .name, 'Third');
	await w.fp(200, me, 'PUT', `/rewards/${reward.id}`,
	    { name: 'Thirty' });
});

test('what is wrong with one', async () => {
	const a = await w.fp(400, me, 'POST', '/campaigns', {});
	const use = { apply_on: 'all', product_ids: [], reward_id: reward.id };
	const strange = (await w.fp(200, other, 'POST', '/rewards', {
		name: 'x', is_promoter_reward: false, schemas: [
			{ unit: 'cash', amount: 1, flat_amount: true }] })).body;

	assert.deepEqual(Object.keys(a.body.errors).sort(), ['landing_url',
		'name', 'ref_token_param', 'visitor_cookie_life']);
	assert.deepEqual(await wrong(first.id, { color: 'red', landing_url: 'x',
		ref_token_param: '?x', links: [{}] }), ['color', 'landing_url',
		'links[0].name', 'links[0].url', 'ref_token_param']);
	assert.deepEqual(await wrong(first.id, { upgrade_details: {
		campaign_id: first.id, amount: 1, metric: 'revenue' } }),
	    ['upgrade_details']);
	assert.deepEqual(await wrong(first.id, { upgrade_details: {
		campaign_id: 999999999, amount: 1, metric: 'revenue' } }),
	    ['upgrade_details']);
	assert.deepEqual(await wrong(first.id, { rewards_for_promoters: [use,
		{ ...use, apply_on: 'specific' }] }),
	    ['rewards_for_promoters[1].product_ids']);
	assert.deepEqual(await wrong(first.id, { rewards_for_promoters: [use,
		{ ...use, reward_id: welcome.id }] }),
	    ['rewards_for_promoters[1].reward_id']);
	assert.deepEqual(await wrong(first.id, { rewards_for_referrals: [
		{ ...use, reward_id: strange.id }] }),
	    ['rewards_for_referrals[0].reward_id']);
	assert.deepEqual(await wrong(first.id, { rewards_for_promoters: [
		{ ...use, apply_on: 'specific', product_ids: [999999999] }] }),
	    ['rewards_for_promoters[0].reward_id']);
	assert.deepEqual(await wrong(first.id, { links: [{ id: 999999999,
		name: 'x', url: 'https://x.example/' }] }), ['links']);
	assert.deepEqual(await wrong(first.id, { links: Array.from({
		length: 51 }, () => ({ name: 'x', url: 'https://x.example/' }))
	}), ['links']);
	assert.deepEqual(await read(first.id), first);
});

test('a change is of what it names', async () => {
	const was = second.links[0];
	const a = await put(second.id, { name: 'Family', links: [
		{ id: was.id, name: 'News', url: was.url },
		{ name: 'Shop', url: 'https://shop.example/shop' }] });

	assert.equal(a.body.name, 'Family');
	assert.deepEqual(a.body.links.map((l) => l.name), ['News', 'Shop']);
	assert.deepEqual(a.body.rewards_for_promoters,
	    second.rewards_for_promoters);
	const b = await put(second.id, { upgrade_details: null,
		rewards_for_promoters: [], auto_approve_promoters: true,
		links: [{ ...was, _destroy: true }] });
	assert.deepEqual(b.body.upgrade_details, {});
	assert.deepEqual(b.body.rewards_for_promoters, []);
	assert.equal(b.body.rewards_for_referrals.length, 1);
	assert.equal(b.body.auto_approve_promoters, true);
	assert.deepEqual(b.body.links.map((l) => l.name), ['Shop']);
	assert.deepEqual(await read(second.id), b.body);
	await w.fp(412, me, 'PUT', `/campaigns/${second.id}`, { name: 'x' },
	    { headers: { 'if-match': a.headers.etag } });
	await w.fp(404, other, 'PUT', `/campaigns/${second.id}`,
	    { name: 'x' });
	await w.fp(404, other, 'GET', `/campaigns/${second.id}`);
	await put(999999999, { name: 'x' }, 404);
});

test('those of other faces are there, with defaults', async () => {
	const hood = await w.hood(me, { name: 'Elsewhere' });
	const seen = await read(Number(hood.id));

	assert.equal(seen.status, 'inactive');
	assert.equal(seen.visitor_cookie_life, 60);
	assert.equal(seen.ref_token_param, '?ref');
	assert.equal(seen.landing_url, '');
	const all = (await w.fp(200, me, 'GET', '/campaigns')).body;
	assert.deepEqual(all.map((x) => x.id), [first.id, second.id, seen.id]);
	assert.deepEqual(all[2], seen);
	const page = await w.fp(200, me, 'GET', '/campaigns?per_page=1&page=2');
	assert.deepEqual(page.body.map((x) => x.id), [second.id]);
	assert.deepEqual((await w.fp(200, other, 'GET', '/campaigns')).body,
	    []);
	await put(seen.id, { color: '#123456' });
	assert.equal((await read(seen.id)).color, '#123456');
});

test('one that is canceled elsewhere is inactive', async () => {
	const one = await make({ name: 'Short' });

	await w.ok(204, 'POST', `/v1/hood/campaigns/${one.id}/cancel`, {
		token: me.token, body: { reason: 'A mistake' } });
	assert.equal((await read(one.id)).status, 'inactive');
});

test('a sale of the house counts, and its campaign stays', async () => {
	const house = await w.house();
	const a = await w.fp(409, house, 'DELETE', '/campaigns/1');

	assert.equal(a.headers['x-error-code'], 'conflict');
	assert.equal((await read(1, house)).status, 'active');
});

test('one that paid out stays', async () => {
	const one = await make({ name: 'Paid' });
	const { id: promoter, promoter_campaigns: [placed] } =
	    await w.promoter(me, { initial_campaign_id: one.id,
		email: `promoter-${unique()}@example.com` });
	const counts = (...n) => query(c.service, `INSERT INTO report_change
		(organization_id, placement_id, currency, referrals, customers,
		sales, revenue, created_at) SELECT organization_id, id, 'USD',
		${n}, UTC_TIMESTAMP(6) FROM placement WHERE id = ${placed.id}`);

	await counts(5, 3, 4, 9000);
	const [earned] = (await w.fp(200, me, 'POST', '/commissions', {
		commission_type: 'custom', amount: 100,
		promoter_campaign_id: placed.id })).body;
	await w.fp(200, me, 'POST', '/commissions/generate_payouts',
	    { ids: [earned.id] });
	const [{ id: payout }] = (await w.fp(200, me, 'GET',
	    `/payouts?filters[promoter_id]=${promoter}`)).body;
	await w.fp(200, me, 'POST', '/payouts/mark_as_paid', { ids: [payout] });
	const a = await w.fp(422, me, 'DELETE', `/campaigns/${one.id}`);
	assert.equal(a.body.code, 'operation_failed');
	assert.deepEqual((await read(one.id)).stats, { referrals_count: 5,
		sales_count: 4, customers_count: 3, promoters_count: 1,
		revenue_amount: 9000 });
	await counts(-5, -3, -4, -9000);
	for (const [method, what] of [['POST', '/mark_as_unpaid'],
	    ['DELETE', '/destroy']])
		await w.fp(200, me, method, `/payouts${what}`,
		    { ids: [payout] });
	await w.fp(200, me, 'DELETE', `/campaigns/${one.id}`);
	assert.equal(await query(c.service, `SELECT status FROM placement
		WHERE id = ${placed.id}`), 'INACTIVE');
});

test('deleted: its history stays, the next one is where promoters come',
    async () => {
	const gone = await w.fp(200, me, 'DELETE', `/campaigns/${first.id}`);

	assert.deepEqual(gone.body, first);
	for (const method of ['GET', 'PUT', 'DELETE'])
		await w.fp(404, me, method, `/campaigns/${first.id}`,
		    method === 'PUT' ? { name: 'x' } : undefined);
	await w.fp(404, other, 'DELETE', `/campaigns/${second.id}`);
	assert.equal((await w.fp(200, me, 'GET', '/settings')).body
	    .default_campaign_id, null);
	assert.equal((await w.events(me, 'program.updated', me.organization.id,
	    2)).length, 2);
	const history = await w.ok(200, 'GET',
	    `/campaigns/${first.id}/history`, { token: me.token });
	assert.deepEqual(history.items.map((h) => h.action), ['create',
		'start', 'delete']);
	assert.equal((await make({ name: 'Next' })).is_default, true);
});
