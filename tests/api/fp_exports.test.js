/* Files of promoters' rows: at once, and made by the jobs role. */
'use strict';
const assert = require('node:assert/strict');
const { tests, until } = require('./lib/test');
const { unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');
const { open } = require('./lib/mail');
const { query } = require('./lib/db');
const { counted } = require('./lib/counted');

const test = tests(__filename);
const LINES = 5;		/* so many are one answer here */
const MANY = 60000;
const HEADS = {
	referrals: 'id,email,uid,state,created_at,customer_since,' +
	    'promoter_campaign_id,campaign_id,campaign',
	commissions: 'id,commission_type,status,is_paid,amount,currency,unit,' +
	    'sale_amount,sale_currency,plan_id,tier,referral_id,' +
	    'referral_email,referral_uid,reward,external_note,created_at,' +
	    'status_updated_at,promoter_campaign_id,campaign_id,campaign',
	payouts: 'id,status,amount,currency,period_start,period_end,due_date,' +
	    'payout_method,created_at,paid_at,campaign_id,campaign',
};
let w, p, c, post, service, me, other, ann, bob, eve;

const sql = (text) => query(service, text);
const get = (status, what, q = '', who = ann) => w.fpa(status, who, 'GET',
    `/${what}/export${q}`);
const fetchAt = (at, token) => c.call('GET', token === undefined ?
    new URL(at).pathname + new URL(at).search :
    `${new URL(at).pathname}?token=${token}`);

/* A text of RFC 4180 as records. */
function parse(text) {
	const lines = [];
	let line = [], cell = '', quoted = false;

	for (let i = 0; i < text.length; i++) {
		if (quoted && text[i] === '"' && text[i + 1] === '"')
			cell += text[++i];
		else if (text[i] === '"')
			quoted = !quoted;
		else if (quoted || (text[i] !== ',' && text[i] !== '\r'))
			cell += text[i];
		else {
			line.push(cell);
			cell = '';
			if (text[i] === '\r') {
				assert.equal(text[++i], '\n');
				lines.push(line);
				line = [];
			}
		}
	}
	assert.deepEqual([line, cell, quoted], [[], '', false]);
	return lines;
}

/* The lines of a file below its head, each by the names of its values. */
function records(a, what) {
	const [head, ...lines] = parse(a.text);

	assert.match(a.headers['content-type'], /^text\/csv/);
	assert.equal(a.headers['content-disposition'],
	    `attachment; filename="${what}.csv"`);
	assert.equal(a.headers['cache-control'], 'no-store');
	assert.equal(head.join(','), HEADS[what]);
	return lines.map((l) => Object.fromEntries(head.map((name, i) =>
	    [name, l[i]])));
}

/* The file that a 202 promised, once it is there. */
async function made(a) {
	assert.equal(a.headers['retry-after'], '5');
	assert.equal(typeof a.body.message, 'string');
	return until(async () => {
		const file = await fetchAt(a.headers.location);

		if (file.status === 202)
			assert.equal(file.body.message,
			    'The file is still being made');
		return file.status !== 202 && file;
	}, 60000);
}

async function promoter(who) {
	const one = await p.promoter(who);

	return { ...one, ...await w.affiliate(who, { ...one,
		promoter_campaigns: [{ id: one.placement }] }) };
}

const lead = async (more = {}, who = ann, company = me) => (await w.fp(200,
    company, 'POST', '/referrals', { email: `lead-${unique()}@example.com`,
	promoter_campaign_id: who.placement, ...more })).body;
const custom = async (amount, more = {}, who = ann) => (await w.fp(200, me,
    'POST', '/commissions', { commission_type: 'custom', amount,
	promoter_campaign_id: who.placement, ...more })).body[0];

test('two companies, and answers of five lines', async () => {
	({ service, post, w, c } = await open({ lean: true }));
	p = new Promoters(w);
	[me, other] = [await p.company(), await p.company()];
	[ann, bob, eve] = [await promoter(me), await promoter(me),
		await promoter(other)];
	await service.configure({ export_lines: LINES, export_hours: 2 });
});

test('a file of nothing has its head', async () => {
	for (const what of Object.keys(HEADS))
		assert.deepEqual(records(await get(200, what), what), []);
});

test('what is short comes at once', async () => {
	const r = await lead({ uid: 'u"1", \u00e9' });
	const [sold] = (await w.fp(200, me, 'POST', '/commissions', {
		commission_type: 'sale', referral_id: r.id, sale_amount: 2050,
		plan_id: 'gold', external_note: 'he said, "yes"' }))
	    .body;
	const given = await custom(3, { unit: 'free_months' });

	await lead({}, bob);
	const [one, none] = records(await get(200, 'referrals'), 'referrals');
	assert.equal(none, undefined);
	assert.deepEqual(one, { id: String(r.id), email: r.email,
		uid: 'u"1", \u00e9', state: 'active', created_at: r.created_at,
		customer_since: one.customer_since,
		promoter_campaign_id: String(ann.placement),
		campaign_id: String(me.campaign), campaign: 'Spring' });
	assert.match(one.customer_since, /^20.*Z$/);
	const [b, a] = records(await get(200, 'commissions'), 'commissions');
	assert.deepEqual({ ...a, created_at: '' }, { id: String(sold.id),
		commission_type: 'sale', status: 'approved', is_paid: 'no',
		amount: '4.10', currency: 'USD', unit: 'cash',
		sale_amount: '20.50', sale_currency: 'USD', plan_id: 'gold',
		tier: '1', referral_id: String(r.id), referral_email: r.email,
		referral_uid: 'u"1", \u00e9', reward: 'Default',
		external_note: 'he said, "yes"', created_at: '',
		status_updated_at: '', promoter_campaign_id:
		    String(ann.placement), campaign_id: String(me.campaign),
		campaign: 'Spring' });
	assert.deepEqual([b.id, b.amount, b.currency, b.unit], [
		String(given.id), '3', '', 'free_months']);
	await w.fp(200, me, 'POST', '/commissions/generate_payouts', {
		ids: [sold.id] });
	const [o] = records(await get(200, 'payouts'), 'payouts');
	assert.deepEqual([o.amount, o.currency, o.status, o.payout_method,
		o.paid_at], ['4.10', 'USD', 'pending', 'not_set', '']);
	assert.match(o.period_end, /^\d{4}-\d\d-\d\d$/);
	assert.deepEqual(records(await get(200, 'commissions', '', eve),
	    'commissions'), []);
});

test('the filters of the lists', async () => {
	const n = async (what, q) => records(await get(200, what, `?${q}`),
	    what).length;

	assert.equal(await n('referrals', 'filters[state]=active'), 1);
	assert.equal(await n('referrals', 'filters[type]=lead'), 0);
	assert.equal(await n('referrals', 'filters[created_at][to]=2020-01-01'),
	    0);
	assert.equal(await n('referrals', `filters[campaign_id]=${me.campaign}`),
	    1);
	assert.equal(await n('commissions', 'filters={"status":"approved",' +
	    '"paid":"no"}'), 1);
	assert.equal(await n('commissions', 'filters[status]=denied'), 0);
	assert.equal(await n('commissions', 'filters[amount][from]=411'), 0);
	assert.equal(await n('commissions', 'filters[amount][to]=410'), 2);
	assert.equal(await n('commissions', 'filters[plan_id][]=gold'), 1);
	assert.equal(await n('commissions', `filters[promoter_id]=${bob.id}`),
	    0);
	assert.equal(await n('payouts', 'filters[status]=pending'), 1);
	assert.equal(await n('payouts', 'filters[period_end]=not_set'), 0);
	assert.equal(await n('payouts', `filters[payments_batch_id]=1&q=x`), 0);
	for (const [what, q] of [['referrals', 'filters[state]=x'],
	    ['commissions', 'filters[paid]=x'],
	    ['payouts', 'filters[period_end]=x']])
		await get(400, what, `?${q}`);
});

test('no value is a formula', async () => {
	const bad = ['=1+1', '+1', '-1', '@x', '\t=1', '|x', '%x'];

	for (const uid of bad.slice(0, LINES))
		await lead({ uid }, eve, other);
	const found = records(await get(200, 'referrals', '', eve),
	    'referrals').map((r) => r.uid);
	assert.deepEqual(found.sort(), bad.slice(0, LINES).map((x) => `'${x}`)
	    .sort());
});

test('what is long is made, and a letter says where it is', async () => {
	const all = [];

	for (let i = 0; i < LINES; i++)
		all.push(await custom(100 + i));
	const a = await get(202, 'commissions');
	assert.match(a.body.message, /letter/);
	const file = await made(a);
	assert.equal(file.status, 200);
	const found = records(file, 'commissions');
	assert.equal(found.length, LINES + 2);
	assert.deepEqual(found.slice(0, LINES).map((r) => r.id),
	    all.map((x) => String(x.id)).reverse());
	assert.equal(Number(file.headers['content-length']),
	    Buffer.byteLength(file.text));
	const letter = await post.mail(ann.email);
	assert.match(letter.subject, /^Your commissions at /);
	const [link] = letter.text.match(/https:\/\/\S+/);
	assert.equal(link, a.headers.location);
	const head = await c.request('HEAD', new URL(link).pathname +
	    new URL(link).search);
	assert.deepEqual([head.status, head.text], [200, '']);
	assert.equal(head.headers['content-length'],
	    file.headers['content-length']);
	const [event] = await w.events(me, 'export.created',
	    new URL(link).pathname.split('/').pop());
	assert.deepEqual(event.data, { referrerId: String(ann.id),
		kind: 'commissions' });
});

test('the token is all that leads there, and for some time', async () => {
	const { location } = (await get(202, 'commissions')).headers;
	const token = new URL(location).searchParams.get('token');
	const last = token.at(-1) === 'A' ? 'E' : 'A';

	for (const bad of ['', 'x', token.slice(0, -1) + last, `${token}A`])
		assert.equal((await fetchAt(location, bad)).status, 404);
	const there = new URL(location);
	assert.equal((await c.call('GET', there.pathname)).status, 400);
	assert.equal((await c.call('GET', '/api/v2/affiliate/exports/' +
	    `999999999${there.search}`)).status, 404);
	await until(async () => (await fetchAt(location)).status === 200,
	    60000);
	/* nor to who is out */
	const is = async (status) => assert.equal((await fetchAt(location))
	    .status, status);
	const state = (s) => w.fp(200, me, 'PUT',
	    `/promoter_campaigns/${ann.placement}`, { state: s });
	for (const [out, back] of [
	    [() => state('blocked'), () => state('accepted')],
	    ...[['archive', 'restore']].map((both) => both.map((what) => () =>
		w.fp(200, me, 'POST', `/promoters/${what}`, {
			ids: [ann.id] })))]) {
		await out();
		await is(404);
		await back();
		await is(200);
	}
	const id = there.pathname.split('/').pop();
	await sql(`UPDATE export SET expires_at = UTC_TIMESTAMP(6)
	    WHERE id = ${id}`);
	assert.equal((await fetchAt(location)).status, 404);
	assert.ok(await until(async () => await sql(`SELECT COUNT(*) FROM export
	    WHERE id = ${id}`) === '0', 20000));
	assert.equal(await sql(`SELECT COUNT(*) FROM export_part
	    WHERE export_id = ${id}`), '0');
});

test('the same asked for twice is one; another has to wait', async () => {
	const fifty = Array.from({ length: 8 }, () => lead());

	await Promise.all(fifty);
	for (const amount of [1, 1, 1, 1, 1, 1])
		await w.fp(200, me, 'POST', '/commissions/generate_payouts', {
			ids: [(await custom(amount)).id] });
	/* the jobs role waits while this is looked at */
	await sql(`UPDATE schedule SET next_run_at = '2100-01-01'
	    WHERE name = 'exports'`);
	await sql('DELETE FROM export_part; DELETE FROM export');
	const asked = {};
	for (const what of Object.keys(HEADS)) {
		const [a, b] = await Promise.all([get(202, what),
			get(202, what)]);

		assert.equal(a.headers.location, b.headers.location);
		asked[what] = a;
		assert.equal((await fetchAt(a.headers.location)).status, 202);
		const other = { referrals: 'filters[type]=lead',
			commissions: 'filters[paid]=no',
			payouts: 'filters[status]=pending' }[what];
		assert.equal((await get(422, what, `?${other}`)).code,
		    'export_open');
	}
	await sql(`UPDATE schedule SET next_run_at = UTC_TIMESTAMP(6)
	    WHERE name = 'exports'`);
	for (const [what, a] of Object.entries(asked))
		assert.ok(records(await made(a), what).length > LINES);
	/* a new one takes its place when it is ready */
	const again = await get(202, 'payouts');
	assert.notEqual(again.headers.location, asked.payouts.headers.location);
	await made(again);
	assert.equal((await fetchAt(asked.payouts.headers.location)).status,
	    404);
	assert.equal((await fetchAt(asked.referrals.headers.location)).status,
	    200);
});

/* The most that one of the processes ever had, in KiB. */
const most = () => Math.max(...[...service.workers(), service.pid('jobs')]
    .map((pid) => service.peak(pid)));

test(`${MANY} lines, in bounded memory, each once`, async (t) => {
	const big = await promoter(me);

	await sql(`INSERT INTO referral (organization_id, campaign_id,
	    placement_id, referrer_id, state, email, uid, entry_source,
	    created_at) SELECT ${me.org}, ${me.campaign}, ${big.placement},
	    ${big.id}, 'signup', CONCAT('many-', seq, '-', ${big.id},
	    '@example.com'), CONCAT('=many "', seq, '", ', ${big.id}), 'api',
	    '2026-01-01' + INTERVAL (seq DIV 7) SECOND
	    FROM seq_1_to_${MANY}`);
	await sql(`INSERT INTO placement_day (placement_id, day, referrer_id,
	    referrals) VALUES (${big.placement}, UTC_DATE(), ${big.id},
	    ${MANY}); UPDATE placement_total SET referrals = ${MANY}
	    WHERE placement_id = ${big.placement}`);
	await sql(counted(me.org));
	const begun = Date.now();
	const before = most();
	const read = async () => Number(await sql(`SELECT SUM(variable_value)
	    FROM information_schema.global_status
	    WHERE variable_name LIKE 'HANDLER_READ%'`));
	const rest = await read();
	await w.fpa(200, big, 'GET', '/referrals');
	const page = await read() - rest;
	assert.ok(page < MANY / 10, `${page} rows read for a page`);
	const a = await get(202, 'referrals', '', big);
	const first = Date.now() - begun;
	/* whatever is killed meanwhile */
	for (let kills = 0; kills < 3; kills++) {
		const parts = `SELECT parts FROM export
		    WHERE referrer_id = ${big.id}`;
		const was = await sql(parts);

		await until(async () => await sql(parts) !== was, 20000);
		process.kill(service.pid('jobs'), 'SIGKILL');
		/* a minute later, as it were */
		await sql(`UPDATE schedule SET lease_until = NULL
		    WHERE name = 'exports'`);
	}
	const file = await made(a);
	const found = records(file, 'referrals');
	const rows = (await sql(`SELECT id, email, uid, created_at FROM referral
	    WHERE referrer_id = ${big.id} ORDER BY created_at DESC, id DESC`))
	    .split('\n').map((l) => l.split('\t'));

	assert.equal(found.length, MANY);
	for (const [i, r] of found.entries()) {
		assert.equal(r.id, rows[i][0]);
		assert.equal(r.email, rows[i][1]);
		assert.equal(r.uid, `'${rows[i][2]}`);
		assert.equal(r.created_at, `${rows[i][3].slice(0, 23)
		    .replace(' ', 'T')}Z`);
	}
	const after = most();
	t.diagnostic(`${file.text.length} bytes; the answer after ${first} ms, ` +
	    `the file after ${Date.now() - begun} ms; ${before} to ${after} ` +
	    'KiB at the most in a process');
	assert.ok(after - before < 4096, `${before} to ${after} KiB`);
});

test('an id that is none names nothing', async () => {
	for (const id of ['0', '9223372036854775808', '-1', 'x'])
		assert.equal((await get(400, 'referrals',
		    `?filters[campaign_id]=${id}`)).body.code,
		    'invalid_record', id);
});

test('a file that breaks off is seen to', async () => {
	const { location } = (await get(202, 'commissions')).headers;

	await until(async () => (await fetchAt(location)).status === 200,
	    60000);
	const at = new URL(location);
	await sql(`UPDATE export SET bytes = bytes + 1
	    WHERE id = ${at.pathname.split('/').pop()}`);
	/* before nginx had anything of it, or behind that */
	assert.equal((await c.request('GET', at.pathname + at.search).catch(
	    () => ({ status: 502 }))).status, 502);
	assert.ok(records(await get(200, 'referrals', '', bob), 'referrals')
	    .length > 0);
});
