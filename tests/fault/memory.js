/*
 * The n-th allocation of a worker fails, wherever it stands: in this program
 * or in a library.  The worker answers 500 or 503, or dies and is replaced;
 * the same call with the same key has its effect once.
 */
'use strict';
const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');
const { until } = require('../api/lib/test');
const { OPERATIONS } = require('./operations');
const { effects, change } = require('./effects');

const get = (path) => ({ request: (x) => ({ method: 'GET', path,
	token: x.me.token }) });
const CALLS = {
	'a list': get('/api/v2/company/referrals'),
	'an object': get('/users/profile'),
	'a sale': OPERATIONS.sale,
	'a prepayment': OPERATIONS.prepayment,
	'a stop': OPERATIONS.stop,
	'a log-in': { request: (x) => ({ method: 'POST', path: '/auth/login',
		body: { email: x.me.email, password: x.me.password },
		unkeyed: true }) },
};
const SHORT = 20, STEP = 12, LONG = 100000, EMPTY = 40;

const send = (x, { method, path, unkeyed, ...rest }, idem) =>
    x.s.ask(method, path, { ...rest, idem: unkeyed || method === 'GET' ?
	undefined : idem });

const good = (a) => a.status >= 200 && a.status < 300;

/* One call whose n-th allocation fails; was there one? */
async function once(x, call, n, expected) {
	const r = await call.request(x);
	const idem = randomUUID(), before = await effects(x);

	if (n > 0)
		x.s.armMemory(n);
	const mark = x.s.log(null);
	const first = await send(x, r, idem);
	const hit = x.s.disarmMemory();
	assert.ok(good(first) || (hit && [500, 502, 503]
	    .includes(first.status)), `${n}: ${first.status}: ${first.text}`);
	assert.ok(![502, 503].includes(first.status) ||
	    Number(first.headers['retry-after']) > 0, 'no Retry-After');
	let a = first;
	await until(async () => {
		if (!good(a))
			a = await send(x, r, idem);
		return good(a);
	}, 20000, 30);
	assert.ok(good(a), `${n}: at last ${a.status}: ${a.text}`);
	const made = change(before, await effects(x));
	assert.equal(made, expected ?? made, `${n}`);
	return { hit, made, status: first.status, died: /died of signal (\d+)/
	    .exec(x.s.log(mark))?.[1] };
}

async function call(r, x, name) {
	const { made } = await once(x, CALLS[name], 0);
	const seen = {};
	let n = 1, empty = 0, tried = 0;

	/* some of them, until there are no more */
	for (; tried < (r.long ? LONG : SHORT) && empty < EMPTY;
	    n += r.long ? 1 : r.random.int(1, STEP)) {
		const done = await once(x, CALLS[name], n, made);

		empty = done.hit ? 0 : empty + 1;
		if (!done.hit) {
			if (!r.long)
				break;
			continue;
		}
		tried++;
		const how = done.died ? `signal ${done.died}` : done.status;
		seen[how] = (seen[how] ?? 0) + 1;
		if (done.died === '11')
			r.note(`signal 11: ${name}, ${n}`);
	}
	return `${tried} failed, up to the ${n}th: ` + Object.entries(seen)
	    .map(([status, times]) => `${status} ${times} times`).join(', ');
}

async function run(r) {
	const x = await r.ground();

	if (!x.s.env.AFFILIATED_FAULT_ALLOC) {
		r.skip('all', 'the sanitizers have an allocator of their own');
		return;
	}
	const mark = x.s.log(null);

	for (const name of Object.keys(CALLS))
		await r.check(name, () => call(r, x, name));
	await r.check('the books are right', () => x.s.verified());
	const deaths = {};
	for (const m of x.s.log(mark).matchAll(/died of signal (\d+)/g))
		deaths[m[1]] = (deaths[m[1]] ?? 0) + 1;
	r.note(`workers died of signals: ${JSON.stringify(deaths)}`);
}

module.exports = { run };
