/* Starts a service, sends what seeds make, and says what was not kept. */
'use strict';
const fs = require('node:fs');
const { parseArgs } = require('node:util');
const { Service } = require('../api/lib/service');
const doc = require('../api/lib/document');
const { Random } = require('../model/random');
const { Actors, ends } = require('./actors');
const { Ids } = require('./ids');
const { Requests } = require('./requests');

const FINDINGS = 30;	/* of them the run ends */

function options(argv) {
	const { values } = parseArgs({ args: argv, options: {
		seed: { type: 'string', default: String(Date.now() % 1000000) },
		requests: { type: 'string', default: '1000000000' },
		seconds: { type: 'string', default: '60' },
		clients: { type: 'string', default: '4' },
		only: { type: 'string', multiple: true, default: [] },
	} });

	for (const name of ['seed', 'requests', 'seconds', 'clients'])
		values[name] = Number(values[name]);
	return values;
}

class Run {
	constructor(o, service) {
		this.o = o;
		this.service = service;
		this.findings = new Map();
		this.counts = new Map();	/* of an operation, by status */
		this.n = 0;
		this.end = 0;
		this.operations = doc.operations.filter((x) =>
		    o.only.length === 0 || o.only.includes(x.id));
	}

	going() {
		return this.n < this.o.requests && Date.now() < this.end &&
		    this.findings.size < FINDINGS;
	}

	found(o, why, request) {
		const key = `${o.id}: ${why.split('\n')[0].replace(/\d+/g, 'N')}`
		    .slice(0, 160);
		const { body, ...rest } = request.options;

		if (!this.findings.has(key))
			this.findings.set(key, [`${o.id}: ${why}`,
			    `${o.method} ${request.uri} ` +
			    JSON.stringify(rest).slice(0, 400),
			    body === undefined ? 'no body' :
			    `body ${JSON.stringify(body).slice(0, 1500)}`]);
	}

	count(o, status) {
		const c = this.counts.get(o.id) ??
		    this.counts.set(o.id, {}).get(o.id);

		c[status] = (c[status] ?? 0) + 1;
	}

	/* What it lets on of itself. */
	judge(o, answer, request) {
		this.count(o, answer.status);
		if (answer.status >= 500)
			this.found(o, `${answer.status} ` +
			    answer.text.slice(0, 300), request);
	}

	async one(maker, actors, o) {
		const request = maker.make(o);
		const how = await actors.of(maker.r, o);

		request.options = { ...request.options, ...how };
		this.n++;
		try {
			const a = await this.service.client.call(o.method,
			    request.uri, request.options);

			this.judge(o, a, request);
			maker.learn(o, a);
			return a.status === 401 && Object.keys(how).length > 0;
		} catch (e) {
			this.count(o, 'failed');
			this.found(o, e.message, request);
			return true;
		}
	}

	async prepare(number) {
		const actors = new Actors(this.service.client);
		const ids = new Ids(await actors.start());

		return () => this.client(new Random(this.o.seed, number),
		    actors, ids);
	}

	async client(r, actors, ids) {
		const maker = new Requests(r, ids);
		let order = [];

		while (this.going()) {
			if (order.length === 0)
				order = this.operations.slice().sort(() =>
				    r.next() - 0.5);
			const o = order.pop();
			/* they need somebody of their own each */
			if (ends(o) && r.chance(0.8))
				continue;
			if (await this.one(maker, actors, o)) {
				ids.seed(await actors.mend() ?? {});
			}
		}
		return actors.renewed;
	}

	/* Of the operations, those that never did what they are for. */
	never() {
		return this.operations.filter((o) => !Object.keys(this.counts
		    .get(o.id) ?? {}).some((s) => s < 400)).map((o) => o.id);
	}
}

/* What the program itself says went wrong. */
function complaints(service) {
	return fs.readFileSync(service.env.AFFILIATED_LOG_FILE, 'utf8')
	    .split('\n').filter((l) => / error |was killed|has died/.test(l))
	    .slice(0, 20);
}

async function main(argv) {
	const o = options(argv);
	const service = new Service();
	const results = [];
	const check = (name, bad) => {
		results.push(bad.length === 0);
		process.stdout.write(`${bad.length === 0 ? 'ok' : 'not ok'} ` +
		    `${results.length} - faces: ${name}\n`);
		for (const line of bad)
			process.stdout.write(`# ${line.replace(/\n/g,
			    '\n#   ')}\n`);
	};

	await service.start();
	const run = new Run(o, service);
	const pids = [service.pid('supervisor'), service.pid('jobs')];
	/* all are there before any of them begins */
	const clients = await Promise.all(Array.from({ length: o.clients },
	    (u, i) => run.prepare(i)));
	const began = Date.now();
	run.end = began + o.seconds * 1000;
	const renewed = await Promise.all(clients.map((c) => c()));

	check(`seed ${o.seed}: ${run.n} requests in ` +
	    `${Math.round((Date.now() - began) / 1000)} s, ` +
	    `${renewed.reduce((a, b) => a + b)} renewed`,
	    [...run.findings.values()].flat());
	const ready = await service.client.site('GET', '/readyz');
	check('the service is well', ready.status === 200 &&
	    [service.pid('supervisor'), service.pid('jobs')].join() ===
	    pids.join() ? [] : [ready.text]);
	check('nothing that its log regrets', complaints(service));
	check('nothing that the sanitizers found', service.findings());
	const { code, out } = await service.verify();
	check(`affiliated ${out.trim().split('\n').pop()}`,
	    code === 0 ? [] : out.split('\n'));
	const never = run.never();
	check(`${run.operations.length - never.length} of ` +
	    `${run.operations.length} operations did what they are for`,
	    run.n < 5000 || never.length * 4 < run.operations.length ? [] :
	    never);
	process.stdout.write(`1..${results.length}\n`);
	for (const id of never)
		process.stdout.write(`# never done: ${id} ` +
		    `${JSON.stringify(run.counts.get(id) ?? {})}\n`);
	service.client.close();
	process.exit(results.every(Boolean) ? 0 : 1);
}

module.exports = { main };
