/*
 * What goes wrong in a cluster: first each of it once, then at random.  After
 * each all has to be whole again, since two at a time would leave no majority.
 */
'use strict';
const { sleep } = require('../api/lib/test');

const OUT = 5000;	/* longer than the others wait for a node */

class Faults {
	constructor(cluster, random, coverage, { long = false, token } = {}) {
		Object.assign(this, { cluster, r: random, coverage, token, n: 0,
			plan: ['killWriter', 'isolateWriter', 'killHost',
			    'freezeWriter', 'killWorkers', ...(long ?
			    ['killSpare', 'killProxy', 'majority', 'all'] :
			    [])],
		});
		this.kinds = [...this.plan];
	}

	async spares() {
		const writer = await this.cluster.writer();

		return this.cluster.galera.nodes.filter((n) => n !== writer);
	}

	async killWriter() {
		await (await this.cluster.writer()).process.kill();
	}

	async killSpare() {
		await this.r.pick(await this.spares()).process.kill();
	}

	/* There for its clients, and out of the group. */
	async isolateWriter() {
		const node = await this.cluster.writer();

		await node.isolate(true);
		await sleep(OUT);
		await node.isolate(false);
	}

	/* It answers nobody, and goes on where it was. */
	async freezeWriter() {
		const node = await this.cluster.writer();

		node.process.signal('SIGSTOP');
		await sleep(OUT);
		node.process.signal('SIGCONT');
	}

	/* All of a host at once; it stays away for a while. */
	async killHost() {
		const host = this.r.pick(this.cluster.hosts);

		await Promise.all(host.processes.map((p) => p.kill({
			held: true })));
		await sleep(OUT / 2);
		await Promise.all(host.processes.map((p) => p.release()));
	}

	async killWorkers() {
		for (const h of this.cluster.hosts)
			await h.serve.kill();
	}

	async killProxy() { await this.cluster.proxy.kill(); }

	/* The profile of who asks: as one call reads or writes it. */
	profile(method, body) {
		return this.cluster.client.site(method,
		    '/api/v0/users/profile', { fresh: true,
			body: body && JSON.stringify(body), headers: {
			    'content-type': 'application/json',
			    authorization: `Bearer ${this.token}` } });
	}

	/* Nobody may read or write where only one is left. */
	async majority() {
		const spares = await this.spares();
		const name = async () => JSON.parse((await this.profile('GET'))
		    .text).data.name;
		const before = await name();

		await Promise.all(spares.map((n) => n.process.kill({
			held: true })));
		await sleep(OUT);
		for (const [method, body] of [['GET'], ['PUT', {
			name: 'Nobody' }], ['GET']]) {
			const a = await this.profile(method, body);

			if (a.status !== 503 || !(a.headers['retry-after'] > 0))
				throw new Error(`without a majority: ${method}` +
				    ` ${a.status} ${JSON.stringify(a.headers)}`);
		}
		await Promise.all(spares.map((n) => n.process.release()));
		await this.cluster.galera.synced();
		await this.cluster.ready();
		if (await name() !== before)
			throw new Error('without a majority a name was taken');
	}

	async all() {
		await Promise.all(this.cluster.galera.nodes.map((n) =>
		    n.process.kill()));
	}

	async run() {
		while (!this.ended || this.plan.length > 0) {
			const what = this.plan.shift() ?? this.r.pick(
			    this.kinds);
			const began = Date.now();

			await sleep(this.r.int(300, 2000));
			await this[what]();
			this.n++;
			await this.cluster.galera.synced();
			await this.cluster.ready();
			this.coverage.count('fault', what);
			process.stdout.write(`# ${what}: whole again after ` +
			    `${Date.now() - began} ms\n`);
		}
	}

	stop() { this.ended = true; }
}

module.exports = { Faults };
