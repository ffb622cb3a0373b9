/*
 * A process of the cluster: started again when it dies by itself, or where it
 * is killed, until it is stopped.  It leads a process group and ends with us.
 */
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { until } = require('../api/lib/test');

const all = new Set();

class Process {
	/*
	 * command: { argv, env }, made anew for each start, or a promise;
	 * pause: milliseconds before it is started again
	 */
	constructor(name, dir, command, pause = 200) {
		Object.assign(this, { name, dir, command, pause });
		fs.mkdirSync(dir, { recursive: true });
		this.log = path.join(dir, `${name}.log`);
		all.add(this);
	}

	async start() {
		const { argv, env } = await this.command();
		const log = fs.openSync(this.log, 'a');

		this.wanted = true;
		this.child = spawn('setpriv', ['--pdeathsig', 'KILL', ...argv],
		    { cwd: this.dir, env: { ...process.env, ...env },
			stdio: ['ignore', log, log], detached: true });
		fs.closeSync(log);
		const child = this.child;
		child.on('error', (e) => { this.failed = e; });
		child.on('exit', () => {
			if (child !== this.child)
				return;
			this.child = undefined;
			this.group(child.pid, 'SIGKILL');
			if (this.wanted && !this.held)
				setTimeout(() => this.wanted && !this.child &&
				    this.start(), this.pause);
		});
	}

	get pid() { return this.child?.pid; }

	group(pid, signal) {
		try {
			process.kill(-pid, signal);
		} catch {
			/* it is gone */
		}
	}

	signal(name) { this.group(this.pid, name); }

	/* held: not started again before release() */
	async kill({ held = false } = {}) {
		const victim = this.child;

		this.held = held;
		this.signal('SIGKILL');
		await until(() => this.child !== victim, 5000, 10);
	}

	release() {
		this.held = false;
		if (!this.child)
			return this.start();
	}

	async stop(signal = 'SIGTERM') {
		this.wanted = false;
		if (!this.child)
			return;
		process.kill(this.pid, signal);
		if (!await until(() => !this.child, 20000, 20))
			this.signal('SIGKILL');
	}

	tail(lines = 20) {
		return fs.readFileSync(this.log, 'utf8').split('\n')
		    .slice(-lines).join('\n');
	}
}

/* Whatever happens, nothing stays behind. */
process.on('exit', () => {
	for (const p of all) {
		p.wanted = false;
		if (p.child)
			p.signal('SIGKILL');
	}
});

module.exports = { Process };
