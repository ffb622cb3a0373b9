/*
 * Webhooks out: endpoints, their secrets, and what stays away from others and
 * from private networks.
 */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, sleep, until } = require('./lib/test');
const { World } = require('./lib/world');
const { query } = require('./lib/db');
const { Receiver, verify } = require('./lib/receiver');
const { begin, calls, HOUR } = require('./lib/webhooks');

const test = tests(__filename);
let s, c, w, me, other, receiver;
const { ok, endpoint, read, drop, settled } =
    calls(() => ({ w, me, receiver }));

test('an endpoint is made, its secret is shown once', async () => {
	({ s, c, w, me, other, receiver } = await begin());
	const made = await endpoint({ events: ['referrer_campaign.*'],
		description: 'Shop' });

	assert.match(made.secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
	assert.deepEqual(made.events, ['referrer_campaign.*']);
	assert.equal(made.active, true);
	const { secret, ...rest } = made;
	assert.deepEqual(await read(made), rest);
	const list = await c.call('GET', '/webhook-endpoints', {
		token: me.token });
	assert.deepEqual(list.data.items, [rest]);
	assert.ok(!list.text.includes('whsec_'));
	assert.deepEqual((await ok(201, 'POST', '/webhook-endpoints', {
		url: receiver.url })).events, ['*']);
	const dump = await query(s, 'SELECT HEX(secret) FROM webhook_endpoint');
	const key = Buffer.from(secret.slice(6), 'base64').toString('hex');
	for (const hex of dump.toLowerCase().split('\n')) {
		assert.ok(!hex.includes(key), 'the key is in the database');
		assert.ok(!Buffer.from(hex, 'hex').includes(secret.slice(6)));
	}
	for (const e of (await ok(200, 'GET', '/webhook-endpoints')).items)
		assert.equal((await drop(e)).status, 204);
	assert.deepEqual((await ok(200, 'GET', '/webhook-endpoints')).items,
	    []);
});

test('a repeated creation does not show the secret again', async () => {
	const call = { token: me.token, idem: true, body: { url:
	    `${receiver.url}/again` } };

	call.idem = `hook-${Date.now()}`;
	const first = await c.call('POST', '/webhook-endpoints', call);
	const again = await c.call('POST', '/webhook-endpoints', call);
	assert.equal(again.status, 201);
	assert.equal(again.data.id, first.data.id);
	assert.equal(again.data.secret, null);
	await drop(first.data);
});

test('what is wrong with an endpoint is said', async () => {
	for (const [body, field] of [
		[{ url: 'http://shop.example/' }, 'url'],
		[{ url: 'ftp://shop.example/' }, 'url'],
		[{ url: 'https://u:p@shop.example/' }, 'url'],
		[{ url: 'https://shop.example/', events: [] }, 'events'],
		[{ url: 'https://shop.example/', events: ['no.such'] },
		    'events[0]'],
		[{ url: 'https://shop.example/', events: ['payment.paid',
		    'pay*'] }, 'events[1]'],
		[{ events: ['*'] }, 'url'],
	]) {
		const a = await c.call('POST', '/webhook-endpoints', {
			token: me.token, body });

		assert.equal(a.status, 400, a.text);
		assert.deepEqual(a.fields, [field]);
	}
});

test('no more endpoints than the installation allows', async () => {
	const all = [];

	for (let i = 0; i < 6; i++)
		all.push(await endpoint());
	const a = await c.call('POST', '/webhook-endpoints', {
		token: me.token, body: { url: receiver.url } });
	assert.equal(a.status, 422, a.text);
	assert.equal(a.body.error.code, 'limit');
	assert.match(a.body.error.message, /delete one/);
	for (const e of all)
		await drop(e);
	const many = await Promise.all(Array.from({ length: 12 }, () =>
	    c.call('POST', '/webhook-endpoints', { token: me.token,
		body: { url: receiver.url } })));
	assert.equal(many.filter((x) => x.status === 201).length, 6);
	for (const x of many.filter((one) => one.status === 201))
		await drop(x.data);
});

test('a new secret signs beside the old one, then alone', async () => {
	const e = await endpoint();
	const rotated = await ok(200, 'POST',
	    `/webhook-endpoints/${e.id}/rotate-secret`, {});
	const until1 = Date.parse(rotated.previousSecretUntil) - Date.now();

	assert.notEqual(rotated.secret, e.secret);
	assert.ok(Math.abs(until1 - 24 * HOUR) < 60000, String(until1));
	let ping = await ok(201, 'POST', `/webhook-endpoints/${e.id}/test`);
	const arrived = async () => {
		await until(() => receiver.got.some((r) =>
		    r.id === ping.messageId));
		return receiver.got.find((r) => r.id === ping.messageId);
	};
	let got = await arrived();
	assert.equal(got.headers['webhook-signature'].split(' ').length, 2);
	verify(e.secret, got);
	verify(rotated.secret, got);

	const last = await ok(200, 'POST',
	    `/webhook-endpoints/${e.id}/rotate-secret`, { overlapHours: 0 });
	assert.equal(last.previousSecretUntil, null);
	ping = await ok(201, 'POST', `/webhook-endpoints/${e.id}/test`);
	got = await arrived();
	verify(last.secret, got);
	for (const secret of [e.secret, rotated.secret])
		assert.throws(() => verify(secret, got));
	const a = await c.call('POST',
	    `/webhook-endpoints/${e.id}/rotate-secret`, { token: me.token,
		body: { overlapHours: 169 } });
	assert.equal(a.status, 400);
	await drop(e);
});

test('changes are guarded by their ETag', async () => {
	const e = await endpoint();
	const at = `/webhook-endpoints/${e.id}`;
	const { headers } = await c.call('GET', at, { token: me.token });
	const put = (body, etag) => c.call('PUT', at, { token: me.token, body,
		headers: { 'if-match': etag } });
	const first = await put({ description: 'One' }, headers.etag);

	assert.equal(first.status, 200, first.text);
	assert.notEqual(first.headers.etag, headers.etag);
	assert.equal((await put({ description: 'Two' }, headers.etag)).status,
	    412);
	assert.equal((await put({ url: 'http://shop.example/' }, '*')).status,
	    400);
	const both = await put({ events: ['payment.*', 'commission.created'],
		url: `${receiver.url}/new` }, first.headers.etag);
	assert.deepEqual(both.data.events, ['payment.*',
		'commission.created']);
	assert.equal(both.data.description, 'One');
	assert.equal((await put({ description: null }, '*')).data.description,
	    null);
	await drop(e);
	assert.equal((await drop(e)).status, 404);
});

test('endpoints and deliveries of others are not there', async () => {
	const e = await endpoint();
	const ping = await ok(201, 'POST', `/webhook-endpoints/${e.id}/test`);

	await settled(e, 'delivered');
	for (const [method, path, body] of [
		['GET', `/webhook-endpoints/${e.id}`],
		['PUT', `/webhook-endpoints/${e.id}`, { active: false }],
		['DELETE', `/webhook-endpoints/${e.id}`],
		['POST', `/webhook-endpoints/${e.id}/rotate-secret`, {}],
		['POST', `/webhook-endpoints/${e.id}/test`],
		['POST', `/webhook-endpoints/${e.id}/replay`,
		    { from: '2026-01-01T00:00:00Z' }],
		['GET', `/webhook-endpoints/${e.id}/deliveries`],
		['GET', `/webhook-deliveries/${ping.id}`],
		['POST', `/webhook-deliveries/${ping.id}/retry`],
	])
		assert.equal((await c.call(method, path, { token: other.token,
			body })).status, 404, `${method} ${path}`);
	assert.deepEqual((await ok(200, 'GET', '/webhook-endpoints', undefined,
	    other)).items, []);
	const n = receiver.got.length;
	const theirs = await endpoint({ url: `${receiver.url}/theirs` }, other);
	await w.campaign(me);
	await settled(e, 'delivered', 2);
	await sleep(500);
	assert.deepEqual(receiver.got.slice(n).filter((r) =>
	    r.path === '/theirs' && r.body.data.organizationId !==
		other.organization.id), []);
	await drop(e);
	await w.ok(204, 'DELETE', `/webhook-endpoints/${theirs.id}`, {
		token: other.token });
});

test('private addresses are refused, by name and by address', async () => {
	const main = (await service()).client;
	const mine = new World(main);
	const who = await mine.owner();

	for (const host of ['127.0.0.1', '[::1]', '10.1.2.3', '192.168.0.1',
		'[::ffff:10.0.0.1]', '[fd00::1]', '169.254.169.254',
		'localhost', 'localhost.', 'a.localhost', 'intranet',
		'0x7f.1', '2130706433']) {
		const a = await main.call('POST', '/webhook-endpoints', {
			token: who.token, body: { url: `https://${host}/` } });

		assert.equal(a.status, 400, `${host}: ${a.text}`);
		assert.deepEqual(a.fields, ['url']);
	}
	const to = await new Receiver(main.service).start();
	const { port } = new URL(to.url);
	const e = await mine.ok(201, 'POST', '/webhook-endpoints', {
		token: who.token, body: { url: 'https://shop.example/' } });
	const at = `/webhook-endpoints/${e.id}`;
	for (const host of ['127.0.0.1', '[::1]', 'localhost', '10.0.0.1']) {
		/* as if a name had led elsewhere when it was registered */
		await query(main.service, 'UPDATE webhook_endpoint SET url = ' +
		    `'https://${host}:${port}/' WHERE id = ${e.id}`);
		const ping = await mine.ok(201, 'POST', `${at}/test`, {
			token: who.token });
		let d;
		await until(async () => {
			d = await mine.ok(200, 'GET',
			    `/webhook-deliveries/${ping.id}`, {
				token: who.token });
			return d.attemptCount > 0;
		});
		assert.equal(d.attempts[0].status, 0, host);
		assert.equal(d.attempts[0].error,
		    'the address is not public', host);
	}
	assert.equal(to.got.length, 0);
	await to.stop();
	await receiver.stop();
	s.client.close();
});
