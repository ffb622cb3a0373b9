/* The Ocamba Hood face: from status to status, and the history of it. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until, times, tally } = require('./lib/test');
const { World } = require('./lib/world');
const { query } = require('./lib/db');
const { calls, gmt, BODIES, PATCH } = require('./lib/ocamba');

const test = tests(__filename);
let s, c, w, me;
const { call, ok, make, running, read, list, history } =
    calls(() => ({ w, me }));

test('somebody', async () => {
	s = await service();
	c = s.client;
	w = new World(c);
	me = await w.owner();
});

/* How to come to each status, from one that runs. */
const MAKE = {
	draft: () => make(),
	scheduled: () => make({ scheduled_time: gmt(3600) }),
	running: () => running(),
	paused: async () => {
		const x = await running();

		await ok(204, 'POST', `/${x.id}/pause`, BODIES.pause);
		return x;
	},
	canceled: async () => {
		const x = await running();

		await ok(204, 'POST', `/${x.id}/cancel`, { reason: 'Other' });
		return x;
	},
	stopped: () => ended('stopped'),
	finished: () => ended('finished'),
	deleted: () => ended('deleted'),
};

/* As another face ends one. */
async function ended(status) {
	const x = await running();

	await query(s, `UPDATE campaign SET status = '${status}', settled = 1,
	    ended_on = UTC_DATE(), ended_at = UTC_TIMESTAMP(6)
	    WHERE id = ${x.id}`);
	return x;
}

test('the campaign of the referral program never ends', async () => {
	const { token } = await w.house();

	for (const verb of ['pause', 'cancel']) {
		const a = await c.call('POST', `/v1/hood/campaigns/1/${verb}`, {
			token, body: { reason: 'By mistake' } });

		assert.equal(a.status, 400, a.text);
	}
	await w.referrer();
});

/* What each status allows, and what becomes of it. */
const START = { run_immediately: 1 };
const TABLE = {
	draft: { patch: 'draft', start: 'running' },
	scheduled: { patch: 'scheduled', start: 'running', pause: 'paused',
		cancel: 'canceled' },
	running: { pause: 'paused', cancel: 'canceled' },
	paused: { patch: 'paused', resume: 'running', cancel: 'canceled' },
	canceled: {},
	stopped: {},
	finished: {},
	deleted: {},
};
const SHOWN = { stopped: 'sent', finished: 'sent' };

test('every transition, from each status', async () => {
	for (const [from, allowed] of Object.entries(TABLE))
		for (const verb of ['patch', 'start', 'pause', 'resume',
		    'cancel']) {
			const x = await MAKE[from]();
			const a = ['patch', 'start'].includes(verb) ?
			    await call('PATCH', `/${x.id}`,
				{ patch: PATCH, start: START }[verb]) :
			    await call('POST', `/${x.id}/${verb}`,
				BODIES[verb]);
			const want = from === 'deleted' ? 404 :
			    allowed[verb] ? 204 : 400;

			assert.equal(a.status, want,
			    `${verb} from ${from}: ${a.text}`);
			if (from === 'deleted')
				continue;
			assert.equal((await read(x.id)).status, allowed[verb] ??
			    SHOWN[from] ?? from, `${verb} from ${from}`);
			if (want === 400)
				assert.match(a.code, from === 'draft' &&
				    verb === 'cancel' ? /delete_instead/ :
				    /conflict/);
		}
});

test('one that is deleted is gone from lists and by its id', async () => {
	const { total } = await list();
	const x = await MAKE.deleted();

	await ok(404, 'GET', `/${x.id}`);
	assert.equal((await list()).total, total);
	assert.ok((await list('?page=1,100')).items.every((i) =>
	    i.id !== x.id));
});

test('resuming takes exactly one of the two', async () => {
	const { id } = await MAKE.paused();
	const at = gmt(1800);

	for (const body of [{}, { run_immediately: 0 }, { run_immediately: 2 },
	    { scheduled_time: null }, { scheduled_time: gmt(-5) },
	    { run_immediately: 1, scheduled_time: at }])
		await ok(400, 'POST', `/${id}/resume`, body);
	assert.equal((await read(id)).status, 'paused');
	await ok(204, 'POST', `/${id}/resume`, { scheduled_time: at });
	const x = await read(id);
	assert.deepEqual([x.status, x.scheduled_time, x.run_counter],
	    ['scheduled', at, 1]);
	await ok(204, 'PATCH', `/${id}`, START);
	assert.equal((await read(id)).run_counter, 2);
});

test('what is resumed later goes on by itself', async () => {
	const { id } = await MAKE.paused();

	await ok(204, 'POST', `/${id}/resume`, { scheduled_time: gmt(2) });
	assert.ok(await until(async () => (await read(id)).run_counter === 2,
	    30000, 250));
	assert.equal((await read(id)).status, 'running');
}, 60);

test('a reason is needed, and kept', async () => {
	const { id } = await running();

	for (const verb of ['pause', 'cancel'])
		for (const body of [{}, { reason: '' }, { reason: null },
		    { reason: 'x'.repeat(1001) }, { reason: 1 },
		    { reason: 'x', surprise: 1 }])
			await ok(400, 'POST', `/${id}/${verb}`, body);
	await ok(204, 'POST', `/${id}/pause`, BODIES.pause);
	await ok(204, 'POST', `/${id}/cancel`, BODIES.cancel);
	const rows = await history(id);
	assert.deepEqual(rows.map((r) => [r.number, r.action, r.status,
	    r.reason]), [[1, 'create', 'draft', null],
		[2, 'start', 'running', null],
		[3, 'pause', 'paused', 'A storm'],
		[4, 'cancel', 'canceled', 'No more money']]);
});

test('canceling again: the same with the same reason', async () => {
	const { id } = await running();

	await ok(204, 'POST', `/${id}/cancel`, BODIES.cancel);
	const was = await read(id);
	await ok(204, 'POST', `/${id}/cancel`, BODIES.cancel);
	await ok(400, 'POST', `/${id}/cancel`, { reason: 'Another' });
	assert.deepEqual(await read(id), was);
	assert.equal((await history(id)).length, 3);
	assert.equal((await w.events(me, 'campaign.canceled', id)).length, 1);
});

test('canceling, pausing and resuming at once: one history', async () => {
	const { id } = await running();
	const verbs = ['pause', 'resume', 'cancel'];
	const answers = await times(18, (i) => call('POST',
	    `/${id}/${verbs[i % 3]}`, BODIES[verbs[i % 3]]));

	for (const a of answers)
		assert.ok([204, 400].includes(a.status), a.text);
	assert.equal((await read(id)).status, 'canceled');
	assert.deepEqual(tally(answers.filter((unused, i) => i % 3 === 2)),
	    { 204: 6 });
	const rows = await history(id);
	assert.deepEqual(rows.map((r) => r.number),
	    rows.map((unused, i) => i + 1));
	/* each is possible after the one before */
	const next = { running: ['pause', 'cancel'],
		paused: ['start', 'cancel'], canceled: [] };
	for (let i = 2; i < rows.length; i++)
		assert.ok(next[rows[i - 1].status].includes(rows[i].action),
		    JSON.stringify(rows.map((r) => r.action)));
	assert.equal(rows.filter((r) => r.action === 'cancel').length, 1);
});

test('canceling at once for different reasons: one is it', async () => {
	const { id } = await running();

	assert.deepEqual(tally(await times(6, (i) => call('POST',
	    `/${id}/cancel`, { reason: `Reason ${i}` }))),
	    { 204: 1, 400: 5 });
});

/* --- history --- */

test('the history of a campaign, by page and by cursor', async () => {
	const { id } = await running();

	for (let i = 0; i < 5; i++) {
		await ok(204, 'POST', `/${id}/pause`, { reason: `Pause ${i}` });
		await ok(204, 'POST', `/${id}/resume`, BODIES.resume);
	}
	const all = await history(id);
	assert.equal(all.length, 12);
	assert.equal(new Set(all.map((r) => r.hash)).size, 12);
	for (const r of all) {
		assert.match(r.hash, /^[0-9a-f]{64}$/);
		assert.equal(r.userId, me.user.id);
		assert.deepEqual(r.data, {});
	}
	const page = (search) => w.ok(200, 'GET',
	    `/campaigns/${id}/history?${search}`, { token: me.token });
	assert.deepEqual((await page('page=2&limit=5')).items,
	    all.slice(5, 10));
	const got = [];
	for (let next = ''; next !== null;) {
		const p = await page(`limit=5${next && `&cursor=${next}`}`);

		got.push(...p.items);
		next = p.nextCursor;
	}
	assert.deepEqual(got, all);
});

test('a user who is erased takes his reasons along', async () => {
	const boss = await w.owner();
	const guest = await w.user();
	await w.join(guest, await w.invite(boss, guest.email, 'admin'));
	await w.login(guest);
	await w.ok(200, 'PUT', '/users/active-organization', {
		token: guest.token, body: { organizationId:
		    boss.organization.id } });
	const by = (who) => ({ token: who.token });
	const { id } = await ok(201, 'POST', '', { name: 'x',
		run_immediately: 1 }, by(boss));
	await ok(204, 'POST', `/${id}/pause`, { reason: 'His' }, by(guest));
	await ok(204, 'POST', `/${id}/resume`, BODIES.resume, by(boss));
	await ok(204, 'POST', `/${id}/pause`, { reason: 'Mine' }, by(boss));
	await w.ok(204, 'DELETE', '/users/permanent', { token: guest.token,
		body: { password: guest.password } });
	const rows = (await w.ok(200, 'GET', `/campaigns/${id}/history`, {
		token: boss.token })).items;
	assert.deepEqual(rows.map((r) => r.reason),
	    [null, null, null, null, 'Mine']);
});

test('the ledger and the histories verify', async () => {
	const { code, out } = await s.verify();

	assert.equal(code, 0, out);
});
