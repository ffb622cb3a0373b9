/* What a company does to many promoters at once. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');
const { Program } = require('./lib/promoted');

const test = tests(__filename);
let w, c, p, me, other, spring, summer;

const batch = async (status, what, body, who = me) => (await w.fp(status, who,
    'POST', `/promoters/${what}`, body)).body;
const get = async (x) => (await w.fp(200, me, 'GET', `/promoters/${x.id}`))
    .body;
/* His state in each campaign, by its number. */
const states = async (x) => Object.fromEntries((await get(x))
    .promoter_campaigns.map((k) => [k.campaign_id, k.state]));
const state = async (x) => (await states(x))[spring.id];
const code = (x) => x.promoter_campaigns[0].ref_token;
const follows = async (x) => (await w.visit(code(x), { headers: {
	'user-agent': 'Mozilla/5.0' } })).status;
const clicks = async (x) => (await get(x)).stats.clicks_count;
const pending = async () => (await w.fp(200, me, 'GET', '/promoters')).body
    .meta.pending_count;
const waiting = () => w.promoter(me, { always_approve: false });
const sale = (who, ref, email, amount = 1000) => p.track(200, who, 'sale', {
	email, ref_id: ref, amount, event_id: unique() });

async function verify() {
	const { code: status, out } = await c.service.verify();

	assert.equal(status, 0, out);
}

test('two companies', async () => {
	c = (await service()).client;
	w = new World(c);
	p = new Promoters(w);
	me = await w.owner();
	other = await w.owner();
	spring = await w.companyCampaign(me);
	summer = await w.companyCampaign(me);
	await w.companyCampaign(other);
	await p.sql(`UPDATE campaign SET landing_url = 'https://shop.example/'
	    WHERE id IN (${spring.id}, ${summer.id})`);
});

test('accepted, rejected, blocked', async () => {
	const [a, b, d] = [await waiting(), await waiting(), await waiting()];

	assert.equal(await pending(), 3);
	const { body } = await w.fp(200, me, 'POST', '/promoters/accept', {
		ids: [a.id, a.id, d.id], campaign_id: spring.id });
	assert.equal(body.status, 'completed');
	assert.equal(body.action_label, 'promoter/accept');
	assert.equal(body.total, 2);
	assert.equal(body.failed_count, 0);
	assert.equal(await state(a), 'accepted');
	assert.equal(await pending(), 1);
	assert.equal((await w.events(me, 'promoter_campaign.accepted',
	    a.promoter_campaigns[0].id)).length, 1);
	await batch(200, 'reject', { ids: [b.id], campaign_id: spring.id });
	assert.equal(await state(b), 'rejected');
	assert.equal(await pending(), 0);
	await follows(a);
	assert.equal(await clicks(a), 1);
	await batch(200, 'block', { ids: [a.id], campaign_id: spring.id });
	assert.equal(await state(a), 'blocked');
	await follows(a);
	assert.equal(await clicks(a), 1);
	/* what does not fit, is there no more or is another's fails by itself */
	const theirs = await w.promoter(other);
	const mixed = await batch(200, 'reject', { ids: [a.id, theirs.id,
		999999999, b.id], campaign_id: spring.id });
	assert.equal(mixed.failed_count, 3);
	assert.equal(mixed.processing_errors.length, 3);
	assert.equal(mixed.status, 'completed');
	assert.equal((await batch(200, 'reject', { ids: [theirs.id],
		campaign_id: spring.id })).status, 'failed');
	await batch(200, 'accept', { ids: [a.id, b.id],
		campaign_id: spring.id });
	assert.deepEqual([await state(a), await state(b)], ['accepted',
		'accepted']);
	await verify();
});

test('what is missing or wrong', async () => {
	const a = await w.promoter(me);
	const foreign = await w.hood(other);

	for (const what of ['accept', 'reject', 'block', 'archive', 'restore',
	    'move_to_campaign', 'add_to_campaign', 'assign_parent']) {
		const body = { campaign_id: spring.id, from_campaign_id:
			spring.id, to_campaign_id: summer.id,
			parent_promoter_id: a.id };
		const none = await batch(422, what, body);

		assert.equal(none.code, 'invalid_params', what);
		await batch(422, what, { ...body, ids: [] });
		await batch(400, what, { ...body, ids: ['x'] });
		if (['archive', 'restore'].includes(what))
			continue;
		await batch(422, what, { ids: [a.id] });
		await batch(422, what, { ids: [a.id], campaign_id:
			Number(foreign.id), from_campaign_id:
			Number(foreign.id), to_campaign_id: spring.id,
			parent_promoter_id: 999999999 });
	}
});

/* In all campaigns, in the first and in the second; and as these say it. */
test('how many are accepted', async () => {
	const who = await w.owner();
	const camp = [await w.companyCampaign(who),
		await w.companyCampaign(who)];
	const count = async () => {
		const of = async (q) => (await w.fp(200, who, 'GET',
		    `/dashboards/stats${q}`)).body.accepted_promoters_count;
		const one = (x) => of(`?filters[campaign_id]=${x.id}`);
		const at = async (x) => (await w.fp(200, who, 'GET',
		    `/campaigns/${x.id}`)).body.stats.promoters_count;
		const n = [await of(''), await one(camp[0]),
			await one(camp[1])];

		assert.equal(await of(camp.map((x) =>
		    `filters[campaign_id][]=${x.id}`).join('&')
		    .replace(/^/, '?')), n[0]);
		assert.deepEqual([await at(camp[0]), await at(camp[1])],
		    n.slice(1));
		return n;
	};
	const does = (what, ids, more) => w.fp(200, who, 'POST',
	    `/promoters/${what}`, { ids, ...more });

	assert.deepEqual(await count(), [0, 0, 0]);
	const [a, b] = [await w.promoter(who), await w.promoter(who)];
	const d = await w.promoter(who, { always_approve: false });
	assert.deepEqual(await count(), [2, 2, 0]);
	await does('add_to_campaign', [a.id, b.id],
	    { campaign_id: camp[1].id });
	assert.deepEqual(await count(), [2, 2, 2]);
	await does('accept', [a.id, d.id], { campaign_id: camp[0].id });
	assert.deepEqual(await count(), [3, 3, 2]);
	await does('block', [a.id, d.id], { campaign_id: camp[0].id });
	assert.deepEqual(await count(), [2, 1, 2]);
	await does('move_to_campaign', [b.id], {
		from_campaign_id: camp[0].id, to_campaign_id: camp[1].id });
	await does('archive', [a.id]);
	assert.deepEqual(await count(), [2, 1, 2]);
	await verify();
	await p.sql(`UPDATE program_total SET accepted = accepted + 1
	    WHERE organization_id = ${who.organization.id}
	    AND campaign_id = ${camp[1].id}`);
	assert.match((await c.service.verify()).out, new RegExp(`in campaign ${
	    camp[1].id} 0 that wait and 1 accepted too many`));
	await p.sql(`UPDATE program_total SET accepted = accepted - 1
	    WHERE organization_id = ${who.organization.id}
	    AND campaign_id = ${camp[1].id}`);
});

test('blocked: what recurs stops as well', async () => {
	const a = await w.promoter(me), lead = `l-${unique()}@example.com`;

	await sale(me, code(a), lead);
	await batch(200, 'block', { ids: [a.id], campaign_id: spring.id });
	await p.track(404, me, 'sale', { email: lead, amount: 1000,
		event_id: unique() });
	assert.equal((await get(a)).balances.cash, 200);
});

test('archived, and brought back', async () => {
	const [a, b] = [await w.promoter(me), await waiting()];
	const before = await pending();

	await follows(a);
	await batch(200, 'archive', { ids: [a.id, b.id] });
	await batch(200, 'archive', { ids: [a.id, b.id] });
	assert.ok((await get(a)).archived_at);
	assert.equal(await state(a), 'inactive');
	assert.equal(await pending(), before - 1);
	await follows(a);
	assert.equal(await clicks(a), 1);
	const listed = async (q) => (await w.fp(200, me, 'GET',
	    `/promoters?ids[]=${a.id}${q}`)).body.data.length;
	assert.equal(await listed(''), 0);
	assert.equal(await listed('&filters[archived]=true'), 1);
	const refused = await batch(200, 'accept', { ids: [b.id],
		campaign_id: spring.id });
	assert.equal(refused.status, 'failed');
	await verify();
	await batch(200, 'restore', { ids: [a.id, b.id] });
	assert.equal((await batch(200, 'restore', { ids: [a.id] }))
	    .failed_count, 0);
	assert.equal((await get(a)).archived_at, null);
	assert.equal(await state(a), 'accepted');
	assert.equal(await state(b), 'pending');
	assert.equal(await pending(), before);
	await follows(a);
	assert.equal(await clicks(a), 2);
	await verify();
});

test('into another campaign', async () => {
	const a = await w.promoter(me, { profile: { first_name: 'Ann' } });
	const add = (n = 0) => batch(200, 'add_to_campaign', { ids: [a.id],
		campaign_id: summer.id, drip_emails: true }).then((b) =>
		    assert.equal(b.failed_count, n));

	await add();
	assert.deepEqual(await states(a), { [spring.id]: 'accepted',
		[summer.id]: 'accepted' });
	await add(1);
	await w.fp(200, me, 'GET', `/promoters?filters[campaign_id]=` +
	    summer.id);
	const over = await w.companyCampaign(me);
	await w.ok(204, 'POST', `/v1/hood/campaigns/${over.id}/cancel`, {
		token: me.token, body: { reason: 'x' } });
	assert.equal((await batch(200, 'add_to_campaign', { ids: [a.id],
		campaign_id: over.id })).status, 'failed');
});

test('from one campaign to another, alone and with referrals', async () => {
	const move = (x, more) => batch(200, 'move_to_campaign', { ids: [x.id],
		from_campaign_id: spring.id, to_campaign_id: summer.id,
		...more });

	for (const soft of [false, true]) {
		const a = await w.promoter(me);
		const lead = `l-${unique()}@example.com`;

		await sale(me, code(a), lead);
		assert.equal((await move(a, { soft_move_referrals: soft }))
		    .failed_count, 0);
		assert.deepEqual(await states(a), { [spring.id]: 'inactive',
			[summer.id]: 'accepted' });
		assert.equal((await move(a)).failed_count, 1);
		await p.track(200, me, 'sale', { email: lead, amount: 500,
			event_id: unique() });
		const [was, now] = (await get(a)).promoter_campaigns;
		assert.equal(await p.sql(`SELECT placement_id FROM referral
		    WHERE email = '${lead}' AND live = 1`),
		    String(soft ? now.id : was.id));
		assert.equal((await get(a)).stats.revenue_amount, 1500);
		assert.equal((await get(a)).stats.active_customers_count, 1);
		await verify();
	}
	const blocked = await w.promoter(me);
	await batch(200, 'block', { ids: [blocked.id],
		campaign_id: spring.id });
	assert.equal((await move(blocked)).failed_count, 1);
});

/* Some promoters with so many referrals each, in a campaign of their own. */
async function crowd(...sizes) {
	const program = new Program(w, me);
	const all = [];

	for (const n of sizes) {
		const x = await program.promoter();

		all.push({ id: x.referrer, was: x.id,
			referrals: n === 0 ? [] : await program.referrals(x, n,
			    { sales: n < 5000 }) });
	}
	program.close();
	return Object.assign(all, { from: program.campaign,
		ids: all.map((x) => x.id) });
}
const move = (status, who, to = summer, more = {}) => batch(status,
    'move_to_campaign', { ids: who.ids, from_campaign_id: who.from,
	to_campaign_id: to.id, soft_move_referrals: true, ...more });
const look = async (id) => (await w.fp(200, me, 'GET',
    `/batch_processes/${id}`)).body;
async function over({ id }, ms = 60000) {
	assert.ok(await until(async () => !['pending', 'in_progress']
	    .includes((await look(id)).status), ms, 200));
	return look(id);
}
/* In how many campaigns his referrals are; each was moved once. */
async function moved(x, ...to) {
	const at = (await p.sql(`SELECT campaign_id, COUNT(*) FROM referral
	    WHERE referrer_id = ${x.id} AND live = 1 GROUP BY campaign_id
	    ORDER BY campaign_id`)).split('\n').map((l) => l.split('\t')
		.map(Number));

	assert.deepEqual(at.map(([id]) => id), to.map((k) => Number(k.id)));
	assert.equal(at.reduce((n, [, k]) => n + k, 0), x.referrals.length);
	assert.equal(await p.sql(`SELECT COUNT(*) FROM event e JOIN referral r
	    ON r.id = e.entity_id WHERE r.referrer_id = ${x.id}
	    AND e.type = 'referral.moved'`), String(x.referrals.length));
	assert.equal(await p.sql(`SELECT COUNT(DISTINCT moved_to)
	    FROM referral WHERE referrer_id = ${x.id} AND state = 'moved'`),
	    String(x.referrals.length));
}
/* The jobs role stands still meanwhile. */
async function still(act) {
	const jobs = c.service.pid('jobs');

	process.kill(jobs, 'SIGSTOP');
	try {
		return await act();
	} finally {
		process.kill(jobs, 'SIGCONT');
	}
}

test('many referrals go along in parts', async () => {
	const all = await crowd(3, 620, 0, 251);
	const begun = await still(async () => {
		const b = await move(202, all);

		/* a part is done at once, and what it leaves is seen */
		assert.deepEqual([b.status, b.total, b.processed_count,
			b.failed_count, b.progress], ['in_progress', 4, 1, 0,
			25]);
		assert.equal((await w.fp(200, me, 'GET',
		    `/batch_processes/${b.id}/items?filters[status]=pending`)).body
		    .length, 3);
		await verify();
		return b;
	});
	const done = await over(begun);
	assert.deepEqual([done.status, done.processed_count,
		done.failed_count], ['completed', 4, 0]);
	for (const x of all) {
		assert.deepEqual(await states(x), { [all.from]: 'inactive',
			[summer.id]: 'accepted' });
		if (x.referrals.length > 0)
			await moved(x, summer);
	}
	assert.equal((await move(200, { ...all, ids: all.ids })).failed_count,
	    4);
	await verify();
});

test('a promoter with very many', async () => {
	const all = await crowd(10400);

	assert.equal((await over(await move(202, all), 240000)).status,
	    'completed');
	await moved(all[0], summer);
	await verify();
});

test('refused on the way, stopped on the way, and begun again', async () => {
	const all = await crowd(300);
	const decide = (what) => batch(200, what, { ids: all.ids,
		campaign_id: summer.id });
	const refused = await still(async () => {
		const b = await move(202, all);

		await decide('block');
		return b;
	});
	const b = await over(refused);
	assert.deepEqual([b.status, b.failed_count], ['failed', 1]);
	assert.equal((await w.fp(200, me, 'GET',
	    `/batch_processes/${b.id}/items`)).body[0].error, 'standing');
	assert.equal(await p.sql(`SELECT COUNT(*) FROM referral
	    WHERE referrer_id = ${all.ids[0]} AND live = 1
	    AND campaign_id = ${summer.id}`), '250');
	await verify();
	await decide('accept');
	const again = await w.fp(200, me, 'POST',
	    `/batch_processes/${b.id}/retry`);
	assert.equal(again.body.failed_count, 0);
	await moved(all[0], summer);

	const more = await crowd(300);
	const stopped = await still(async () => {
		const x = await move(202, more);

		return (await w.fp(200, me, 'POST',
		    `/batch_processes/${x.id}/stop`)).body;
	});
	assert.equal(stopped.status, 'stopped');
	assert.equal((await move(200, more)).failed_count, 0);
	await moved(more[0], summer);
	await verify();
});

test('to two campaigns at once, while customers buy', async () => {
	const all = await crowd(700);
	const ids = all[0].referrals;
	const emails = (await p.sql(`SELECT email FROM referral
	    WHERE id IN (${ids.slice(240, 270).join()})`)).split('\n');
	const buy = async () => {
		for (const email of emails)
			await p.track(200, me, 'sale', { email, amount: 1000,
				event_id: unique() });
	};
	const [one, two] = await Promise.all([move(202, all),
		move(202, all, spring), buy(), buy()]);

	for (const b of [one, two])
		assert.equal((await over(b)).status, 'completed');
	await moved(all[0], ...[spring, summer].sort((a, b) => a.id - b.id));
	assert.equal((await get(all[0])).stats.sales_count, 760);
	await verify();
});

test('parents, but no circles', async () => {
	const [a, b, d] = [await w.promoter(me), await w.promoter(me),
		await w.promoter(me)];
	const under = (parent, ...xs) => batch(200, 'assign_parent', {
		ids: xs.map((x) => x.id), parent_promoter_id: parent.id });

	assert.equal((await under(a, b)).failed_count, 0);
	assert.equal((await under(b, d)).failed_count, 0);
	assert.deepEqual((await get(d)).parent_promoter, { id: b.id,
		email: b.email, name: b.name });
	assert.equal((await under(d, a, b, d)).failed_count, 3);
	assert.equal((await get(a)).parent_promoter, null);
	const { data } = (await w.fp(200, me, 'GET', '/promoters?' +
	    `filters[parent_promoter_id]=${a.id}`)).body;
	assert.deepEqual(data.map((x) => x.id), [b.id]);
	/* both at once: one of them finds what the other did */
	const [e, f] = [await w.promoter(me), await w.promoter(me)];
	const both = await Promise.all([under(e, f), under(f, e)]);
	assert.deepEqual(both.map((x) => x.failed_count).sort(), [0, 1]);
});

test('many: in the background', async () => {
	const nobody = [1, 2, 3, 4, 5, 6].map((n) => 900000000 + n);
	const top = await w.promoter(me), many = [];

	for (let i = 0; i < 8; i++)
		many.push(await waiting());
	const ids = many.map((x) => x.id);
	const run = async (what, of) => over(await batch(202, what, { ids: of,
		campaign_id: spring.id, parent_promoter_id: top.id }), 20000);
	/* What is done, done again, and of whom there is none. */
	const does = async (what, found, type) => {
		for (const again of ['', ' again']) {
			assert.equal((await run(what, ids)).failed_count,
			    0, what + again);
			for (const x of many)
				assert.equal(await found(x), what);
		}
		assert.equal((await run(what, nobody)).status, 'failed');
		assert.equal(await p.sql(`SELECT COUNT(*) FROM event
		    WHERE type = '${type ?? `promoter_campaign.${what}ed`}'
		    AND entity_id IN (${type ? ids : many.map((x) =>
			x.promoter_campaigns[0].id)})`), '8', what);
	};
	const stands = (x) => state(x).then((now) => ({ accepted: 'accept',
		rejected: 'reject', blocked: 'block' })[now]);

	await does('reject', stands);
	await does('accept', stands);
	await does('block', stands);
	await does('assign_parent', async (x) => (await get(x)).parent_promoter
	    ?.id === top.id && 'assign_parent', 'promoter.updated');
	await does('archive', async (x) => (await get(x)).archived_at !== null &&
	    'archive', 'promoter.archived');
	await does('restore', async (x) => (await get(x)).archived_at === null &&
	    'restore', 'promoter.restored');
	for (const failed of [0, 8]) {
		const b = await over(await batch(202, 'add_to_campaign', { ids,
			campaign_id: summer.id }));

		assert.equal(b.failed_count, failed);
		for (const x of many)
			assert.deepEqual(await states(x), {
				[spring.id]: 'blocked',
				[summer.id]: 'accepted' });
	}
	await verify();
});

test('many at the same rows at once', async () => {
	const rows = [await waiting(), await waiting(), await waiting()];
	const ids = rows.map((x) => x.id);
	const all = await Promise.all(['accept', 'block', 'archive', 'restore',
	    'accept', 'reject', 'archive', 'restore'].map((what) => c.call('POST',
		`/api/v2/company/promoters/${what}`, { token: me.token,
		    body: { ids, campaign_id: spring.id } })));

	for (const a of all)
		assert.equal(a.status, 200, a.text);
	await verify();
});
