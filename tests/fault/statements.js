/*
 * Between every two statements of each money transaction the process dies, the
 * connection breaks, the server says no; COMMIT fails before it arrived and
 * after it.  The same call with the same key then has its effect once, and it
 * is the effect that it has when nothing goes wrong.
 */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { randomUUID } = require('node:crypto');
const { sleep, until } = require('../api/lib/test');
const { takesOrders } = require('./place');
const { effects, change } = require('./effects');
const { OPERATIONS } = require('./operations');

/* What happens at a point, and what the client may be told. */
const LOST = 2013, DEADLOCK = 1213, FULL = 1021, ODD = 1105;
const FAULTS = {
	kill: { what: 'kill', told: [502] },
	lost: { what: LOST, told: [503] },
	deadlock: { what: DEADLOCK, told: [] },
	full: { what: FULL, told: [503] },
	odd: { what: ODD, told: [500] },
};
/* After COMMIT only the answer can be lost; its key's row tells. */
const COMMITTED = ['kill', 'lost'];

class Trial {
	constructor(x, name, operation) {
		Object.assign(this, { x, name, o: operation,
			role: operation.role ?? 'api' });
	}

	arm(what, n) {
		this.x.s.arm({ role: this.role, what, n, from: this.o.from });
	}

	send({ method, path, unkeyed, payment, ...rest }, key) {
		return this.x.s.ask(method, path, { ...rest,
			idem: unkeyed ? undefined : key });
	}

	/* Again with the same key until it is done. */
	async insist(r, key, first) {
		let a = first;

		await until(async () => {
			if (a.status >= 200 && a.status < 300)
				return true;
			/* the server may not know yet that it broke off */
			assert.ok([0, 502, 503].includes(a.status) ||
			    a.code === 'key_in_flight' || a === first,
			    `then ${a.status}: ${a.text}`);
			await this.o.again?.(this.x);
			a = await this.send(r, key);
			return a.status >= 200 && a.status < 300;
		}, 20000, 30);
		assert.ok(a.status >= 200 && a.status < 300,
		    `at last ${a.status}: ${a.text}`);
		return a;
	}

	/* A call, with a fault on its way or none: how it is told. */
	async call(r, told, fired) {
		const key = randomUUID();
		const first = await this.send(r, key);
		const hit = fired();

		if (hit && first.status >= 300) {
			assert.ok(told.includes(first.status),
			    `${first.status}: ${first.text}`);
			assert.ok(Number(first.headers['retry-after']) > 0 ||
			    ![502, 503].includes(first.status),
			    'no Retry-After');
		} else
			assert.ok(first.status < 300, first.text);
		const a = await this.insist(r, key, first);
		if (!r.unkeyed) {
			const again = await this.send(r, key);

			assert.equal(again.status, a.status, again.text);
			assert.equal(again.headers['idempotent-replayed'],
			    'true');
		}
		return hit;
	}

	/*
	 * The jobs do it, and start again where they died; only there, since to
	 * be helped makes them begin a transaction twice.
	 */
	async work(r, fired, faulty) {
		const { x, o } = this;

		await r.begin();
		const done = await until(async () => {
			if (await x.sql(r.done) === '1')
				return true;
			if (faulty)
				await r.again?.();
			if (o.turn)
				await x.nudge(o.turn);
			await sleep(50);
			return false;
		}, 30000, 20);
		assert.ok(done, 'the jobs did not do it');
		/* what follows in the same turn, as its end */
		await sleep(20);
		return fired();
	}

	/* Once, with that fault at the n-th point; was it reached? */
	async once(fault, n, name) {
		const { x, o } = this;
		/* of a COMMIT nobody knows what became */
		const told = name === 'COMMIT' ? [502, 503] :
		    fault?.told ?? [];
		const r = await o.request(x);
		const before = await effects(x);

		if (fault)
			this.arm(fault.what, n);
		const fired = () => x.s.disarm();
		const hit = this.role === 'jobs' ? await this.work(r, fired, n > 0) :
		    await this.call(r, told, fired);
		await o.after?.(x, r);
		const made = change(before, await effects(x));
		this.expected ??= made;
		assert.equal(made, this.expected);
		return hit;
	}

	/* The names of its points, from its BEGIN to after its COMMIT. */
	async points() {
		const mark = this.x.s.log(null);

		await this.once();	/* the first is not like others */
		this.expected = undefined;
		await this.once({ what: 'trace', told: [] }, 0);
		const names = [...this.x.s.log(mark).matchAll(
		    /fault: point (\d+) (\w+)/g)].map((m) => m[2]);
		/* the jobs go on with something else */
		return this.role !== 'jobs' ? names : names.slice(0,
		    names.indexOf('committed') + 1);
	}
}

/* All of them, or some: a kill, something else, and both sides of COMMIT. */
function choose(points, long, random) {
	const all = points.flatMap((name, i) => (name === 'committed' ?
	    COMMITTED : Object.keys(FAULTS)).map((fault) => ({ fault, name,
		n: i + 1 })));

	if (long)
		return all;
	const pick = (list) => list.length === 0 ? [] :
	    [list[random.int(0, list.length - 1)]];
	const inside = (p) => p.name !== 'committed';
	return [...pick(all.filter((p) => p.fault === 'kill' && inside(p))),
	...pick(all.filter((p) => p.fault !== 'kill' && inside(p))),
	...pick(all.filter((p) => p.fault !== 'kill' && (!inside(p) ||
	    p.name === 'COMMIT'))),
	...all.filter((p) => p.fault === 'kill' && !inside(p))];
}

async function operation(x, name, { long, random }) {
	const t = new Trial(x, name, OPERATIONS[name]);
	const points = await t.points();
	const bad = [];
	let tried = 0;

	assert.ok(points.includes('COMMIT') && points.includes('committed'),
	    `no transaction: ${points}`);
	for (const p of choose(points, long, random)) {
		try {
			const hit = await t.once(FAULTS[p.fault], p.n, p.name);

			tried += hit;
			assert.ok(hit || long, 'the point was not reached');
		} catch (e) {
			bad.push(`${p.fault} at ${p.n} (${p.name}): ` +
			    e.message);
		}
		x.s.disarm();
	}
	assert.deepEqual(bad, []);
	return { tried, points: points.length, made: t.expected };
}

/* Every kind of journal that there is was among them. */
function complete(made) {
	const kinds = fs.readFileSync(require.resolve(
	    '../../src/ledger/kinds.def'), 'utf8')
	    .matchAll(/^JOURNAL\((\w+)/gm);
	const missing = [...kinds].map((m) => m[1]).filter((kind) =>
	    !made.some((text) => text.includes(`journal ${kind} `)));

	assert.deepEqual(missing, []);
}

async function run(r) {
	if (!takesOrders()) {
		r.skip('all', 'this build was made without --enable-faults');
		return;
	}
	const x = await r.ground();
	const made = [];
	let tried = 0;

	await r.check('money to take out', () => x.earn(20));
	for (const name of Object.keys(OPERATIONS))
		await r.check(name, async () => {
			const done = await operation(x, name, r);

			made.push(done.made);
			tried += done.tried;
			return `${done.points} points, ${done.tried} faults`;
		});
	await r.check('every kind of journal came up', () => complete(made));
	await r.check('the books are right', () => x.s.verified());
	r.note(`${tried} faults`);
}

module.exports = { run };
