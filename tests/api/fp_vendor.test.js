/* Answers of the company's face fit the vendor's own schemas. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World } = require('./lib/world');
const vendor = require('./lib/vendor');

const test = tests(__filename);

test('every answer was held against the vendor\'s schemas', async (t) => {
	if (!vendor.given)
		return t.skip('FP_REFERENCE names no folder of them');
	const w = new World((await service()).client);

	await w.fp(200, await w.owner(), 'GET', '/referrals');
	assert.ok(vendor.held.has('GET /api/v2/company/referrals 200'));
	t.diagnostic(`${vendor.held.size} kinds of answers`);
});
