/* Promoters of a company: made, found, changed. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');
const { calls } = require('./lib/organizations');

const test = tests(__filename);
let w, c, p, me, other, campaign;

const find = (status, id, query = '') => w.fp(status, me, 'GET',
    `/promoters/${encodeURIComponent(id)}${query}`);

test('two companies', async () => {
	c = (await service()).client;
	w = new World(c);
	p = new Promoters(w);
	me = await w.owner();
	other = await w.owner();
	const none = await w.fp(422, me, 'POST', '/promoters', {
		email: 'a@example.com' });
	assert.equal(none.body.code, 'operation_failed');
	campaign = await w.companyCampaign(me);
});

/* Without the offer to choose a password, which is another each time. */
const plain = (p) => ({ ...p, password_setup_url: null });

test('a promoter by no more than an address', async () => {
	const email = `p-${unique()}@example.com`;
	const { body } = await w.fp(201, me, 'POST', '/promoters', { email });
	const [placed] = body.promoter_campaigns;

	assert.equal(body.email, email);
	assert.equal(body.name, '');
	assert.equal(body.cust_id, null);
	assert.equal(body.archived_at, null);
	assert.deepEqual(body.custom_fields, {});
	assert.equal(body.parent_promoter, null);
	assert.equal(body.stats.referrals_count, 0);
	assert.equal(body.promoter_campaigns.length, 1);
	assert.equal(placed.campaign_id, campaign.id);
	assert.equal(placed.promoter_id, body.id);
	assert.equal(placed.state, 'accepted');
	assert.equal(placed.campaign.name, 'Spring');
	assert.match(placed.ref_token, /^[0-9a-z]{10}$/);
	assert.ok(placed.ref_link.endsWith(`/r/${placed.ref_token}`));
	assert.deepEqual(plain((await find(200, body.id)).body), plain(body));
	assert.equal((await w.events(me, 'promoter.created', body.id)).length,
	    1);
	assert.equal((await w.events(me, 'promoter_campaign.created',
	    placed.id)).length, 1);
});

test('one with all that can be said, found by each name', async () => {
	const id = unique();
	const p = await w.promoter(me, { email: `Full-${id}@example.com`,
		cust_id: `c-${id}`, always_approve: false,
		initial_campaign_id: campaign.id, drip_emails: true,
		custom_fields: { size: 'small', topics: ['a', 'b'] },
		profile: { first_name: 'Zoë', last_name: `Müller ${id}`,
		    country: 'FR', website: 'https://zoe.example',
		    unknown: 1 } });
	const [placed] = p.promoter_campaigns;

	assert.equal(p.name, `Zoë Müller ${id}`);
	assert.equal(placed.state, 'pending');
	assert.equal(placed.ref_token, `zoe-mueller-${id}`);
	assert.equal(p.profile.country, 'FR');
	assert.equal(p.profile.vat_id, null);
	assert.equal(p.profile.avatar, '');
	assert.deepEqual(p.custom_fields, { size: 'small',
		topics: ['a', 'b'] });
	for (const [name, value] of [['email', `full-${id}@example.com`],
	    ['cust_id', `c-${id}`], ['ref_token', placed.ref_token]]) {
		const a = await find(200, value, `?find_by=${name}`);

		assert.deepEqual(plain(a.body), plain(p), name);
	}
	for (const name of ['email', 'cust_id', 'auth_token', 'ref_token',
	    'promo_code'])
		await find(404, `nobody-${id}`, `?find_by=${name}`);
	await find(404, `nobody-${id}`);
	await find(404, '0');
	await find(404, '99999999999999999999');
	await find(400, p.id, '?find_by=shoe_size');
	await w.fp(404, other, 'GET', `/promoters/${p.id}`);
	await w.fp(404, other, 'GET',
	    `/promoters/full-${id}@example.com?find_by=email`);
	const twin = await w.promoter(me, { profile: { first_name: 'Zoë',
		last_name: `Müller ${id}` } });
	assert.match(twin.promoter_campaigns[0].ref_token,
	    new RegExp(`^zoe-mueller-${id}\\d\\d$`));
});

test('names that only one may have', async () => {
	const id = unique();
	const email = `only-${id}@example.com`;
	const first = await w.promoter(me, { email, cust_id: id,
		ref_token: `code-${id}` });
	const wrong = async (more, field) => {
		const { body } = await w.fp(400, me, 'POST', '/promoters', {
			email: `x-${unique()}@example.com`, ...more });

		assert.deepEqual(body, { code: 'invalid_record',
			message: 'Validation failed: ' +
			    `${field} has already been taken`,
			errors: { [field]: ['has already been taken'] } });
	};

	assert.equal(first.promoter_campaigns[0].ref_token, `code-${id}`);
	await wrong({ email: email.toUpperCase() }, 'email');
	await wrong({ cust_id: id }, 'cust_id');
	await wrong({ ref_token: `CODE-${id}` }, 'ref_token');
	/* another company knows him as well */
	await w.companyCampaign(other);
	await w.promoter(other, { email, cust_id: id });
});

test('what is wrong, field by field', async () => {
	const { body } = await w.fp(400, me, 'POST', '/promoters', {
		email: 'nobody', cust_id: 'x'.repeat(121), ref_token: 'a b',
		initial_campaign_id: 'y', profile: { first_name: 1 } });

	assert.deepEqual(Object.keys(body.errors).sort(), ['cust_id', 'email',
		'initial_campaign_id', 'profile.first_name', 'ref_token']);
	await w.fp(400, me, 'POST', '/promoters', {});
	await w.fp(400, me, 'POST', '/promoters', { email: 'a@example.com',
		custom_fields: ['x'] });
	await w.fp(400, me, 'POST', '/promoters', { email: 'a@example.com',
		custom_fields: { x: 'x'.repeat(10001) } });
});

test('a campaign that nobody comes into', async () => {
	const theirs = await w.hood(other);
	const over = await w.companyCampaign(me);
	const into = (status, id) => w.fp(status, me, 'POST', '/promoters', {
		email: `x-${unique()}@example.com`, initial_campaign_id: id });

	await into(404, Number(theirs.id));
	await into(404, 999999999);
	await w.ok(204, 'POST', `/v1/hood/campaigns/${over.id}/cancel`, {
		token: me.token, body: { reason: 'x' } });
	assert.equal((await into(422, over.id)).body.code,
	    'operation_failed');
});

test('a change of what is given, and of nothing else', async () => {
	const id = unique();
	const p = await w.promoter(me, { cust_id: id, custom_fields: {
		a: '1', b: '2' }, profile: { first_name: 'Ann', country: 'DE',
		vat_id: 'DE1' } });
	const put = async (status, body, at = p.id) => (await w.fp(status, me,
	    'PUT', `/promoters/${at}`, body)).body;
	let now = await put(200, { profile: { last_name: 'Lee', vat_id: null },
		custom_fields: { b: null, c: ['x'] } });

	assert.equal(now.name, 'Ann Lee');
	assert.equal(now.profile.country, 'DE');
	assert.equal(now.profile.vat_id, null);
	assert.deepEqual(now.custom_fields, { a: '1', c: ['x'] });
	assert.equal(now.email, p.email);
	assert.equal(now.cust_id, id);
	now = await put(200, { email: `new-${id}@example.com`, cust_id: null });
	assert.equal(now.email, `new-${id}@example.com`);
	assert.equal(now.cust_id, null);
	now = await put(200, { find_by: 'email', cust_id: 7 },
	    encodeURIComponent(`new-${id}@example.com`));
	assert.equal(now.cust_id, '7');
	assert.deepEqual(plain((await find(200, p.id)).body), plain(now));
	assert.equal((await w.events(me, 'promoter.updated', p.id)).length >= 1,
	    true);
	const twin = await w.promoter(me);
	const { errors } = await put(400, { email: twin.email });
	assert.deepEqual(errors, { email: ['has already been taken'] });
	await put(404, {}, 999999999);
	await w.fp(404, other, 'PUT', `/promoters/${p.id}`, { cust_id: 'x' });
});

test('many of the same address at once: one is made', async () => {
	const email = `race-${unique()}@example.com`;
	const all = await Promise.all(Array.from({ length: 6 }, () =>
	    c.call('POST', '/api/v2/company/promoters', { token: me.token,
		body: { email } })));

	assert.deepEqual(all.map((a) => a.status).sort(), [201, 400, 400, 400,
		400, 400]);
});

test('the house sees organizations that joined as promoters', async () => {
	const house = await w.house();
	const joined = await w.referrer();
	const placed = await w.campaign(joined);
	const { body } = await w.fp(200, house, 'GET', '/promoters/' +
	    `${placed.code}?find_by=ref_token`);

	assert.equal(body.name, joined.organization.name);
	assert.equal(body.email, joined.email);
	assert.equal(body.promoter_campaigns[0].id, Number(placed.id));
	assert.deepEqual((await w.fp(200, house, 'GET', '/promoters/' +
	    `${joined.email}?find_by=email`)).body, body);
	await w.fp(403, house, 'PUT', `/promoters/${body.id}`, {
		cust_id: 'x' });
});

/* --- lists --- */

let shop, ann, bob, eve, far;
const list = async (query = '', who = shop) => (await w.fp(200, who, 'GET',
    `/promoters${query}`)).body;
const ids = async (query, who) => (await list(query, who)).data
    .map((x) => x.id);
const sale = (who, code, amount, more = {}) => {
	const lead = `lead-${unique()}@example.com`;

	return p.track(200, who, 'sale', { email: lead, ref_id: code, amount,
		event_id: unique(), ...more }).then(() => lead);
};
const code = (x) => x.promoter_campaigns[0].ref_token;

test('sums of promoters, and lists sorted by them', async () => {
	shop = await w.owner();
	const spring = await w.companyCampaign(shop);
	far = await w.companyCampaign(shop);
	await p.sql(`UPDATE campaign SET landing_url = 'https://shop.example/'
	    WHERE id = ${spring.id}`);
	ann = await w.promoter(shop, { profile: { first_name: 'Ann',
		last_name: 'Lee' }, custom_fields: { size: 'small',
		topics: ['cats', 'dogs'] } });
	bob = await w.promoter(shop, { profile: { first_name: 'Bob' },
		custom_fields: { size: 'Smallest_' } });
	eve = await w.promoter(shop, { initial_campaign_id: far.id,
		always_approve: false, profile: { first_name: 'Anna' } });
	const lead = await sale(shop, code(ann), 2000);
	await p.track(200, shop, 'sale', { email: lead, amount: 500,
		event_id: unique() });
	await p.track(200, shop, 'sale', { email: lead, amount: 900,
		event_id: unique(), currency: 'EUR' });
	await p.track(200, shop, 'signup', { email:
		`l-${unique()}@example.com`, ref_id: code(ann) });
	await sale(shop, code(bob), 7000);
	for (let i = 0; i < 3; i++)
		await w.visit(code(bob), { headers: {
			'user-agent': 'Mozilla/5.0' } });

	const all = await list();
	assert.deepEqual(all.data.map((x) => x.id), [eve.id, bob.id, ann.id]);
	assert.deepEqual(all.meta, { pending_count: 1 });
	const [, , last] = all.data;
	assert.deepEqual(last.stats, { clicks_count: 0, referrals_count: 2,
		sales_count: 3, customers_count: 1, revenue_amount: 2500,
		active_customers_count: 1 });
	assert.equal(last.balances.cash, 500);
	assert.deepEqual(plain((await w.fp(200, shop, 'GET',
	    `/promoters/${ann.id}`)).body), last);
	assert.equal(last.promoter_campaigns[0].campaign_id, spring.id);
	for (const [name, down] of Object.entries({
		joined_at: [eve, bob, ann], referrals_count: [ann, bob, eve],
		customers_count: [bob, ann, eve],
		revenue_amount: [bob, ann, eve] })) {
		const want = down.map((x) => x.id);

		assert.deepEqual(await ids(`?sorting[${name}]=desc`), want,
		    name);
		assert.deepEqual(await ids(`?sorting[${name}]=asc`),
		    [...want].reverse(), name);
	}
	await w.fp(400, shop, 'GET', '/promoters?sorting[joined_at]=asc' +
	    '&sorting[revenue_amount]=asc');
});

test('page after page', async () => {
	for (const by of ['', 'sorting[revenue_amount]=asc&',
	    'sorting[customers_count]=desc&', 'sorting[clicks_count]=asc&']) {
		const found = [];
		let at = `/promoters?${by}per_page=1`;

		for (let i = 0; i < 4 && at; i++) {
			const a = await w.fp(200, shop, 'GET', at);

			found.push(...a.body.data.map((x) => x.id));
			at = a.headers['x-next-cursor'] && `/promoters?${by}` +
			    `per_page=1&cursor=${a.headers['x-next-cursor']}`;
		}
		assert.deepEqual(found, await ids(`?${by}`), by);
		assert.deepEqual(await ids(`?${by}per_page=2&page=2`),
		    found.slice(2), by);
		assert.deepEqual(await ids(`?${by}page=9`), [], by);
	}
});

test('filters', async () => {
	const today = new Date().toISOString().slice(0, 10);
	const is = async (query, ...who) => assert.deepEqual(
	    (await ids(`?${query}`)).sort(), who.map((x) => x.id).sort(),
	    query);
	const f = (name) => `filters[${name}]`;

	await is('q=ann', ann, eve);
	await is('q=Ann%20L', ann);
	await is(`q=${bob.email.slice(0, 20)}`, bob);
	await is(`q=${code(bob)}`, bob);
	await is('q=%25');
	await is(`ids[]=${ann.id}&ids[]=${eve.id}&ids[]=999999999`, ann, eve);
	await is(`${f('revenue_amount')}[from]=2500`, ann, bob);
	await is(`${f('revenue_amount')}[from]=2501&` +
	    `${f('revenue_amount')}[to]=7000`, bob);
	await is(`${f('revenue_amount')}[to]=0`, eve);
	await is(`${f('customers_count')}[from]=1`, ann, bob);
	await is(`${f('referrals_count')}[from]=2`, ann);
	await is(`${f('clicks_count')}[to]=0&ids[]=${ann.id}`, ann);
	await is(`${f('joined_at')}[from]=${today}`, ann, bob, eve);
	await is(`${f('joined_at')}[to]=2020-01-01`);
	await is(`${f('last_login_at')}[from]=2020-01-01`);
	await is(`${f('campaign_id')}=${far.id}`, eve);
	await is(`${f('campaign_id')}[]=${far.id}&${f('campaign_id')}[]=` +
	    ann.promoter_campaigns[0].campaign_id, ann, bob, eve);
	await is(`${f('state')}=pending`, eve);
	await is(`${f('state')}=accepted`, ann, bob);
	await is(`${f('state')}=pending&${f('campaign_id')}=` +
	    ann.promoter_campaigns[0].campaign_id);
	for (const state of ['rejected', 'blocked', 'inactive', 'not_set'])
		await is(`${f('state')}=${state}`);
	await is(`${f('archived')}=true`);
	await is(`${f('archived')}=no`, ann, bob, eve);
	for (const none of ['has_wform', 'subscribed_to_email']) {
		await is(`${f(none)}=yes`);
		await is(`${f(none)}=no`, ann, bob, eve);
	}
	await is(`${f('invoice_details_status')}=approved`);
	await is(`${f('invoice_details_status')}=not_submitted`, ann, bob,
	    eve);
	const field = (key, value, operator = 'exact', n = 1) =>
		`${f(`custom_field${n}`)}[key]=${key}&` +
		`${f(`custom_field${n}`)}[operator]=${operator}&` +
		`${f(`custom_field${n}`)}[value]=${value}`;
	await is(field('size', 'small'), ann);
	await is(field('size', 'all', 'partial'), ann, bob);
	await is(field('size', '_', 'partial'), bob);
	await is(field('topics', 'dogs'), ann);
	await is(`${field('topics', 'dogs')}&${field('size', 'x', 'exact',
	    2)}`);
	await is(field('shape', 'small'));
	await is(`${f('fraud_suspicions')}[]=no_suspicion`, ann, bob, eve);
	await is(`${f('fraud_suspicions')}[]=ad_source`);
	await is(`${f('inactivity')}[metric]=sale&` +
	    `${f('inactivity')}[days]=7`);
	await is(`filters=${encodeURIComponent(JSON.stringify({
		revenue_amount: { from: 2500, to: 2500 },
		campaign_id: [ann.promoter_campaigns[0].campaign_id] }))}`,
	    ann);
	await p.sql(`UPDATE promoter_total SET joined_at = joined_at -
	    INTERVAL 40 DAY WHERE referrer_id = ${eve.id};
	    UPDATE referrer SET joined_at = joined_at - INTERVAL 40 DAY
	    WHERE id = ${eve.id}`);
	await is(`${f('inactivity')}[metric]=sale`, eve);
	await is(`${f('inactivity')}[metric]=click&` +
	    `${f('inactivity')}[days]=50`);
	for (const wrong of [`${f('state')}=x`, `${f('parent_promoter_id')}=x`,
	    'ids[]=x', `${f('joined_at')}[from]=soon`, 'per_page=101',
	    'cursor=x', 'sorting[joined_at]=up'])
		await w.fp(400, shop, 'GET', `/promoters?${wrong}`);
});

test('somebody suspicious', async () => {
	await p.track(200, shop, 'signup', { email: bob.email, ref_id:
		code(bob) });
	assert.deepEqual(await ids('?filters[fraud_suspicions][]=' +
	    'same_promoter_email'), [bob.id]);
	assert.deepEqual((await list(`?ids[]=${bob.id}`)).data[0]
	    .fraud_suspicions, ['same_promoter_email']);
	assert.deepEqual((await ids('?filters[fraud_suspicions][]=' +
	    'no_suspicion')).sort(), [ann.id, eve.id].sort());
});

test('clicks are added by the roll-up', async () => {
	assert.equal((await w.fp(200, shop, 'GET', `/promoters/${bob.id}`))
	    .body.stats.clicks_count, 3);
	assert.ok(await until(async () => (await ids(
	    '?filters[clicks_count][from]=3')).length === 1, 60000, 500));
	assert.deepEqual(await ids('?filters[clicks_count][from]=3'),
	    [bob.id]);
});

test('another currency of the program: revenue in it', async () => {
	const { body } = await w.fp(200, shop, 'GET', '/settings');

	await w.fp(200, shop, 'PUT', '/settings', { ...body,
		currency: 'EUR' });
	assert.equal((await w.fp(200, shop, 'GET', `/promoters/${ann.id}`))
	    .body.stats.revenue_amount, 900);
	assert.deepEqual(await ids('?filters[revenue_amount][from]=1'),
	    [ann.id]);
});

test('nobody sees another company\'s', async () => {
	const stranger = await w.owner();

	assert.deepEqual(await list('', stranger), { data: [],
		meta: { pending_count: 0 } });
	assert.deepEqual(await ids(`?ids[]=${ann.id}`, stranger), []);
	assert.deepEqual(await ids('?q=ann', stranger), []);
});

test('a company that is erased leaves nothing of its promoters', async () => {
	const gone = await w.owner(), id = unique();

	await w.companyCampaign(gone);
	const one = await w.promoter(gone, { email: `erase-${id}@example.com`,
		cust_id: id, custom_fields: { a: id }, ref_token: `e-${id}`,
		profile: { first_name: id } });
	await w.fp(200, gone, 'PUT', `/promoter_campaigns/` +
	    one.promoter_campaigns[0].id, { coupon: id, display_coupon: id,
		direct_url: `https://shop.example/${id}` });
	await sale(gone, `e-${id}`, 1000);
	assert.equal((await calls(() => w).erase(gone)).status, 204);
	assert.equal(await p.sql(`SELECT CONCAT_WS(' ', name, email, customer,
	    profile, fields) FROM promoter WHERE referrer_id = ${one.id}`),
	    'Deleted {} {}');
	assert.equal(await p.sql(`SELECT COUNT(*) FROM promoter_field
	    WHERE referrer_id = ${one.id}`), '0');
	assert.equal(await p.sql(`SELECT CONCAT_WS('/', name, landing_url,
	    coupon, display_coupon) FROM placement
	    WHERE referrer_id = ${one.id}`), 'Deleted/');
	assert.equal((await w.visit(`e-${id}`)).status, 404);
});

test('all of it adds up', async () => {
	const { code: status, out } = await c.service.verify();

	assert.equal(status, 0, out);
});
