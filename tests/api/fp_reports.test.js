/* Reports of a company: numbers worked out by hand, columns, files. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');

const test = tests(__filename);
const PAGE = { 'user-agent': 'Mozilla/5.0', referer:
	'https://news.example/a' };
const ALL = ['active_customers', 'monthly_churn', 'clicks_count',
	'net_revenue_amount', 'revenue_amount', 'referrals_count',
	'customers_count', 'sales_count', 'refunds_count',
	'cancelled_customers_count', 'promoter_earnings_amount',
	'non_link_customers', 'referrals_to_customers_cr', '3m_epc', '6m_epc',
	'clicks_to_customers_cr', 'clicks_to_referrals_cr',
	'promoter_paid_amount', 'signups_count'];
const SOME = ['clicks_count', 'revenue_amount', 'promoter_earnings_amount',
	'referrals_count', 'customers_count', 'sales_count', 'refunds_count',
	'cancelled_customers_count', 'referrals_to_customers_cr',
	'clicks_to_customers_cr', 'clicks_to_referrals_cr'];
let w, c, p, me, other, ann, bob;

const day = (n = 0) => new Date(Date.now() + n * 86400000).toISOString()
    .slice(0, 10);
const asked = (columns, { group_by = 'day', start_date = day(),
    end_date = day(), ...more } = {}) => '?' + [
	...columns.map((x) => `columns[]=${x}`),
	...Object.entries({ group_by, start_date, end_date, ...more })
	    .map(([k, v]) => `${k}=${encodeURIComponent(v)}`)].join('&');
const report = async (type, columns, more, who = me, status = 200) =>
    (await w.fp(status, who, 'GET', `/reports/${type}` +
	asked(columns, more))).body;
const pick = (data, columns) => Object.fromEntries(columns.map((x) =>
    [x, data[x]]));
const track = (what, body, status = 200) => p.track(status, me, what, body);

/* A visit on a promoter's link; who the visitor is. */
async function visit({ code }, query = '') {
	const { status, headers } = await w.visit(`${code}${query}`,
	    { headers: PAGE });

	assert.equal(status, 302);
	return /aff_vid=([0-9a-f]+)/.exec(headers['set-cookie'].join())[1];
}

test('a company, two promoters, and a day of theirs', async () => {
	c = (await service()).client;
	w = new World(c);
	p = new Promoters(w);
	me = await p.company();
	other = await p.company();
	ann = await p.promoter(me);
	bob = await p.promoter(me);

	const tid = await visit(ann, '?sub_id=Blog%201&src=letter');
	await visit(ann);
	await visit(ann);
	await visit(bob);
	/* by a click: a customer who cancels */
	await track('signup', { email: 'a@a.example', tid });
	await track('sale', { email: 'a@a.example', event_id: unique(),
		amount: 10000 });
	await track('cancellation', { email: 'a@a.example' });
	/* by name: a customer who gets a part back, and a lead */
	await track('signup', { email: 'b@a.example', ref_id: ann.code });
	const event = unique();
	await track('sale', { email: 'b@a.example', event_id: event,
		amount: 5000 });
	await track('sale', { email: 'b@a.example', event_id: unique(),
		amount: 1000 });
	await track('refund', { email: 'b@a.example', event_id: unique(),
		sale_event_id: event, amount: 2000 });
	await track('signup', { email: 'c@a.example', ref_id: bob.code });
});

/* Sales 16000 less 2000 back; a fifth of them is earned. */
const TOTAL = { active_customers: 1, monthly_churn: 0, clicks_count: 4,
	net_revenue_amount: 11200, revenue_amount: 14000, referrals_count: 3,
	customers_count: 2, sales_count: 3, refunds_count: 1,
	cancelled_customers_count: 1, promoter_earnings_amount: 2800,
	non_link_customers: 1, referrals_to_customers_cr: 66.67,
	'3m_epc': 700, '6m_epc': 700, clicks_to_customers_cr: 50,
	clicks_to_referrals_cr: 75, promoter_paid_amount: 0,
	signups_count: 3 };
const OF_ANN = { clicks_count: 3, revenue_amount: 14000,
	referrals_count: 2, customers_count: 2, sales_count: 3,
	refunds_count: 1, promoter_earnings_amount: 2800,
	clicks_to_customers_cr: 66.67, active_customers: 1 };

test('an overview has every column, and those that are asked', async () => {
	const [one, ...none] = await report('overview', ALL);

	assert.deepEqual(none, []);
	assert.deepEqual(one, { period: day(), id: day(), data: TOTAL });
	assert.deepEqual(await report('overview', ['sales_count']),
	    [{ period: day(), id: day(), data: { sales_count: 3 } }]);
	const week = await report('overview', ['sales_count'], { start_date:
		`${day(-2)}T10:00:00Z`, end_date: `${day(1)}T00:00:00+00:00` });
	assert.deepEqual(week.map((x) => [x.id, x.data.sales_count]),
	    [[day(-2), 0], [day(-1), 0], [day(), 3], [day(1), 0]]);
	assert.deepEqual((await report('overview', ALL, {}, other))[0].data,
	    Object.fromEntries(ALL.map((x) => [x, 0])));
});

test('weeks, months and years are cut at the ends', async () => {
	const over = async (group_by) => (await report('overview',
	    ['clicks_count'], { group_by, start_date: '2025-12-30',
		end_date: '2026-01-06' })).map((x) => [x.period, x.id]);

	assert.deepEqual(await over('week'), [
		['2025-12-30 - 2026-01-04', '2025-12-30'],
		['2026-01-05 - 2026-01-06', '2026-01-05']]);
	assert.deepEqual(await over('month'), [['2025-12', '2025-12-30'],
		['2026-01', '2026-01-01']]);
	assert.deepEqual(await over('year'), [['2025', '2025-12-30'],
		['2026', '2026-01-01']]);
});

test('by campaign and by promoter', async () => {
	const columns = Object.keys(OF_ANN);
	const [one, ...none] = await report('campaigns', ALL);

	assert.deepEqual(none, []);
	assert.equal(one.id, me.campaign);
	assert.deepEqual(one.campaign, { id: me.campaign,
		name: one.campaign.name, color: '#4f46e5' });
	assert.deepEqual(one.data, TOTAL);
	assert.deepEqual(one.sub_data, await report('overview', ALL));

	const two = await report('promoters', columns);
	assert.deepEqual(two.map((x) => x.promoter), [ann, bob].map((x) =>
	    ({ id: x.id, email: x.email, name: `Promoter ${x.id}` })));
	assert.deepEqual(two[0].data, OF_ANN);
	assert.deepEqual(two[0].sub_data, [{ period: day(), id: day(),
		data: OF_ANN }]);
	assert.deepEqual(pick(two[1].data, ['clicks_count',
		'referrals_count', 'customers_count']), { clicks_count: 1,
		referrals_count: 1, customers_count: 0 });
	/* only who has something in a column that is asked */
	assert.deepEqual((await report('promoters', ['sales_count']))
	    .map((x) => x.id), [ann.id]);
	assert.deepEqual(await report('promoters', ALL, {}, other), []);
	assert.deepEqual(await report('promoters', ALL, { start_date:
		day(-9), end_date: day(-1) }), []);
});

test('sorted, searched and in pages', async () => {
	const ids = async (more, type = 'promoters') => (await report(type,
	    ['clicks_count'], more)).map((x) => x.id);

	assert.deepEqual(await ids({ 'sorting[clicks_count]': 'asc' }),
	    [bob.id, ann.id]);
	assert.deepEqual(await ids({ 'sorting[clicks_count]': 'desc' }),
	    [ann.id, bob.id]);
	assert.deepEqual(await ids({ per_page: 1 }), [ann.id]);
	assert.deepEqual(await ids({ per_page: 1, page: 2 }), [bob.id]);
	assert.deepEqual(await ids({ page: 2 }), []);
	assert.deepEqual(await ids({ q: bob.email.slice(0, -3) }), [bob.id]);
	assert.deepEqual(await ids({ q: `promoter ${ann.id}` }), [ann.id]);
	assert.deepEqual(await ids({ q: 'nobody' }), []);
	assert.deepEqual(await ids({ q: 'nobody' }, 'campaigns'), []);
	const [{ campaign }] = await report('campaigns', ['clicks_count']);
	assert.deepEqual(await ids({ q: campaign.name }, 'campaigns'),
	    [me.campaign]);
	const range = { start_date: day(-1), end_date: day() };
	assert.deepEqual(await ids({ ...range, 'sorting[period]': 'desc' },
	    'overview'), [day(), day(-1)]);
	assert.deepEqual(await ids({ ...range, 'sorting[clicks_count]':
		'desc' }, 'overview'), [day(), day(-1)]);
	assert.deepEqual(await ids({ ...range, 'sorting[clicks_count]':
		'asc' }, 'overview'), [day(-1), day()]);
});

test('by source and by landing page', async () => {
	const sources = await report('traffic_sources', SOME);
	const of = (name, list = sources) => list.find((x) => x.id === name);

	assert.deepEqual(sources.map((x) => x.source).sort(),
	    ['letter', 'news.example', 'none']);
	assert.deepEqual(of('letter').data, { clicks_count: 1,
		revenue_amount: 10000, promoter_earnings_amount: 2000,
		referrals_count: 1, customers_count: 1, sales_count: 1,
		refunds_count: 0, cancelled_customers_count: 1,
		referrals_to_customers_cr: 100, clicks_to_customers_cr: 100,
		clicks_to_referrals_cr: 100 });
	assert.deepEqual(of('letter').sub_data, [{ period: day(), id: day(),
		data: of('letter').data }]);
	assert.equal(of('news.example').data.clicks_count, 3);
	assert.equal(of('none').data.revenue_amount, 4000);
	assert.deepEqual((await report('traffic_sources', SOME, { q: 'TTe' }))
	    .map((x) => x.id), ['letter']);

	const urls = await report('urls', ['url', ...SOME]);
	assert.deepEqual(urls.map((x) => x.url),
	    ['https://shop.example/', 'none']);
	assert.equal(urls[0].data.clicks_count, 4);
	assert.equal(urls[0].data.revenue_amount, 10000);
	assert.equal('sub_data' in urls[0], false);
	assert.deepEqual(await report('urls', SOME, {}, other), []);
});

test('a file for spreadsheets', async () => {
	const file = async (type, columns, more) => {
		const a = await w.fp(200, me, 'GET', '/reports/download' +
		    asked(columns, { report_type: type, ...more }));

		assert.match(a.headers['content-type'], /^text\/csv/);
		assert.match(a.headers['content-disposition'], /report\.csv/);
		return a.text.split('\r\n');
	};
	const columns = ['revenue_amount', 'clicks_count', '3m_epc'];

	assert.deepEqual(await file('overview', columns, { start_date:
		day(-1) }), ['period_start,period_end,clicks_count,' +
		'revenue_amount,3m_epc,currency',
	`${day(-1)},${day(-1)},0,0.00,0.0000,USD`,
	`${day()},${day()},4,140.00,7.0000,USD`, '']);
	assert.deepEqual(await file('promoters', columns, { start_date:
		day(-1), totals: true }), ['promoter_id,promoter_name,' +
		'promoter_email,period_start,period_end,clicks_count,' +
		'revenue_amount,3m_epc,currency',
	`${ann.id},"Promoter ${ann.id}","${ann.email}",${day(-1)},${day()},` +
	    '3,140.00,9.3333,USD',
	`${bob.id},"Promoter ${bob.id}","${bob.email}",${day(-1)},${day()},` +
	    '1,0.00,0.0000,USD', '']);
	assert.equal((await file('campaigns', columns)).length, 3);
	assert.deepEqual((await file('urls', ['clicks_count', 'url'], { totals:
		true })), ['url,period_start,period_end,clicks_count,currency',
		`"https://shop.example/",${day()},${day()},4,USD`, '']);
	assert.ok((await file('traffic_sources', SOME)).length > 3);
});

test('what is missing or wrong is named', async () => {
	const wrong = async (query, name, path = 'overview') => {
		const { body } = await w.fp(422, me, 'GET',
		    `/reports/${path}${query}`);

		assert.equal(body.code, 'invalid_params');
		assert.match(body.message, new RegExp(name), query);
	};
	const good = asked(['clicks_count']);

	for (const path of ['overview', 'campaigns', 'promoters',
		'traffic_sources', 'urls', 'download'])
		await wrong(path === 'download' ? '?report_type=overview' : '',
		    'columns', path);
	await wrong('?columns[]=clicks_count', 'group_by');
	await wrong('?columns[]=x&group_by=day', 'columns');
	await wrong(good.replace('start_date', 'x'), 'start_date');
	await wrong(good.replace('end_date', 'x'), 'end_date');
	await wrong(asked(['clicks_count'], { end_date: 'soon' }), 'end_date');
	await wrong(asked(['clicks_count'], { end_date: day(-1) }),
	    'end_date');
	await wrong(asked(['clicks_count'], { start_date: '2010-01-01' }),
	    'end_date');
	await wrong(asked(['clicks_count'], { start_date: '2025-01-01' }),
	    'group_by');
	await wrong(good + '&sorting[clicks_count]=asc&sorting[sales_count]=asc',
	    'sorting');
	await wrong(asked(['active_customers']), 'columns', 'urls');
	await wrong(good + '&sorting[active_customers]=asc', 'sorting',
	    'traffic_sources');
	await wrong(good, 'report_type', 'download');
	await w.fp(400, me, 'GET', `/reports/overview${good}&group_by=hour`);
});

test('what was before counts for who is active, and for what a click earns',
    async () => {
	const then = (n, counts) => p.sql(['day', 'month'].map((level) =>
	    `INSERT INTO report_sum SELECT ${other.org}, 'all', '${level}',
	    ${level === 'day' ? `'${n}'` : `DATE_FORMAT('${n}', '%Y-%m-01')`},
	    0, '', 'USD', ${counts} ON DUPLICATE KEY UPDATE
	    clicks = report_sum.clicks + VALUES(clicks),
	    active = report_sum.active + VALUES(active),
	    earned = report_sum.earned + VALUES(earned),
	    cancellations = report_sum.cancellations +
	    VALUES(cancellations)`).join(';'));
	/* clicks, referrals, customers, non_link, cancellations, active,
	 * sales, refunds, revenue, earned, paid */
	await then('2024-02-29', '9, 9, 50, 0, 0, 50, 50, 0, 9000, 900, 0');
	await then('2024-05-10', '10, 0, 0, 0, 10, -10, 0, 0, 0, 1000, 0');
	await then('2024-07-31', '20, 4, 3, 1, 2, 1, 5, 1, -100, -50, 70');
	await then('2024-08-15', '30, 0, 0, 0, 0, 0, 1, 0, 3000, 600, 0');
	const over = async (columns, group_by, start_date, end_date) =>
	    (await report('overview', columns, { group_by, start_date,
		end_date }, other)).map((x) => columns.map((k) => x.data[k]));
	const columns = ['active_customers', 'monthly_churn', '3m_epc',
		'6m_epc', 'net_revenue_amount', 'promoter_paid_amount',
		'clicks_to_referrals_cr'];

	/* July: 2 of 40 in 31 days; a click from May on, and from February:
	 * 950 / 30, 1850 / 39; August: 550 / 50, 1550 / 60 */
	const months = [[41, 4.84, 31.67, 47.44, -50, 70, 20],
		[41, 0, 11, 25.83, 2400, 0, 0]];
	assert.deepEqual(await over(columns, 'month', '2024-07-01',
	    '2024-08-31'), months);
	/* from the 31st: 2 of 40 in a day */
	assert.deepEqual(await over(columns, 'month', '2024-07-31',
	    '2024-08-20'), [[41, 150, ...months[0].slice(2)], months[1]]);
	assert.deepEqual((await over(columns, 'day', '2024-07-30',
	    '2024-08-01')).map((x) => x.slice(0, 4)), [[40, 0, 100, 100],
		[41, 150, 31.67, 47.44], [41, 0, -2.5, 31.67]]);
	/* nobody was there before; nothing from October on */
	assert.deepEqual(await over(columns, 'year', '2024-01-01',
	    '2024-12-31'), [[41, 0, 0, 11, 9450, 70, 18.84]]);
	assert.deepEqual(await over(['clicks_count', 'sales_count'], 'week',
	    '2024-07-29', '2024-08-18'), [[20, 5], [0, 0], [30, 1]]);
	await p.sql(`DELETE FROM report_sum WHERE organization_id =
	    ${other.org}`);
});
