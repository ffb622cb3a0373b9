/*
 * The last: every operation of the API document, and every status that it
 * declares, was produced by some test.  500 and 502 are made once for all.
 */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const doc = require('./lib/document');

const test = tests(__filename);
const ONCE = [500, 502, 504];

for (const o of doc.operations)
	test(`${o.id}`, () => {
		const missing = doc.statuses(o).filter((status) =>
		    !ONCE.includes(status) &&
		    !doc.seen.has(`${o.id} ${status}`));

		assert.deepEqual(missing, [], 'never produced');
	});

for (const status of [500, 502])
	test(`${status} was produced`, () => {
		assert.ok([...doc.seen.keys()].some((k) =>
		    k.endsWith(` ${status}`)));
	});

test('the sanitizers found nothing', async () => {
	assert.deepEqual((await service()).findings(), []);
});
