/* test(): node's, named after the file and bounded in time. */
'use strict';
const path = require('node:path');
const { test: plain } = require('node:test');

const SECONDS = Number(process.env.AFFILIATED_TEST_SECONDS ?? 90);
const FILE_SECONDS = 60;	/* what most files take, at most */
const DAY_MS = 24 * 3600 * 1000;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/* What a file calls today is the same day in all of it (UTC). */
async function dayLasts(seconds) {
	const left = DAY_MS - Date.now() % DAY_MS;

	if (left < seconds * 1000)
		await sleep(left + 100);
}

function tests(file) {
	const group = path.basename(file, '.test.js');
	let first = FILE_SECONDS;

	return (name, fn, seconds = SECONDS) => {
		const wait = first;

		first = 0;
		return plain(`${group}: ${name}`, {
			timeout: (seconds + wait) * 1000 }, async (t) => {
			await dayLasts(wait);
			return fn(t);
		});
	};
}

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
