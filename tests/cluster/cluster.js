/*
 * Three nodes, two application hosts and a proxy before both, on this machine:
 * a service as the model and the clients of tests/api know one.
 */
'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { ROOT, findings, freePorts } = require('../api/lib/service');
const { Client } = require('../api/lib/client');
const { until } = require('../api/lib/test');
const { Process } = require('./process');
const { Galera, fill, run, ADDRESS } = require('./galera');

const BUILD = process.env.AFFILIATED_BUILD ?? path.join(ROOT, 'build');
const PROGRAM = path.join(BUILD, 'affiliated');
const PROGRAM_USERS = ['affiliated', 'affiliated_migrate'];

/*
 * Not of those that the kernel gives to connections: one would stand on a port
 * while the node that listens there is dead.
 */
async function quietPorts(n) {
	for (;;) {
		const ports = await freePorts(n, 10000 + n *
		    Math.floor(Math.random() * 20000 / n));

		if (ports)
			return ports;
	}
}

/* nginx, workers and perhaps jobs, with a state of their own. */
class Host {
	constructor(cluster, name, { ports, database, settings, jobs = true }) {
		Object.assign(this, { cluster, ports, database });
		this.state = path.join(cluster.home, name);
		this.env = { AFFILIATED_STATE: this.state,
			AFFILIATED_BUILD: BUILD,
			AFFILIATED_HTTPS_PORT: ports[0],
			AFFILIATED_HTTP_PORT: ports[1],
			AFFILIATED_METRICS_PORT: ports[2],
			AFFILIATED_RATE_LIMIT: 'off',
			AFFILIATED_ROLLUP_SECONDS: '1',
			AFFILIATED_ROLLUP_AGE_SECONDS: '6',
			ASAN_OPTIONS: `log_path=${this.state}/log/asan:` +
			    'detect_leaks=0',
			UBSAN_OPTIONS: `log_path=${this.state}/log/ubsan:` +
			    'print_stacktrace=1' };
		for (const [name, value] of Object.entries(settings))
			this.env[`AFFILIATED_${name.toUpperCase()}`] =
			    `${value}`;
		this.config = path.join(this.state, 'etc', 'affiliated.conf');
		const role = (word) => new Process(word, path.join(this.state,
		    'log'), () => ({ env: this.env, argv: [PROGRAM, word,
			'--config', this.config] }));
		this.serve = role('serve');
		this.jobs = role('jobs');
		this.nginx = new Process('nginx', path.join(this.state, 'log'),
		    () => ({ env: this.env, argv: ['nginx', '-c',
			path.join(this.state, 'etc/nginx/nginx.conf'), '-e',
			path.join(this.state, 'log/nginx-error.log'), '-g',
			'daemon off;'] }));
		this.processes = [this.serve, this.nginx,
		    ...(jobs ? [this.jobs] : [])];
	}

	make(other) {
		return run([path.join(__dirname, 'host'), this.cluster.url,
			this.database, ...(other ? [other.state] : [])],
		    { env: { ...process.env, ...this.env } });
	}

	/* A command of the program; env: settings of this call only. */
	command(argv, env = {}) {
		return run([PROGRAM, ...argv, '--config', this.config],
		    { env: { ...process.env, ...this.env, ...env } });
	}

	start() { return Promise.all(this.processes.map((p) => p.start())); }

	async stop() {
		for (const p of [...this.processes].reverse())
			await p.stop(p === this.nginx ? 'SIGQUIT' : 'SIGTERM');
	}
}

class Cluster {
	constructor({ settings = {} } = {}) {
		this.settings = settings;
		this.home = fs.mkdtempSync(path.join(os.tmpdir(),
		    'aff-cluster-'));
		fs.chmodSync(this.home, 0o755);
		process.on('exit', () => this.clean());
	}

	async start() {
		const ports = await quietPorts(25);
		const take = (n) => ports.splice(0, n);

		this.galera = new Galera(this.home, take(12));
		[this.port, this.readers, this.front, this.reading] = take(4);
		this.url = `https://localhost:${this.front}`;
		const host = (name, more) => new Host(this, name, {
			ports: take(3), settings: this.settings,
			database: this.port, ...more });
		this.hosts = [host('one'), host('two')];
		this.reader = host('reader', { database: this.readers,
			jobs: false, settings: { ...this.settings,
			    workers_api: 1 } });
		await this.hosts[0].make();
		for (const h of [this.hosts[1], this.reader])
			await h.make(this.hosts[0]);
		this.makeProxy();
		await this.galera.start();
		await this.makeDatabase();
		await this.proxy.start();
		for (const h of this.hosts)
			await h.start();
		this.ca = fs.readFileSync(path.join(this.hosts[0].state,
		    'tls/ca.pem'));
		this.client = new Client(this);
		await this.ready();
	}

	makeProxy() {
		const { home, galera, hosts } = this;
		const file = path.join(home, 'haproxy.cfg');

		fs.copyFileSync(path.join(__dirname, 'check'),
		    path.join(home, 'check'));
		fs.writeFileSync(path.join(home, 'check.cnf'),
		    '[client]\nuser = checker\npassword = checker\n');
		fs.writeFileSync(file, fill('haproxy.cfg', { DIR: home,
			ADDRESS, CHECK: path.join(home, 'check'),
			DATABASE_PORT: this.port, READERS_PORT: this.readers,
			FRONT_PORT: this.front, A_PORT: galera.nodes[0].port,
			B_PORT: galera.nodes[1].port,
			C_PORT: galera.nodes[2].port,
			READING_PORT: this.reading,
			READER_PORT: this.reader.ports[0],
			ONE_PORT: hosts[0].ports[0],
			TWO_PORT: hosts[1].ports[0] }));
		this.proxy = new Process('haproxy', home, () => ({
			argv: ['haproxy', '-db', '-f', file] }));
	}

	/* As on hosts of their own: nobody of the program comes by a socket. */
	async makeDatabase() {
		const [first] = this.galera.nodes;
		const { state } = this.hosts[0];
		const grants = fs.readFileSync(path.join(ROOT,
		    'sql/grants.sql'), 'utf8').replaceAll('@localhost',
		    `@'${ADDRESS}'`);
		const password = (name) => fs.readFileSync(path.join(state,
		    'etc', name), 'utf8').trim();
		const user = (name, text) => `CREATE USER ${name}@'${ADDRESS}'
			IDENTIFIED BY '${text}';`;

		await first.sql('CREATE DATABASE affiliated;' +
		    user(PROGRAM_USERS[0], password('db-password')) +
		    user(PROGRAM_USERS[1], password('db-migrate-password')) +
		    user('checker', 'checker') + user('tester', 'tester') +
		    `GRANT ALL ON affiliated.* TO ${PROGRAM_USERS[1]}@` +
		    `'${ADDRESS}'; GRANT ALL ON *.* TO tester@'${ADDRESS}'`);
		await this.hosts[0].command(['migrate'], {
			AFFILIATED_DB_PORT: first.port });
		await first.sql(grants, { database: 'affiliated' });
	}

	/* For a session of tests/api/lib/db.js: by the proxy as all others. */
	get database() {
		return ['-h', ADDRESS, '-P', this.port, '-u', 'tester',
			'-ptester'];
	}

	/* The node that takes the writes now. */
	async writer() {
		const { stdout } = await run(['mariadb', '--no-defaults',
			...this.database, '-N', '-e',
			'SELECT @@wsrep_node_name'], { timeout: 5000 });

		return this.galera.nodes.find((n) => n.name === stdout.trim());
	}

	/* By both hosts, one after the other. */
	async answers() {
		for (let i = 0; i < 4; i++) {
			try {
				const a = await this.client.site('GET',
				    '/readyz', { fresh: true });

				if (a.status !== 200)
					return false;
			} catch {
				return false;
			}
		}
		return true;
	}

	async ready(ms = 60000) {
		if (!await until(() => this.answers(), ms, 100))
			throw new Error('the cluster does not answer\n' +
			    this.hosts[0].serve.tail());
	}

	/* affiliated verify on one node, behind all that was written. */
	async verify(node) {
		try {
			const { stdout, stderr } = await this.hosts[0].command(
			    ['verify'], { AFFILIATED_DB_PORT: node.port });

			return { code: 0, out: stdout + stderr };
		} catch (e) {
			return { code: e.code, out: `${e.stdout}${e.stderr}` };
		}
	}

	/* Nothing more is written; all nodes have all of it. */
	async quiet() {
		for (const h of this.hosts)
			await h.stop();
		await this.galera.synced();
		for (const n of this.galera.nodes)
			await n.sql('SET STATEMENT wsrep_sync_wait = 1 FOR ' +
			    'SELECT 1');
	}

	findings() { return findings(this.home); }

	async stop() {
		for (const h of [...this.hosts, this.reader])
			await h.stop();
		await this.proxy.stop();
		await this.galera.stop();
	}

	clean() {
		if (process.exitCode || process.env.AFFILIATED_TEST_KEEP)
			process.stderr.write(`# state kept: ${this.home}\n`);
		else
			fs.rmSync(this.home, { recursive: true, force: true });
	}
}

module.exports = { Cluster };
