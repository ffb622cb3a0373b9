/* Nodes of MariaDB with Galera on this machine, each in a directory. */
'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { execFileSync, ...children } = require('node:child_process');
const { until } = require('../api/lib/test');
const { Process } = require('./process');

const execFile = promisify(children.execFile);
const run = ([command, ...argv], options) => execFile(command, argv,
    { maxBuffer: 1 << 26, ...options });

const ADDRESS = '127.0.0.1';
const ME = os.userInfo().username;
/* The state is handed over by rsync, which does not run as root. */
const USER = process.getuid() === 0 ? ['--reuid', 'mysql', '--regid', 'mysql',
	'--init-groups'] : [];
const AS = ['setpriv', ...USER, '--pdeathsig', 'KILL'];

/* A template with names between at-signs. */
function fill(file, values) {
	return fs.readFileSync(path.join(__dirname, file), 'utf8').replace(
	    /@([A-Z_]+)@/g, (all, name) => {
		if (!(name in values))
			throw new Error(`${file}: no ${name}`);
		return values[name];
	});
}

class Node {
	constructor(name, dir, ports, members) {
		const [port, group, ist, sst] = ports;

		Object.assign(this, { name, dir, port });
		this.file = path.join(dir, 'my.cnf');
		this.socket = path.join(dir, 'socket');
		for (const part of ['tmp', 'data'])
			fs.mkdirSync(path.join(dir, part), { recursive: true });
		fs.writeFileSync(this.file, fill('my.cnf', { DIR: dir,
			NAME: name, ADDRESS, PORT: port, GROUP_PORT: group,
			IST_PORT: ist, SST_PORT: sst, MEMBERS: members.map((p) =>
			    `${ADDRESS}:${p}`).join(), GCACHE: '64M',
			POOL: '64M' }));
		this.own();
		/* Back at once, it would hold up the others that miss it. */
		this.process = new Process('mariadbd', dir, () =>
		    this.command(), 3000);
	}

	own() {
		if (USER.length > 0)
			execFileSync('chown', ['-R', 'mysql:mysql', this.dir]);
	}

	async make() {
		await run([...AS, 'mariadb-install-db', '--no-defaults',
			`--datadir=${this.dir}/data`, '--force',
			`--tmpdir=${this.dir}/tmp`,
			'--skip-test-db', '--skip-name-resolve',
			'--auth-root-authentication-method=socket',
			`--auth-root-socket-user=${ME}`]);
	}

	/* One that was killed says first how far it had come. */
	async command() {
		const argv = [...AS, 'mariadbd', `--defaults-file=${this.file}`];
		const state = path.join(this.dir, 'data', 'grastate.dat');

		if (this.first) {
			this.first = false;
			return { argv: [...argv, '--wsrep-new-cluster'] };
		}
		if (fs.existsSync(state) && / -1$/m.test(fs.readFileSync(state,
		    'utf8')))
			argv.push(`--wsrep_start_position=${await this.place(
			    argv)}`);
		return { argv };
	}

	async place(argv) {
		const { stderr } = await run([...argv, '--wsrep-recover',
			'--disable-log-error'], { timeout: 30000,
			killSignal: 'SIGKILL' });

		return /Recovered position: (\S+)/.exec(stderr)?.[1] ??
		    '00000000-0000-0000-0000-000000000000:-1';
	}

	/* Rows as arrays of texts. */
	async sql(text, { timeout = 60000, database = '' } = {}) {
		const { stdout } = await run(['mariadb', '--no-defaults', '-S',
			this.socket, '-u', ME, '-N', '-B', '-e', text,
			...(database ? [database] : [])], { timeout,
			killSignal: 'SIGKILL', encoding: 'latin1' });

		return stdout.split('\n').filter(Boolean).map((l) =>
		    l.split('\t'));
	}

	async status() {
		return Object.fromEntries(await this.sql(
		    "SHOW GLOBAL STATUS LIKE 'wsrep%'", { timeout: 2000 })
		    .catch(() => []));
	}

	/* Does it work, in a cluster of so many? */
	async synced(size, ms = 60000) {
		const is = async () => {
			const s = await this.status();

			return s.wsrep_ready === 'ON' &&
			    s.wsrep_local_state === '4' &&
			    Number(s.wsrep_cluster_size) === size;
		};

		if (!await until(is, ms, 100))
			throw new Error(`node ${this.name} does not join:\n` +
			    this.process.tail());
	}

	/* Out of the group, and yet there for everybody else. */
	isolate(on) {
		return this.sql('SET GLOBAL wsrep_provider_options = ' +
		    `'gmcast.isolate=${on ? 1 : 0}'`, { timeout: 20000 });
	}
}

class Galera {
	constructor(home, ports) {
		const groups = ['a', 'b', 'c'].map((n, i) => ports.slice(4 * i,
		    4 * i + 4));

		this.nodes = ['a', 'b', 'c'].map((name, i) => new Node(name,
		    path.join(home, name), groups[i], groups.map((g) => g[1])));
	}

	async start() {
		const [first, ...others] = this.nodes;

		await first.make();
		first.first = true;
		await first.process.start();
		await first.synced(1);
		let size = 1;
		for (const n of others) {
			await n.process.start();
			await n.synced(++size);
		}
	}

	synced() {
		return Promise.all(this.nodes.map((n) => n.synced(3)));
	}

	async stop() {
		for (const n of [...this.nodes].reverse())
			await n.process.stop();
	}
}

module.exports = { Galera, fill, run, ADDRESS };
