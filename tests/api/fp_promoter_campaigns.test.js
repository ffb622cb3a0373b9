/* Promoters in campaigns: lists, changes, links, charts. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');

const test = tests(__filename);
const PATH = '/promoter_campaigns';
const PAGE = { 'user-agent': 'Mozilla/5.0' };
let w, c, p, me, other, spring, ann, bob;

const list = async (query = '', who = me) => (await w.fp(200, who, 'GET',
    `${PATH}${query}`)).body;
const put = async (status, x, body, who = me) => (await w.fp(status, who,
    'PUT', `${PATH}/${placed(x)}`, body)).body;
const placed = (x) => x.promoter_campaigns[0].id;
const code = (x) => x.promoter_campaigns[0].ref_token;
const sale = (email, amount, more = {}) => p.track(200, me, 'sale', { email,
	amount, event_id: unique(), ...more });
const day = (n = 0) => new Date(Date.now() + n * 86400000).toISOString()
    .slice(0, 10);

test('two companies', async () => {
	c = (await service()).client;
	w = new World(c);
	p = new Promoters(w);
	me = await w.owner();
	other = await w.owner();
	spring = await w.companyCampaign(me);
	await w.companyCampaign(other);
	await p.sql(`UPDATE campaign SET landing_url = 'https://shop.example/'
	    WHERE id = ${spring.id}`);
	ann = await w.promoter(me, { profile: { first_name: 'Ann' } });
	bob = await w.promoter(me, { profile: { first_name: 'Bob' },
		always_approve: false });
});

test('the list, page after page', async () => {
	const [b, a] = await list();

	assert.deepEqual([b.promoter_id, a.promoter_id], [bob.id, ann.id]);
	assert.equal(a.id, placed(ann));
	const { created_at: at, ref_link: link, ...rest } = a;
	assert.ok(at);
	assert.ok(link.endsWith(`/r/${code(ann)}`));
	assert.deepEqual(rest, { id: placed(ann), campaign_id: spring.id,
		promoter_id: ann.id, promoter: { id: ann.id, email: ann.email,
		    name: 'Ann' }, campaign: { id: spring.id, name: 'Spring',
		    color: ann.promoter_campaigns[0].campaign.color },
		state: 'accepted', stats: { clicks_count: 0,
		    referrals_count: 0, sales_count: 0, customers_count: 0,
		    revenue_amount: 0 }, coupon: '', display_coupon: '',
		ref_token: code(ann), is_customized: false, direct_url: '',
		referral_rewards_customized: false,
		promoter_rewards_customized: false, rewards_for_promoters: [],
		rewards_for_referrals: [], promo_codes: [] });
	const first = await w.fp(200, me, 'GET', `${PATH}?per_page=1`);
	assert.deepEqual(first.body, [b]);
	assert.deepEqual(await list(`?per_page=1&cursor=` +
	    first.headers['x-next-cursor']), [a]);
	assert.deepEqual(await list('?page=7'), []);
	await w.fp(400, me, 'GET', `${PATH}?cursor=x`);
	assert.ok((await list('', other)).every((x) => x.id !== a.id));
});

test('a search finds five at most', async () => {
	const find = async (q, who) => (await list(`/search?q=${q}`, who))
	    .map((x) => x.promoter_id);

	assert.deepEqual(await find('Ann'), [ann.id]);
	assert.deepEqual(await find(encodeURIComponent(bob.email)), [bob.id]);
	assert.deepEqual(await find(code(ann)), [ann.id]);
	assert.deepEqual(await find(''), []);
	assert.deepEqual(await find('%25'), []);
	assert.deepEqual(await find('Ann', other), []);
	for (let i = 0; i < 6; i++)
		await w.promoter(me, { profile: { first_name: 'Many' } });
	assert.equal((await find('many')).length, 5);
	await w.fp(400, me, 'GET', `${PATH}/search?q=${'x'.repeat(121)}`);
});

test('a change of what is given', async () => {
	const id = unique();
	const set = { coupon: `C-${id}`, display_coupon: 'Ten off',
		direct_url: 'https://shop.example/ann' };
	let now = await put(200, ann, set);

	for (const [name, value] of Object.entries(set))
		assert.equal(now[name], value, name);
	assert.equal(now.ref_token, code(ann));
	assert.deepEqual((await list(`/search?q=C-${id}`))[0], now);
	assert.equal((await w.visit(code(ann), { headers: PAGE })).headers
	    .location.split('?')[0], set.direct_url);
	now = await put(200, ann, { direct_url: '', coupon: null });
	assert.equal(now.direct_url, '');
	assert.equal(now.coupon, '');
	assert.equal(now.display_coupon, 'Ten off');
	assert.equal((await w.visit(code(ann), { headers: PAGE })).headers
	    .location.split('?')[0], 'https://shop.example/');
	assert.ok((await w.events(me, 'promoter_campaign.updated',
	    placed(ann))).length > 0);
	const { errors } = await put(400, ann, { ref_token: 'a b',
		direct_url: 'x', state: 'y' });
	assert.deepEqual(Object.keys(errors).sort(), ['direct_url',
		'ref_token', 'state']);
	await put(404, ann, { coupon: 'x' }, other);
	await w.fp(404, me, 'PUT', `${PATH}/999999999`, {});
});

test('another code; the one before leads to him for ever', async () => {
	const old = code(ann), fresh = `new-${unique()}`;
	const now = await put(200, ann, { ref_token: fresh });

	assert.equal(now.ref_token, fresh);
	for (const x of [old, fresh]) {
		assert.equal((await w.visit(x, { headers: PAGE })).status,
		    302, x);
		assert.equal((await w.fp(200, me, 'GET',
		    `/promoters/${x}?find_by=ref_token`)).body.id, ann.id);
		await p.track(200, me, 'signup', { email:
			`l-${unique()}@example.com`, ref_id: x });
	}
	const taken = { ref_token: ['has already been taken'] };
	assert.deepEqual((await put(400, bob, { ref_token: old })).errors,
	    taken);
	assert.deepEqual((await put(400, bob, { ref_token:
		fresh.toUpperCase() })).errors, taken);
	assert.deepEqual((await w.fp(400, me, 'POST', '/promoters', {
		email: `x-${unique()}@example.com`, ref_token: old })).body
	    .errors, taken);
	const referrer = await w.referrer();
	assert.equal((await c.call('POST', '/referrer-campaigns', {
		token: referrer.token, body: { name: 'X', code: old,
		    landingUrl: 'https://shop.example/' } })).status, 409);
	assert.equal((await put(200, ann, { ref_token: old })).ref_token,
	    old);
	assert.equal((await put(200, ann, { ref_token: old })).ref_token,
	    old);
});

test('its state', async () => {
	const to = async (status, state, x = bob) => (await put(status, x, {
		state }));

	await to(422, 'inactive');
	assert.equal((await to(200, 'pending')).state, 'pending');
	assert.equal((await to(200, 'accepted')).state, 'accepted');
	await to(422, 'pending');
	await to(422, 'rejected');
	assert.equal((await to(200, 'inactive')).state, 'inactive');
	assert.equal((await to(200, 'blocked')).state, 'blocked');
	await to(422, 'inactive');
	assert.equal((await to(200, 'accepted')).state, 'accepted');
	const gone = await w.promoter(me);
	await w.fp(200, me, 'POST', '/promoters/archive', { ids: [gone.id] });
	assert.ok((await list()).every((x) => x.promoter_id !== gone.id));
	await to(422, 'accepted', gone);
	assert.equal((await to(200, 'blocked', gone)).state, 'blocked');
});

test('rewards of its own', async () => {
	const { body: reward } = await w.fp(200, me, 'POST', '/rewards', {
		name: 'Ten', is_promoter_reward: true,
		promoter_reward_type: 'sale', schemas: [{ unit: 'cash',
		    amount: 10, flat_amount: false }] });
	const now = await put(200, ann, { rewards_for_promoters: [{
		apply_on: 'all', product_ids: [], reward_id: reward.id }] });
	const whole = async () => (await w.fp(200, me, 'GET',
	    `/promoters/${ann.id}`)).body.is_customized;

	assert.equal(now.is_customized, true);
	assert.equal(now.promoter_rewards_customized, true);
	assert.equal(now.rewards_for_promoters[0].reward_id, reward.id);
	assert.equal(await whole(), true);
	await put(400, ann, { rewards_for_promoters: [{ apply_on: 'all',
		product_ids: [], reward_id: 999999999 }] });
	await put(400, ann, { rewards_for_promoters: [{ apply_on: 'specific',
		product_ids: [], reward_id: 1 }] });
	const off = await put(200, ann, { promoter_rewards_customized: false });
	assert.equal(off.promoter_rewards_customized, false);
	assert.equal(off.is_customized, false);
	assert.equal(await whole(), false);
});

test('what is so already is told to nobody', async () => {
	const dan = await w.promoter(me, { always_approve: false });
	const uses = async (name) => [{ apply_on: 'all', product_ids: [],
		reward_id: (await w.fp(200, me, 'POST', '/rewards', { name,
		    is_promoter_reward: true, promoter_reward_type: 'sale',
		    schemas: [{ unit: 'cash', amount: 10,
			flat_amount: false }] })).body.id }];

	for (let i = 0; i < 2; i++) {
		await put(200, dan, {});
		await put(200, dan, { state: 'accepted' });
		await put(200, dan, { ref_token: code(dan) });
	}
	for (const name of ['One', 'Two'])
		await put(200, dan, { rewards_for_promoters:
			await uses(name) });
	assert.deepEqual((await w.events(me, 'promoter_campaign.updated',
	    placed(dan), 2)).map(({ data }) => [data.changes, data.changed]),
	[[{ promoter_rewards_customized: [false, true] },
		['rewards_for_promoters']],
	[undefined, ['rewards_for_promoters']]]);
});

test('links', async () => {
	const at = `${PATH}/${placed(ann)}/referral_links`;
	const [first, ...none] = (await w.fp(200, me, 'GET', at)).body;

	assert.deepEqual(none, []);
	assert.deepEqual(first, { id: placed(ann), name: 'Default', url:
		(await list('/search?q=Ann'))[0].ref_link, is_default: true,
		source: 'campaign', sub_id: '', campaign: { id: spring.id,
		    name: 'Spring', color: first.campaign.color } });
	await p.sql(`INSERT INTO campaign_link (organization_id, campaign_id,
	    name, url) VALUES (${me.organization.id}, ${spring.id}, 'Sale',
	    'https://shop.example/sale?x=1');
	    INSERT INTO referral_link (organization_id, placement_id, name,
	    url, sub_id, created_at) VALUES (${me.organization.id},
	    ${placed(ann)}, 'Blog', 'https://shop.example/blog', 's1',
	    UTC_TIMESTAMP(6))`);
	const [, sales, blog] = (await w.fp(200, me, 'GET', at)).body;
	assert.equal(sales.url, `https://shop.example/sale?x=1&ref=` +
	    code(ann));
	assert.equal(sales.source, 'campaign');
	assert.equal(blog.url, 'https://shop.example/blog?ref=' +
	    `${code(ann)}&sub_id=s1`);
	assert.deepEqual([blog.source, blog.sub_id, blog.is_default],
	    ['promoter', 's1', false]);
	await w.fp(404, other, 'GET', at);
	await w.fp(404, me, 'GET', `${PATH}/x/referral_links`);
});

test('charts', async () => {
	const eve = await w.promoter(me);
	const lead = `l-${unique()}@example.com`;
	const period = `period_from=${day(-6)}&period_to=${day()}`;
	const of = async (selection, more = period) => {
		const a = (await w.fp(200, me, 'GET', `/promoters/${eve.id}` +
		    `/chart_data?selection=${selection}&${more}`)).body;
		const b = (await w.fp(200, me, 'GET', `${PATH}/${placed(eve)}` +
		    `/chart_data?selection=${selection}&${more}`)).body;

		assert.deepEqual(b.selection_items.map((x) => [x.date,
			x.value]), a.selection_items, selection);
		assert.equal(a.group_by, b.group_by);
		assert.equal(b.total, undefined);
		return a;
	};
	const last = async (selection) => (await of(selection))
	    .selection_items.at(-1);

	await sale(lead, 2000, { ref_id: code(eve) });
	await sale(lead, 700);
	await sale(lead, 300, { currency: 'EUR' });
	await p.track(200, me, 'signup', { email:
		`l-${unique()}@example.com`, ref_id: code(eve) });
	await w.visit(code(eve), { headers: PAGE });
	const chart = await of('revenue');
	assert.deepEqual([chart.period_from, chart.period_to, chart.selection,
		chart.group_by], [day(-6), day(), 'revenue', 'day']);
	assert.deepEqual(chart.selection_items, [...Array(6).keys()].map((i) =>
	    [day(i - 6), 0]).concat([[day(), 2700]]));
	assert.deepEqual(await last('referrals'), [day(), 2]);
	assert.deepEqual(await last('customers'), [day(), 1]);
	assert.deepEqual(await last('clicks'), [day(), 1]);
	assert.deepEqual(await last('cancellations'), [day(), 0]);
	const year = await of('referrals', 'period_from=2020-03-04&' +
	    'period_to=2024-02-01');
	assert.equal(year.group_by, 'year');
	assert.deepEqual(year.selection_items.map(([d]) => d), ['2020-03-04',
		'2021-01-01', '2022-01-01', '2023-01-01', '2024-01-01']);
	assert.equal((await of('clicks', 'period_from=2023-01-30&' +
	    'period_to=2024-01-30')).group_by, 'month');
	const weeks = await of('clicks', 'period_from=2024-01-03&' +
	    'period_to=2024-03-01');
	assert.deepEqual(weeks.selection_items.slice(0, 3).map(([d]) => d),
	    ['2024-01-03', '2024-01-08', '2024-01-15']);
	const total = await w.fp(200, me, 'GET', `${PATH}/${placed(eve)}` +
	    `/chart_data?selection=revenue&${period}&with_totals=true`);
	assert.equal(total.body.total, 2700);
	for (const at of [`/promoters/${eve.id}`, `${PATH}/${placed(eve)}`]) {
		const plain = (await w.fp(200, me, 'GET', `${at}/chart_data`))
		    .body;
		assert.deepEqual([plain.period_from, plain.period_to,
			plain.selection, plain.selection_items.length],
		[day(-29), day(), 'revenue', 30]);
		for (const q of [`?selection=clicks&period_from=${day()}&period_to=` +
		    day(-1), '?selection=clicks&period_from=1990-01-01&' +
		    'period_to=2020-01-01'])
			assert.equal((await w.fp(422, me, 'GET',
			    `${at}/chart_data${q}`)).body.code,
			    'invalid_params');
		await w.fp(400, me, 'GET',
		    `${at}/chart_data?selection=x&${period}`);
		await w.fp(404, other, 'GET',
		    `${at}/chart_data?selection=clicks&${period}`);
	}
});

test('all of it adds up', async () => {
	const { code: status, out } = await c.service.verify();

	assert.equal(status, 0, out);
});
