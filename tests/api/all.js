/* All tests of the API in one process and on one service, in this order. */
'use strict';

for (const name of [
	'main-job',
	'auth',
	'input',
	'routes',
	'tenant',
	'people',
	'organizations',
	'keys',
	'members',
	'mail',
	'passwords',
	'roles',
	'payments',
	'withdrawals',
	'program',
	'tokens',
	'reservations',
	'idempotency',
	'concurrency',
	'clicks',
	'campaigns',
	'analytics',
	'statements',
	'server',
	'limits',
	'faults',
	'backup',
	'coverage',
])
	require(`./${name}.test.js`);
