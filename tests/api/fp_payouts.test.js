/* The FirstPromoter face: payouts, how they are paid, and payments batches. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');
const { turn, hold } = require('./lib/db');

const test = tests(__filename);
let c, w, p, me, other, ann, bob;

const fp = (status, method, path, body, who = me) =>
    w.fp(status, who, method, path, body).then((a) => a.body);
const list = (parameters = '', who = me) => fp(200, 'GET',
    `/payouts${parameters}`, undefined, who);
const of = (who, more = '') => list(`?filters[promoter_id]=${who.id}${more}`);
const custom = async (at, amount, more = {}) => (await fp(200, 'POST',
    '/commissions', { commission_type: 'custom', amount,
	promoter_campaign_id: at.placement, ...more }))[0];
const generate = (ids, status = 200) => fp(status, 'POST',
    '/commissions/generate_payouts', { ids });
const mark = (what, ids, status = 200) => fp(status, what === 'destroy' ?
    'DELETE' : 'POST', `/payouts/${what}`, { ids });
/* what the ledger has of a promoter: available, requested, paid */
const money = async (who, org = me.org) => {
	const rows = await p.sql(`SELECT kind, balance FROM account
	    WHERE organization_id = ${org} AND owner_id = ${who.id}
	    AND currency = 'USD'`);
	const b = Object.fromEntries(rows.split('\n').map((l) =>
	    l.split('\t')));

	return ['available', 'requested', 'paid'].map((k) =>
	    Number(b[`earnings_${k}`] ?? 0));
};
const settings = async (more) => fp(200, 'PUT', '/settings', {
	...await fp(200, 'GET', '/settings'), ...more });
const made = {};		/* when those of last month really were */
/* As if it had been made last month, and no payouts since. */
const lastMonth = async (ids) => {
	for (const id of ids)
		made[id] ??= await p.sql(`SELECT created_at FROM earning
		    WHERE id = ${id}`);
	await p.sql(`UPDATE earning SET created_at = DATE_FORMAT(UTC_DATE() -
	    INTERVAL 1 MONTH, '%Y-%m-15') WHERE id IN (${ids})`);
	await p.sql(`UPDATE program SET payouts_until = '1970-01-31'
	    WHERE organization_id = ${me.org}`);
};
const month = async (what) => {
	await turn(c.service, 'make_payouts');
	assert.ok(await until(async () => await p.sql(`SELECT payouts_until >
	    '1970-01-31' FROM program WHERE organization_id = ${me.org}`) ===
	    '1'), what);
};

test('a company with two promoters', async () => {
	c = (await service()).client;
	w = new World(c);
	p = new Promoters(w);
	await hold(c.service, 'roll_up');
	me = await p.company();
	other = await p.company();
	ann = await p.promoter(me);
	bob = await p.promoter(me);
	assert.deepEqual(await list(), []);
	await settings({ min_payment: 0 });
});

test('a payout of chosen commissions', async () => {
	const a = await custom(ann, 1000), b = await custom(ann, 234);
	const points = await custom(ann, 5, { unit: 'points' });

	/* not before the hold is over */
	await p.sql(`UPDATE earning SET status = 'pending' WHERE id = ${a.id}`);
	assert.equal((await generate([a.id])).failed_count, 1);
	await p.sql(`UPDATE earning SET status = 'available'
	    WHERE id = ${a.id}`);
	const batch = await generate([a.id, b.id, points.id, 999999999]);
	assert.deepEqual([batch.status, batch.failed_count,
		batch.action_label], ['completed', 2,
		'commission/generate_payouts']);
	const [payout, ...more] = await of(ann);
	assert.deepEqual(more, []);
	const today = new Date().toISOString().slice(0, 10);
	assert.deepEqual({ ...payout, id: 0, created_at: '' }, { id: 0,
		status: 'pending', amount: 1234, currency: 'USD',
		payments_batch_id: null, tax_rate: 0, unit: 'cash',
		period_start: `${today.slice(0, 7)}-01T00:00:00.000Z`,
		period_end: `${today}T23:59:59.999Z`, due_date: today,
		paid_at: null, processing_started_at: null, failed_at: null,
		error: null, total_incl_tax: 1234, created_at: '',
		payout_method: null, promoter: { id: ann.id,
		    email: ann.email, name: `Promoter ${ann.id}` },
		campaign: { id: me.campaign, name: 'Spring',
		    color: '#4f46e5' } });
	assert.deepEqual(await money(ann), [0, 1234, 0]);
	assert.deepEqual((await fp(200, 'GET',
	    `/commissions?filters[payout_id]=${payout.id}`))
	    .map((x) => x.amount), [234, 1000]);
	/* not again, and not denied */
	assert.equal((await generate([a.id, b.id])).failed_count, 2);
	assert.equal((await fp(200, 'POST', '/commissions/deny', {
		ids: [a.id] })).failed_count, 1);
	assert.equal((await w.events(me, 'payout.created', String(payout.id)))
	    .length, 1);
});

test('paid, unpaid, destroyed', async () => {
	const [payout] = await of(ann);
	const paid = async () => (await fp(200, 'GET', '/commissions?filters' +
	    `[paid]=yes&filters[promoter_id]=${ann.id}`)).length;

	const done = await mark('mark_as_paid', [payout.id, 999999999]);
	assert.deepEqual([done.data.status, done.data.failed_count,
		done.data.action_label], ['completed', 1,
		'payout/mark_as_paid']);
	assert.deepEqual(done.meta, { total: 1234, amounts: { cash: 1234 },
		promoters_count: 1, total_incl_tax: 1234,
		all_promoters_count: 1 });
	assert.deepEqual(await money(ann), [0, 0, 1234]);
	const [now] = await of(ann);
	assert.equal(now.status, 'completed');
	assert.ok(now.paid_at);
	assert.equal(await paid(), 2);
	for (const what of ['mark_as_paid', 'destroy'])
		assert.equal((await mark(what, [payout.id])).data.failed_count,
		    1, what);
	assert.equal((await mark('mark_as_unpaid', [payout.id])).data
	    .failed_count, 0);
	assert.deepEqual(await money(ann), [0, 1234, 0]);
	assert.equal(await paid(), 0);
	assert.equal((await mark('mark_as_unpaid', [payout.id])).data
	    .failed_count, 1);
	assert.equal((await mark('destroy', [payout.id])).data.failed_count,
	    0);
	assert.deepEqual(await money(ann), [1234, 0, 0]);
	assert.deepEqual(await of(ann), []);
	assert.equal((await mark('destroy', [payout.id])).data.failed_count,
	    1);
	for (const [what, path] of [['POST', 'mark_as_paid'],
	    ['POST', 'mark_as_unpaid'], ['DELETE', 'destroy']]) {
		assert.equal((await fp(422, what, `/payouts/${path}`, {})).code,
		    'invalid_params');
		await fp(400, what, `/payouts/${path}`, { ids: ['x'] });
		const many = await fp(202, what, `/payouts/${path}`, {
			ids: [1, 2, 3, 4, 5, 6].map((i) => 999999990 + i) });
		assert.deepEqual([many.data.total, many.meta.total], [6, 0]);
	}
	assert.equal((await generate([], 422)).code, 'invalid_params');
	await generate(['x'], 400);
	await generate([1, 2, 3, 4, 5, 6].map((i) => 999999990 + i), 202);
});

test('a month: what is approved, less what came back', async () => {
	const r = (await fp(200, 'POST', '/referrals', { uid: unique(),
		promoter_campaign_id: bob.placement }));
	const sale = async (amount, event_id) => (await fp(200, 'POST',
	    '/commissions', { commission_type: 'sale', referral_id: r.id,
		sale_amount: amount, event_id }))[0];
	const events = ['a', 'b', 'c'].map((x) => `${x}-${unique()}`);
	/* 20 % of 5000, 10000 and 2500 */
	const [one, two, three] = [await sale(5000, events[0]),
		await sale(10000, events[1]), await sale(2500, events[2])];
	/* half of the second goes back this month: 500 of it 1000 */
	await p.track(200, me, 'refund', { uid: r.uid, amount: 5000,
		event_id: unique(), sale_event_id: events[1] });
	const before = (await of(ann)).length;
	/* the third is of this month, and all of it goes back */
	await p.track(200, me, 'refund', { uid: r.uid, amount: 2500,
		event_id: unique(), sale_event_id: events[2] });
	await lastMonth([one.id, two.id]);
	await settings({ min_payment: 2501 });
	await month('below the least');
	assert.deepEqual(await of(bob), []);
	/* who was away and is back is one customer */
	for (const to of [ann, bob])
		await fp(200, 'POST', '/referrals/move_to_promoter', {
			ids: [(await fp(200, 'GET', `/referrals?q=${r.uid}`))[0]
			    .id], promoter_campaign_id: to.placement });
	await settings({ min_payment: 2000, min_paying_customers: 2 });
	await lastMonth([one.id]);
	await month('one customer');
	assert.deepEqual(await of(bob), []);
	await settings({ min_payment: 2500, min_paying_customers: 1 });
	await lastMonth([one.id]);
	await month('not enough: 1000 + 2000 - 1000 = 2000');
	assert.deepEqual(await of(bob), []);
	await settings({ min_payment: 2000 });
	await lastMonth([one.id]);
	await month('enough');
	const [payout] = await of(bob);
	assert.equal(payout.amount, 2000);
	assert.deepEqual(await money(bob), [0, 2000, 0]);
	const last = new Date(Date.UTC(new Date().getUTCFullYear(),
	    new Date().getUTCMonth(), 0)).toISOString().slice(0, 10);
	assert.deepEqual([payout.period_start, payout.period_end], [
		`${last.slice(0, 7)}-01T00:00:00.000Z`,
		`${last}T23:59:59.999Z`]);
	assert.equal(payout.due_date, new Date(Date.parse(last) +
	    15 * 86400000).toISOString().slice(0, 10));
	/* once */
	await lastMonth([one.id]);
	await month('again');
	assert.equal((await of(bob)).length, 1);
	assert.equal((await of(ann)).length, before);
	assert.ok(three.id);
});

test('what is paid and then refunded is owed', async () => {
	const [payout] = await of(bob);

	await mark('mark_as_paid', [payout.id]);
	const [sold] = await fp(200, 'GET', '/commissions?filters[payout_id]=' +
	    `${payout.id}&filters[amount][from]=1&sorting[amount]=asc`);
	await p.track(200, me, 'refund', { uid: sold.referral.uid,
		amount: sold.sale_amount, event_id: unique(),
		sale_event_id: sold.event_id });
	assert.deepEqual(await money(bob), [-1000, 0, 2000]);
	/* 600 are not enough for a debt of 1000, 1700 are */
	const a = await custom(bob, 600);
	assert.equal((await generate([a.id])).failed_count, 1);
	const b = await custom(bob, 1100);
	assert.equal((await generate([a.id, b.id])).failed_count, 0);
	const [next] = await of(bob);
	assert.equal(next.amount, 700);
	assert.deepEqual(await money(bob), [0, 700, 2000]);
	await mark('mark_as_paid', [next.id]);
	assert.deepEqual(await money(bob), [0, 0, 2700]);
});

const PAYPAL = { method: 'paypal', details: {
	paypal_email: 'ann@example.com' } };
test('how promoters are paid', async () => {
	const make = (who, body, status = 200) => fp(status, 'POST',
	    '/payout_methods', { promoter_id: who.id, ...body });
	const all = () => fp(200, 'GET',
	    `/payout_methods?filters[promoter_id]=${ann.id}`);
	const first = await make(ann, PAYPAL);

	assert.deepEqual({ ...first, id: 0, date_added: '' }, { id: 0,
		method: 'paypal', date_added: '', is_disabled: false, meta: {},
		is_selected: true, details: PAYPAL.details,
		managed_payouts: false });
	assert.deepEqual(await fp(200, 'GET', `/payout_methods/${first.id}`),
	    first);
	const bank = { method: 'bank', details: { bank_country: 'DE',
		account_holder_name: 'Ann', iban: 'DE89 3704 0044 0532 0130 00',
		swift_bic_code: 'COBADEFFXXX' } };
	const second = await make(ann, bank);
	assert.equal(second.is_selected, false);
	const put = (m, body, status = 200) => fp(status, 'PUT',
	    `/payout_methods/${m.id}`, { promoter_id: ann.id, ...body });
	assert.equal((await put(second, { ...bank, is_selected: true }))
	    .is_selected, true);
	assert.deepEqual((await all()).map((m) => [m.id, m.is_selected]),
	    [[second.id, true], [first.id, false]]);
	await put(first, { ...PAYPAL, is_selected: true });
	for (const [body, field] of [
		[{ method: 'cash', details: {} }, 'method'],
		[{ method: 'paypal' }, 'details'],
		[{ method: 'paypal', details: {} }, 'details.paypal_email'],
		[{ method: 'wise', details: { wise_email: 'x' } },
		    'details.wise_email'],
		[{ method: 'crypto', details: { wallet_address: 'x' } },
		    'details.crypto_currency'],
		[{ method: 'bank', details: { bank_country: 'XX',
		    account_holder_name: 'Ann', iban: 'x' } },
		    'details.bank_country'],
		[{ method: 'bank', details: { bank_country: 'DE',
		    account_holder_name: 'Ann' } },
		    'details.account_number'],
		[{ method: 'bank', details: { bank_country: 'DE',
		    account_holder_name: 'Ann',
		    iban: 'DE89370400440532013001' } }, 'details.iban'],
		[{ method: 'bank', details: { bank_country: 'DE',
		    account_holder_name: 'Ann', account_number: '1',
		    swift_bic_code: 'X' } }, 'details.swift_bic_code'],
	])
		assert.deepEqual(Object.keys((await make(ann, body, 400))
		    .errors), [field]);
	await put(first, {}, 400);
	await fp(400, 'GET', '/payout_methods?page=0');
	await fp(404, 'GET', '/payout_methods/x');
	await make(await p.promoter(other), PAYPAL, 404);
	await put(first, { ...PAYPAL, promoter_id: bob.id }, 404);
	await fp(404, 'PUT', '/payout_methods/999999999', { ...PAYPAL,
		promoter_id: ann.id });
	for (const method of ['GET', 'DELETE'])
		for (const [id, who] of [[999999999, me], [first.id, other]])
			await fp(404, method, `/payout_methods/${id}`,
			    undefined, who);
	const third = await make(ann, { method: 'custom', details: {
		wallet_address: 'by carrier pigeon', crypto_currency: 'no' } });
	assert.deepEqual(await fp(200, 'DELETE',
	    `/payout_methods/${third.id}`), third);
	assert.equal((await all()).length, 2);
	assert.equal(await p.sql(`SELECT COUNT(*) FROM payout_method
	    WHERE details LIKE '%pigeon%'`), '0');
});

test('a payments batch: exported, confirmed, paid', async () => {
	const free = await p.sql(`SELECT id FROM earning WHERE referrer_id =
	    ${ann.id} AND payout_id IS NULL AND currency = 'USD'`);
	await generate(free.split('\n').map(Number));
	const create = (method, status = 201) => fp(status, 'POST',
	    '/payouts/create_payments_batch', { method });
	assert.equal((await create('wise', 422)).code, 'operation_failed');
	await create('cash', 400);
	for (const path of ['', '/export'])
		await fp(404, 'GET', `/payments_batches/x${path}`);
	const { data, meta } = await create('paypal');
	assert.deepEqual(data, { id: data.id, status: 'awaiting_confirmation',
		ext_reference: null, ext_id: null, scheduled_at: null,
		processing_started_at: null, completed_at: null,
		is_payable: true, is_retriable: false,
		is_payment_otp_required: false,
		total: 1234, currency: 'USD', promoters_count: 1,
		error: null });
	assert.deepEqual(meta, { failed: [] });
	assert.deepEqual(await fp(200, 'GET', `/payments_batches/${data.id}`),
	    data);
	await create('paypal', 422);
	await fp(400, 'POST', `/payments_batches/${data.id}/pay`, {
		otp: 'x'.repeat(21) });
	const [payout] = await list(
	    `?filters[payments_batch_id]=${data.id}`);
	assert.equal(payout.payout_method.method, 'paypal');
	/* its method can't be deleted now */
	await fp(409, 'DELETE', `/payout_methods/${payout.payout_method.id}`);
	await p.sql(`UPDATE promoter SET name = '=HYPERLINK("x")'
	    WHERE referrer_id = ${ann.id}`);
	const csv = await w.fp(200, me, 'GET',
	    `/payments_batches/${data.id}/export`);
	assert.match(csv.headers['content-type'], /^text\/csv/);
	const [head, line] = csv.text.trim().split('\r\n');
	assert.equal(head, 'payout_id,name,email,amount,currency,' +
	    'period_start,period_end,status,method,details');
	assert.ok(line.startsWith(`${payout.id},"'=HYPERLINK(""x"")","` +
	    `${ann.email}",12.34,USD,`), line);
	assert.match(line, /paypal,"\{""paypal_email"":""ann@example.com""\}"$/);
	for (const [method, path] of [['POST', '/pay'], ['POST', '/send_otp'],
	    ['DELETE', ''], ['GET', ''], ['GET', '/export']])
		for (const [id, who] of [[999999999, me], [data.id, other]])
			await fp(404, method, `/payments_batches/${id}${path}`,
			    path === '/pay' ? { otp: '1' } : undefined, who);
	/* given up, and put together again */
	assert.deepEqual(await fp(200, 'DELETE',
	    `/payments_batches/${data.id}`), data);
	const again = (await create('paypal')).data;
	/* there is no mail server here, and no code: see fp_payments */
	const paid = await fp(200, 'POST', `/payments_batches/${again.id}/pay`,
	    {});
	assert.equal(paid.status, 'completed');
	assert.equal(paid.total, 1234);
	assert.deepEqual(await money(ann), [0, 0, 1234]);
	for (const [method, path] of [['POST', '/pay'], ['POST', '/send_otp'],
	    ['DELETE', '']])
		await fp(409, method, `/payments_batches/${again.id}${path}`,
		    path === '/pay' ? { otp: 'x' } : undefined);
	assert.deepEqual(await money(ann), [0, 0, 1234]);
});

test('lists by filters and sorts', async () => {
	const amounts = async (q) => (await list(`?${q}`))
	    .map((x) => x.amount);

	for (const [q, found] of [
		['', [1234, 700, 2000]],
		['sorting[created_at]=asc', [2000, 700, 1234]],
		['sorting[amount]=desc', [2000, 1234, 700]],
		['sorting[amount]=asc', [700, 1234, 2000]],
		['sorting[period_start]=asc', [2000, 700, 1234]],
		['sorting[period_end]=desc', [1234, 700, 2000]],
		['filters[status]=completed', [1234, 700, 2000]],
		['filters[status]=pending', []],
		[`filters[campaign_id]=${me.campaign}`, [1234, 700, 2000]],
		['filters[campaign_id]=999999999', []],
		['filters[due_period]=custom', [1234, 700]],
		['filters[due_period]=next', []],
		['filters[due_period]=overdue', []],
		['filters[period_end][to]=2020-01-01', []],
		['filters[period_start][from]=2020-01-01', [1234, 700, 2000]],
		['filters[payout_method]=paypal', [1234]],
		['filters[payout_method]=not_set', [700, 2000]],
		['filters[only_payable]=true', []],
		['filters[fraud_suspicions][]=no_suspicion',
		    [1234, 700, 2000]],
		['filters[fraud_suspicions][]=ad_source', []],
		[`q=${ann.email}`, [1234]],
		[`q=Promoter%20${bob.id}`, [700, 2000]],
		['q=nobody', []],
	])
		assert.deepEqual(await amounts(q), found, q);
	for (const sort of ['', 'sorting[amount]=asc',
	    'sorting[period_start]=desc', 'sorting[period_end]=asc']) {
		const all = await amounts(sort), seen = [];
		let next = '';

		do {
			const a = await w.fp(200, me, 'GET',
			    `/payouts?${sort}&per_page=1${next}`);

			seen.push(...a.body.map((x) => x.amount));
			next = a.headers['x-next-cursor'] &&
			    `&cursor=${a.headers['x-next-cursor']}`;
		} while (next);
		assert.deepEqual(seen, all, sort);
	}
	await fp(400, 'GET', '/payouts?filters[status]=paid');
	await fp(400, 'GET', '/payouts?filters[payments_batch_id]=x');
	assert.deepEqual(await list('', other), []);
});

test('sums', async () => {
	const eve = await p.promoter(me);
	const one = await custom(eve, 50);
	await generate([one.id]);
	const stats = await fp(200, 'GET', '/payouts/stats');

	assert.equal(stats.meta.min_payment, 2000);
	assert.deepEqual(stats.data.by_status, {
		pending: { promoters_count: 1, amounts: { cash: 50 },
		    total_incl_tax: 50 },
		completed: { promoters_count: 2, amounts: { cash: 3934 },
		    total_incl_tax: 3934 } });
	assert.deepEqual(stats.data.by_payout_method.paypal, {
		promoters_count: 1, amounts: { cash: 1234 },
		total_incl_tax: 1234 });
	assert.equal(stats.data.by_paid_period.reduce((sum, x) =>
	    sum + x.amounts.cash, 0), 3934);
	assert.deepEqual(stats.data.by_paid_period.map((x) =>
	    x.promoters_count), stats.data.by_paid_period.map((x) =>
	    x.amounts.cash === 3934 ? 2 : 1));
	/* he wants it otherwise: what he got stays as it was paid */
	const way = async () => (await fp(200, 'GET', '/payouts/stats?' +
	    `filters[campaign_id]=${me.campaign}`)).data.by_payout_method;
	const paid = await way();
	const { id } = await fp(200, 'POST', '/payout_methods', {
		promoter_id: eve.id, method: 'wise', details: {
		    wise_email: eve.email } });
	const wise = { promoters_count: 1, amounts: { cash: 50 },
		total_incl_tax: 50 };
	assert.deepEqual(await way(), { ...paid, wise });
	await fp(200, 'DELETE', `/payout_methods/${id}`);
	assert.deepEqual(await way(), paid);
	/* of two campaigns, which are counted as they are asked for */
	assert.deepEqual((await fp(200, 'GET', '/payouts/stats?' +
	    `filters[campaign_id][]=${me.campaign}&filters[campaign_id][]=` +
	    `${(await w.hood(me)).id}`)).data.by_payout_method, paid);
	const one1 = await fp(200, 'GET', '/payouts/stats?stats_by[status]=' +
	    'true&filters[status]=pending&filters[campaign_id]=' +
	    `${me.campaign}`);
	assert.deepEqual(Object.keys(one1.data), ['by_status']);
	assert.deepEqual(Object.keys(one1.data.by_status), ['pending']);
	const due = await fp(200, 'GET', '/payouts/due_stats');
	assert.deepEqual([due.data.next.amounts.cash,
		due.data.overdue.amounts.cash, due.data.custom.amounts.cash],
	    [0, 0, 50]);
	const groups = await fp(200, 'GET', '/payouts/group_by_promoters');
	assert.deepEqual(groups.data.map((g) => [g.promoter.id, g.amount,
		g.payouts.length, g.is_amount_payable]), [[eve.id, 50, 1,
		false]]);
	assert.equal(groups.meta.total, 50);
	const bobs = await fp(200, 'GET', '/payouts/group_by_promoters?' +
	    'filters[status]=completed&filters[min_payment]=2000&' +
	    'include_payout_method_details=true');
	assert.deepEqual(bobs.data.map((g) => [g.promoter.id, g.amount,
		g.payout_ids.length]), [[bob.id, 2700, 2]]);
	assert.deepEqual((await fp(200, 'GET', '/payouts/group_by_promoters?' +
	    `filters[status]=completed&q=${ann.email}&filters[campaign_id]=` +
	    `${me.campaign}`)).data.map((g) => g.promoter.id), [ann.id]);
	for (const path of ['stats', 'due_stats', 'group_by_promoters'])
		await fp(400, 'GET', `/payouts/${path}?filters[campaign_id]=x`);
});

test('amounts of two currencies are no sum', async () => {
	const eve = await p.promoter(other), dan = await p.promoter(other);
	const sold = async (who, amount, currency) => {
		const email = `${unique()}@example.com`;

		await p.track(200, other, 'sale', { email, ref_id: who.code,
			event_id: unique(), amount, currency });
		return (await fp(200, 'GET', `/commissions?q=${email}`,
		    undefined, other))[0].id;
	};
	const ids = [];

	for (const [who, amount, currency] of [[eve, 500, 'EUR'],
	    [eve, 700, 'USD'], [dan, 200, 'EUR']])
		ids.push(await sold(who, amount, currency));
	await fp(200, 'POST', '/commissions/generate_payouts', { ids },
	    other);
	await fp(200, 'POST', '/commissions/generate_payouts', {
		ids: [await sold(eve, 900, 'EUR')] }, other);
	const at = '/payouts/group_by_promoters';
	const lines = (groups) => groups.data.map((g) => [g.promoter.id,
		g.currency, g.amount, g.payouts.map((x) => x.amount)]);
	const right = [[eve.id, 'EUR', 280, [180, 100]],
		[eve.id, 'USD', 140, [140]], [dan.id, 'EUR', 40, [40]]];
	const groups = await fp(200, 'GET', at, undefined, other);

	assert.deepEqual(lines(groups), right);
	const suspect = async (fraud) => {
		await p.sql(`UPDATE referral SET fraud = '${fraud}'
		    WHERE referrer_id = ${eve.id}`);
		return (await fp(200, 'GET', at, undefined, other)).data
		    .map((g) => g.promoter.fraud_suspicions);
	};
	assert.deepEqual(await suspect('ad_source'), [['ad_source'],
		['ad_source'], []]);
	assert.deepEqual(await suspect('no_suspicion'), [[], [], []]);
	assert.equal(groups.data[0].promoter.invoice_details_status, 'pending');
	for (const g of groups.data)
		assert.deepEqual(g.payout_ids, g.payouts.map((x) => x.id));
	const { due_date: _due, period_end: _end, ...meta } = groups.meta;
	const sums = { total: 140, amounts: { cash: 140, EUR: 320 },
		promoters_count: 2, total_incl_tax: 140 };
	assert.deepEqual(meta, sums);
	assert.deepEqual(lines(await fp(200, 'GET',
	    `${at}?filters[min_payment]=141`, undefined, other)),
	    [right[0]]);
	/* who has payouts in both is one */
	const by = async () => (await fp(200, 'GET', '/payouts/stats',
	    undefined, other)).data;
	const all = { promoters_count: 2, amounts: sums.amounts,
		total_incl_tax: 140 };

	assert.deepEqual((await by()).by_status, { pending: all });
	assert.deepEqual((await fp(200, 'GET', '/payouts/due_stats', undefined,
	    other)).data.custom, all);
	const named = async (q) => (await fp(200, 'GET',
	    `/payouts/due_stats?q=${q}&filters[campaign_id]=${other.campaign}`,
	    undefined, other)).data.custom;

	assert.deepEqual(await named(dan.email.slice(0, -4)), {
		promoters_count: 1, amounts: { cash: 0, EUR: 40 },
		total_incl_tax: 0 });
	assert.deepEqual(await named('nobody'), { promoters_count: 0,
		amounts: { cash: 0 }, total_incl_tax: 0 });
	let more = '', one;
	for (const line of right) {
		one = await w.fp(200, other, 'GET', `${at}?per_page=1${more}`);
		assert.deepEqual(lines(one.body), [line]);
		more = `&cursor=${one.headers['x-next-cursor']}`;
	}
	assert.equal(one.headers['x-next-cursor'], undefined);
	assert.deepEqual((await fp(200, 'POST', '/payouts/mark_as_paid', {
		ids: groups.data.flatMap((g) => g.payout_ids) }, other)).meta,
	    { ...sums, all_promoters_count: 2 });
	const { by_paid_period: [paid, ...rest], by_status: now } = await by();

	assert.deepEqual(now, { completed: all });
	assert.deepEqual([paid.promoters_count, paid.amounts, rest],
	    [2, sums.amounts, []]);
});

test('what refunds took back can be chosen as well', async () => {
	const fay = await p.promoter(other);
	const sell = async (amount) => {
		const sold = { email: `${unique()}@example.com`,
			event_id: unique(), ref_id: fay.code, amount };
		const a = await p.track(200, other, 'sale', sold);

		return { ...sold, id: a.commissions[0].id };
	};
	const back = async (sold) => (await p.track(200, other, 'refund', {
		email: sold.email, amount: sold.amount, event_id: unique(),
		sale_event_id: sold.event_id })).reward.id;
	/* how many of them fail, and what the payout has */
	const choose = async (...ids) => {
		const b = await fp(200, 'POST', '/commissions/generate_payouts',
		    { ids }, other);
		const [made] = await list(`?filters[promoter_id]=${fay.id}` +
		    '&filters[status]=pending', other);

		if (made)
			await fp(200, 'POST', '/payouts/mark_as_paid',
			    { ids: [made.id] }, other);
		return [b.failed_count, made?.amount];
	};
	const one = await sell(10000), two = await sell(5000);
	const one0 = await back(one);

	assert.deepEqual(await choose(one0), [1, undefined]);
	assert.deepEqual(await choose(one.id, one0), [2, undefined]);
	assert.deepEqual(await choose(one.id, two.id, one0), [0, 1000]);
	/* what is owed of one that was paid, beside one that was not chosen */
	const owed = await back(two), three = await sell(10000);
	const four = await sell(10000), four0 = await back(four);

	assert.deepEqual(await choose(owed, three.id, four0), [1, 1000]);
	assert.deepEqual(await choose(owed), [1, undefined]);
	assert.deepEqual((await fp(200, 'GET', `/commissions?ids[]=${four0}` +
	    `&ids[]=${owed}`, undefined, other)).map((x) => x.is_paid),
	    [false, true]);
});

test('what a house\'s referrer withdrew is deducted', async () => {
	const referrer = await w.referrer();
	const { code } = await w.campaign(referrer);
	const house = await w.house();
	const own = { id: referrer.referrer.id };

	await w.buy(await w.owner({ referralCode: code }), { quantity: 10 });
	await w.buy(await w.owner({ referralCode: code }), { quantity: 10 });
	const [earned] = await money(own, 1);
	await w.ok(201, 'POST', '/referrer-transactions/withdraw', { token: referrer.token,
		body: { amount: 500, currency: 'USD' } });
	const mine = await fp(200, 'GET', '/commissions?filters[promoter_id]=' +
	    own.id, undefined, house);
	assert.equal((await fp(200, 'POST', '/commissions/generate_payouts', {
		ids: mine.map((x) => x.id) }, house)).failed_count, 0);
	const [payout] = await list(`?filters[promoter_id]=${own.id}`, house);
	assert.equal(payout.amount, earned - 500);
	assert.equal(payout.promoter.email, referrer.email);
	assert.deepEqual(await money(own, 1), [0, earned, 0]);
	/* nothing is left to withdraw */
	const none = await c.call('POST', '/referrer-transactions/withdraw', { token:
		referrer.token, body: { amount: 500, currency: 'USD' } });
	assert.equal(none.status, 422);
});

test('a payout that is marked unpaid leaves its payments batch', async () => {
	const id = await p.sql(`SELECT batch_id FROM payout
	    WHERE organization_id = ${me.org} AND referrer_id = ${ann.id}
	    AND status = 'completed' AND batch_id IS NOT NULL`);
	const [payout] = await list(`?filters[payments_batch_id]=${id}`);
	const sums = async () => {
		const b = await fp(200, 'GET', `/payments_batches/${id}`);

		return [b.total, b.promoters_count];
	};

	assert.deepEqual(await sums(), [1234, 1]);
	await mark('mark_as_unpaid', [payout.id]);
	assert.deepEqual(await sums(), [0, 0]);
});

test('the books are right', async () => {
	for (const [id, at] of Object.entries(made))
		await p.sql(`UPDATE earning SET created_at = '${at}'
		    WHERE id = ${id}`);
	await turn(c.service, 'roll_up');
	const { code, out } = await c.service.verify();

	assert.equal(code, 0, out);
});
