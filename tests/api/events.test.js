/* The list of events: in order, complete, by cursor. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, sleep, until } = require('./lib/test');
const { World } = require('./lib/world');
const { Session, query } = require('./lib/db');

const test = tests(__filename);
let s, c, w, me, other;

const page = (more = '', who = me) => w.ok(200, 'GET',
    `/events?limit=100${more}`, { token: who.token });

test('an event is there within a moment', async () => {
	s = await service();
	c = s.client;
	w = new World(c);
	me = await w.referrer();
	other = await w.owner();
	const campaign = await w.campaign(me);
	let items;

	await until(async () => {
		({ items } = await page());
		return items.some((e) => e.type.startsWith('referrer_c') &&
		    e.entityId === campaign.id);
	}, 5000, 20);
	assert.deepEqual(items.map((e) => e.type), ['organization.created',
		'user.registered', 'referrer.joined',
		'referrer_campaign.created']);
	assert.ok(items.every((e, i) => i === 0 ||
	    e.sequence > items[i - 1].sequence));
	for (const e of items)
		assert.deepEqual(await w.ok(200, 'GET', `/events/${e.id}`, {
			token: me.token }), e);
});

test('data is an object', async () => {
	const buyer = await w.owner();
	const paid = await w.buy(buyer);
	const [e] = await w.events(buyer, 'payment.paid', paid.id);

	assert.equal(typeof e.data, 'object');
	assert.equal(e.data.amount, paid.amount);
});

test('a cursor is always given, and goes on', async () => {
	const empty = await page('&type=commission.*');

	assert.deepEqual(empty.items, []);
	assert.equal(empty.nextCursor, null);
	const first = await w.ok(200, 'GET', '/events?limit=2', {
		token: me.token });
	const rest = await page(`&cursor=${first.nextCursor}`);
	assert.ok(rest.items.length > 0);
	assert.ok(rest.nextCursor);
	const none = await page(`&cursor=${rest.nextCursor}`);
	assert.deepEqual(none.items, []);
	assert.equal(none.nextCursor, rest.nextCursor);
	const campaign = await w.campaign(me);
	let next;
	await until(async () => {
		next = await page(`&cursor=${none.nextCursor}`);
		return next.items.length > 0;
	});
	assert.deepEqual(next.items.map((e) => e.entityId), [campaign.id]);
});

test('filters: a type, all of a subject, an entity', async () => {
	const campaign = await w.campaign(me);

	await w.events(me, 'referrer_campaign.created', campaign.id);
	const types = async (more) => new Set((await page(more)).items
	    .map((e) => e.type));
	assert.deepEqual(await types('&type=referrer.joined'),
	    new Set(['referrer.joined']));
	assert.deepEqual(await types('&type=referrer.*'),
	    new Set(['referrer.joined']));
	assert.deepEqual(await types('&type=referrer_campaign.*'),
	    new Set(['referrer_campaign.created']));
	assert.deepEqual(await types('&type=*'), await types(''));
	const of = await page(`&entityId=${campaign.id}` +
	    '&type=referrer_campaign.*');
	assert.equal(of.items.length, 1);
	for (const bad of ['&type=no.such', '&type=ref*', '&type=',
		'&entityId=x', '&page=2', '&sort=createdAt:desc'])
		assert.equal((await c.call('GET', `/events?limit=5${bad}`, {
			token: me.token })).status, 400, bad);
});

test('events of others are not there', async () => {
	const { items } = await page();

	assert.equal((await c.call('GET', `/events/${items[0].id}`, {
		token: other.token })).status, 404);
	const theirs = await page('', other);
	assert.ok(theirs.items.every((e) =>
	    e.organizationId === other.organization.id));
});

/* Writes events for a while, each in a transaction that stays open. */
async function write(n) {
	const session = new Session(s);

	for (let i = 0; i < 8; i++) {
		await session.run('START TRANSACTION');
		await session.run('INSERT INTO event (organization_id, type, ' +
		    'entity_id, data, created_at) VALUES (' +
		    `${other.organization.id}, 'payment.paid', ` +
		    `${1000 * (n + 1) + i}, '{}', UTC_TIMESTAMP(6))`);
		await sleep(Math.random() * (n % 4 === 0 ? 1500 : 150));
		await session.run(i % 5 === 4 ? 'ROLLBACK' : 'COMMIT');
	}
	session.close();
}

test('a reader by cursor misses nothing, however long writers take',
    async () => {
	const seen = [];
	let writing = true, cursor = '';
	const take = async () => {
		const got = await page(`&type=payment.paid${cursor}`, other);

		seen.push(...got.items.map((e) => e.id));
		if (got.nextCursor)
			cursor = `&cursor=${got.nextCursor}`;
		return got.items.length;
	};
	const reader = (async () => {
		while (writing) {
			await take();
			await sleep(20);
		}
	})();

	await Promise.all(Array.from({ length: 20 }, (_, n) => write(n)));
	await sleep(1000);
	writing = false;
	await reader;
	await take();
	const all = (await query(s, 'SELECT id FROM event WHERE ' +
	    `organization_id = ${other.organization.id} AND ` +
	    'type = \'payment.paid\' ORDER BY seq')).split('\n');
	assert.equal(all.length, 20 * 7);
	assert.deepEqual(seen, all);
	assert.notDeepEqual(seen, [...seen].sort((a, b) => a - b),
	    'the writers did not overlap');
});
