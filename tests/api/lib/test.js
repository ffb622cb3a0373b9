/* test(): node's, named after the file and bounded in time. */
'use strict';
const path = require('node:path');
const { test: plain } = require('node:test');

const SECONDS = Number(process.env.AFFILIATED_TEST_SECONDS ?? 90);

function tests(file) {
	const group = path.basename(file, '.test.js');

	return (name, fn, seconds = SECONDS) =>
	    plain(`${group}: ${name}`, { timeout: seconds * 1000 }, fn);
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/* Asks until it is so; the last answer. */
async function until(fn, ms = 10000, pause = 50) {
	const end = Date.now() + ms;

	for (;;) {
		const got = await fn();

		if (got || Date.now() > end)
			return got;
		await sleep(pause);
	}
}

/* The same n times at once; how many of the answers have each status. */
const times = (n, fn) => Promise.all(Array.from({ length: n },
    (unused, i) => fn(i)));
const tally = (answers) => answers.reduce((t, a) => ({ ...t,
	[a.status]: (t[a.status] ?? 0) + 1 }), {});

module.exports = { tests, sleep, until, times, tally };
