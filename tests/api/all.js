/* All tests of the API in one process and on one service, in this order. */
'use strict';

for (const name of ['main-job', 'auth', 'input', 'routes', 'tenant',
    'payments', 'products', 'refunds', 'stripe', 'withdrawals', 'program',
    'idempotency', 'concurrency', 'clicks', 'server', 'limits', 'faults', 'backup', 'coverage'])
	require(`./${name}.test.js`);
