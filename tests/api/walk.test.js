/* docs/walk: it comes through, touches every group, and stops when it should. */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { Service, ROOT } = require('./lib/service');
const { tests, until } = require('./lib/test');
const doc = require('./lib/document');

const test = tests(__filename);
/* Lines of a call and its answer, however many calls there are. */
const STEP = 100, AVERAGE = 18;
let s, first;

function walk(state) {
	return new Promise((done, failed) => {
		const child = spawn(path.join(ROOT, 'docs', 'walk'), {
			env: { ...s.env, AFFILIATED_STATE: state },
			stdio: ['ignore', 'pipe', 'pipe'] });
		let out = '';

		child.stdout.on('data', (d) => { out += d; });
		child.stderr.on('data', (d) => { out += d; });
		child.on('error', failed);
		child.on('close', (code) => done({ code, out }));
	});
}

/* What nginx was asked, and what it answered. */
function asked() {
	const log = fs.readFileSync(path.join(s.state, 'log', 'access.log'),
	    'utf8');

	return [...log.matchAll(/"([A-Z]+) (\/[^" ]*)" (\d\d\d) /g)]
	    .map(([, method, uri, status]) => ({ method, uri,
		status: Number(status) }));
}

/* A state of the same service with another line in its credentials. */
function pretend(name, value) {
	const state = fs.mkdtempSync(path.join(s.home, 'walk-'));
	const file = 'credentials.env';

	fs.writeFileSync(path.join(state, file), fs.readFileSync(path.join(
	    s.state, file), 'utf8').replace(new RegExp(`^${name}=.*$`, 'm'),
	    `${name}=${value}`));
	return state;
}

test('it comes through, under the limits', async () => {
	s = await new Service({ limits: true }).start();
	const before = asked().length;
	first = await walk(s.state);

	assert.equal(first.code, 0, first.out.slice(-3000));
	assert.match(first.out, /clean\n/);
	/* nginx writes its log a second later */
	await until(() => asked().some((r) => r.uri.endsWith('/auth/logout')));
	first.asked = asked().slice(before);
}, 300);

test('it touches every group of the API document', () => {
	const groups = new Set();

	for (const { method, uri, status } of first.asked)
		if (status < 300)
			for (const tag of doc.find(method, uri)?.item.tags ??
			    [])
				groups.add(tag);
	assert.deepEqual([...groups].sort(), [...new Set(doc.operations
	    .flatMap((o) => o.item.tags))].sort());
});

test('it has no answer that nobody expects', () => {
	assert.deepEqual(first.asked.filter((r) => r.status >= 500), []);
});

test('what it prints is short, and gives no key away', () => {
	const steps = first.out.split('\n$ ');

	for (const step of steps)
		assert.ok(step.split('\n').length <= STEP, step);
	assert.ok(first.out.split('\n').length < AVERAGE * steps.length);
	assert.ok(!first.out.includes(s.credentials.AFFILIATED_ADMIN_KEY));
});

test('it can be taken again', async () => {
	const { code, out } = await walk(s.state);

	assert.equal(code, 0, out.slice(-3000));
}, 300);

test('it stops at the first answer that is not as it should be', async () => {
	const { code, out } = await walk(pretend('AFFILIATED_ADMIN_KEY',
	    'aff_live_0000000000000000_00'));

	assert.equal(code, 1);
	assert.match(out, /\nwalk: line \d+: the answer is 401 and should be 201\n$/);
}, 300);

test('without a service it says what to do', async () => {
	for (const state of [pretend('AFFILIATED_URL', 'https://localhost:1'),
	    path.join(s.home, 'nowhere')]) {
		const { code, out } = await walk(state);

		assert.equal(code, 1);
		assert.match(out, /walk: .*\.\/quickstart/);
	}
});
