/* The Ocamba Hood face: the end of any campaign, with quotes and money. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World } = require('./lib/world');
const { query } = require('./lib/db');
const { calls, gmt, BODIES } = require('./lib/ocamba');

const test = tests(__filename);
let s, c, w, me;
const { call, ok, make, running, read, history } = calls(() => ({ w, me }));
const sql = (text) => query(s, text);

test('somebody', async () => {
	s = await service();
	c = s.client;
	w = new World(c);
	me = await w.owner();
});

test('a dry run of canceling changes nothing', async () => {
	const { id } = await running();
	const was = await read(id);
	const dry = (more) => call('POST', `/${id}/cancel`,
	    { ...BODIES.cancel, dry_run: true }, more);
	const a = await dry({ idem: 'hood-dry' });

	assert.equal(a.status, 200, a.text);
	assert.deepEqual(a.body, { refund_due: 0, tax_refund_due: 0,
		on_account: 0, currency: null, lines: [] });
	assert.ok(a.headers.etag);
	assert.deepEqual(await read(id), was);
	assert.equal((await history(id)).length, 2);
	/* nor does it use up a key */
	assert.equal((await dry({ idem: 'hood-dry' })).status, 200);
	const draft = await make();
	await ok(400, 'POST', `/${draft.id}/cancel`, { reason: 'x',
		dry_run: true });
	const real = await call('POST', `/${id}/cancel`, BODIES.cancel, {
		headers: { 'if-match': a.headers.etag } });
	assert.equal(real.status, 204, real.text);
	assert.equal(real.headers.etag, a.headers.etag);
});

test('a quote holds until the facts change', async () => {
	const { id } = await running();
	const quote = async () => {
		const a = await call('POST', `/${id}/cancel`,
		    { ...BODIES.cancel, dry_run: true });

		assert.equal(a.status, 200, a.text);
		return a;
	};
	const cancel = (etag) => call('POST', `/${id}/cancel`, BODIES.cancel, {
		headers: { 'if-match': etag } });

	/* half of its days are over */
	await sql(`INSERT INTO campaign_line (organization_id, campaign_id,
	    product, price, starts_on, ends_on, booked, amount, tax)
	    VALUES (${me.organization.id}, ${id}, 'Banner', 'CPD',
	    UTC_DATE() - INTERVAL 1 DAY, UTC_DATE() + INTERVAL 2 DAY, 1,
	    10000, 0)`);
	const first = await quote();
	const [line] = first.body.lines;
	assert.deepEqual(first.body.lines, [{ id: line.id, earned: 5000,
		refund_due: 0, tax_refund_due: 0 }]);
	await sql(`UPDATE campaign_line SET amount = 12000 WHERE id =
	    ${line.id}`);
	const stale = await cancel(first.headers.etag);
	assert.equal(stale.status, 412, stale.text);
	assert.equal((await read(id)).status, 'running');
	const second = await quote();
	assert.equal(second.body.lines[0].earned, 6000);
	assert.notEqual(second.headers.etag, first.headers.etag);
	assert.equal((await cancel(second.headers.etag)).status, 204);
	/* said again, it is still what was shown */
	assert.equal((await cancel(second.headers.etag)).status, 204);
	assert.equal(await sql(`SELECT earned FROM campaign_line WHERE id =
	    ${line.id}`), '6000');
});

const ENDINGS = {
	cancel: (id) => ok(204, 'POST', `/${id}/cancel`, BODIES.cancel),
	stop: (id) => w.naviga(200, me, 'POST', `/${id}/stop`, {
		StopDate: gmt(0).slice(0, 10) }),
	delete: (id) => w.naviga(200, me, 'DELETE', `/${id}`),
};

for (const [verb, end] of Object.entries(ENDINGS))
	test(`its placements end with a campaign: ${verb}`, async () => {
		const r = await w.referrer();
		const made = await w.campaign(r);
		const { id } = await running();

		/* and his company counts him there */
		await sql(`UPDATE placement SET campaign_id = ${id} WHERE id =
		    ${made.id};
		    UPDATE program_total SET accepted = accepted - 1
		    WHERE organization_id = 1 AND campaign_id = 1;
		    INSERT INTO program_total (organization_id, campaign_id,
		    accepted) VALUES (1, ${id}, 1)`);
		await end(id);
		assert.equal((await w.ok(200, 'GET',
		    `/referrer-campaigns/${made.id}`, { token: r.token }))
		    .status, 'INACTIVE');
		assert.equal((await w.events(r, 'referrer_campaign.ended',
		    made.id)).length, 1);
	});

/* --- with lines and money, made on another face --- */

const DAY = 86400;
const day = (n) => gmt(n * DAY).slice(0, 10);

test('a campaign with lines ends here, with its money', async () => {
	const { id, lines } = await w.quote(me, [
	    { ProductID: 'site', PriceType: 'CPD', Amount: '100.00',
		TaxAmount: '20.00', StartDate: day(-1), EndDate: day(8) },
	    { ProductID: 'mail', PriceType: 'CPM', Amount: '50.00',
		Quantity: 1000, StartDate: day(-1), EndDate: day(8) }]);
	const naviga = (method, path, body) => w.naviga(method === 'GET' ?
	    200 : 201, me, method, `/${id}${path}`, body);
	const cancel = (more, headers) => call('POST', `/${id}/cancel`,
	    { ...BODIES.cancel, ...more }, { headers });
	const dry = () => cancel({ dry_run: true });

	assert.equal((await read(id)).status, 'draft');
	await w.naviga(200, me, 'POST', `/${id}/confirm`);
	assert.equal((await read(id)).status, 'running');
	await naviga('POST', '/prepayments', { Type: 'CC', Amount: '170.00',
		DepositDate: day(0) });
	await naviga('POST', '/invoices', {});
	await ok(204, 'POST', `/${id}/pause`, BODIES.pause);
	const first = await dry();
	assert.deepEqual(first.body, { refund_due: 13000,
		tax_refund_due: 1600, on_account: 14600, currency: 'USD',
		lines: [{ id: lines[0], earned: 2000, refund_due: 8000,
			tax_refund_due: 1600 },
		    { id: lines[1], earned: 0, refund_due: 5000,
			tax_refund_due: 0 }] });
	/* a report comes in between, and the quote is void */
	await w.naviga(200, me, 'PUT', `/${id}/lines/${lines[1]}/delivery`,
	    { Impressions: 100, AsOf: day(0) });
	assert.equal((await cancel({}, { 'if-match': first.headers.etag }))
	    .status, 412);
	assert.equal((await read(id)).status, 'paused');
	const second = await dry();
	assert.equal(second.body.refund_due, 12500);
	assert.equal((await cancel({}, { 'if-match': second.headers.etag }))
	    .status, 204);
	assert.equal((await read(id)).status, 'canceled');
	assert.equal((await naviga('GET', '')).body.Status, 'KI');
	/* what was shown is what is paid back */
	const refund = (amount, reference) => c.call('POST',
	    `/api/campaigns/${id}/refund`, { token: me.token,
		body: { Amount: amount, Reference: reference } });
	assert.equal((await refund('125.01', `hood-${id}`)).status, 422);
	assert.equal((await refund('125.00', `hood-${id}`)).status, 200);
});

test('the ledger and the histories verify', async () => {
	const { code, out } = await s.verify();

	assert.equal(code, 0, out);
});
