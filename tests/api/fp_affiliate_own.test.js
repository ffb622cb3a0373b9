/* What promoters see and make themselves. */
'use strict';
const assert = require('node:assert/strict');
const { randomBytes } = require('node:crypto');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { query } = require('./lib/db');

const test = tests(__filename);
let w, c, me, campaign, he, another;

const sql = (text) => query(c.service, text);
const get = async (path, who = he) => (await w.fpa(200, who, 'GET', path))
    .body;

test('a company with two promoters', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.owner();
	campaign = await w.companyCampaign(me);
	he = await w.affiliate(me, await w.promoter(me, {
		profile: { first_name: 'Ada', last_name: unique() } }));
	another = await w.affiliate(me);
});

test('who stands under him', async () => {
	assert.deepEqual(await get('/promoters/sub_affiliates'), []);
	await w.fp(200, me, 'POST', '/promoters/assign_parent', {
		ids: [another.id], parent_promoter_id: he.id });
	const [sub, ...more] = await get('/promoters/sub_affiliates');

	assert.deepEqual(more, []);
	assert.equal(sub.id, another.id);
	assert.equal(sub.stats.active_customers_count, 0);
	assert.deepEqual(await get('/promoters/sub_affiliates', another), []);
});

test('the campaigns that he is in, and no other', async () => {
	const hidden = await w.fp(201, me, 'POST', '/campaigns', {
		name: 'Hidden', landing_url: 'https://hidden.example/',
		ref_token_param: '?ref', visitor_cookie_life: 60 });
	const list = await get('/campaigns');

	assert.ok(hidden.body.id);
	assert.deepEqual(list.map((x) => x.id), [campaign.id]);
	assert.match(list[0].color, /^#/);
});

test('he archives himself, and is out', async () => {
	const p = await w.promoter(me), his = await w.affiliate(me, p);
	const { body } = await w.fpa(200, his, 'POST', '/promoters/archive');

	assert.equal(body.promoter_campaigns[0].state, 'inactive');
	await w.fpa(401, his, 'GET', '/promoters/current');
	assert.ok((await w.fp(200, me, 'GET', `/promoters/${p.id}`)).body
	    .archived_at);
});

/* --- links --- */

const links = (q = '') => get(`/referral_links${q}`);
const link = (status, body, who = he) => w.fpa(status, who, 'POST',
    '/referral_links', { promoter_campaign_id: he.placement, ...body });

test('links: of his code, and of his own', async () => {
	const [first] = await links();

	assert.equal(first.is_default, true);
	assert.equal(first.id, he.placement);
	const { body: plain } = await link(200, { sub_id: 'news letter/1' });
	assert.equal(plain.name, 'news letter/1');
	assert.equal(plain.url, `${first.url}?sub_id=news%20letter%2F1`);
	assert.equal(plain.source, 'promoter');
	assert.deepEqual(plain.campaign.id, campaign.id);
	const { body: deep } = await link(200, { name: 'Deep', sub_id: 'x',
		url: 'https://shop.example/a?b=c#d' });
	const code = first.url.split('/').pop();
	assert.equal(deep.url,
	    `https://shop.example/a?b=c&ref=${code}&sub_id=x#d`);
	assert.deepEqual((await links(`?promoter_campaign_id=${he.placement}`))
	    .map((l) => l.id), [he.placement, plain.id, deep.id]);
	assert.deepEqual((await w.fp(200, me, 'GET',
	    `/promoter_campaigns/${he.placement}/referral_links`)).body,
	await links());
	const changed = (await w.fpa(200, he, 'PUT',
	    `/referral_links/${plain.id}`, { sub_id: null, name: 'Plain' }))
	    .body;
	assert.equal(changed.url, first.url);
	assert.equal(changed.name, 'Plain');
	assert.equal(changed.sub_id, '');
	for (const one of [plain, deep])
		await w.fpa(200, he, 'DELETE', `/referral_links/${one.id}`);
	await w.fpa(404, he, 'DELETE', `/referral_links/${plain.id}`);
	assert.equal((await links()).length, 1);
});

test('links that can\'t be', async () => {
	await link(404, {}, another);
	await link(400, { url: 'javascript:alert(1)' });
	await link(400, { sub_id: 'é' });
	await link(400, { sub_id: 'x'.repeat(121) });
	await w.fpa(404, he, 'GET', '/referral_links?promoter_campaign_id=' +
	    another.placement);
	const { body } = await link(200, {});
	await w.fpa(400, he, 'PUT', `/referral_links/${body.id}`,
	    { name: 'x'.repeat(121) });
	assert.equal((await w.fpa(200, he, 'PUT', `/referral_links/${body.id}`,
	    { name: '' })).body.name, body.name);
	await w.fpa(404, another, 'PUT', `/referral_links/${body.id}`,
	    { name: 'Mine' });
	await w.fpa(404, another, 'DELETE', `/referral_links/${body.id}`);
	await w.fp(200, me, 'PUT', `/promoter_campaigns/${another.placement}`,
	    { state: 'inactive' });
	assert.equal((await link(422, { promoter_campaign_id:
		another.placement }, another)).code, 'standing');
	await w.fp(200, me, 'PUT', `/promoter_campaigns/${another.placement}`,
	    { state: 'accepted' });
});

/* Rows of what he has made, as many as he may. */
const fill = (rows) => sql(rows.replaceAll('MANY',
    'FROM seq_1_to_1000'));

test('nobody makes any number of anything', async () => {
	const his = await w.affiliate(me);
	const limit = async (path, body) => assert.equal((await w.fpa(422, his,
	    path.endsWith('}') ? 'PUT' : 'POST', path.replace('{id}',
		his.placement), body)).code, 'limit');
	const own = await w.belongings(me, his);
	const org = me.organization.id;
	const [{ id: reward }] = (await w.fp(200, me, 'GET',
	    '/rewards?filters[reward_type]=referral')).body.slice(-1);

	await fill(`INSERT INTO referral_link (organization_id, placement_id,
	    name, url, created_at) SELECT ${org}, ${his.placement}, 'L', '',
	    NOW() MANY; INSERT INTO payout_method (organization_id, referrer_id,
	    method, details, is_disabled, created_at, updated_at)
	    SELECT ${org}, ${his.id}, 'wise', '{}', 0, NOW(), NOW() MANY;
	    INSERT INTO promo_code (organization_id, code, live, reward_id,
	    placement_id, created_at, updated_at) SELECT ${org}, 'c', NULL,
	    ${reward}, ${his.placement}, NOW(), NOW() MANY;
	    INSERT INTO placement_code (code, placement_id)
	    SELECT CONCAT('${unique()}', seq), ${his.placement} MANY`);
	await limit('/referral_links', { promoter_campaign_id: his.placement });
	await limit('/payout_methods', { method: 'wise', details: {
		wise_email: 'somebody@example.com' } });
	await limit('/promoter_campaigns/{id}', { ref_token: unique() });
	const { body } = await w.fp(200, me, 'GET', '/promo_codes/' +
	    own['/affiliate/promo_codes/']);
	await limit('/promo_codes', { code: unique(),
		reward_id: body.reward.id,
		promoter_campaign_id: his.placement });
	assert.equal((await get('/payout_methods', his)).data.length, 100);
});

/* --- his code --- */

const rename = (status, token, who = he, id = he.placement) => w.fpa(status,
    who, 'PUT', `/promoter_campaigns/${id}`, { ref_token: token });

test('he chooses his code, and the one before leads to him', async () => {
	const [before] = (await get('/promoters/current')).promoter_campaigns;
	const token = `ada-${unique()}`;
	await w.fp(200, me, 'PUT', `/promoter_campaigns/${he.placement}`, {
		direct_url: 'https://shop.example/' });
	const { body } = await rename(200, token);

	assert.equal(body.ref_token, token);
	assert.ok(body.ref_link.endsWith(`/r/${token}`));
	assert.deepEqual(body.coupon, {});
	assert.deepEqual(body.promo_codes, []);
	assert.equal(body.has_monetary_rewards, true);
	for (const code of [before.ref_token, token])
		assert.equal((await w.visit(code)).status, 302);
	await rename(200, token);
	assert.equal((await w.events(me, 'promoter_campaign.updated',
	    he.placement, 2)).filter(({ data }) =>
		data.changed?.includes('ref_token')).length, 1);
	assert.equal((await rename(422, token, another, another.placement))
	    .body.code, 'invalid_params');
	await rename(422, before.ref_token, another, another.placement);
	await rename(200, before.ref_token);
	await rename(404, unique(), another);
	await rename(404, unique(), he, 999999999);
	await rename(400, 'a b');
});

test('who is not let in keeps his code', async () => {
	const p = await w.promoter(me, { always_approve: false });
	const his = await w.affiliate(me, p);

	await rename(200, unique(), his, his.placement);
	const second = await w.companyCampaign(me);
	await w.fp(200, me, 'POST', '/promoters/add_to_campaign', {
		ids: [p.id], campaign_id: second.id });
	await w.fp(200, me, 'PUT', `/promoter_campaigns/${his.placement}`,
	    { state: 'rejected' });
	assert.equal((await rename(422, unique(), his, his.placement)).code,
	    'standing');
});

/* --- promo codes --- */

async function rewarded(status = {}) {
	const name = unique();
	const { body } = await w.fp(200, me, 'POST', '/rewards', { name,
		coupon: name, provider_coupon_id: name,
		is_promoter_reward: false, schemas: [{ amount: 10,
			unit: 'discount_per', flat_amount: true }], ...status });

	return body.id;
}

test('promo codes of his own', async () => {
	const [reward, other] = [await rewarded(), await rewarded()];
	const body = (more) => ({ code: `code-${unique()}`,
		reward_id: reward, promoter_campaign_id: he.placement,
		...more });
	const make = (status, more, who = he) => w.fpa(status, who, 'POST',
	    '/promo_codes', body(more));

	await make(400);	/* his campaign does not give it */
	await w.fp(200, me, 'PUT', `/promoter_campaigns/${he.placement}`, {
		rewards_for_referrals: [{ apply_on: 'all',
			reward_id: reward }] });
	await make(400, {}, another);
	await make(400, { reward_id: other });
	const made = (await make(200, { description: 'Mine' })).body;
	assert.equal(made.reward.id, reward);
	assert.equal(made.promoter_campaign_id, he.placement);
	await make(400, { code: made.code });
	const put = (status, b, who = he) => w.fpa(status, who, 'PUT',
	    `/promo_codes/${made.id}`, b);
	assert.equal((await put(200, { description: 'Better' })).body
	    .description, 'Better');
	await put(400, { reward_id: other });
	await put(400, { promoter_campaign_id: another.placement });
	await put(404, { description: 'Theirs' }, another);
	await w.fp(200, me, 'PUT', `/promoter_campaigns/${he.placement}`, {
		rewards_for_referrals: [reward, other].map((id) => ({
			apply_on: 'all', reward_id: id })) });
	assert.equal((await put(200, { reward_id: other })).body.reward.id,
	    other);
	await put(400, { code: 'x'.repeat(121) });
	assert.equal((await put(200, { code: '' })).body.code, made.code);
	const stale = await w.fpa(412, he, 'PUT', `/promo_codes/${made.id}`,
	    { code: made.code }, { headers: { 'if-match': '"99"' } });
	assert.equal(stale.code, 'stale');
	await w.fpa(404, another, 'DELETE', `/promo_codes/${made.id}`);
	assert.ok((await w.fpa(200, he, 'DELETE', `/promo_codes/${made.id}`))
	    .body.archived_at);
	await w.fpa(200, he, 'DELETE', `/promo_codes/${made.id}`);
	await sql(`UPDATE promo_code SET ext_id = 'known'
	    WHERE id = ${made.id}`);
	assert.equal((await put(422, { description: 'Late' })).code,
	    'code_archived');
});

test('a code that his company made is not his to change', async () => {
	const { body } = await w.fp(200, me, 'POST', '/promo_codes', {
		code: `company-${unique()}`, reward_id: await rewarded(),
		promoter_campaign_id: he.placement });

	await w.fpa(404, he, 'PUT', `/promo_codes/${body.id}`, { code: 'x' });
	await w.fpa(404, he, 'DELETE', `/promo_codes/${body.id}`);
	const place = (await rename(200, unique())).body;
	assert.deepEqual(place.promo_codes.map((k) => k.id), [body.id]);
});

/* --- payout methods --- */

const PAYPAL = { method: 'paypal', details: {
	paypal_email: 'ada@example.com' } };
const methods = (status, who, method, path = '', body = undefined) =>
    w.fpa(status, who, method, `/payout_methods${path}`, body);

test('how he wants to be paid', async () => {
	const first = (await methods(200, he, 'POST', '', PAYPAL)).body;

	assert.equal(first.is_selected, true);
	assert.equal((await get('/promoters/current')).selected_payout_method,
	    'paypal');
	const seen = async () => {
		const one = (await w.fp(200, me, 'GET', `/promoters/${he.id}`))
		    .body.selected_payout_method;
		const listed = (await w.fp(200, me, 'GET', '/promoters')).body
		    .data.find((x) => x.id === he.id).selected_payout_method;

		assert.deepEqual(listed, one);
		return one;
	};
	assert.deepEqual(await seen(), { id: first.id, method: 'paypal',
		date_added: first.date_added, is_disabled: false });
	const second = (await methods(200, he, 'POST', '', { method: 'wise',
		is_selected: true, details: { wise_email: 'ada@example.com' } }))
	    .body;
	assert.equal((await seen()).id, second.id);
	const list = await get('/payout_methods');
	assert.deepEqual(list.data.map((m) => [m.id, m.is_selected]),
	    [[second.id, true], [first.id, false]]);
	assert.ok(list.meta.selected_payout_methods.includes('paypal'));
	const at = `/${first.id}`;
	assert.deepEqual((await methods(200, he, 'GET', at)).body.details,
	    PAYPAL.details);
	const put = (await methods(200, he, 'PUT', at, { is_selected: true,
		details: { paypal_email: 'ada@pay.example' } })).body;
	assert.equal(put.method, 'paypal');
	assert.equal(put.is_selected, true);
	await methods(200, he, 'PUT', at, { is_selected: true,
		details: { paypal_email: 'ada@pay.example' } });
	const told = (id) => w.events(me, 'payout_method.updated', id);
	assert.deepEqual([...await told(first.id), ...await told(second.id)]
	    .map(({ data }) => data.changes.is_selected),
	[[true, false], [false, true], [true, false]]);
	await methods(400, he, 'PUT', at, { details: {
		wise_email: 'ada@example.com' } });
	await methods(400, he, 'POST', '', { ...PAYPAL, method: 'bank' });
	for (const [method, body] of [['GET'], ['PUT', PAYPAL], ['DELETE']])
		await methods(404, another, method, at, body);
	assert.equal((await w.fp(200, me, 'GET', `/payout_methods${at}`)).body
	    .details.paypal_email, 'ada@pay.example');
	assert.deepEqual((await methods(200, he, 'DELETE', at)).body.details,
	    { paypal_email: 'ada@pay.example' });
	assert.equal(await seen(), null);
	await methods(404, he, 'DELETE', at);
	await methods(404, he, 'GET', '/x');
});

test('a method that is paid by is kept', async () => {
	const { body } = await methods(200, another, 'POST', '', PAYPAL);
	const WISE = { method: 'wise', details: {
		wise_email: 'thief@example.com' } };
	const { body: spare } = await methods(200, another, 'POST', '', WISE);
	const [commission] = (await w.fp(200, me, 'POST', '/commissions', {
		commission_type: 'custom', amount: 100,
		promoter_campaign_id: another.placement })).body;

	await w.fp(200, me, 'POST', '/commissions/generate_payouts', {
		ids: [commission.id] });
	const { body: batch } = await w.fp(201, me, 'POST',
	    '/payouts/create_payments_batch', { method: 'paypal' });
	const selected = { ...WISE, is_selected: true };
	const kept = async (method, id, more, who = another) =>
	    assert.equal((await methods(409, who, method, id, more)).code,
		'conflict');
	await kept('DELETE', `/${body.id}`);
	await kept('POST', '', selected);
	await kept('PUT', `/${body.id}`, { details: {
		paypal_email: 'thief@example.com' } });
	await kept('PUT', `/${body.id}`, { ...PAYPAL, is_selected: false });
	await kept('PUT', `/${spare.id}`, selected);
	for (const [method, path] of [['POST', ''], ['PUT', `/${spare.id}`]])
		assert.equal((await w.fp(409, me, method,
		    `/payout_methods${path}`, { ...selected,
			promoter_id: another.id })).code, 'conflict');
	/* what it does not pay by is as free as ever */
	await methods(200, another, 'PUT', `/${spare.id}`, { details: {
		wise_email: 'ada@example.com' } });
	await methods(200, another, 'DELETE', `/${(await methods(200, another,
	    'POST', '', WISE)).body.id}`);
	await w.fp(200, me, 'POST', `/payments_batches/${batch.data.id}/pay`,
	    {});
	await methods(200, another, 'PUT', `/${spare.id}`, selected);
});

/* --- what came by a link --- */

/* A visit by a link; the page has known the visitor by another name. */
async function visit(url) {
	const { pathname, search } = new URL(url);
	const answer = await c.site('GET', pathname + search);
	const { searchParams: to } = new URL(answer.headers.location);
	const told = await c.call('POST', '/api/v2/track/visit', { body: {
		code: to.get('ref'), click: to.get('aff_click'),
		tid: randomBytes(16).toString('hex'), url: answer.headers
		    .location } });

	assert.equal(told.status, 200, told.text);
	return told.body.tid;
}

test('the sub id of a link goes with the visitor', async () => {
	const { body } = await link(200, { sub_id: 'spring mail' });
	const tid = await visit(body.url);
	const lead = await c.call('POST', '/api/v2/track/signup', {
		token: me.token, body: { tid,
		    email: `lead-${unique()}@example.com` } });

	assert.equal(lead.status, 200, lead.text);
	assert.equal(await sql(`SELECT k.sub_id, k.kind FROM referral f
	    JOIN click k ON k.id = f.click_id WHERE f.id = ${lead.body.id}`),
	    'spring mail\tsame');
	const today = new Date().toISOString().slice(0, 10);
	const mine = await get('/reports/sub_ids?columns[]=clicks_count' +
	    '&columns[]=referrals_count&group_by=year' +
	    `&start_date=${today}&end_date=${today}`);
	assert.deepEqual(mine.map((x) => [x.sub_id, x.data]), [['spring mail',
		{ clicks_count: 1, referrals_count: 1 }]]);
});
