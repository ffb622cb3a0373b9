/* Confirming an address; passwords forgotten, chosen anew, changed. */
'use strict';
const assert = require('node:assert/strict');
const { tests, until, sleep } = require('./lib/test');
const { unique, PASSWORD } = require('./lib/world');
const { Session, query } = require('./lib/db');
const { office } = require('./lib/mail');

const test = tests(__filename);
const NEW = 'another horse, another battery';
let o, c, w, post;

const slug = (a) => a.body.error.code;
const sql = (text) => query(o.service, text);
const auth = (path, body) => c.call('POST', `/auth/${path}`, { body });
const login = (who, password = who.password) => auth('login', {
	email: who.email, password });
const profile = (who) => c.call('GET', '/users/profile', {
	token: who.token });
/* No task of mail is left to be done. */
const idle = () => until(async () => await sql('SELECT COUNT(*) FROM task ' +
    "WHERE kind = 'mail' AND done_at IS NULL") === '0', 15000);

async function forgotten(who, n = 1) {
	await w.ok(200, 'POST', '/auth/password/forgot', {
		body: { email: who.email } });
	return post.token(who.email, n);
}

test('a new password by mail: all sessions end', async () => {
	o = await office();
	({ c, w, post } = o);
	const who = await w.owner();
	const token = await forgotten(who);
	const m = await post.mail(who.email);

	assert.equal(m.subject, 'Choose a new password');
	assert.ok(m.text.includes(who.user.name));
	assert.equal((await profile(who)).status, 200, 'asking changes nothing');
	await w.ok(200, 'POST', '/auth/password/reset', {
		body: { token, password: NEW } });
	assert.equal((await profile(who)).status, 401);
	assert.equal((await auth('refresh', {
		refreshToken: who.refreshToken })).status, 401);
	assert.equal((await login(who)).status, 401);
	assert.equal((await login(who, NEW)).status, 200);
}, 300);

/* While somebody else changes the row, and commits after the look-up. */
async function meanwhile(who, call) {
	const other = new Session(o.service);

	await other.run('BEGIN');
	await other.run(`UPDATE user SET password_hash = '${'x'.repeat(90)}'
	    WHERE id = ${who.user.id}`);
	const answer = call();
	await sleep(1000);
	await other.run('COMMIT');
	other.close();
	return answer;
}

test('a log-in whose password has just been changed opens no session',
    async () => {
	for (const go of [login, (who) => auth('recover', {
		email: who.email, password: who.password })]) {
		const who = await w.user();
		const a = await meanwhile(who, () => go(who));

		assert.equal(a.status, 401, a.text);
		assert.equal(slug(a), 'bad_login');
		assert.equal(await sql(`SELECT COUNT(*) FROM session WHERE
		    user_id = ${who.user.id}`), '1');
	}
});

test('of two changes at once the second knows the old password no more',
    async () => {
	const who = await w.user();
	const a = await meanwhile(who, () => c.call('PUT', '/users/password', {
		token: who.token, body: { currentPassword: who.password,
		    newPassword: NEW } }));

	assert.equal(a.status, 400, a.text);
	assert.deepEqual(a.fields, ['currentPassword']);
	assert.equal((await login(who, NEW)).status, 401);
});

test('a token is good for one use, and the others end with it', async () => {
	const who = await w.owner();
	const first = await forgotten(who), second = await forgotten(who, 2);

	assert.notEqual(first, second);
	const answers = await Promise.all(Array.from({ length: 4 }, (x, i) =>
	    auth('password/reset', { token: second,
		password: `${NEW} ${i}` })));
	assert.equal(answers.filter((a) => a.status === 200).length, 1);
	for (const token of [first, second]) {
		const a = await auth('password/reset', { token, password: NEW });

		assert.equal(a.status, 400);
		assert.equal(slug(a), 'bad_token');
	}
	const done = answers.findIndex((a) => a.status === 200);
	assert.equal((await login(who, `${NEW} ${done}`)).status, 200);
});

test('a token is good for an hour', async () => {
	const who = await w.owner();
	const token = await forgotten(who);

	await sql('UPDATE user_token SET expires_at = expires_at - INTERVAL ' +
	    `59 MINUTE WHERE user_id = ${who.user.id}`);
	assert.equal((await auth('password/reset', { token, password: 'short' }))
	    .status, 400);
	await sql('UPDATE user_token SET expires_at = expires_at - INTERVAL ' +
	    `1 MINUTE WHERE user_id = ${who.user.id}`);
	assert.equal(slug(await auth('password/reset', { token,
		password: NEW })), 'bad_token');
	assert.equal((await login(who)).status, 200);
});

test('the rules of passwords hold here as well', async () => {
	const who = await w.owner();
	const token = await forgotten(who);

	for (const password of ['short', who.email]) {
		const a = await auth('password/reset', { token, password });

		assert.equal(a.status, 400);
		assert.deepEqual(a.fields, ['password']);
	}
	await w.ok(200, 'POST', '/auth/password/reset', {
		body: { token, password: NEW } });
});

test('an unknown address gets the same answer in the same time, and no mail',
    async () => {
	const who = await w.owner();
	const unknown = `nobody-${unique()}@example.com`;
	const took = { known: [], unknown: [] };
	const before = post.mails.length;

	for (let i = 0; i < 12; i++)
		for (const [kind, email] of [['known', who.email],
		    ['unknown', unknown]]) {
			const begun = process.hrtime.bigint();
			const a = await auth('password/forgot', { email });

			took[kind].push(Number(process.hrtime.bigint() -
			    begun) / 1e6);
			assert.equal(a.status, 200);
			assert.equal(a.data, null);
		}
	const median = (list) => list.sort((a, b) => a - b)[6];
	const times = [median(took.known), median(took.unknown)];
	assert.ok(Math.max(...times) < 3 * Math.min(...times) + 3,
	    `${times} ms`);
	assert.ok(await idle());
	assert.equal(post.to(unknown).length, 0);
	/* and no more than ten an hour */
	assert.equal(post.mails.length, before + 10);
	await sql('UPDATE user_token SET created_at = created_at - INTERVAL ' +
	    `1 HOUR WHERE user_id = ${who.user.id}`);
	await auth('password/forgot', { email: who.email });
	assert.ok(await post.mail(who.email, 11));
});

test('the mail goes to the address that the user has', async () => {
	const who = await w.owner();

	await auth('password/forgot', { email: who.email.toUpperCase() });
	assert.ok(await post.mail(who.email));
	assert.equal(post.to(who.email.toUpperCase()).length, 0);
});

test('changing the password: other sessions end, this one stays', async () => {
	const who = await w.owner();
	const other = await w.login({ ...who });
	const token = await forgotten(who);
	const change = (currentPassword, newPassword) => c.call('PUT',
	    '/users/password', { token: who.token,
		body: { currentPassword, newPassword } });

	assert.deepEqual((await change('not the password', NEW)).fields,
	    ['currentPassword']);
	assert.deepEqual((await change(PASSWORD, who.email)).fields,
	    ['newPassword']);
	assert.equal((await change(PASSWORD, NEW)).status, 200);
	assert.equal((await profile(who)).status, 200);
	assert.equal((await profile(other)).status, 401);
	assert.equal((await auth('refresh', {
		refreshToken: other.refreshToken })).status, 401);
	assert.equal((await auth('refresh', {
		refreshToken: who.refreshToken })).status, 200);
	assert.equal((await login(who)).status, 401);
	assert.equal((await login(who, NEW)).status, 200);
	assert.equal((await auth('password/reset', { token, password: NEW }))
	    .status, 400, 'what was asked for before is over');
});

test('no API key changes a password', async () => {
	const who = await w.owner();
	const { key } = await w.key(who);

	assert.equal(slug(await c.call('PUT', '/users/password', { key,
		body: { currentPassword: PASSWORD, newPassword: NEW } })),
	    'login_only');
});

test('without confirm_email nobody waits for a mail', async () => {
	const who = await w.owner();

	assert.equal((await profile(who)).data.emailConfirmed, false);
	assert.ok(await idle());
	assert.equal(post.to(who.email).length, 0);
	await auth('confirm/resend', { email: who.email });
	const token = await post.token(who.email);
	await w.ok(200, 'POST', '/auth/confirm', { body: { token } });
	assert.equal((await profile(who)).data.emailConfirmed, true);
});

test('with confirm_email: first the mail, then the log-in', async () => {
	await o.service.configure({ confirm_email: 'on',
		confirmation_url: 'https://shop.example/confirm?x=1' });
	const who = { email: `c-${unique()}@example.com`, password: PASSWORD };

	await w.ok(201, 'POST', '/users/register', {
		body: { ...who, name: 'C' } });
	const early = await login(who);
	assert.equal(early.status, 403);
	assert.equal(slug(early), 'email_unconfirmed');
	assert.equal(slug(await auth('recover', who)), 'email_unconfirmed');
	assert.equal((await login(who, 'not the password')).status, 401);
	const m = await post.mail(who.email);
	assert.equal(m.subject, 'Confirm your email address');
	assert.match(m.text,
	    /\nhttps:\/\/shop\.example\/confirm\?x=1&token=[\w-]{43}\n/);
	const token = await post.token(who.email);
	assert.equal(slug(await auth('password/reset', { token,
		password: NEW })), 'bad_token', 'of another kind');
	for (let i = 0; i < 2; i++)	/* a second click does no harm */
		await w.ok(200, 'POST', '/auth/confirm', { body: { token } });
	await w.login(who);
	assert.equal((await profile(who)).data.emailConfirmed, true);
	assert.equal(slug(await auth('confirm', { token: 'x'.repeat(43) })),
	    'bad_token');
}, 200);

test('asking again for the mail that confirms', async () => {
	const who = { email: `d-${unique()}@example.com`, password: PASSWORD };
	const unknown = `nobody-${unique()}@example.com`;

	await w.ok(201, 'POST', '/users/register', {
		body: { ...who, name: 'D' } });
	const first = await post.token(who.email);
	for (const email of [who.email, unknown])
		assert.equal((await auth('confirm/resend', { email })).status,
		    200);
	const second = await post.token(who.email, 2);
	await sql('UPDATE user_token SET expires_at = UTC_TIMESTAMP(6) ' +
	    'ORDER BY created_at DESC LIMIT 1');
	assert.equal((await auth('confirm', { token: second })).status, 400);
	await w.ok(200, 'POST', '/auth/confirm', { body: { token: first } });
	await w.login(who);
	await auth('confirm/resend', { email: who.email });
	assert.ok(await idle());
	await sleep(200);
	assert.equal(post.to(who.email).length, 2, 'it is confirmed');
	assert.equal(post.to(unknown).length, 0);
});

test('a new password by mail confirms the address', async () => {
	const who = { email: `e-${unique()}@example.com`, password: PASSWORD };

	await w.ok(201, 'POST', '/users/register', {
		body: { ...who, name: 'E' } });
	await post.mail(who.email);
	const token = await forgotten(who, 2);
	await w.ok(200, 'POST', '/auth/password/reset', {
		body: { token, password: NEW } });
	assert.equal((await login(who, NEW)).status, 200);
});

test('an invitation lets nobody in before his address is confirmed',
    async () => {
	await o.service.configure({ confirm_email: undefined,
		confirmation_url: undefined });
	const me = await w.owner();
	const email = `f-${unique()}@example.com`;
	const { invitationToken } = await w.ok(201, 'POST',
	    '/organization-members/invite', { token: me.token,
		body: { email, role: 'member' } });

	await o.service.configure({ confirm_email: 'on' });
	await w.ok(201, 'POST', '/users/register', { body: { email,
		password: PASSWORD, name: 'F', invitationToken } });
	assert.equal((await login({ email, password: PASSWORD })).status, 403);
	const token = await post.token(email, 2);
	await w.ok(200, 'POST', '/auth/confirm', { body: { token } });
	const who = await w.login({ email, password: PASSWORD });
	assert.equal((await w.ok(200, 'GET', '/organizations/current', {
		token: who.token })).id, me.organization.id);
	await o.service.configure({ confirm_email: undefined });
}, 200);

test('no token and no address stands in the database', async () => {
	const who = await w.owner();
	const token = await forgotten(who);

	assert.ok(await idle());
	for (const t of (await sql('SHOW TABLES')).split('\n')) {
		const text = await sql(`SELECT * FROM \`${t}\``);

		for (const secret of [token, PASSWORD, NEW])
			assert.ok(!text.includes(secret), t);
		if (t === 'task')
			assert.ok(!text.includes(who.email));
	}
});
