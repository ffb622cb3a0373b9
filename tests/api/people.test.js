/* Users: profile, the house's own, their end, their return, what is erased. */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, PASSWORD, unique } = require('./lib/world');
const { query, dump, turn, enrol } = require('./lib/db');

const test = tests(__filename);
let w, c;

const sql = (text) => query(c.service, text);
const code = (answer) => answer.body.error.code;
const profile = (token) => c.call('GET', '/users/profile', { token });
const rename = (who, body, headers) => c.call('PUT', '/users/profile', {
	token: who.token, body, headers });
const remove = (who) => c.call('DELETE', '/users', { token: who.token });
const erase = (who, password = PASSWORD) => c.call('DELETE',
    '/users/permanent', { token: who.token, body: { password } });
const login = (who, password = PASSWORD) => c.call('POST', '/auth/login', {
	body: { email: who.email, password } });
const recover = (who, password = PASSWORD) => c.call('POST', '/auth/recover',
    { body: { email: who.email, password } });

async function member(owner, role) {
	const who = await w.user();

	await enrol(c.service, owner.organization, who.user, role);
	return who;
}

const jobs = () => turn(c.service, 'erase');

const over = (who) => sql(`UPDATE user SET erase_at = UTC_TIMESTAMP(6)
    WHERE id = ${who.user.id}`);

test('the profile', async () => {
	c = (await service()).client;
	w = new World(c);
	const me = await w.user();
	const { data } = await profile(me.token);

	assert.deepEqual(Object.keys(data).sort(), ['createdAt', 'email',
		'emailConfirmed', 'id', 'name', 'updatedAt']);
	assert.equal(data.emailConfirmed, false);
	assert.equal(data.email, me.email);
	const changed = await rename(me, { name: 'Somebody Else' });
	assert.equal(changed.data.name, 'Somebody Else');
	assert.ok(changed.data.updatedAt > data.updatedAt);
	assert.equal(changed.data.createdAt, data.createdAt);
	assert.deepEqual((await profile(me.token)).data, changed.data);
	assert.equal((await rename(me, {})).data.name, 'Somebody Else');
	assert.deepEqual((await rename(me, { name: '' })).fields, ['name']);
	assert.deepEqual((await rename(me, { email: 'a@b.example' })).fields,
	    ['email']);
});

test('If-Match: a stale profile is 412', async () => {
	const me = await w.user();
	const { etag } = (await profile(me.token)).headers;
	const headers = { 'if-match': etag };

	assert.equal((await rename(me, { name: 'One' }, headers)).status, 200);
	assert.equal(code(await rename(me, { name: 'Two' }, headers)),
	    'stale');
	assert.equal((await profile(me.token)).data.name, 'One');
});

test('a user of the house', async () => {
	const make = (body, how = w.admin()) => c.call('POST',
	    '/users/register-system', { ...how, body: { password: PASSWORD,
		name: 'Of the house', ...body } });
	const address = () => `house-${unique()}@example.com`;
	const email = address();
	const made = await make({ email });

	assert.equal(made.status, 201);
	assert.deepEqual(Object.keys(made.data).sort(), ['email', 'id',
		'name']);
	const plain = await w.login({ email, password: PASSWORD });
	assert.equal((await w.ok(200, 'GET', '/organizations/current', {
		token: plain.token })).id, '1');
	assert.equal(code(await c.call('GET', '/admin/organizations', {
		token: plain.token })), 'forbidden');
	const boss = { email: address(), password: PASSWORD };
	assert.equal((await make({ ...boss, role: 'admin' })).status, 201);
	await w.login(boss);
	assert.equal((await make({ email: address() }, { token: boss.token }))
	    .status, 201);
	assert.equal(code(await make({ email })), 'email_taken');
	assert.equal(code(await make({ email: address() }, {
		token: plain.token })), 'forbidden');
	const { key } = await w.ok(201, 'POST', '/api-keys', { ...w.admin(),
		body: { description: 'Files', scopes: ['files:read'] } });
	assert.equal(code(await make({ email: address() }, { key })),
	    'scope');
	for (const [body, field] of [[{ role: 'owner' }, 'role'],
	    [{ password: 'short' }, 'password'], [{ password: boss.email,
		email: boss.email }, 'password'], [{ name: '' }, 'name']])
		assert.deepEqual((await make({ email: address(), ...body }))
		    .fields, [field]);
	assert.equal((await w.events({ token: boss.token }, 'user.registered',
	    made.data.id)).length, 1);
});

test('addresses differ by their accents, and not by upper case', async () => {
	const mark = unique();
	const plain = await w.user(`rene-${mark}@example.com`);
	const accent = await w.user(`ren\u00e9-${mark}@example.com`);

	assert.notEqual(plain.user.id, accent.user.id);
	for (const who of [plain, accent])
		assert.equal((await profile(who.token)).data.email, who.email);
	assert.equal(code(await c.call('POST', '/users/register', { body: {
		email: plain.email.toUpperCase(), password: PASSWORD,
		name: 'Again' } })), 'email_taken');
	assert.equal((await login({ email: accent.email.toUpperCase() }))
	    .status, 200);
	/* an invitation of the one is none of the other */
	const owner = await w.owner();
	const first = await w.invite(owner, plain.email);
	await w.join(accent, await w.invite(owner, accent.email));
	await w.join(plain, first);
});

test('deleted: no session, no key, no log-in; the address is taken',
    async () => {
	const owner = await w.owner();
	const me = await member(owner, 'member');
	const second = (await login(me)).data;

	await w.ok(200, 'PUT', '/users/active-organization', {
		token: me.token,
		body: { organizationId: owner.organization.id } });
	const { key } = await w.key(me, ['campaigns:read']);
	assert.equal((await remove(me)).status, 204);
	for (const token of [me.token, second.accessToken])
		assert.equal((await profile(token)).status, 401);
	for (const refreshToken of [me.refreshToken, second.refreshToken])
		assert.equal((await c.call('POST', '/auth/refresh', {
			body: { refreshToken } })).status, 401);
	assert.equal((await c.call('GET', '/users/profile', { key })).status,
	    401);
	const unknown = await login({ email: `no-${unique()}@example.com` });
	assert.deepEqual((await login(me)).body, unknown.body);
	assert.equal(code(await c.call('POST', '/users/register', { body: {
		email: me.email, password: PASSWORD, name: 'Again' } })),
	    'email_taken');
	assert.equal((await remove(me)).status, 401);
	assert.equal((await erase(me)).status, 401);
});

test('recovered: as before, but old sessions stay ended', async () => {
	const owner = await w.owner();
	const me = await member(owner, 'admin');

	await remove(me);
	assert.deepEqual((await recover(me, 'not the password')).body,
	    (await login({ email: `no-${unique()}@example.com` })).body);
	const back = await recover(me);
	assert.equal(back.status, 200);
	assert.deepEqual(Object.keys(back.data).sort(), ['accessToken',
		'expiresIn', 'refreshToken']);
	const { token } = { token: back.data.accessToken };
	assert.equal((await profile(token)).data.email, me.email);
	assert.equal((await profile(me.token)).status, 401);
	assert.deepEqual((await w.ok(200, 'GET', '/organizations', { token }))
	    .items.map((o) => o.id), [owner.organization.id]);
	assert.equal((await login(me)).status, 200);
	/* the second click is a log-in */
	assert.equal((await recover(me)).status, 200);
	const found = await sql(`SELECT GROUP_CONCAT(type ORDER BY id) FROM
	    event WHERE entity_id = ${me.user.id} AND type LIKE 'user.%'`);
	assert.equal(found, 'user.registered,user.deleted,user.recovered');
});

test('too late: as if he were unknown, and then erased', async () => {
	const me = await w.user();

	await remove(me);
	await over(me);
	assert.equal(code(await recover(me)), 'bad_login');
	await jobs();
	const state = () => sql(`SELECT CONCAT(name, ' ', email IS NULL, ' ',
	    password_hash = '', ' ', erased_at IS NOT NULL, ' ',
	    erase_at IS NULL) FROM user WHERE id = ${me.user.id}`);
	assert.equal(await state(), 'Deleted user 1 1 1 0');
	assert.equal(code(await recover(me)), 'bad_login');
	await over(me);
	await jobs();
	assert.equal(await state(), 'Deleted user 1 1 1 1');
	assert.equal(await sql(`SELECT COUNT(*) FROM event WHERE type =
	    'user.erased' AND entity_id = ${me.user.id}`), '1');
});

test('one whose time is not over stays', async () => {
	const me = await w.user();

	await remove(me);
	await jobs();
	assert.equal((await recover(me)).status, 200);
});

test('for ever: needs the password', async () => {
	const me = await w.user();
	const wrong = await erase(me, 'not the password');

	assert.equal(wrong.status, 403);
	assert.deepEqual(wrong.fields, ['password']);
	assert.equal((await erase(me, '')).status, 400);
	assert.equal((await c.call('DELETE', '/users/permanent', {
		token: me.token })).status, 415);
	assert.equal((await profile(me.token)).status, 200);
	assert.equal((await erase(me)).status, 204);
	assert.equal((await profile(me.token)).status, 401);
	assert.equal(code(await recover(me)), 'bad_login');
	assert.equal((await c.call('POST', '/users/register', { body: {
		email: me.email, password: PASSWORD, name: 'Again' } }))
	    .status, 201);
});

async function left(...marks) {
	return (await dump(c.service)).split('\n').filter((line) =>
	    marks.some((m) => line.includes(m)));
}

test('erased: no personal data is left anywhere', async () => {
	const mark = `zq${unique()}`;
	const me = { email: `${mark}@example.com`, password: PASSWORD };
	const name = `Name ${mark}`;
	const owner = await w.referrer();
	const campaign = await w.campaign(owner);

	/* a key under his address, one of an organization, one of his own */
	me.user = (await w.ok(201, 'POST', '/users/register', {
		idem: unique(), body: { ...me, name,
		    referralCode: campaign.code } })).user;
	await w.login(me);
	await w.ok(200, 'PUT', '/users/profile', { token: me.token,
		idem: unique(), body: { name } });
	await enrol(c.service, owner.organization, me.user, 'admin');
	await w.ok(200, 'PUT', '/users/active-organization', {
		token: me.token,
		body: { organizationId: owner.organization.id } });
	await w.ok(200, 'PUT', '/users/profile', { token: me.token,
		idem: unique(), body: { name: `${name}!` } });
	const { key } = await w.ok(201, 'POST', '/api-keys', {
		token: me.token, idem: unique(),
		body: { description: `Key of ${mark}` } });
	await w.buy({ ...owner, token: me.token });
	const { key: house } = w.admin();
	const other = `${mark}-2@example.com`;
	await w.ok(201, 'POST', '/users/register-system', { key: house,
		idem: unique(), body: { email: other, password: PASSWORD,
		    name } });
	const second = await w.login({ email: other, password: PASSWORD });
	await w.invite(await w.owner(), me.email);
	await w.ok(201, 'POST', '/organization-members/invite', {
		token: (await w.owner()).token, idem: unique(),
		body: { email: me.email, role: 'member' } });
	const [mine] = (await w.ok(200, 'GET', '/organization-members', {
		token: owner.token })).items.filter((m) =>
	    m.email === me.email);
	await w.ok(200, 'PUT', `/organization-members/${mine.id}`, {
		token: owner.token, idem: unique(), body: { role: 'admin' } });
	assert.ok((await left(mark)).length > 5);

	assert.equal((await erase(me)).status, 204);
	assert.equal((await erase(second)).status, 204);
	assert.deepEqual(await left(mark), []);
	assert.equal((await c.call('GET', '/referrer-campaigns', { key }))
	    .status, 401);
	assert.equal(await sql(`SELECT COUNT(*) FROM session WHERE
	    user_id = ${me.user.id}`), '0');
	assert.equal(await sql(`SELECT COUNT(*) FROM api_key WHERE user_id =
	    ${me.user.id} AND revoked_at IS NOT NULL`), '1');
	/* what he bought for the organization is there */
	assert.ok((await w.balance(owner)).balance > 0);
	for (const file of c.service.files(/\.log$/))
		assert.ok(!fs.readFileSync(file, 'utf8').includes(mark), file);
	const { code: status, out } = await c.service.verify();
	assert.equal(status, 0, out);
});

test('erased by the jobs role as well', async () => {
	const mark = `zq${unique()}`;
	const me = { email: `${mark}@example.com`, password: PASSWORD };

	me.user = (await w.ok(201, 'POST', '/users/register', {
		body: { ...me, name: `Name ${mark}` } })).user;
	await w.login(me);
	await remove(me);
	await over(me);
	await jobs();
	assert.deepEqual(await left(mark), []);
});

test('what was under way when he was erased goes a while later', async () => {
	const me = await w.user();
	const { id } = me.user;

	assert.equal((await erase(me)).status, 204);
	await sql(`INSERT INTO idempotency_key (owner, key_hash, request_hash,
	    status, body, user_id, created_at) VALUES ('late', '${id}', '',
	    200, '{}', ${id}, UTC_TIMESTAMP(6))`);
	const late = () => sql(`SELECT COUNT(*) FROM idempotency_key WHERE
	    user_id = ${id}`);
	await jobs();
	assert.equal(await late(), '1');
	await over(me);
	await jobs();
	assert.equal(await late(), '0');
});

test('a batch of them, one turn', async () => {
	const users = await Promise.all(Array.from({ length: 5 },
	    () => w.user()));

	for (const u of users) {
		await remove(u);
		await over(u);
	}
	await jobs();
	assert.equal(await sql(`SELECT COUNT(*) FROM user WHERE id IN
	    (${users.map((u) => u.user.id).join()}) AND erased_at IS NOT NULL`),
	    String(users.length));
});

/* --- the last owner --- */

for (const [how, go] of [['softly', remove], ['for ever', erase]]) {
	test(`the last owner of his only organization stays (${how})`,
	    async () => {
		const me = await w.owner();
		const a = await go(me);

		assert.equal(code(a), 'last_owner');
		assert.equal(a.status, 409);
		assert.equal((await profile(me.token)).status, 200);
		await w.ok(204, 'DELETE', '/organizations/current', {
			token: me.token });
		assert.equal((await go(me)).status, 204);
	});

	test(`the last owner where there are others stays (${how})`,
	    async () => {
		const me = await w.owner();

		await w.ok(201, 'POST', '/organizations', { token: me.token,
			body: { name: 'A second one' } });
		const other = await member(me, 'admin');
		assert.equal(code(await go(me)), 'last_owner');
		await sql(`UPDATE member SET role = 'owner' WHERE user_id =
		    ${other.user.id}`);
		assert.equal((await go(me)).status, 204);
		assert.equal(code(await go(other)), 'last_owner');
	});

	test(`alone in two organizations he may go (${how})`, async () => {
		const me = await w.owner();

		await w.ok(201, 'POST', '/organizations', { token: me.token,
			body: { name: 'A second one' } });
		assert.equal((await go(me)).status, 204);
	});

	test(`an owner beside whom another is may go (${how})`, async () => {
		const me = await w.owner();
		const other = await member(me, 'owner');

		assert.equal((await go(me)).status, 204);
		/* the one who went may come back: the other holds the place */
		assert.equal((await go(other)).status, 409);
	});

	test(`two last owners at once: one stays (${how})`, async () => {
		const me = await w.owner();
		const other = await member(me, 'owner');

		await member(me, 'member');
		const answers = await Promise.all([go(me), go(other)]);
		assert.deepEqual(answers.map((a) => a.status).sort(),
		    [204, 409]);
	});

	test(`a second click at once (${how})`, async () => {
		const me = await w.user();
		const answers = await Promise.all(Array.from({ length: 5 },
		    () => go(me)));

		for (const a of answers)
			assert.ok([204, 401].includes(a.status), a.text);
		assert.equal(answers.filter((a) => a.status === 204).length,
		    1);
	});
}

test('the last owner of the house stays, whatever else he has', async () => {
	const e = c.service.credentials;
	const house = await w.login({ email: e.AFFILIATED_ADMIN_EMAIL,
		password: e.AFFILIATED_ADMIN_PASSWORD });

	await w.ok(201, 'POST', '/organizations', { token: house.token,
		body: { name: 'Beside the house' } });
	assert.equal(code(await remove(house)), 'last_owner');
	assert.equal(code(await erase(house, house.password)), 'last_owner');
});

test('what he alone was in goes with him, for ever', async () => {
	const me = await w.owner();
	const second = await w.ok(201, 'POST', '/organizations', {
		token: me.token, body: { name: 'A second one' } });

	assert.equal((await remove(me)).status, 204);
	assert.equal((await c.call('GET', '/organizations/slug/' +
	    second.slug)).status, 200);
	const back = await recover(me);
	assert.equal((await w.ok(200, 'GET', '/organizations', {
		token: back.data.accessToken })).items.length, 2);
	me.token = back.data.accessToken;
	assert.equal((await erase(me)).status, 204);
	assert.equal(await sql(`SELECT COUNT(*) FROM organization WHERE id IN
	    (${second.id}, ${me.organization.id}) AND erased_at IS NOT NULL`),
	    '2');
});

test('an API key deletes no user', async () => {
	const { key } = await w.key(await w.owner());

	for (const path of ['/users', '/users/permanent'])
		assert.equal(code(await c.call('DELETE', path, { key,
			body: path === '/users' ? undefined :
			    { password: PASSWORD } })), 'login_only');
});

test('log-in and recovery while he is deleted at once', async () => {
	for (let i = 0; i < 5; i++) {
		const me = await w.user();
		const answers = await Promise.all([remove(me), login(me),
			login(me), recover(me), remove(me)]);

		for (const a of answers)
			assert.ok([200, 204, 401].includes(a.status), a.text);
		const now = await sql(`SELECT deleted_at IS NULL FROM user
		    WHERE id = ${me.user.id}`) === '1';
		assert.equal((await login(me)).status, now ? 200 : 401);
	}
});

test('the ledger verifies', async () => {
	const { code: status, out } = await c.service.verify();

	assert.equal(status, 0, out);
});
