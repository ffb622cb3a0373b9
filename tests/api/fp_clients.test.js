/*
 * The FirstPromoter face, asked as clients in use ask: an automation tool's
 * node, an assistant's tools, an importer of programs.  They read the vendor's
 * documents each in its own way.
 */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');

const test = tests(__filename);
const JSON_ONLY = { accept: 'application/json',
	'content-type': 'application/json' };
let w, p, me, ann, bob, lead;

const call = async (status, method, path, body) => (await w.fp(status, me,
    method, path, body, { headers: JSON_ONLY })).body;
const mail = (name) => `${name}-${unique()}@example.com`;
const names = (o) => Object.keys(o).sort();

test('a company, two promoters, a customer', async () => {
	w = new World((await service()).client);
	p = new Promoters(w);
	me = await p.company();
	ann = await p.promoter(me);
	bob = await p.promoter(me);
	lead = { email: mail('lead'), uid: `cus_${unique()}` };
	lead.id = (await p.track(200, me, 'signup', { ...lead,
		ref_id: ann.code })).id;
	await p.track(200, me, 'sale', { email: lead.email, amount: '2000',
		event_id: `e-${unique()}`, plan: 'pro' });
});

/* A form of an automation tool: what is left empty is sent as it is. */
test('fields that were left empty', async () => {
	const email = mail('empty');

	await p.track(200, me, 'signup', { email, uid: '', tid: '',
		ref_id: ann.code, ip: '', created_at: '', skip_email_notification: true });
	await p.track(200, me, 'sale', { email, uid: '',
		amount: 1000, event_id: `e-${unique()}`, currency: '', tid: '',
		ref_id: '', quantity: '', promo_code: '', plan: '', mrr: '',
		skip_email_notification: true });
	await p.track(200, me, 'refund', { email, uid: '',
		amount: 500, event_id: `e-${unique()}`, currency: '',
		sale_event_id: '', quantity: '' });
	await p.track(200, me, 'cancellation', { email, uid: '' });

	const profile = Object.fromEntries(['first_name', 'last_name',
		'website', 'company_name', 'company_number', 'phone_number',
		'vat_id', 'country', 'address', 'avatar', 'w8_form_url',
		'w9_form_url', 'description', 'instagram_url', 'youtube_url',
		'linkedin_url', 'facebook_url', 'twitter_url', 'twitch_url',
		'tiktok_url'].map((k) => [k, '']));
	const made = await call(201, 'POST', '/promoters', {
		email: mail('form'), cust_id: '', profile,
		initial_campaign_id: String(me.campaign), drip_emails: false });
	assert.equal(made.promoter_campaigns[0].campaign_id, me.campaign);
	await call(201, 'POST', '/promoters', { email: mail('form'),
		cust_id: '', initial_campaign_id: me.campaign, profile });
	const changed = await call(200, 'PUT', `/promoters/${made.id}`, {
		cust_id: 'c-1', find_by: 'id', profile: { ...profile,
		    first_name: 'Eve' }, 'profile[_destroy_w9form]': false,
		'profile[_destroy_w8form]': false });
	assert.equal(changed.profile.first_name, 'Eve');
});

/* Where somebody is changed, what was left empty stays as it was. */
test('a change by a form', async () => {
	const at = `/referrals/${lead.id}`;
	const was = await call(200, 'GET', at);

	assert.deepEqual(await call(200, 'PUT', at, { email: '', uid: '',
		custom_status_id: '' }), was);
	const reward = await call(200, 'POST', '/rewards', { name: 'Limited',
		coupon: 'limited', is_promoter_reward: false, max_redemptions: 5,
		schemas: [{ amount: 10, unit: 'discount_per',
		    flat_amount: true }] });
	assert.equal((await call(200, 'PUT', `/rewards/${reward.id}`, {
		max_redemptions: '' })).max_redemptions, 5);
	/* no word is no yes */
	await call(400, 'POST', '/promoters', { email: mail('form'),
		always_approve: '' });
	await call(400, 'PUT', at, { 'split_details[promoter_campaign_id]':
	    bob.placement, 'split_details[percentage]': '' });
	await call(400, 'PUT', at, { 'split_details[percentage]': 5 });
});

test('numbers as text', async () => {
	const at = String(ann.placement);
	const [c] = await call(200, 'POST', '/commissions', {
		commission_type: 'custom', amount: '700',
		promoter_campaign_id: at, unit: 'cash', event_date: '',
		internal_note: 'a note', notify_promoter: false });

	assert.equal(c.amount, 700);
	await call(200, 'POST', '/commissions', { commission_type: 'sale',
		referral_id: String(lead.id), sale_amount: '5000', plan_id: '',
		event_id: `e-${unique()}`, event_date: '2026-01-15',
		notify_promoter: false, billing_period: 'monthly' });
	const moved = await call(200, 'POST', '/referrals/move_to_promoter', {
		promoter_campaign_id: String(bob.placement), ids: [lead.id] });
	assert.equal(moved.status, 'completed');
	assert.equal(moved.processed_count, 1);
	[lead] = await call(200, 'GET',
	    `/referrals?q=${encodeURIComponent(lead.email)}`);
	assert.equal(lead.promoter_campaign.id, bob.placement);
});

test('a lead by another name, and brackets in names', async () => {
	const at = `/referrals/${encodeURIComponent(lead.email)}`;
	const found = await call(200, 'GET', `${at}?find_by=email`);

	assert.equal(found.id, lead.id);
	assert.equal((await call(200, 'GET', `/referrals/${lead.uid}` +
	    '?find_by=uid')).id, lead.id);
	/* where the document has it, and where the address has it */
	for (const [path, more] of [[at, { find_by: 'email' }],
		[`${at}?find_by=email`, {}]]) {
		const r = await call(200, 'PUT', path, { ...more,
			promoter_campaign_id: bob.placement,
			'split_details[percentage]': 30,
			'split_details[promoter_campaign_id]': ann.placement });

		assert.equal(r.id, lead.id);
		assert.deepEqual(r.split_details.map((s) =>
		    [s.promoter_campaign_id, s.percentage]),
		[[ann.placement, 30]]);
	}
});

test('lists: numbered ids, filters as JSON, plain and in brackets',
    async () => {
	const rows = await call(200, 'GET', '/referrals?per_page=100');
	const ids = rows.slice(0, 2).map((r) => r.id);
	const numbered = new URLSearchParams(ids.map((id, i) =>
	    [`ids[${i}]`, String(id)]));

	assert.deepEqual((await call(200, 'GET', `/referrals?${numbered}`))
	    .map((r) => r.id).sort(), ids.sort());
	const filters = encodeURIComponent(JSON.stringify({
		campaign_id: String(me.campaign), archived: false }));
	const all = await call(200, 'GET',
	    `/promoters?filters=${filters}&per_page=100&page=1`);
	assert.ok(all.data.some((one) => one.id === ann.id));
	const suspected = new URLSearchParams([
		['filters[fraud_suspicions][0]', 'same_ip_suspicion'],
		['filters[fraud_suspicions][1]', 'ad_source']]);
	assert.deepEqual(await call(200, 'GET', `/payouts?${suspected}`), []);
	for (const status of ['approved', 'denied']) {
		const plain = await call(200, 'GET',
		    `/commissions?status=${status}&per_page=100`);

		assert.deepEqual(plain, await call(200, 'GET',
		    `/commissions?filters[status]=${status}&per_page=100`));
		assert.ok(plain.every((c) => c.status === status));
	}
	await call(200, 'GET', `/promo_codes?promoter_campaign_id=${
		ann.placement}`);
	const columns = new URLSearchParams([['columns[]', 'clicks_count'],
		['columns[]', 'revenue_amount'], ['group_by', 'month'],
		['start_date', '2026-01-01'], ['end_date', '2026-12-31'],
		['sorting[revenue_amount]', 'desc']]);
	for (const what of ['campaigns', 'promoters', 'overview'])
		assert.ok(Array.isArray(await call(200, 'GET',
		    `/reports/${what}?${columns}`)), what);
});

/* An importer holds rows against a schema, and takes no other. */
test('what an importer of programs must find', async () => {
	const page = '?per_page=100&page=1';
	const type = (v) => v === null ? 'null' : typeof v;
	const is = (row, expected) => {
		for (const [path, types] of Object.entries(expected)) {
			const v = path.split('.').reduce((o, k) => o?.[k],
			    row);

			assert.ok(types.split('|').includes(type(v)),
			    `${path}: ${JSON.stringify(v)}`);
		}
	};

	for (const one of await call(200, 'GET', `/promoter_campaigns${page}`))
		is(one, { 'campaign.id': 'number', 'campaign.name': 'string' });
	for (const one of (await call(200, 'GET', `/promoters${page}`)).data) {
		is(one, { id: 'number', email: 'string', name: 'string',
			cust_id: 'string|null', 'profile.id': 'number',
			'profile.website': 'string|null',
			'profile.country': 'string|null',
			'profile.avatar': 'string|null',
			'stats.referrals_count': 'number' });
		for (const at of one.promoter_campaigns)
			is(at, { 'campaign.name': 'string',
				ref_token: 'string|null' });
	}
	for (const one of await call(200, 'GET', `/referrals${page}`))
		is(one, { id: 'number', email: 'string|null',
			uid: 'string|null', created_at: 'string',
			customer_since: 'string|null', metadata: 'object|null',
			first_name: 'string|null',
			'promoter_campaign.promoter.email': 'string' });
	for (const one of await call(200, 'GET', `/commissions${page}`)) {
		is(one, { id: 'number', is_self_referral: 'boolean',
			sale_amount: 'number', amount: 'number',
			is_paid: 'boolean', is_split: 'boolean',
			created_at: 'string', original_sale_amount: 'number',
			original_sale_currency: 'string|null',
			external_note: 'string|null' });
		assert.ok(['sale', 'custom'].includes(one.commission_type));
		assert.ok(['pending', 'approved', 'denied']
		    .includes(one.status));
	}
});

test('an error has a message to show', async () => {
	const none = await call(404, 'GET', '/referrals/999999999');
	const wrong = await call(400, 'POST', '/promoters', { email: 'x' });

	assert.deepEqual(names(none).slice(0, 2), ['code', 'message']);
	assert.ok(wrong.message.length > 0);
});
