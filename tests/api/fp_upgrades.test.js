/* Promoters who have brought enough move up into another campaign. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until, times } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');
const { told } = require('./lib/counted');
const { turn } = require('./lib/db');

const test = tests(__filename);
let s, w, p, me, silver, gold;

const fp = (status, method, path, body) =>
    w.fp(status, me, method, path, body).then((a) => a.body);
const email = () => `lead-${unique()}@example.com`;
const sale = (who, more = {}, status = 200) => p.track(status, me, 'sale', {
	email: email(), ref_id: who.code, event_id: unique(), amount: 1000,
	...more });
const upgrade = (metric, amount, moves = false, from = me.campaign,
    to = silver) => fp(200, 'PUT', `/campaigns/${from}`, { upgrade_details: {
	campaign_id: to, amount, metric,
	move_referrals_on_level_change: moves } });
const none = (from = me.campaign) => fp(200, 'PUT', `/campaigns/${from}`, {
	upgrade_details: null });
/* Where he is, in order: [campaign, state, code]. */
const places = async (who) => (await p.sql(`SELECT campaign_id,
    IF(standing = 'accepted', LOWER(status), standing), code FROM placement
    WHERE referrer_id = ${who.id} ORDER BY id`)).split('\n').map((l) => {
	const [campaign, state, code] = l.split('\t');

	return [Number(campaign), state, code];
});
/* Until nobody has to be looked at any more. */
async function settled() {
	await turn(s, 'upgrades');
	assert.ok(await until(async () => await p.sql(`SELECT
	    (SELECT COUNT(*) FROM placement_total WHERE upgrade_due IS NOT
	    NULL) + (SELECT COUNT(*) FROM campaign_program
	    WHERE upgrade_after IS NOT NULL)`) === '0', 30000));
}
async function verify() {
	const { code, out } = await s.verify();

	assert.equal(code, 0, out);
}

test('a company with three campaigns', async () => {
	s = await service();
	w = new World(s.client);
	p = new Promoters(w);
	me = await p.company();
	const make = async (name) => (await fp(201, 'POST', '/campaigns', {
		name, landing_url: `https://${name}.example/`,
		ref_token_param: '?ref', visitor_cookie_life: 60 })).id;
	silver = await make('silver');
	gold = await make('gold');
	await fp(200, 'PUT', '/settings', {
		...await fp(200, 'GET', '/settings'),
		default_campaign_id: me.campaign });
});

test('by customers: with code, promo code and links', async () => {
	const ann = await p.promoter(me);
	const reward = (await fp(200, 'POST', '/rewards', { name: 'r',
		is_promoter_reward: false, schemas: [{ amount: 10,
		    unit: 'discount_per', flat_amount: true }] })).id;
	const promo = await fp(200, 'POST', '/promo_codes', { code: unique(),
		reward_id: reward, promoter_campaign_id: ann.placement });
	const { visitor } = await p.click(ann.placement);

	await upgrade('customers', 2);
	const lead = email();
	await sale(ann, { email: lead });
	await sale(ann, { email: lead });
	await settled();
	assert.deepEqual(await places(ann), [[me.campaign, 'active',
		ann.code]]);
	const first = email();
	await sale(ann, { email: first });
	await settled();
	const [was, now] = await places(ann);
	assert.deepEqual(now, [silver, 'active', ann.code]);
	assert.deepEqual(was.slice(0, 2), [me.campaign, 'inactive']);
	const at = Number(await p.sql(`SELECT id FROM placement
	    WHERE referrer_id = ${ann.id} AND campaign_id = ${silver}`));
	const [event] = await w.events(me, 'promoter_campaign.upgraded',
	    String(at));
	assert.deepEqual(event.data, { promoterId: String(ann.id),
		campaignId: String(silver), from: String(ann.placement) });
	/* who comes by his old link, visit or promo code is of the new place */
	for (const by of [{ ref_id: ann.code },
	    { ref_id: undefined, promo_code: promo.code },
	    { ref_id: undefined, tid: visitor }]) {
		const x = email();

		await sale(ann, { email: x, ...by });
		assert.equal((await fp(200, 'GET', `/referrals?q=${x}`))[0]
		    .promoter_campaign.campaign_id, silver,
		    JSON.stringify(by));
	}
	/* his referrals stay, and go on under the terms that they came by */
	const [stays] = await fp(200, 'GET', `/referrals?q=${first}`);
	assert.equal(stays.promoter_campaign.campaign_id, me.campaign);
	assert.equal((await sale(ann, { email: first })).commissions.length,
	    1);
	await settled();
	assert.equal((await places(ann)).length, 2);
	await verify();
});

test('by revenue, with his referrals', async () => {
	const bob = await p.promoter(me);

	/* his code was another for a while */
	for (const ref_token of [`x${unique()}`, bob.code])
		await fp(200, 'PUT', `/promoter_campaigns/${bob.placement}`, {
			ref_token });
	await upgrade('revenue', 5000, true);
	const leads = [email(), email(), email()];
	await p.track(200, me, 'signup', { email: leads[2], ref_id: bob.code });
	await sale(bob, { email: leads[0], amount: 3000 });
	await settled();
	assert.equal((await places(bob)).length, 1);
	await sale(bob, { email: leads[1], amount: 2000 });
	await settled();
	assert.deepEqual((await places(bob))[1], [silver, 'active', bob.code]);
	for (const lead of leads) {
		const [r] = await fp(200, 'GET', `/referrals?q=${lead}`);

		assert.equal(r.promoter_campaign.campaign_id, silver);
	}
	assert.equal(await p.sql(`SELECT CONCAT(active, ' ', conversions)
	    FROM placement_total t JOIN placement l ON l.id = t.placement_id
	    WHERE referrer_id = ${bob.id} AND campaign_id = ${silver}`),
	    '2 2');
	await verify();
});

test('who was moved away counts no more', async () => {
	const [gus, hal] = [await p.promoter(me), await p.promoter(me)];
	const first = email();

	await upgrade('customers', 2);
	await sale(gus, { email: first });
	const [{ id }] = await fp(200, 'GET', `/referrals?q=${first}`);
	await fp(200, 'POST', '/referrals/move_to_promoter', { ids: [id],
		promoter_campaign_id: hal.placement });
	await sale(gus);
	await settled();
	assert.equal((await places(gus)).length, 1);
	await sale(gus);
	await settled();
	assert.equal((await places(gus))[1][0], silver);
	await verify();
});

test('by active customers; and terms that are new', async () => {
	const [carl, dan] = [await p.promoter(me), await p.promoter(me)];

	await none();
	const [gone, ...left] = [email(), email(), email()];
	for (const x of [gone, ...left])
		await sale(carl, { email: x });
	await p.track(200, me, 'cancellation', { email: gone });
	await sale(dan);
	await settled();
	/* who has brought it before moves up as well */
	await upgrade('active_customers', 3);
	await settled();
	assert.equal((await places(carl)).length, 1);
	await sale(carl, { email: gone });	/* comes back */
	await settled();
	assert.equal((await places(carl))[1][0], silver);
	await upgrade('active_customers', 1);
	await settled();
	assert.equal((await places(dan))[1][0], silver);
	await verify();
});

test('from one to the next, and never round', async () => {
	const eve = await p.promoter(me);

	await none();
	await upgrade('customers', 1, true, silver, gold);
	await upgrade('customers', 1, true, gold, me.campaign);
	await upgrade('customers', 1, true);
	await settled();
	await sale(eve);
	await settled();
	assert.deepEqual((await places(eve)).map(([c, state]) => [c, state]),
	    [[me.campaign, 'inactive'], [silver, 'inactive'],
		[gold, 'active']]);
	assert.equal((await places(eve))[2][2], eve.code);
	assert.equal(await p.sql(`SELECT COUNT(DISTINCT upgraded_id)
	    FROM placement WHERE referrer_id = ${eve.id}`), '1');
	await verify();
});

test('who is not let, or was there, stays', async () => {
	const [bad, gone, there] = await Promise.all([1, 2, 3].map(() =>
	    p.promoter(me)));

	await none();
	for (const x of [bad, gone, there])
		await sale(x);
	for (const [what, x, campaign_id] of [['block', bad, me.campaign],
	    ['archive', gone], ['add_to_campaign', there, silver]])
		assert.equal((await fp(200, 'POST', `/promoters/${what}`, {
			ids: [x.id], campaign_id })).failed_count, 0);
	await upgrade('customers', 1);
	await settled();
	assert.deepEqual((await places(bad)).map((x) => x[1]), ['blocked']);
	assert.deepEqual((await places(gone)).map((x) => x[1]), ['inactive']);
	assert.deepEqual((await places(there)).map((x) => x[1]),
	    ['active', 'active']);
	/* nor into a campaign that is over */
	const fay = await p.promoter(me);
	await fp(200, 'DELETE', `/campaigns/${silver}`);
	await sale(fay);
	await settled();
	assert.equal((await places(fay)).length, 1);
	await none();
	await verify();
});

test('once, whatever comes at once and is killed', async () => {
	const top = (await fp(201, 'POST', '/campaigns', { name: 'top',
		landing_url: 'https://top.example/', ref_token_param: '?ref',
		visitor_cookie_life: 60 })).id;
	const all = await Promise.all(Array.from({ length: 12 }, () =>
	    p.promoter(me)));

	await upgrade('customers', 3, true, me.campaign, top);
	for (let i = 0; i < 4; i++) {
		await Promise.all(all.map((x) => times(2, () => sale(x))));
		process.kill(s.pid('jobs'), 'SIGKILL');
		await turn(s, 'upgrades');
	}
	await settled();
	for (const x of all) {
		const now = await places(x);

		assert.deepEqual(now.map(([c, state]) => [c, state]),
		    [[me.campaign, 'inactive'], [top, 'active']]);
		assert.equal(now[1][2], x.code);
		assert.equal(await p.sql(`SELECT COUNT(*) FROM referral r
		    JOIN placement l ON l.id = r.placement_id
		    WHERE r.referrer_id = ${x.id} AND r.live = 1
		    AND l.campaign_id = ${top}`), '8');
	}
	assert.equal(await p.sql(`SELECT COUNT(*) FROM event
	    WHERE organization_id = ${me.org}
	    AND type = 'promoter_campaign.upgraded'
	    AND data LIKE '%"campaignId":"${top}"%'`), '12');
	await verify();
});

test('many referrals go along in parts', async () => {
	const max = await p.promoter(me), mark = unique();
	const next = (await fp(201, 'POST', '/campaigns', { name: 'next',
		landing_url: 'https://next.example/', ref_token_param: '?ref',
		visitor_cookie_life: 60 })).id;

	await p.sql(`INSERT INTO referral (organization_id, campaign_id,
	    placement_id, referrer_id, state, uid, created_at)
	    SELECT ${me.org}, ${me.campaign}, ${max.placement}, ${max.id},
	    'signup', CONCAT('${mark}', seq), UTC_TIMESTAMP(6)
	    FROM seq_1_to_620; UPDATE placement_total SET referrals = 620
	    WHERE placement_id = ${max.placement}; UPDATE promoter_total
	    SET referrals = 620 WHERE referrer_id = ${max.id};
	    INSERT INTO placement_day (placement_id, day, referrer_id,
	    referrals) VALUES (${max.placement}, UTC_DATE(), ${max.id}, 620);
	    ${told(me.org)}`);
	await upgrade('customers', 1, true, me.campaign, next);
	await sale(max);
	await settled();
	assert.equal(await p.sql(`SELECT COUNT(*) FROM referral r
	    JOIN placement l ON l.id = r.placement_id WHERE r.live = 1
	    AND r.referrer_id = ${max.id} AND l.campaign_id = ${next}`),
	    '621');
	await verify();
});
