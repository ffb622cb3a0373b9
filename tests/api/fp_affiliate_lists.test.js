/* What promoters see and change of their own: referrals, commissions, payouts. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');

const test = tests(__filename);
let w, p, me, other, ann, bob, eve;

const mail = (name = 'lead') => `${name}-${unique()}@example.com`;
const get = async (path, who = ann, status = 200) =>
    (await w.fpa(status, who, 'GET', path)).body;
const list = (q = '', who = ann) => get(`/referrals${q}`, who);
const make = async (body, status = 200, who = ann) =>
    (await w.fpa(status, who, 'POST', '/referrals', {
	promoter_campaign_id: who.placement, ...body })).body;
const change = async (id, body, status = 200, who = ann) =>
    (await w.fpa(status, who, 'PUT', `/referrals/${id}`, body)).body;
/* He can't change this one, nor delete it. */
async function kept(r) {
	for (const [method, body] of [['PUT', { email: mail() }], ['PUT',
	    { uid: unique() }], ['DELETE']])
		assert.equal((await w.fpa(422, ann, method,
		    `/referrals/${r.id}`, body)).code, 'referral_kept');
}

const company = async (status, method, path, body, who = me) =>
    (await w.fp(status, who, method, path, body)).body;
const sale = async (referral, amount, more = {}) => (await company(200,
    'POST', '/commissions', { commission_type: 'sale', sale_amount: amount,
	referral_id: referral.id, ...more }))[0];
const ids = (rows) => rows.map((r) => r.id);

async function promoter(who) {
	const made = await p.promoter(who);

	return { ...made, ...await w.affiliate(who, { ...made,
		promoter_campaigns: [{ id: made.placement }] }) };
}

/* The same rows page by page as at once, whichever way one goes. */
async function walk(path, q, rows) {
	const found = [];
	let next = '';

	for (let i = 0; i < rows.length + 2; i++) {
		const a = await w.fpa(200, ann, 'GET',
		    `${path}?per_page=2&${q}${next}`);

		found.push(...ids(a.body.data ?? a.body));
		if (!a.headers['x-next-cursor'])
			break;
		next = `&cursor=${a.headers['x-next-cursor']}`;
	}
	assert.deepEqual(found, ids(rows), `${path} ${q}`);
}

test('two companies, three promoters', async () => {
	w = new World((await service()).client);
	p = new Promoters(w);
	[me, other] = [await p.company(), await p.company()];
	[ann, bob, eve] = [await promoter(me), await promoter(me),
		await promoter(other)];
});

test('lists of nothing', async () => {
	assert.deepEqual(await list(), []);
	assert.deepEqual(await get('/commissions'), []);
	assert.deepEqual((await get('/payouts')).data, []);
});

test('a promoter enters a referral of his', async () => {
	const email = mail(), uid = unique();
	const r = await make({ email, uid, more: 'is ignored' });

	assert.deepEqual({ ...r, id: 0, created_at: '' }, { id: 0, uid,
		state: 'signup', metadata: {}, created_at: '',
		customer_since: null, email, promoter_campaign: {
		    ...r.promoter_campaign, id: ann.placement,
		    campaign_id: me.campaign, campaign: { id: me.campaign,
			name: 'Spring', color: '#4f46e5' } } });
	assert.deepEqual(Object.keys(r.promoter_campaign).sort(),
	    ['campaign', 'campaign_id', 'created_at', 'id']);
	assert.deepEqual(await list(), [r]);
	assert.deepEqual(await list('', bob), []);
	const seen = await company(200, 'GET', `/referrals/${r.id}`);
	assert.equal(seen.entry_source, 'manual_affiliate');
	assert.equal(seen.created_by_user_email, null);
	assert.equal(seen.promoter_campaign.promoter_id, ann.id);
});

test('what he can\'t enter', async () => {
	const [r] = await list();
	const theirs = await make({ email: mail() }, 200, bob);

	assert.deepEqual((await make({ email: r.email.toUpperCase() }, 400))
	    .errors, { email: ['is of another referral'] });
	assert.ok((await make({ email: theirs.email }, 400)).errors.email);
	assert.deepEqual((await make({ email: mail(), uid: r.uid }, 400))
	    .errors, { uid: ['is of another referral'] });
	assert.ok((await make({}, 400)).errors.email);
	assert.ok((await make({ email: 'nobody' }, 400)).errors.email);
	for (const id of [bob.placement, eve.placement, 999999999])
		await make({ email: mail(), promoter_campaign_id: id }, 404);
	/* his own address is taken, and looks wrong to the company */
	const self = await make({ email: ann.email });
	assert.equal((await company(200, 'GET', `/referrals/${self.id}`))
	    .fraud_check, 'same_promoter_email');
	await w.fpa(204, ann, 'DELETE', `/referrals/${self.id}`);
});

test('the same key makes one', async () => {
	const idem = unique(), body = { email: mail(),
		promoter_campaign_id: ann.placement };
	const [a, b] = [await w.fpa(200, ann, 'POST', '/referrals', body,
	    { idem }), await w.fpa(200, ann, 'POST', '/referrals', body,
	    { idem })];

	assert.deepEqual(a.body, b.body);
	await w.fpa(204, ann, 'DELETE', `/referrals/${a.body.id}`);
});

test('he changes their names', async () => {
	const r = await make({ email: mail(), uid: unique() });
	const [email, uid] = [mail(), unique()];

	assert.equal((await change(r.id, { email })).email, email);
	const now = await change(r.id, { uid });
	assert.deepEqual([now.email, now.uid], [email, uid]);
	assert.deepEqual(await change(r.id, {}), now);
	const [taken] = (await list()).filter((x) => x.id !== r.id);
	assert.ok((await change(r.id, { email: taken.email }, 400)).errors
	    .email);
	assert.ok((await change(r.id, { email: null, uid: null }, 400)).errors
	    .email);
	await change(r.id, { uid: 'x' }, 404, bob);
	await change(r.id, { uid: 'x' }, 404, eve);
	await change(999999999, { uid: 'x' }, 404);
	assert.deepEqual((await list()).find((x) => x.id === r.id), now);
});

test('one that went over to another is his no more', async () => {
	const r = await make({ email: mail() });

	await company(200, 'POST', '/referrals/move_to_promoter', {
		ids: [r.id], promoter_campaign_id: bob.placement });
	assert.equal((await list()).find((x) => x.id === r.id).state, 'moved');
	await kept(r);
	const [moved] = await list(`?q=${r.email}`, bob);
	assert.equal(moved.email, r.email);
	assert.deepEqual(await list(`?q=${r.email}`), []);
	await w.fpa(204, bob, 'DELETE', `/referrals/${moved.id}`);
});

test('he deletes one that never bought', async () => {
	const r = await make({ email: mail() });

	await w.fpa(404, bob, 'DELETE', `/referrals/${r.id}`);
	await w.fpa(404, eve, 'DELETE', `/referrals/${r.id}`);
	await w.fpa(204, ann, 'DELETE', `/referrals/${r.id}`);
	await w.fpa(404, ann, 'DELETE', `/referrals/${r.id}`);
	assert.ok(!ids(await list()).includes(r.id));
	await company(404, 'GET', `/referrals/${r.id}`);
	const [event] = await w.events(me, 'referral.deleted', String(r.id));
	assert.equal(event.data.commissionsReversed, 0);
});

test('filters of referrals', async () => {
	const today = new Date().toISOString().slice(0, 10);
	const r = await make({ email: mail('zoe'), uid: `u-${unique()}` });

	await sale(r, 1000);
	assert.deepEqual(ids(await list('?filters[type]=customer')), [r.id]);
	assert.ok((await list('?filters[type]=lead')).every((x) =>
	    x.customer_since === null));
	assert.deepEqual(ids(await list('?filters[state]=active')), [r.id]);
	assert.deepEqual(ids(await list(
	    `?filters={"state":"active","type":"customer"}`)), [r.id]);
	assert.deepEqual(await list('?filters[state]=denied'), []);
	for (const what of ['created_at', 'customer_since']) {
		const of = (from, to) => list(`?filters[${what}][from]=${from}` +
		    `&filters[${what}][to]=${to}`);

		assert.ok(ids(await of(today, today)).includes(r.id));
		assert.deepEqual(await of('2020-01-01', '2020-01-31'), []);
	}
	assert.equal((await list(`?filters[campaign_id]=${me.campaign}`))
	    .length, (await list()).length);
	assert.deepEqual(await list('?filters[campaign_id][]=999999'), []);
	for (const q of [r.email, r.uid, r.email.slice(0, 8)])
		assert.deepEqual(ids(await list(`?q=${q}`)), [r.id]);
	assert.deepEqual(await list(`?q=${r.email}`, bob), []);
	for (const q of ['?filters[state]=none', '?filters[created_at][from]=x',
	    '?sorting[email]=up', '?filters[campaign_id]=x', '?page=0',
	    '?sorting[email]=asc&sorting[state]=asc', '?cursor=x'])
		await get(`/referrals${q}`, ann, 400);
});

test('referrals by state and by email, page by page', async () => {
	const some = [];

	for (const name of ['b', 'a', 'd', 'c', 'e'])
		some.push(await make({ email: mail(name) }));
	await company(200, 'POST', '/referrals/disable', {
		ids: [some[0].id, some[3].id] });
	/* one without an address comes before all others */
	const { email } = some[4];
	await change(some[4].id, { uid: unique() });
	await change(some[4].id, { email: null });
	assert.notEqual(email, null);
	const all = await list('?per_page=100');
	const down = (a, b) => b.created_at.localeCompare(a.created_at) ||
	    b.id - a.id;
	const states = ['signup', 'active', 'subscribed', 'cancelled',
		'refunded', 'denied', 'pending', 'moved'];
	const at = (r) => states.indexOf(r.state);

	assert.deepEqual(ids(all), ids([...all].sort(down)));
	for (const [q, rows] of [['', all],
	    ['sorting[state]=desc', [...all].sort((a, b) => at(b) - at(a) ||
		down(a, b))],
	    ['sorting[state]=asc', [...all].sort((a, b) => at(a) - at(b) ||
		down(b, a))],
	    ['sorting[email]=asc', [...all].sort((a, b) =>
		(a.email ?? '').localeCompare(b.email ?? '') || a.id - b.id)],
	    ['sorting[email]=desc', [...all].sort((a, b) =>
		(b.email ?? '').localeCompare(a.email ?? '') || b.id - a.id)],
	    ['filters[state]=denied', all.filter((r) =>
		r.state === 'denied')],
	    ['filters[state]=signup&sorting[email]=asc', all.filter((r) =>
		r.state === 'signup').sort((a, b) => (a.email ?? '')
		.localeCompare(b.email ?? '') || a.id - b.id)]]) {
		assert.deepEqual(ids(await list(`?per_page=100&${q}`)),
		    ids(rows), q);
		await walk('/referrals', q, rows);
	}
	/* a cursor of bytes that are no text */
	const bad = Buffer.concat([Buffer.from('affiliateReferrals.3.0.1.'),
		Buffer.from([0xff, 0xfe])]).toString('base64url');
	await get(`/referrals?sorting[email]=asc&cursor=${bad}`, ann, 400);
});

test('his commissions', async () => {
	const r = await make({ email: mail(), uid: unique() });
	const theirs = await make({ email: mail() }, 200, bob);
	const c = await sale(r, 2000, { external_note: 'well done',
		internal_note: 'secret', plan_id: 'gold',
		event_id: `e-${unique()}` });

	await sale(theirs, 7000);
	const found = (await get('/commissions'))[0];
	assert.deepEqual({ ...found, created_at: '', promoter_campaign: 0 }, {
		id: c.id, status: 'approved', external_note: 'well done',
		created_at: '', status_updated_at: null, promoter_campaign: 0,
		referral: { id: r.id, uid: r.uid, email: r.email },
		reward: { id: 0, name: 'Default' }, commission_type: 'sale',
		sale_amount: 2000, original_sale_amount: 2000,
		original_sale_currency: null, plan_id: 'gold', tier: 1,
		unit: 'cash', amount: 400, currency: 'USD', is_paid: false });
	assert.deepEqual(found.promoter_campaign, r.promoter_campaign);
	assert.equal(ids(await get('/commissions', bob)).length, 1);
	assert.deepEqual(await get('/commissions', eve), []);
	for (const q of ['filters[plan_id]=gold', 'filters[status]=approved&' +
	    'filters[amount][from]=400&filters[amount][to]=400',
	    `q=${r.email}`, `q=${c.event_id}`, `filters[promoter_id]=${ann.id}&` +
	    'filters[sale_amount][to]=2000&filters[sale_amount][from]=2000'])
		assert.deepEqual(ids(await get(`/commissions?${q}`)), [c.id], q);
	for (const q of [`promoter_id]=${bob.id}`, 'paid]=yes',
	    'status]=pending', 'refunded]=true', 'campaign_id]=999999',
	    'payout_id]=1', 'fraud_check][]=ad_source', 'due_period]=overdue',
	    'created_at][to]=2020-01-01'])
		assert.deepEqual(await get(`/commissions?filters[${q}`), [], q);
	for (const q of ['filters[paid]=maybe', 'sorting[amount]=up'])
		await get(`/commissions?${q}`, ann, 400);
});

test('his commissions in every order, page by page', async () => {
	const r = await make({ email: mail() });

	for (const amount of [3000, 1000, 3000])
		await sale(r, amount);
	await company(200, 'POST', '/commissions', { commission_type: 'custom',
		promoter_campaign_id: ann.placement, amount: 50 });
	const all = await get('/commissions?per_page=100');
	const by = (key, down) => [...all].filter((c) => key(c) != null)
	    .sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 :
		a.id - b.id) * (down ? -1 : 1));

	for (const [name, key] of [['created_at', (c) => c.created_at],
	    ['amount', (c) => c.amount], ['referral', (c) => c.referral?.id],
	    ['sale_amount', (c) => c.sale_amount]])
		for (const way of ['asc', 'desc'])
			await walk('/commissions', `sorting[${name}]=${way}`,
			    by(key, way === 'desc'));
	await walk('/commissions', 'filters[paid]=no', all.filter((c) =>
	    c.status === 'approved'));
});

test('his payouts', async () => {
	const mine = (await get('/commissions?filters[paid]=no&per_page=100'));
	const theirs = await get('/commissions', bob);
	const done = await company(202, 'POST',
	    '/commissions/generate_payouts', { ids: ids(mine) });

	assert.ok(done.id);
	for (let i = 0; (await company(200, 'GET',
	    `/batch_processes/${done.id}`)).progress < 100 && i < 100; i++)
		await new Promise((r) => setTimeout(r, 200));
	await company(200, 'POST', '/commissions/generate_payouts', {
		ids: ids(theirs) });
	const { data, meta } = await get('/payouts');
	const sum = mine.reduce((n, c) => n + c.amount, 0);

	assert.equal(data.reduce((n, o) => n + o.amount, 0), sum);
	assert.deepEqual(data.map((o) => o.promoter.id), data.map(() => ann.id));
	assert.match(data[0].period_start, /^\d{4}-\d\d-\d\d$/);
	assert.equal(meta.payout_cycle, 'monthly');
	assert.equal(typeof meta.net_payout_days, 'number');
	assert.equal((await get('/payouts', bob)).data.length, 1);
	assert.deepEqual((await get('/payouts', eve)).data, []);
	await walk('/payouts', '', data);
	assert.equal((await get(`/commissions?filters[payout_id]=${data[0].id}`))
	    .length > 0, true);
	const day = data[0].period_end;
	for (const q of [`period_end]=${day}`, 'status]=pending',
	    `campaign_id]=${me.campaign}`, 'payout_method]=not_set',
	    'due_period]=custom'])
		assert.equal((await get(`/payouts?filters[${q}`)).data.length,
		    data.length, q);
	for (const q of ['period_end]=2020-01-31', 'period_start]=not_set',
	    'period_end]=not_set', 'status]=completed', 'group_ref]=x',
	    'payments_batch_id]=1', 'payout_method]=paypal',
	    'campaign_id]=999999', 'due_period]=overdue'])
		assert.deepEqual((await get(`/payouts?filters[${q}`)).data, [],
		    q);
	assert.equal((await get(`/payouts?q=${ann.email}`)).data.length,
	    data.length);
	assert.deepEqual((await get(`/payouts?q=${bob.email}`)).data, []);
	for (const q of ['period_start]=soon', 'status]=x', 'campaign_id]=x'])
		await get(`/payouts?filters[${q}`, ann, 400);
	const due = await get('/payouts/due_stats');
	assert.deepEqual(due.meta, meta);
	assert.deepEqual([due.data.custom.amounts.cash,
		due.data.custom.promoters_count], [sum, data.length]);
	assert.equal((await get('/payouts/due_stats', eve)).data.custom
	    .promoters_count, 0);
});

test('he keeps one that bought, that others brought, or that is denied',
    async () => {
	const [bought, denied] = [await make({ email: mail() }),
		await make({ email: mail() })];
	const c = await sale(bought, 5000, { event_id: unique() });
	const entered = await company(200, 'POST', '/referrals', {
		email: mail(), promoter_campaign_id: ann.placement });

	await company(200, 'POST', '/commissions/generate_payouts', {
		ids: [c.id] });
	await company(200, 'POST', '/referrals/disable', { ids: [denied.id] });
	for (const r of [bought, denied, entered])
		await kept(r);
	for (const method of ['PUT', 'DELETE'])
		await w.fpa(404, bob, method, `/referrals/${bought.id}`, {
			uid: unique() });
	/* the company's refund finds it, and takes the commission back */
	const back = await w.c.call('POST', '/api/v2/track/refund', {
		token: me.token, body: { email: bought.email, amount: 5000,
		    event_id: unique(), sale_event_id: c.event_id } });
	assert.equal(back.status, 200, back.text);
	const [taken] = (await get('/commissions')).filter((x) =>
		x.referral?.id === bought.id && x.amount < 0);
	assert.equal(taken.amount, -c.amount);
	await kept(bought);
});

test('of a sale and a deletion at once one wins', async () => {
	for (let i = 0; i < 5; i++) {
		const r = await make({ email: mail() });
		const [sold, gone] = await Promise.all([
			w.c.call('POST', '/api/v2/company/commissions', {
			    token: me.token, body: { commission_type: 'sale',
				sale_amount: 100, referral_id: r.id } }),
			w.c.call('DELETE', `/api/v2/affiliate/referrals/${r.id}`,
			    { token: ann.token })]);

		if (gone.status === 204) {
			assert.ok([404, 422].includes(sold.status), sold.text);
			continue;
		}
		assert.equal(gone.code, 'referral_kept', gone.text);
		assert.equal(sold.status, 200, sold.text);
	}
});

test('his own mailbox looks wrong, in whichever writing', async () => {
	const check = async (r) => (await company(200, 'GET',
	    `/referrals/${r.id}`)).fraud_check;
	const [user, domain] = ann.email.toUpperCase().split('@');
	const self = `${user}+shop@${domain}`;
	const r = await make({ email: self });

	assert.equal(await check(r), 'same_promoter_email');
	await w.fpa(204, ann, 'DELETE', `/referrals/${r.id}`);
	const plain = await make({ email: mail() });
	assert.equal(await check(plain), 'no_suspicion');
	await change(plain.id, { uid: unique() });
	assert.equal(await check(plain), 'no_suspicion');
	await change(plain.id, { email: self });
	assert.equal(await check(plain), 'same_promoter_email');
	await change(plain.id, { email: mail() });
	assert.equal(await check(plain), 'same_promoter_email');
});

test('what waits for its company waits by his own hand as well', async () => {
	const campaign = await p.campaign(me, { approve: 1 });
	const his = await p.place(me, ann.id, { campaign });
	const r = await make({ email: mail(),
		promoter_campaign_id: his.placement });

	assert.equal(r.state, 'pending');
	await company(200, 'POST', '/referrals/approve', { ids: [r.id] });
	assert.equal((await change(r.id, { email: r.email })).state, 'signup');
	assert.equal((await change(r.id, { uid: unique() })).state, 'pending');
	assert.equal((await company(200, 'POST', '/referrals', { email: mail(),
		promoter_campaign_id: his.placement })).state, 'signup');
});

test('nobody enters a referral where none comes by a link', async () => {
	const campaign = await p.campaign(me);
	const { placement } = await p.place(me, ann.id, { campaign });
	const enter = (status) => make({ email: mail(),
		promoter_campaign_id: placement }, status);

	for (const [off, on] of [
	    [`placement SET standing = 'pending', status = 'INACTIVE'`,
		`placement SET standing = 'accepted', status = 'ACTIVE'`],
	    [`placement SET ends_at = UTC_TIMESTAMP(6)`,
		`placement SET ends_at = NULL`],
	    [`campaign SET status = 'stopped', settled = 1`,
		`campaign SET status = 'running', settled = 0`]]) {
		const id = off.startsWith('p') ? placement : campaign;

		await p.sql(`UPDATE ${off} WHERE id = ${id}`);
		await enter(404);
		await p.sql(`UPDATE ${on} WHERE id = ${id}`);
		await enter(200);
	}
});
