/*
 * Fills a running quickstart with what the benchmark needs, and signs the
 * callbacks of a round.
 *
 *	setup.js world DIR		people, campaigns; writes DIR/values
 *	setup.js round DIR NAME N BUYERS	N open payments of so many;
 *					writes DIR/calls
 *	setup.js ordered DIR		all checkout sessions came out alike
 *	setup.js stops DIR NAME N	N campaigns of fifty lines, paid and
 *					half delivered; DIR/calls, DIR/first
 *	setup.js stopped DIR		all that were stopped came out alike
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

	return new Client({ state, url: e.AFFILIATED_URL, credentials: e,
		ca: fs.readFileSync(e.AFFILIATED_CA),
		pid: (name) => fs.readFileSync(path.join(state, 'run',
		    `${name}.pid`), 'utf8').trim() });
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

/* Whose lists are asked: where tests/bench/load was, whoever has most. */
async function somebody(w) {
	const file = path.join(state, 'bench.json');

	if (fs.existsSync(file)) {
		const who = JSON.parse(fs.readFileSync(file, 'utf8'));
		const me = { ...await w.login(who), user: { id: who.user },
			organization: { id: who.organization } };
		const { items } = await w.ok(200, 'GET', '/referrer-campaigns' +
		    '?phase=running&sort=createdAt:asc', { token: me.token });

		return { me, campaign: items[0] };
	}
	const me = await w.referrer();
	const campaign = await w.campaign(me);

	for (let i = 1; i < 10; i++)	/* a page of them */
		await w.campaign(me);
	return { me, campaign };
}

async function world(dir) {
	const c = connect(), w = new World(c);
	const { me, campaign } = await somebody(w);
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
		today: new Date().toISOString().slice(0, 10),
		jwt_key: keyFile('base64url', 'keys', 'main.hs256').toString('hex'),
		callback_key: callbackKey().toString('hex'),
	});
	c.close();
}

const values = (dir) => Object.fromEntries(fs.readFileSync(path.join(dir,
    'values'), 'utf8').trim().split('\n').map((line) =>
    /^(\w+)='(.*)'$/.exec(line).slice(1)));

/* As calls.lua reads them: path, headers and body. */
function writeCalls(dir, calls) {
	fs.writeFileSync(path.join(dir, 'calls'), calls.map(([at, headers,
	    body]) => [at, ...Object.entries({ ...headers,
		'Content-Type': 'application/json' }).map((h) => h.join(': ')),
	    JSON.stringify(body)].join('\t')).join('\n') + '\n');
}

/* N payments that are open, of so many buyers; then their callbacks. */
function round(dir, name, n, of) {
	const v = values(dir);
	const buyers = fs.readFileSync(path.join(dir, 'buyers'), 'utf8')
	    .trim().split('\n').slice(0, of).map((line) => line.split(' '));

	buyers.forEach(([org, referral], i) => sql(`INSERT INTO payment (
organization_id, product_id, referral_id, quantity, currency, amount, tokens,
provider, token, status, payment_status, success_url, cancel_url, created_at,
expires_at) SELECT ${org}, ${v.product}, ${referral}, 1, 'USD',
${v.amount}, ${v.tokens}, 'sandbox', CONCAT('${name}-', seq), 'open',
'unpaid', 'https://shop.example/', 'https://shop.example/', UTC_TIMESTAMP(6),
UTC_TIMESTAMP(6) + INTERVAL 1 DAY FROM seq_0_to_${n} WHERE
seq % ${buyers.length} = ${i}`));
	const key = callbackKey();
	const at = Math.floor(Date.now() / 1000);
	const calls = [];

	for (let i = 0; i <= n; i++) {
		const body = { type: 'checkout.session.paid',
			token: `${name}-${i}`, amount: Number(v.amount),
			currency: 'USD' };

		calls.push(['/api/v0/payments/callbacks/sandbox', {
			'webhook-id': `${name}-${i}`, 'webhook-timestamp': at,
			'webhook-signature': 'v1,' + crypto
			    .createHmac('sha256', key).update(
				`${name}-${i}.${at}.${JSON.stringify(body)}`)
			    .digest('base64') }, body]);
	}
	writeCalls(dir, calls);
}

/*
 * Campaigns that run, each of an advertiser of its own who has paid it, put
 * into the database as calls would have done it.  They have a past, a
 * history and accounts; what they earn opens one.
 */
const LINES = 50, AMOUNT = 3333, TAX = 667, BOOKED = 100000, DONE = 33333;

/* before: the hash of the entry before this one, after its length. */
const history = (v, number, action, status, before) => `INSERT INTO
	campaign_history (campaign_id, number, organization_id, action,
	user_id, status, data, created_at, hash)
	SELECT c.id, ${number}, c.organization_id, '${action}', ${v.user},
	'${status}', '{}', @now, UNHEX(SHA2(CONCAT(${before}, LENGTH(c.id),
	':', c.id, '1:${number}', LENGTH(${v.user}), ':', ${v.user}, '16:',
	TIMESTAMPDIFF(MICROSECOND, '1970-01-01', @now),
	'${action.length}:${action}${status.length}:${status}2:{}0:'), 256))
	FROM campaign c LEFT JOIN campaign_history h ON h.campaign_id = c.id
	AND h.number = ${number} - 1 WHERE c.id BETWEEN @first AND @last`;

function stops(dir, name, n) {
	const v = values(dir), org = v.organization;
	const paid = LINES * (AMOUNT + TAX);
	const first = Number(sql(`SET foreign_key_checks = 0,
unique_checks = 0, @now = UTC_TIMESTAMP(6); START TRANSACTION;
INSERT INTO advertiser (organization_id, reference, created_at)
	SELECT ${org}, CONCAT('${name}-', seq), @now FROM seq_1_to_${n};
INSERT INTO campaign (organization_id, advertiser_id, user_id, name, type,
	currency, starts_on, ends_on, launched_at, status, paid, runs,
	created_at, updated_at)
	SELECT ${org}, v.id, ${v.user}, '${name}', 'Flexible', 'USD',
	UTC_DATE() - INTERVAL 10 DAY, UTC_DATE() + INTERVAL 10 DAY, @now,
	'running', ${paid}, 1, @now, @now FROM seq_1_to_${n} s JOIN advertiser v
	ON v.organization_id = ${org} AND v.reference = CONCAT('${name}-', seq)
	ORDER BY seq;
SET @first = LAST_INSERT_ID();
SET @last = @first + ${n} - 1;
${history(v, 1, 'create', 'draft', "'0:'")};
${history(v, 2, 'start', 'running', "'32:', h.hash")};
INSERT INTO campaign_line (organization_id, campaign_id, product, price,
	starts_on, ends_on, booked, amount, tax, impressions, clicks,
	delivered_on)
	SELECT ${org}, c.id, 'P', 'CPM', c.starts_on, c.ends_on, ${BOOKED},
	${AMOUNT}, ${TAX}, ${DONE}, 0, UTC_DATE()
	FROM campaign c JOIN seq_1_to_${LINES}
	WHERE c.id BETWEEN @first AND @last ORDER BY c.id;
INSERT INTO line_delivery (line_id, day, impressions, clicks, reported_at)
	SELECT id, UTC_DATE(), ${DONE}, 0, @now FROM campaign_line
	WHERE campaign_id BETWEEN @first AND @last;
INSERT INTO prepayment (organization_id, campaign_id, type, amount,
	deposited_on, user_id, created_at)
	SELECT ${org}, id, 'CA', ${paid}, UTC_DATE(), ${v.user}, @now
	FROM campaign WHERE id BETWEEN @first AND @last;
INSERT IGNORE INTO account (organization_id, kind, owner_id, currency, kept,
	guard) VALUES (${org}, 'advertiser_money', 0, 'USD', 0, 'free');
INSERT INTO account (organization_id, kind, owner_id, currency, kept, guard,
	balance) SELECT ${org}, k.kind, IF(k.kind = 'advertiser_credit',
	c.advertiser_id, c.id), 'USD', 1, 'floor',
	IF(k.kind = 'campaign_reserved', ${paid}, 0) FROM campaign c JOIN
	(SELECT 'campaign_reserved' AS kind UNION SELECT 'advertiser_credit') k
	WHERE c.id BETWEEN @first AND @last;
INSERT INTO journal (organization_id, kind, subject_id, created_at)
	SELECT ${org}, 'prepaid', id, @now FROM prepayment
	WHERE campaign_id BETWEEN @first AND @last;
INSERT INTO entry (journal_id, line, account_id, amount)
	SELECT STRAIGHT_JOIN j.id, s.seq, a.id, IF(s.seq = 1, -${paid}, ${paid})
	FROM prepayment p JOIN journal j ON j.kind = 'prepaid'
	AND j.subject_id = p.id JOIN seq_1_to_2 s JOIN account a
	ON a.organization_id = ${org} AND a.currency = 'USD'
	AND a.kind = IF(s.seq = 1, 'advertiser_money', 'campaign_reserved')
	AND a.owner_id = IF(s.seq = 1, 0, p.campaign_id)
	WHERE p.campaign_id BETWEEN @first AND @last;
COMMIT; ANALYZE TABLE campaign, campaign_line, campaign_history, line_delivery,
	account, journal, entry; SELECT @first`).split('\n').at(-1));

	fs.writeFileSync(path.join(dir, 'first'), String(first));
	writeCalls(dir, Array.from({ length: n }, (u, i) => [
		`/api/campaigns/${first + i}/stop`,
		{ Authorization: `Bearer ${v.token}` }, { StopDate: v.today }]));
}

function oneWay(what, query) {
	const ways = sql(query);

	if (ways.split('\n').length !== 1)
		throw new Error(`${what} came out in several ways:\n${ways}`);
}

/* Each with its event, and each key's row with its answer. */
function ordered(dir) {
	oneWay('sessions', `SELECT DISTINCT p.product_id, p.referral_id,
		p.quantity, p.currency, p.amount, p.tokens, p.valid_days,
		p.provider, p.status, p.payment_status, LENGTH(p.token),
		TIMEDIFF(p.expires_at, p.created_at), p.look_at = p.expires_at,
		e.type, e.user_id, e.data, e.created_at = p.created_at
		FROM payment p LEFT JOIN event e ON e.entity_id = p.id
		AND e.organization_id = p.organization_id
		AND e.type = 'checkout_session.created'
		WHERE p.success_url = 'https://shop.example/bench'
		AND p.organization_id = ${values(dir).organization}`);
	oneWay('keys', 'SELECT DISTINCT status > 0 FROM idempotency_key');
}

/* To the cent the same, whoever did it. */
function stopped(dir) {
	oneWay('stops', `SELECT DISTINCT c.earned, c.released, c.settled,
		l.earned, l.tax, l.due, l.due_tax FROM campaign c JOIN (
		SELECT campaign_id, SUM(earned) AS earned, SUM(earned_tax)
		AS tax, SUM(due) AS due, SUM(due_tax) AS due_tax
		FROM campaign_line GROUP BY campaign_id) l
		ON l.campaign_id = c.id WHERE c.status = 'stopped'
		AND c.organization_id = ${values(dir).organization}`);
}

const ways = {
	world, mixture, ordered, stopped,
	round: (dir, name, n, of) => round(dir, name, Number(n), Number(of)),
	stops: (dir, name, n) => stops(dir, name, Number(n)),
};

if (require.main === module)
	ways[process.argv[2]](...process.argv.slice(3));

module.exports = { connect };
