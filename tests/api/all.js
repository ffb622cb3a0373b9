/* All tests of the API in one process and on one service, in this order. */
'use strict';

for (const name of ['main-job', 'auth', 'input', 'routes', 'tenant',
    'payments', 'events', 'webhooks', 'idempotency', 'concurrency', 'clicks', 'server', 'limits', 'faults',
    'coverage'])
	require(`./${name}.test.js`);
