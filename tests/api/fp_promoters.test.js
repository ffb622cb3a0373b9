/* Promoters of a company: made, found, changed. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');

const test = tests(__filename);
let w, c, me, other, campaign;

const find = (status, id, query = '') => w.fp(status, me, 'GET',
    `/promoters/${encodeURIComponent(id)}${query}`);

test('two companies', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.owner();
	other = await w.owner();
	const none = await w.fp(422, me, 'POST', '/promoters', {
		email: 'a@example.com' });
	assert.equal(none.body.code, 'operation_failed');
	campaign = await w.companyCampaign(me);
});

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
	assert.deepEqual((await find(200, body.id)).body, body);
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

		assert.deepEqual(a.body, p, name);
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
	assert.deepEqual((await find(200, p.id)).body, now);
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
