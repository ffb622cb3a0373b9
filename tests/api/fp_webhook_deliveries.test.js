/*
 * The FirstPromoter face: deliveries of webhooks, their log, what is tried
 * again, and an example that is sent at once.
 */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { service } = require('./lib/service');
const { tests, until, tally, times } = require('./lib/test');
const { unique, World } = require('./lib/world');
const { query } = require('./lib/db');
const { Receiver, verify } = require('./lib/receiver');
const { begin, calls } = require('./lib/hooks');

const test = tests(__filename);
let s, c, w, p, me, receiver, ann;
const { fp, subscribe, deliveries, settled } =
    calls(() => ({ w, me, receiver }));

const signup = () => p.track(200, me, 'signup', { ref_id: ann.code,
	email: `lead-${unique()}@shop.example` });
const at = (hook, d, more = '') =>
    `/webhooks/${hook.id}/webhook_deliveries/${d.id}${more}`;
const again = (hook, d, status = 200) => fp(status, 'POST',
    at(hook, d, '/retry_delivery'));
const drop = (hook) => fp(200, 'DELETE', `/webhooks/${hook.id}`);
const attempt = (body) => w.fp(200, me, 'POST', '/webhooks/test', body);

test('a company', async () => {
	({ s, c, w, p, me, receiver } = await begin());
	ann = await p.promoter(me);
});

test('failures are tried again, with the same id, then given up', async () => {
	const bad = await new Receiver(s, () => ({ status: 500,
		body: `no ${'ü'.repeat(3000)}` })).start();
	const hook = await subscribe(['referral.created'], { url: bad.url,
		max_retries: 2 });

	await signup();
	await until(async () => (await deliveries(hook))[0]?.status ===
	    'retrying');
	const [tried] = await deliveries(hook);
	assert.equal(tried.status, 'retrying');
	assert.ok(tried.attempts >= 1);
	assert.equal(tried.last_error, 'the answer was 500');
	let d = await settled(hook, 'failed');
	assert.deepEqual([d.attempts, d.response_code, d.delivered_at],
	    [3, 500, null]);
	assert.ok(d.response_body.startsWith('no üüü'));
	assert.ok(d.response_body.length < 2000);
	assert.equal(bad.got.length, 3);
	assert.equal(new Set(bad.got.map((r) => r.id)).size, 1);
	assert.equal(new Set(bad.got.map((r) => r.text)).size, 1);
	for (const r of bad.got)
		verify(hook.secret_key, r);
	assert.ok(bad.got.every((r, i) => i === 0 ||
	    r.at - bad.got[i - 1].at >= 900), 'no pause between attempts');

	/* by hand: as if for the first time; twice the same */
	const first = await again(hook, d);
	assert.deepEqual([first.status, first.attempts, first.last_error,
		first.response_code, first.response_body], ['pending', 0, null,
		null, null]);
	d = await settled(hook, 'failed');
	assert.equal(d.attempts, 3);
	assert.equal(bad.got.length, 6);
	bad.answer = () => ({ status: 201, body: 'thanks' });
	await again(hook, d);
	d = await settled(hook, 'delivered');
	assert.deepEqual([d.attempts, d.last_error, d.response_code,
		d.response_body], [1, null, 201, 'thanks']);
	assert.ok(Date.parse(d.delivered_at) >= Date.parse(d.created_at));
	assert.equal((await again(hook, d, 422)).code, 'operation_failed');
	assert.equal(new Set(bad.got.map((r) => r.id)).size, 1);
	await drop(hook);
	await bad.stop();
});

test('asked for by hand, as often as max_retries says', async () => {
	const bad = await new Receiver(s, () => 503).start();
	const hook = await subscribe(['referral.created'], { url: bad.url,
		max_retries: 1 });

	await signup();
	let d = await settled(hook, 'failed');
	await again(hook, d);
	d = await settled(hook, 'failed');
	assert.match((await again(hook, d, 422)).message, /max_retries/);
	assert.equal((await settled(hook, 'failed')).attempts, 2);
	await fp(404, 'POST', at(hook, { id: 999999999 }, '/retry_delivery'));
	await fp(404, 'GET', at(hook, { id: 999999999 }));
	await drop(hook);
	const none = await subscribe(['referral.created'], { url: bad.url,
		max_retries: 0 });
	await signup();
	d = await settled(none, 'failed');
	assert.equal(d.attempts, 1);
	await again(none, d, 422);
	await drop(none);
	await bad.stop();
});

test('while it is off, what happens is kept and not sent', async () => {
	const hook = await subscribe(['referral.created'], { active: false });
	const n = receiver.got.length;

	await signup();
	const d = await settled(hook, 'failed');
	assert.deepEqual([d.attempts, d.last_error, d.response_code],
	    [0, 'the subscription was not active', null]);
	assert.match((await again(hook, d, 422)).message, /turn it on/);
	await fp(200, 'PUT', `/webhooks/${hook.id}`, { active: true });
	assert.equal(receiver.got.length, n);
	await again(hook, d);
	await settled(hook, 'delivered');
	assert.equal(receiver.got.length, n + 1);
	await drop(hook);
});

test('410 turns it off', async () => {
	const gone = await new Receiver(s, () => 410).start();
	const hook = await subscribe(['referral.created'], { url: gone.url });

	await signup();
	const d = await settled(hook, 'failed');
	assert.deepEqual([d.attempts, d.response_code], [1, 410]);
	assert.equal((await fp(200, 'GET', `/webhooks/${hook.id}`)).active,
	    false);
	await drop(hook);
	await gone.stop();
});

test('each has its own time, beyond what the service allows', async () => {
	const slow = await new Receiver(s, () => ({ status: 200,
		delay: 3500 })).start();
	const short = await subscribe(['referral.created'], { url: slow.url,
		timeout: 1, max_retries: 0 });
	const long = await subscribe(['referral.created'], { url: slow.url,
		timeout: 10, max_retries: 0 });

	await signup();
	const d = await settled(short, 'failed');
	assert.match(d.last_error, /time/i);
	assert.equal(d.response_code, null);
	await settled(long, 'delivered');
	assert.equal(slow.got.length, 2);
	await drop(short);
	await drop(long);
	await slow.stop();
});

test('redirects are not followed', async () => {
	const moves = await new Receiver(s, () => ({ status: 302, headers: {
		location: receiver.url } })).start();
	const hook = await subscribe(['referral.created'], { url: moves.url,
		max_retries: 0 });
	const n = receiver.got.length;

	await signup();
	assert.equal((await settled(hook, 'failed')).response_code, 302);
	const { body } = await attempt({ url: moves.url,
		event_type: 'referral.created' });
	assert.deepEqual(body, { status: 302, body: '', error: null });
	assert.equal(receiver.got.length, n);
	await drop(hook);
	await moves.stop();
});

test('newest first, by page and cursor', async () => {
	const hook = await subscribe(['referral.created']);

	for (let i = 0; i < 5; i++)
		await signup();
	await until(async () => (await deliveries(hook)).length === 5);
	const all = await deliveries(hook);
	const list = `/webhooks/${hook.id}/webhook_deliveries`;
	assert.deepEqual(all.map((d) => d.id), all.map((d) => d.id).sort(
	    (a, b) => b - a));
	const one = await w.fp(200, me, 'GET', `${list}?per_page=3`);
	const two = await w.fp(200, me, 'GET', `${list}?per_page=3` +
	    `&cursor=${one.headers['x-next-cursor']}`);
	assert.deepEqual([...one.body, ...two.body].map((d) => d.id),
	    all.map((d) => d.id));
	assert.deepEqual((await fp(200, 'GET', `${list}?page=2&per_page=3`))
	    .map((d) => d.id), all.slice(3).map((d) => d.id));
	assert.deepEqual(await fp(200, 'GET', `${list}?page=9`), []);
	await fp(400, 'GET', `${list}?per_page=101`);
	await drop(hook);
});

function courier() {
	const pid = s.pid('jobs');

	return Number(fs.readFileSync(`/proc/${pid}/task/${pid}/children`,
	    'utf8').trim().split(' ')[0]);
}

test('SIGKILL while it sends: each arrives, under one id', async () => {
	const slow = await new Receiver(s, () => ({ status: 200, delay: 300 }))
	    .start();
	const hook = await subscribe(['referral.created'], { url: slow.url,
		timeout: 2 });
	const made = new Set();

	for (const pid of [courier, () => -s.pid('jobs'), () => 0]) {
		const n = slow.got.length;

		for (let i = 0; i < 8; i++)
			made.add((await signup()).id);
		if (pid() === 0)
			break;
		assert.ok(await until(() => slow.got.length > n, 30000, 5));
		process.kill(pid(), 'SIGKILL');
	}
	await until(async () => (await deliveries(hook)).filter((d) =>
	    d.status === 'delivered').length === 24, 60000);
	const all = await deliveries(hook);
	assert.deepEqual(all.map((d) => d.status), all.map(() => 'delivered'));
	assert.equal(all.length, 24);
	assert.deepEqual(new Set(slow.got.map((r) => r.body.entity_id)), made);
	assert.equal(new Set(slow.got.map((r) => r.id)).size, 24);
	for (const r of slow.got)
		verify(hook.secret_key, r);
	await drop(hook);
	await slow.stop();
}, 120);

test('an example is sent at once, and its answer shown', async () => {
	const { data } = await fp(200, 'GET', '/webhooks/event_types');

	receiver.answer = () => ({ status: 418, body: `tea ${'x'.repeat(
	    5000)}` });
	for (const event_type of data) {
		receiver.got.length = 0;
		const { body } = await attempt({ url: `${receiver.url}/try`,
			event_type, headers: { 'X-Try': 'yes' },
			basic_auth_user: 'me', basic_auth_password: 'pw' });
		const [got] = receiver.got;

		assert.equal(body.status, 418);
		assert.equal(body.error, null);
		assert.ok(body.body.startsWith('tea xxx'));
		assert.equal(body.body.length, 2000);
		assert.equal(got.headers['x-event-type'], event_type);
		assert.equal(got.headers['x-event-id'], got.body.event_id);
		assert.equal(got.headers['x-try'], 'yes');
		assert.equal(got.headers.authorization, 'Basic bWU6cHc=');
		assert.ok(got.headers['webhook-signature'].startsWith('v1,'));
		assert.deepEqual(Object.keys(got.body), ['event_id',
			'event_type', 'action', 'entity_type', 'entity_id',
			'changes', 'data', 'timestamp']);
		assert.equal(got.body.event_type, event_type);
		assert.equal(got.body.data.id, 1, got.text);
	}
	receiver.answer = () => 204;
	for (const [more, field] of [
		[{ url: undefined }, 'url'],
		[{ url: 'http://shop.example/' }, 'url'],
		[{ event_type: 'referral.*' }, 'event_type'],
		[{ event_type: undefined }, 'event_type'],
		[{ headers: { Host: 'x' } }, 'headers.Host'],
		[{ basic_auth_user: 'x' }, 'basic_auth_password'],
		[{ basic_auth_password: 'x' }, 'basic_auth_user'],
	]) {
		const a = await fp(400, 'POST', '/webhooks/test', {
			url: receiver.url, event_type: 'referral.created',
			...more });

		assert.deepEqual(Object.keys(a.errors), [field]);
	}
});

test('an example with a key is sent once', async () => {
	const call = () => c.call('POST', '/api/v2/company/webhooks/test', {
		token: me.token, idem: `try-${me.org}`, body: {
			url: `${receiver.url}/once`,
			event_type: 'referral.created' } });
	const n = receiver.got.length;
	const first = await call(), second = await call();

	assert.equal(first.body.status, 204);
	assert.deepEqual(second.body, first.body);
	assert.equal(second.headers['idempotent-replayed'], 'true');
	assert.equal(receiver.got.length, n + 1);
});

test('where nobody answers, that is the answer', async () => {
	const nobody = await new Receiver(s).start();

	await nobody.stop();
	const { body } = await attempt({ url: nobody.url,
		event_type: 'referral.created' });
	assert.equal(body.status, null);
	assert.equal(body.body, null);
	assert.match(body.error, /connect/i);
});

test('those that wait leave room for others', async () => {
	const slow = await new Receiver(s, () => ({ status: 200, delay: 1200 }))
	    .start();
	const all = await times(5, () => c.call('POST',
	    '/api/v2/company/webhooks/test', { token: me.token, body: {
		url: slow.url, event_type: 'referral.created' } }));

	assert.deepEqual(tally(all), { 200: 2, 429: 3 });
	assert.equal(slow.got.length, 2);
	await slow.stop();
});

test('private addresses are refused, by name and by address', async () => {
	const main = (await service()).client;
	const mine = new World(main);
	const who = await mine.owner();
	const call = (status, path, url, key) => mine.fp(status, who, 'POST',
	    path, { url, [key]: key === 'event_type' ? 'referral.created' :
		['referral.created'] });

	for (const host of ['127.0.0.1', '[::1]', '10.1.2.3', '192.168.0.1',
		'[::ffff:10.0.0.1]', '[fd00::1]', '169.254.169.254',
		'localhost', 'a.localhost', 'intranet', '0x7f.1',
		'2130706433']) {
		await call(422, '/webhooks', `https://${host}/`,
		    'event_types');
		await call(400, '/webhooks/test', `https://${host}/`,
		    'event_type');
	}
	const to = await new Receiver(main.service).start();
	const { port } = new URL(to.url);
	const hook = (await call(201, '/webhooks', 'https://shop.example/',
	    'event_types')).body;
	await query(main.service, 'UPDATE webhook_endpoint SET ' +
	    `url = 'https://127.0.0.1:${port}/', max_retries = 0 ` +
	    `WHERE id = ${hook.id}`);
	const { id } = await mine.companyCampaign(who);
	const promoter = await mine.promoter(who, { initial_campaign_id: id });
	await mine.fp(200, who, 'POST', '/referrals', {
		email: `lead-${unique()}@shop.example`,
		promoter_campaign_id: promoter.promoter_campaigns[0].id });
	let d;
	await until(async () => {
		[d] = (await mine.fp(200, who, 'GET',
		    `/webhooks/${hook.id}/webhook_deliveries`)).body;
		return d?.status === 'failed';
	});
	assert.equal(d.last_error, 'the address is not public');
	assert.equal(d.response_code, null);
	assert.equal(to.got.length, 0);
	await to.stop();
});

test('an end', async () => {
	await receiver.stop();
	s.client.close();
});
