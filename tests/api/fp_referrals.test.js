/* The FirstPromoter face: referrals, one by one and as lists. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { counted } = require('./lib/counted');
const { World, unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');
const { query } = require('./lib/db');

const test = tests(__filename);
const DAY = 86400000;
let w, p, me, other, ann, bob;

const day = (offset) => new Date(Date.now() + offset * DAY).toISOString()
    .slice(0, 10);
const list = async (parameters, who = me) =>
    (await w.fp(200, who, 'GET', `/referrals${parameters}`)).body;
const emails = async (parameters) => (await list(parameters))
    .map((r) => r.email.split('@')[0]);
const make = async (body, status = 200, who = me) =>
    (await w.fp(status, who, 'POST', '/referrals', body)).body;
const sql = (text) => query(w.c.service, text);

test('two companies, two promoters', async () => {
	w = new World((await service()).client);
	p = new Promoters(w);
	me = await p.company();
	other = await p.company();
	ann = await p.promoter(me);
	bob = await p.promoter(me);
});

test('a list of nothing', async () => {
	assert.deepEqual(await list(''), []);
	assert.deepEqual(await list('?page=5&filters[state]=moved'), []);
});

test('a referral is entered', async () => {
	const email = `lead-${unique()}@example.com`;
	const r = await make({ email, uid: 'cus_1', username: 'Lea',
		promoter_campaign_id: ann.placement, more: 'is ignored' });

	assert.deepEqual({ ...r, id: 0, created_at: '', promoter_campaign: {
		...r.promoter_campaign, created_at: '', campaign: {} } }, {
		id: 0, email, uid: 'cus_1', username: 'Lea', state: 'signup',
		metadata: {}, entry_source: 'manual_admin', created_at: '',
		customer_since: null, promoter_campaign: { id: ann.placement,
		    campaign_id: me.campaign, promoter_id: ann.id,
		    created_at: '', promoter: { id: ann.id, email: ann.email,
			name: `Promoter ${ann.id}` }, campaign: {} },
		fraud_check: 'no_suspicion',
		created_by_user_email: me.email, split_details: [],
		first_name: null, last_name: null, website: null,
		comment: null, custom_status: null, is_expired: false });
	assert.deepEqual(r.promoter_campaign.campaign, { id: me.campaign,
		name: 'Spring', color: '#4f46e5' });
	assert.deepEqual(await list(''), [r]);
	const [event] = await w.events(me, 'referral.created', String(r.id));
	assert.deepEqual(event.data, { referrerCampaignId:
		String(ann.placement) });
	const { key } = await w.key(me, ['referrals:read',
		'referrals:write']);
	const byKey = await make({ uid: 7, promoter_campaign_id:
		ann.placement }, 200, { key });
	assert.equal(byKey.entry_source, 'api');
	assert.equal(byKey.uid, '7');
	assert.equal(byKey.email, null);
});

test('who refers himself is suspected', async () => {
	const r = await make({ email: ann.email.toUpperCase(),
		promoter_campaign_id: ann.placement });

	assert.equal(r.fraud_check, 'same_promoter_email');
});

test('what can\'t be entered', async () => {
	const at = { promoter_campaign_id: ann.placement };
	const none = await make(at, 400);
	assert.deepEqual(Object.keys(none.errors), ['email']);
	assert.equal(none.code, 'invalid_record');
	assert.deepEqual(Object.keys((await make({ uid: 'cus_1', ...at }, 400))
	    .errors), ['uid']);
	assert.deepEqual(Object.keys((await make({ username: 'Lea', ...at },
	    400)).errors), ['username']);
	assert.deepEqual(Object.keys((await make({ email: ann.email, ...at },
	    400)).errors), ['email']);
	assert.deepEqual(Object.keys((await make({ email: 'nothing', ...at },
	    400)).errors), ['email']);
	assert.deepEqual(Object.keys((await make({ uid: 'x' }, 400)).errors),
	    ['promoter_campaign_id']);
	for (const id of [999999999, (await p.promoter(other)).placement])
		await make({ uid: 'x', promoter_campaign_id: id }, 404);
	const refused = await p.promoter(me);
	await p.set('placement', refused.placement, { standing: 'blocked',
		status: 'INACTIVE' });
	await make({ uid: 'x', promoter_campaign_id: refused.placement }, 404);
	/* the names of another company's are free */
	const theirs = await p.promoter(other);
	await make({ uid: 'cus_1', promoter_campaign_id: theirs.placement },
	    200, other);
});

test('found by any of its names', async () => {
	const at = (rest) => w.fp(200, me, 'GET', `/referrals/${rest}`);
	const { body } = await at('cus_1?find_by=uid');

	for (const rest of [body.id, 'Lea?find_by=username',
	    `${encodeURIComponent(body.email)}?find_by=email`,
	    `${body.email.toUpperCase()}?find_by=email`])
		assert.deepEqual((await at(rest)).body, body, rest);
	for (const rest of ['nobody?find_by=uid', 'CUS_1?find_by=uid', '1.5',
	    'cus_1', '0', '99999999999999999999', `${body.id}?find_by=email`])
		await w.fp(404, me, 'GET', `/referrals/${rest}`);
	await w.fp(404, other, 'GET', `/referrals/${body.id}`);
	await w.fp(400, me, 'GET', `/referrals/${body.id}?find_by=name`);
});

test('renamed', async () => {
	const { id } = await make({ uid: 'old', promoter_campaign_id:
		ann.placement });
	const put = async (body, status = 200, at = id) => (await w.fp(status,
	    me, 'PUT', `/referrals/${at}`, body)).body;
	const r = await put({ email: 'new@example.com', uid: null });

	assert.equal(r.id, id);
	assert.equal(r.email, 'new@example.com');
	assert.equal(r.uid, null);
	assert.equal(r.username, null);
	assert.deepEqual(Object.keys((await put({ email: null }, 400)).errors),
	    ['email']);
	assert.deepEqual(Object.keys((await put({ uid: 'cus_1' }, 400))
	    .errors), ['uid']);
	assert.equal((await put({ fraud_check: 'ad_source' })).fraud_check,
	    'ad_source');
	assert.equal((await put({ find_by: 'email', username: 'N' }, 200,
	    'new@example.com')).username, 'N');
	await put({ find_by: 'uid', username: 'N' }, 404, 'old');
	await put({ username: 'N' }, 404, 'new@example.com');
	await put({ fraud_check: 'maybe' }, 400);
	assert.deepEqual(await put({}), (await w.fp(200, me, 'GET',
	    `/referrals/${id}`)).body);
	await w.fp(404, other, 'PUT', `/referrals/${id}`, { uid: 'theirs' });
});

test('shared with others', async () => {
	const part = (who, percentage) => ({ promoter_campaign_id:
		who.placement, percentage });
	const shown = (who, percentage) => ({ ...part(who, percentage),
		promoter_id: who.id });
	const cat = await p.promoter(me);
	const r = await make({ uid: unique(), promoter_campaign_id:
		ann.placement, split_details: [part(bob, 25), part(cat, 30)] });
	const put = async (split_details, status = 200) => (await w.fp(status,
	    me, 'PUT', `/referrals/${r.id}`, { split_details })).body;

	assert.deepEqual(r.split_details, [shown(bob, 25), shown(cat, 30)]);
	assert.deepEqual((await put([part(cat, 100), part(bob, 0)]))
	    .split_details, [shown(cat, 100)]);
	for (const wrong of [[part(bob, 60), part(cat, 41)],
	    [part(bob, 1), part(bob, 1)], [part(bob, 101)], [part(bob, -1)],
	    [part(bob, 1.5)], [{ percentage: 1 }]])
		assert.equal((await put(wrong, 400)).code, 'invalid_record');
	await put([part(ann, 10)], 404);
	await put([part(await p.promoter(other), 10)], 404);
	assert.deepEqual((await w.fp(200, me, 'GET', `/referrals/${r.id}`))
	    .body.split_details, [shown(cat, 100)]);
	assert.deepEqual((await put([])).split_details, []);
});

test('moved to another promoter', async () => {
	const uid = `mover-${unique()}`;
	const r = await make({ uid, promoter_campaign_id: ann.placement,
		split_details: [{ promoter_campaign_id: bob.placement,
			percentage: 10 }] });
	const moved = (await w.fp(200, me, 'PUT', `/referrals/${uid}`, {
		find_by: 'uid', promoter_campaign_id: bob.placement,
		email: 'moved@example.com' })).body;

	assert.notEqual(moved.id, r.id);
	assert.equal(moved.promoter_campaign.promoter_id, bob.id);
	assert.deepEqual([moved.uid, moved.email, moved.state], [uid,
		'moved@example.com', 'signup']);
	assert.deepEqual(moved.split_details, []);
	const old = (await w.fp(200, me, 'GET', `/referrals/${r.id}`)).body;
	assert.deepEqual([old.state, old.uid, old.is_expired], ['moved', uid,
		true]);
	assert.equal((await w.fp(200, me, 'GET',
	    `/referrals/${uid}?find_by=uid`)).body.id, moved.id);
	const again = await w.fp(422, me, 'PUT', `/referrals/${r.id}`, {
		uid: 'other' });
	assert.equal(again.body.code, 'operation_failed');
	assert.deepEqual((await list('?filters[state]=moved'))
	    .map((x) => x.id), [r.id]);
	await w.fp(404, me, 'PUT', `/referrals/${moved.id}`, {
		promoter_campaign_id: 999999999 });
	assert.equal((await w.events(me, 'referral.moved',
	    String(moved.id))).length, 1);
});

/* Five of a promoter of their own, a to e, of the last five days. */
let five, dan;
test('five referrals', async () => {
	const state = { a: 'signup', b: 'active', c: 'cancelled', d: 'signup',
		e: 'active' };
	const customer = { b: -3, c: -2, e: -1 };

	dan = await p.promoter(me);
	five = {};
	for (const [i, name] of Object.keys(state).entries()) {
		const r = await make({ email: `${name}@five.example`,
			uid: `five-${name}`, username: `Fifth ${name}`,
			promoter_campaign_id: dan.placement });

		five[name] = r.id;
		const at = (days) => days === undefined ? 'NULL' :
		    `'${day(days)} 12:00:00'`;
		await sql(`UPDATE referral SET state = '${state[name]}',
		    created_at = ${at(i - 5)},
		    customer_at = ${at(customer[name])},
		    cancelled_at = ${at(name === 'c' ? -1 : undefined)},
		    website = 'www.${name}.example' WHERE id = ${r.id}`);
		if (customer[name])
			await sql(`UPDATE placement_total SET conversions =
			    conversions + 1 WHERE placement_id =
			    ${dan.placement};
			    UPDATE placement_day SET conversions =
			    conversions + 1 WHERE placement_id =
			    ${dan.placement};
			    ${counted(me.org)}`);
	}
});

test('lists by filters', async () => {
	const by = `filters[promoter_id]=${dan.id}`;
	for (const [parameters, names] of [
		[`?${by}`, 'edcba'],
		[`?${by}&sorting[created_at]=asc`, 'abcde'],
		[`?${by}&filters[type]=lead`, 'da'],
		[`?${by}&filters[type]=customer`, 'ecb'],
		['?filters[type]=customer', 'ecb'],
		['?filters[type]=customer&sorting[created_at]=asc', 'bce'],
		[`?${by}&filters[state]=active`, 'eb'],
		[`?filters[state]=cancelled`, 'c'],
		[`?${by}&filters[created_at][from]=${day(-3)}`, 'edc'],
		[`?${by}&filters[created_at][to]=${day(-4)}`, 'ba'],
		[`?${by}&filters[created_at][from]=${day(-4)}` +
		    `&filters[created_at][to]=${day(-3)}`, 'cb'],
		[`?filters[customer_since][from]=${day(-2)}`, 'ec'],
		[`?filters[customer_since][to]=${day(-2)}`, 'cb'],
		[`?filters[cancelled_at][from]=${day(-1)}` +
		    `&filters[cancelled_at][to]=${day(-1)}`, 'c'],
		[`?filters[cancelled_at][to]=${day(-2)}`, ''],
		[`?filters=${encodeURIComponent(JSON.stringify({
			promoter_id: dan.id, type: 'customer',
			created_at: { from: day(-4), to: day(-3) } }))}`, 'cb'],
		['?q=five-', 'edcba'],
		['?q=www.b', 'b'],
		['?q=Fifth%20d', 'd'],
		['?q=B@FIVE', 'b'],
		['?q=five-&filters[type]=lead', 'da'],
		['?q=%25', ''],
		[`?ids[]=${five.a}&ids[]=${five.d}&ids[]=999999999`, 'da'],
		[`?ids[]=${five.a}&ids[]=${five.d}&q=five-d`, 'd'],
		[`?ids[]=${five.a}&filters[type]=customer`, ''],
	])
		assert.equal((await emails(parameters)).join(''), names,
		    parameters);
});

test('pages, by number and by cursor', async () => {
	for (const q of [`filters[promoter_id]=${dan.id}`,
	    `filters[promoter_id]=${dan.id}&sorting[created_at]=asc`,
	    'filters[type]=customer', 'q=five-']) {
		const all = await list(`?${q}`);
		const seen = [];
		let next = '';

		do {
			const a = await w.fp(200, me, 'GET', `/referrals?${q}` +
			    `&per_page=2${next}`);

			seen.push(...a.body);
			next = a.headers['x-next-cursor'] &&
			    `&cursor=${a.headers['x-next-cursor']}`;
		} while (next);
		assert.deepEqual(seen, all, q);
		assert.deepEqual([...await list(`?${q}&per_page=2&page=1`),
			...await list(`?${q}&per_page=2&page=2`),
			...await list(`?${q}&per_page=2&page=3`)], all, q);
	}
	assert.equal((await list('?page=1000')).length, 0);
});

test('parameters that are none', async () => {
	for (const wrong of ['filters[type]=both', 'filters[state]=gone',
	    'filters[created_at][from]=yesterday', 'page=0', 'per_page=101',
	    'ids[]=x', 'cursor=x', 'filters={', 'filters=[1]',
	    'sorting[created_at]=up', 'filters[promoter_id]=-1'])
		await w.fp(400, me, 'GET', `/referrals?${wrong}`);
	assert.deepEqual(await list(`?q=five-&whatever=1&filters[x]=1`),
	    await list('?q=five-'));
	assert.deepEqual(await list('?q=&filters[state]='), await list(''));
	assert.deepEqual(await list('?q=five-', other), []);
});

test('a beginning that is common', async () => {
	await sql(`INSERT INTO referral (organization_id, campaign_id,
	    placement_id, referrer_id, state, uid, created_at)
	    SELECT ${me.org}, ${me.campaign}, ${bob.placement}, ${bob.id},
	    'signup', CONCAT('common-', seq), UTC_TIMESTAMP(6)
	    FROM seq_1_to_1500;
	    UPDATE placement_total SET referrals = referrals + 1500
	    WHERE placement_id = ${bob.placement};
	    UPDATE placement_day SET referrals = referrals + 1500
	    WHERE placement_id = ${bob.placement};
	    ${counted(me.org)}`);
	const some = await list('?q=common-&per_page=100&page=15');
	assert.equal(some.length, 100);
	assert.equal(some[99].uid, 'common-1');
	assert.deepEqual((await list('?q=common-15')).length, 12);
});

test('organizations that the house\'s referrers brought', async () => {
	const referrer = await w.referrer();
	const { code, id } = await w.campaign(referrer);
	const buyer = await w.owner({ referralCode: code });
	const house = await w.house();
	const [r] = await list('', house);

	assert.equal(r.email, buyer.email);
	assert.equal(r.uid, buyer.organization.accountId);
	assert.deepEqual(r.promoter_campaign.promoter, {
		id: Number(referrer.referrer.id), email: referrer.email,
		name: referrer.organization.name });
	assert.equal(r.promoter_campaign.id, Number(id));
	for (const rest of [`${buyer.email}?find_by=email`,
	    `${buyer.organization.accountId}?find_by=uid`, r.id])
		assert.equal((await w.fp(200, house, 'GET',
		    `/referrals/${rest}`)).body.id, r.id);
	const second = await w.referrer();
	const there = await w.campaign(second);
	const moved = (await w.fp(200, house, 'PUT', `/referrals/${r.id}`, {
		promoter_campaign_id: Number(there.id) })).body;
	assert.equal(moved.email, buyer.email);
	/* it is the second's from now on */
	await w.buy(buyer);
	const earned = async (who) => (await w.ok(200, 'GET',
	    '/referrer-transactions', { token: who.token })).items.length;
	assert.equal(await earned(referrer), 0);
	assert.equal(await earned(second), 1);
});
