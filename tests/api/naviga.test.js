/*
 * The Naviga face: quotes with lines, confirmation, money, delivery, and the
 * three endings.  Days are counted from today, so that it is always the same
 * story.
 */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { query } = require('./lib/db');

const test = tests(__filename);
let c, w, me;

const DAY = 86400000;
const day = (n) => new Date(Date.now() + n * DAY).toISOString().slice(0, 10);
const nv = (...args) => w.naviga(...args);
const get = async (id, who = me) => (await nv(200, who, 'GET', `/${id}`)).body;
const confirm = (id) => nv(200, me, 'POST', `/${id}/confirm`);
const prepay = (status, id, Amount, Type = 'CA', more = {}) => nv(status, me,
    'POST', `/${id}/prepayments`, { Type, DepositDate: day(0), Amount,
	...more });
const stop = (status, id, StopDate, more = {}, how) => nv(status, me, 'POST',
    `/${id}/stop`, { StopDate, ...more }, how);
const refund = (status, id, Amount, more = {}, how) => nv(status, me, 'POST',
    `/${id}/refund`, { Amount, Reference: `R-${unique()}`, ...more }, how);
const deliver = (status, id, line, more) => nv(status, me, 'PUT',
    `/${id}/lines/${line}/delivery`, { AsOf: day(0), ...more });
/* The text of a number, which JSON.parse would spoil: "Amount":100.10 */
const has = (answer, text) => assert.ok(answer.text.includes(text),
    `${text} is not in ${answer.text}`);

const cpm = (more = {}) => ({ ProductID: 'P', PriceType: 'CPM',
	StartDate: day(-10), EndDate: day(10), Quantity: 100000,
	Amount: '100.00', ...more });

/* Confirmed, and paid where an amount is given. */
async function running(lines, paid, more) {
	const q = await w.quote(me, lines, more);

	await confirm(q.id);
	if (paid !== undefined)
		await prepay(201, q.id, paid);
	return q;
}

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

test('a quote: decimals go out as they came in', async () => {
	const { text, body } = await nv(201, me, 'POST',
	    '/consolidated/create', { CampaignID: 'NEW', AdvertiserID: 'C-1',
		Name: 'Decimals', Currency: 'USD', CampaignType: 'Performance',
		Lines: [cpm({ ThirdPartyLineID: 'T-1', Amount: '100.10',
			TaxAmount: '19.02' }), cpm({ Amount: 0.3 }),
		    cpm({ Amount: 5 }), cpm({ Amount: '0.00' })] });

	assert.match(text, /"Amount":100\.10,"TaxAmount":19\.02,/);
	assert.match(text, /"TotalWithTax":119\.12}/);
	assert.match(text, /"Amount":0\.30,.*"Amount":5\.00,.*"Amount":0\.00,/);
	assert.equal(body.NewLines[0].ThirdPartyLineID, 'T-1');
	assert.equal(body.NewLines[1].ThirdPartyLineID, null);
	const seen = await nv(200, me, 'GET', `/${body.NewCampaignID}`);

	has(seen, '"Amount":105.40,"TaxAmount":19.02');
	assert.equal(seen.body.Status, 'Q1');
	assert.equal(seen.body.State, 'draft');
	assert.equal(seen.body.StartDate, day(-10));
	assert.equal(seen.body.EndDate, day(10));
	assert.deepEqual(seen.body.Lines.map((l) => l.ID),
	    body.NewLines.map((l) => l.ID));
	assert.equal(seen.body.CampaignType, 'Performance');
	assert.equal(seen.body.BrandID, null);
});

test('currencies with other digits', async () => {
	for (const [Currency, Amount, shown] of [['JPY', '1000', '1000'],
	    ['KWD', '1.234', '1.234'], ['KWD', 1.5, '1.500']]) {
		const q = await w.quote(me, [cpm({ Amount })], { Currency });

		has(await nv(200, me, 'GET', `/${q.id}`),
		    `"Amount":${shown},"TaxAmount"`);
	}
	for (const [Currency, Amount] of [['JPY', '1.0'], ['KWD', '1.2345'],
	    ['USD', '1.001'], ['USD', '90071992547409.92']]) {
		const a = await nv(400, me, 'POST', '/consolidated/create', {
			CampaignID: 'NEW', AdvertiserID: 'C', Name: 'N',
			Currency, Lines: [cpm({ Amount })] });

		assert.deepEqual(a.fields, ['Lines[0].Amount'], a.text);
	}
});

test('every wrong field is named at once', async () => {
	const wrong = async (body) => (await nv(400, me, 'POST',
	    '/consolidated/create', body)).fields.sort();
	const flat = { ProductID: 'P', PriceType: 'Flat', Amount: '1' };

	assert.deepEqual(await wrong({ CampaignID: 'NEW' }),
	    ['AdvertiserID', 'Currency', 'Name']);
	assert.deepEqual(await wrong({ CampaignID: '0x1', Lines: [] }),
	    ['CampaignID']);
	assert.deepEqual(await wrong({ CampaignID: '12', Lines: [] }),
	    ['Lines']);
	assert.deepEqual(await wrong({ CampaignID: 'NEW', Name: '',
		AdvertiserID: 'C', Currency: 'QQQ', StartDate: '2026-02-30',
		Surprise: 1, CampaignType: 'Odd', Lines: [
		    7,
		    { PriceType: 'CPX', Amount: '1e2' },
		    { ...flat, StartDate: day(2), EndDate: day(1) },
		    { ...flat, EndDate: day(1) },
		    cpm({ Quantity: undefined, Amount: -1 }),
		    cpm({ Quantity: 0, TaxAmount: true }),
		    cpm({ InsertionDates: [day(0)] }),
		    { ...flat, PriceType: 'Insertion' },
		    { ...flat, PriceType: 'Insertion', Quantity: 3,
		      InsertionDates: [day(0), day(1)] },
		    { ...flat, PriceType: 'Insertion',
		      InsertionDates: [day(0), day(0)] },
		    { ...flat, PriceType: 'Insertion', StartDate: day(1),
		      InsertionDates: [day(0), day(3)] },
		    { ...flat, PriceType: 'Insertion',
		      InsertionDates: ['tomorrow'] },
		] }),
	    ['CampaignType', 'Currency', 'Lines[0]', 'Lines[10].InsertionDates',
		'Lines[11].InsertionDates', 'Lines[1].Amount',
		'Lines[1].EndDate', 'Lines[1].PriceType',
		'Lines[1].ProductID', 'Lines[1].StartDate',
		'Lines[2].EndDate', 'Lines[3].StartDate', 'Lines[4].Amount',
		'Lines[4].Quantity', 'Lines[5].Quantity',
		'Lines[5].TaxAmount', 'Lines[6].InsertionDates',
		'Lines[7].EndDate', 'Lines[7].InsertionDates',
		'Lines[7].StartDate', 'Lines[8].Quantity',
		'Lines[9].InsertionDates', 'Name', 'StartDate', 'Surprise']);
	assert.deepEqual(await wrong({ CampaignID: 'NEW', Name: 'N',
		AdvertiserID: 'C', Currency: 'TOK', StartDate: day(0),
		EndDate: day(5), Lines: [cpm(), { ...flat,
		    PriceType: 'Insertion', InsertionDates: [day(6)] }] }),
	    ['Currency', 'Lines[0].EndDate', 'Lines[0].StartDate',
		'Lines[1].InsertionDates']);
	assert.deepEqual(await wrong({ CampaignID: 'NEW', Name: 'N',
		AdvertiserID: 'C', Currency: 'USD', StartDate: day(5),
		EndDate: day(0) }), ['EndDate']);
	assert.deepEqual(await wrong({ CampaignID: 'NEW', Name: 'N',
		AdvertiserID: 'C', Currency: 'USD',
		Lines: Array(1001).fill(cpm()) }), ['Lines']);
	/* what can't be summed */
	await nv(422, me, 'POST', '/consolidated/create', {
		CampaignID: 'NEW', AdvertiserID: 'C', Name: 'N',
		Currency: 'USD', Lines: Array(2).fill(cpm({
			Amount: '90071992547409.91' })) });
});

test('lines are added to a campaign that is there', async () => {
	const q = await w.quote(me, [cpm()], { AdvertiserID: 'C-9' });
	const add = (status, body) => nv(status, me, 'POST',
	    '/consolidated/create', { CampaignID: q.id, ...body });
	const { body } = await add(201, { AdvertiserID: 'C-9', Name: 'Spring',
		StartDate: day(-10), Lines: [{ ProductID: 'P2',
		    PriceType: 'CPD', Amount: '20.00' },
		    cpm({ EndDate: day(20), TaxAmount: '1' })] });

	assert.equal(body.NewCampaignID, q.id);
	const seen = await get(q.id);
	assert.deepEqual(seen.Lines.map((l) => l.ID), [...q.lines,
		...body.NewLines.map((l) => l.ID)]);
	assert.equal(seen.Lines[1].StartDate, day(-10));
	assert.equal(seen.EndDate, day(20));
	assert.deepEqual((await add(400, { AdvertiserID: 'C-8', Name: 'X',
		Currency: 'EUR', BrandID: 'B', ProductGroupID: 'G',
		CampaignType: 'Performance', StartDate: day(0),
		EndDate: day(1), Lines: [cpm({ Amount: '1.001' })] })).fields,
	    ['AdvertiserID', 'BrandID', 'ProductGroupID', 'Name', 'Currency',
		'StartDate', 'EndDate', 'CampaignType', 'Lines[0].Amount']);
	assert.deepEqual((await add(400, { Lines: Array(998).fill(cpm()) }))
	    .fields, ['Lines']);
	assert.equal((await add(404, { CampaignID: '999999999',
		Lines: [cpm()] })).code, 'not_found');
	await confirm(q.id);
	await add(201, { Lines: [cpm()] });
	await stop(200, q.id, day(0));
	assert.equal((await add(409, { Lines: [cpm()] })).code, 'conflict');
});

/* As another face makes them. */
test('a campaign without an advertiser gets one with its lines', async () => {
	const q = await w.quote(me, []);
	const add = (status, body) => nv(status, me, 'POST',
	    '/consolidated/create', { CampaignID: q.id, Lines: [{
		ProductID: 'D', PriceType: 'CPD', Amount: '4.00' }],
		...body });

	await query(c.service, 'UPDATE campaign SET advertiser_id = NULL, ' +
	    'currency = NULL, brand = NULL, product_group = NULL, ' +
	    `type = NULL WHERE id = ${q.id}`);
	has(await nv(200, me, 'GET', `/${q.id}`), '"Prepaid":0,');
	assert.equal((await prepay(409, q.id, 1)).code, 'conflict');
	assert.deepEqual((await add(400, {})).fields,
	    ['AdvertiserID', 'Currency']);
	await add(201, { AdvertiserID: 'C-7', Currency: 'JPY', BrandID: 'B',
		StartDate: day(0), EndDate: day(3), Lines: [{ ProductID: 'D',
		    PriceType: 'CPD', Amount: 400 }] });
	const seen = await get(q.id);
	assert.deepEqual([seen.AdvertiserID, seen.Currency, seen.BrandID,
		seen.Amount, seen.EndDate], ['C-7', 'JPY', 'B', 400, day(3)]);
});

test('ids and names may come as numbers', async () => {
	const q = await w.quote(me, [cpm({ ProductID: 7,
		ThirdPartyLineID: 8 })], { AdvertiserID: 1001, BrandID: 2 });
	const seen = await get(q.id);

	assert.deepEqual([seen.AdvertiserID, seen.BrandID,
		seen.Lines[0].ProductID, seen.Lines[0].ThirdPartyLineID],
	    ['1001', '2', '7', '8']);
	await nv(201, me, 'POST', '/consolidated/create', {
		CampaignID: Number(q.id), AdvertiserID: '1001',
		Lines: [cpm()] });
	await confirm(q.id);
	await nv(201, me, 'POST', `/${q.id}/invoices`, {
		Lines: [Number(q.lines[0])] });
	assert.deepEqual((await nv(400, me, 'POST', '/consolidated/create', {
		CampaignID: 1.5, Lines: [cpm({ ProductID: true })] })).fields,
	    ['CampaignID', 'Lines[0].ProductID']);
});

test('a thousand lines with insertions', async () => {
	const q = await w.quote(me, Array.from({ length: 1000 }, (u, i) => ({
		ProductID: `P-${i}`, PriceType: 'Insertion', Amount: '1.01',
		InsertionDates: Array.from({ length: 20 }, (v, k) =>
		    day(k - 10)) })));
	const seen = await get(q.id);

	assert.equal(seen.Lines.length, 1000);
	assert.equal(seen.Lines[999].InsertionDates.length, 20);
	assert.equal(seen.Amount, 1010);
	await confirm(q.id);
	await prepay(201, q.id, '1010.00');
	await nv(201, me, 'POST', `/${q.id}/invoices`);
	const { body } = await stop(200, q.id, day(-1));
	assert.equal(body.Lines.length, 1000);
	/* 0.505 of each line, half to even: 0.50 is earned */
	assert.equal(body.RefundDue, 510);
});

test('confirmation: by its dates, and once', async () => {
	const q = await w.quote(me, [cpm({ StartDate: day(3) })]);
	const { body } = await confirm(q.id);

	assert.deepEqual([body.Status, body.State], ['CO', 'scheduled']);
	assert.deepEqual((await confirm(q.id)).body, body);
	const past = await w.quote(me, [cpm()]);
	assert.equal((await confirm(past.id)).body.State, 'running');
	await stop(200, past.id, day(0));
	await nv(409, me, 'POST', `/${past.id}/confirm`);
});

test('prepayments', async () => {
	const q = await w.quote(me, [cpm()], { AdvertiserID: 'C-pay' });
	const made = await prepay(201, q.id, '40.50', 'CK', { Reference: 'K-1' });

	has(made, '"Amount":40.50,');
	has(made, '"Prepaid":40.50,"OnAccount":0.00}');
	await prepay(201, q.id, 9.5, 'CC');
	const seen = await get(q.id);
	assert.equal(seen.Prepaid, 50);
	assert.deepEqual(seen.Prepayments.map((p) => [p.Type, p.Amount,
		p.Reference]), [['CK', 40.5, 'K-1'], ['CC', 9.5, null]]);
	assert.equal((await prepay(422, q.id, 1, 'OA')).code, 'funds');
	assert.equal((await prepay(422, q.id, '90071992547409.91')).code,
	    'overflow');
	for (const Amount of ['0', '0.001', '-1', '1e1'])
		assert.deepEqual((await prepay(400, q.id, Amount)).fields,
		    ['Amount']);
	assert.deepEqual((await nv(400, me, 'POST', `/${q.id}/prepayments`, {
		Type: 'XX', DepositDate: '1.2.2026' })).fields,
	    ['Type', 'DepositDate', 'Amount']);
	assert.equal((await get(q.id)).Prepaid, 50);
	await nv(200, me, 'DELETE', `/${q.id}`);
	assert.equal((await prepay(409, q.id, 1)).code, 'conflict');
});

test('invoices: whole, by line, by month', async () => {
	const q = await w.quote(me, [cpm({ TaxAmount: '19.00' }),
		{ ProductID: 'D', PriceType: 'CPD', Amount: '31.00',
		  StartDate: '2030-01-17', EndDate: '2030-02-16' },
		cpm({ Amount: '10.00' })]);
	const bill = (status, body) => nv(status, me, 'POST',
	    `/${q.id}/invoices`, body);

	assert.equal((await bill(409)).code, 'conflict');
	await confirm(q.id);
	await prepay(201, q.id, '100.00');
	assert.equal((await bill(404, { Lines: ['999999999'] })).code,
	    'not_found');
	assert.deepEqual((await bill(400, { Lines: ['1', 'x', '1'],
		Month: '2030-13' })).fields, ['Month', 'Lines[1]', 'Lines[2]']);
	const one = await bill(201, { Lines: [q.lines[0]] });
	has(one, '"Amount":100.00,"TaxAmount":19.00,"TotalWithTax":119.00}');
	assert.equal(one.body.Applied, 100);
	assert.equal(one.body.Open, 19);
	assert.equal((await bill(409, { Lines: [q.lines[0]] })).code,
	    'nothing_to_bill');
	const month = await bill(201, { Lines: [q.lines[1]],
		Month: '2030-01' });
	assert.equal(month.body.Month, '2030-01');
	assert.equal(month.body.TotalWithTax, 15);
	const rest = await bill(201);
	assert.deepEqual(rest.body.Lines.map((l) => [l.ID, l.TotalWithTax]),
	    [[q.lines[1], 16], [q.lines[2], 10]]);
	const seen = await get(q.id);
	assert.deepEqual([seen.Invoiced, seen.Applied, seen.Open,
		seen.Credited], [160, 100, 60, 0]);
	assert.deepEqual(seen.Invoices.map((i) => [i.TotalWithTax, i.Month]),
	    [[119, null], [15, '2030-01'], [26, null]]);
	await prepay(201, q.id, '60.00', 'CC');
	assert.equal((await get(q.id)).Open, 0);
	assert.equal((await bill(409)).code, 'nothing_to_bill');
});

test('delivery is a total that never goes back', async () => {
	const q = await w.quote(me, [cpm(), cpm({ PriceType: 'CPC' })]);
	const [a, b] = q.lines;

	assert.equal((await deliver(409, q.id, a, { Impressions: 1 })).code,
	    'conflict');
	await confirm(q.id);
	await deliver(200, q.id, a, { Impressions: 100, Clicks: 5,
		AsOf: day(-5) });
	const { body } = await deliver(200, q.id, a, { Impressions: 40000 });
	assert.deepEqual([body.Impressions, body.Clicks, body.AsOf,
		body.Earned], [40000, 5, day(0), 40]);
	await deliver(200, q.id, a, { Impressions: 40000 });
	await deliver(200, q.id, b, { Clicks: 25000 });
	for (const [AsOf, Impressions] of [[day(0), 99], [day(-3), 99],
	    [day(-3), 40001], [day(-6), 101]])
		assert.equal((await deliver(422, q.id, a, { AsOf,
			Impressions })).code, 'backwards');
	await deliver(200, q.id, a, { Impressions: 20000, AsOf: day(-3) });
	const seen = await get(q.id);
	assert.deepEqual(seen.Lines.map((l) => l.Earned), [40, 25]);
	await deliver(404, q.id, '999999999', { Impressions: 1 });
	assert.deepEqual((await deliver(400, q.id, a, { Impressions: -1,
		Clicks: 1.5, AsOf: 'x' })).fields,
	    ['Impressions', 'Clicks', 'AsOf']);
	assert.deepEqual((await deliver(400, q.id, a, { Impressions: 50000,
		AsOf: day(1) })).fields, ['AsOf'], 'of a day to come');
	await stop(200, q.id, day(-3));
	assert.equal((await deliver(422, q.id, a, { Impressions: 50000 })).code,
	    'after_stop');
	assert.equal((await get(q.id)).Lines[0].Earned, 20);
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

test('clicks of a line of our own links are counted here', async () => {
	const line = { ProductID: 'LINK', PriceType: 'CPC', Quantity: 10,
		Amount: '50.00', StartDate: day(-1), EndDate: day(5),
		LandingURL: 'https://shop.example/spring' };
	const q = await running([line], '50.00');
	const [made] = (await get(q.id)).Lines;
	const code = made.Link.split('/r/')[1];

	assert.equal(made.Clicks, 0);
	for (let i = 0; i < 3; i++) {
		const a = await w.visit(code);

		assert.equal(a.status, 302);
		assert.match(a.headers.location, /^https:..shop.example.spring/);
		assert.ok(!`${a.headers['set-cookie']}`.includes('aff_ref='),
		    'an advertiser\'s link refers nobody');
	}
	assert.equal((await get(q.id)).Lines[0].Clicks, 3);
	await deliver(409, q.id, made.ID, { Clicks: 7 });
	const { referrals } = await w.ok(200, 'GET',
	    '/organizations/current/statistics', { token: me.token });
	await w.owner({ referralCode: code });
	assert.equal((await w.ok(200, 'GET',
	    '/organizations/current/statistics', { token: me.token }))
	    .referrals, referrals);
	const { body } = await stop(200, q.id, day(0));
	assert.equal(body.Lines[0].Earned, 15);
	assert.equal(body.RefundDue, 35);
	await w.visit(code);
	assert.equal((await get(q.id)).Lines[0].Clicks, 3);
	const bad = await nv(400, me, 'POST', '/consolidated/create', {
		CampaignID: 'NEW', AdvertiserID: 'A', Name: 'Links',
		Currency: 'USD', Lines: [{ ...line, PriceType: 'CPM' }] });
	assert.deepEqual(bad.fields, ['Lines[0].LandingURL']);
});

/* A call of the Ocamba face on the same campaign. */
async function hood(status, method, id, verb = '', body = undefined) {
	const a = await c.call(method, `/v1/hood/campaigns/${id}${verb}`, {
		token: me.token, body });

	assert.equal(a.status, status, a.text);
	return a.body?.items?.[0];
}

test('made on another face: lines, money, an end there, a refund here',
    async () => {
	const made = await w.hood(me, { name: 'Elsewhere',
		run_immediately: 1 });
	const state = async () => {
		const { Status, State } = await get(made.id);

		return [Status, State];
	};

	assert.deepEqual(await state(), ['CO', 'running']);
	await nv(201, me, 'POST', '/consolidated/create', {
		CampaignID: made.id, AdvertiserID: 'C-1', Currency: 'USD',
		Lines: [cpm()] });
	await prepay(201, made.id, '100.00');
	await nv(201, me, 'POST', `/${made.id}/invoices`);
	await hood(204, 'POST', made.id, '/pause', { reason: 'A storm' });
	assert.deepEqual(await state(), ['CO', 'paused']);
	await hood(204, 'POST', made.id, '/cancel', { reason: 'No more' });
	assert.deepEqual(await state(), ['KI', 'canceled']);
	assert.equal((await stop(409, made.id, day(0))).body.Message, 'This ' +
	    'does not fit the state that the resource is in: the campaign is ' +
	    `canceled as of ${day(0)}`);
	await refund(200, made.id, '100.00');
	await nv(200, me, 'DELETE', `/${made.id}`);
	assert.deepEqual(await state(), ['AC', 'deleted']);
	await hood(404, 'GET', made.id);
});

test('made here, and seen on another face', async () => {
	const q = await w.quote(me, [cpm()]);

	assert.equal((await hood(200, 'GET', q.id)).status, 'draft');
	await confirm(q.id);
	await hood(204, 'POST', q.id, '/pause', { reason: 'A storm' });
	await stop(200, q.id, day(0));
	assert.equal((await hood(200, 'GET', q.id)).status, 'sent');
	const other = await running([cpm()], '100.00');
	await hood(204, 'POST', other.id, '/cancel', { reason: 'No more' });
	const seen = await get(other.id);
	assert.deepEqual([seen.Status, seen.RefundDue], ['DE', 100]);
});

test('a quote that can be kept no longer is stale', async () => {
	const q = await running([cpm()], '100.00');
	const s = await stop(200, q.id, day(0), { DryRun: true });
	const match = ({ headers }) => ({ headers: {
		'if-match': headers.etag } });

	await stop(200, q.id, day(-1));
	assert.equal((await stop(412, q.id, day(0), {}, match(s))).code,
	    'stale');
	const Reference = `L-${unique()}`;
	const r = await refund(200, q.id, '60.00', { Reference, DryRun: true });
	await refund(200, q.id, '50.00');
	await refund(412, q.id, '60.00', { Reference }, match(r));
	assert.equal((await refund(422, q.id, '60.00', { Reference }, {
		headers: { 'if-match': '*' } })).code, 'more_than_due');
	assert.equal((await get(q.id)).Refunded, 50);
});

test('a key of idempotency does it once', async () => {
	const q = await running([cpm()], '100.00');
	const idem = unique();
	const first = await prepay(201, q.id, 5, 'CA');
	const pay = () => nv(201, me, 'POST', `/${q.id}/prepayments`, {
		Type: 'CA', DepositDate: day(0), Amount: '5.00' }, { idem });
	const one = await pay(), two = await pay();

	assert.equal(two.text, one.text);
	assert.equal(two.headers['idempotent-replayed'], 'true');
	assert.notEqual(one.body.ID, first.body.ID);
	assert.equal((await get(q.id)).Prepaid, 110);
	/* a dry run keeps none: the real call may have it */
	await stop(200, q.id, day(0), { DryRun: true }, { idem: `d-${idem}` });
	await stop(200, q.id, day(0), {}, { idem: `d-${idem}` });
});

test('API keys: as bearer, as header, by HTTP Basic', async () => {
	const q = await w.quote(me, [cpm()]);
	const made = await w.key(me, ['campaigns:read']);
	const { key } = made;
	const cut = key.lastIndexOf('_');
	const basic = (user, secret) => ({ authorization: 'Basic ' +
		Buffer.from(`${user}:${secret}`).toString('base64') });
	const ask = (headers) => c.call('GET', `/api/campaigns/${q.id}`, {
		headers });
	const id = key.slice(0, cut), secret = key.slice(cut + 1);

	for (const headers of [{ authorization: `Bearer ${key}` },
	    { 'x-api-key': key }, basic(id, secret),
	    basic(id.slice('aff_live_'.length), secret), basic(id, key),
	    basic(made.id, key)])
		assert.equal((await ask(headers)).status, 200);
	for (const headers of [basic(id, secret.replace(/^./, (x) =>
	    x === '0' ? '1' : '0')), basic(id, ''), basic('', secret),
	    basic(me.email, me.password), basic('1', key),
	    basic(me.email, key), { authorization: 'Basic =' }]) {
		const a = await ask(headers);

		assert.equal(a.status, 401, a.text);
		assert.equal(a.code, 'unauthenticated');
		assert.match(a.headers['www-authenticate'], /Bearer.*Basic/);
	}
	/* the others do not take it */
	assert.equal((await c.call('GET', '/referrer-campaigns', {
		headers: basic(id, secret) })).status, 401);
	assert.equal((await c.call('POST', `/api/campaigns/${q.id}/confirm`, {
		headers: basic(id, secret) })).code, 'scope');
});

test('a test key moves no money', async () => {
	const q = await running([cpm()], '100.00');
	const { key } = await w.key(me, undefined, { test: true });
	const trial = { token: key };
	const before = await get(q.id);

	assert.deepEqual(await get(q.id, trial), before);
	for (const [method, path, body] of [
	    ['POST', '/prepayments', { Type: 'CA', DepositDate: day(0),
		Amount: 1 }],
	    ['POST', '/invoices'],
	    ['PUT', `/lines/${q.lines[0]}/delivery`, { AsOf: day(0) }],
	    ['POST', '/stop', { StopDate: day(0) }],
	    ['POST', '/stop', { StopDate: day(0), DryRun: true }],
	    ['POST', '/refund', { Amount: 1, Reference: 'T' }],
	    ['DELETE', '']])
		assert.equal((await nv(403, trial, method, `/${q.id}${path}`,
		    body)).code, 'test_key');
	assert.deepEqual(await get(q.id), before);
});

test('another tenant finds nothing', async () => {
	const q = await running([cpm()], '100.00');
	const other = await w.owner();

	for (const [method, path, body] of [['GET', ''], ['DELETE', ''],
	    ['POST', '/confirm'], ['POST', '/stop', { StopDate: day(0) }],
	    ['POST', '/refund', { Amount: 1, Reference: 'X' }],
	    ['POST', '/invoices'], ['POST', '/prepayments', { Type: 'CA',
		DepositDate: day(0), Amount: 1 }],
	    ['PUT', `/lines/${q.lines[0]}/delivery`, { AsOf: day(0) }]])
		assert.equal((await nv(404, other, method, `/${q.id}${path}`,
		    body)).code, 'not_found');
	await nv(404, other, 'POST', '/consolidated/create', {
		CampaignID: q.id, Lines: [cpm()] });
	/* a line of another campaign of one's own */
	const mine = await running([cpm()]);
	await deliver(404, mine.id, q.lines[0], { Impressions: 1 });
	await nv(404, me, 'POST', `/${mine.id}/invoices`,
	    { Lines: [q.lines[0]] });
});

test('errors have the form of this face, or of RFC 9457', async () => {
	const a = await nv(404, me, 'GET', '/999999999');

	assert.deepEqual(JSON.parse(a.text), { Message: 'Resource not found',
		Code: 'not_found', TraceID: a.headers['x-request-id'],
		Errors: [] });
	const p = await nv(404, me, 'GET', '/999999999', undefined, {
		headers: { accept: 'application/problem+json' } });
	assert.equal(p.body.code, 'not_found');
	const bad = await nv(400, me, 'POST', '/consolidated/create', '{"a"');
	assert.match(bad.body.Message, /at byte 4/);
});

test('the books are right', async () => {
	const { code, out } = await (await service()).verify();

	assert.equal(code, 0, out);
});
