/* The last of a service: what the sanitizers found in all that ran on it. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');

const test = tests(__filename);

test('the sanitizers found nothing', async () => {
	assert.deepEqual((await service()).findings(), []);
});
