/*
 * How many database statements a read takes, from the program's own counters:
 * a few, whatever the number of rows.  And how many a sale takes.
 */
'use strict';
const assert = require('node:assert/strict');
const http = require('node:http');
const { service } = require('./lib/service');
const { tests, until } = require('./lib/test');
const { Promoters } = require('./lib/promoters');
const { World, unique } = require('./lib/world');
const doc = require('./lib/document');

const test = tests(__filename);
const ROWS = 6;		/* of each kind, so that one a row would show */
const MOST = 4;		/* who asks, what is his, and the answer */
const MORE = {
	getReferrerCampaignAnalytics: 6,
	listCompanyCampaigns: 5,	/* with links, rewards and sums */
	/* as of one moment: sums of each kind, and what came since */
	getOverviewReport: 7,
	getCampaignsReport: 9,
	getPromotersReport: 9,
	getTrafficSourcesReport: 8,
	getUrlsReport: 7,
	downloadReport: 7,
	getDashboardStats: 9,
	getDashboardTrendings: 13,
	getDashboardChart: 7,
	getDashboardPayouts: 17,
	getCampaignWithLines: 10,	/* in a transaction */
	getOrganizationStatistics: 7,
	getReferrerDashboard: 6,
	/* in a transaction; one for each account of the system */
	listLedgerAccounts: 12,
	getLedgerStatement: 6,
};
const REPORT = 'start_date=2030-01-01&end_date=2030-01-02&group_by=day&' +
    'columns[]=sales_count';
const reads = doc.operations.filter((o) => o.method === 'GET');
let s, c, w, me, own;

function metrics() {
	return new Promise((done, failed) => http.get({ host: '127.0.0.1',
		port: s.env.AFFILIATED_METRICS_PORT, path: '/metrics' },
		(res) => {
			let text = '';

			res.on('data', (d) => { text += d; });
			res.on('end', () => done(text));
		}).on('error', failed));
}

async function counters(op) {
	const sum = (text, name) => text.split('\n').filter((l) =>
	    l.startsWith(`affiliated_${name}{`) && l.includes(`op="${op}"`))
	    .reduce((n, l) => n + Number(l.split(' ').pop()), 0);
	const text = await metrics();

	return { requests: sum(text, 'requests_total'),
		statements: sum(text, 'operation_statements_total') };
}

/* The least of some calls, as a worker's first has more to do. */
async function least(op, call) {
	let n = Infinity;

	for (let i = 0; i < 4; i++) {
		const before = await counters(op);
		let after;

		await call();
		assert.ok(await until(async () => {
			after = await counters(op);
			return after.requests > before.requests;
		}, 5000, 5));
		assert.equal(after.requests, before.requests + 1, op);
		n = Math.min(n, after.statements - before.statements);
	}
	return n;
}

async function statements(o, query = '') {
	const id = Object.keys(own).find((p) => o.full.includes(p));
	const at = (o.full.includes('/company/reports/') ?
	    `${o.full}?${REPORT}${o.id === 'downloadReport' ?
		'&report_type=overview' : ''}` :
	    doc.address(o, { id: own[id] })).replace(/^\/api\/v0/, '');
	const path = at + (query && (at.includes('?') ? '&' : '?') + query);

	return least(o.id, async () => {
		const a = await c.call('GET', path, { token: me.token });

		assert.ok(a.status < 300 || [403, 404].includes(a.status) ||
		    o.id === 'affiliatePasswordOffer', `${o.id}: ${a.text}`);
	});
}

test('somebody with rows of each kind', async () => {
	s = await service();
	c = s.client;
	w = new World(c);
	me = await w.referrer();
	let campaign, hood, key, session;
	for (let i = 0; i < ROWS; i++) {
		campaign = await w.campaign(me);
		hood = await w.hood(me);
		key = await w.key(me);
		session = await w.buy(me);
		await w.buy(await w.owner({ referralCode: campaign.code }));
		await w.visit(campaign.code);
	}
	const first = async (path) => (await w.ok(200, 'GET', path, {
		token: me.token })).items[0].id;
	own = {
		'/referrer-campaigns/': campaign.id,
		'/hood/campaigns/': hood.id,
		'/v0/campaigns/': hood.id,
		'/referrer-transactions/': await first('/referrer-transactions'),
		'/token-transactions/': await first('/token-transactions'),
		'/checkout-sessions/': session.id,
		'/api-keys/': key.id,
		'/ledger/': await first('/ledger/accounts'),
		'/api/campaigns/': (await w.quote(me, Array(ROWS).fill({
			ProductID: 'P', PriceType: 'Flat', Amount: 1,
			StartDate: '2030-01-01', EndDate: '2030-01-31' }))).id,
	};
});

for (const o of reads)
	test(`${o.id}: at most ${MORE[o.id] ?? MOST} statements`, async () => {
		const n = await statements(o);

		assert.ok(n <= (MORE[o.id] ?? MOST), `it took ${n}`);
	});

for (const o of reads) {
	const limit = ['limit', 'per_page'].find((name) =>
	    o.parameters.some((p) => p.name === name));

	if (limit !== undefined)
		test(`${o.id}: as many for a hundred rows as for one`,
		    async () => {
			assert.equal(await statements(o, `${limit}=100`),
			    await statements(o, `${limit}=1`));
		});
}

/* From START TRANSACTION to COMMIT, and what is read before. */
test('a payment and its commission: at most 15 statements', async () => {
	const buyer = await w.owner({ referralCode: (await w.campaign(me))
	    .code });

	await w.buy(buyer);
	const n = await least('sandboxCallback', () => w.buy(buyer));

	assert.ok(n <= 15, `it took ${n}`);
});

test('a sale that is told of and its commission: at most 18 statements',
    async () => {
	const p = new Promoters(w);
	const company = await p.company();
	const promoter = await p.promoter(company);
	const email = `lead-${unique()}@example.com`;

	await p.track(200, company, 'signup', { email, ref_id: promoter.code,
		skip_email_notification: true });
	const n = await least('trackSale', () => p.track(200, company, 'sale', {
		email, event_id: unique(), amount: 1000 }));

	assert.ok(n <= 18, `it took ${n}`);
});
