/*
 * Fills a running quickstart with what the benchmark needs, and signs the
 * callbacks of a round.
 *
 *	setup.js world DIR		people, campaigns; writes DIR/values
 *	setup.js round DIR NAME N BUYERS	N open payments of so many;
 *					writes DIR/callbacks
 *	setup.js mixture DIR		what mixture.lua needs, in DIR/values
 */
'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { Client } = require('../api/lib/client');
const { World } = require('../api/lib/world');

const state = process.env.AFFILIATED_STATE;
const BUYERS = 16;

function credentials() {
	return Object.fromEntries(fs.readFileSync(path.join(state,
	    'credentials.env'), 'utf8').trim().split('\n')
	    .map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

function sql(text) {
	return execFileSync('mariadb', ['--no-defaults', '-N', '-B', '-S',
	    process.env.BENCH_SOCKET, 'affiliated'], { input: text })
	    .toString().trim();
}

function connect() {
	const e = credentials();

	return new Client({ url: e.AFFILIATED_URL, credentials: e,
		ca: fs.readFileSync(e.AFFILIATED_CA) });
}

function write(dir, values) {
	fs.writeFileSync(path.join(dir, 'values'), Object.entries(values)
	    .map(([k, v]) => `${k}='${v}'\n`).join(''));
}

async function mixture(dir) {
	const c = connect(), w = new World(c);
	const me = await w.referrer();
	const { id, code } = await w.campaign(me);
	const { key } = await w.key(me, ['campaigns:read', 'tokens:read',
		'tokens:write', 'payments:read', 'webhooks:read',
		'earnings:read', 'referrals:read']);

	await w.adjust(me, 1e9);
	write(dir, { url: c.service.url, key, campaign: id, code });
	c.close();
}

const keyFile = (coding, ...names) => Buffer.from(fs.readFileSync(path.join(
    state, 'etc', ...names), 'utf8').trim(), coding);
const callbackKey = () => crypto.createHmac('sha256', keyFile('hex', 'secret'))
    .update('sandbox\0').digest();

async function world(dir) {
	const c = connect(), w = new World(c);
	const me = await w.referrer();
	const campaign = await w.campaign(me);

	for (let i = 1; i < 10; i++)	/* a page of them */
		await w.campaign(me);
	const product = await w.product();
	const buyers = [];

	for (let i = 0; i < BUYERS; i++) {
		const r = await w.referrer();
		const k = await w.campaign(r);
		const b = await w.owner({ referralCode: k.code });

		await w.buy(b);		/* opens the accounts */
		buyers.push(`${b.organization.id} ${sql('SELECT id FROM ' +
		    'referral WHERE referred_organization_id = ' +
		    b.organization.id)}`);
	}
	fs.writeFileSync(path.join(dir, 'buyers'), `${buyers.join('\n')}\n`);
	const session = sql('SELECT MAX(id) FROM session WHERE user_id = ' +
	    me.user.id);
	write(dir, {
		url: c.service.url, token: me.token, session,
		user: me.user.id, campaign: campaign.id,
		code: campaign.code, organization: me.organization.id,
		product: product.id, amount: product.prices[0].amount,
		tokens: product.tokens,
		jwt_key: keyFile('base64url', 'keys', 'main.hs256').toString('hex'),
		callback_key: callbackKey().toString('hex'),
	});
	c.close();
}

/* N payments that are open, of so many buyers; then their callbacks. */
function round(dir, name, n, of) {
	const values = Object.fromEntries(fs.readFileSync(path.join(dir,
	    'values'), 'utf8').trim().split('\n').map((line) =>
	    /^(\w+)='(.*)'$/.exec(line).slice(1)));
	const buyers = fs.readFileSync(path.join(dir, 'buyers'), 'utf8')
	    .trim().split('\n').slice(0, of).map((line) => line.split(' '));

	buyers.forEach(([org, referral], i) => sql(`INSERT INTO payment (
organization_id, product_id, referral_id, quantity, currency, amount, tokens,
provider, token, status, payment_status, success_url, cancel_url, created_at,
expires_at) SELECT ${org}, ${values.product}, ${referral}, 1, 'USD',
${values.amount}, ${values.tokens}, 'sandbox', CONCAT('${name}-', seq), 'open',
'unpaid', 'https://shop.example/', 'https://shop.example/', UTC_TIMESTAMP(6),
UTC_TIMESTAMP(6) + INTERVAL 1 DAY FROM seq_0_to_${n} WHERE
seq % ${buyers.length} = ${i}`));
	const key = callbackKey();
	const at = Math.floor(Date.now() / 1000);
	const lines = [];
	for (let i = 0; i <= n; i++) {
		const body = JSON.stringify({ type: 'checkout.session.paid',
			token: `${name}-${i}`, amount: Number(values.amount),
			currency: 'USD' });

		lines.push(`${name}-${i} ${at} v1,` + crypto
		    .createHmac('sha256', key).update(`${name}-${i}.${at}.` +
			body).digest('base64') + ` ${body}`);
	}
	fs.writeFileSync(path.join(dir, 'callbacks'), `${lines.join('\n')}\n`);
}

const [what, dir, name, n, of] = process.argv.slice(2);
if (what === 'world')
	world(dir);
else if (what === 'mixture')
	mixture(dir);
else
	round(dir, name, Number(n), Number(of));
