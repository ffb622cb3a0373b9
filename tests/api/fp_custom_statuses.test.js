/* The FirstPromoter face: a company's own states of referrals. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, times, tally } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');

const test = tests(__filename);
const PATH = '/custom_referral_statuses';
let w, p, me, other, ann, warm, cold, lead;

const list = async (who = me) => (await w.fp(200, who, 'GET', PATH)).body;
const put = async (changes, status = 200, who = me) => (await w.fp(status,
    who, 'PUT', `${PATH}/update`, { custom_referral_statuses: changes })).body;
const wrong = async (...changes) => Object.keys((await put(changes, 400))
    .errors);
const mark = async (custom_status_id, status = 200, more = {}) => (await
    w.fp(status, me, 'PUT', `/referrals/${more.at ?? lead.id}`, {
	custom_status_id, ...more })).body;
const at = (i, member) => `custom_referral_statuses[${i}].${member}`;

test('a company without any', async () => {
	w = new World((await service()).client);
	p = new Promoters(w);
	me = await p.company();
	other = await p.company();
	ann = await p.promoter(me);
	lead = (await w.fp(200, me, 'POST', '/referrals', {
		email: `lead-${unique()}@example.com`,
		promoter_campaign_id: ann.placement })).body;
	assert.deepEqual(await list(), []);
	assert.equal(lead.custom_status, null);
});

test('made, in their order', async () => {
	[cold, warm] = await put([{ name: '  Warm\t', order: 2,
		description: 'will buy' }, { name: 'Cold', order: '1' }]);
	assert.deepEqual([cold.name, cold.order, cold.description,
		warm.name, warm.order, warm.description],
	    ['Cold', 1, null, 'Warm', 2, 'will buy']);
	assert.equal(cold.company_id, Number(me.organization.id));
	assert.ok(Date.parse(cold.created_at) > 0);
	assert.deepEqual(await list(), [cold, warm]);
	assert.deepEqual(await list(other), []);
	assert.equal((await w.events(me, 'referral_statuses.updated',
	    String(me.org))).length, 1);
});

test('what is wrong with them', async () => {
	for (const body of [{}, { custom_referral_statuses: [] },
	    { custom_referral_statuses: null }])
		await w.fp(400, me, 'PUT', `${PATH}/update`, body);
	assert.deepEqual(await wrong({}), [at(0, 'name'), at(0, 'order')]);
	assert.deepEqual(await wrong({ name: ' ', order: 1.5 }),
	    [at(0, 'name'), at(0, 'order')]);
	assert.deepEqual(await wrong({ _destroy: true }), [at(0, 'id')]);
	assert.deepEqual(await wrong({ id: warm.id, _destroy: true },
	    { id: warm.id, name: 'x', order: 9 }), [at(1, 'id')]);
	assert.deepEqual(await wrong({ name: 'New', order: 3 },
	    { name: 'warm', order: 4 }), [at(1, 'name')]);
	assert.deepEqual(await wrong({ name: 'New', order: 2 }),
	    [at(0, 'order')]);
	assert.deepEqual(await wrong({ name: 'x', order: 2147483648 }),
	    [at(0, 'order')]);
	assert.deepEqual(await wrong({ id: 999999999, name: 'x', order: 7 }),
	    [at(0, 'id')]);
	await put([{ id: warm.id, _destroy: true }], 400, other);
	assert.equal((await put(Array.from({ length: 99 }, (x, i) => ({
		name: `n${i}`, order: 10 + i })), 422)).code,
	    'operation_failed');
	assert.deepEqual(await list(), [cold, warm]);
});

test('changed: two change places, one comes, one goes', async () => {
	const [hot, now, was] = await put([
		{ id: cold.id, name: cold.name, order: warm.order },
		{ id: warm.id, name: 'Warmer', order: cold.order },
		{ name: 'Hot', order: 0 }]);

	assert.deepEqual([hot.name, now.name, was.name], ['Hot', 'Warmer',
		'Cold']);
	assert.deepEqual([now.id, was.id], [warm.id, cold.id]);
	assert.equal(now.created_at, warm.created_at);
	assert.equal(now.description, null);
	/* its name is free in the same call */
	assert.deepEqual((await put([{ id: hot.id, _destroy: true },
		{ name: 'hot', order: 0 }])).map((s) => s.name),
	    ['hot', 'Warmer', 'Cold']);
});

test('given to a referral, and taken away', async () => {
	const warmer = (await list())[1];
	const marked = await mark(warm.id);

	assert.deepEqual(marked.custom_status, warmer);
	assert.equal(marked.email, lead.email);
	assert.deepEqual((await w.fp(200, me, 'GET', '/referrals')).body,
	    [marked]);
	/* what is not said stays */
	assert.deepEqual((await mark(undefined, 200, { uid: 'u-1' }))
	    .custom_status, warmer);
	assert.deepEqual((await mark(cold.id, 200, { at: 'u-1',
		find_by: 'uid' })).custom_status.id, cold.id);
	assert.equal((await mark(null)).custom_status, null);
	assert.equal((await mark(999999999, 422)).code, 'operation_failed');
	const [theirs] = await put([{ name: 'Warm', order: 1 }], 200, other);
	await mark(theirs.id, 422);
	await mark(warm.id, 404, { at: 999999999 });
	await mark('x', 400);
	await mark(null);
	assert.equal((await w.events(me, 'referral.updated', String(lead.id),
	    4)).length, 4);
});

test('it goes with a referral that is moved', async () => {
	const bob = await p.promoter(me);

	await mark(cold.id);
	const moved = await mark(undefined, 200, {
		promoter_campaign_id: bob.placement });
	assert.notEqual(moved.id, lead.id);
	assert.equal(moved.custom_status.id, cold.id);
	await mark(cold.id, 200, { at: moved.id, split_details: [] });
	lead = moved;
	const again = await mark(warm.id, 200, {
		promoter_campaign_id: ann.placement });
	assert.equal(again.custom_status.id, warm.id);
	const [told] = await w.events(me, 'referral.updated',
	    String(again.id));
	assert.equal(told.data.referrerCampaignId, String(ann.placement));
	assert.deepEqual(await w.events(me, 'referral.updated',
	    String(moved.id), 0), []);
	lead = again;
});

test('a deleted one is none any more', async () => {
	await put([{ id: warm.id, _destroy: true }]);
	assert.equal((await w.fp(200, me, 'GET', `/referrals/${lead.id}`)).body
	    .custom_status, null);
	await mark(warm.id, 422);
	assert.deepEqual((await list()).map((s) => s.name), ['hot', 'Cold']);
});

test('many at once', async () => {
	const all = await times(8, (i) => w.c.call('PUT',
	    `/api/v2/company${PATH}/update`, { token: me.token, body: {
		custom_referral_statuses: [{ name: 'One', order: 100 + i }] } }));

	assert.deepEqual(tally(all), { 200: 1, 400: 7 });
	assert.equal((await list()).filter((s) => s.name === 'One').length, 1);
});
