/* Log-in, sessions, tokens, API keys, passwords: and everything forged. */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const crypto = require('node:crypto');
const { service } = require('./lib/service');
const { tests, sleep } = require('./lib/test');
const { World, PASSWORD, unique } = require('./lib/world');

const test = tests(__filename);
const b64 = (o) => Buffer.from(typeof o === 'string' || Buffer.isBuffer(o) ?
    o : JSON.stringify(o)).toString('base64url');
const un64 = (s) => JSON.parse(Buffer.from(s, 'base64url'));
let w, c, me;

const profile = (token) => c.call('GET', '/users/profile', { token });
const refresh = (refreshToken) => c.call('POST', '/auth/refresh', {
	body: { refreshToken } });

test('a wrong password and an unknown address answer alike', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.owner();
	const wrong = await c.call('POST', '/auth/login', { body: {
		email: me.email, password: 'not the password' } });
	const unknown = await c.call('POST', '/auth/login', { body: {
		email: `nobody-${unique()}@example.com`,
		password: 'not the password' } });

	assert.equal(wrong.status, 401);
	assert.deepEqual(unknown.body, wrong.body);
});

test('an address is the same in any case', async () => {
	assert.equal((await c.call('POST', '/auth/login', { body: {
		email: me.email.toUpperCase(), password: PASSWORD } })).status,
	    200);
	const again = await c.call('POST', '/users/register', { body: {
		email: me.email.toUpperCase(), password: PASSWORD,
		name: 'Twice' } });
	assert.equal(again.status, 409);
});

test('an access token works as bearer only', async () => {
	assert.equal((await profile(me.token)).status, 200);
	assert.equal((await c.call('GET', '/users/profile', {
		key: me.token })).status, 401);
});

test('refresh rotates: the new one works, again and again', async () => {
	const who = await w.owner();
	let token = who.refreshToken;

	for (let i = 0; i < 3; i++) {
		const answer = await refresh(token);

		assert.equal(answer.status, 200);
		assert.notEqual(answer.data.refreshToken, token);
		token = answer.data.refreshToken;
		assert.equal((await profile(answer.data.accessToken)).status,
		    200);
	}
});

test('a refresh token used twice ends the session', async () => {
	const who = await w.owner();
	const next = (await refresh(who.refreshToken)).data;

	assert.equal((await refresh(who.refreshToken)).status, 401);
	assert.equal((await refresh(next.refreshToken)).status, 401);
	assert.equal((await profile(next.accessToken)).status, 401);
	assert.equal((await profile(who.token)).status, 401);
	await w.login(who);
	assert.equal((await profile(who.token)).status, 200);
});

test('log-out ends this session and no other', async () => {
	const who = await w.owner();
	const { token, refreshToken } = who;

	await w.login(who);
	assert.equal((await c.call('POST', '/auth/logout', { token })).status,
	    200);
	assert.equal((await profile(token)).status, 401);
	assert.equal((await refresh(refreshToken)).status, 401);
	assert.equal((await profile(who.token)).status, 200);
});

test('refresh tokens that were never given out', async () => {
	for (const t of ['x', 'A'.repeat(43), me.token, me.refreshToken + 'A',
	    me.refreshToken.slice(0, -1)])
		assert.ok([400, 401].includes((await refresh(t)).status), t);
	assert.equal((await refresh(me.refreshToken)).status, 200);
});

test('tokens that were tampered with', async () => {
	const [head, claims, mac] = me.token.split('.');
	const other = un64(claims);

	for (const name of ['sub', 'sid'])
		if (other[name] !== undefined)
			other[name] = typeof other[name] === 'number' ?
			    1 : '1';
	const none = b64({ ...un64(head), alg: 'none' });
	const forged = {
		'no signature': `${head}.${claims}.`,
		'no third part': `${head}.${claims}`,
		'four parts': `${me.token}.${mac}`,
		'other claims': `${head}.${b64(other)}.${mac}`,
		'alg none': `${none}.${claims}.`,
		'alg None': `${b64({ ...un64(head), alg: 'None' })}.` +
		    `${claims}.${mac}`,
		'cut signature': me.token.slice(0, -4),
		'longer signature': me.token + 'AAAA',
		'empty': '..',
		'not base64': `${head}.***.${mac}`,
		'claims no JSON': `${head}.${b64('nothing')}.${mac}`,
		'a list': `${b64('[]')}.${claims}.${mac}`,
		'long': `${head}.${b64('x'.repeat(5000))}.${mac}`,
	};

	for (const [what, token] of Object.entries(forged))
		assert.equal((await profile(token)).status, 401, what);
});

test('kid: unknown, missing, a path, a list', async () => {
	const [head, claims] = me.token.split('.');

	for (const kid of ['unknown', '', undefined, '../jwt', '/etc/passwd',
	    '/dev/null', ['a'], 7, null, 'a\u0000b', "' OR 1=1 --"]) {
		const h = b64({ ...un64(head), alg: 'HS256', kid });
		const mac = crypto.createHmac('sha256', '')
		    .update(`${h}.${claims}`).digest('base64url');

		assert.equal((await profile(`${h}.${claims}.${mac}`)).status,
		    401, String(kid));
	}
});

/* The service's own keys, which only its operator can read. */
function keys() {
	return c.service.files(/\.(hs256|rs256|es256)$/).map((file) => ({
		kid: path.basename(file).replace(/\.\w+$/, ''),
		alg: path.extname(file).slice(1).toUpperCase(),
		text: fs.readFileSync(file, 'utf8').trim(),
	}));
}

function sign(header, claims, key) {
	const body = `${b64(header)}.${b64(claims)}`;

	if (key.alg === 'HS256')
		return `${body}.` + crypto.createHmac('sha256', Buffer.from(
		    key.text, 'base64url')).update(body).digest('base64url');
	return `${body}.` + crypto.sign('sha256', Buffer.from(body), {
		key: key.text, dsaEncoding: 'ieee-p1363' })
	    .toString('base64url');
}

test('well signed, but not good: times, issuer, audience, crit', async () => {
	const [head, claims] = me.token.split('.').slice(0, 2).map(un64);
	const key = keys().find((k) => k.kid === head.kid);
	const now = Math.floor(Date.now() / 1000);

	assert.ok(key, 'the key of the service was not found');
	assert.equal((await profile(sign(head, claims, key))).status, 200,
	    'as it was');
	const bad = {
		'expired': { exp: now - 120 },
		'no exp': { exp: undefined },
		'exp as text': { exp: String(now + 600) },
		'not yet': { nbf: now + 600 },
		'issued later': { iat: now + 600 },
		'other issuer': { iss: 'somebody' },
		'no issuer': { iss: undefined },
		'other audience': { aud: 'somebody' },
		'no audience': { aud: undefined },
		'audience of numbers': { aud: [1] },
		'no subject': { sub: undefined },
	};
	for (const [what, change] of Object.entries(bad))
		assert.equal((await profile(sign(head, { ...claims, ...change },
		    key))).status, 401, what);
	assert.equal((await profile(sign({ ...head, crit: ['exp'] }, claims,
	    key))).status, 401, 'crit');
	assert.equal((await profile(sign(head, { ...claims,
		aud: [claims.aud, 'another'] }, key))).status, 200, 'list');
});

test('HS256 signed with a public key, and other algorithms', async () => {
	const [head, claims] = me.token.split('.').slice(0, 2).map(un64);

	for (const key of keys()) {
		for (const alg of ['HS256', 'HS384', 'HS512', 'RS256',
		    'ES256', 'PS256']) {
			if (alg === key.alg)
				continue;
			const h = { ...head, kid: key.kid, alg };
			let secret = key.text;

			if (key.alg !== 'HS256')
				secret = crypto.createPublicKey(key.text)
				    .export({ type: 'spki', format: 'pem' });
			const body = `${b64(h)}.${b64(claims)}`;
			const mac = crypto.createHmac('sha256', secret)
			    .update(body).digest('base64url');
			assert.equal((await profile(`${body}.${mac}`)).status,
			    401, `${key.kid} ${alg}`);
		}
	}
});

test('an API key works as bearer and as X-API-Key', async () => {
	const { key } = await w.key(me, ['campaigns:read']);

	for (const how of [{ token: key }, { key }])
		assert.equal((await c.call('GET', '/referrer-campaigns', how))
		    .status, 200);
});

test('API keys that were never given out', async () => {
	const { key } = await w.key(me, ['campaigns:read']);
	const [a, b, id, secret] = /^(aff)_(live)_([^_]+)_(.*)$/.exec(key)
	    .slice(1);
	const turned = secret.slice(0, -2) +
	    (secret.endsWith('A') ? 'BB' : 'AA');

	for (const bad of [`${a}_${b}_${id}_${turned}`, `${a}_${b}_${id}_`,
	    `${a}_${b}_${id}`, `${a}_test_${id}_${secret}`,
	    `${a}_${b}_unknown0_${secret}`, `${key}x`, key.slice(1),
	    key.toUpperCase(), `${a}_${b}_%_${secret}`, 'aff_live__'])
		for (const how of [{ token: bad }, { key: bad }])
			assert.equal((await c.call('GET',
			    '/referrer-campaigns', how)).status, 401, bad);
});

test('two credentials that differ are refused', async () => {
	const { key } = await w.key(me, ['campaigns:read']);
	const other = await w.owner();
	const answer = await c.call('GET', '/referrer-campaigns', { key,
		token: other.token });

	assert.ok([400, 401].includes(answer.status), answer.text);
});

test('an expired key, and a revoked one', async () => {
	const expiresAt = new Date(Date.now() + 2000).toISOString();
	const short = await w.key(me, ['campaigns:read'], { expiresAt });
	const gone = await w.key(me, ['campaigns:read']);
	const read = (key) => c.call('GET', '/referrer-campaigns', { key });

	assert.equal((await read(short.key)).status, 200);
	assert.equal((await read(gone.key)).status, 200);
	await w.ok(204, 'DELETE', `/api-keys/${gone.id}`, { token: me.token });
	assert.equal((await read(gone.key)).status, 401);
	await sleep(2200);
	assert.equal((await read(short.key)).status, 401);
	const past = await c.call('POST', '/api-keys', { token: me.token,
		body: { description: 'Past', expiresAt:
		    '2001-01-01T00:00:00Z' } });
	assert.equal(past.status, 400);
	assert.deepEqual(past.fields, ['expiresAt']);
});

test('a key does what its scopes say and no more', async () => {
	const { key } = await w.key(me, ['payments:read', 'keys:write']);

	assert.equal((await c.call('GET', '/payments/products', { key }))
	    .status, 200);
	for (const [method, at] of [['GET', '/referrer-campaigns'],
	    ['GET', '/token-transactions/balance'],
	    ['PUT', '/organizations/current']])
		assert.equal((await c.call(method, at, { key, body:
		    method === 'PUT' ? { name: 'Other' } : undefined }))
		    .status, 403, at);
	const more = await c.call('POST', '/api-keys', { key, body: {
		description: 'More', scopes: ['campaigns:write'] } });
	assert.equal(more.status, 403);
	const same = await c.call('POST', '/api-keys', { key, body: {
		description: 'Same' } });
	assert.deepEqual(same.data.scopes.sort(), ['keys:write',
		'payments:read']);
	const odd = await c.call('POST', '/api-keys', { key, body: {
		description: 'Odd', scopes: ['everything'] } });
	assert.equal(odd.status, 400);
});

test('an API key is no log-in', async () => {
	const { key } = await w.key(me);

	assert.equal((await c.call('POST', '/auth/logout', { key })).status,
	    403);
	assert.equal((await c.call('PUT', '/users/profile', { key, body: {
		name: 'Other' } })).status, 403);
});

test('odd ways to send a credential', async () => {
	for (const authorization of ['', 'Bearer', 'Bearer ', 'Basic YTpi',
	    me.token, `Bearer  ${me.token} x`, `Token ${me.token}`])
		assert.equal((await c.call('GET', '/users/profile', {
			headers: { authorization } })).status, 401,
		    authorization.slice(0, 20));
	const lower = await c.call('GET', '/users/profile', { headers: {
		authorization: `bearer ${me.token}` } });
	assert.equal(lower.status, 200);
	const answer = await c.call('GET', '/users/profile');
	assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer/);
});

test('rules for passwords', async () => {
	const email = `pw-${unique()}@example.com`;

	for (const password of ['short', 'x'.repeat(201), email, '', 12345678901,
	    'password12'.slice(0, 9)]) {
		const answer = await c.call('POST', '/users/register', { body: {
			email, password, name: 'Pat' } });

		assert.equal(answer.status, 400, String(password));
		assert.deepEqual(answer.fields, ['password']);
	}
	const strange = 'p\u00e4ssw\u00f6rd \u{1F40E} "\\';
	await w.ok(201, 'POST', '/users/register', { body: { email,
		password: strange, name: 'Pat' } });
	await w.ok(200, 'POST', '/auth/login', { body: { email,
		password: strange } });
});

test('without an organization: what needs one is 403', async () => {
	const who = { email: `solo-${unique()}@example.com`,
		password: PASSWORD };

	assert.equal((await w.ok(201, 'POST', '/users/register', { body: {
		...who, name: 'Solo' } })).organization, null);
	await w.login(who);
	assert.equal((await profile(who.token)).status, 200);
	assert.equal((await c.call('GET', '/organizations/current', {
		token: who.token })).status, 403);
	const made = await w.ok(201, 'POST', '/organizations', {
		token: who.token, body: { name: 'Own', slug:
		    `own-${unique()}` } });
	await w.ok(200, 'PUT', '/users/active-organization', {
		token: who.token, body: { organizationId: made.id } });
	const now = await w.ok(200, 'GET', '/organizations/current', {
		token: who.token });
	assert.equal(now.id, made.id);
	const list = await w.ok(200, 'GET', '/organizations', {
		token: who.token });
	assert.deepEqual(list.items.map((o) => o.id), [made.id]);
});

test('nothing secret stands in the log', async () => {
	const { key } = await w.key(me, ['campaigns:read']);

	const session = await w.buy(me);

	await c.call('GET', '/referrer-campaigns', { key });
	await sleep(200);
	const secrets = [PASSWORD, me.token, me.refreshToken,
		key.split('_')[3], session.url.split('/').pop()];
	for (const file of c.service.files(/\.log$/)) {
		const text = fs.readFileSync(file, 'utf8');

		for (const s of secrets)
			assert.ok(!text.includes(s), file);
	}
});
