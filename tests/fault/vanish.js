/* The database is away for a while: it hangs, or it is gone. */
'use strict';
const assert = require('node:assert/strict');
const { sleep } = require('../api/lib/test');
const { under } = require('./load');

/* Not longer than a client would wait; reads and writes alike. */
const PATIENCE = 12000;

async function away(x, load, gone) {
	const before = load.done.length;

	await sleep(seconds * 1000);
	assert.ok(load.done.length <= before + 4, load.told);
	assert.equal(await x.s.answers(), 503);
	assert.equal(await x.s.answers('/healthz'), 200);
	assert.ok(load.seen[503] > 0, load.told);
	assert.ok(load.slowest < PATIENCE, `${load.slowest} ms`);
}

async function run(r) {
	const x = await r.ground();
	/* hanging: longer than the program waits */
	const seconds = r.long ? 60 : 5, gone = r.long ? 60 : 2;
	const server = () => x.s.pid('mariadbd'), keeper = x.s.pid('keeper');

	await r.check(`it hangs for ${seconds} s`, () => {
		const pid = server();

		return under(x, {
			breaks: () => process.kill(pid, 'SIGSTOP'),
			during: (load) => away(x, load, gone),
			mends: () => process.kill(pid, 'SIGCONT') });
	});
	await r.check(`it is gone for ${gone} s`, () => under(x, {
		breaks: () => {
			process.kill(keeper, 'SIGSTOP');
			process.kill(server(), 'SIGKILL');
		},
		during: (load) => away(x, load, gone),
		mends: () => process.kill(keeper, 'SIGCONT') }));
	await r.check('the books are right', () => x.s.verified());
}

module.exports = { run };
