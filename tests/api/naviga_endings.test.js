/*
 * The endings on the Naviga face: stop, refund, delete, with dry runs and
 * quotes; and what becomes of the money.
 */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { query } = require('./lib/db');
const { calls, cpm, day, has } = require('./lib/naviga');

const test = tests(__filename);
let c, w, me;
const { nv, get, confirm, prepay, stop, refund, deliver, running, hood } =
    calls(() => ({ w, me }));

test('somebody', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.owner();
});

test('the worked example', async () => {
	const q = await running([
		{ ProductID: '8486', PriceType: 'Insertion', Amount: 80,
		  InsertionDates: [day(-2), day(5)] },
		{ ProductID: '8487', PriceType: 'Insertion', Amount: '55.50',
		  InsertionDates: [day(-13)] },
		cpm({ ThirdPartyLineID: 'X-8488' }),
	], '235.50', { StartDate: day(-14), EndDate: day(10) });
	const { text, body } = await stop(200, q.id, day(0));

	assert.equal(body.Status, 'ST');
	assert.equal(body.CampaignID, q.id);
	assert.equal(body.RefundDue, 140);
	assert.deepEqual(body.Lines.map((l) => [l.ID, l.Earned, l.RefundDue]),
	    [[q.lines[0], 40, 40], [q.lines[1], 55.5, 0],
		[q.lines[2], 0, 100]]);
	assert.match(text, /"RefundDue":140.00,/);
	assert.equal(body.Lines[2].Formula,
	    '100.00 x (1 - 0/100000 impressions) = 100.00');
	assert.equal(body.Lines[0].Formula,
	    '80.00 x (1 - 1/2 insertions) = 40.00');
	assert.equal(body.OnAccount, 140);
});

/* [line, delivered, stopped on, earned] of 30.00 */
const KINDS = [
	['CPM', { Quantity: 3000 }, { Impressions: 1000 }, 0, 10],
	['CPM', { Quantity: 3000 }, { Impressions: 9000 }, 0, 30],
	['CPM', { Quantity: 3000 }, undefined, 0, 0],
	['CPM', { Quantity: 3000 }, { Impressions: 1000 }, -11, 0],
	['CPC', { Quantity: 7 }, { Clicks: 2 }, 0, 8.57],
	['CPD', {}, undefined, -11, 0],
	['CPD', {}, undefined, -10, 1.43],
	['CPD', {}, undefined, 0, 15.71],
	['CPD', {}, undefined, 10, 30],
	['Flat', {}, undefined, -11, 0],
	['Flat', {}, undefined, -10, 30],
	['Insertion', { InsertionDates: [day(-4), day(0), day(4)] }, undefined,
		-5, 0],
	['Insertion', { InsertionDates: [day(-4), day(0), day(4)] }, undefined,
		-1, 10],
	['Insertion', { InsertionDates: [day(-4), day(0), day(4)] }, undefined,
		0, 20],
];

for (const [PriceType, more, delivered, at, earned] of KINDS)
	test(`stop: ${PriceType}, ${JSON.stringify(delivered ?? {})}, ` +
	    `${at}: ${earned}`, async () => {
		const q = await running([{ ProductID: 'P', PriceType,
			StartDate: day(-10), EndDate: day(10), Amount: '30.00',
			TaxAmount: '6.00', ...more }], '36.00');

		if (delivered)
			await deliver(200, q.id, q.lines[0], { ...delivered,
				AsOf: day(Math.min(at, 0)) });
		const { body } = await stop(200, q.id, day(at));
		const due = Math.round(3000 - earned * 100);

		assert.equal(body.Lines[0].Earned, earned);
		assert.equal(Math.round(body.RefundDue * 100), due);
		assert.equal(body.Lines[0].RefundDue, body.RefundDue);
		assert.ok(Math.abs(body.TaxRefundDue * 5 - body.RefundDue) <
		    0.03, `${body.TaxRefundDue}`);
		assert.match(body.Lines[0].Formula, /^30\.00 x \(1 - \d+\/\d+ /);
		if (at <= 0)
			assert.equal(Math.round(body.OnAccount * 100), due +
			    Math.round(body.TaxRefundDue * 100));
	});

test('stop: after the end, twice, of a quote, when it is over', async () => {
	const quote = await w.quote(me, [cpm()]);

	assert.equal((await stop(409, quote.id, day(0))).code,
	    'delete_instead');
	const q = await running([cpm()], '100.00');
	assert.equal((await stop(422, q.id, day(11))).code, 'after_end');
	assert.deepEqual((await nv(400, me, 'POST', `/${q.id}/stop`, {
		StopDate: 'soon', DryRun: 1 })).fields, ['StopDate', 'DryRun']);
	const first = await stop(200, q.id, day(-2));
	const again = await stop(200, q.id, day(-2));
	assert.equal(again.text, first.text);
	assert.equal((await stop(409, q.id, day(-1))).code, 'stopped');
	await refund(200, q.id, '30.00');
	assert.deepEqual((await stop(200, q.id, day(-2))).body, {
		...first.body, OnAccount: 70 });
	await nv(200, me, 'DELETE', `/${q.id}`);
	assert.equal((await stop(409, q.id, day(-2))).code, 'conflict');
});

test('stop: in the future, worked out when it comes', async () => {
	const q = await running([cpm(), { ProductID: 'D', PriceType: 'CPD',
		StartDate: day(0), EndDate: day(9), Amount: '10.00' }],
	    '110.00');
	const { body } = await stop(200, q.id, day(4));

	assert.equal(body.Status, 'ST');
	assert.deepEqual(body.Lines.map((l) => l.RefundDue), [100, 5]);
	assert.equal(body.OnAccount, 0);
	assert.equal((await refund(409, q.id, '1.00')).code, 'conflict');
	/* lines run to that day */
	await deliver(200, q.id, q.lines[0], { Impressions: 50000 });
	assert.deepEqual((await stop(200, q.id, day(4))).body.Lines
	    .map((l) => l.RefundDue), [50, 5]);
});

test('stop: cents that do not divide, of what was paid', async () => {
	const thirds = Array(3).fill(cpm({ Amount: '33.33' }));
	const q = await running(thirds, '50.00');
	const { body } = await stop(200, q.id, day(0));

	assert.deepEqual(body.Lines.map((l) => l.RefundDue),
	    [16.67, 16.67, 16.66]);
	assert.equal(body.RefundDue, 50);
	assert.equal(body.Lines[0].Formula, '33.33 x (1 - 0/100000 ' +
	    'impressions) = 33.33, of which was paid: 16.67');
});

test('stop: a part prepaid, a part billed and unpaid, a part neither',
    async () => {
	const q = await running([cpm(), cpm(), cpm()]);
	const bill = (Lines) => nv(201, me, 'POST', `/${q.id}/invoices`,
	    { Lines });

	await bill([q.lines[0]]);
	await prepay(201, q.id, '100.00');
	await bill([q.lines[1]]);
	await deliver(200, q.id, q.lines[0], { Impressions: 40000 });
	await deliver(200, q.id, q.lines[2], { Impressions: 30000 });
	const { body } = await stop(200, q.id, day(0));
	/* 70 are earned of 100 paid; 230 undelivered */
	assert.equal(body.RefundDue, 30);
	assert.equal(body.OnAccount, 30);
	const seen = await get(q.id);
	assert.deepEqual([seen.Invoiced, seen.Applied, seen.Credited,
		seen.Open], [200, 40, 160, 0]);
	assert.equal(seen.Unbilled, 0);
	assert.equal(seen.EarnedAndPaid, 70);
});

test('refund: in parts, by line and whole, with tax, never more than due',
    async () => {
	const q = await running([cpm({ TaxAmount: '19.00' }),
		cpm({ Amount: '50.00', TaxAmount: '9.50' })], '178.50');

	assert.equal((await refund(409, q.id, '1.00')).code, 'conflict');
	await deliver(200, q.id, q.lines[0], { Impressions: 40000 });
	const { body } = await stop(200, q.id, day(0));
	assert.deepEqual([body.RefundDue, body.TaxRefundDue, body.OnAccount],
	    [110, 20.9, 130.9]);
	const one = await refund(200, q.id, '10.00', {
		Lines: [{ ID: q.lines[0], Amount: '10.00' }] });
	assert.deepEqual(one.body, { CampaignID: q.id, Refunded: 10,
		TaxRefunded: 1.9, RefundDue: 100, TaxRefundDue: 19,
		OnAccount: 119 });
	const more = { Lines: [{ ID: q.lines[0], Amount: '50.01' }] };
	assert.equal((await refund(422, q.id, '50.01', more)).code,
	    'more_than_due');
	assert.equal((await refund(422, q.id, '100.01')).code,
	    'more_than_due');
	await refund(404, q.id, '1.00', {
		Lines: [{ ID: '999999999', Amount: 1 }] });
	for (const [Amount, Lines, field] of [['0', undefined, 'Amount'],
	    ['1.001', undefined, 'Amount'], ['1e0', undefined, 'Amount'],
	    ['2.00', [{ ID: q.lines[0], Amount: 1 }], 'Amount'],
	    ['1.00', [], 'Lines'], ['1.00', [{ ID: q.lines[0],
		Amount: '0.00' }], 'Lines[0].Amount']])
		assert.deepEqual((await refund(400, q.id, Amount, { Lines }))
		    .fields, [field]);
	const seen = await get(q.id);
	assert.deepEqual([seen.Refunded, seen.RefundDue, seen.OnAccount],
	    [10, 100, 119]);
	assert.deepEqual(seen.Lines.map((l) => [l.Refunded, l.RefundDue,
		l.TaxRefunded, l.TaxRefundDue]),
	    [[10, 50, 1.9, 9.5], [0, 50, 0, 9.5]]);
	const rest = await refund(200, q.id, 100);
	has(rest, '"Refunded":110.00,"TaxRefunded":20.90,"RefundDue":0.00,' +
	    '"TaxRefundDue":0.00,"OnAccount":0.00}');
	assert.equal((await refund(422, q.id, '0.01')).code, 'more_than_due');
});

test('refund: a reference stands for one', async () => {
	const q = await running([cpm()], '100.00');
	const other = await running([cpm()], '100.00');
	const Reference = `WIRE-${unique()}`;

	for (const { id } of [q, other])
		await stop(200, id, day(0));
	const first = await refund(200, q.id, '40.00', { Reference });
	const again = await refund(200, q.id, '40.00', { Reference });
	assert.equal(again.text, first.text);
	assert.equal((await refund(409, q.id, '41.00', { Reference })).code,
	    'refund_taken');
	assert.equal((await refund(409, other.id, '40.00', { Reference }))
	    .code, 'refund_taken');
	assert.equal((await get(q.id)).Refunded, 40);
});

test('refund: many at once, and never more than due', async () => {
	const q = await running([cpm(), cpm({ Amount: '0.07' })], '100.07');

	await stop(200, q.id, day(0));
	const answers = await Promise.all(Array.from({ length: 24 }, (u, i) =>
	    c.call('POST', `/api/campaigns/${q.id}/refund`, {
		token: me.token, body: { Amount: '7.77',
		    Reference: `M-${q.id}-${i}` } })));
	const good = answers.filter((a) => a.status === 200);

	assert.equal(good.length, 12);
	for (const a of answers.filter((x) => x.status !== 200))
		assert.equal(a.code, 'more_than_due', a.text);
	const seen = await get(q.id);
	assert.equal(seen.Refunded, 93.24);
	assert.equal(seen.RefundDue, 6.83);
	assert.equal(seen.OnAccount, 6.83);
	await refund(200, q.id, '6.83');
});

test('credit on account pays for another campaign, once', async () => {
	const AdvertiserID = `C-${unique()}`;
	const q = await running([cpm()], '100.00', { AdvertiserID });
	const next = await running([cpm()], undefined, { AdvertiserID });
	const other = await running([cpm()]);

	await stop(200, q.id, day(0));
	assert.equal((await prepay(422, other.id, 1, 'OA')).code, 'funds');
	const drawn = await prepay(201, next.id, '60.00', 'OA');
	assert.deepEqual([drawn.body.Prepaid, drawn.body.OnAccount], [60, 40]);
	assert.equal((await refund(422, q.id, '40.01')).code, 'funds');
	await refund(200, q.id, '25.00');
	await prepay(201, next.id, '15.00', 'OA');
	assert.equal((await prepay(422, next.id, '0.01', 'OA')).code, 'funds');
	assert.equal((await refund(422, q.id, '0.01')).code, 'funds');
	/* what was drawn comes back when that one ends */
	const end = await stop(200, next.id, day(0));
	assert.deepEqual([end.body.RefundDue, end.body.OnAccount], [75, 75]);
	const both = await Promise.all([...Array(4)].flatMap((u, i) => [
	    c.call('POST', `/api/campaigns/${q.id}/refund`, {
		token: me.token, body: { Amount: '25.00',
		    Reference: `B-${q.id}-${i}` } }),
	    c.call('POST', `/api/campaigns/${next.id}/refund`, {
		token: me.token, body: { Amount: '25.00',
		    Reference: `B-${next.id}-${i}` } })]));
	assert.equal(both.filter((a) => a.status === 200).length, 3,
	    both.map((a) => a.text).join('\n'));
	assert.equal((await get(q.id)).OnAccount, 0);
});

test('delivery after the stop corrects what is due', async () => {
	const q = await running([cpm()], '100.00');
	const late = (Impressions) => deliver(200, q.id, q.lines[0], {
		Impressions, AsOf: day(-1) });

	await nv(201, me, 'POST', `/${q.id}/invoices`);
	assert.equal((await stop(200, q.id, day(-1))).body.RefundDue, 100);
	await late(30000);
	const seen = await get(q.id);
	assert.deepEqual([seen.RefundDue, seen.Earned, seen.OnAccount],
	    [70, 30, 70]);
	await refund(200, q.id, '60.00');
	await late(60000);
	const short = await get(q.id);
	assert.deepEqual([short.Refunded, short.RefundDue, short.Earned,
		short.EarnedAndPaid, short.OnAccount, short.Unbilled],
	    [60, 0, 60, 40, 0, 20]);
	assert.match((await stop(200, q.id, day(-1))).body.Lines[0].Formula,
	    /= 40\.00, but refunded before: 60\.00$/);
	/* who pays out by the first answer hears of it */
	const events = await query(c.service, `SELECT data FROM event WHERE
	    type = 'campaign.corrected' AND entity_id = ${q.id} ORDER BY id`);
	assert.deepEqual(events.trim().split('\n').map((e) => JSON.parse(e)), [
		{ due: 7000, tax: 0, currency: 'USD' },
		{ due: 6000, tax: 0, currency: 'USD' }]);
});

test('the history says when it begins, and as of which day it ends',
    async () => {
	const q = await w.quote(me, [cpm({ StartDate: day(1) })]);
	const history = async () => (await w.ok(200, 'GET',
	    `/campaigns/${q.id}/history`, { token: me.token })).items
	    .map((r) => [r.action, r.data]);

	await confirm(q.id);
	assert.deepEqual((await history()).at(-1), ['schedule', {
		begins_at: `${day(1)}T00:00:00.000Z` }]);
	await stop(200, q.id, day(2));
	assert.deepEqual((await history()).at(-1), ['stop',
	    { as_of: day(2) }]);
});

test('a draft that is to begin at a time is confirmed for that time',
    async () => {
	const at = `${day(3)} 09:00:00`;
	const { id } = await w.hood(me, { name: 'Later', status: 'draft',
		scheduled_time: at });

	assert.equal((await confirm(id)).body.State, 'scheduled');
	assert.equal((await hood(200, 'GET', id)).scheduled_time, at);
	/* not one that is over then: it can be stopped as of a day */
	const late = await w.hood(me, { name: 'Late', status: 'draft',
		scheduled_time: at });
	await nv(201, me, 'POST', '/consolidated/create', {
		CampaignID: late.id, AdvertiserID: 'C-1', Currency: 'USD',
		Lines: [cpm({ EndDate: day(-2) })] });
	assert.equal((await confirm(late.id)).body.State, 'running');
});

test('delete: before billing, and again', async () => {
	const q = await w.quote(me, [cpm()], { AdvertiserID: 'C-del' });

	await prepay(201, q.id, '40.00');
	const first = await nv(200, me, 'DELETE', `/${q.id}`);
	assert.deepEqual(first.body, { CampaignID: q.id, Status: 'DE',
		InvoicesCredited: [], AmountCredited: 0,
		PaymentsReversed: (await get(q.id)).Prepayments
		    .map((p) => p.ID), AmountReversed: 40, OnAccount: 0,
		Warnings: [] });
	assert.equal(first.body.PaymentsReversed.length, 1);
	assert.equal((await nv(200, me, 'DELETE', `/${q.id}`)).text,
	    first.text);
	assert.equal((await refund(409, q.id, '1.00')).code, 'conflict');
	const seen = await get(q.id);
	assert.deepEqual([seen.Status, seen.Prepaid], ['DE', 0]);
});

/* switches, what is credited, reversed and on account of 100.00, 60 paid */
const SWITCHES = [
	['', 100, 60, 0],
	['?unapplyPaidInvoices=false', 100, 60, 0],
	['?reversePayment=false', 100, 0, 60],
	['?unapplyPaidInvoices=false&reversePayment=false', 40, 0, 0],
	['?unapplyPaidInvoices=true&reversePayment=false', 100, 0, 60],
];

for (const [how, credited, reversed, account] of SWITCHES)
	test(`delete: after billing, ${how}`, async () => {
		const q = await running([cpm({ StartDate: day(2) })], '60.00');

		await nv(201, me, 'POST', `/${q.id}/invoices`);
		const { body } = await nv(200, me, 'DELETE', `/${q.id}${how}`);
		assert.deepEqual([body.Status, body.AmountCredited,
			body.AmountReversed, body.OnAccount], ['AC', credited,
			reversed, account]);
		assert.equal(body.InvoicesCredited.length, 1);
		const seen = await get(q.id);
		assert.deepEqual([seen.Status, seen.Credited, seen.Applied,
			seen.Open], ['AC', credited, 100 - credited, 0]);
		assert.equal(seen.Lines[0].Invoiced, 100 - credited);
		assert.deepEqual((await nv(200, me, 'DELETE', `/${q.id}`)).body,
		    body, 'a second one changes something');
	});

test('delete: a warning where something was delivered', async () => {
	const q = await running([cpm(), cpm(), { ProductID: 'D',
		PriceType: 'CPD', StartDate: day(-1), EndDate: day(2),
		Amount: 4 }], '100.00');

	await deliver(200, q.id, q.lines[1], { Impressions: 4 });
	const dry = await nv(200, me, 'DELETE', `/${q.id}?dryRun=true`);
	assert.equal(dry.body.Warnings.length, 2);
	assert.match(dry.body.Warnings[0], new RegExp(`line ${q.lines[1]} ` +
	    'was delivered: 4/100000 impressions.*stop'));
	assert.match(dry.body.Warnings[1], /2\/4 days/);
	assert.equal((await get(q.id)).Status, 'CO');
	/* of days that are over, also where it was stopped as of one to come */
	await stop(200, q.id, day(1));
	assert.match((await nv(200, me, 'DELETE', `/${q.id}?dryRun=true`)).body
	    .Warnings[1], /2\/4 days/);
	const real = await nv(200, me, 'DELETE', `/${q.id}`);
	assert.equal(real.text, dry.text);
	assert.equal((await nv(200, me, 'DELETE', `/${q.id}`)).text, dry.text);
	assert.equal((await nv(400, me, 'DELETE', `/${q.id}?dryRun=1`)).code,
	    'bad_page');
});

test('delete: after a stop and a refund, what is left is reversed',
    async () => {
	const q = await running([cpm()], '100.00');

	await nv(201, me, 'POST', `/${q.id}/invoices`);
	await deliver(200, q.id, q.lines[0], { Impressions: 50000 });
	await stop(200, q.id, day(0));
	await refund(200, q.id, '20.00');
	const { body } = await nv(200, me, 'DELETE', `/${q.id}`);
	assert.deepEqual([body.Status, body.AmountCredited,
		body.AmountReversed, body.OnAccount], ['AC', 100, 80, 0]);
});

/* [verb, its call, dry, what changes the facts] */
const QUOTES = {
	stop: {
		async make() {
			return running([cpm()], '100.00');
		},
		call: (q, dry, how, status = 200) => stop(status, q.id,
		    day(0), dry ? { DryRun: true } : {}, how),
		change: (q) => deliver(200, q.id, q.lines[0],
		    { Impressions: 10 }),
	},
	'stop, when it is billed since,': {
		make: () => running([cpm()]),
		call: (q, dry, how, status = 200) => stop(status, q.id,
		    day(0), dry ? { DryRun: true } : {}, how),
		change: (q) => nv(201, me, 'POST', `/${q.id}/invoices`),
	},
	refund: {
		async make() {
			const q = await running([cpm()], '100.00');

			await stop(200, q.id, day(0));
			return { ...q, Reference: `Q-${unique()}` };
		},
		call: (q, dry, how, status = 200) => refund(status, q.id,
		    '10.00', { Reference: q.Reference,
			...(dry ? { DryRun: true } : {}) }, how),
		change: (q) => refund(200, q.id, '1.00'),
	},
	delete: {
		async make() {
			return running([cpm({ StartDate: day(1) })], '100.00');
		},
		call: (q, dry, how, status = 200) => nv(status, me, 'DELETE',
		    `/${q.id}${dry ? '?dryRun=true' : ''}`, undefined, how),
		change: (q) => prepay(201, q.id, '1.00'),
	},
};

for (const [verb, { make, call, change }] of Object.entries(QUOTES))
	test(`a dry run of ${verb} is a quote`, async () => {
		const q = await make();
		const before = await get(q.id);
		const dry = await call(q, true);
		const { etag } = dry.headers;

		assert.match(etag, /^"[0-9a-f]{32}"$/);
		assert.deepEqual(await get(q.id), before, 'something changed');
		assert.equal((await call(q, true)).headers.etag, etag);
		await change(q);
		const after = await get(q.id);
		const stale = await call(q, false, {
			headers: { 'if-match': etag } }, 412);
		assert.equal(stale.code, 'stale');
		assert.deepEqual(await get(q.id), after);
		const now = await call(q, true);
		const real = await call(q, false, {
			headers: { 'if-match': now.headers.etag } });
		assert.equal(real.text, now.text);
		assert.equal(real.headers.etag, now.headers.etag);
		assert.notDeepEqual(await get(q.id), after);
		/* again with what was quoted: the same once more */
		assert.equal((await call(q, false, { headers: {
			'if-match': now.headers.etag } })).text, real.text);
	});

test('a quote of a deletion is of that money, though the answer is alike',
    async () => {
	const AdvertiserID = `C-${unique()}`;
	const left = await running([cpm()], '10.00', { AdvertiserID });
	const q = await running([cpm()], '100.00', { AdvertiserID });
	const call = (status, dry, how) => nv(status, me, 'DELETE',
	    `/${q.id}?reversePayment=false${dry}`, undefined, how);

	await stop(200, left.id, day(0));
	const dry = await call(200, '&dryRun=true');
	await prepay(201, q.id, '10.00', 'OA');
	const how = { headers: { 'if-match': dry.headers.etag } };
	assert.equal((await call(412, '', how)).code, 'stale');
	assert.equal((await call(200, '')).text, dry.text);
});

test('a quote of a refund is of those lines', async () => {
	const q = await running([cpm(), cpm()], '200.00');
	const Reference = `L-${unique()}`;
	const call = (status, i, more, how) => refund(status, q.id, '10.00', {
		Reference, Lines: [{ ID: q.lines[i], Amount: '10.00' }],
		...more }, how);

	await stop(200, q.id, day(0));
	const { etag } = (await call(200, 0, { DryRun: true })).headers;
	const how = { headers: { 'if-match': etag } };
	assert.equal((await call(412, 1, {}, how)).code, 'stale');
	await call(200, 0, {}, how);
});

test('what is entered late finishes by itself, and is stopped before that',
    async () => {
	const past = cpm({ StartDate: '2026-02-05', EndDate: '2026-02-25' });
	const left = await running([past], '100.00');
	const q = await running([
		{ ProductID: '8486', PriceType: 'Insertion', Amount: '50.00',
		  InsertionDates: ['2026-02-13', '2026-02-20'] },
		{ ProductID: '8487', PriceType: 'Insertion', Amount: '50.00',
		  InsertionDates: ['2026-02-02'] }, past], '200.00', {
		StartDate: '2026-02-01', EndDate: '2026-02-25' });

	await nv(201, me, 'POST', `/${q.id}/invoices`);
	const { body } = await stop(200, q.id, '2026-02-15');
	assert.deepEqual(body.Lines.map((l) => l.RefundDue), [25, 0, 100]);
	const ran = () => query(c.service, 'SELECT last_run_at FROM ' +
	    'schedule WHERE name = \'campaigns\'');
	for (let i = 0; i < 2; i++) {	/* one turn at least is whole */
		const before = await ran();
		assert.ok(await until(async () => await ran() !== before,
		    20000));
	}
	assert.equal((await get(left.id)).State, 'running');
	await query(c.service, 'UPDATE campaign SET launched_at = launched_at ' +
	    `- INTERVAL 1 DAY WHERE id = ${left.id}`);
	assert.ok(await until(async () => (await get(left.id)).State ===
	    'finished', 40000, 500));
	const seen = await get(left.id);
	assert.deepEqual([seen.Status, seen.RefundDue, seen.OnAccount],
	    ['CO', 100, 100]);
	assert.equal((await stop(409, left.id, '2026-02-15')).code,
	    'conflict');
	await refund(200, left.id, '100.00');
});

test('the books are right', async () => {
	const { code, out } = await (await service()).verify();

	assert.equal(code, 0, out);
});
