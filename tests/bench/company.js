/*
 * The company's face, for tests/bench/company and tests/bench/lists.js: a
 * company whose numbers become large, and how its lists are asked for.
 */
'use strict';
const { World, unique } = require('../api/lib/world');
const doc = require('../api/lib/document');

/* A company with so many campaigns, and one of all else that a list shows. */
async function make(c, campaigns) {
	const w = new World(c), who = await w.owner();
	const first = await w.companyCampaign(who);
	let other;

	for (let i = 1; i < campaigns; i++)
		other = await w.hood(who, { name: `Campaign ${i}`,
			run_immediately: 1 });
	const promoter = await w.promoter(who, {
		initial_campaign_id: first.id });
	const post = async (status, path, body) =>
	    (await w.fp(status, who, 'POST', path, body)).body.id;
	const name = unique();
	const reward = await post(200, '/rewards', { name, coupon: name,
		provider_coupon_id: name, is_promoter_reward: false,
		schemas: [{ amount: 10, unit: 'discount_per',
			flat_amount: true }] });
	await w.fpa(200, await w.affiliate(who, promoter), 'POST',
	    '/payout_methods', { method: 'wise', details: {
		wise_email: `${name}@example.com` } });
	const hook = await post(201, '/webhooks', { active: false,
		url: 'https://hooks.example/',
		event_types: ['referral.created'] });

	return { email: who.email, password: who.password,
		organization: who.organization.id, user: who.user.id,
		account: who.organization.accountId,
		campaign: first.id, other: Number(other.id),
		promoter: promoter.id, reward, hook,
		placement: promoter.promoter_campaigns[0].id };
}

const day = (ago) => new Date(Date.now() - ago * 86400000).toISOString()
    .slice(0, 10);
const DAYS = [day(90), day(60)];

/*
 * What parameters can be, but for those that name their values; of a range its
 * ends.  Those of null are asked for in SETS, or say nothing of rows.
 */
const VALUES = (k) => ({
	'q': ['load-1', 'promoter-7', 'ann', 'uid-77', 'nothing'],
	'ids': [k.ids],
	'filters[sale_amount]': [[2000, 3000]],
	'filters[amount]': [[400, 600], [-600, -400], [7, 7]],
	'filters[created_at]': [DAYS],
	'filters[customer_since]': [DAYS],
	'filters[cancelled_at]': [DAYS],
	'filters[joined_at]': [DAYS],
	'filters[last_login_at]': [DAYS],
	'filters[clicks_count]': [[10, 20], [40, 60]],
	'filters[referrals_count]': [[10, 20], [40, 60]],
	'filters[customers_count]': [[5, 12]],
	'filters[revenue_amount]': [[1, 40000]],
	'filters[period_start]': [DAYS],
	'filters[period_end]': [DAYS],
	'filters[campaign_id]': [k.campaign, k.other],
	'filters[payout_id]': [k.payout],
	'filters[payments_batch_id]': [k.batch],
	'filters[promoter_id]': [k.promoter, k.another],
	'filters[parent_promoter_id]': [k.promoter],
	'filters[plan_id]': ['pro', 'nothing'],
	'filters[min_payment]': [1, 3000],
	'filters[only_payable]': ['true'],
	'filters[group_ref]': null,
	'promoter_campaign_id': [k.placement],
	'include_payout_method_details': ['true'],
	'with_totals': ['true'],
	'stats_by[paid_period]': null,
	'stats_by[status]': null,
	'stats_by[payout_method]': null,
	'filters[custom_field1][key]': null,
	'filters[custom_field1][operator]': null,
	'filters[custom_field1][value]': null,
	'filters[custom_field2][key]': null,
	'filters[custom_field2][operator]': null,
	'filters[custom_field2][value]': null,
	'filters[inactivity][metric]': null,
	'filters[inactivity][days]': null,
	'start_date': null, 'end_date': null, 'group_by': null,
	'period_from': null, 'period_to': null, 'columns': null,
	'find_by': null, 'page': null, 'per_page': null, 'cursor': null,
});

const field = (n, value, how) => `filters[custom_field${n}][key]=team&` +
    `filters[custom_field${n}][operator]=${how}&` +
    `filters[custom_field${n}][value]=${value}`;
const SETS = [
	[/^\/company\/promoters$/, [field(1, 'red', 'exact'),
	    field(1, 'gr', 'partial'), field(1, 'black', 'exact'),
	    `${field(1, 'red', 'exact')}&${field(2, 'blue', 'exact')}`,
	    ...['referral', 'customer', 'click', 'sale'].map((metric) =>
		`filters[inactivity][metric]=${metric}&` +
		'filters[inactivity][days]=30')]],
	[/^\/(company|affiliate)\/reports\//, ['day', 'month'].map((by) =>
	    `group_by=${by}&start_date=${day(90)}&end_date=${day(30)}`)],
	[/\/chart_data$/, [`period_from=${day(90)}&period_to=${day(30)}`]],
];

/* All that is read but files and what needs a promise of an answer. */
const reads = doc.operations.filter((o) => o.face.name === 'firstpromoter' &&
    o.method === 'GET' && doc.secured(o) &&
    !/\/(export|download|email_from_encrypted_id|exports\/\{id\})$/
	.test(o.template));

/* A parameter alone: each of its values, or a range. */
function alone(p, values) {
	const [, name, end] = /^(.*?)(\[from\]|\[to\])?$/.exec(p.name);
	const kinds = p.schema.enum ?? p.schema.items?.enum;

	if (values[name] === null || end === '[to]')
		return [];
	if (kinds !== undefined)
		return kinds.map((v) => `${name}=${v}`);
	if (values[name] === undefined)
		throw new Error(`${p.name} has no values in VALUES`);
	return values[name].map((v) => end === undefined ? `${name}=${v}` :
	    `${name}[from]=${v[0]}&${name}[to]=${v[1]}`);
}

/* Each filter in each order; reports, which are sums: each by itself. */
function variants(o, k) {
	const values = VALUES(k);
	const query = o.parameters.filter((p) => p.in === 'query');
	const [sorts, filters] = [true, false].map((sorting) => query
	    .filter((p) => /^sorting/.test(p.name) === sorting)
	    .flatMap((p) => alone(p, values)));

	filters.push(...SETS.flatMap(([path, sets]) => path.test(o.template) ?
	    sets : []));
	if (/\/reports\//.test(o.template))
		return ['', ...filters, ...sorts];
	return ['', ...filters].flatMap((f) => ['', ...sorts].map((s) =>
	    [f, s].filter((x) => x).join('&')));
}

/* Which of the things has the {id} of an address. */
const NAMED = [
	[/^\/company\/batch_processes\//, 'process'],
	[/^\/company\/payments_batches\//, 'batch'],
	[/^\/company\/payout_methods\//, 'method'],
	[/^\/affiliate\/payout_methods\//, 'own_method'],
	[/^\/company\/promoter_campaigns\//, 'placement'],
	[/^\/company\/promoters\//, 'promoter'],
	[/^\/company\/referrals\//, 'referral'],
	[/^\/company\/products\//, 'product'],
	[/^\/company\/campaigns\//, 'campaign'],
	[/^\/company\/promo_codes\//, 'code'],
	[/^\/company\/webhooks\//, 'hook'],
];

/* What stands for the values of k where calls are named. */
const NAMES = { campaign: 'ID', other: 'OTHER', promoter: 'ID',
	another: 'ANOTHER', placement: 'ID', ids: 'IDS', payout: 'ID',
	batch: 'ID' };

/* The address of an operation. */
function address(o, k) {
	const what = NAMED.find(([path]) => path.test(o.template))?.[1];

	return o.template.replace('{webhook_id}', k.hook)
	    .replace('{id}', /deliveries\/\{id\}$/.test(o.template) ?
		k.delivery : k[what]);
}

/* Things of the company, the newest of each: get(address) lists them. */
async function things(who, get) {
	const newest = async (path) => (await get(path)).data.items[0];
	const referrals = (await get('/company/referrals?per_page=100')).data
	    .items;
	const paid = await newest('/company/payouts?filters[status]=completed');

	return { ...who, payout: paid.id, batch: paid.payments_batch_id,
		ids: referrals.slice(0, 20).map((r) => r.id).join('&ids='),
		referral: referrals[0].id,
		another: referrals.find((r) => r.promoter_campaign
		    .promoter_id !== who.promoter).promoter_campaign
		    .promoter_id,
		process: (await newest('/company/batch_processes?' +
		    'filters[status]=completed')).id,
		method: (await newest('/company/payout_methods')).id,
		own_method: (await get('/affiliate/payout_methods')).data
		    .items.data[0].id,
		product: (await newest('/company/products')).id,
		code: (await newest('/company/promo_codes')).id,
		delivery: (await newest(`/company/webhooks/${who.hook}` +
		    '/webhook_deliveries')).id };
}

module.exports = { make, reads, variants, address, things, NAMES };
