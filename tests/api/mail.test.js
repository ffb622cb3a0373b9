/* Mail over SMTP: to a real server, which is not always willing. */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { service } = require('./lib/service');
const { tests, until, sleep } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { query, turn } = require('./lib/db');
const { Post, office } = require('./lib/mail');

const test = tests(__filename);
let o, s, w, post, me;

const sql = (text) => query(s, text);
/* Something that sends a mail to a new address. */
async function invite(more = {}) {
	const email = `guest-${unique()}@example.com`;

	await w.ok(201, 'POST', '/organization-members/invite', {
		token: me.token, body: { email, role: 'member', ...more } });
	return email;
}

/* The newest task of mail, once it is so. */
function task(condition, ms = 20000) {
	return until(async () => Number(await sql(`SELECT COUNT(*) FROM (
	    SELECT * FROM task WHERE kind = 'mail' ORDER BY id DESC LIMIT 1) t
	    WHERE ${condition}`)) === 1, ms, 200);
}

test('a mail by STARTTLS with a log-in, as RFC 5322 wants it', async () => {
	o = await office();
	({ service: s, post, w } = o);
	me = await w.owner();
	const email = await invite({ message: 'Schön, dass du kommst: =?x?=' });
	const m = await post.mail(email);

	assert.equal(m.secure, true);
	assert.equal(m.user, 'affiliated');
	assert.equal(m.hello, 'affiliated.example');
	assert.equal(m.from, 'post@affiliated.example');
	assert.deepEqual(m.to, [email]);
	assert.match(m.headers.date,
	    /^\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/);
	assert.ok(Math.abs(Date.parse(m.headers.date) - Date.now()) < 60000);
	assert.match(m.headers['message-id'],
	    /^<[0-9a-f]{32}@affiliated\.example>$/);
	assert.match(m.headers.from,
	    /^=\?utf-8\?q\?\S+\?= <post@affiliated\.example>$/);
	assert.equal(m.headers.to, `<${email}>`);
	assert.equal(m.headers['mime-version'], '1.0');
	assert.equal(m.headers['content-type'], 'text/plain; charset=utf-8');
	assert.ok(m.text.includes('Schön, dass du kommst: =?x?='));
	assert.ok(m.text.includes(me.organization.name));
	for (const line of m.raw.split('\r\n'))
		assert.ok(line.length <= 78 && /^[\t -~]*$/.test(line), line);
}, 300);

test('what a person chose begins no header', async () => {
	for (const name of ['Ünï =?utf-8?q?=0ABcc:_x?= "x" <a@b.example>',
	    'a\nBcc: x@example.com', 'a\n\n.\nRCPT TO: <x@example.com>',
	    'ß'.repeat(120)]) {
		await w.ok(200, 'PUT', '/organizations/current', {
			token: me.token, body: { name } });
		const email = await invite();
		const m = await post.mail(email);

		assert.equal(m.subject, `Invitation to ${name}`);
		assert.deepEqual(m.to, [email]);
		assert.deepEqual(Object.keys(m.headers).sort(), [
			'auto-submitted', 'content-transfer-encoding',
			'content-type', 'date', 'from', 'message-id',
			'mime-version', 'subject', 'to']);
	}
});

test('an address whose letters are not of ASCII is written to', async () => {
	const email = `jos\u00e9-${unique()}@example.com`;

	await w.invite(me, email);
	const m = await post.mail(email);
	assert.deepEqual(m.to, [email]);
	assert.equal(Buffer.from(m.headers.to, 'latin1').toString(),
	    `<${email}>`);
});

test('lines of one dot, and long ones, arrive', async () => {
	const message = `. ${'ä'.repeat(200)} ${'x'.repeat(200)}`;
	const m = await post.mail(await invite({ message }));

	assert.ok(m.text.includes(`\n${message}\n`));
});

test('nothing is left of a mail that is sent', async () => {
	await invite();
	assert.ok(await task("done_at IS NOT NULL AND failed_at IS NULL " +
	    "AND payload = ''"));
});

test('not now: the server is asked again', async () => {
	post.replies.push(450, 421, 451);
	const before = post.refused;
	const m = await post.mail(await invite(), 1, 40000);

	assert.ok(m);
	assert.equal(post.refused, before + 3);
	assert.ok(await task('attempts = 4 AND failed_at IS NULL'));
	await sleep(1500);
	assert.equal(post.to(m.to[0]).length, 1);
});

test('never: it is given up', async () => {
	post.replies.push(550);
	const email = await invite();

	assert.ok(await task("failed_at IS NOT NULL AND payload = '' AND " +
	    "last_error LIKE '%550%' AND attempts = 1"));
	assert.equal(post.to(email).length, 0);
});

test('the server away: mail waits, payments do not', async () => {
	await s.configure({ ...o.settings, smtp_url: 'smtp://127.0.0.1:1' });
	const email = await invite();

	assert.ok(await task('attempts > 0 AND done_at IS NULL'));
	await w.buy(me);
	await s.configure(o.settings);
	assert.ok(await post.mail(email, 1, 40000));
}, 200);

test('a server that is silent holds up no payment for long', async () => {
	const net = require('node:net');
	const silent = net.createServer(() => {});

	await new Promise((done) => silent.listen(0, '127.0.0.1', done));
	silent.unref();
	await s.configure({ ...o.settings, mail_seconds: 2,
		smtp_url: `smtp://127.0.0.1:${silent.address().port}` });
	const emails = [await invite(), await invite(), await invite()];
	await sleep(500);
	const session = await w.checkout(me);
	await w.press(session, 'pay');
	assert.ok(await w.paid(me, session.id, 5000));
	await s.configure({ ...o.settings, mail_seconds: undefined });
	for (const email of emails)
		assert.ok(await post.mail(email, 1, 40000));
}, 200);

test('a server that is slow with each mail holds up nothing else',
    async () => {
	const slow = await new Post({ hideSTARTTLS: true,
		onMailFrom: (address, session, done) =>
		    setTimeout(done, 1500) }).listen();
	const rotated = `${s.env.AFFILIATED_LOG_FILE}.1`;

	await s.configure({ ...o.settings, smtp_tls: 'off',
		smtp_url: `smtp://127.0.0.1:${slow.port}`,
		smtp_user: undefined, smtp_password: undefined });
	const emails = [];
	for (let i = 0; i < 12; i++)
		emails.push(await invite());
	const begun = Date.now();
	const session = await w.checkout(me);
	await w.press(session, 'pay');
	assert.ok(await w.paid(me, session.id, 6000), 'the payment waits');
	await turn(s, 'release_earnings');
	await turn(s, 'look_at_payments');
	assert.ok(Date.now() - begun < 15000, 'schedules wait');
	/* it hears its operator meanwhile */
	fs.renameSync(s.env.AFFILIATED_LOG_FILE, rotated);
	process.kill(s.pid('jobs'), 'SIGUSR2');
	assert.ok(await until(() => fs.existsSync(
	    s.env.AFFILIATED_LOG_FILE), 5000), 'signals wait');
	assert.ok(slow.mails.length < emails.length, 'the mails are sent');
	process.kill(s.pid('supervisor'), 'SIGUSR2');
	for (const email of emails)
		await slow.mail(email, 1, 40000);
	await s.configure(o.settings);
	await slow.close();
}, 200);

test('a wrong log-in is no fault of the mail', async () => {
	await s.configure({ ...o.settings, smtp_password: 'wrong' });
	const email = await invite();

	assert.ok(await task('attempts > 0 AND done_at IS NULL'));
	await s.configure(o.settings);
	assert.ok(await post.mail(email, 1, 40000));
}, 200);

test('no mail leaves without STARTTLS, unless on this machine by a setting',
    async () => {
	const plain = await new Post({ hideSTARTTLS: true }).listen();
	const url = `smtp://127.0.0.1:${plain.port}`;

	await s.configure({ ...o.settings, smtp_url: url });
	const email = await invite();
	assert.ok(await task('attempts > 0 AND done_at IS NULL'));
	assert.equal(plain.mails.length, 0);
	await s.configure({ ...o.settings, smtp_url: url, smtp_tls: 'off',
		smtp_user: undefined, smtp_password: undefined });
	const m = await plain.mail(email, 1, 40000);
	assert.equal(m.secure, false);
	assert.equal(m.user, undefined);
	await plain.close();
}, 200);

test('an authority that nobody knows is not trusted', async () => {
	await s.configure({ ...o.settings, smtp_ca: undefined });
	const email = await invite();

	assert.ok(await task('attempts > 0 AND done_at IS NULL'));
	assert.equal(post.to(email).length, 0);
	await s.configure(o.settings);
	assert.ok(await post.mail(email, 1, 40000));
}, 200);

test('TLS from the first byte', async () => {
	const tls = await new Post({ secure: true, ...o.certificate }).listen();

	await s.configure({ ...o.settings,
		smtp_url: `smtps://localhost:${tls.port}` });
	const m = await tls.mail(await invite());
	assert.equal(m.secure, true);
	assert.equal(m.user, 'affiliated');
	await s.configure(o.settings);
	await tls.close();
}, 200);

test('without a mail server nothing is left to be sent', async () => {
	const other = await service();
	const w2 = new World(other.client), who = await w2.owner();
	const made = await w2.ok(201, 'POST', '/organization-members/invite', {
		token: who.token, body: { email: `a-${unique()}@example.com`,
		    role: 'member' } });

	assert.ok(made.invitationToken.length >= 32);
	await w2.ok(200, 'POST', '/auth/password/forgot', {
		body: { email: who.email } });
	assert.equal(await query(other, "SELECT COUNT(*) FROM task WHERE " +
	    "kind = 'mail'"), '0');
});

test('a configuration that cannot work is refused', () => {
	const { spawnSync } = require('node:child_process');
	const path = require('node:path');
	const program = path.join(process.env.AFFILIATED_BUILD ??
	    path.join(__dirname, '../../build'), 'affiliated');
	const wrong = [
		[{ CONFIRM_EMAIL: 'on' }, /confirm_email needs smtp_url/],
		[{ SMTP_URL: 'http://x' }, /smtp_url/],
		[{ SMTP_URL: 'smtp://x:0' }, /smtp_url/],
		[{ SMTP_URL: 'smtp://u@x' }, /smtp_url/],
		[{ SMTP_URL: 'smtp://x/y' }, /smtp_url/],
		[{ SMTP_URL: 'smtp://[::1' }, /smtp_url/],
		[{ SMTP_URL: 'smtp://mail.example', SMTP_TLS: 'off' },
		    /smtp_tls/],
		[{ SMTP_URL: 'smtp://127.evil.example', SMTP_TLS: 'off' },
		    /smtp_tls/],
		[{ SMTP_URL: 'smtp://localhost', SMTP_TLS: 'off' },
		    /mail_from/],
		[{ SMTP_URL: 'smtp://[::1]:25', SMTP_TLS: 'off',
		    MAIL_FROM: 'a <b@c>' }, /mail_from/],
		[{ SMTP_URL: 'smtps://x', MAIL_FROM: 'a@b',
		    MAIL_SECONDS: '26' }, /mail_seconds/],
	];

	for (const [settings, said] of wrong) {
		const env = { ...process.env, AFFILIATED_SECRET_FILE:
		    path.join(s.state, 'etc', 'secret') };

		for (const [name, value] of Object.entries(settings))
			env[`AFFILIATED_${name}`] = value;
		const { status, stderr } = spawnSync(program, ['jobs'], { env,
		    encoding: 'utf8', timeout: 10000 });
		assert.equal(status, 1, JSON.stringify(settings));
		assert.match(stderr, said);
	}
});
