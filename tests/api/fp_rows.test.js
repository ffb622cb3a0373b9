/*
 * How many rows the database reads for a page of what a promoter with very many
 * referrals has, and their company: about as many as are shown, whatever is
 * asked for.
 */
'use strict';
const assert = require('node:assert/strict');
const api = require('../../docs/openapi-firstpromoter.json');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { ROWS_READ, Session } = require('./lib/db');
const { counted } = require('./lib/counted');
const { World } = require('./lib/world');
const { Program } = require('./lib/promoted');

const test = tests(__filename);
const MANY = 3000, MOST = 1000;
let w, me, ann, bob, seller, selling, program, db, other;

test('a promoter with many referrals', async () => {
	const s = await service();

	w = new World(s.client);
	me = await w.owner();
	program = new Program(w, me);
	const place = await program.promoter();
	await program.referrals(place, MANY, { state: 'signup', sales: false });
	await program.referrals(place, MANY, { state: 'pending',
		sales: false });
	other = (await w.hood(me)).id;
	ann = await w.affiliate(me, { id: place.referrer,
		promoter_campaigns: [{ id: place.id }] });
	const sold = await program.promoter();

	await program.referrals(sold, MANY, { state: 'active' });
	seller = sold.referrer;
	selling = sold.id;
	bob = await w.affiliate(me, { id: sold.referrer,
		promoter_campaigns: [{ id: sold.id }] });
	db = new Session(s);
	await db.run('ANALYZE TABLE referral, sale, earning');
});

const handled = async () => Number(await db.run(ROWS_READ));

/* The least of some: the jobs read as well. */
async function rows(get) {
	let least = Infinity;

	for (let i = 0; i < 5; i++) {
		const before = await handled();

		await get();
		least = Math.min(least, await handled() - before);
	}
	return least;
}

const few = async (name, get) => {
	const n = await rows(get);

	assert.ok(n < MOST, `${name} read ${n} rows`);
};

test('his own lists: of a state, of a campaign', async () => {
	for (const q of ['', '?filters[state]=signup', '?filters[state]=denied',
		'?filters[state]=pending&sorting[state]=asc',
		'?sorting[state]=desc', `?filters[campaign_id][]=${other}`])
		await few(q, () => w.fpa(200, ann, 'GET', `/referrals${q}`));
});

test('he and his suspicions', async () => {
	await few('himself', () => w.fpa(200, ann, 'GET',
	    '/promoters/current'));
	await db.run(`UPDATE referral SET fraud = 'same_ip_suspicion'
	    WHERE referrer_id = ${seller}`);
	for (const q of ['', '&filters[fraud_suspicions][]=ad_source',
		'&filters[fraud_suspicions][]=no_suspicion'])
		await few(`promoters ${q}`, () => w.fp(200, me, 'GET',
		    `/promoters?per_page=20${q}`));
});

/* What is counted of promoters stands, and is not counted for each. */
test('campaigns and dashboards with many promoters', async () => {
	const stats = () => w.fp(200, me, 'GET', '/dashboards/stats');
	const before = await rows(stats);

	await db.run(`INSERT INTO referrer (organization_id, status, joined_at)
	    SELECT ${me.organization.id}, 'active', UTC_TIMESTAMP(6)
	    FROM seq_1_to_${MANY}`);
	await db.run(`INSERT INTO placement (organization_id, campaign_id,
	    referrer_id, name, code, landing_url, status, created_at,
	    updated_at) SELECT ${me.organization.id}, ${other}, r.id, 'Many',
	    CONCAT('many-', r.id), '', 'ACTIVE', UTC_TIMESTAMP(6),
	    UTC_TIMESTAMP(6) FROM referrer r
	    LEFT JOIN placement p ON p.referrer_id = r.id
	    WHERE r.organization_id = ${me.organization.id} AND p.id IS NULL`);
	await db.run(counted(me.organization.id));
	for (const q of ['', `/${other}`])
		await few(`campaigns${q}`, () => w.fp(200, me, 'GET',
		    `/campaigns${q}`));
	assert.equal((await w.fp(200, me, 'GET', `/campaigns/${other}`)).body
	    .stats.promoters_count, MANY);
	const after = await rows(stats);
	assert.ok(after < before + MOST, `a dashboard read ${after} rows, ` +
	    `${before} before`);
});

test('a promoter with many under him', async () => {
	const org = me.organization.id;
	const those = `organization_id = ${org} AND referrer_id > ${seller}`;
	const list = async (more = '') => (await w.fpa(200, bob, 'GET',
	    `/promoters/sub_affiliates?per_page=20${more}`)).body;

	await db.run(`INSERT INTO promoter (referrer_id, organization_id, name,
	    profile, fields, auth_token, updated_at) SELECT t.referrer_id,
	    ${org}, 'Many', '{}', '{}', CONCAT('many-', t.referrer_id),
	    UTC_TIMESTAMP(6) FROM promoter_total t WHERE ${those}`);
	await db.run(`UPDATE promoter_total t JOIN referrer r
	    ON r.id = t.referrer_id SET t.parent_id = ${seller},
	    r.parent_id = ${seller} WHERE t.${those}`);
	const ids = (await db.run(`SELECT referrer_id FROM promoter_total
	    WHERE ${those} ORDER BY joined_at DESC, referrer_id DESC LIMIT 40`))
	    .split('\n').map(Number);

	await few('who is under him', async () => assert.deepEqual(
	    (await list()).map((x) => x.id), ids.slice(0, 20)));
	await few('and behind them', async () => assert.deepEqual(
	    (await list('&page=2')).map((x) => x.id), ids.slice(20)));
	for (const q of ['', '&sorting[joined_at]=asc', '&filters[state]=accepted'])
		await few(`under him ${q}`, () => w.fp(200, me, 'GET',
		    `/promoters?filters[parent_promoter_id]=${seller}` +
		    `&per_page=20${q}`));
});

/* His codes are read where they are shown. */
test('a promoter with many promo codes', async () => {
	const { body: reward } = await w.fp(200, me, 'POST', '/rewards', {
		name: 'Many codes', coupon: 'many', provider_coupon_id: 'many',
		is_promoter_reward: false, schemas: [{ amount: 10,
		    unit: 'discount_per', flat_amount: true }] });

	await db.run(`INSERT INTO promo_code (organization_id, code, reward_id,
	    placement_id, created_at, updated_at)
	    SELECT ${me.organization.id}, CONCAT('MANY-', seq), ${reward.id},
	    ${selling}, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6)
	    FROM seq_1_to_${MANY}`);
	for (const what of ['chart_data', 'referral_links'])
		await few(what, () => w.fp(200, me, 'GET',
		    `/promoter_campaigns/${selling}/${what}`));
	for (const what of ['promoters/current', 'referral_links',
		`referral_links?promoter_campaign_id=${selling}`])
		await few(`his ${what}`, () => w.fpa(200, bob, 'GET',
		    `/${what}`));
	assert.equal((await w.fp(200, me, 'PUT',
	    `/promoter_campaigns/${selling}`, {})).body.promo_codes.length,
	MANY);
	await db.run(`DELETE FROM promo_code WHERE placement_id = ${selling}`);
});

const range = (name, from, to) =>
    `filters[${name}][from]=${from}&filters[${name}][to]=${to}`;
const none = async (name, get) => few(name, async () => assert.deepEqual(
    (await get()).body, []));

const first = (yes) => `filters[first_commission]=${yes}`;

/* Where nothing fits, the company's many are not gone through. */
test('commissions that are none', async () => {
	const long_ago = range('created_at', '2020-01-01', '2020-02-01');
	const both = [`filters[campaign_id]=${other}`,
		'filters[plan_id]=nothing', 'filters[fraud_check]=ad_source',
		'filters[due_period]=custom',
		range('amount', 7, 7), range('sale_amount', 7, 7),
		`${range('amount', 7, 7)}&sorting[referral]=asc`,
		'filters[paid]=yes&sorting[amount]=asc',
		`${long_ago}&sorting[sale_amount]=desc`, first(false),
		`${first(false)}&sorting[amount]=desc`,
		`${first(false)}&filters[paid]=no`];

	for (const q of [...both, 'filters[fulfilled]=yes',
		'filters[fulfilled]=no&sorting[amount]=desc',
		`filters[campaign_id]=${other}&filters[status]=approved`,
		`${first(false)}&filters[campaign_id]=${program.campaign}`])
		await none(q, () => w.fp(200, me, 'GET', `/commissions?${q}`));
	for (const q of both)
		await none(`his ${q}`, () => w.fpa(200, bob, 'GET',
		    `/commissions?${q}`));
});

/* Few of his, also where his company has many. */
test('commissions of first sales, and of others', async () => {
	const ids = async (get) => (await get).body.map((x) => x.id);
	const company = (q) => ids(w.fp(200, me, 'GET', `/commissions?${q}`));
	const his = (q) => ids(w.fpa(200, bob, 'GET', `/commissions?${q}`));
	const { body: [{ id }] } = await w.fp(200, me, 'POST', '/commissions', {
		commission_type: 'custom', amount: 5,
		promoter_campaign_id: selling });
	const check = async () => {
		for (const q of ['', '&sorting[created_at]=asc',
			'&sorting[amount]=desc', '&filters[paid]=no',
			'&filters[created_at][from]=2026-01-01'])
			await few(`his others${q}`, async () =>
			    assert.deepEqual(await his(first(false) + q),
				[id]));
		for (const q of ['', '&sorting[created_at]=asc', '&page=2'])
			for (const list of [company, his])
				await few(`first ones${q}`, async () =>
				    assert.equal((await list(`${first(true)
				    }&per_page=20${q}`)).length, 20));
	};

	await few('the only one', async () => assert.deepEqual(
	    await company(first(false)), [id]));
	await check();
	const more = await program.promoter();
	await program.referrals(more, MANY);
	await db.run(`UPDATE earning SET first = 0
	    WHERE referrer_id = ${more.referrer}`);
	await db.run('ANALYZE TABLE earning');
	await check();
	await few('the oldest of many', async () => assert.equal((await company(
	    `${first(false)}&sorting[created_at]=asc`))[0], id));
	await db.run(`UPDATE earning SET first = 1
	    WHERE referrer_id = ${more.referrer}`);
});

test('payouts that are none', async () => {
	const dashboard = async () => (await w.fp(200, me, 'GET',
	    '/dashboards/payouts_and_commissions')).body;
	const before = await rows(dashboard);

	await db.run(`INSERT INTO payout (organization_id, referrer_id,
	    campaign_id, currency, amount, deducted, status, custom,
	    period_start, period_end, due_on, created_at)
	    SELECT ${me.organization.id}, ${seller}, ${program.campaign}, 'USD',
	    1, 0, 'pending', 0, '2026-01-01', '2026-01-31', '2026-02-15',
	    UTC_TIMESTAMP(6) FROM seq_1_to_${MANY}`);
	await db.run('ANALYZE TABLE payout');
	const both = [`filters[campaign_id]=${other}`,
		'filters[payout_method]=crypto', 'filters[due_period]=next',
		'filters[due_period]=custom'];

	for (const q of [...both, 'filters[fraud_suspicions]=ad_source',
		range('period_start', '2025-01-01', '2025-01-31'),
		range('period_end', '2025-01-01', '2025-01-31'),
		'filters[status]=failed&sorting[amount]=asc'])
		await none(q, () => w.fp(200, me, 'GET', `/payouts?${q}`));
	for (const q of [...both, 'filters[status]=failed'])
		await few(`his ${q}`, async () => assert.deepEqual((await
		    w.fpa(200, bob, 'GET', `/payouts?${q}`)).body.data, []));
	const found = async (q) => (await w.fp(200, me, 'GET',
	    `/payouts/group_by_promoters?q=${q}`)).body.data.length;
	await few('by promoter', async () => assert.equal(
	    await found('nothing'), 0));
	/* those who are too many to be looked up are found as well */
	assert.equal(await found('P'), 1);
	/* what they come to is counted; a dashboard reads no more than that */
	await db.run(`INSERT INTO payout_total (organization_id, campaign_id,
	    status, period_start, period_end, method, currency, custom,
	    payouts, amount) SELECT ${me.organization.id}, id,
	    'pending', '2026-02-15', '2026-02-15', 'not_set', 'USD', 0,
	    ${MANY}, ${MANY} FROM (SELECT 0 AS id UNION ALL
	    SELECT ${program.campaign}) c`);
	for (const q of ['', `?filters[campaign_id]=${program.campaign}`]) {
		const get = async (path) => (await w.fp(200, me, 'GET',
		    `${path}${q}`)).body;

		assert.equal((await get('/payouts/stats')).data.by_status
		    .pending.amounts.cash, MANY);
		assert.equal((await get('/payouts/due_stats')).data.overdue
		    .promoters_count, 1);
	}
	assert.equal((await dashboard()).pending_payouts_count, MANY);
	const after = await rows(dashboard);
	assert.ok(after < before + MOST, `a dashboard read ${after} rows, ` +
	    `${before} before`);
	for (const table of ['payout', 'payout_total'])
		await db.run(`DELETE FROM ${table} WHERE organization_id =
		    ${me.organization.id}`);
});

/* There is none, or it is to be reached by cursor. */
test('a page far behind the start', async () => {
	const big = await w.owner();
	const far = '/products?page=1000000';
	const last = '/products?per_page=100&page=1001';
	const count = async (path) => (await w.fp(200, big, 'GET', path)).body
	    .length;
	const add = (n) => db.run(`INSERT INTO company_product
	    (organization_id, name, created_at, updated_at)
	    SELECT ${big.organization.id}, 'Many', UTC_TIMESTAMP(6),
	    UTC_TIMESTAMP(6) FROM seq_1_to_${n}`);

	assert.equal(await count(far), 0);
	await add(100000);
	assert.equal(await count(far), 0);
	assert.equal(await count(last), 0);
	await add(1);
	assert.equal(await count(last), 1);
	const { body } = await w.fp(400, big, 'GET', far);
	assert.match(body.errors.page[0], /too far .* cursor/);
	await db.run(`DELETE FROM company_product
	    WHERE organization_id = ${big.organization.id}`);
});

/* Of every list that the API document says to have pages, but reports. */
test('a page behind the last is empty', async () => {
	const lists = Object.entries(api.paths).filter(([path, { get }]) =>
	    !/\{|reports/.test(path) && get?.parameters.some((x) =>
		x.name === 'page')).map(([path]) => path.split('/').slice(1));

	assert.ok(lists.length > 15);
	for (const [scope, ...path] of lists) {
		const at = `/${path.join('/')}?page=900`;
		const { body } = await (scope === 'company' ?
		    w.fp(200, me, 'GET', at) : w.fpa(200, bob, 'GET', at));

		assert.deepEqual(body.data ?? body, [], `${scope} ${at}`);
	}
});

test('the end', async () => {
	db.close();
	program.close();
});
