/* The server itself: health, metrics, TLS, slow clients, its own answers. */
'use strict';
const assert = require('node:assert/strict');
const http = require('node:http');
const tls = require('node:tls');
const { service } = require('./lib/service');
const { tests, sleep } = require('./lib/test');
const { World } = require('./lib/world');
const { Session } = require('./lib/db');

const test = tests(__filename);
let s, c, w, me, metrics;

/* GET over plain HTTP, by address or unix socket. */
function plain(options) {
	return new Promise((done, failed) => {
		http.get(options, (res) => {
			let text = '';

			res.on('data', (d) => { text += d; });
			res.on('end', () => done({ status: res.statusCode,
				headers: res.headers, text }));
		}).on('error', failed);
	});
}

test('healthz and readyz', async () => {
	s = await service();
	c = s.client;
	w = new World(c);
	me = await w.referrer();
	for (const path of ['/healthz', '/readyz']) {
		const a = await c.site('GET', path);

		assert.equal(a.status, 200, `${path}: ${a.text}`);
		assert.match(a.headers['cache-control'] ?? '', /no-store/);
	}
});

test('a state keeps its ports, and gets no others while it runs', async () => {
	const { AFFILIATED_HTTPS_PORT, AFFILIATED_HTTP_PORT,
		AFFILIATED_METRICS_PORT, ...env } = s.env;
	const how = (more) => Object.assign(Object.create(s), { env: {
		...env, ...more } });
	const status = await how({}).quickstart('status');

	assert.equal(status.code, 0, status.out);
	assert.ok(status.out.includes(`${s.url}/readyz answers 200`),
	    status.out);
	const other = await how({ AFFILIATED_HTTPS_PORT: '1' })
	    .quickstart('start');
	assert.equal(other.code, 1, other.out);
	assert.match(other.out, /stop it first/);
	assert.equal((await c.site('GET', '/readyz')).status, 200);
});

test('HTTP leads to HTTPS', async () => {
	const a = await plain({ host: '127.0.0.1',
		port: s.env.AFFILIATED_HTTP_PORT,
		path: '/api/v0/users/profile?x=1',
		headers: { host: 'localhost' } });

	assert.ok([301, 308].includes(a.status), String(a.status));
	assert.equal(a.headers.location,
	    `${s.url}/api/v0/users/profile?x=1`);
});

test('metrics have an address of their own, in the text format', async () => {
	const url = 'http://127.0.0.1:' +
	    `${s.env.AFFILIATED_METRICS_PORT}/metrics`;

	assert.equal((await c.site('GET', '/metrics')).status, 404,
	    'metrics are open to everybody');
	metrics = async () => {
		const a = await plain(url);

		assert.equal(a.status, 200);
		assert.match(a.headers['content-type'], /^text\/plain/);
		return a.text;
	};
	const text = await metrics();
	for (const line of text.trim().split('\n'))
		assert.match(line, new RegExp('^(# (HELP|TYPE) \\w+ .*|' +
		    '[a-z_:][\\w:]*(\\{[^}]*\\})? [-+\\d.eInfNa]+)$'));
	assert.match(text, /^affiliated_/m);
});

test('metrics count each request, over all workers', async () => {
	const total = async () => (await metrics()).split('\n')
	    .filter((l) => /^affiliated_requests_total\{/.test(l) &&
		/getReferrerProfile/.test(l))
	    .reduce((n, l) => n + Number(l.split(' ').pop()), 0);
	const before = await total();

	await Promise.all(Array.from({ length: 25 }, () =>
	    c.call('GET', '/referrers/profile', { token: me.token })));
	await sleep(100);
	assert.equal(await total(), before + 25);
});

test('request ids: one each, made by nginx', async () => {
	const ids = new Set();

	for (let i = 0; i < 5; i++) {
		const a = await c.call('GET', '/users/profile', {
			token: me.token, headers: {
			    'x-request-id': 'forged' } });

		assert.match(a.headers['x-request-id'], /^[0-9a-f-]{32,36}$/);
		ids.add(a.headers['x-request-id']);
	}
	assert.equal(ids.size, 5);
});

test('the log has a request\'s id and time', async () => {
	const a = await c.call('GET', '/users/profile', { token: me.token });
	const id = a.headers['x-request-id'];
	const fs = require('node:fs');

	await sleep(300);
	assert.ok(s.files(/\.log$/).some((f) => fs.readFileSync(f, 'utf8')
	    .includes(id)), 'the id stands in no log');
});

test('security headers', async () => {
	for (const a of [await c.call('GET', '/users/profile', {
		token: me.token }), await c.call('GET', '/nothing')]) {
		assert.match(a.headers['strict-transport-security'] ?? '',
		    /max-age=\d{7,}/);
		assert.equal(a.headers['x-content-type-options'], 'nosniff');
		assert.ok(!/\d/.test(a.headers.server ?? ''),
		    'the version of the server is told');
		assert.match(a.headers['cache-control'] ?? '', /no-store/);
	}
});

test('unknown places are 404 in the shape of the face', async () => {
	assert.equal((await c.call('GET', '/nothing')).status, 404);
	assert.equal((await c.site('GET', '/nothing')).status, 404);
});

function handshake(options) {
	return new Promise((done) => {
		const at = tls.connect({ host: '127.0.0.1', port: c.url.port,
		    ca: s.ca, servername: 'localhost', ...options }, () => {
			const got = { version: at.getProtocol(),
				alpn: at.alpnProtocol };

			at.destroy();
			done(got);
		});

		at.on('error', (e) => done({ error: e.code }));
	});
}

test('TLS 1.2 and 1.3, no older; HTTP/2', async () => {
	for (const version of ['TLSv1.2', 'TLSv1.3'])
		assert.equal((await handshake({ minVersion: version,
			maxVersion: version })).version, version);
	for (const version of ['TLSv1', 'TLSv1.1'])
		assert.ok((await handshake({ minVersion: version,
			maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }))
		    .error, version);
	assert.equal((await handshake({ ALPNProtocols: ['h2'] })).alpn, 'h2');
});

/* A client that sends a byte now and then, for ever. */
function trickle(text) {
	const at = tls.connect({ host: '127.0.0.1', port: c.url.port,
		ca: s.ca, servername: 'localhost' }, () => at.write(text));
	const timer = setInterval(() => at.writable && at.write('x'), 300);

	at.on('error', () => 0);
	at.on('close', () => clearInterval(timer));
	return at;
}

test('slow clients do not starve others', async () => {
	const slow = [];

	for (let i = 0; i < 40; i++)
		slow.push(trickle('POST /api/v0/auth/login HTTP/1.1\r\n' +
		    'Host: localhost\r\nContent-Type: application/json\r\n' +
		    'Content-Length: 1000\r\n\r\n{'),
		trickle('GET /api/v0/users/profile HTTP/1.1\r\nX-A: '));
	try {
		await sleep(500);
		await Promise.all(Array.from({ length: 40 }, () =>
		    w.ok(200, 'GET', '/users/profile', { token: me.token })));
	} finally {
		for (const at of slow)
			at.destroy();
	}
});

test('slow requests among fast ones; more connections than workers',
    async () => {
	const lock = new Session(s);

	await lock.run('LOCK TABLES placement WRITE, api_key READ');
	const writes = [1, 2].map(() => w.campaign(me));
	try {
		await sleep(200);
		await Promise.all(Array.from({ length: 60 }, () =>
		    w.ok(200, 'GET', '/users/profile', {
			token: me.token })));
	} finally {
		await lock.run('UNLOCK TABLES');
		lock.close();
	}
	await Promise.all(writes);
});

test('a client that goes away leaves no worker behind', async () => {
	for (let i = 0; i < 30; i++) {
		const at = trickle('POST /api/v0/referrer-campaigns HTTP/1.1' +
		    '\r\nHost: localhost\r\nContent-Type: application/json' +
		    `\r\nAuthorization: Bearer ${me.token}\r\n` +
		    'Content-Length: 61\r\n\r\n{"name":"Gone",' +
		    '"landingUrl":"https://shop.example/gone/awa"}');

		setTimeout(() => at.destroy(), 20 + i * 3);
	}
	await sleep(500);
	await Promise.all(Array.from({ length: 40 }, () =>
	    w.ok(200, 'GET', '/users/profile', { token: me.token })));
});
