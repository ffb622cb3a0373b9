/* The model through a cluster in which things go wrong; then what is left. */
'use strict';
const { parseArgs } = require('node:util');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const { work, summary, report, SETTINGS } = require('../model/model');
const { Coverage } = require('../model/coverage');
const { Random } = require('../model/random');
const { Cluster } = require('./cluster');
const { Faults } = require('./faults');
const { Company } = require('./company');
const { readBack } = require('./reads');

function options(argv) {
	const { values } = parseArgs({ args: argv, options: {
		seed: { type: 'string', default: String(Date.now() % 1000000) },
		seconds: { type: 'string', default: '300' },
		clients: { type: 'string', default: '6' },
		short: { type: 'boolean', default: false },
	} });

	for (const name of ['seed', 'seconds', 'clients'])
		values[name] = Number(values[name]);
	return { ...values, ops: Infinity, kill: true };
}

/* Why there can be no cluster here, if so. */
function missing() {
	const has = (program) => spawnSync('sh', ['-c',
	    `command -v ${program}`]).status === 0;

	for (const program of ['mariadbd', 'wsrep_sst_rsync', 'rsync', 'ss',
		'haproxy', 'setpriv'])
		if (!has(program))
			return `there is no ${program}`;
	return fs.existsSync('/usr/lib/galera/libgalera_smm.so') ? undefined :
	    'there is no Galera';
}

const database = 'affiliated';

/*
 * What is not the same on all nodes, row by row: CHECKSUM TABLE counts bytes
 * that no column has.
 */
async function differing(nodes) {
	const tables = (await nodes[0].sql('SHOW TABLES', { database })).flat();
	const bad = [];

	for (const t of tables) {
		const all = await Promise.all(nodes.map(async (n) =>
		    (await n.sql(`SELECT * FROM \`${t}\` FORCE INDEX ` +
			'(PRIMARY)', { database })).map((r) => r.join('\t'))));

		all.forEach((rows, i) => {
			const at = rows.findIndex((r, k) => r !== all[0][k]);

			if (at >= 0 || rows.length !== all[0].length)
				bad.push(`${t} on ${nodes[i].name}: ` +
				    `${rows.length} rows: ${rows[at]}`,
				    `on a ${all[0].length}: ${all[0][at]}`);
		});
	}
	return bad;
}

/* Of a table without one, deletions are searched through all of it. */
async function keyless(node) {
	return (await node.sql(`SELECT table_name FROM information_schema.tables
	    WHERE table_schema = 'affiliated' AND table_type = 'BASE TABLE'
	    AND table_name NOT IN (SELECT table_name
	    FROM information_schema.table_constraints
	    WHERE constraint_schema = 'affiliated'
	    AND constraint_type = 'PRIMARY KEY')`)).flat();
}

async function main(argv) {
	const o = options(argv);
	const why = missing();
	const results = [];
	const check = (name, bad) => {
		results.push(bad.length === 0);
		process.stdout.write(`${bad.length === 0 ? 'ok' : 'not ok'} ` +
		    `${results.length} - cluster: ${name}\n`);
		for (const line of bad)
			process.stdout.write(`# ${line}\n`);
	};

	if (why) {
		process.stdout.write(`1..0 # SKIP ${why}\n`);
		return;
	}
	const cluster = new Cluster({ settings: { ...SETTINGS,
		access_seconds: 86400 } });
	const coverage = new Coverage();
	const began = Date.now();
	await cluster.start();
	process.stdout.write(`# three nodes, two hosts and a proxy after ` +
	    `${Date.now() - began} ms\n`);
	for (const [name, bad] of await readBack(cluster))
		check(name, bad);
	const company = new Company(cluster, new Random(o.seed, 2000));
	await company.make();
	company.run();
	const done = await work(o, cluster, coverage, new Faults(cluster,
	    new Random(o.seed, 1000), coverage, { long: !o.short,
		token: company.me.token }));
	check(summary(o, done), done.failed ? report(o, done.failed) : []);
	const failed = await company.stop().then(() => [], (e) => [e.stack]);
	check(`a company: ${company.summary()}`, failed.length > 0 ? failed :
	    await company.wrong());
	await cluster.quiet();
	const { nodes } = cluster.galera;
	for (const n of nodes) {
		const { code, out } = await cluster.verify(n);

		check(`node ${n.name}: affiliated ${out.trim().split('\n')
		    .pop()}`, code === 0 ? [] : out.split('\n'));
	}
	check('the same rows on all nodes', await differing(nodes));
	check('each table has a primary key', await keyless(nodes[0]));
	check('nothing that the sanitizers found', cluster.findings());
	process.stdout.write(`1..${results.length}\n`);
	process.exitCode = results.every(Boolean) ? 0 : 1;
	await cluster.stop();
	process.exit();
}

module.exports = { main };
