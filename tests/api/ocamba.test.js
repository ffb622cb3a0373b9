/* The Ocamba Hood face: campaigns are made, changed and listed. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until, times } = require('./lib/test');
const { World } = require('./lib/world');
const { calls, gmt, BODIES, PATCH, ROOT } = require('./lib/ocamba');

const test = tests(__filename);
const MERGE = { 'content-type': 'application/merge-patch+json' };
let c, w, me, stranger;
const { call, ok, make, running, read, list } = calls(() => ({ w, me }));
const names = async (search) => (await list(search)).items
    .map((i) => i.name);

test('a new organization has no campaigns', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.owner();
	stranger = await w.owner();
	assert.deepEqual(await list(), { total: 0, items: [] });
	assert.deepEqual(await list('?page=7,100&q=x&sort=name&view=full'),
	    { total: 0, items: [] });
});

test('a draft, and all that is said of it', async () => {
	const a = await call('POST', '', { name: 'First' });
	const now = gmt(0);

	assert.equal(a.status, 201, a.text);
	const { id, create_time: at, ...rest } = a.body;
	assert.match(id, /^[1-9]\d*$/);
	assert.match(at, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
	assert.ok(at <= now && at >= gmt(-60), at);
	assert.deepEqual(rest, { company_id: me.organization.id,
		creator_id: me.user.id, name: 'First', description: null,
		labels: [], metadata: {}, status: 'draft',
		scheduled_time: null, was_launched: false, messages: [],
		recurrence: null, utm_tracking: null, targeting: null,
		quiet_hours: null, archived: false, next_run_time: null,
		run_counter: 0, update_time: at });
	assert.deepEqual(await ok(200, 'GET', `/${id}`),
	    { total: 1, items: [a.body] });
});

test('the ways to begin', async () => {
	const soon = gmt(3600);
	const now = await running();
	const later = await make({ scheduled_time: soon });
	const kept = await make({ status: 'draft', scheduled_time: soon });

	assert.deepEqual([now.status, now.was_launched, now.run_counter],
	    ['running', true, 1]);
	assert.deepEqual([later.status, later.was_launched, later.run_counter,
	    later.scheduled_time, later.next_run_time],
	    ['scheduled', false, 0, soon, soon]);
	assert.deepEqual([kept.status, kept.scheduled_time], ['draft', soon]);
	assert.equal((await make({ status: 'draft', run_immediately: 1 }))
	    .status, 'draft');
	assert.equal((await make({ run_immediately: 0,
		scheduled_time: null })).status, 'draft');
});

test('what is scheduled begins by itself', async () => {
	const { id } = await make({ scheduled_time: gmt(2) });

	assert.ok(await until(async () => (await read(id)).status ===
	    'running', 30000, 250));
	const { run_counter: runs, next_run_time: next } = await read(id);
	assert.deepEqual([runs, next], [1, null]);
}, 60);

const BAD = {
	'no name': {},
	'an empty name': { name: '' },
	'a long name': { name: 'x'.repeat(121) },
	'null for a name': { name: null },
	'a long description': { name: 'x', description: 'x'.repeat(2001) },
	'both ways to begin': { name: 'x', run_immediately: 1,
		scheduled_time: '2099-01-01 00:00:00' },
	'a time that is over': { name: 'x',
		scheduled_time: '2020-01-01 00:00:00' },
	'ISO 8601': { name: 'x', scheduled_time: '2099-01-01T00:00:00Z' },
	'a day that is none': { name: 'x',
		scheduled_time: '2099-02-30 00:00:00' },
	'run_immediately 2': { name: 'x', run_immediately: 2 },
	'run_immediately as a text': { name: 'x', run_immediately: '1' },
	'a status that is none': { name: 'x', status: 'gone' },
	'a status to begin with': { name: 'x', status: 'running' },
	'labels that are no list': { name: 'x', labels: {} },
	'metadata that are no object': { name: 'x', metadata: [] },
	'an id': { name: 'x', id: '7' },
	'more than is kept': { name: 'x', targeting: 'x'.repeat(65536) },
	'more than is kept in all': { name: 'x', targeting: 'x'.repeat(33000),
		metadata: { y: 'y'.repeat(33000) } },
};

for (const [what, body] of Object.entries(BAD))
	test(`refused: ${what}`, async () => {
		const before = (await list()).total;

		await ok(400, 'POST', '', body);
		assert.equal((await list()).total, before);
	});

test('all that is wrong is named at once', async () => {
	const { title, message } = await ok(400, 'POST', '', { labels: 1,
		surprise: 2, scheduled_time: 'soon' });

	assert.equal(title, 'Bad request.');
	for (const name of ['name', 'labels', 'surprise', 'scheduled_time'])
		assert.match(message, new RegExp(`\\b${name} `), name);
	assert.match((await ok(400, 'POST', '', '{"name":')).message,
	    /^The body is not valid JSON: at byte 8: /);
});

const OPEN = {
	labels: ['spring', { deep: [1.50, null] }, 3],
	metadata: { a: { b: ['\u00e4 "\\ \n', '\ud83c\udf3c'] }, n: 1e3 },
	messages: [{ subject: 'Hello', body: '</script>' }],
	recurrence: { every: { days: 7 } },
	utm_tracking: true,
	targeting: { all: [{ any: [['country', 'in', ['AT', 'DE']]] }] },
	quiet_hours: '22:00-06:00',
};

test('open members come back as they came', async () => {
	const made = await make(OPEN);

	for (const shown of [made, await read(made.id)])
		assert.deepEqual(Object.fromEntries(Object.keys(OPEN)
		    .map((name) => [name, shown[name]])), OPEN);
	/* numbers keep their digits, too */
	const text = '{"name":"x","targeting":{"a":[1.50,1e3,0.10,-0.0]}}';
	const a = await call('POST', '', text);
	assert.ok(a.text.includes('{"a":[1.50,1e3,0.10,-0.0]}'), a.text);
	await make({ targeting: 'x'.repeat(65000) });
});

test('a patch changes what it names, by RFC 7386', async () => {
	const { id } = await make({ ...OPEN, description: 'Old' });
	const was = await read(id);
	const a = await call('PATCH', `/${id}`, JSON.stringify({
		name: 'New', description: null, archived: true,
		metadata: { a: { b: null, c: 1 }, n: null, o: { p: null } },
		labels: ['one'], targeting: null, quiet_hours: { from: 22 } }),
	    { headers: MERGE });

	assert.equal(a.status, 204, a.text);
	const now = await read(id);
	assert.ok(now.update_time >= was.update_time);
	assert.deepEqual(now, { ...was, name: 'New', description: null,
		archived: true, metadata: { a: { c: 1 }, o: {} },
		labels: ['one'], targeting: null, quiet_hours: { from: 22 },
		update_time: now.update_time });
	await ok(204, 'PATCH', `/${id}`, { metadata: null, archived: null,
		messages: null });
	const { metadata, archived, messages, recurrence } = await read(id);
	assert.deepEqual([metadata, archived, messages, recurrence],
	    [{}, false, [], OPEN.recurrence]);
	await ok(204, 'PATCH', `/${id}`, {});
	for (const body of [{ name: null }, { name: '' }, { id: '1' },
	    { status: 'sent' }, { archived: 1 }, { labels: 'x' },
	    { run_immediately: 1, scheduled_time: gmt(60) },
	    { scheduled_time: gmt(-60) },
	    { targeting: 'x'.repeat(65536) }])
		await ok(400, 'PATCH', `/${id}`, body);
	assert.equal((await read(id)).status, 'draft');
});

test('a patch is JSON or a merge patch', async () => {
	const { id } = await make();
	const as = (type) => call('PATCH', `/${id}`, '{"name":"Typed"}', {
		headers: { 'content-type': type } });

	for (const type of ['application/merge-patch+json', 'application/json',
	    'application/merge-patch+json; charset=utf-8'])
		assert.equal((await as(type)).status, 204, type);
	for (const type of ['application/json-patch+json', 'text/plain', ''])
		assert.equal((await as(type)).status, 415, type);
	/* of what is made it is JSON only */
	assert.equal((await call('POST', '', '{"name":"x"}', {
		headers: MERGE })).status, 415);
});

test('a patch starts a draft, and moves what is scheduled', async () => {
	const a = await make(), b = await make();
	const [t1, t2] = [gmt(3600), gmt(7200)];

	await ok(204, 'PATCH', `/${a.id}`, { run_immediately: 1, name: 'On' });
	const on = await read(a.id);
	assert.deepEqual([on.status, on.name], ['running', 'On']);
	await ok(204, 'PATCH', `/${b.id}`, { scheduled_time: t1 });
	assert.equal((await read(b.id)).status, 'scheduled');
	await ok(204, 'PATCH', `/${b.id}`, { scheduled_time: t2 });
	assert.equal((await read(b.id)).scheduled_time, t2);
	await ok(400, 'PATCH', `/${b.id}`, { scheduled_time: null });
	await ok(400, 'PATCH', `/${b.id}`, { status: 'draft' });
	await ok(204, 'PATCH', `/${b.id}`, { run_immediately: 1 });
	assert.equal((await read(b.id)).status, 'running');
});

test('a draft keeps its time, and begins when it is told to', async () => {
	const { id } = await make();
	const at = gmt(3600);

	await ok(204, 'PATCH', `/${id}`, { status: 'draft',
		scheduled_time: at });
	assert.deepEqual([(await read(id)).status, (await read(id))
	    .scheduled_time], ['draft', at]);
	await ok(204, 'PATCH', `/${id}`, { scheduled_time: null });
	assert.equal((await read(id)).scheduled_time, null);
	await ok(204, 'PATCH', `/${id}`, { scheduled_time: at });
	assert.equal((await read(id)).status, 'scheduled');
});

test('a patch of what has changed since', async () => {
	const { id } = await make();
	const { etag } = (await call('GET', `/${id}`)).headers;
	const at = (tag) => call('PATCH', `/${id}`, { name: 'Later' }, {
		headers: { 'if-match': tag } });

	assert.equal((await at(etag)).status, 204);
	assert.equal((await at(etag)).status, 412);
	assert.equal((await at('*')).status, 204);
});

test('a repeat with a key of idempotency', async () => {
	const made = await times(4, () => call('POST', '', { name: 'Once' }, {
		idem: 'hood-once' }));
	const { id } = made.find((a) => a.status === 201).body;

	for (const a of made)
		assert.ok([201, 409].includes(a.status), a.text);
	const again = await call('POST', '', { name: 'Once' }, {
		idem: 'hood-once' });
	assert.equal(again.status, 201);
	assert.equal(again.body.id, id);
	assert.equal(again.headers['idempotent-replayed'], 'true');
	assert.equal((await list('?q=Once&q_fields=name')).total, 1);
});

/* --- lists --- */

test('a shop with fourteen campaigns', async () => {
	me = await w.owner();
	for (let i = 0; i < 14; i++)
		await make({ name: `Campaign ${String(i).padStart(2, '0')}`,
			description: i % 2 ? `100%_odd ${i}` : undefined,
			...(i < 3 ? { run_immediately: 1 } : {}) });
});

test('the last ten by default, and pages', async () => {
	const all = Array.from({ length: 14 }, (unused, i) =>
	    `Campaign ${String(i).padStart(2, '0')}`);
	const down = [...all].reverse();
	const { total, items } = await list();

	assert.equal(total, 14);
	assert.deepEqual(items.map((i) => i.name), down.slice(0, 10));
	assert.deepEqual(await names('?page=2,10'), down.slice(10));
	assert.deepEqual(await names('?page=3,5&sort=name'), all.slice(10));
	assert.deepEqual(await names('?page=1,100&sort=create_time'), all);
	assert.deepEqual(await list('?page=9,10'), { total: 14, items: [] });
	for (const page of ['0,10', '1,0', '1,101', '1', '', '1,', ',1',
	    '-1,5', '1,2,3', 'a,b', '1.5,2', '2000,100', '9999999,99'])
		await ok(400, 'GET', `?page=${page}`);
});

test('views and fields', async () => {
	const long = ['messages', 'recurrence', 'utm_tracking', 'targeting',
	    'quiet_hours'];
	const [{ id }] = (await list()).items;
	const keys = async (search) => Object.keys((await ok(200, 'GET',
	    search)).items[0]).sort();
	const full = await keys('?view=full');

	assert.equal(full.length, 20);
	assert.deepEqual(await keys(''), full.filter((k) =>
	    !long.includes(k)));
	assert.deepEqual(await keys('?view=basic'), await keys(''));
	assert.deepEqual(await keys(`/${id}`), full);
	assert.deepEqual(await keys(`/${id}?view=basic`), await keys(''));
	assert.deepEqual(await keys('?fields=status,name'), ['name', 'status']);
	assert.deepEqual(await keys('?fields=targeting&view=basic'),
	    ['targeting']);
	assert.deepEqual(await keys(`/${id}?fields=id,id`), ['id']);
	for (const bad of ['fields=', 'fields=nothing', 'fields=id,',
	    'fields=id,%20name', 'view=', 'view=half', 'fields[]=id'])
		for (const path of ['', `/${id}`])
			await ok(400, 'GET', `${path}?${bad}`);
});

test('search, in names and descriptions', async () => {
	const count = async (search) => (await list(search)).total;

	assert.equal(await count('?q=campaign'), 14);
	assert.equal(await count('?q=CAMPAIGN%200'), 10);
	assert.equal(await count('?q=odd'), 7);
	assert.equal(await count('?q=odd&q_fields=name'), 0);
	assert.equal(await count('?q=odd&q_fields=name,description'), 7);
	assert.equal(await count('?q=odd&q_fields=description'), 7);
	assert.equal(await count('?q=ign%2005&q_fields=name'), 1);
	/* nothing stands for anything else */
	assert.equal(await count('?q=100%25_odd'), 7);
	assert.equal(await count('?q=%25'), 7);
	assert.equal(await count('?q=_'), 7);
	assert.equal(await count('?q=%5C'), 0);
	assert.deepEqual(await names('?q=odd&page=2,3&sort=name'),
	    ['Campaign 07', 'Campaign 09', 'Campaign 11']);
	for (const bad of ['q=', 'q=x&q_fields=id', 'q=x&q_fields=',
	    'q=x&q_fields=name,', `q=${'x'.repeat(121)}`, 'limit=10',
	    'cursor=x', 'status=draft'])
		await ok(400, 'GET', `?${bad}`);
});

const KEYS = ['name', 'status', 'next_run_time', 'run_counter',
	'create_time', 'update_time'];
const compare = (keys) => (a, b) => {
	for (const key of keys) {
		const down = key.startsWith('-'), name = key.replace('-', '');
		const [x, y] = [a[name] ?? '', b[name] ?? ''];

		if (x !== y)
			return (x < y) === down ? 1 : -1;
	}
	return 0;
};

test('each sort, up and down, and by several', async () => {
	const all = (await list('?page=1,100')).items;

	await ok(204, 'POST', `/${all[13].id}/pause`, BODIES.pause);
	await ok(204, 'POST', `/${all[12].id}/cancel`, BODIES.cancel);
	await ok(204, 'PATCH', `/${all[0].id}`, { scheduled_time: gmt(500) });
	await ok(204, 'PATCH', `/${all[1].id}`, { scheduled_time: gmt(900) });
	const sorts = [...KEYS, ...KEYS.map((k) => `-${k}`),
	    'status,name', '-status,name', 'status,-name', 'run_counter,-name',
	    '-run_counter,status,name', 'create_time,-name',
	    'next_run_time,name', '-next_run_time,status,-name',
	    'update_time,name'];
	for (const sort of sorts) {
		const keys = sort.split(',');
		const { total, items } = await list(
		    `?page=1,100&sort=${sort}`);

		assert.equal(total, 14);
		for (let i = 1; i < items.length; i++)
			assert.ok(compare(keys)(items[i - 1], items[i]) <= 0,
			    `${sort}: ${JSON.stringify(items.map((x) =>
				keys.map((k) => x[k.replace('-', '')])))}`);
		assert.equal(new Set(items.map((i) => i.id)).size, 14);
	}
	for (const bad of ['', 'id', 'description', '-', 'name,', ',name',
	    'name,name', 'name,-name', '--name', 'name:asc', '+name',
	    'name,status,run_counter,create_time'])
		await ok(400, 'GET', `?sort=${bad}`);
});

/* --- errors, tenants, credentials --- */

test('errors are of this face\'s shape, or problems where wanted',
    async () => {
	const a = await call('GET', '/999999999');

	assert.equal(a.status, 404);
	assert.deepEqual(a.body, { code: 404, title: 'Not found.',
		message: 'Resource not found.' });
	for (const [method, path, status] of [['GET', '/v1/hood', 404],
	    ['GET', '/v1/hood/nothing', 404], ['DELETE', ROOT, 405],
	    ['GET', `${ROOT}/x`, 400], ['GET', `${ROOT}/%ff`, 400]]) {
		const b = await c.request(method, path, { headers: {
			authorization: `Bearer ${me.token}` } });

		assert.equal(b.status, status, `${path}: ${b.text}`);
		assert.equal(JSON.parse(b.text).code, status);
	}
	const p = await call('POST', '/1/pause', {}, { headers: {
		accept: 'application/problem+json' } });
	assert.equal(p.headers['content-type'], 'application/problem+json');
	assert.equal(p.body.status, 400);
	const d = await make();
	const q = await call('POST', `/${d.id}/pause`, BODIES.pause, {
		headers: { accept: 'application/problem+json' } });
	assert.deepEqual([q.body.status, q.body.code], [400, 'conflict']);
});

test('nginx\'s own errors are, too', async () => {
	const a = await c.request('POST', ROOT, { fresh: true, headers: {
		authorization: `Bearer ${me.token}` },
		body: 'x'.repeat(3 << 20) });
	const body = JSON.parse(a.text);

	assert.equal(a.status, 413);
	assert.deepEqual([body.code, body.title, typeof body.message],
	    [413, 'Body too large.', 'string']);
	assert.equal(body.trace_id.replaceAll('-', ''),
	    a.headers['x-request-id']);
	assert.match(body.trace_id, /^[^-]{8}-[^-]{4}-[^-]{4}-[^-]{4}-[^-]{12}$/);
});

test('another tenant\'s campaign is not there', async () => {
	const { id } = await running();
	const as = { token: stranger.token };

	await ok(404, 'GET', `/${id}`, undefined, as);
	await ok(404, 'PATCH', `/${id}`, PATCH, as);
	for (const verb of Object.keys(BODIES))
		await ok(404, 'POST', `/${id}/${verb}`, BODIES[verb], as);
	await ok(404, 'POST', `/${id}/cancel`, { reason: 'x', dry_run: true },
	    as);
	assert.equal((await c.call('GET', `/campaigns/${id}/history`, as))
	    .status, 404);
	assert.deepEqual(await ok(200, 'GET', '', undefined, as),
	    { total: 0, items: [] });
	assert.equal((await read(id)).status, 'running');
});

test('by an API key: its maker is the creator', async () => {
	const { key } = await w.key(me, ['campaigns:read', 'campaigns:write']);
	const { key: reader } = await w.key(me, ['campaigns:read']);
	const { key: trial } = await w.key(me, undefined, { test: true });
	const by = (k) => ({ token: k });
	const x = await ok(201, 'POST', '', { name: 'By key',
		run_immediately: 1 }, by(key));

	assert.equal(x.creator_id, me.user.id);
	await ok(200, 'GET', `/${x.id}`, undefined, by(reader));
	await ok(403, 'PATCH', `/${x.id}`, PATCH, by(reader));
	await ok(403, 'POST', `/${x.id}/cancel`, BODIES.cancel, by(trial));
	await ok(204, 'POST', `/${x.id}/cancel`, BODIES.cancel, by(key));
});
