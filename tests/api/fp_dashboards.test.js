/* Dashboards of a company; a promoter's own reports and chart. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');

const test = tests(__filename);
const PAGE = { 'user-agent': 'Mozilla/5.0' };
let w, p, me, other, ann, bob, second, own;

const day = (n = 0) => new Date(Date.now() + n * 86400000).toISOString()
    .slice(0, 10);
const get = async (path, who = me, status = 200) => (await w.fp(status, who,
    'GET', `/dashboards/${path}`)).body;
const mine = async (path, status = 200) => await w.fpa(status, own, 'GET',
    path);
const asked = (columns) => '?' + columns.map((x) => `columns[]=${x}`)
    .join('&') + `&group_by=day&start_date=${day()}&end_date=${day()}`;

async function visit(code, query = '') {
	const { headers } = await w.visit(`${code}${query}`,
	    { headers: PAGE });

	return /aff_vid=([0-9a-f]+)/.exec(headers['set-cookie'].join())[1];
}

async function sale(email, amount, more = {}) {
	await p.track(200, me, 'sale', { email, amount, event_id: unique(),
		...more });
}

test('a company with two campaigns and two promoters', async () => {
	w = new World((await service()).client);
	p = new Promoters(w);
	me = await p.company();
	other = await p.company();
	ann = await p.promoter(me);
	bob = await p.promoter(me);
	second = await p.campaign(me);
	const also = await p.place(me, bob.id, { campaign: second });

	const tid = await visit(ann.code, '?sub_id=A');
	await visit(ann.code, '?sub_id=B');
	await visit(ann.code);
	await sale('a@d.example', 10000, { tid });
	await sale('b@d.example', 30000, { ref_id: bob.code });
	await sale('c@d.example', 5000, { ref_id: also.code });
	await p.track(200, me, 'cancellation', { email: 'c@d.example' });
	await p.track(200, me, 'signup', { email: 'd@d.example',
		ref_id: bob.code });
	await w.promoter(me, { always_approve: false,
		initial_campaign_id: me.campaign });
	await p.sql(`UPDATE placement SET standing = 'pending',
	    status = 'INACTIVE' WHERE organization_id = ${me.org}
	    ORDER BY id DESC LIMIT 1`);
	own = await w.affiliate(me, ann);
});

test('how it does, and what waits', async () => {
	const { currency, stats, pending, accepted_promoters_count: accepted } =
	    await get('stats');

	assert.equal(currency, 'USD');
	assert.deepEqual(stats, { active_customers: 2, clicks_count: 3,
		net_revenue_amount: 36000, revenue_amount: 45000,
		referrals_count: 4, customers_count: 3, sales_count: 3,
		cancelled_customers_count: 1, promoter_earnings_amount: 9000,
		promoter_paid_amount: 0 });
	assert.deepEqual(pending, { promoters_count: 1, referrals_count: 0,
		commissions_count: 0, payouts_count: 0 });
	assert.equal(accepted, 2);
	const one = await get(`stats?filters[campaign_id]=${second}`);
	assert.equal(one.stats.revenue_amount, 5000);
	assert.equal(one.stats.active_customers, 0);
	assert.equal(one.accepted_promoters_count, 1);
	assert.equal(one.pending.promoters_count, 0);
	assert.equal((await get(`stats?filters[campaign_id][]=${second}` +
	    `&filters[campaign_id][]=${me.campaign}`)).stats.revenue_amount,
	45000);
	assert.equal((await get(`stats?filters={"campaign_id":${second}}`))
	    .stats.revenue_amount, 5000);
	/* another company's campaign has nothing here */
	assert.equal((await get(`stats?filters[campaign_id]=${other.campaign}`))
	    .stats.revenue_amount, 0);
	assert.equal((await get('stats', other)).stats.revenue_amount, 0);
	await get('stats?filters[campaign_id]=x', me, 400);
});

test('who brings most', async () => {
	const all = await get('trendings');
	const short = (list) => list.map((x) => [x.id, x.data.revenue_amount]);

	assert.equal(all.period_from, day(-29));
	assert.equal(all.period_to, day());
	assert.deepEqual(short(all.promoters), [[bob.id, 35000],
		[ann.id, 10000]]);
	assert.deepEqual(short(all.campaigns), [[me.campaign, 40000],
		[second, 5000]]);
	assert.equal(all.promoters[0].email, bob.email);
	assert.equal(all.promoters[0].name, `Promoter ${bob.id}`);
	const one = await get(`trendings?filters[campaign_id]=${second}`);
	assert.deepEqual(short(one.promoters), [[bob.id, 5000]]);
	assert.deepEqual(short(one.campaigns), [[second, 5000]]);
	const two = await get(`trendings?filters[campaign_id][]=${second}` +
	    `&filters[campaign_id][]=${me.campaign}`);
	assert.deepEqual(short(two.promoters), short(all.promoters));
	assert.deepEqual(await get('trendings', other), { period_from:
		day(-29), period_to: day(), promoters: [], campaigns: [] });
});

test('charts', async () => {
	const values = { revenue: 45000, commissions: 9000, clicks: 3,
		referrals: 4, customers: 3, cancellations: 1 };

	for (const [selection, value] of Object.entries(values)) {
		const a = await get(`chart_data?selection=${selection}`);

		assert.equal(a.selection, selection);
		assert.equal(a.group_by, 'day');
		assert.equal(a.selection_items.length, 30);
		assert.deepEqual(a.selection_items[29], { date: day(),
			value });
		assert.equal(a.total, value);
	}
	assert.equal((await get(`chart_data?filters[campaign_id]=${second}`))
	    .total, 5000);
	const years = await get(`chart_data?period_from=${day(-3000)}`);
	assert.equal(years.group_by, 'year');
	assert.equal(years.total, 45000);
	assert.equal((await get(`chart_data?period_from=${day(1)}`, me, 422))
	    .code, 'invalid_params');
	await get('chart_data?period_from=2000-01-01', me, 422);
	await get('chart_data?selection=x', me, 400);
});

test('what was earned and paid', async () => {
	assert.deepEqual(await get('payouts_and_commissions'), {
		currency: 'USD', commissions: { total_amount: 9000,
		    this_month_amount: 9000, last_month_amount: 0 },
		payouts: { total_amount: 0, this_month_amount: 0,
		    last_month_amount: 0 }, unpaid_amount: 9000,
		pending_commissions_count: 0, pending_payouts_count: 0,
		pending_payouts_amount: 0 });
	await w.fp(200, me, 'POST', '/commissions', {
		commission_type: 'custom', amount: 700,
		promoter_campaign_id: ann.placement });
	const [commission] = (await w.fp(200, me, 'GET',
	    '/commissions?per_page=1')).body;
	await w.fp(200, me, 'POST', '/commissions/generate_payouts', {
		ids: [commission.id] });
	let now = await get('payouts_and_commissions');
	assert.equal(now.commissions.total_amount, 9700);
	assert.equal(now.pending_payouts_count, 1);
	assert.equal(now.pending_payouts_amount, 700);
	const [payout] = (await w.fp(200, me, 'GET', '/payouts')).body;
	const mark = (as) => w.fp(200, me, 'POST', `/payouts/mark_as_${as}`, {
		ids: [payout.id] });
	await mark('paid');
	now = await get('payouts_and_commissions');
	assert.deepEqual(now.payouts, { total_amount: 700,
		this_month_amount: 700, last_month_amount: 0 });
	assert.equal(now.unpaid_amount, 9000);
	await mark('unpaid');
	assert.equal((await get('payouts_and_commissions')).payouts
	    .total_amount, 0);
	assert.equal((await get('payouts_and_commissions?' +
	    `filters[campaign_id]=${second}`)).commissions.total_amount,
	1000);
});

test('a promoter\'s own overview and sub_ids', async () => {
	const columns = ['clicks_count', 'revenue_amount', 'sales_count'];
	const { body } = await mine(`/reports/overview${asked(columns)}`);

	assert.deepEqual(body, [{ period: day(), id: day(), data: {
		clicks_count: 3, revenue_amount: 10000, sales_count: 1 } }]);
	const subs = (await mine(`/reports/sub_ids${asked(columns)}`)).body;
	assert.deepEqual(subs.map((x) => [x.sub_id, x.id, x.data]), [
		['A', 'A', { clicks_count: 1, revenue_amount: 10000,
		    sales_count: 1 }],
		['B', 'B', { clicks_count: 1, revenue_amount: 0,
		    sales_count: 0 }]]);
	assert.deepEqual(subs[0].sub_data, [{ period: day(), id: day(),
		data: subs[0].data }]);
	assert.deepEqual((await mine(`/reports/sub_ids${asked(columns)}&q=b`))
	    .body.map((x) => x.id), ['B']);
	assert.equal((await mine('/reports/sub_ids', 422)).body.code,
	    'invalid_params');
	await mine('/reports/overview', 422);
});

test('his files', async () => {
	const file = async (type) => (await mine(`/reports/download${
	    asked(['clicks_count'])}&report_type=${type}&totals=true`)).text
	    .split('\r\n').slice(0, -1);
	const of = `${day()},${day()}`;

	assert.deepEqual(await file('sub_ids'), ['sub_id,period_start,' +
		'period_end,clicks_count,currency', `"A",${of},1,USD`,
	`"B",${of},1,USD`]);
	assert.deepEqual((await file('overview'))[1], `${of},3,USD`);
	assert.deepEqual((await file('traffic_sources'))[1],
	    `"direct",${of},3,USD`);
	assert.deepEqual((await file('urls'))[1],
	    `"https://shop.example/",${of},3,USD`);
	assert.match((await mine('/reports/download', 422)).body.message,
	    /report_type/);
	await mine(`/reports/download${asked(['clicks_count'])}` +
	    '&report_type=promoters', 400);
});

test('his chart, in all campaigns or in one', async () => {
	const total = async (q) => (await mine(`/promoters/chart_data?${q}`))
	    .body.total;

	assert.equal(await total('selection=clicks'), 3);
	assert.equal(await total('selection=commissions'), 2700);
	assert.equal(await total(`promoter_campaign_id=${ann.placement}`),
	    10000);
	await mine(`/promoters/chart_data?promoter_campaign_id=${
	    bob.placement}`, 404);
	await mine('/promoters/chart_data?promoter_campaign_id=999999999',
	    404);
	await mine(`/promoters/chart_data?period_from=${day(1)}`, 422);
	await w.fpa(403, me, 'GET', '/promoters/chart_data');
});
