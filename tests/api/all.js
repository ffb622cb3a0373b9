/* All tests of the API in one process and on one service, in this order. */
'use strict';

for (const name of ['main-job', 'auth', 'input', 'routes', 'tenant',
    'payments', 'idempotency', 'concurrency', 'clicks', 'campaigns',
    'analytics', 'statements', 'server', 'limits', 'faults', 'coverage'])
	require(`./${name}.test.js`);
