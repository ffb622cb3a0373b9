/*
 * A service that sells by the stub of Stripe, and what its tests do with it.
 * of() gives what open() returned.
 */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { query } = require('./db');
const { Service } = require('./service');
const { Stub } = require('./stripe');
const { until } = require('./test');
const { World } = require('./world');

function children(pid) {
	return fs.readdirSync('/proc').filter((p) => /^\d+$/.test(p))
	    .map(Number).filter((p) => {
		try {
			const text = fs.readFileSync(`/proc/${p}/stat`, 'utf8');

			return Number(text.slice(text.lastIndexOf(')') + 2)
			    .split(' ')[1]) === pid;
		} catch {
			return false;
		}
	    });
}

async function open() {
	const stub = await new Stub().start();
	const s = new Service({ settings: stub.settings() });

	await s.start();
	const c = s.client, w = new World(c);
	const house = await w.house();
	const referrer = await w.referrer();
	const campaign = await w.campaign(referrer);
	const buyer = await w.owner({ referralCode: campaign.code });
	const product = await w.product();

	return { s, c, w, stub, house, referrer, campaign, buyer, product };
}

function calls(of) {
	const body = (more) => ({ productId: of().product.id,
		successUrl: 'https://shop.example/thanks?a=1&b=%20',
		cancelUrl: 'https://shop.example/cart', ...more });
	const begin = (more, options = {}) => of().c.call('POST',
	    '/payments/checkout-sessions', { token: of().buyer.token,
		body: body(more), fresh: true, ...options });
	const checkout = async (more) => {
		const a = await begin(more);

		assert.equal(a.status, 201, a.text);
		return a.data;
	};
	const tell = (type, object, more) => of().c.call('POST',
	    '/payments/callbacks/stripe', of().stub.event(type, object, more));
	const told = async (...args) => {
		const a = await tell(...args);

		assert.equal(a.status, 200, a.text);
	};
	const completed = (object, more) => told('checkout.session.completed',
	    object, more);
	const session = (id) => of().w.session(of().buyer, id);
	const tokens = async () => (await of().w.balance(of().buyer)).balance;
	const sql = (text) => query(of().s, text);
	/* The jobs look at once; whoever held the turn is gone. */
	const look = (id) => sql(`UPDATE payment SET look_at = UTC_TIMESTAMP(6) ` +
	    `WHERE id = ${id}; UPDATE schedule SET lease_until = NULL, ` +
	    `next_run_at = UTC_TIMESTAMP(6) WHERE name = 'look_at_payments'`);
	const becomes = async (id, members, ms = 8000) => {
		let now;

		await until(async () => {
			now = await session(id);
			return Object.entries(members).every(([k, v]) => now[k] === v);
		}, ms, 100);
		for (const [k, v] of Object.entries(members))
			assert.equal(now[k], v, `${k} of ${JSON.stringify(now)}`);
		return now;
	};
	const buy = async (more) => {
		const made = await checkout(more);
		const at = of().stub.pay(made);

		await completed(at);
		return Object.assign(await session(made.id), { at });
	};
	const refund = async (id, more = {}) => {
		const a = await of().c.call('POST', `/admin/payments/${id}/refunds`, {
			token: of().house.token,
			body: { reason: 'Asked for', ...more } });

		assert.equal(a.status, 201, a.text);
		return a.data;
	};
	const refunds = async (id) => (await of().w.ok(200, 'GET',
	    `/admin/payments/${id}`, { token: of().house.token })).refunds;
	const state = async (id, want, ms = 8000) => {
		let now;

		await until(async () => {
			now = (await refunds(id)).map((r) => r.status).join(' ');
			return now === want;
		}, ms, 100);
		assert.equal(now, want);
	};
	const verified = async () => {
		const { code, out } = await of().s.verify();

		assert.equal(code, 0, out);
	};

	function killWorkers() {
		for (const pid of children(of().s.pid('supervisor')))
			process.kill(pid, 'SIGKILL');
	}

	const ready = () => until(async () => {
		try {
			return (await of().c.site('GET', '/readyz', {
				fresh: true })).status === 200;
		} catch {
			return false;
		}
	}, 20000);

	/* The books are right, and the stub had no quarrel. */
	async function close() {
		const { s, stub } = of();

		await verified();
		assert.ifError(stub.broken);
		assert.equal(await sql('SELECT COUNT(*) FROM payment WHERE ' +
		    'status = \'creating\' AND look_at IS NULL'), '0');
		const log = fs.readFileSync(s.env.AFFILIATED_LOG_FILE, 'utf8');
		assert.ok(!log.includes('sk_test_of_the_stub'),
		    'the key in the log');
		assert.ok(!log.includes('whsec_'), 'the secret in the log');
		stub.close();
		s.stop();
	}

	return { body, begin, checkout, tell, told, completed, session, tokens,
		sql, look, becomes, buy, refund, refunds, state, verified,
		killWorkers, ready, close };
}

module.exports = { calls, open };
