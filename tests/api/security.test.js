/*
 * What an attacker looks for first: weak TLS, missing headers, secrets where
 * others can read them.
 */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { service } = require('./lib/service');
const { tests, sleep } = require('./lib/test');
const { World, PASSWORD } = require('./lib/world');

const test = tests(__filename);
let s, c, w, me;

const END = 16;
const HEADERS = {
	'strict-transport-security': /^max-age=31536000/,
	'x-content-type-options': /^nosniff$/,
	'referrer-policy': /^no-referrer$/,
	'content-security-policy': /default-src 'none'/,
	'x-request-id': /^[0-9a-f]{32}$/,
};

/* All of what stands in a file that others must not know. */
function secretsIn(file) {
	return fs.readFileSync(file, 'utf8').split('\n').filter((l) =>
	    l.length >= 12 && !/^-----/.test(l));
}

function secrets() {
	return [PASSWORD, ...c.secrets,
		...s.files(/\/etc\/(secret|keys\/.*|.*-password)$/)
		    .flatMap(secretsIn),
		...s.files(/\/tls\/.*\.key$/).flatMap(secretsIn),
		...Object.entries(s.credentials).filter(([name]) =>
		    /KEY|PASSWORD|SECRET/.test(name)).map(([, v]) => v)];
}

/* Processes of this service, and what can be seen of each. */
function processes() {
	return fs.readdirSync('/proc').filter((p) => /^\d+$/.test(p))
	    .flatMap((pid) => {
		try {
			const of = (name) => fs.readFileSync(
			    `/proc/${pid}/${name}`, 'latin1');
			const cwd = fs.readlinkSync(`/proc/${pid}/cwd`);
			const text = `${of('cmdline')}\n${of('environ')}`;

			return cwd.startsWith(s.home) || text.includes(s.home) ?
			    [text] : [];
		} catch {
			return [];	/* it has ended */
		}
	    });
}

/*
 * There are many, and logs are long: only words of the text are looked at, and
 * known by the ends of secrets.
 */
function assertNone(where, text, all = secrets()) {
	const ends = new Set(all.filter((x) => x.length >= END)
	    .map((x) => x.slice(-END)));
	const short = all.filter((x) => !/^[\w.+/=-]+$/.test(x) ||
	    x.length < END);

	assert.ok(!short.some((x) => text.includes(x)), where);
	for (const [word] of text.matchAll(/[\w.+/=-]{16,}/g))
		for (let i = 0; i + END <= word.length; i++)
			assert.ok(!ends.has(word.slice(i, i + END)),
			    `${where} has the secret at the end of ${word}`);
}

test('somebody with all kinds of secrets', async () => {
	s = await service();
	c = s.client;
	w = new World(c);
	me = await w.owner();
	await w.key(me);
	await w.invite(me, 'somebody@example.com');
	const hook = await w.ok(201, 'POST', '/webhook-endpoints', {
		token: me.token, body: { url: 'https://shop.example/' } });
	const session = await w.checkout(me);

	assert.match(hook.secret, /^whsec_/);
	assert.ok([...c.secrets].some((x) => session.url.endsWith(x)));
	/* refused by the program, by nginx, and what nginx cannot parse */
	for (const [method, at] of [['GET', '/nothing'],
	    ['GET', `/users/profile?token=${me.token}`],
	    ['POST', `/auth/refresh?refreshToken=${me.refreshToken}`]])
		await c.call(method, at, { token: me.token });
	await c.site('GET', `${session.url}?x=${me.token}`);
	await c.bytes(`GET /x?token=${me.token} HTTP/1.1\r\nHost: localhost` +
	    `\r\nAuthorization : ${me.token}\r\nX-Api-Key\r\n\r\n`);
	await c.bytes(`BAD /x?token=${me.token} HTTP/9.9\r\n\r\n`);
	for (const at of ['/api/v0/auth/login',
	    session.url.replace(s.url, '')])
		await c.bytes(`POST ${at} HTTP/1.1\r\nHost: localhost\r\n` +
		    `Content-Length: 2000000\r\nX-API-Key: ${me.token}\r\n\r\n`);
});

test('no secret stands in a log', async () => {
	await sleep(1500);	/* nginx writes now and then */
	const logs = s.files(/\/log\//);

	assert.ok(logs.length > 3);
	assert.ok(secrets().length > 15);
	for (const file of logs)
		assertNone(path.basename(file), fs.readFileSync(file, 'utf8'));
});

test('no secret stands in a list of processes', async () => {
	const all = processes();

	assert.ok(all.length > 10, 'there are no processes');
	assertNone('a process', all.join('\n'));
});

test('nor while a command of the operator runs', async () => {
	for (const command of [['verify'], ['status'],
	    ['backup', path.join(s.home, 'security.backup')]]) {
		const all = secrets();
		let ended;

		s.quickstart(...command).then((a) => { ended = a; });
		while (ended === undefined) {
			assertNone(command[0], processes().join('\n'), all);
			await sleep(5);
		}
		assert.equal(ended.code, 0, ended.out);
	}
});

test('files with secrets are their owner\'s only', () => {
	for (const file of s.files(/\/etc\/(secret|keys\/.*|.*-password|.*\.conf)$/)
	    .concat(s.files(/\/tls\/.*\.key$/), s.files(/credentials\.env$/)))
		assert.equal(fs.statSync(file).mode & 0o077, 0, file);
	for (const dir of ['etc', 'log', 'tls', 'db', 'tmp'])
		assert.equal(fs.statSync(path.join(s.state, dir)).mode & 0o027,
		    0, dir);
});

test('every answer has the headers, whoever gives it', async () => {
	const session = await w.checkout(me);

	for (const [method, at] of [['GET', '/api/v0/users/profile'],
	    ['GET', '/nothing'], ['GET', '/readyz'], ['GET', '/r/unknown'],
	    ['GET', '/aff.js'], ['TRACE', '/'], ['GET', `/${'x'.repeat(9000)}`],
	    ['GET', '/api/v2/company/promoters'], ['GET', '/metrics'],
	    ['OPTIONS', '/api/v0/users/profile'],
	    ['GET', session.url.replace(s.url, '')]]) {
		const a = await c.site(method, at);

		for (const [name, value] of Object.entries(HEADERS))
			assert.match(a.headers[name] ?? '', value,
			    `${method} ${at.slice(0, 40)}: ${name}`);
		assert.ok(!/\d/.test(a.headers.server ?? ''), at);
		assert.equal(a.headers['x-powered-by'], undefined);
	}
});

function sslscan() {
	const { stdout, error } = spawnSync('sslscan', ['--xml=-',
		'--no-colour', '--show-cipher-ids', `127.0.0.1:${c.url.port}`],
	    { encoding: 'utf8', timeout: 60000 });

	return error ? undefined : stdout;
}

test('TLS has nothing old or weak, by sslscan', (t) => {
	const found = sslscan();

	if (found === undefined)
		return t.skip('there is no sslscan');
	const all = (tag) => [...found.matchAll(new RegExp(`<${tag} [^>]*>`,
	    'g'))].map(([text]) => Object.fromEntries([...text.matchAll(
	    /(\w+)="([^"]*)"/g)].map((m) => [m[1], m[2]])));

	assert.deepEqual(all('protocol').filter((p) => p.enabled === '1')
	    .map((p) => `${p.type} ${p.version}`), ['tls 1.2', 'tls 1.3']);
	const ciphers = all('cipher');
	assert.ok(ciphers.length > 3, found);
	for (const x of ciphers)
		assert.match(x.cipher, /^(TLS_|ECDHE-).*(GCM|POLY1305)/);
	assert.ok(all('heartbleed').every((h) => h.vulnerable === '0'));
	assert.ok(all('compression').every((h) => h.supported === '0'));
	assert.ok(all('renegotiation').every((h) => h.secure === '1' ||
	    h.supported === '0'));
	return undefined;
});
