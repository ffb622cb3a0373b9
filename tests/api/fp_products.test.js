/* The FirstPromoter face: what a company sells. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World } = require('./lib/world');

const test = tests(__filename);
let w, c, me, other, pro, basic;

const price = (ext_id, desc = null) => ({ ext_id, desc });
const make = async (body) => (await w.fp(201, me, 'POST', '/products', body))
    .body;

async function wrong(body, path = '/products', method = 'POST') {
	return Object.keys((await w.fp(400, me, method, path, body))
	    .body.errors);
}

test('two companies', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.owner();
	other = await w.owner();
});

test('a product with prices', async () => {
	pro = await make({ name: 'Pro', ext_id: 'prod_pro', prices: [
		price('pro_monthly', 'by the month'), price('pro_yearly')] });
	const { id, created_at, ...rest } = pro;

	assert.equal(typeof id, 'number');
	assert.ok(Date.parse(created_at) > 0);
	assert.deepEqual(rest, { name: 'Pro', ext_id: 'prod_pro', prices: [
		price('pro_monthly', 'by the month'), price('pro_yearly')] });
	basic = await make({ name: 'Basic', prices: [] });
	assert.equal(basic.ext_id, null);
	assert.deepEqual(basic.prices, []);
	assert.deepEqual((await w.fp(200, me, 'GET', `/products/${id}`)).body,
	    pro);
});

test('what is wrong with one', async () => {
	assert.deepEqual(await wrong({}), ['name', 'prices']);
	assert.deepEqual(await wrong({ name: 'x', prices: [{ desc: 'x' }] }),
	    ['prices[0].ext_id']);
	assert.deepEqual(await wrong({ name: 'x', prices: [price('a'),
		price('b'), price('a')] }), ['prices[2].ext_id']);
	assert.deepEqual(await wrong({ name: 'x', prices: [],
		ext_id: 'prod_pro' }), ['ext_id']);
	assert.deepEqual(await wrong({ prices: [], ext_id: 'prod_pro' },
	    `/products/${basic.id}`, 'PUT'), ['ext_id']);
	await w.fp(201, other, 'POST', '/products', { name: 'Pro',
		ext_id: 'prod_pro', prices: [] });
});

test('searched by name and by prices', async () => {
	const found = async (q) => (await w.fp(200, me, 'GET',
	    `/products?q=${encodeURIComponent(q)}`)).body.map((p) => p.id);

	assert.deepEqual(await found('pro'), [pro.id]);
	assert.deepEqual(await found('ASI'), [basic.id]);
	assert.deepEqual(await found('_year'), [pro.id]);
	assert.deepEqual(await found('the month'), [pro.id]);
	assert.deepEqual(await found('%'), []);
	assert.deepEqual((await w.fp(200, me, 'GET', '/products')).body,
	    [pro, basic]);
	assert.equal((await w.fp(200, other, 'GET', '/products')).body.length,
	    1);
	const one = await w.fp(200, me, 'GET', '/products?per_page=1');
	assert.deepEqual((await w.fp(200, me, 'GET', '/products?per_page=1' +
	    `&cursor=${one.headers['x-next-cursor']}`)).body, [basic]);
});

test('changed: its prices are those that are said', async () => {
	const path = `/products/${pro.id}`;
	const a = await w.fp(200, me, 'PUT', path, { prices: [
		price('pro_weekly')] });

	assert.deepEqual(a.body, { ...pro, prices: [price('pro_weekly')] });
	const b = await w.fp(200, me, 'PUT', path, { name: 'Professional',
		ext_id: null, prices: [] }, { headers: {
		'if-match': a.headers.etag } });
	assert.deepEqual(b.body, { ...pro, name: 'Professional', ext_id: null,
		prices: [] });
	await w.fp(412, me, 'PUT', path, { prices: [] }, { headers: {
		'if-match': a.headers.etag } });
	await w.fp(404, other, 'PUT', path, { prices: [] });
	await w.fp(404, other, 'GET', path);
	await w.fp(404, me, 'GET', '/products/0');
});

test('deleted', async () => {
	const path = `/products/${basic.id}`;

	await w.fp(404, other, 'DELETE', path);
	assert.deepEqual((await w.fp(200, me, 'DELETE', path)).body, basic);
	await w.fp(404, me, 'DELETE', path);
	await w.fp(404, me, 'GET', path);
	await w.fp(404, me, 'PUT', path, { prices: [] });
});
