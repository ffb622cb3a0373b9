/* Bad input: each is refused, says why, and changes nothing. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World } = require('./lib/world');

const test = tests(__filename);
let w, c, me, product;

const good = { name: 'Spring', landingUrl: 'https://shop.example/' };
const create = (body, headers) => c.call('POST', '/referrer-campaigns', {
	token: me.token, body, headers });

test('a body that is right is taken', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.referrer();
	product = await w.product();
	assert.equal((await create(good)).status, 201);
});

const nested = (n, open, close) => open.repeat(n) + close.repeat(n);
const BROKEN = {
	'nothing': '',
	'cut': '{"name":"a"',
	'a trailing comma': '{"name":"a",}',
	'two values': '{"name":"a"} {"name":"b"}',
	'single quotes': "{'name':'a'}",
	'no quotes': '{name:"a"}',
	'a comment': '{"name":"a" /* b */}',
	'NaN': '{"name":NaN}',
	'Infinity': '{"name":Infinity}',
	'a leading zero': '{"name":01}',
	'plus': '{"name":+1}',
	'hexadecimal': '{"name":0x10}',
	'a control character': '{"name":"a\u0001b"}',
	'a line end in a string': '{"name":"a\nb"}',
	'a bad escape': '{"name":"\\x41"}',
	'half a surrogate': '{"name":"\\ud800"}',
	'NUL escaped': '{"name":"a\\u0000b"}',
	'a NUL byte': '{"name":"a\u0000b"}',
	'a byte order mark': '\ufeff{"name":"a"}',
	'a duplicate key': '{"name":"a","name":"b","landingUrl":"https://a.b/"}',
	'a duplicate key, escaped': '{"name":"a","n\\u0061me":"b"}',
	'too deep': `{"name":${nested(40, '[', ']')}}`,
	'very deep': nested(5000, '[', ']'),
	'very deep and cut': '['.repeat(60000),
	'a list': '[]',
	'a string': '"name"',
	'a number': '1',
	'null': 'null',
	'true': 'true',
};

for (const [what, text] of Object.entries(BROKEN))
	test(`JSON: ${what}`, async () => {
		assert.equal((await create(text)).status, 400);
	});

const BYTES = {
	'a lone continuation': [0x80],
	'an overlong slash': [0xc0, 0xaf],
	'a surrogate': [0xed, 0xa0, 0x80],
	'beyond U+10FFFF': [0xf4, 0x90, 0x80, 0x80],
	'cut': [0xe2, 0x82],
	'Latin-1': [0xe4],
};

for (const [what, bytes] of Object.entries(BYTES))
	test(`UTF-8: ${what}`, async () => {
		assert.equal((await create(Buffer.concat([
			Buffer.from('{"landingUrl":"https://a.b/","name":"'),
			Buffer.from(bytes), Buffer.from('"}')]))).status, 400);
	});

test('too large: 413 in the shape of the face', async () => {
	const body = { ...good, description: 'x'.repeat(3 * 1024 * 1024) };
	const answer = await create(body);

	assert.equal(answer.status, 413);
	const huge = await c.bytes('POST /api/v0/referrer-campaigns ' +
	    'HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json' +
	    `\r\nAuthorization: Bearer ${me.token}\r\n` +
	    'Content-Length: 99999999999\r\n\r\n{');
	assert.match(huge, /^HTTP\/1\.1 413 /);
	assert.match(huge, /"statusCode":413/);
});

test('several wrong fields at once are all named', async () => {
	const answer = await create({ name: 5, landingUrl: 'nowhere',
		code: 'no spaces!', endsAt: 'yesterday', startsAt: 12,
		description: ['x'], colour: 'red' });

	assert.equal(answer.status, 400);
	assert.deepEqual(answer.fields.sort(), ['code', 'colour',
		'description', 'endsAt', 'landingUrl', 'name', 'startsAt']);
	for (const f of answer.body.error.fields)
		assert.ok(f.message.length > 3, f.field);
});

test('required members that are missing or null', async () => {
	assert.deepEqual((await create({})).fields.sort(), ['landingUrl',
		'name']);
	assert.deepEqual((await create({ name: null, landingUrl: null }))
	    .fields.sort(), ['landingUrl', 'name']);
});

const FIELDS = [
	[{ name: '' }, 'name'],
	[{ name: 'x'.repeat(121) }, 'name'],
	[{ name: true }, 'name'],
	[{ name: {} }, 'name'],
	[{ landingUrl: 'javascript:alert(1)' }, 'landingUrl'],
	[{ landingUrl: 'https://' }, 'landingUrl'],
	[{ landingUrl: '//shop.example/' }, 'landingUrl'],
	[{ landingUrl: 'ftp://shop.example/' }, 'landingUrl'],
	[{ landingUrl: 'https://shop.example/\r\nX: y' }, 'landingUrl'],
	[{ landingUrl: 'https://shop.example/' + 'x'.repeat(2000) },
		'landingUrl'],
	[{ code: 'ab' }, 'code'],
	[{ code: 'a'.repeat(41) }, 'code'],
	[{ code: '../etc' }, 'code'],
	[{ code: '' }, 'code'],
	[{ startsAt: '2026-02-30T00:00:00Z' }, 'startsAt'],
	[{ startsAt: '2026-01-01' }, 'startsAt'],
	[{ startsAt: '2026-01-01T25:00:00Z' }, 'startsAt'],
	[{ startsAt: '2030-01-02T00:00:00Z', endsAt: '2030-01-01T00:00:00Z' },
		'endsAt'],
	[{ Name: 'Upper' }, 'Name'],
	[{ __proto__x: 1 }, '__proto__x'],
];

for (const [change, field] of FIELDS)
	test(`field: ${JSON.stringify(change).slice(0, 60)}`, async () => {
		const answer = await create({ ...good, ...change });

		assert.equal(answer.status, 400, answer.text);
		assert.deepEqual(answer.fields, [field]);
	});

test('text comes back as it was sent', async () => {
	for (const name of ['Zo\u00eb \u{1F40E} \u4e2d\u6587', 'a "b" \\ </x>',
	    "'; DROP TABLE user; --", '%s%n', '\u202etxt', 'a\tb\u2028c',
	    '\u0065\u0301', 'x'.repeat(120), '\u{1F40E}'.repeat(120)]) {
		const made = (await create({ ...good, name })).data;

		assert.equal(made?.name, name);
		assert.equal((await w.ok(200, 'GET',
		    `/referrer-campaigns/${made.id}`, { token: me.token }))
		    .name, name);
	}
});

const ADDRESSES = ['no', '@', 'a@', '@b.c', 'a b@example.com',
	'a@example.com\r\nBcc: x@y.z', `${'x'.repeat(250)}@example.com`,
	'a@b@example.com', ''];

for (const email of ADDRESSES)
	test(`email: ${JSON.stringify(email).slice(0, 40)}`, async () => {
		const answer = await c.call('POST', '/users/register', { body: {
			email, password: 'long enough', name: 'X' } });

		assert.equal(answer.status, 400);
		assert.deepEqual(answer.fields, ['email']);
	});

const buy = (more) => c.call('POST', '/payments/checkout-sessions', {
	token: me.token, body: typeof more === 'string' ? more : {
	    productId: product.id, successUrl: 'https://shop.example/a',
	    cancelUrl: 'https://shop.example/b', ...more } });

for (const quantity of [0, -1, 1.5, 1000001, '2', true, [], {}])
	test(`money: quantity ${JSON.stringify(quantity)}`, async () => {
		const answer = await buy({ quantity });

		assert.equal(answer.status, 400, answer.text);
		assert.deepEqual(answer.fields, ['quantity']);
	});

for (const number of ['9007199254740993', '9223372036854775808', '1e3', '1E0',
    '-0', '1e300', '18446744073709551617', '99999999999999999999999', '2.0',
    '0.1e1'])
	test(`money: quantity as ${number}`, async () => {
		const { status, text } = await buy('{"productId":"' +
		    `${product.id}","quantity":${number},` +
		    '"successUrl":"https://a.b/","cancelUrl":"https://a.b/"}');

		assert.equal(status, 400, text);
	});

for (const currency of ['usd', 'US', 'XXXX', 'ABC', '', 5, 'TOK', 'JPY'])
	test(`money: currency ${JSON.stringify(currency)}`, async () => {
		const answer = await buy({ currency });

		assert.equal(answer.status, 400, answer.text);
		assert.deepEqual(answer.fields, ['currency']);
	});

test('money: an amount that cannot be counted is 422', async () => {
	const { token } = await w.house();
	const { id } = await w.ok(201, 'POST', '/admin/products', { token,
		body: { name: `Huge ${Date.now()}`, tokens: 1, prices: [
		    { currency: 'USD', amount: 9007199254740991 }] } });

	assert.equal((await buy({ productId: id, quantity: 2 })).status, 422);
	assert.equal((await buy({ productId: id, quantity: 1000000 })).status,
	    422);
	await w.ok(204, 'DELETE', `/admin/products/${id}`, { token });
	assert.equal((await buy({ productId: id })).status, 404);
	assert.equal((await buy({ productId: '999999999' })).status, 404);
});

for (const productId of ['0', '-1', 'x', '1.0', 1, null, '', ' 1',
    '18446744073709551616', '99999999999999999999'])
	test(`id in a body: ${JSON.stringify(productId)}`, async () => {
		const answer = await buy({ productId });

		assert.equal(answer.status, 400, answer.text);
		assert.deepEqual(answer.fields, ['productId']);
	});

for (const id of ['abc', '0', '-1', '1.0', '1e3', '%20', '1%20', '+1', '0x1',
    '18446744073709551616', '9'.repeat(40), '%D9%A1', '1;2', 'null', '{id}'])
	test(`id in a path: ${id.slice(0, 25)}`, async () => {
		assert.equal((await c.call('GET', `/referrer-campaigns/${id}`,
		    { token: me.token })).status, 400);
	});

const PATHS = ['/', '//', '/user', '/users//profile', '/users/profile/',
	'/users/profile%2F', '/users%2Fprofile', '/users/%00',
	'/users/profile%00', '/users/../users/profile', '/users/./profile',
	'/users/%2e%2e/users/profile', '/users/%ff', '/users/%c0%af',
	'/users/%zz', '/users/%', '/Users/Profile', '/users/profile;a=b',
	'/users/profile%3Fx=1', '/\\users', '/users/profile/x',
	'/referrer-campaigns/1/analytics/x', '/.git/config', '/%2e%2e',
	`/${'x'.repeat(3000)}`, `${'/a'.repeat(500)}`];

for (const at of PATHS)
	test(`path: ${at.slice(0, 40)}`, async () => {
		const { status } = await c.call('GET', at, {
			token: me.token });

		assert.ok([400, 404, 405, 414].includes(status),
		    String(status));
	});

test('an address that is written in another way is the same', async () => {
	const headers = { authorization: `Bearer ${me.token}` };
	const plain = await c.request('GET', '/api/v0/users/profile', {
		headers });

	for (const uri of ['/%61pi/v0/users/profile',
	    '/api/%760/users/profile', '/api/v0/%75sers/profile']) {
		const a = await c.request('GET', uri, { headers });

		assert.equal(a.status, 200, uri);
		assert.equal(a.text, plain.text);
		const wrong = await c.request('GET', uri);
		assert.equal(JSON.parse(wrong.text).error?.statusCode, 401);
	}
});

test('an address that is too long: 414', async () => {
	const { status, text } = await c.request('GET',
	    `/api/v0/users/${'x'.repeat(20000)}`);

	assert.equal(status, 414);
	assert.match(text, /"statusCode":414/);
});

test('header fields that are too large are refused', async () => {
	const { status } = await c.request('GET', '/api/v0/users/profile', {
		headers: { 'x-large': 'x'.repeat(12000),
		    'x-larger': 'y'.repeat(40000) } });

	assert.ok([400, 431, 494].includes(status), String(status));
});

for (const type of ['text/plain', 'application/x-www-form-urlencoded',
    'application/jsonx', 'application/json; charset=latin1', 'x',
    'multipart/form-data; boundary=a', 'application/xml'])
	test(`content type ${type}: 415`, async () => {
		assert.equal((await create(good, { 'content-type': type }))
		    .status, 415);
	});

for (const type of ['application/json; charset=utf-8', 'Application/JSON',
    'application/json;charset="UTF-8"'])
	test(`content type ${type} is taken`, async () => {
		assert.equal((await create(good, { 'content-type': type }))
		    .status, 201);
	});

test('no content type at all: 415', async () => {
	const { status } = await c.request('POST',
	    '/api/v0/referrer-campaigns', { body: JSON.stringify(good),
		headers: { authorization: `Bearer ${me.token}` } });

	assert.equal(status, 415);
});

for (const q of ['page=0', 'page=-1', 'page=x', 'page=1.5', 'limit=0',
    'limit=101', 'limit=99999999999999999999', 'limit=', 'sort=name:desc',
    'sort=createdAt:up', 'sort=', 'cursor=x',
    'cursor=AAAAAAAAAAAAAAAA', 'status=active', 'status=', 'unknown=1',
    'page=1&page=2', 'page=1&cursor=x', 'limit=%00', 'limit=%zz', '%ff=1',
    'page=1000001'])
	test(`list: ${q}`, async () => {
		const answer = await c.call('GET', `/referrer-campaigns?${q}`,
		    { token: me.token });

		assert.equal(answer.status, 400, answer.text);
	});

for (const q of ['from=x', 'from=2026-02-30', 'from=2026-1-1',
    'from=2026-02-02&to=2026-02-01', 'from=2001-01-01&to=2026-01-01',
    'to=2026-01-01T00:00:00Z', 'from=0000-00-00'])
	test(`analytics: ${q}`, async () => {
		const { id } = (await create(good)).data;
		const answer = await c.call('GET',
		    `/referrer-campaigns/${id}/analytics?${q}`, {
			token: me.token });

		assert.equal(answer.status, 400, answer.text);
	});

test('pages and cursors see each row once, in order', async () => {
	const who = await w.referrer();
	const made = [];

	for (let i = 0; i < 7; i++)
		made.unshift((await w.campaign(who, { name: `n${i}` })).id);
	const list = async (q) => w.ok(200, 'GET',
	    `/referrer-campaigns?limit=3&${q}`, { token: who.token });
	for (const [sort, want] of [['createdAt:desc', made],
	    ['createdAt:asc', [...made].reverse()]]) {
		const ids = [], paged = [];
		let at = `sort=${sort}`;

		while (at) {
			const page = await list(at);

			ids.push(...page.items.map((x) => x.id));
			at = page.nextCursor && `sort=${sort}&cursor=` +
			    encodeURIComponent(page.nextCursor);
		}
		assert.deepEqual(ids, want);
		for (let p = 1; p <= 4; p++)
			paged.push(...(await list(`sort=${sort}&page=${p}`))
			    .items.map((x) => x.id));
		assert.deepEqual(paged, want);
	}
	const first = await list('sort=createdAt:desc');
	const mixed = await c.call('GET', '/referrer-campaigns?limit=3&' +
	    'sort=createdAt:asc&cursor=' +
	    encodeURIComponent(first.nextCursor), { token: who.token });
	assert.equal(mixed.status, 400, 'a cursor of another order');
});

test('PUT is partial, null empties, If-Match guards', async () => {
	const who = await w.referrer();
	const made = await w.campaign(who, { description: 'old' });
	const at = `/referrer-campaigns/${made.id}`;
	const read = await c.call('GET', at, { token: who.token });
	const { etag } = read.headers;

	assert.ok(etag, 'no ETag');
	const changed = await c.call('PUT', at, { token: who.token,
		headers: { 'if-match': etag }, body: { name: 'New' } });
	assert.equal(changed.status, 200);
	assert.equal(changed.data.name, 'New');
	assert.equal(changed.data.description, 'old');
	assert.notEqual(changed.headers.etag, etag);
	const stale = await c.call('PUT', at, { token: who.token,
		headers: { 'if-match': etag }, body: { name: 'Newer' } });
	assert.equal(stale.status, 412);
	assert.equal((await w.ok(200, 'PUT', at, { token: who.token,
		body: { description: null } })).description, null);
	for (const body of [{ name: null }, { status: 'INACTIVE' },
	    { code: 'another' }, { id: '1' }, { clicks: 5 }])
		assert.equal((await c.call('PUT', at, { token: who.token,
			body })).status, 400, JSON.stringify(body));
});

test('a code is given out once, in any case', async () => {
	const code = `Code-${Date.now()}`;

	assert.equal((await create({ ...good, code })).status, 201);
	assert.equal((await create({ ...good, code })).status, 409);
	assert.equal((await create({ ...good, code: code.toUpperCase() }))
	    .status, 409);
});

test('problem+json for those who ask for it', async () => {
	const answer = await create({ name: 5 }, {
		accept: 'application/problem+json' });

	assert.equal(answer.status, 400);
	assert.match(answer.headers['content-type'],
	    /^application\/problem\+json/);
	assert.equal(answer.body.status, 400);
	assert.ok(answer.body.type && answer.body.title);
});

test('a smuggled request and a broken one are refused', async () => {
	const head = 'POST /api/v0/auth/login HTTP/1.1\r\nHost: localhost\r\n';

	for (const text of [
	    `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
	    `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde`,
	    `${head}Content-Length: -1\r\n\r\n`,
	    'GET / HTTP/9.9\r\n\r\n', 'NONSENSE\r\n\r\n'])
		assert.match(await c.bytes(text), /^HTTP\/1\.1 [45]\d\d /);
});

test('a chunked body is read like any other', async () => {
	const text = JSON.stringify(good);
	const got = await c.bytes('POST /api/v0/referrer-campaigns HTTP/1.1' +
	    '\r\nHost: localhost\r\nConnection: close\r\n' +
	    `Authorization: Bearer ${me.token}\r\n` +
	    'Content-Type: application/json\r\nTransfer-Encoding: chunked' +
	    `\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`);

	assert.match(got, /^HTTP\/1\.1 201 /);
});

