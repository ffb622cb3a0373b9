/* The FirstPromoter face: who may call, and the program's settings. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World } = require('./lib/world');
const doc = require('./lib/document');

const test = tests(__filename);
const PATH = '/api/v2/company/settings';
let w, c, me, other;

test('two companies', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.owner();
	other = await w.owner();
});

test('the account is named with the credential', async () => {
	const call = (account) => c.request('GET', PATH, {
		headers: { ...c.headers(me), ...account } });
	const none = await call({});
	const wrong = await call({ 'account-id':
		other.organization.accountId });
	const right = await call({ 'account-id': me.organization.accountId });

	assert.equal(none.status, 401);
	assert.equal(none.text, '');
	assert.equal(wrong.status, 404);
	assert.deepEqual(JSON.parse(wrong.text), { message: 'Record not found',
		code: 'not_found' });
	assert.equal(right.status, 200);
});

test('another account is not there, whatever is asked', async () => {
	const third = await w.owner();
	await w.companyCampaign(third);
	const promoter = await w.affiliate(third);

	for (const o of doc.operations.filter((x) => doc.secured(x) &&
	    x.face.name === 'firstpromoter')) {
		const a = await c.call(o.method, doc.address(o, { id: 1 }), {
			token: doc.promoter(o) ? promoter.token : me.token,
			body: doc.body(o), headers: {
			    'account-id': other.organization.accountId } });

		assert.equal(a.status, 404, `${o.id}: ${a.text}`);
	}
});

test('defaults, and what is decided', async () => {
	const first = await w.fp(200, me, 'GET', '/settings');

	assert.deepEqual(first.body, { default_campaign_id: null,
		currency: 'USD', net_payout_days: 15, min_payment: 0,
		min_paying_customers: 0, has_stripe_key: false });
	const mine = { ...first.body, currency: 'EUR', min_payment: 5000 };
	const set = await w.fp(200, me, 'PUT', '/settings', mine, {
		headers: { 'if-match': first.headers.etag } });
	assert.deepEqual(set.body, mine);
	assert.notEqual(set.headers.etag, first.headers.etag);
	assert.deepEqual((await w.fp(200, me, 'GET', '/settings')).body, mine);
	assert.equal((await w.fp(200, other, 'GET', '/settings')).body
	    .currency, 'USD');
	await w.fp(412, me, 'PUT', '/settings', mine, { headers: {
		'if-match': first.headers.etag } });
});

test('wrong settings', async () => {
	const { body } = await w.fp(200, me, 'GET', '/settings');
	const a = await w.fp(400, me, 'PUT', '/settings', { ...body,
		currency: 'QQQ', net_payout_days: -1 });

	assert.equal(a.body.code, 'invalid_record');
	assert.deepEqual(Object.keys(a.body.errors), ['currency',
		'net_payout_days']);
	const campaign = await w.hood(other);
	await w.fp(404, me, 'PUT', '/settings', { ...body,
		default_campaign_id: campaign.items?.[0].id ?? campaign.id });
	await w.fp(400, me, 'PUT', '/settings', { ...body,
		default_campaign_id: 'x' });
});

test('unknown members and parameters are ignored', async () => {
	const { body } = await w.fp(200, me, 'GET', '/settings?whatever=1');

	await w.fp(200, me, 'PUT', '/settings', { ...body, more: [1] });
});
