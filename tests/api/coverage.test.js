/*
 * The last: every operation of the API document, and every status and error
 * that it declares, was produced by some test.  500 and 502 are made once for all.
 */
'use strict';
const assert = require('node:assert/strict');
const { tests } = require('./lib/test');
const doc = require('./lib/document');

const test = tests(__filename);
const ONCE = [500, 502, 504];
/*
 * Of chance: a connection that breaks in COMMIT, a lock that is held on, a
 * second request while the first runs.  They are made where that can be
 * arranged, and come from one place for all.
 */
const CHANCE = /^(503 (unknown_outcome|busy)|409 key_in_flight)$/;

doc.seenByAll();
for (const o of doc.operations)
	test(`${o.id}`, () => {
		assert.deepEqual(doc.missing(o, ONCE).filter((m) =>
		    !CHANCE.test(m)), [], 'never produced');
	});

for (const status of [500, 502])
	test(`${status} was produced`, () => {
		assert.ok([...doc.seen].some((k) =>
		    k.split(' ')[1] === String(status)));
	});
