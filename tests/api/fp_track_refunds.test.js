/* Tracking on the FirstPromoter face: refunds, cancellations, attribution. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique, share } = require('./lib/world');
const { Promoters } = require('./lib/promoters');

const test = tests(__filename);
let w, c, p, me, ann;

const email = () => `lead-${unique()}@example.com`;

async function verify() {
	const { code, out } = await c.service.verify();

	assert.equal(code, 0, out);
}

/* A customer with sales of these amounts: his email, number and events. */
async function customer(amounts, promoter = ann) {
	const lead = { email: email(), events: [] };

	lead.id = (await p.track(200, me, 'signup', { email: lead.email,
		ref_id: promoter.code })).id;
	for (const amount of amounts) {
		const event = `sale-${unique()}`;

		await p.track(200, me, 'sale', { email: lead.email, amount,
			event_id: event, plan: 'gold', mrr: 100 });
		lead.events.push(event);
	}
	return lead;
}

const refund = (status, lead, amount, sale, event = unique(), more = {}) =>
    p.track(status, me, 'refund', { email: lead.email, event_id: event, amount,
	sale_event_id: sale, ...more });
const sum = async (lead) => (await p.earned(lead.id)).reduce((n, e) =>
    n + e.amount, 0);
const state = (lead) => p.sql(`SELECT state FROM referral
    WHERE id = ${lead.id}`);

test('a company and a promoter', async () => {
	c = (await service()).client;
	w = new World(c);
	p = new Promoters(w);
	me = await p.company();
	ann = await p.promoter(me);
});

test('a refund takes the commission back in its proportion', async () => {
	const bob = await p.promoter(me, { parent: ann.id });
	const lead = await customer([2000], bob);
	const event = `back-${unique()}`;
	const told = await refund(200, lead, '1000', lead.events[0], event);

	const { id, promoter, lead: who, reward, ...rest } = told;
	assert.ok(id > 0);
	assert.deepEqual(rest, { type: 'refund', amount_cents: -1000 });
	const { id: rid, created_at: at, lead: again, ...r } = reward;
	assert.ok(rid > 0 && Date.parse(at) > 0);
	assert.deepEqual(r, { status: 'approved', amount: -200, unit: 'cash',
		event_id: event, conversion_amount: -1000, tier_level: 1,
		split_type: null });
	assert.deepEqual(again, who);
	for (const name of ['customer_since', 'created_at'])
		assert.ok(Date.parse(who[name]) > 0);
	const { customer_since, created_at, ...rl } = who;
	assert.deepEqual(rl, { id: lead.id, state: 'active',
		email: lead.email, uid: null, cancelled_at: null, plan_name: 'gold',
		suspicion: 'no_suspicion', username: null, website: null,
		split_promotion_id: null, custom_fields: null,
		split_percentage_value: null, visitor_sub_id: null });
	const { auth_token, created_at: since, ...rp } = promoter;
	assert.ok(auth_token.length >= 20 && Date.parse(since) > 0);
	assert.deepEqual(rp, { id: bob.id, status: 'active', cust_id: '',
		email: bob.email, temp_password: null,
		default_promotion_id: bob.placement, pref: bob.code,
		default_ref_id: bob.code, note: null, w8_form_url: null,
		w9_form_url: null, parent_promoter_id: ann.id,
		earnings_balance: { cash: 200 },
		current_balance: { cash: 200 }, paid_balance: { cash: 0 } });
	assert.deepEqual((await p.earned(lead.id)).map((e) => [e.type,
	    e.amount]), [['commission', 400], ['reversal', -200]]);
	const [seen] = await w.events(me, 'sale.refunded', id);
	assert.deepEqual(seen.data.sales.map((s) => s.amount), [1000]);
	assert.equal(seen.data.referralId, String(lead.id));
	await refund(200, lead, 1000, lead.events[0]);
	assert.equal(await sum(lead), 0);
	assert.equal(await state(lead), 'refunded');
	await verify();
});

test('an event comes once, and more than is left can\'t go', async () => {
	const lead = await customer([900]), event = unique();

	await refund(200, lead, 900, undefined, event);
	assert.deepEqual(await refund(409, lead, 900, undefined, event), {
		message: `The 'refund' event with the id '${event}' already ` +
		    'exists.', code: 'event_taken' });
	await refund(409, lead, 1, lead.events[0], event);
	await refund(400, lead, 1);
	await refund(400, lead, 1, lead.events[0]);
	const other = await customer([900]);
	await refund(400, other, 901);
	await refund(409, other, 900, undefined, event);
	assert.equal(await sum(other), 180);
	const wrong = await refund(400, lead, 0, undefined, '');
	assert.deepEqual(Object.keys(wrong.errors), ['event_id', 'amount']);
	await refund(400, {}, 1);
	await refund(404, { email: email() }, 1);
	await refund(404, other, 1, lead.events[0]);
	await refund(404, other, 1, 'unknown');
	await refund(400, other, 1, other.events[0], unique(),
	    { currency: 'EUR' });
	await refund(400, other, 1, undefined, unique(), { currency: 'EUR' });
	const uid = unique();
	await p.track(200, me, 'signup', { uid, ref_id: ann.code });
	await refund(400, other, 1, undefined, unique(), { uid });
	await p.track(400, me, 'cancellation', { email: other.email, uid });
	await verify();
});

test('the newest sales go first', async () => {
	const lead = await customer([100, 200, 300]);
	const sold = () => p.sql(`SELECT GROUP_CONCAT(refunded_amount
	    ORDER BY id) FROM sale WHERE referral_id = ${lead.id}`);

	const told = await refund(200, lead, 350);
	assert.equal(told.reward.amount, -70);
	assert.equal(await sold(), '0,50,300');
	await refund(200, lead, 50, lead.events[0]);
	assert.equal(await sold(), '50,50,300');
	assert.equal(await state(lead), 'active');
	await refund(200, lead, 200);
	assert.equal(await sold(), '100,200,300');
	assert.equal(await state(lead), 'refunded');
	assert.equal(await sum(lead), 0);
	/* who buys again is a customer again */
	await p.track(200, me, 'sale', { email: lead.email, amount: 100,
		event_id: unique() });
	assert.equal(await state(lead), 'active');
	await verify();
});

/* By a plain generator, so that a failure can be made again. */
function dice(seed) {
	return (n) => {
		seed = (seed * 1103515245 + 12345) % 2147483648;
		return Math.floor(seed / 65536) % n;
	};
}

test('refunds in any order are right to the cent', async () => {
	const roll = dice(7);

	for (let round = 0; round < 4; round++) {
		const amounts = [1 + roll(999), 1 + roll(9), 1 + roll(99)];
		const lead = await customer(amounts);
		const back = amounts.map(() => 0);

		for (let step = 0; step < 8; step++) {
			const i = roll(3), open = amounts[i] - back[i];
			const take = open > 0 ? 1 + roll(open) : 0;

			if (take === 0)
				continue;
			const left = () => amounts.reduce((n, a, k) => {
				const earned = share(a, 1, 5);

				return n + earned - share(earned, back[k], a);
			}, 0);
			const before = left();
			back[i] += take;
			await refund(left() === before ? 204 : 200, lead,
			    take, lead.events[i]);
			assert.equal(await sum(lead), left());
		}
	}
	await verify();
});

test('204 where nothing had been brought', async () => {
	const lead = await customer([2]);	/* a fifth rounds to nothing */

	await refund(204, lead, 2);
	assert.equal(await state(lead), 'refunded');
	const idem = unique(), other = await customer([2]);
	const body = { email: other.email, event_id: unique(), amount: 1 };
	for (let i = 0; i < 2; i++)
		await p.track(204, me, 'refund', body, { idem });
	assert.equal(await p.sql(`SELECT refunded_amount FROM sale
	    WHERE referral_id = ${other.id}`), '1');
	await verify();
});

test('refunds at once take no more than there is', async () => {
	const lead = await customer([1000]);
	const all = await Promise.all(Array.from({ length: 6 }, () => c.call(
	    'POST', '/api/v2/track/refund', { token: me.token, body: {
		email: lead.email, amount: 300, event_id: unique() } })));

	assert.deepEqual(all.map((a) => a.status).sort(),
	    [200, 200, 200, 400, 400, 400]);
	assert.equal(await sum(lead), 20);
	const event = unique();
	const same = await Promise.all([1, 2].map(() => c.call('POST',
	    '/api/v2/track/refund', { token: me.token, body: {
		email: lead.email, amount: 50, event_id: event } })));
	assert.deepEqual(same.map((a) => a.status).sort(), [200, 409]);
	await verify();
});

test('sales of before somebody was moved', async () => {
	const lead = await customer([500, 500]);
	const bob = await p.promoter(me);

	await w.fp(200, me, 'POST', '/referrals/move_to_promoter', {
		promoter_campaign_id: bob.placement, ids: [lead.id],
		move_associated_commissions: false });
	await refund(200, lead, 400, lead.events[0]);
	const told = await refund(200, lead, 600);
	assert.equal(told.lead.state, 'refunded');
	assert.equal(told.promoter.id, bob.id);
	assert.equal(await sum(lead), 0);
	await verify();
});

test('a held commission goes back where it is held', async () => {
	const bob = await p.promoter(me);
	const lead = { email: bob.email };

	lead.id = (await p.track(200, me, 'signup', { email: lead.email,
		ref_id: bob.code })).id;
	await p.track(200, me, 'sale', { email: lead.email, amount: 1000,
		event_id: unique() });
	const told = await refund(200, lead, 500);
	assert.equal(told.reward.status, 'pending');
	assert.equal(told.lead.suspicion, 'same_promoter_email');
	assert.deepEqual((await p.earned(lead.id)).map((e) => [e.amount,
	    e.status, e.waits]), [[200, 'pending', true],
		[-100, 'pending', true]]);
	await verify();
});

test('disabled and enabled, he is what his sales say', async () => {
	const set = (what, { id }) => w.fp(200, me, 'POST',
	    `/referrals/${what}`, { ids: [id] });
	const again = async (lead) => {
		await set('disable', lead);
		await set('enable', lead);
		return state(lead);
	};
	const [one, two, before] = [await customer([500, 300]),
		await customer([500]), await customer([400])];

	assert.equal(await again(one), 'active');
	await refund(200, one, 500, one.events[0]);
	assert.equal(await again(one), 'active');
	await refund(200, one, 300, one.events[1]);
	assert.equal(await state(one), 'refunded');
	assert.equal(await again(one), 'refunded');
	const told = (await w.events(me, 'referral.enabled', one.id, 3))
	    .at(-1);
	assert.deepEqual(told.data.changes, { state: ['denied', 'refunded'] });
	/* what went back while he was denied is seen afterwards */
	await set('disable', two);
	await refund(200, two, 500, two.events[0]);
	assert.equal(await state(two), 'denied');
	await set('enable', two);
	assert.equal(await state(two), 'refunded');
	/* of sales before he was moved */
	const bob = await p.promoter(me);
	before.id = (await w.fp(200, me, 'PUT', `/referrals/${before.id}`, {
		promoter_campaign_id: bob.placement })).body.id;
	assert.equal(await again(before), 'active');
	await refund(200, before, 400);
	assert.equal(await again(before), 'refunded');
	await verify();
	/* and who buys again is a customer */
	await p.track(200, me, 'sale', { email: one.email, amount: 100,
		event_id: unique() });
	assert.equal(await again(one), 'active');
	await verify();
});

test('a cancellation, once and again', async () => {
	const lead = await customer([500]);
	const told = await p.track(200, me, 'cancellation', {
		email: lead.email });

	assert.equal(told.type, 'cancellation');
	assert.equal(told.amount_cents, null);
	assert.equal(told.reward, null);
	assert.equal(told.lead.state, 'cancelled');
	assert.ok(Date.parse(told.lead.cancelled_at) > 0);
	assert.equal(told.promoter.id, ann.id);
	assert.deepEqual(await p.track(200, me, 'cancellation', {
		email: lead.email }), told);
	assert.equal((await w.events(me, 'referral.cancelled', lead.id))
	    .length, 1);
	assert.equal(await p.sql(`SELECT mrr FROM referral
	    WHERE id = ${lead.id}`), '0');
	await p.track(200, me, 'sale', { email: lead.email, amount: 100,
		event_id: unique(), mrr: 70 });
	assert.equal(await p.sql(`SELECT state, mrr, cancelled_at
	    FROM referral WHERE id = ${lead.id}`), 'active\t70\tNULL');
	await p.track(404, me, 'cancellation', { email: email() });
	await p.track(400, me, 'cancellation', {});
	await verify();
});

test('who won, and why the others lost', async () => {
	const campaign = await p.campaign(me, { days: 0 });
	const short = await p.place(me, ann.id, { campaign });
	const coupon = `SAVE${unique()}`;
	const [bob, cid, dan, eve] = [await p.promoter(me),
		await p.promoter(me), await p.promoter(me),
		await p.promoter(me)];
	const saver = await p.place(me, eve.id, { coupon });
	const expired = await p.click(short.placement);
	const { visitor } = expired;
	const again = async (x) => (await p.click(x.placement, visitor)).id;
	const clicks = { first: await again(bob), blocked: await again(cid),
		won: await again(dan), ended: await again(eve) };

	await p.set('placement', cid.placement, { standing: 'blocked',
		status: 'INACTIVE' });
	await p.set('placement', eve.placement, { status: 'INACTIVE' });
	const told = async (origin) => {
		const { id } = await p.track(200, me, 'signup', {
			email: email(), tid: visitor, ...origin });
		const { body } = await w.fp(200, me, 'GET',
		    `/referrals/${id}/attribution`);

		return { ...body, lost: body.lost.map((l) => [l.click_id,
			l.why]) };
	};
	const by = await told();
	assert.equal(by.promoter_id, dan.id);
	assert.equal(by.promoter_campaign_id, dan.placement);
	assert.equal(by.click_id, clicks.won);
	assert.equal(by.source, 'cookie');
	assert.match(by.explanation, new RegExp(dan.code));
	const tail = [[clicks.blocked, 'blocked'], [clicks.first, null],
		[expired.id, 'expired']];
	const lost = (why, more) => [[clicks.ended, 'inactive'], ...more,
		...tail.map(([id, x]) => [id, x ?? why])];
	assert.deepEqual(by.lost, lost('later_click', []));
	const code = await told({ promo_code: coupon.toLowerCase() });
	assert.equal(code.source, 'coupon');
	assert.equal(code.promoter_campaign_id, saver.placement);
	assert.match(code.explanation, /save/i);
	assert.deepEqual(code.lost, lost('promo_code',
	    [[clicks.won, 'promo_code']]));
	const named = await told({ promo_code: coupon, ref_id: bob.code });
	assert.equal(named.source, 'api');
	assert.equal(named.promoter_id, bob.id);
	assert.deepEqual(named.lost, lost('named', [[clicks.won, 'named']]));
	const unknown = await told({ promo_code: 'NOBODY' });
	assert.equal(unknown.promoter_id, dan.id);
	for (const standing of ['pending', 'rejected'])
		await p.set('placement', dan.placement, { standing,
			status: 'INACTIVE' });
	const next = await told();
	assert.equal(next.promoter_id, bob.id);
	assert.deepEqual(next.lost[1], [clicks.won, 'not_accepted']);
	await w.fp(404, me, 'GET', '/referrals/none/attribution');
	await w.fp(404, await w.owner(), 'GET',
	    `/referrals/${next.referral_id}/attribution`);
	await verify();
});

test('a promoter\'s auth_token is not kept with a repeatable answer',
    async () => {
	const { id, code } = await p.promoter(me), token = `at-${unique()}`;

	await p.sql(`UPDATE promoter SET auth_token = '${token}'
	    WHERE referrer_id = ${id}`);
	const lead = await customer([1000], { code });

	for (const call of ['refund', 'cancellation']) {
		const idem = unique();
		const tell = () => c.call('POST', `/api/v2/track/${call}`, {
			token: me.token, idem, body: { email: lead.email,
			    event_id: lead.events[0], sale_event_id:
			    lead.events[0], amount: 100 } });
		const first = await tell(), again = await tell();

		assert.equal(first.body.promoter.auth_token, token);
		assert.equal(again.status, 200, again.text);
		assert.deepEqual(again.body, { ...first.body, promoter: {
			...first.body.promoter, auth_token: null } });
	}
	assert.equal(await p.sql(`SELECT COUNT(*) FROM idempotency_key
	    WHERE body LIKE '%${token}%'`), '0');
});
