/*
 * All tests of the API.  They wait half of their time: they go in lanes, each
 * of which is a process with a service of its own, on which its files run one
 * after the other.  At the end stands what is proven of all of them together.
 *
 *	tests/api/all.js [NAME...]	those files only, in one lane
 */
'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { lanes } = require('./lib/lanes');

/* Of about the same length. */
const LANES = [[
	'main-job',
	'auth',
	'input',
	'routes',
	'tenant',
	'people',
	'organizations',
	'organization_endings',
	'keys',
	'members',
	'mail',
	'passwords',
	'roles',
	'payments',
	'products',
	'refunds',
	'stripe',
	'stripe_refunds',
	'ledger',
	'events',
	'webhooks',
	'webhook_deliveries',
	'withdrawals',
	'program',
	'tokens',
	'reservations',
	'idempotency',
	'concurrency',
	'clicks',
	'campaigns',
	'ocamba',
	'ocamba_lifecycle',
	'ocamba_endings',
	'analytics',
	'naviga',
	'naviga_endings',
	'statements',
	'server',
	'limits',
	'walk',
	'backup',
], [
	'fp_settings',
	'fp_batches',
	'fp_batch_faults',
	'fp_promoters',
	'fp_affiliate',
	'fp_affiliate_lists',
	'fp_rows',
	'fp_exports',
	'fp_affiliate_own',
	'fp_promoter_batches',
	'fp_promoter_campaigns',
	'fp_referrals',
	'fp_track',
	'fp_rewards',
	'fp_products',
	'fp_track_refunds',
	'fp_commissions',
	'fp_refusals',
	'fp_payouts',
	'fp_money_batches',
	'fp_payments',
	'fp_visits',
	'fp_reports',
	'fp_dashboards',
	'fp_campaigns',
	'fp_promo_codes',
	'fp_reward_sales',
	'fp_webhooks',
	'fp_webhook_deliveries',
	'fp_custom_statuses',
	'fp_upgrades',
	'fp_import',
	'fp_month',
	'fp_clients',
	'fp_vendor',
	'faults',
]];
/* Of what the others left behind on their service. */
const LAST = ['security', 'findings'];

const run = (names) => names.forEach((name) => require(`./${name}.test.js`));

async function all() {
	const seen = fs.mkdtempSync(path.join(os.tmpdir(), 'aff-seen-'));
	const env = { AFFILIATED_TEST_SEEN: seen };
	const argv = (names) => ['--test-reporter=tap', __filename, ...names];
	const good = [await lanes(LANES.map((names) => argv([...names,
		...LAST])), env), await lanes([argv(['coverage'])], env)];

	fs.rmSync(seen, { recursive: true });
	process.exit(good.every(Boolean) ? 0 : 1);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
	process.on(signal, () => process.exit(1));

if (process.argv.length > 2)
	run(process.argv.slice(2));
else
	all();
