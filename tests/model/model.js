/* Starts a service and clients, lets them work, proves the end. */
'use strict';
const fs = require('node:fs');
const { parseArgs } = require('node:util');
const { Service } = require('../api/lib/service');
const { World } = require('../api/lib/world');
const { Wire } = require('./wire');
const { Clock } = require('./clock');
const { Client } = require('./client');
const { Crowd } = require('./crowd');
const { Killer } = require('./killer');
const { Coverage } = require('./coverage');
const { Random } = require('./random');
const { proveAccounts } = require('./proof');

/* Seals within a short run, and yet older than any transaction. */
const SETTINGS = { jobs_poll_ms: 50, seal_seconds: 1, seal_age_seconds: 10 };

function options(argv) {
	const { values } = parseArgs({ args: argv, options: {
		seed: { type: 'string', default: String(Date.now() % 1000000) },
		ops: { type: 'string', default: '10000' },
		seconds: { type: 'string', default: '86400' },
		clients: { type: 'string', default: '8' },
		client: { type: 'string' },
		kill: { type: 'boolean', default: false },
		tap: { type: 'boolean', default: false },
	} });

	for (const name of ['seed', 'ops', 'seconds', 'clients', 'client'])
		if (values[name] !== undefined)
			values[name] = Number(values[name]);
	return values;
}

async function join(world, wireOf) {
	const who = await world.owner();
	const key = await world.key(who, ['campaigns:read', 'campaigns:write',
		'payments:read']);

	return wireOf(key.key);
}

/* killer: what goes wrong meanwhile; it runs where o.kill. */
async function work(o, service, coverage, killer) {
	const world = new World(service.client);
	const clock = new Clock(service);
	const end = Date.now() + o.seconds * 1000;
	let left = o.ops;
	const budget = { take: () => Date.now() < end && !budget.failed &&
	    left-- > 0 };
	const numbers = o.client === undefined ? Array.from({ length:
	    o.clients }, (u, i) => i) : [o.client];
	const clients = [];
	const keys = { always: o.kill, prefix: `${o.seed}`, strangers: [] };

	/* every second one is several at once */
	for (const name of numbers)
		clients.push(new (name % 2 === 0 ? Client : Crowd)({ name,
			members: 4, clock, coverage, budget, keys,
			wire: await join(world, (key) => new Wire(service,
			    key, { patient: o.kill })),
			random: Object.assign(new Random(o.seed, name),
			    { small: name % 4 > 1 }) }));
	keys.strangers.push((await world.hood(await world.owner())).id);
	const began = Date.now();
	const all = (work) => Promise.all(work.map((w) => w.catch((e) => {
		budget.failed ??= e;
	})));
	const killing = o.kill ? [killer.run()] : [];
	await Promise.all([all(killing), all(clients.map((c) => c.run()))
	    .then(() => killer.stop())]);
	const seconds = (Date.now() - began) / 1000;
	if (!budget.failed)
		await all(clients.map((c) => proveAccounts(c)));
	clock.close();
	const wires = clients.flatMap((c) => c.wires);
	wires.forEach((w) => w.close());
	const of = (m) => wires.reduce((n, w) => n + w[m], 0);
	return { failed: budget.failed, seconds, operations: clients.reduce(
	    (n, c) => n + c.n, 0), requests: of('requests'), lost: of('lost'),
		replayed: of('replayed'), kills: killer.n };
}

const summary = (o, done) => `${done.operations} operations, ` +
    `${done.requests} requests, ` +
    `${Math.round(done.requests / done.seconds)}/s; ${done.lost} ` +
    `connections lost, ${done.replayed} replays, ${done.kills} kills; ` +
    `seed ${o.seed}`;

function report(o, e) {
	const file = `/tmp/model-${o.seed}-${e.client}.log`;

	fs.writeFileSync(file, `${e.stack}\n\n${e.log?.join('\n')}\n`);
	return [`seed ${o.seed}, client ${e.client}, its operation ` +
	    `${e.operation}, campaign ${e.campaign}`, ...e.message.split('\n'),
	    `the campaign's operations: ${file}`,
	    `again: tests/model/run --seed ${o.seed} --client ${e.client} ` +
	    `--ops ${e.operation}${o.kill ? ' --kill' : ''}`];
}

async function main(argv) {
	const o = options(argv);
	const coverage = new Coverage();
	const results = [];
	const check = (name, bad) => {
		results.push(bad.length === 0);
		process.stdout.write(`${bad.length === 0 ? 'ok' : 'not ok'} ` +
		    `${results.length} - ${name}\n`);
		for (const line of bad)
			process.stdout.write(`# ${line}\n`);
	};
	const service = new Service({ settings: SETTINGS });

	await service.start();
	const done = await work(o, service, coverage, new Killer(service,
	    new Random(o.seed, 1000), coverage));
	check(`model: ${summary(o, done)}`, done.failed ? report(o,
	    done.failed) : []);
	const { code, out } = await service.verify();
	check(`model: affiliated ${out.trim().split('\n').pop()}`,
	    code === 0 ? [] : out.split('\n'));
	check('model: nothing that the sanitizers found', service.findings());
	if (o.client === undefined)
		check('model: what is expected came up', done.failed ? [] :
		    done.operations < Math.min(o.ops, 500) ?
		    [`only ${done.operations} operations`] :
		    coverage.missing(done.operations, o.kill));
	process.stdout.write(`1..${results.length}\n`);
	for (const line of coverage.table().split('\n'))
		process.stdout.write(`# ${line}\n`);
	service.client.close();
	process.exit(results.every(Boolean) ? 0 : 1);
}

module.exports = { main, work, summary, report, SETTINGS };
