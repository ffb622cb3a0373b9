/* Webhooks out: signatures, retries, replay, and what a signal does. */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { tests, until } = require('./lib/test');
const { query } = require('./lib/db');
const { Receiver, verify } = require('./lib/receiver');
const { begin, calls, HOUR } = require('./lib/webhooks');

const test = tests(__filename);
let s, c, w, me, receiver;
const { ok, endpoint, read, deliveries, drop, settled } =
    calls(() => ({ w, me, receiver }));

test('somebody', async () => {
	({ s, c, w, me, receiver } = await begin());
});

test('events arrive, signed, as /events has them', async () => {
	const e = await endpoint({ events: ['referrer_campaign.created',
		'referrer_campaign.ended'] });
	const campaign = await w.campaign(me);
	const begun = Date.now();

	await ok(200, 'PUT', `/referrer-campaigns/${campaign.id}`, {
		name: 'Autumn' });
	await c.call('DELETE', `/referrer-campaigns/${campaign.id}`, {
		token: me.token });
	const [ended] = await receiver.of('referrer_campaign.ended');
	assert.ok(ended.at - begun < 3000, `after ${ended.at - begun} ms`);
	const [made] = await receiver.of('referrer_campaign.created');
	for (const r of [made, ended]) {
		verify(e.secret, r);
		assert.throws(() => verify(e.secret, { ...r,
			text: r.text.replace('data', 'dato') }));
		assert.equal(r.headers['content-type'], 'application/json');
		assert.equal(r.method, 'POST');
		const event = await ok(200, 'GET',
		    `/events/${r.body.data.id}`);
		assert.deepEqual(r.body, { type: event.type,
			timestamp: event.createdAt, data: event });
		assert.equal(event.entityId, campaign.id);
		assert.equal(event.organizationId, me.organization.id);
		assert.equal(r.id, `evt_${event.id}`);
	}
	assert.equal((await receiver.of('referrer_campaign.updated', 0))
	    .length, 0);
	const all = await settled(e, 'delivered', 2);
	assert.deepEqual(all.map((d) => d.messageId).sort(),
	    [made.id, ended.id].sort());
	const d = await ok(200, 'GET', `/webhook-deliveries/${all[0].id}`);
	assert.equal(d.attempts.length, 1);
	assert.equal(d.attempts[0].status, 204);
	assert.equal(d.attempts[0].error, null);
	assert.equal(d.attemptCount, 1);
	assert.ok(d.endedAt);
	assert.equal(d.nextAttemptAt, null);
	await drop(e);
});

test('a ping tries the endpoint', async () => {
	const e = await endpoint({ events: ['payment.*'] });
	const sent = await ok(201, 'POST', `/webhook-endpoints/${e.id}/test`);

	assert.equal(sent.type, 'ping');
	assert.equal(sent.eventId, null);
	const [got] = await receiver.of('ping');
	verify(e.secret, got);
	assert.equal(got.id, sent.messageId);
	assert.deepEqual(got.body.data, { endpointId: e.id,
		organizationId: me.organization.id });
	await settled(e, 'delivered');
	await ok(200, 'PUT', `/webhook-endpoints/${e.id}`, { active: false });
	for (const path of ['test', 'replay']) {
		const a = await c.call('POST',
		    `/webhook-endpoints/${e.id}/${path}`, { token: me.token,
			body: path === 'test' ? undefined :
			    { from: '2026-01-01T00:00:00Z' } });

		assert.equal(a.status, 409, a.text);
	}
	assert.equal((await c.call('POST',
	    `/webhook-deliveries/${sent.id}/retry`, { token: me.token }))
	    .status, 409);
	await drop(e);
	assert.equal((await c.call('GET', `/webhook-deliveries/${sent.id}`, {
		token: me.token })).status, 404);
});

test('failures are tried again, with the same id, and given up', async () => {
	const bad = await new Receiver(s, (r) => r.path === '/moves' ?
	    { status: 302, headers: { location: receiver.url } } :
	    bad.got.filter((x) => x.path === r.path).length < 3 ? 500 : 200)
	    .start();
	const twice = await endpoint({ url: `${bad.url}/twice` });
	const moves = await endpoint({ url: `${bad.url}/moves` });

	await drop({ id: moves.id });
	const never = await endpoint({ url: `${bad.url}/moves` });
	await w.campaign(me);
	const [d] = await settled(never, 'failed', 1, 25000);
	const detail = await ok(200, 'GET', `/webhook-deliveries/${d.id}`);
	assert.deepEqual(detail.attempts.map((a) => a.status),
	    [302, 302, 302, 302]);
	const tries = bad.got.filter((r) => r.path === '/moves');
	assert.equal(tries.length, 4);
	assert.equal(new Set(tries.map((r) => r.id)).size, 1);
	for (const r of tries)
		verify(never.secret, r);
	assert.ok(tries.every((r, i) => i === 0 ||
	    r.at - tries[i - 1].at >= 900), 'no pause between attempts');
	assert.ok((await read(never)).failingSince);
	await settled(twice, 'delivered');
	assert.equal((await read(twice)).failingSince, null);

	/* by hand, once the receiver is well again */
	bad.answer = () => 200;
	const again = await ok(200, 'POST',
	    `/webhook-deliveries/${d.id}/retry`);
	assert.equal(again.status, 'pending');
	assert.ok(again.nextAttemptAt);
	await settled(never, 'delivered');
	const after = await ok(200, 'GET', `/webhook-deliveries/${d.id}`);
	assert.deepEqual(after.attempts.map((a) => a.status),
	    [200, 302, 302, 302, 302]);
	assert.equal((await read(never)).failingSince, null);
	await drop(twice);
	await drop(never);
	await bad.stop();
});

test('a slow receiver times out, and holds up nobody else', async () => {
	const slow = await new Receiver(s, () => ({ status: 200, delay: 8000 }))
	    .start();
	const dead = [];

	for (let i = 0; i < 4; i++)
		dead.push(await endpoint({ url: `${slow.url}/${i}` }));
	const well = await endpoint();
	const n = receiver.got.length;
	for (let i = 0; i < 12; i++)
		await w.campaign(me);
	await until(() => receiver.got.length >= n + 12, 5000);
	assert.ok(receiver.got.length >= n + 12);
	await until(async () => (await deliveries(dead[0])).some((d) =>
	    d.attemptCount > 0), 8000);
	const [d] = (await deliveries(dead[0])).filter((x) =>
	    x.attemptCount > 0);
	const { attempts } = await ok(200, 'GET',
	    `/webhook-deliveries/${d.id}`);
	assert.equal(attempts[0].status, 0);
	assert.match(attempts[0].error, /time/i);
	assert.ok(attempts[0].durationMs >= 1900 &&
	    attempts[0].durationMs < 4000, String(attempts[0].durationMs));
	for (const e of [...dead, well])
		await drop(e);
	await slow.stop();
});

test('an answer that never ends is cut off', async () => {
	const talker = await new Receiver(s, () => ({ status: 200,
		body: 'x'.repeat(4 << 20) })).start();
	const e = await endpoint({ url: talker.url });

	await ok(201, 'POST', `/webhook-endpoints/${e.id}/test`);
	await settled(e, 'delivered');
	await drop(e);
	await talker.stop();
});

test('410 turns the endpoint off, and says so in an event', async () => {
	const gone = await new Receiver(s, () => 410).start();
	const e = await endpoint({ url: gone.url });

	await w.campaign(me);
	await until(async () => !(await read(e)).active);
	const off = await read(e);
	assert.equal(off.active, false);
	assert.equal(off.disabledReason, 'gone');
	assert.ok(off.disabledAt);
	await settled(e, 'failed');
	const [event] = await w.events(me, 'webhook_endpoint.disabled', e.id);
	assert.deepEqual(event.data, { reason: 'gone' });

	/* what happens meanwhile is kept for a replay */
	await w.campaign(me);
	await until(async () => (await deliveries(e)).length === 2);
	assert.equal((await deliveries(e, '&status=disabled')).length, 1);
	gone.answer = () => 200;
	const on = await ok(200, 'PUT', `/webhook-endpoints/${e.id}`, {
		active: true });
	assert.equal(on.disabledAt, null);
	assert.equal(on.disabledReason, null);
	const a = await ok(202, 'POST', `/webhook-endpoints/${e.id}/replay`, {
		from: new Date(Date.now() - HOUR).toISOString() });
	assert.equal(a.status, null);
	await settled(e, 'delivered', 2);
	assert.equal(gone.got.length, 3);
	await drop(e);
	await gone.stop();
});

test('an endpoint that fails for days is given up', async () => {
	const bad = await new Receiver(s, () => 503).start();
	const e = await endpoint({ url: bad.url });

	await ok(201, 'POST', `/webhook-endpoints/${e.id}/test`);
	await until(async () => (await read(e)).failingSince !== null);
	assert.equal((await read(e)).active, true);
	await query(s, 'UPDATE webhook_queue SET failing_since = ' +
	    `failing_since - INTERVAL 5 DAY WHERE endpoint_id = ${e.id}`);
	await until(async () => !(await read(e)).active);
	assert.equal((await read(e)).disabledReason, 'failing');
	await settled(e, 'disabled');
	await drop(e);
	await bad.stop();
});

test('a replay sends what was delivered again, under its id', async () => {
	const e = await endpoint();
	const from = new Date(Date.now() - 1000).toISOString();
	const n = receiver.got.length;

	for (let i = 0; i < 3; i++)
		await w.campaign(me);
	await settled(e, 'delivered', 3);
	await ok(202, 'POST', `/webhook-endpoints/${e.id}/replay`, { from,
		status: 'delivered' });
	await until(() => receiver.got.length >= n + 6);
	const ids = receiver.got.slice(n).map((r) => r.id);
	assert.equal(ids.length, 6);
	assert.equal(new Set(ids).size, 3);
	const before = await c.call('POST',
	    `/webhook-endpoints/${e.id}/replay`, { token: me.token, body: {
		from, to: new Date(Date.now() - HOUR).toISOString() } });
	assert.equal(before.status, 400, before.text);
	assert.deepEqual(before.fields, ['from']);
	await drop(e);
});

test('lists of deliveries have pages and filters', async () => {
	const e = await endpoint();

	for (let i = 0; i < 5; i++)
		await ok(201, 'POST', `/webhook-endpoints/${e.id}/test`);
	await settled(e, 'delivered', 5);
	const at = `/webhook-endpoints/${e.id}/deliveries`;
	const seen = [];
	let cursor;
	for (let i = 0; i < 3; i++) {
		const page = await ok(200, 'GET', `${at}?limit=2` +
		    (cursor ? `&cursor=${cursor}` : ''));

		seen.push(...page.items.map((d) => d.id));
		cursor = page.nextCursor;
	}
	assert.equal(cursor, null);
	assert.equal(new Set(seen).size, 5);
	assert.deepEqual((await ok(200, 'GET',
	    `${at}?sort=createdAt:asc`)).items.map((d) => d.id),
	    seen.reverse());
	assert.deepEqual((await ok(200, 'GET', `${at}?status=failed`)).items,
	    []);
	assert.equal((await c.call('GET', `${at}?status=lost`, {
		token: me.token })).status, 400);
	await drop(e);
});

/* The process that sends: the child of jobs. */
function courier() {
	const pid = s.pid('jobs');

	return Number(fs.readFileSync(`/proc/${pid}/task/${pid}/children`,
	    'utf8').trim().split(' ')[0]);
}

test('SIGKILL while it sends: each event arrives, its id is one', async () => {
	const slow = await new Receiver(s, () => ({ status: 200, delay: 300 }))
	    .start();
	const e = await endpoint({ url: slow.url });
	const made = new Set();
	/* in the middle of a turn; the second time all of jobs */
	const kill = async (pid) => {
		const n = slow.got.length;

		assert.ok(await until(() => slow.got.length > n, 30000, 5));
		process.kill(pid(), 'SIGKILL');
	};

	for (const pid of [courier, () => -s.pid('jobs'), () => 0]) {
		for (let i = 0; i < 8; i++)
			made.add((await w.campaign(me)).id);
		if (pid() !== 0)
			await kill(pid);
	}
	await settled(e, 'delivered', 24, 60000);
	assert.ok(slow.got.length > 24, 'none was under way');
	const entities = (r) => r.body.data.entityId;
	assert.deepEqual(new Set(slow.got.map(entities)), made);
	for (const id of made)
		assert.equal(new Set(slow.got.filter((r) =>
		    entities(r) === id).map((r) => r.id)).size, 1);
	for (const r of slow.got)
		verify(e.secret, r);
	await drop(e);
	await slow.stop();
}, 120);

test('SIGHUP and SIGTERM lose nothing', async () => {
	const slow = await new Receiver(s, () => ({ status: 200, delay: 700 }))
	    .start();
	const e = await endpoint({ url: slow.url });

	for (const signal of ['SIGHUP', 'SIGTERM']) {
		const n = slow.got.length, old = courier();

		await w.campaign(me);
		await until(() => slow.got.length > n);
		process.kill(s.pid('jobs'), signal);
		await w.campaign(me);
		await until(() => {
			try {
				return courier() !== old;
			} catch {
				return false;
			}
		});
		await settled(e, 'delivered', (n / 2 + 1) * 2, 30000);
	}
	/* an end in order sends nothing twice */
	assert.equal(slow.got.length, 4);
	await drop(e);
	await slow.stop();
}, 120);

test('what is old is purged, with its attempts', async () => {
	const e = await endpoint();
	const ping = await ok(201, 'POST', `/webhook-endpoints/${e.id}/test`);

	await settled(e, 'delivered');
	await query(s, 'UPDATE webhook_delivery SET created_at = ' +
	    `created_at - INTERVAL 31 DAY WHERE id = ${ping.id}`);
	await query(s, 'UPDATE schedule SET next_run_at = UTC_TIMESTAMP(6) ' +
	    'WHERE name = \'purge\'');
	assert.ok(await until(async () => (await deliveries(e)).length === 0));
	assert.equal(await query(s, 'SELECT COUNT(*) FROM webhook_attempt ' +
	    `WHERE delivery_id = ${ping.id}`), '0');
	assert.equal((await c.call('GET', `/webhook-deliveries/${ping.id}`, {
		token: me.token })).status, 404);
	await drop(e);
});

test('the queue of one that is off is not in the way', async () => {
	const e = await endpoint();

	await ok(200, 'PUT', `/webhook-endpoints/${e.id}`, { active: false });
	await w.campaign(me);
	const [d] = await settled(e, 'disabled');
	assert.equal(d.attemptCount, 0);
	await drop(e);
	await receiver.stop();
	s.client.close();
});
