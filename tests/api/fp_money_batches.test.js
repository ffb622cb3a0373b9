/*
 * The FirstPromoter face: what moves money, of more rows than are done at once.
 * Of each row its effect, once; and none where the same is asked again.
 */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { turn, hold } = require('./lib/db');
const { tests, until, times } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');

const test = tests(__filename);
const ROWS = 7;
let w, p, me, who, commissions;

const ids = (rows) => rows.map((x) => x.id);
const list = async (path) => (await w.fp(200, me, 'GET', path)).body;
const payouts = () => list(`/payouts?per_page=${10 * ROWS}`);

/* What came of it: how many were done, how many not. */
async function batch(method, path, of) {
	const { body } = await w.fp(202, me, method, path, { ids: of });
	const { id } = body.data ?? body;
	const over = await until(async () => {
		const b = await list(`/batch_processes/${id}`);

		return b.progress === 100 && b;
	}, 30000);

	assert.ok(over, path);
	assert.equal(over.processed_count, of.length);
	return [over.processed_count - over.failed_count, over.failed_count];
}

/* pending, available, requested, paid, or nowhere: all that each has earned. */
async function stands(where) {
	for (const [i, x] of who.entries())
		assert.equal(await p.sql(`SELECT CONCAT(SUBSTRING(kind, 10),
		    ' ', balance) FROM account WHERE owner_id = ${x.id} AND
		    organization_id = ${me.org} AND kind LIKE 'earnings\\_%'
		    AND balance <> 0`), where === 'nowhere' ? '' :
		    `${where} ${100 + i}`);
}

/* All of them; then once more, where nothing is left to do. */
async function twice(method, path, of, where) {
	assert.deepEqual(await batch(method, path, of), [ROWS, 0], path);
	await stands(where);
	assert.deepEqual(await batch(method, path, of), [0, ROWS], path);
	await stands(where);
}

test('promoters with a commission each', async () => {
	w = new World((await service()).client);
	p = new Promoters(w);
	me = await p.company();
	who = await times(ROWS, () => p.promoter(me));
	commissions = [];
	for (const [i, x] of who.entries())
		commissions.push((await w.fp(200, me, 'POST', '/commissions', {
			commission_type: 'custom', amount: 100 + i,
			promoter_campaign_id: x.placement })).body[0]);
	await stands('available');
});

test('payouts are made, paid, taken back and destroyed', async () => {
	await twice('POST', '/commissions/generate_payouts', ids(commissions),
	    'requested');
	const made = await payouts();

	assert.deepEqual(made.map((x) => x.amount).sort(),
	    who.map((x, i) => 100 + i));
	for (const [what, where] of [['mark_as_paid', 'paid'],
	    ['mark_as_unpaid', 'requested']])
		await twice('POST', `/payouts/${what}`, ids(made), where);
	assert.ok((await payouts()).every((x) => x.status === 'pending' &&
	    x.paid_at === null));
	await twice('DELETE', '/payouts/destroy', ids(made), 'available');
	assert.deepEqual(await payouts(), []);
	for (const type of ['created', 'paid', 'unpaid', 'destroyed'])
		for (const { id } of made)
			assert.equal((await w.events(me, `payout.${type}`,
			    String(id))).length, 1, type);
});

test('some of a batch are not fit for it', async () => {
	const some = ids(commissions).slice(0, 2);

	await w.fp(200, me, 'POST', '/commissions/generate_payouts', {
		ids: some });
	assert.deepEqual(await batch('POST', '/commissions/deny',
	    ids(commissions)), [ROWS - 2, 2]);
	await w.fp(200, me, 'DELETE', '/payouts/destroy', {
		ids: ids(await payouts()) });
	assert.deepEqual(await batch('POST', '/commissions/deny',
	    ids(commissions)), [2, ROWS - 2]);
	await stands('nowhere');
});

test('what is denied is destroyed', async () => {
	await twice('DELETE', '/commissions/destroy', ids(commissions),
	    'nowhere');
	assert.deepEqual(await list('/commissions'), []);
});

/* Who buys for himself: a fifth of it waits for somebody who looks. */
test('what waits is approved, or denied', async () => {
	for (const [i, x] of who.entries())
		await p.track(200, me, 'sale', { email: x.email,
			ref_id: x.code, event_id: unique(),
			amount: 5 * (100 + i) });
	const waiting = ids(await list('/commissions?filters[status]=pending'));

	await hold(w.c.service, 'release_earnings');
	await stands('pending');
	await twice('POST', '/commissions/approve', waiting, 'pending');
	await turn(w.c.service, 'release_earnings');
	await stands('available');
	await twice('POST', '/commissions/deny', waiting, 'nowhere');
	const { code, out } = await w.c.service.verify();
	assert.equal(code, 0, out);
});
