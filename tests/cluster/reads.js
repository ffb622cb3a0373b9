/*
 * Reading from another node than the one that takes the writes: what a client
 * has written it reads there at once, though that node lags behind.
 */
'use strict';
const { Client } = require('../api/lib/client');
const { World } = require('../api/lib/world');
const { sleep, until } = require('../api/lib/test');

const EACH = 40;
const LAG = 900;	/* applies nothing; soon it would count as down */

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

/* The same while the node stands still; how long the reading took. */
async function lagging(node, here, there, who) {
	const held = node.sql('FLUSH TABLES WITH READ LOCK; ' +
	    `DO SLEEP(${LAG / 1000})`);

	await sleep(300);
	const made = await here.key(who, ['campaigns:read']);
	const began = Date.now();
	const found = (await keys(there, who)).includes(made.id);
	const ms = Date.now() - began;
	await held;
	return { found, ms };
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
	const client = new Client({ url: `https://localhost:${cluster.reading}`,
		ca: cluster.ca });
	const here = new World(cluster.client), there = new World(client);
	const answers = () => client.site('GET', '/readyz', { fresh: true })
	    .then((a) => a.status === 200, () => false);
	const start = async (wait) => {
		/* one worker: any that connects waits once */
		reader.env.AFFILIATED_WORKERS_API = '1';
		reader.env.AFFILIATED_DB_SYNC_WAIT = wait;
		await reader.serve.stop();
		await reader.serve.start();
		await until(answers, 30000);
	};
	const who = await here.owner();

	await reader.nginx.start();
	await start('on');
	const lost = await missed(here, there, who, EACH);
	const waited = await lagging(galera.nodes[2], here, there, who);
	const times = [await median(here, who), await median(there, who)];
	await start('off');
	await keys(there, who);		/* its worker is connected */
	let stale = { found: true };
	for (let i = 0; stale.found && i < 5; i++)	/* on a busy machine */
		stale = await lagging(galera.nodes[2], here, there, who);
	await reader.stop();
	client.close();
	process.stdout.write(`# a list: ${times[0]} ms from the node that ` +
	    `writes, ${times[1]} ms from another, which waits\n`);
	return [
		[`${EACH} writes are read from another node at once`,
			lost > 0 ? [`${lost} were not`] : []],
		[`a node that lags behind is waited for (${waited.ms} ms)`,
			waited.found ? [] : ['it was not']],
		['without db_sync_wait it is not', stale.found ?
			['it was'] : []],
	];
}

module.exports = { readBack };
