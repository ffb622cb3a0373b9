/*
 * A service to be hurt: all of its state on a small file system of its own,
 * where root may make one; orders of faults for the program (src/db/fault.c)
 * and for its memory (alloc.c).
 */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { Service } = require('../api/lib/service');
const { until } = require('../api/lib/test');

const DISK = '600m';
/* the name of Debian's package faketime, for programs with threads */
const FAKETIME = (spawnSync('dpkg', ['-L', 'libfaketime']).stdout ?? '')
    .toString().split('\n').find((f) => f.endsWith('libfaketimeMT.so.1'));
const PROGRAM = path.join(process.env.AFFILIATED_BUILD ?? '', 'affiliated');

/* Does the program have that name in it? */
const has = (name) => fs.readFileSync(PROGRAM).includes(`${name}\0`);
const takesOrders = () => has('AFFILIATED_FAULT');

function command(...argv) {
	const { status, error, stderr } = spawnSync(argv[0], argv.slice(1));

	return status === 0 ? '' : `${error ?? stderr}`.trim() ||
	    `${argv[0]}: ${status}`;
}

class Place extends Service {
	/* clock: it can jump() */
	constructor({ clock = false, ...more } = {}) {
		super(more);
		this.clock = clock;
	}

	async prepare() {
		await super.prepare();
		this.order = path.join(this.home, 'order');
		fs.mkdirSync(this.state);
		this.disk = command('mount', '-t', 'tmpfs', '-o',
		    `size=${DISK},mode=755`, 'affiliated-fault', this.state) ===
		    '';
		this.env.AFFILIATED_FAULT = this.order;
		this.env.ASAN_OPTIONS += ':verify_asan_link_order=0';
		if (this.clock)
			this.preloadClock();
		else if (!has('__asan_init'))
			this.preloadMemory();
	}

	/* Everything that is started believes what stands in a file. */
	preloadClock() {
		this.time = path.join(this.home, 'time');
		this.jump(0);
		Object.assign(this.env, { LD_PRELOAD: FAKETIME,
			FAKETIME_TIMESTAMP_FILE: this.time,
			FAKETIME_NO_CACHE: '1',
			FAKETIME_DONT_FAKE_MONOTONIC: '1' });
	}

	/* It is so many seconds later than it is. */
	jump(seconds) {
		const text = `${seconds < 0 ? '' : '+'}${seconds}\n`;

		fs.writeFileSync(`${this.time}.new`, text);
		fs.renameSync(`${this.time}.new`, this.time);
	}

	preloadMemory() {
		const shim = path.join(this.home, 'alloc.so');

		assert.equal(command('cc', '-O2', '-shared', '-fPIC', '-o',
		    shim, path.join(__dirname, 'alloc.c'), '-ldl'), '');
		this.env.LD_PRELOAD = shim;
		this.env.AFFILIATED_FAULT_ALLOC = path.join(this.home, 'alloc');
	}

	clear(keep) {
		if (keep && this.disk)
			fs.cpSync(path.join(this.state, 'log'),
			    path.join(this.home, 'log'), { recursive: true });
		if (this.disk)
			command('umount', '-l', this.state);
		if (keep)
			process.stderr.write(`# kept: ${this.home}\n`);
		else
			super.clear(false);
	}

	/* --- orders --------------------------------------------------- */

	/* what: "kill" or an error number, at the n-th statement of a role. */
	arm({ role, what, n, from = '' }) {
		this.put(this.order, `${role} ${what} ${n} ${from}`);
	}

	armMemory(n) {
		this.put(this.env.AFFILIATED_FAULT_ALLOC, `${n}\n`);
	}

	put(file, text) {
		fs.rmSync(`${file}.done`, { force: true });
		fs.writeFileSync(`${file}.new`, text);
		fs.renameSync(`${file}.new`, file);
	}

	/* Takes the order back; was it carried out? */
	disarm(file = this.order) {
		fs.rmSync(file, { force: true });
		return fs.existsSync(`${file}.done`);
	}

	disarmMemory() {
		return this.disarm(this.env.AFFILIATED_FAULT_ALLOC);
	}

	/* --- is it well? ---------------------------------------------- */

	async answers(path = '/readyz') {
		try {
			return (await this.client.site('GET', path, {
				fresh: true })).status;
		} catch (e) {
			return e.code ?? e.message;
		}
	}

	/* Ready, and stays so, within that time; how long it took, in ms. */
	async well(ms = 30000) {
		const begun = Date.now();
		let last, row = 0;

		await until(async () => {
			last = await this.answers();
			row = last === 200 ? row + 1 : 0;
			return row >= 5;
		}, ms, 20);
		assert.ok(row >= 5, `not well within ${ms} ms: ${last}`);
		return Date.now() - begun;
	}

	async verified() {
		await this.well();
		const { code, out } = await this.verify();

		assert.equal(code, 0, out);
	}

	/* The end of the log since a mark that log() gave. */
	log(mark = 0) {
		const text = fs.readFileSync(this.env.AFFILIATED_LOG_FILE);

		return mark === null ? text.length :
		    text.subarray(mark).toString();
	}
}


module.exports = { FAKETIME, Place, command, takesOrders };
