/*
 * What goes wrong outside: the database away, slow or restarted, workers and
 * supervisor killed or reloaded.  The service answers cleanly meanwhile, is
 * well again by itself, and nothing that it acknowledged is lost.
 */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { service } = require('./lib/service');
const { tests, sleep, until } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { Session, query } = require('./lib/db');
const doc = require('./lib/document');

const plain = tests(__filename);
let s, c, w, me;

/* Each begins on a service that is well, whatever became of the one before. */
const test = (name, fn) => plain(name, async () => {
	if (s)
		await ready();
	await fn();
});

const landingUrl = 'https://shop.example/';
const profile = (more) => c.call('GET', '/users/profile', {
	token: me.token, fresh: true, ...more });
const create = (idem, name = 'Fault') => c.call('POST',
    '/referrer-campaigns', { token: me.token, idem, fresh: true,
	body: { name, landingUrl } });
const ready = () => until(async () => {
	try {
		return (await c.site('GET', '/readyz', { fresh: true }))
		    .status === 200;
	} catch {
		return false;
	}
}, 30000);

/* The numbers of /proc/PID/stat behind the name. */
function stat(pid) {
	try {
		const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');

		return text.slice(text.lastIndexOf(')') + 2).split(' ');
	} catch {
		return undefined;
	}
}

function children(pid) {
	return fs.readdirSync('/proc').filter((p) => /^\d+$/.test(p) &&
	    Number(stat(p)?.[1]) === pid).map(Number);
}

const workers = () => children(s.pid('supervisor'));

/* Kills, with the keeper held, so that they stay down while fn runs. */
async function without(pids, fn) {
	const keeper = s.pid('keeper');

	process.kill(keeper, 'SIGSTOP');
	try {
		for (const pid of pids)
			process.kill(pid, 'SIGKILL');
		await sleep(200);
		return await fn();
	} finally {
		process.kill(keeper, 'SIGCONT');
	}
}

/* All workers, not only the first, and within a few seconds. */
async function well() {
	let last;

	assert.ok(await ready(), 'not ready again within 30 seconds');
	await until(async () => {
		last = (await Promise.all(Array.from({ length: 40 }, () =>
		    profile()))).filter((a) => a.status !== 200);
		return last.length === 0;
	}, 5000, 500);
	assert.deepEqual(last.map((a) => a.text), []);
}

test('all is well', async () => {
	s = await service();
	c = s.client;
	w = new World(c);
	me = await w.referrer();
	await well();
});

test('503 with Retry-After on every operation without a database',
    async () => {
	const bad = [];
	const session = await w.checkout(me);

	await w.companyCampaign(me);
	const offer = await w.offer(me, await w.promoter(me));
	await without([s.pid('mariadbd')], async () => {
		for (const o of doc.operations) {
			/* needs a secret: see stripe.test.js */
			if (o.id === 'stripeCallback')
				continue;
			const body = doc.body(o);
			if (body && 'password' in body)
				body.password = 'correct horse battery';
			if (body && 'user' in body)
				Object.assign(body, { id: offer, user: {
				    new_password: 'correct horse battery',
				    new_password_confirmation:
					'correct horse battery' } });
			const call = o.id === 'sandboxCallback' ?
			    w.signed(w.callback(session)) : { body, token:
			    doc.secured(o) ? me.token : undefined };
			const a = await c.call(o.method, doc.address(o, { id:
			    o.id === 'affiliatePasswordOffer' ? offer :
				undefined })
			    .replace(/^\/api\/v0/, ''), call);

			if (a.status !== 503 && doc.statuses(o).includes(503))
				bad.push(`${o.id}: ${a.status}`);
			if (a.status === 503)
				assert.ok(Number(a.headers['retry-after']) > 0,
				    o.id);
		}
		const click = await w.visit('anything');
		assert.equal(click.status, 503);
		assert.ok(click.headers['retry-after']);
		assert.equal((await c.site('GET', '/readyz')).status, 503);
		assert.equal((await c.site('GET', '/healthz')).status, 200);
	});
	await well();
	assert.deepEqual(bad, []);
});

test('the database killed: back by itself', async () => {
	const old = s.pid('mariadbd');

	process.kill(old, 'SIGKILL');
	const a = await profile();
	assert.ok([200, 503].includes(a.status), a.text);
	await well();
	assert.notEqual(s.pid('mariadbd'), old);
});

test('the database killed under writes: acknowledged ones stay', async () => {
	const names = [], end = Date.now() + 4000;
	const writer = async (n) => {
		for (let i = 0; Date.now() < end; i++) {
			const name = `load ${n} ${i}`;
			const a = await create(true, name);

			assert.ok([201, 503].includes(a.status), a.text);
			if (a.status === 201)
				names.push(a.data.id);
			else
				await sleep(100);
		}
	};
	const writers = [0, 1, 2, 3].map(writer);

	await sleep(800);
	process.kill(s.pid('mariadbd'), 'SIGKILL');
	await Promise.all(writers);
	await well();
	const there = new Set((await query(s,
	    'SELECT id FROM placement')).split('\n'));
	assert.ok(names.length > 10);
	for (const id of names)
		assert.ok(there.has(id), `${id} was lost`);
});

test('the database hangs: 503 in time, well when it goes on', async () => {
	const pid = s.pid('mariadbd');
	let answers;

	process.kill(pid, 'SIGSTOP');
	try {
		answers = await Promise.all([profile(), create(true)]);
	} finally {
		process.kill(pid, 'SIGCONT');
	}
	for (const a of answers)
		assert.equal(a.status, 503, a.text);
	await well();
});

test('a lock that is held for long: 503, then well', async () => {
	const lock = new Session(s);
	const made = await w.campaign(me);
	const at = `/referrer-campaigns/${made.id}`;
	let a;

	await lock.run('BEGIN');
	try {
		await lock.run('SELECT * FROM placement WHERE id = ' +
		    `${made.id} FOR UPDATE`);
		a = await c.call('DELETE', at, { token: me.token });
	} finally {
		await lock.run('ROLLBACK');
		lock.close();
	}
	assert.equal(a.status, 503, a.text);
	await w.ok(204, 'DELETE', at, { token: me.token });
});

/* Requests that wait in a transaction until fn is done. */
async function waiting(n, fn) {
	const lock = new Session(s);
	const keys = Array.from({ length: n }, () => unique());
	let answers;

	await lock.run('LOCK TABLES placement WRITE');
	try {
		answers = keys.map((k) => create(k).catch((e) => ({
			status: 0, text: e.message })));
		await sleep(400);
		await fn(async () => {
			await lock.run('UNLOCK TABLES');
		});
	} finally {
		await lock.run('UNLOCK TABLES');
		lock.close();
	}
	return { keys, answers: await Promise.all(answers) };
}

async function onceEach(keys) {
	const before = new Set();

	for (const key of keys) {
		let a;

		await until(async () => {
			a = await create(key);
			return a.status === 201;
		}, 15000, 200);
		assert.equal(a.status, 201, a.text);
		assert.ok(!before.has(a.data.id));
		before.add(a.data.id);
	}
	const rows = await query(s, 'SELECT COUNT(*) FROM placement p JOIN ' +
	    'referrer r ON r.id = p.referrer_id WHERE r.id = ' +
	    `${me.referrer.id} AND p.name = 'Fault'`);
	return Number(rows);
}

test('a worker killed in a request: a clean error, one effect', async () => {
	const count = async () => Number(await query(s, 'SELECT COUNT(*) ' +
	    `FROM placement WHERE referrer_id = ${me.referrer.id} AND ` +
	    "name = 'Fault'"));
	const before = await count();
	const { keys, answers } = await waiting(2, async () => {
		for (const pid of workers())
			process.kill(pid, 'SIGKILL');
		await sleep(300);
	});

	for (const a of answers) {
		assert.equal(a.status, 502, a.text);
		assert.equal(a.body.error.statusCode, 502);
	}
	await well();
	assert.equal(await onceEach(keys), before + 2);
});

test('502 in the shape of the face while nobody serves', async () => {
	await without([s.pid('supervisor'), ...workers()], async () => {
		await until(async () => (await profile()).status === 502,
		    15000);
		const a = await profile();
		assert.equal(a.status, 502, a.text);
		assert.ok(a.headers['retry-after']);
	});
	await well();
});

/* Reads and writes until stop() is called; what was answered, by status. */
function load() {
	const seen = {}, lost = [];
	let going = true, n = 0;
	const one = async () => {
		while (going) {
			const key = unique();
			const read = n++ % 2;

			try {
				const a = read ? await profile() :
				    await create(key, 'Load');

				seen[a.status] = (seen[a.status] ?? 0) + 1;
				if (a.status >= 400)
					lost.push(a.text.slice(0, 200));
			} catch (e) {
				seen[e.code ?? e.message] = 1;
				lost.push(e.message);
			}
		}
	};
	const all = [one(), one(), one(), one(), one(), one()];

	return async () => {
		going = false;
		await Promise.all(all);
		return { seen, lost };
	};
}

test('SIGHUP under load: a rolling reload that nobody notices', async () => {
	const old = workers();
	const stop = load();

	await sleep(500);
	process.kill(s.pid('supervisor'), 'SIGHUP');
	await until(() => workers().every((p) => !old.includes(p)), 20000);
	await sleep(500);
	const { seen, lost } = await stop();
	assert.deepEqual(lost, [], JSON.stringify(seen));
	assert.ok(seen[200] > 20 && seen[201] > 20, JSON.stringify(seen));
	assert.deepEqual(workers().filter((p) => old.includes(p)), [],
	    'old workers are still there');
});

test('SIGTERM: what is in flight is answered', async () => {
	const old = s.pid('supervisor');
	const { answers } = await waiting(3, async (go) => {
		process.kill(old, 'SIGTERM');
		await sleep(300);
		await go();
	});

	for (const a of answers)
		assert.equal(a.status, 201, a.text);
	await well();
	assert.notEqual(s.pid('supervisor'), old);
});

test('a supervisor killed: back within a few seconds', async () => {
	const old = s.pid('supervisor');

	process.kill(old, 'SIGKILL');
	assert.ok(await until(async () => s.pid('supervisor') !== old, 6000));
	await well();
});

test('the jobs role killed: a payment comes through all the same',
    async () => {
	const session = await w.checkout(me);

	process.kill(s.pid('jobs'), 'SIGKILL');
	await w.press(session, 'pay');
	assert.ok(await w.paid(me, session.id, 15000));
});

test('nginx killed: back by itself', async () => {
	process.kill(s.pid('nginx'), 'SIGKILL');
	await sleep(300);
	await well();
});

test('SIGUSR2 opens the log anew, in every process', async () => {
	const log = s.env.AFFILIATED_LOG_FILE;
	const open = (pid) => fs.readdirSync(`/proc/${pid}/fd`).map((fd) => {
		try {
			return fs.readlinkSync(`/proc/${pid}/fd/${fd}`);
		} catch {
			return '';
		}
	});

	fs.renameSync(log, `${log}.1`);
	process.kill(s.pid('supervisor'), 'SIGUSR2');
	process.kill(s.pid('jobs'), 'SIGUSR2');
	const all = () => [s.pid('supervisor'), s.pid('jobs'), ...workers()];
	await until(() => all().every((pid) => open(pid).includes(log)), 5000);
	for (const pid of all()) {
		assert.ok(open(pid).includes(log), `${pid} has not opened it`);
		assert.ok(!open(pid).includes(`${log}.1`), `${pid} keeps it`);
	}
	await well();
});

test('500 tells an id and nothing else', async () => {
	await query(s, 'RENAME TABLE token_transaction TO away');
	let a;
	try {
		a = await c.call('GET', '/token-transactions', {
			token: me.token });
	} finally {
		await query(s, 'RENAME TABLE away TO token_transaction');
	}
	assert.equal(a.status, 500, a.text);
	assert.ok(!/token_transaction|SQL|mysql|maria/i.test(a.text), a.text);
	await w.ok(200, 'GET', '/token-transactions', { token: me.token });
});

test('the ledger verifies after all of it', async () => {
	await well();
	const { code, out } = await s.verify();

	assert.equal(code, 0, out);
});

test('verify sees a balance that was changed by hand', async () => {
	const buyer = await w.owner();

	await w.buy(buyer);
	const where = 'WHERE kind = \'tokens_available\' AND ' +
	    `organization_id = ${buyer.organization.id}`;
	await query(s, `UPDATE account SET balance = balance + 1 ${where}`);
	const { code, out } = await s.verify();
	await query(s, `UPDATE account SET balance = balance - 1 ${where}`);
	assert.notEqual(code, 0);
	assert.ok(out.length > 0);
	assert.equal((await s.verify()).code, 0);
});
