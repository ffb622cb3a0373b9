/* The FirstPromoter face: promo codes, here of the house. */
'use strict';
const assert = require('node:assert/strict');
const { query } = require('./lib/db');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');

const test = tests(__filename);
let w, c, house, other, reward, placement, second, code, made;

const body = (more = {}) => ({ code, reward_id: reward.id,
	promoter_campaign_id: placement, ...more });
const make = async (more = {}) => (await w.fp(200, house, 'POST',
    '/promo_codes', body(more))).body;
const wrong = async (method, path, it) => Object.keys((await w.fp(400, house,
    method, path, it)).body.errors);

test('the house, with two placements and a reward', async () => {
	c = (await service()).client;
	w = new World(c);
	house = await w.house();
	other = await w.owner();
	const who = await w.referrer();

	code = `SAVE-${unique()}`;
	placement = Number((await w.campaign(who)).id);
	second = Number((await w.campaign(who)).id);
	reward = (await w.fp(200, house, 'POST', '/rewards', {
		name: 'Ten off', is_promoter_reward: false, schemas: [
			{ unit: 'discount_per', amount: 10,
			    flat_amount: true }] })).body;
});

test('made, read, listed', async () => {
	made = await make({ description: 'Spring', metadata: { a: 1 } });
	const { id, company_id, ...rest } = made;

	assert.equal(typeof id, 'number');
	assert.equal(company_id, 1);
	assert.deepEqual(rest, { code, reward: { id: reward.id,
		name: 'Ten off' }, ext_id: null, description: 'Spring',
		promoter_campaign_id: placement, metadata: { a: 1 },
		details: {}, archived_at: null });
	assert.deepEqual((await w.fp(200, house, 'GET', `/promo_codes/${id}`))
	    .body, made);
	const list = async (q) => (await w.fp(200, house, 'GET',
	    `/promo_codes?${q}`)).body;
	assert.deepEqual(await list(`promoter_campaign_id=${placement}`),
	    [made]);
	assert.deepEqual(await list(`promoter_campaign_id=${second}`), []);
	assert.ok((await list('per_page=100')).some((x) => x.id === id));
	assert.deepEqual((await w.fp(200, other, 'GET', '/promo_codes')).body,
	    []);
});

test('what is wrong with one', async () => {
	assert.deepEqual(await wrong('POST', '/promo_codes', {}), ['code',
		'promoter_campaign_id', 'reward_id']);
	assert.deepEqual(await wrong('POST', '/promo_codes', body()),
	    ['code']);
	assert.deepEqual(await wrong('POST', '/promo_codes', body({
		code: code.toLowerCase() })), ['code']);
	assert.deepEqual(await wrong('POST', '/promo_codes', body({
		code: 'x', reward_id: 999999999 })), ['base']);
	assert.deepEqual(await wrong('POST', '/promo_codes', body({
		code: 'x', promoter_campaign_id: 999999999 })), ['base']);
	await w.fp(400, other, 'POST', '/promo_codes', body());
});

test('a change is of what it names', async () => {
	const path = `/promo_codes/${made.id}`;
	const a = await w.fp(200, house, 'PUT', path, { description: null,
		promoter_campaign_id: second, details: { b: [2] } });

	assert.deepEqual(a.body, { ...made, description: null,
		promoter_campaign_id: second, details: { b: [2] } });
	const rival = await make({ code: `${code}-2` });
	assert.deepEqual(await wrong('PUT', path, { code: rival.code }),
	    ['code']);
	assert.deepEqual(await wrong('PUT', path, {
		promoter_campaign_id: 999999999 }), ['promoter_campaign_id']);
	await w.fp(412, house, 'PUT', path, { code: 'x' }, { headers: {
		'if-match': '"999"' } });
	await w.fp(404, other, 'PUT', path, { code: 'x' });
	await w.fp(404, other, 'GET', path);
	await w.fp(404, other, 'DELETE', path);
});

test('archived: another has its code, and it changes no more', async () => {
	const path = `/promo_codes/${made.id}`;
	const a = await w.fp(200, house, 'DELETE', path);

	assert.ok(Date.parse(a.body.archived_at) > 0);
	assert.deepEqual((await w.fp(200, house, 'DELETE', path)).body,
	    a.body);
	await make();
	assert.equal((await w.fp(200, house, 'PUT', path, {
		description: 'Gone' })).body.description, 'Gone');
	await query(c.service, `UPDATE promo_code SET ext_id = 'x'
		WHERE id = ${made.id}`);
	const refused = await w.fp(422, house, 'PUT', path, {
		description: 'Again' });
	assert.equal(refused.body.code, 'operation_failed');
});
