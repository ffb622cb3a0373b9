/*
 * A service of the tests' own: ./quickstart with its own state and ports.
 * It is started by the first test that asks for it and stopped at the end of
 * the process.
 */
'use strict';
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');
const { Client } = require('./client');
const { until } = require('./test');

const ROOT = path.join(__dirname, '../../..');
const QUICKSTART = path.join(ROOT, 'quickstart');
const LEAN = ':quarantine_size_mb=1:thread_local_quarantine_size_kb=64';

/*
 * Held together until all are known, so that no two are the same.  first: these
 * and no others; undefined where one is taken.
 */
async function freePorts(n, first) {
	const held = (await Promise.all(Array.from({ length: n }, (u, i) =>
	    new Promise((done) => {
		const s = net.createServer();

		s.on('error', () => done());
		s.listen(first === undefined ? 0 : first + i, '127.0.0.1',
		    () => done(s));
	    })))).filter(Boolean);
	const ports = held.map((s) => String(s.address().port));

	await Promise.all(held.map((s) => new Promise((done) =>
	    s.close(done))));
	return ports.length === n ? ports : undefined;
}

function readEnv(file) {
	const all = {};

	for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
		const m = /^(?:export )?([A-Z0-9_]+)=(.*)$/.exec(line);

		if (m)
			all[m[1]] = m[2].replace(/^(['"])(.*)\1$/, '$2');
	}
	return all;
}

function files(pattern, dir) {
	return fs.readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
		const at = path.join(dir, e.name);

		if (e.isDirectory())
			try {
				return files(pattern, at);
			} catch {
				return [];
			}
		return pattern.test(at) ? [at] : [];
	});
}

function findings(dir) {
	return files(/\/log\/(asan|ubsan)\.\d+$/, dir).map((f) =>
	    fs.readFileSync(f, 'utf8').slice(0, 3000));
}

class Service {
	/*
	 * settings: { webhook_days: 3 }; "@" stands for the state's directory.
	 * lean: what was freed is not kept by the sanitizer, so that memory
	 * can be measured.
	 */
	constructor({ limits = false, lean = false, settings = {} } = {}) {
		this.limits = limits;
		this.lean = lean;
		this.settings = settings;
	}

	quickstart(...args) {
		return new Promise((done, failed) => {
			const child = spawn(QUICKSTART, args, { cwd: ROOT,
			    env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
			let out = '';

			child.stdout.on('data', (d) => { out += d; });
			child.stderr.on('data', (d) => { out += d; });
			child.on('error', failed);
			/* exit, not close: what it leaves may hold the pipes */
			child.on('exit', (code) => setTimeout(() => {
				child.stdout.destroy();
				child.stderr.destroy();
				done({ code, out });
			}, 50));
		});
	}

	/* A place and ports of its own. */
	async prepare() {
		const home = fs.mkdtempSync(path.join(os.tmpdir(), 'aff-'));
		const [https, http, metrics] = await freePorts(3);

		fs.chmodSync(home, 0o755);
		this.home = home;
		this.state = path.join(home, 'state');
		this.env = { ...process.env, AFFILIATED_STATE: this.state,
			AFFILIATED_HTTPS_PORT: https,
			AFFILIATED_HTTP_PORT: http,
			AFFILIATED_METRICS_PORT: metrics,
			/* clicks by source after some seconds */
			AFFILIATED_ROLLUP_SECONDS: '1',
			AFFILIATED_ROLLUP_AGE_SECONDS: '6',
			AFFILIATED_LOG_FILE: path.join(this.state, 'log',
			    'affiliated.log'),
			ASAN_OPTIONS: `log_path=${this.state}/log/asan:` +
			    'detect_leaks=0' + (this.lean ? LEAN : ''),
			UBSAN_OPTIONS: `log_path=${this.state}/log/ubsan:` +
			    'print_stacktrace=1',
			AFFILIATED_RATE_LIMIT: this.limits ? 'on' : 'off' };
		for (const [name, value] of Object.entries(this.settings))
			this.env[`AFFILIATED_${name.toUpperCase()}`] =
			    String(value).replace('@', this.state);
		process.on('exit', () => this.stop());
	}

	async start() {
		await this.prepare();
		/* With other settings the main job need not pass. */
		if (Object.keys(this.settings).length > 0) {
			fs.mkdirSync(path.join(this.state, 'etc'), {
				recursive: true, mode: 0o700 });
			fs.writeFileSync(path.join(this.state, 'etc',
			    'main-job-done'), '');
		}
		const { code, out } = await this.quickstart('start');
		if (code !== 0)
			throw new Error(`./quickstart start: ${code}\n` +
			    out.slice(-4000));
		return this.connect();
	}

	connect() {
		this.credentials = readEnv(path.join(this.state,
		    'credentials.env'));
		this.url = this.credentials.AFFILIATED_URL.replace(/\/$/, '');
		this.ca = fs.readFileSync(this.credentials.AFFILIATED_CA);
		this.client = new Client(this);
		return this;
	}

	/* At exit of the process: nothing asynchronous. */
	stop() {
		if (this.stopped)
			return;
		this.stopped = true;
		spawnSync(QUICKSTART, ['stop'], { cwd: ROOT, env: this.env,
		    timeout: 60000, stdio: 'ignore' });
		this.clear(process.env.AFFILIATED_TEST_KEEP !== undefined ||
		    Boolean(process.exitCode));
	}

	clear(keep) {
		if (keep)
			process.stderr.write(`# state kept: ${this.state}\n`);
		else
			fs.rmSync(this.home, { recursive: true, force: true });
	}

	/* Processes of serve's that answer requests. */
	workers() {
		const pid = this.pid('supervisor');

		return fs.readFileSync(`/proc/${pid}/task/${pid}/children`,
		    'utf8').trim().split(' ');
	}

	/* Other settings until the next start; undefined: as they were. */
	async configure(settings) {
		const file = path.join(this.state, 'etc', 'affiliated.conf');
		const log = () => fs.readFileSync(
		    this.env.AFFILIATED_LOG_FILE, 'utf8')
		    .split('the configuration is read again').length;
		const before = log(), old = this.workers();
		const lines = fs.readFileSync(file, 'utf8').split('\n')
		    .filter((l) => !(l.split(' =')[0] in settings));

		for (const [name, value] of Object.entries(settings))
			if (value !== undefined)
				lines.push(`${name} = ${value}`);
		fs.writeFileSync(file, lines.join('\n'));
		process.kill(this.pid('supervisor'), 'SIGHUP');
		process.kill(this.pid('jobs'), 'SIGHUP');
		if (!await until(() => log() >= before + 2 && this.workers()
		    .every((p) => !old.includes(p)), 30000))
			throw new Error('the configuration was not taken');
	}

	verify() {
		return this.quickstart('verify');
	}

	pid(name) {
		const pid = Number(fs.readFileSync(path.join(this.state, 'run',
		    `${name}.pid`), 'utf8').trim());

		if (!(pid > 1))
			throw new Error(`run/${name}.pid names no process`);
		return pid;
	}

	/* The most memory that a process ever had, in KiB. */
	peak(pid) {
		return Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(
		    `/proc/${pid}/status`, 'utf8'))[1]);
	}

	/* What the sanitizers found, in a build that has them. */
	findings() { return findings(this.state); }

	/* All files below the state directory whose name passes. */
	files(pattern) { return files(pattern, this.state); }
}

let main;

/* The service that most tests share: without limits. */
function service() {
	main ??= new Service().start();
	return main;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
	process.on(signal, () => process.exit(1));

module.exports = { Service, service, freePorts, findings, ROOT };
