/*
 * The Naviga face: quotes with lines, confirmation, money, delivery, and the
 * form of all of it.  Days are counted from today, so that it is always the
 * same story.
 */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
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

test('a campaign is read as of one moment', async () => {
	const q = await running([cpm()], '1.00');
	let going = true;
	const reader = async () => {
		while (going) {
			const seen = await get(q.id);

			assert.equal(seen.Prepaid, seen.Prepayments.length);
			assert.equal(seen.Prepaid, seen.Reserved);
		}
	};
	const writer = async () => {
		for (let i = 0; going && i < 60; i++)
			await prepay(201, q.id, '1.00');
	};

	await Promise.all([writer(), reader(), reader(), reader()]
	    .map((p) => p.finally(() => { going = false; })));
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
	const buyer = await w.owner({ referralCode: code });
	assert.equal(await query(c.service, 'SELECT COUNT(*) FROM referral ' +
	    `WHERE referred_organization_id = ${buyer.organization.id}`), '0');
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
