/*
 * The Naviga face: quotes with lines, confirmation, money, delivery, and the
 * three endings.  Days are counted from today, so that it is always the same
 * story.
 */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');

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
		AdvertiserID: 'C', Currency: 'XXX', StartDate: '2026-02-30',
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
		EndDate: day(5), Lines: [cpm()] }),
	    ['Currency', 'Lines[0].EndDate', 'Lines[0].StartDate']);
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
