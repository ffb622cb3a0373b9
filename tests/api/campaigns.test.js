/* Referrer campaigns: lists, changes, codes, the link as a QR code. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until, sleep, times } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { query } = require('./lib/db');
const svg = require('./lib/svg');

const test = tests(__filename);
const DAY = 86400000;
let w, c, me;

const day = (ms) => new Date(ms).toISOString().slice(0, 10);
const later = (ms) => new Date(Date.now() + ms).toISOString();
const at = (k) => `/referrer-campaigns/${k.id}`;
const get = (k, who = me) => c.call('GET', at(k), { token: who.token });
const put = (k, body, etag) => c.call('PUT', at(k), { token: me.token, body,
	headers: etag ? { 'if-match': etag } : {} });
const list = (q = '', who = me) => c.call('GET', `/referrer-campaigns${q}`, {
	token: who.token });

async function names(q, who) {
	const a = await list(q, who);

	assert.equal(a.status, 200, a.text);
	return a.data.items.map((k) => k.name);
}

/* All pages of a list, by its cursors. */
async function walk(q, who) {
	const all = [];
	let cursor = '';

	do {
		const a = await list(`${q}&limit=3${cursor}`, who);

		assert.equal(a.status, 200, a.text);
		all.push(...a.data.items);
		cursor = a.data.nextCursor && `&cursor=${a.data.nextCursor}`;
	} while (cursor);
	return all.map((k) => k.name);
}

test('a referrer with campaigns', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.referrer();
	for (const name of ['Spring A', 'spring b', 'Spring C', 'Autumn',
	    '100% off', '100 days', 'Sprung', 'Zebra', '\u00c4pfel', 'under_a'])
		await w.campaign(me, { name });
});

test('a search finds how names begin, in the order of names', async () => {
	assert.deepEqual(await names('?q=spring'),
	    ['Spring A', 'spring b', 'Spring C']);
	assert.deepEqual(await names('?q=SPR'),
	    ['Spring A', 'spring b', 'Spring C', 'Sprung']);
	assert.deepEqual(await names('?q=pring'), []);
	assert.deepEqual(await names('?q=100%25'), ['100% off']);
	assert.deepEqual(await names('?q=%25'), []);
	assert.deepEqual(await names('?q=under_a'), ['under_a']);
	assert.deepEqual(await names('?q=under%5C_a'), []);
	assert.deepEqual(await names('?q=_'), []);
	assert.deepEqual(await names(`?q=${encodeURIComponent('\u00e4pf')}`),
	    ['\u00c4pfel']);
	assert.deepEqual(await names('?q=spring&sort=name:asc'),
	    ['Spring A', 'spring b', 'Spring C']);
});

test('every order by its cursors', async () => {
	const created = await names('?limit=100');

	assert.equal(created.length, 10);
	assert.deepEqual(await walk('?sort=createdAt:desc'), created);
	assert.deepEqual(await walk('?sort=createdAt:asc'),
	    [...created].reverse());
	assert.deepEqual(await walk('?sort=name:asc'),
	    await names('?limit=100&sort=name:asc'));
	assert.deepEqual(await walk('?q=s'),
	    ['Spring A', 'spring b', 'Spring C', 'Sprung']);
	assert.deepEqual((await walk('?sort=name:asc')).sort(),
	    [...created].sort());
});

test('names that are the same come all, each once', async () => {
	const other = await w.referrer();

	await times(8, (i) => w.campaign(other, {
		name: i % 2 ? 'Same' : 'same' }));
	assert.equal((await walk('?sort=name:asc', other)).length, 8);
	assert.equal((await walk('?q=sam', other)).length, 8);
});

for (const q of ['q=a&sort=createdAt:desc', 'q=', `q=${'x'.repeat(121)}`,
    'sort=name:desc', 'sort=clicks:desc', 'sort=updatedAt:desc',
    'status=ended', 'phase=now', 'phase=over&status=ACTIVE', 'from=yesterday',
    'from=2026-02-30', 'from=2026-02-02&to=2026-02-01', 'code=a%20b', 'code=ab',
    'limit=0', 'limit=101', 'cursor=x', 'page=1&cursor=x'])
	test(`400: ?${q.slice(0, 40)}`, async () => {
		const a = await list(`?${q}`);

		assert.equal(a.status, 400, a.text);
		assert.equal(a.body.error.code, 'bad_page');
		assert.ok(a.fields.length > 0, a.text);
	});

test('a cursor is good for its own order and list only', async () => {
	const next = (await list('?limit=1&sort=name:asc')).data.nextCursor;
	const stranger = await w.referrer();

	assert.equal((await list(`?cursor=${next}&sort=name:asc`)).status, 200);
	assert.equal((await list(`?cursor=${next}`)).status, 400);
	const a = await list(`?cursor=${next}&sort=name:asc`, stranger);
	assert.equal(a.status, 400, a.text);
	assert.equal(a.body.error.code, 'bad_page');
	const events = await w.ok(200, 'GET', '/events?limit=1', {
		token: me.token });
	assert.equal((await list(`?cursor=${events.nextCursor}`)).status, 400);
});

test('by code: exact, in any case, one\'s own', async () => {
	const code = `Code-${unique()}`;

	await w.campaign(me, { name: 'Coded', code });
	assert.deepEqual(await names(`?code=${code}`), ['Coded']);
	assert.deepEqual(await names(`?code=${code.toUpperCase()}`), ['Coded']);
	assert.deepEqual(await names(`?code=${code.slice(0, -1)}`), []);
	assert.deepEqual(await names(`?code=${code}`, await w.referrer()), []);
});

test('by status and phase', async () => {
	const who = await w.referrer();

	await w.campaign(who, { name: 'runs' });
	await w.campaign(who, { name: 'runs until', endsAt: later(DAY) });
	await w.campaign(who, { name: 'comes', startsAt: later(DAY) });
	const ended = await w.campaign(who, { name: 'ended' });
	await w.ok(204, 'DELETE', at(ended), { token: who.token });
	const early = await w.campaign(who, { name: 'ended early',
		startsAt: later(DAY) });
	await w.ok(204, 'DELETE', at(early), { token: who.token });
	assert.deepEqual(await names('?status=ACTIVE', who),
	    ['comes', 'runs until', 'runs']);
	assert.deepEqual(await names('?status=INACTIVE', who),
	    ['ended early', 'ended']);
	assert.deepEqual(await names('?phase=running', who),
	    ['runs until', 'runs']);
	assert.deepEqual(await names('?phase=upcoming', who), ['comes']);
	assert.deepEqual(await names('?phase=over', who),
	    ['ended early', 'ended']);
	assert.deepEqual(await names('?phase=over&q=ended%20e', who),
	    ['ended early']);
});

test('by the day of createdAt', async () => {
	const now = Date.now();

	assert.equal((await names(`?from=${day(now)}&limit=100`)).length, 11);
	assert.equal((await names(`?to=${day(now)}&limit=100`)).length, 11);
	assert.deepEqual(await names(`?to=${day(now - DAY)}`), []);
	assert.deepEqual(await names(`?from=${day(now + DAY)}`), []);
	assert.equal((await names('?from=1970-01-01&to=9999-12-31&limit=100'))
	    .length, 11);
	assert.deepEqual(await names(`?q=zeb&from=${day(now)}&to=${day(now)}`),
	    ['Zebra']);
});

test('who never joined has an empty list', async () => {
	assert.deepEqual(await names('?q=a', await w.owner()), []);
});

test('a change, and what is not given stays', async () => {
	const k = await w.campaign(me, { description: 'Old',
		endsAt: later(DAY) });
	const a = await put(k, { name: 'New' });

	assert.equal(a.status, 200, a.text);
	assert.deepEqual({ ...a.data, updatedAt: 0 }, { ...k, name: 'New',
		updatedAt: 0 });
	assert.ok(a.data.updatedAt > k.updatedAt);
	assert.deepEqual((await get(k)).data, a.data);
	assert.equal((await w.events(me, 'referrer_campaign.updated', k.id))
	    .length, 1);
	assert.equal((await put(k, { description: null, endsAt: null })).data
	    .description, null);
});

test('ETag and If-Match', async () => {
	const made = await c.call('POST', '/referrer-campaigns', {
		token: me.token, body: { name: 'Tagged',
		    landingUrl: 'https://shop.example/' } });
	const k = made.data, first = made.headers.etag;

	assert.match(first, /^"\d+"$/);
	assert.equal((await get(k)).headers.etag, first);
	const a = await put(k, { name: 'Second' }, first);
	assert.equal(a.status, 200);
	assert.notEqual(a.headers.etag, first);
	const stale = await put(k, { name: 'Third' }, first);
	assert.equal(stale.status, 412);
	assert.equal(stale.body.error.code, 'stale');
	for (const good of [a.headers.etag])
		assert.equal((await put(k, { name: 'Fourth' },
		    `"x", ${good}`)).status, 200);
	assert.equal((await put(k, { name: 'Fifth' }, '*')).status, 200);
	assert.equal((await get(k)).data.name, 'Fifth');
});

test('changes at once with If-Match: one wins', async () => {
	const k = await w.campaign(me);
	const { etag } = (await get(k)).headers;
	const answers = await times(8, (i) => put(k, { name: `n${i}` }, etag));

	assert.deepEqual(answers.map((a) => a.status).sort(),
	    [200, 412, 412, 412, 412, 412, 412, 412]);
	const winner = answers.find((a) => a.status === 200);
	assert.equal((await get(k)).data.name, winner.data.name);
});

test('changes at once without If-Match: all are made', async () => {
	const k = await w.campaign(me);
	const answers = await times(8, (i) => put(k, i % 2 ? { name: `n${i}` } :
	    { description: `d${i}` }));

	for (const a of answers)
		assert.equal(a.status, 200, a.text);
	const { data, headers } = await get(k);
	assert.match(data.name, /^n[1357]$/);
	assert.match(data.description, /^d[0246]$/);
	assert.equal(headers.etag, '"9"');
});

test('clicks while it is changed are counted, and fail none', async () => {
	const k = await w.campaign(me);
	const [, visits] = await Promise.all([
		times(10, (i) => put(k, { name: `n${i}` })),
		times(30, () => w.visit(k.code)),
	]);

	assert.ok(visits.every((v) => v.status === 302));
	assert.equal((await get(k)).data.clicks, 30);
});

test('what is over stays over; what it is called may change', async () => {
	const k = await w.campaign(me, { endsAt: later(DAY) });

	await w.ok(204, 'DELETE', at(k), { token: me.token });
	const ended = (await get(k)).data;
	assert.equal(ended.status, 'INACTIVE');
	for (const body of [{ endsAt: later(2 * DAY) }, { endsAt: null },
	    { startsAt: later(1000) }]) {
		const a = await put(k, body);

		assert.equal(a.status, 409, a.text);
		assert.equal(a.body.error.code, 'conflict');
	}
	/* all of it written back as it was read */
	const { name, landingUrl, description, startsAt, endsAt } = ended;
	const a = await put(k, { name: `${name}!`, landingUrl, description,
		startsAt, endsAt });
	assert.equal(a.status, 200, a.text);
	assert.equal(a.data.status, 'INACTIVE');
	assert.equal(a.data.name, `${name}!`);
	assert.equal((await put(k, { landingUrl: 'https://b.example/' }))
	    .status, 200);
	assert.equal((await w.visit(k.code)).headers.location,
	    'https://b.example/');
	assert.equal((await get(k)).data.clicks, 0);
});

test('an end that has come can\'t be moved, ended or not', async () => {
	const k = await w.campaign(me, { endsAt: later(700) });

	await sleep(750);
	assert.equal((await put(k, { endsAt: later(DAY) })).status, 409);
	assert.ok(await until(async () =>
	    (await get(k)).data.status === 'INACTIVE', 15000));
	assert.equal((await put(k, { endsAt: later(DAY) })).status, 409);
});

for (const [what, body] of [['an end before the start',
    { startsAt: '2090-01-02T00:00:00Z', endsAt: '2090-01-01T00:00:00Z' }],
    ['an end at the start', { startsAt: '2090-01-01T00:00:00Z',
	endsAt: '2090-01-01T00:00:00Z' }],
    ['an end in the past', { endsAt: '2020-01-01T00:00:00Z' }]])
	test(`400: ${what}`, async () => {
		const make = await c.call('POST', '/referrer-campaigns', {
			token: me.token, body: { name: 'x',
			    landingUrl: 'https://a.example/', ...body } });
		const change = await put(await w.campaign(me), body);

		for (const a of [make, change]) {
			assert.equal(a.status, 400, a.text);
			assert.deepEqual(a.fields, ['endsAt']);
		}
	});

for (const landingUrl of ['ftp://a.example/', 'javascript:alert(1)',
    '//a.example/', '/path', 'https://', 'https:///x', 'https://:443/',
    'https://user:pw@a.example/', 'https://user@a.example', 'https://a b/',
    'https://a.example/%zz', 'https://a.example/"', 'HTTPS:/a.example', '',
    `https://a.example/${'x'.repeat(2000)}`])
	test(`400: the landing page ${landingUrl.slice(0, 30)}`, async () => {
		const make = await c.call('POST', '/referrer-campaigns', {
			token: me.token, body: { name: 'x', landingUrl } });
		const change = await put(await w.campaign(me), { landingUrl });

		for (const a of [make, change]) {
			assert.equal(a.status, 400, a.text);
			assert.deepEqual(a.fields, ['landingUrl']);
		}
	});

for (const code of ['ab', 'x'.repeat(41), 'a b', 'a/b', 'a.b', '\u00e4bc', ''])
	test(`400: the code ${code.slice(0, 20) || '(empty)'}`, async () => {
		const a = await c.call('POST', '/referrer-campaigns', {
			token: me.token, body: { name: 'x', code,
			    landingUrl: 'https://a.example/' } });

		assert.equal(a.status, 400, a.text);
		assert.deepEqual(a.fields, ['code']);
	});

test('a code is never given out again, in no case, to nobody', async () => {
	const code = `Once-${unique()}`;
	const k = await w.campaign(me, { code });
	const again = (who, more) => c.call('POST', '/referrer-campaigns', {
		token: who.token, body: { name: 'x', code: more,
		    landingUrl: 'https://a.example/' } });
	const taken = async () => {
		for (const who of [me, await w.referrer()])
			for (const more of [code, code.toLowerCase(),
			    code.toUpperCase()]) {
				const a = await again(who, more);

				assert.equal(a.status, 409, a.text);
				assert.equal(a.body.error.code, 'code_taken');
			}
	};

	assert.equal(k.code, code);
	await taken();
	await w.ok(204, 'DELETE', at(k), { token: me.token });
	await taken();
});

test('codes that are made are easy to read out', async () => {
	const made = await times(20, () => w.campaign(me));

	for (const k of made)
		assert.match(k.code, /^[23456789bcdfghjkmnpqrstvwxyz]{10}$/);
	assert.equal(new Set(made.map((k) => k.code)).size, 20);
});

test('a code can\'t be changed', async () => {
	const a = await put(await w.campaign(me), { code: `x-${unique()}` });

	assert.equal(a.status, 400);
	assert.deepEqual(a.fields, ['code']);
});

test('the link as a QR code', async () => {
	const k = await w.campaign(me, { code: `Qr-${unique()}` });

	for (const [q, size, margin] of [['', 256, 4],
	    ['?size=1024&margin=0', 1024, 0], ['?level=L', 256, 4],
	    ['?level=Q&size=32', 32, 4], ['?level=H&margin=32', 256, 32]]) {
		const a = await c.call('GET', `${at(k)}/qr${q}`, {
			token: me.token });
		const picture = svg.parse(a.text);

		assert.equal(a.status, 200, a.text);
		assert.equal(a.headers['content-type'], 'image/svg+xml');
		assert.match(a.headers['cache-control'], /private/);
		assert.deepEqual([picture.width, picture.height], [size, size]);
		assert.equal(Math.min(...picture.dark.flat()), margin);
		assert.equal(Math.max(...picture.dark.flat()),
		    picture.side - margin - 1);
		if (margin > 0)
			assert.equal(svg.read(a.text), k.link, q);
	}
	const side = async (level) => svg.parse((await c.call('GET',
	    `${at(k)}/qr?level=${level}`, { token: me.token })).text).side;
	assert.ok(await side('H') > await side('L'));
});

test('a QR code that is there already is not sent again', async () => {
	const k = await w.campaign(me);
	const qr = (headers, q = '') => c.call('GET', `${at(k)}/qr${q}`, {
		token: me.token, headers });
	const { etag } = (await qr({})).headers;

	assert.match(etag, /^"[0-9a-f]{32}"$/);
	for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
		const a = await qr({ 'if-none-match': tag });

		assert.equal(a.status, 304);
		assert.equal(a.text, '');
		assert.equal(a.headers.etag, etag);
	}
	assert.equal((await qr({ 'if-none-match': '"x"' })).status, 200);
	assert.equal((await qr({ 'if-none-match': etag }, '?size=100')).status,
	    200);
	await put(k, { name: 'Another name' });
	assert.equal((await qr({ 'if-none-match': etag })).status, 304);
});

for (const q of ['size=31', 'size=4097', 'size=x', 'margin=-1', 'margin=33',
    'level=m', 'level=X', 'format=png', 'size=100&size=100'])
	test(`400: a QR code with ${q}`, async () => {
		const a = await c.call('GET',
		    `${at(await w.campaign(me))}/qr?${q}`, {
			token: me.token });

		assert.equal(a.status, 400, a.text);
		assert.equal(a.body.error.code, 'bad_page');
		assert.deepEqual(a.fields, [q.split('=')[0]]);
	});

test('an ended campaign keeps its QR code; strangers get none', async () => {
	const k = await w.campaign(me);

	await w.ok(204, 'DELETE', at(k), { token: me.token });
	assert.equal(svg.read((await c.call('GET', `${at(k)}/qr`, {
		token: me.token })).text), k.link);
	assert.equal((await c.call('GET', `${at(k)}/qr`, {
		token: (await w.referrer()).token })).status, 404);
});

test('nothing is deleted of what has ended', async () => {
	assert.equal(await query(c.service, 'SELECT COUNT(*) FROM placement p ' +
	    'LEFT JOIN placement_total t ON t.placement_id = p.id ' +
	    'WHERE t.placement_id IS NULL'), '0');
});
