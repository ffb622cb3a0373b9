/*
 * Webhook subscriptions to changes of records, on a service that may call this
 * machine.
 */
'use strict';
const assert = require('node:assert/strict');
const { Service } = require('./service');
const { until } = require('./test');
const { Promoters } = require('./promoters');
const { World } = require('./world');
const { Receiver } = require('./receiver');

async function begin(settings = {}) {
	const s = await new Service({ settings: { webhook_private: 'on',
		webhook_ca: '@/tls/ca.pem', webhook_retries: '1 1 1',
		webhook_seconds: 2, ...settings } }).start();
	const w = new World(s.client);
	const p = new Promoters(w);

	return { s, c: s.client, w, p, me: await p.company(),
		other: await p.company(),
		receiver: await new Receiver(s).start() };
}

function calls(of) {
	const fp = async (status, method, path, body, who = of().me) =>
	    (await of().w.fp(status, who, method, path, body)).body;
	const subscribe = (types, more = {}, who = of().me) => fp(201, 'POST',
	    '/webhooks', { url: `${of().receiver.url}/hook`,
		event_types: types, ...more }, who);
	const deliveries = (hook, who = of().me) => fp(200, 'GET',
	    `/webhooks/${hook.id}/webhook_deliveries?per_page=100`, undefined,
	    who);

	/* What came of a type, once there are so many. */
	async function came(type, n = 1, to = of().receiver) {
		const found = () => to.got.filter((r) =>
		    r.body.event_type === type);

		await until(() => found().length >= n);
		assert.equal(found().length, n, `${type}: ` +
		    JSON.stringify(to.got.map((r) => r.body.event_type)));
		return found();
	}

	/* Its only delivery, once it is so. */
	async function settled(hook, status, ms = 15000) {
		let all;

		await until(async () => {
			all = await deliveries(hook);
			return all.length > 0 && all[0].status === status;
		}, ms);
		assert.deepEqual(all.map((d) => d.status), [status]);
		return all[0];
	}

	return { fp, subscribe, deliveries, came, settled };
}

module.exports = { begin, calls };
