/*
 * A company's first three months.  All numbers were worked out by hand and
 * stand in comments; the face, the books and `affiliated verify` must agree.
 *
 * The rewards of its campaign (plans are its billing's names of what it sells):
 *	basic	20 %, for twelve months
 *	pro	15.00, at a customer's first sale
 *	team	10 % until the promoter has sold for 500.00 in all, then 15 %
 *	and to his parent 10 % of what a sale brings him
 *
 * Time passes by its commissions being put back, each into the middle of the
 * month it belongs to; verify sees them where they were made, and nothing is
 * summed up before they are there again.
 */
'use strict';
const assert = require('node:assert/strict');
const { tests, until } = require('./lib/test');
const { unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');
const { office } = require('./lib/mail');
const { turn, hold } = require('./lib/db');

const test = tests(__filename);
const people = {};
let w, p, post, today, me, top, ann, bob, eve, carl;

const fp = (status, method, path, body) =>
    w.fp(status, me, method, path, body).then((a) => a.body);
const track = (what, body, status = 200) => p.track(status, me, what, body);
const email = () => `lead-${unique()}@example.com`;

/* --- the clock --- */

const story = [];	/* by month: the last commission of it */
const last = async () => Number(await p.sql(
    'SELECT COALESCE(MAX(id), 0) FROM earning'));
/* days from today back to the middle of the month n months ago */
const days = (n) => n === 0 ? '0' : `DATEDIFF('${today}', DATE_FORMAT(
    '${today}' - INTERVAL ${n} MONTH, '%Y-%m-15'))`;

/* Commissions of the i-th month are now from so many months ago. */
async function shift(from, to) {
	for (let i = 0; i < story.length; i++)
		await p.sql(`UPDATE earning SET created_at = created_at
		    + INTERVAL (${days(from(i))}) DAY
		    - INTERVAL (${days(to(i))}) DAY
		    WHERE organization_id = ${me.org}
		    AND id > ${story[i - 1] ?? 0} AND id <= ${story[i]}`);
}

/* The month is over; some: what the first day of the next one brings. */
async function monthEnds(some) {
	const n = story.length;

	story.push(await last());
	await shift((i) => i === n ? 0 : n - i, (i) => n + 1 - i);
	await p.sql(`UPDATE program SET payouts_until = LAST_DAY(UTC_DATE()
	    - INTERVAL 2 MONTH) WHERE organization_id = ${me.org}`);
	await some?.();
	await turn(w.c.service, 'make_payouts');
	assert.ok(await until(async () => await p.sql(`SELECT payouts_until =
	    LAST_DAY(UTC_DATE() - INTERVAL 1 MONTH) FROM program
	    WHERE organization_id = ${me.org}`) === '1'), 'no payouts');
}

async function verify() {
	const n = story.length;

	await shift((i) => n - i, () => 0);
	const { code, out } = await w.c.service.verify();
	assert.equal(code, 0, out);
	const mine = await w.ok(200, 'GET', '/ledger/verify', {
		token: me.token });
	assert.deepEqual([mine.clean, mine.wrong], [true, []]);
	await shift(() => 0, (i) => n - i);
}

/* --- what is known of promoters --- */

/* Of each: [available, in a payout, paid]; by the company's own ledger. */
async function books() {
	const { items } = await w.ok(200, 'GET', '/ledger/accounts?limit=100',
	    { token: me.token });
	const kinds = ['earnings_available', 'earnings_requested',
		'earnings_paid'];

	assert.equal(items.reduce((sum, a) => sum + a.balance, 0), 0);
	return Object.fromEntries(Object.entries(people).map(([name, who]) =>
	    [name, kinds.map((kind) => items.find((a) => a.kind === kind &&
		a.ownerId === String(who.id))?.balance ?? 0)]));
}

/* What the face says that a promoter has by commissions that stand. */
async function earned(who) {
	const all = await fp(200, 'GET', '/commissions?per_page=100&' +
	    `filters[status]=approved&filters[promoter_id]=${who.id}`);

	return all.reduce((sum, c) => sum + c.amount, 0);
}

async function agree(expected) {
	const now = await books();

	assert.deepEqual(now, expected);
	for (const [name, who] of Object.entries(people))
		assert.equal(await earned(who), now[name].reduce((a, b) =>
		    a + b), name);
}

const payouts = async (who) => (await fp(200, 'GET', '/payouts?' +
    `filters[promoter_id]=${who.id}`)).map((o) => [o.amount, o.status]);

/* --- what customers do --- */

const sales = {};
async function sale(name, lead, plan, amount, more = {}) {
	const made = await track('sale', { email: lead, plan, amount,
		event_id: `${name}-${unique()}`, ...more });

	sales[name] = made.event_id;
	return made.commissions.map((c) => c.amount);
}

const refund = (lead, name, amount) => track('refund', { email: lead, amount,
	event_id: `back-${unique()}`, sale_event_id: sales[name] });

test('a company with rewards and five promoters', async () => {
	({ post, w } = await office());
	p = new Promoters(w);
	await hold(w.c.service, 'roll_up');
	today = await p.sql('SELECT UTC_DATE()');
	me = await p.company();
	const products = {};
	for (const plan of ['basic', 'pro', 'team'])
		products[plan] = (await fp(201, 'POST', '/products', {
			name: plan, prices: [{ ext_id: plan }] })).id;
	const reward = async (schemas, more) => (await fp(200, 'POST',
	    '/rewards', { name: unique(), is_promoter_reward: true,
		promoter_reward_type: 'sale', schemas: schemas.map((s) => ({
		    unit: 'cash', flat_amount: false, ...s })), ...more })).id;
	const revenue = (condition) => ({ rules: [{ condition,
		type: 'promoter_campaign_revenue', value: 50000,
		filter_by: null, operator: 'and' }] });
	const given = [
		[await reward([{ amount: 20 }], { duration: 'repeating',
			duration_in_months: 12 }), 'basic'],
		[await reward([{ amount: 1500, flat_amount: true }], {
			duration: 'once' }), 'pro'],
		[await reward([{ amount: 10, ...revenue('less than') },
			{ amount: 15, ...revenue('greater than or equal to') }]),
			'team'],
		[await reward([{ amount: 10 }], { tier_level: 2,
			promoter_reward_type: 'tier',
			tier_reward_mode: 'tier_commission_mode' })],
	];
	await fp(200, 'PUT', `/campaigns/${me.campaign}`, {
		rewards_for_promoters: given.map(([reward_id, plan]) => ({
			reward_id, apply_on: plan ? 'specific' : 'all',
			product_ids: plan ? [products[plan]] : [] })) });
	await fp(200, 'PUT', '/settings', { currency: 'USD',
		default_campaign_id: me.campaign, net_payout_days: 15,
		min_payment: 1000, min_paying_customers: 0 });
	top = people.top = await p.promoter(me);
	ann = people.ann = await p.promoter(me, { parent: top.id });
	for (const name of ['bob', 'eve', 'carl'])
		people[name] = await p.promoter(me);
	({ bob, eve, carl } = people);
});

const l1 = email(), l2 = email(), l3 = email(), l4 = email(), l5 = email();

test('the first month: what customers bring', async () => {
	for (const [lead, of] of [[l1, ann], [l2, ann], [l3, bob]])
		await track('signup', { email: lead, ref_id: of.code });
	/* 20 % of 29.99 is 5.998; 10 % of 6.00 */
	assert.deepEqual(await sale('s1', l1, 'basic', 2999), [600, 60]);
	assert.deepEqual(await sale('s2', l1, 'basic', 2999), [600, 60]);
	/* 15.00 once, and 1.50 */
	assert.deepEqual(await sale('s3', l2, 'pro', 19900), [1500, 150]);
	assert.deepEqual(await sale('s4', l2, 'pro', 19900), []);
	/* 10 % of 300.00; then 600.00 are sold, and it is 15 % */
	assert.deepEqual(await sale('s5', l3, 'team', 30000), [3000]);
	assert.deepEqual(await sale('s6', l3, 'team', 30000), [4500]);
	/* what is no plan of theirs brings nothing */
	assert.deepEqual(await sale('s7', l3, 'coffee', 30000), []);
});

test('the first month: a split, by hand, and what waits', async () => {
	await fp(200, 'POST', '/referrals', { email: l4,
		promoter_campaign_id: bob.placement, split_details: [{
		    promoter_campaign_id: eve.placement, percentage: 25 }] });
	/* 20 % of 10.01 is 2.002: 2.00, of which eve has 0.50 */
	assert.deepEqual((await sale('s8', l4, 'basic', 1001)).sort(),
	    [150, 50]);
	await fp(200, 'POST', '/commissions', { commission_type: 'custom',
		promoter_campaign_id: eve.placement, amount: 5000 });
	/* carl buys himself, twice: it waits; one is good, one is not */
	await track('signup', { email: carl.email, ref_id: carl.code });
	assert.deepEqual(await sale('s9', carl.email, 'basic', 5000), [1000]);
	assert.deepEqual(await sale('s10', carl.email, 'basic', 2500), [500]);
	const waits = await fp(200, 'GET',
	    '/commissions?filters[status]=pending&sorting[amount]=desc');
	assert.deepEqual(waits.map((c) => c.amount), [1000, 500]);
	for (const [what, { id }] of [['approve', waits[0]],
	    ['deny', waits[1]]])
		assert.equal((await fp(200, 'POST', `/commissions/${what}`, {
			ids: [id] })).failed_count, 0);
	await turn(w.c.service, 'release_earnings');
});

test('the first month: refunds, and who leaves', async () => {
	/* 10.00 of 29.99: of 6.00 it is 2.0007, of 0.60 it is 0.20007 */
	await refund(l1, 's1', 1000);
	/* all of it, and 15.00 with 1.50 */
	await refund(l2, 's3', 19900);
	await track('cancellation', { email: l2 });
	await agree({
		top: [100, 0, 0],	/* 60 + 60 + 150 - 20 - 150 */
		ann: [1000, 0, 0],	/* 600 + 600 + 1500 - 200 - 1500 */
		bob: [7650, 0, 0],	/* 3000 + 4500 + 150 */
		eve: [5050, 0, 0],	/* 50 + 5000 */
		carl: [1000, 0, 0],	/* 1000, and the 500 were refused */
	});
	await verify();
});

test('its payouts: the least is 10.00', async () => {
	/* what is of the next month waits for it: 20 % of 10.00 */
	await monthEnds(async () => assert.deepEqual(await sale('s11', l4,
	    'basic', 1000), [150, 50]));
	await agree({
		top: [100, 0, 0],	/* too little: it is carried over */
		ann: [0, 1000, 0],
		bob: [150, 7650, 0],
		eve: [50, 5050, 0],
		carl: [0, 1000, 0],
	});
	const [due] = await fp(200, 'GET',
	    `/payouts?filters[promoter_id]=${bob.id}`);
	const end = new Date(Date.UTC(new Date().getUTCFullYear(),
	    new Date().getUTCMonth(), 0));
	const day = (n) => new Date(end.getTime() + n * 86400000).toISOString()
	    .slice(0, 10);
	assert.deepEqual([due.period_start.slice(0, 10),
		due.period_end.slice(0, 10), due.due_date],
	    [`${day(0).slice(0, 8)}01`, day(0), day(15)]);
	await verify();
});

test('the bank\'s table, and the code that confirms it', async () => {
	for (const [who, iban] of [[bob, 'DE89370400440532013000'],
	    [eve, 'GB82WEST12345698765432']])
		await fp(200, 'POST', '/payout_methods', { method: 'bank',
			promoter_id: who.id, details: { iban,
			    bank_country: iban.slice(0, 2),
			    account_holder_name: `Holder ${who.id}` } });
	const { data } = await fp(201, 'POST',
	    '/payouts/create_payments_batch', { method: 'bank' });
	/* 76.50 + 50.50 */
	assert.deepEqual([data.total, data.promoters_count, data.status],
	    [12700, 2, 'awaiting_confirmation']);
	const csv = await w.fp(200, me, 'GET',
	    `/payments_batches/${data.id}/export`);
	const [head, ...lines] = csv.text.trim().split('\r\n');
	assert.ok(head.startsWith('payout_id,name,email,amount,currency,'));
	assert.deepEqual(lines.map((l) => l.split(',').slice(2, 5)), [
		[`"${bob.email}"`, '76.50', 'USD'],
		[`"${eve.email}"`, '50.50', 'USD']]);
	assert.ok(lines[1].includes('GB82WEST12345698765432'));

	const letter = await until(() => post.mails.find((m) =>
	    m.to.includes(me.email) && /payments batch/.test(m.subject)),
	    20000);
	const otp = letter.text.match(/^\d{6}$/m)[0];
	const pay = (status, body) => fp(status, 'POST',
	    `/payments_batches/${data.id}/pay`, body);
	await pay(422, { otp: String((Number(otp) + 1) % 1000000)
	    .padStart(6, '0') });
	assert.equal((await pay(200, { otp })).status, 'completed');
	await pay(409, { otp });
	/* the others are paid by hand */
	const open = await fp(200, 'GET', '/payouts?filters[status]=pending');
	assert.deepEqual((await fp(200, 'POST', '/payouts/mark_as_paid', {
		ids: open.map((o) => o.id) })).meta.total, 2000);
	await agree({
		top: [100, 0, 0],
		ann: [0, 0, 1000],
		bob: [150, 0, 7650],
		eve: [50, 0, 5050],
		carl: [0, 0, 1000],
	});
	await verify();
});

test('the second month: what was paid comes back', async () => {
	await refund(l3, 's6', 30000);		/* 45.00 */
	assert.deepEqual(await sale('s12', l3, 'basic', 10000), [2000]);
	await agree({
		top: [100, 0, 0],
		ann: [0, 0, 1000],
		bob: [-2350, 0, 7650],	/* 150 - 4500 + 2000 */
		eve: [50, 0, 5050],
		carl: [0, 0, 1000],
	});
});

test('the second month: a customer moves, and one is deleted', async () => {
	assert.deepEqual(await sale('s13', l1, 'basic', 2999), [600, 60]);
	const [was] = await fp(200, 'GET', `/referrals?q=${l1}`);
	const moved = await fp(200, 'POST', '/referrals/move_to_promoter', {
		ids: [was.id], promoter_campaign_id: eve.placement,
		move_associated_commissions: true });
	assert.equal(moved.failed_count, 0);
	/* ann's 6.00 go with him, but not what she was paid; top keeps 0.60 */
	assert.equal((await books()).ann[0], 0);
	assert.equal((await books()).eve[0], 650);
	assert.deepEqual(await sale('s14', l1, 'basic', 2999), [600]);
	await refund(l1, 's13', 2999);	/* of eve now, and top's 0.60 */
	const l6 = email();
	await track('signup', { email: l6, ref_id: ann.code });
	assert.deepEqual(await sale('s15', l6, 'basic', 5000), [1000, 100]);
	const [gone] = await fp(200, 'GET', `/referrals?q=${l6}`);
	assert.equal((await fp(200, 'DELETE', '/referrals', {
		ids: [gone.id] })).failed_count, 0);
	await track('signup', { email: l5, ref_id: ann.code });
	assert.deepEqual(await sale('s16', l5, 'pro', 19900), [1500, 150]);
	/* carl is blocked: his customers bring nothing any more */
	assert.equal((await fp(200, 'POST', '/promoters/block', {
		ids: [carl.id], campaign_id: me.campaign })).failed_count, 0);
	await track('sale', { email: carl.email, amount: 5000, plan: 'basic',
		event_id: unique() }, 404);
	await agree({
		top: [250, 0, 0],	/* 100 + 60 - 60 + 100 - 100 + 150 */
		ann: [1500, 0, 1000],	/* 600 and 1000 went; 1500 */
		bob: [-2350, 0, 7650],
		eve: [650, 0, 5050],	/* 50 + 600 + 600 - 600 */
		carl: [0, 0, 1000],
	});
	await verify();
});

test('its payouts: who owes gets none', async () => {
	await monthEnds();
	await agree({
		top: [250, 0, 0],
		ann: [0, 1500, 1000],
		bob: [-2350, 0, 7650],
		eve: [650, 0, 5050],
		carl: [0, 0, 1000],
	});
	assert.deepEqual(await payouts(ann), [[1500, 'pending'],
		[1000, 'completed']]);
	assert.deepEqual(await payouts(bob), [[7650, 'completed']]);
	await verify();
});

test('the third month: what is owed is earned back', async () => {
	/* recorded wrongly, and so not: it is paid later */
	const [open] = await fp(200, 'GET', '/payouts?filters[status]=pending');
	for (const what of ['paid', 'unpaid', 'paid'])
		assert.equal((await fp(200, 'POST', `/payouts/mark_as_${what}`,
		    { ids: [open.id] })).data.failed_count, 0);
	assert.deepEqual(await sale('s17', l4, 'basic', 20000), [3000, 1000]);
	/* no promoter of hers is above eve; twelve months are not over */
	assert.deepEqual(await sale('s18', l1, 'basic', 2999), [600]);
	await fp(200, 'PUT', '/settings', { currency: 'USD',
		default_campaign_id: me.campaign, net_payout_days: 30,
		min_payment: 250, min_paying_customers: 0 });
	await monthEnds();
	await agree({
		top: [0, 250, 0],
		ann: [0, 0, 2500],
		bob: [0, 650, 7650],	/* -2350 + 3000 */
		eve: [0, 2250, 5050],	/* 650 + 1000 + 600 */
		carl: [0, 0, 1000],
	});
	const [due] = await fp(200, 'GET',
	    `/payouts?filters[promoter_id]=${bob.id}`);
	assert.equal(Date.parse(due.due_date) - Date.parse(
	    due.period_end.slice(0, 10)), 30 * 86400000);
	const stats = await fp(200, 'GET', '/payouts/stats');
	/* 250 + 650 + 2250; 1000 + 1500 + 7650 + 5050 + 1000 */
	assert.deepEqual([stats.data.by_status.pending.amounts.cash,
		stats.data.by_status.completed.amounts.cash], [3150, 16200]);
	await verify();
});

test('all in all', async () => {
	const { items } = await w.ok(200, 'GET', '/ledger/accounts?limit=100' +
	    '&kind=commission_expense', { token: me.token });

	/* what is paid and what is to be: 16200 + 3150 */
	assert.deepEqual(items.map((a) => [a.currency, a.balance]),
	    [['USD', -19350]]);
	const all = Object.fromEntries((await fp(200, 'GET', '/promoters' +
	    '?per_page=100')).data.map((x) => [x.id, x.stats]));
	/* ann: l1 until he moved, l2, l5 and l6; revenue of what was hers:
	 * 2999 + 2999 - 1000 + 19900 + 19900 - 19900 + 2999 - 2999 + 5000
	 * + 19900 */
	assert.equal(all[ann.id].revenue_amount, 49798);
	/* bob: 30000 * 3 - 30000 + 1001 + 1000 + 10000 + 20000 */
	assert.equal(all[bob.id].revenue_amount, 92001);
	assert.equal(all[eve.id].revenue_amount, 2999 * 2);
	await shift((i) => story.length - i, () => 0);
	await turn(w.c.service, 'roll_up');
});
