/*
 * Reading from another node than the one that takes the writes: what a client
 * has written it reads there at once, though that node lags behind.
 */
'use strict';
const os = require('node:os');
const { Client } = require('../api/lib/client');
const { Session } = require('../api/lib/db');
const { World } = require('../api/lib/world');
const { sleep, until } = require('../api/lib/test');

const EACH = 40;
const LAG = 600;	/* ms for which the node applies nothing */

const keys = async (world, who) => (await world.ok(200, 'GET',
    '/api-keys?limit=100', { token: who.token })).items.map((k) => k.id);

/* How many of those that were just made could not be read. */
async function missed(here, there, who, n) {
	let missing = 0;

	for (let i = 0; i < n; i++) {
		const made = await here.key(who, ['campaigns:read']);

		if (!(await keys(there, who)).includes(made.id))
			missing++;
		await here.ok(204, 'DELETE', `/api-keys/${made.id}`,
		    { token: who.token });
	}
	return missing;
}

/*
 * The same while the node stands still, until it is told to go on: where the
 * reading waits that is a while later, else behind what was read.
 */
async function lagging(node, here, there, who, waits) {
	const lock = new Session({ database: ['-S', node.socket, '-u',
		os.userInfo().username] }, '');
	let over = false;

	await lock.run('FLUSH TABLES WITH READ LOCK');
	try {
		const made = await here.key(who, ['campaigns:read']);
		const began = Date.now();
		const read = keys(there, who).finally(() => { over = true; });
		await (waits ? Promise.race([read, sleep(LAG)]) : read);
		const early = over;
		await lock.run('UNLOCK TABLES');
		return { early, found: (await read).includes(made.id),
			ms: Date.now() - began };
	} finally {
		lock.close();
	}
}

async function median(world, who) {
	const times = [];

	for (let i = 0; i < 2 * EACH; i++) {
		const began = process.hrtime.bigint();

		await keys(world, who);
		times.push(Number(process.hrtime.bigint() - began) / 1e6);
	}
	return times.sort((a, b) => a - b)[EACH].toFixed(2);
}

/* [[what, what is wrong with it], ...] */
async function readBack(cluster) {
	const { reader, galera } = cluster;
	const node = galera.nodes[2];
	const client = new Client({ url: `https://localhost:${cluster.reading}`,
		ca: cluster.ca });
	const here = new World(cluster.client), there = new World(client);
	const answers = () => client.site('GET', '/readyz', { fresh: true })
	    .then((a) => a.status === 200, () => false);
	const start = async (wait, port) => {
		/* one worker: any that connects waits once */
		reader.env.AFFILIATED_WORKERS_API = '1';
		reader.env.AFFILIATED_DB_SYNC_WAIT = wait;
		reader.env.AFFILIATED_DB_PORT = port;
		await reader.serve.stop();
		await reader.serve.start();
		await until(answers, 30000);
	};
	const who = await here.owner();

	await reader.nginx.start();
	await start('on', reader.database);
	const lost = await missed(here, there, who, EACH);
	const times = [await median(here, who), await median(there, who)];
	/* not by the proxy: who stands still counts as down soon */
	await start('on', node.port);
	await keys(there, who);		/* its worker is connected */
	const waited = await lagging(node, here, there, who, true);
	await start('off', node.port);
	await keys(there, who);
	const stale = await lagging(node, here, there, who, false);
	await reader.stop();
	client.close();
	process.stdout.write(`# a list: ${times[0]} ms from the node that ` +
	    `writes, ${times[1]} ms from another, which waits\n`);
	return [
		[`${EACH} writes are read from another node at once`,
			lost > 0 ? [`${lost} were not`] : []],
		[`a node that lags behind is waited for (${waited.ms} ms)`,
			waited.early ? ['it was not'] : waited.found ? [] :
			['it went on without what was written']],
		['without db_sync_wait it is not', stale.found ?
			['it was'] : []],
	];
}

module.exports = { readBack };
