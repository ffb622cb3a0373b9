/* Products: what the house makes of them, and what is for sale. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { query } = require('./lib/db');

const test = tests(__filename);
let w, c, house, buyer;

const usd = (amount) => [{ currency: 'USD', amount }];
const call = (method, path, options) => c.call(method,
    `/admin/products${path}`, { token: house.token, ...options });
const make = (more = {}) => w.ok(201, 'POST', '/admin/products', {
	token: house.token, body: { name: `Product ${unique()}`, tokens: 50,
	    prices: usd(500), ...more } });
const forSale = async () => (await w.ok(200, 'GET', '/payments/products', {
	token: buyer.token })).items;

test('a product is offered, and can be bought', async () => {
	c = (await service()).client;
	w = new World(c);
	house = await w.house();
	buyer = await w.owner();
	const made = await make({ description: 'Fifty', validDays: 90,
		prices: [{ currency: 'EUR', amount: 450 },
		    { currency: 'JPY', amount: 700 }, ...usd(500)] });

	assert.equal(made.active, true);
	assert.equal(made.validDays, 90);
	assert.deepEqual(made.prices.map((p) => p.currency),
	    ['EUR', 'JPY', 'USD']);
	const shown = (await forSale()).find((p) => p.id === made.id);
	assert.deepEqual(shown.prices, made.prices);
	assert.equal(shown.description, 'Fifty');
	const bought = await w.buy(buyer, { productId: made.id, quantity: 2 });
	assert.equal(bought.currency, 'EUR');
	assert.equal(bought.amount, 900);
	assert.equal((await w.balance(buyer)).balance, 100);
	assert.equal((await w.events(house, 'product.created', made.id))
	    .length, 1);
});

test('prices: one a currency, of ISO 4217, positive, at most 20', async () => {
	const bad = async (prices, field) => {
		const a = await call('POST', '', { body: {
			name: `Bad ${unique()}`, tokens: 1, prices } });

		assert.equal(a.status, 400, JSON.stringify(prices));
		assert.ok(a.fields.some((f) => f.startsWith(field)),
		    `${a.fields}`);
	};
	const codes = ('USD EUR GBP JPY CHF SEK NOK DKK PLN CZK HUF RON BGN ' +
	    'AUD CAD NZD SGD HKD INR BRL MXN').split(' ');

	await bad([], 'prices');
	await bad([...usd(1), ...usd(2)], 'prices[1]');
	await bad(usd(0), 'prices[0].amount');
	await bad(usd(-5), 'prices[0].amount');
	await bad([{ currency: 'TOK', amount: 5 }], 'prices[0]');
	await bad([{ currency: 'XYZ', amount: 5 }], 'prices[0].currency');
	await bad([{ currency: 'usd', amount: 5 }], 'prices[0].currency');
	await bad([{ currency: 'USD' }], 'prices[0].amount');
	await bad(codes.map((currency) => ({ currency, amount: 5 })), 'prices');
	const made = await make({ prices: codes.slice(0, 20).map((currency) =>
	    ({ currency, amount: 9007199254740991 })) });
	assert.equal(made.prices.length, 20);
	for (const more of [{ tokens: 0 }, { tokens: -1 }, { name: '' },
	    { validDays: -1 }, { position: 0 }, { description: null }])
		assert.equal((await call('POST', '', { body: { name: 'Odd',
			tokens: 1, prices: usd(1), ...more } })).status, 400,
		    JSON.stringify(more));
});

test('a name is given once', async () => {
	const made = await make(), other = await make();

	assert.equal((await call('POST', '', { body: { name: made.name,
		tokens: 1, prices: usd(1) } })).status, 409);
	const a = await call('PUT', `/${other.id}`, {
		body: { name: made.name } });
	assert.equal(a.status, 409);
	assert.equal(a.body.error.code, 'name_taken');
});

test('what is not given stays', async () => {
	const made = await make({ description: 'Before', validDays: 30 });
	const a = await call('PUT', `/${made.id}`, {
		body: { tokens: 75 } });

	assert.equal(a.status, 200, a.text);
	assert.deepEqual({ ...a.data, updatedAt: 0 }, { ...made, tokens: 75,
		updatedAt: 0 });
	assert.notEqual(a.data.updatedAt, made.updatedAt);
	const b = (await call('PUT', `/${made.id}`, { body: {
		description: 'After', validDays: null, position: 7 } })).data;
	assert.equal(b.description, 'After');
	assert.equal(b.validDays, 0);
	assert.equal(b.position, 7);
	assert.equal(await query(c.service, 'SELECT COUNT(*) FROM product ' +
	    `WHERE id = ${made.id} AND valid_days IS NULL`), '1');
	assert.deepEqual((await call('GET', `/${made.id}`)).data, b);
});

test('If-Match: only what was read is changed', async () => {
	const made = await make();
	const first = await call('GET', `/${made.id}`);
	const change = (name) => call('PUT', `/${made.id}`, {
		body: { name: `${name} ${unique()}` },
		headers: { 'if-match': first.headers.etag } });

	const good = await change('one');
	assert.equal(good.status, 200);
	assert.notEqual(good.headers.etag, first.headers.etag);
	const bad = await change('two');
	assert.equal(bad.status, 412);
	assert.equal(bad.body.error.code, 'stale');
});

test('a new price changes no session', async () => {
	const made = await make();
	const session = await w.checkout(buyer, { productId: made.id });
	const before = (await w.balance(buyer)).balance;

	await call('PUT', `/${made.id}`, { body: { prices: [
		{ currency: 'CHF', amount: 9900 }], tokens: 1 } });
	assert.deepEqual((await call('GET', `/${made.id}`)).data.prices,
	    [{ currency: 'CHF', amount: 9900 }]);
	await w.press(session, 'pay');
	const paid = await w.paid(buyer, session.id);
	assert.equal(paid.amount, 500);
	assert.equal(paid.currency, 'USD');
	assert.equal((await w.balance(buyer)).balance, before + 50);
	assert.equal((await c.call('POST', '/payments/checkout-sessions', {
		token: buyer.token, body: { productId: made.id,
		    currency: 'USD', successUrl: 'https://a.example/',
		    cancelUrl: 'https://a.example/' } })).status, 400);
});

test('nor does another time after which the tokens run out', async () => {
	const who = await w.owner();
	const made = await make({ validDays: 90 });
	const session = await w.checkout(who, { productId: made.id });

	await call('PUT', `/${made.id}`, { body: { validDays: 1 } });
	await w.press(session, 'pay');
	await w.paid(who, session.id);
	const [lot] = (await w.balance(who)).expiring;
	assert.ok(Date.parse(lot.expiresAt) > Date.now() + 89 * 86400e3,
	    lot.expiresAt);
});

test('what is withdrawn is not for sale, and stays readable', async () => {
	const made = await make();
	const bought = await w.buy(buyer, { productId: made.id });
	const remove = () => call('DELETE', `/${made.id}`);

	assert.equal((await remove()).status, 204);
	assert.equal((await remove()).status, 204, 'the second click');
	assert.ok(!(await forSale()).some((p) => p.id === made.id));
	assert.equal((await c.call('POST', '/payments/checkout-sessions', {
		token: buyer.token, body: { productId: made.id,
		    successUrl: 'https://a.example/',
		    cancelUrl: 'https://a.example/' } })).status, 404);
	assert.equal((await w.session(buyer, bought.id)).productId, made.id);
	assert.equal((await call('GET', `/${made.id}`)).data.active, false);
	const back = await call('PUT', `/${made.id}`, {
		body: { active: true } });
	assert.equal(back.data.active, true);
	assert.ok((await forSale()).some((p) => p.id === made.id));
	assert.equal((await make({ active: false })).active, false);
});

test('the order of the house, and all pages', async () => {
	const last = await make({ position: 900000 });
	const first = await make({ position: 899999 });
	const ids = (await forSale()).map((p) => p.id);

	assert.ok(ids.indexOf(first.id) < ids.indexOf(last.id));
	assert.equal(ids.at(-1), last.id);
	for (const sort of ['position:asc', 'position:desc', 'createdAt:asc',
	    'createdAt:desc']) {
		const all = [];
		let cursor = '';

		do {
			const { data } = await call('GET',
			    `?sort=${sort}&limit=3${cursor}`);

			all.push(...data.items);
			cursor = data.nextCursor && `&cursor=${data.nextCursor}`;
		} while (cursor);
		assert.equal(new Set(all.map((p) => p.id)).size, all.length);
		assert.ok(all.some((p) => !p.active), sort);
		const key = (p) => sort.startsWith('position') ? p.position :
		    Date.parse(p.createdAt);
		const sign = sort.endsWith('asc') ? 1 : -1;
		for (let i = 1; i < all.length; i++)
			assert.ok(sign * (key(all[i]) - key(all[i - 1])) >= 0,
			    sort);
	}
});

test('for the house alone', async () => {
	const made = await make();

	for (const [method, path] of [['GET', ''], ['POST', ''],
	    ['GET', `/${made.id}`], ['PUT', `/${made.id}`],
	    ['DELETE', `/${made.id}`]])
		assert.equal((await c.call(method, `/admin/products${path}`, {
			token: buyer.token, body: method === 'GET' ||
			method === 'DELETE' ? undefined : {} })).status, 403);
});
