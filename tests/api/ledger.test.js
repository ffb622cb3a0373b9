/* The organization's own book: accounts, statements that add up, proof. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World } = require('./lib/world');
const { query } = require('./lib/db');

const test = tests(__filename);
let s, c, w, me, tokens;

const accounts = (who, more = '') => w.ok(200, 'GET',
    `/ledger/accounts?limit=100${more}`, { token: who.token });
const statement = (more) => w.ok(200, 'GET',
    `/ledger/statement?accountId=${tokens.id}${more}`, { token: me.token });

test('a new book is empty, and clean', async () => {
	s = await service();
	c = s.client;
	w = new World(c);
	me = await w.owner();
	assert.deepEqual((await accounts(me)).items, []);
	assert.deepEqual(await w.ok(200, 'GET', '/ledger/verify', {
		token: me.token }), { clean: true, accounts: 0, wrong: [],
		sums: [] });
});

test('accounts, by kind and owner', async () => {
	await w.buy(me);
	const { items } = await accounts(me);

	tokens = items.find((a) => a.kind === 'tokens_available');
	assert.equal(tokens.balance, (await w.balance(me)).balance);
	assert.equal(tokens.ownerId, null);
	assert.deepEqual((await accounts(me, '&kind=tokens_available')).items,
	    [tokens]);
	assert.deepEqual((await accounts(me, '&ownerId=7')).items, []);
	assert.equal((await c.call('GET', '/ledger/accounts?kind=x', {
		token: me.token })).status, 400);
	const house = await w.house();
	const revenue = (await accounts(house, '&kind=revenue')).items;
	assert.ok(revenue.some((a) => a.balance < 0));
});

test('a statement adds up, page by page', async () => {
	for (let i = 0; i < 4; i++)
		await w.buy(me);
	const all = (await statement('&limit=100')).items;
	const { balance } = await w.balance(me);

	assert.equal(all.length, 5);
	assert.equal(all[0].balance, balance);
	assert.equal(all.reduce((n, e) => n + e.amount, 0), balance);
	for (let i = 0; i + 1 < all.length; i++)
		assert.equal(all[i].balance - all[i].amount,
		    all[i + 1].balance);
	assert.equal(all[4].balance, all[4].amount);
	const paged = [];
	let next = '';
	do {
		const page = await statement(`&limit=2${next}`);
		paged.push(...page.items);
		next = page.nextCursor && `&cursor=${page.nextCursor}`;
	} while (next);
	assert.deepEqual(paged, all);
});

test('other books, wrong pages', async () => {
	const other = await w.owner();
	const at = `/ledger/statement?accountId=${tokens.id}`;

	assert.equal((await c.call('GET', at, { token: other.token })).status,
	    404);
	assert.equal((await c.call('GET', '/ledger/statement', {
		token: me.token })).status, 400);
	const a = await c.call('GET', `${at}&page=2`, { token: me.token });
	assert.equal(a.status, 400);
	assert.deepEqual(a.body.error.fields.map((f) => f.field), ['page']);
});

test('a balance that was changed by hand is named', async () => {
	const proof = () => w.ok(200, 'GET', '/ledger/verify', {
		token: me.token });

	assert.equal((await proof()).clean, true);
	await query(s, `UPDATE account SET balance = balance + 1 WHERE id = ${
		tokens.id}`);
	const p = await proof();
	assert.equal(p.clean, false);
	assert.deepEqual(p.wrong.map((a) => a.id), [tokens.id]);
	await query(s, `UPDATE account SET balance = balance - 1 WHERE id = ${
		tokens.id}`);
	assert.equal((await proof()).clean, true);
});
