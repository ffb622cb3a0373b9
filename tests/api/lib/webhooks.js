/*
 * Webhook endpoints of a service that may call this machine, and calls about
 * them.  of() gives the world, who calls, and where they lead: { w, me,
 * receiver }.
 */
'use strict';
const assert = require('node:assert/strict');
const { Service } = require('./service');
const { until } = require('./test');
const { World } = require('./world');
const { Receiver } = require('./receiver');

const HOUR = 3600 * 1000;

async function begin() {
	const s = await new Service({ settings: { webhook_private: 'on',
		webhook_ca: '@/tls/ca.pem', webhook_retries: '1 1 1',
		webhook_seconds: 2, webhook_endpoints: 6 } }).start();
	const w = new World(s.client);

	return { s, c: s.client, w, me: await w.referrer(),
		other: await w.owner(),
		receiver: await new Receiver(s).start() };
}

function calls(of) {
	const ok = (status, method, path, body, who = of().me, more = {}) =>
	    of().w.ok(status, method, path, { token: who.token, body,
		...more });
	/* what campaigns make, and not what is said of the endpoint itself */
	const endpoint = (more = {}, who = of().me) => ok(201, 'POST',
	    '/webhook-endpoints', { url: `${of().receiver.url}/hook`,
		events: ['referrer_campaign.created'], ...more }, who);
	const read = (e, who = of().me) => ok(200, 'GET',
	    `/webhook-endpoints/${e.id}`, undefined, who);
	const deliveries = async (e, more = '') => (await ok(200, 'GET',
	    `/webhook-endpoints/${e.id}/deliveries?limit=100${more}`)).items;
	const drop = (e) => of().w.c.call('DELETE',
	    `/webhook-endpoints/${e.id}`, { token: of().me.token });

	/* Its deliveries, once all of them are so. */
	async function settled(e, status, n = 1, ms = 15000) {
		let all;

		await until(async () => {
			all = await deliveries(e);
			return all.length >= n && all.every((d) =>
			    d.status === status);
		}, ms, 100);
		assert.deepEqual(all.map((d) => d.status), Array.from({
			length: Math.max(n, all.length) }, () => status));
		return all;
	}

	return { ok, endpoint, read, deliveries, drop, settled };
}

module.exports = { begin, calls, HOUR };
