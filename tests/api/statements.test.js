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
/* More, and why.  They grow with nothing: see the last test. */
const MORE = {
	getReferrerCampaignAnalytics: 6,
	/*
	 * Parts of a whole that are rows of other tables, each kind read once
	 * for all of a page: joined, they would multiply each other.
	 */
	listCompanyCampaigns: 5,	/* links, rewards, sums */
	getCompanyCampaign: 5,
	listPromoters: 7,		/* placements, links, money, parents */
	getPromoter: 7,
	affiliateCurrent: 9,		/* he himself, and his company */
	getCampaignWithLines: 10,	/* in a transaction */
	/*
	 * What is summed up by the day, and until when; what came since; whom
	 * it is of, and his name.  Sums make these cheap, not their number.
	 */
	getOverviewReport: 7,
	getOwnOverviewReport: 7,
	getCampaignsReport: 9,
	getPromotersReport: 9,
	getTrafficSourcesReport: 8,
	getUrlsReport: 7,
	getOwnSubIdsReport: 8,
	downloadReport: 7,
	downloadOwnReport: 7,
	getOwnChart: 7,
	/* such a report, or some of them, in one answer */
	getDashboardStats: 9,		/* and what waits */
	/* of promoters, by their ranks and what came since, and of campaigns */
	getDashboardTrendings: 12,
	getDashboardChart: 7,
	getDashboardPayouts: 12,	/* of three spans; and what waits */
	getOrganizationStatistics: 7,
	getReferrerDashboard: 6,
	/* in a transaction; the sum of each account of the system */
	listLedgerAccounts: 12,
	getLedgerStatement: 6,
	listPayoutsByPromoter: 7,	/* the program; payouts of all of them */
	/* the program; amounts; promoters, each once, as of the same moment */
	getPayoutStats: 7,
	getPayoutDueStats: 6,
	affiliatePayoutDueStats: 6,
};
/* Where a further row takes one more, for what is said there. */
const EACH = ['listLedgerAccounts'];
const REPORT = 'start_date=2030-01-01&end_date=2030-01-02&group_by=day&' +
    'columns[]=sales_count';
const reads = doc.operations.filter((o) => o.method === 'GET');
let s, c, w, me, promoter, own;

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
	const at = (/\/(company|affiliate)\/reports\//.test(o.full) ?
	    `${o.full}?${REPORT}${o.id.startsWith('download') ?
		'&report_type=overview' : ''}` :
	    doc.address(o, { id: own[id] })).replace(/^\/api\/v0/, '');
	const path = at + (query && (at.includes('?') ? '&' : '?') + query);

	return least(o.id, async () => {
		const a = await c.call('GET', path, { token: doc.promoter(o) ?
			promoter.token : me.token });

		assert.ok(a.status < 300 || [403, 404].includes(a.status),
		    `${o.id}: ${a.text}`);
	});
}

/* Promoters with a customer each, whose commissions were paid out. */
async function program() {
	const p = new Promoters(w);
	let one, lead, paid;

	await p.company(me);
	for (let i = 0; i < ROWS; i++) {
		one = await p.promoter(me);
		const email = `lead-${unique()}@example.com`;
		lead = await p.track(200, me, 'signup', { ref_id: one.code,
			email });
		await p.track(200, me, 'sale', { email, event_id: unique(),
			amount: 1000 });
		paid = await p.paid(me);
	}
	promoter = await w.affiliate(me, { id: one.id,
		promoter_campaigns: [{ id: one.placement }] });
	return { ...paid, email_from_encrypted_id: await w.offer(me, one),
		'/company/promoters/': one.id, '/company/referrals/': lead.id,
		'/company/campaigns/': me.campaign,
		'/promoter_campaigns/': one.placement };
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
	const company = await program();
	const first = async (path) => (await w.ok(200, 'GET', path, {
		token: me.token })).items[0].id;
	own = {
		...company,
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
			const one = await statements(o, `${limit}=1`);
			const all = await statements(o, `${limit}=100`);

			if (EACH.includes(o.id))
				assert.ok(all >= one && all < one + ROWS,
				    `${one}, ${all}`);
			else
				assert.equal(all, one);
		});
}

/* From START TRANSACTION to COMMIT, and what is read before. */
test('a payment and its commission: at most 15 statements', async () => {
	const buyer = await w.owner({ referralCode: (await w.campaign(me))
	    .code });
	const n = await least('sandboxCallback', () => w.buy(buyer));

	assert.ok(n <= 15, `it took ${n}`);
});

test('a sale that is told of and its commission: at most 18 statements',
    async () => {
	const p = new Promoters(w);
	const company = await p.company();
	const { code } = await p.promoter(company);
	const email = `lead-${unique()}@example.com`;

	await p.track(200, company, 'signup', { email, ref_id: code,
		skip_email_notification: true });
	const n = await least('trackSale', () => p.track(200, company, 'sale', {
		email, event_id: unique(), amount: 1000 }));

	assert.ok(n <= 18, `it took ${n}`);
});
