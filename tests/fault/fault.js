/*
 * Runs the parts that were asked for, one after the other, and says how each
 * went (TAP); without names all of them, in two lanes, as they wait more than
 * they work.
 */
'use strict';
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { spawnSync } = require('node:child_process');
const { lanes } = require('../api/lib/lanes');

const ROOT = path.join(__dirname, '../..');
const LANES = [['statements', 'memory', 'vanish', 'queue', 'slow', 'clock',
	'kills'], ['disk']];
const PARTS = LANES.flat();

/* A build that takes orders, where no other is named. */
function build() {
	const dir = path.join(ROOT, 'build-fault');
	const sh = `mkdir -p "${dir}" && { [ -x configure ] || autoreconf -i; } ` +
	    `&& cd "${dir}" && { [ -e config.status ] || ` +
	    '"$OLDPWD/configure" --quiet --enable-faults; } && ' +
	    `make -s -j${os.cpus().length}`;
	const { status } = spawnSync('sh', ['-c', sh], { cwd: ROOT,
		stdio: ['ignore', 2, 2] });

	if (status !== 0)
		process.exit(1);
	return dir;
}

class Run {
	constructor(options) {
		Object.assign(this, options);
		this.n = this.failed = 0;
		this.begun = Date.now();
	}

	note(text) {
		for (const line of String(text).split('\n'))
			process.stdout.write(`# ${line}\n`);
	}

	say(good, text) {
		this.n++;
		this.failed += !good;
		process.stdout.write(`${good ? 'ok' : 'not ok'} ${this.n} - ` +
		    `${text}\n`);
	}

	skip(name, why) {
		this.say(true, `${this.part}: ${name} # SKIP ${why}`);
	}

	/* fn may return what is to be said of it. */
	async check(name, fn) {
		const begun = Date.now();

		try {
			const more = await fn();
			const s = ((Date.now() - begun) / 1000).toFixed(1);

			this.say(true, `${this.part}: ${name}` +
			    `${more ? `: ${more}` : ''} (${s} s)`);
		} catch (e) {
			this.say(false, `${this.part}: ${name}`);
			this.note(e.stack ?? e);
		}
	}

	/* The service that most of them share. */
	ground() {
		const { Ground } = require('./ground');

		this.opened ??= new Ground().open();
		return this.opened;
	}

	async all(names) {
		for (const name of names) {
			this.part = name;
			try {
				await require(`./${name}`).run(this);
			} catch (e) {
				this.say(false, `${name}: it broke off`);
				this.note(e.stack ?? e);
			}
		}
		if (!this.opened)
			return;
		const x = await this.opened.catch(() => undefined);
		this.part = 'end';
		/* the state of a run that failed is kept */
		process.exitCode = this.failed > 0 ? 1 : 0;
		if (x) {
			await this.check('the books are right', async () => {
				await x.s.verified();
			});
			x.close();
		}
	}
}

async function main(argv) {
	const { values, positionals } = parseArgs({ args: argv,
		allowPositionals: true, options: {
			long: { type: 'boolean', default: false },
			list: { type: 'boolean', default: false },
			seed: { type: 'string', default: '1' },
		} });
	const names = positionals;
	const { Random } = require('../model/random');

	if (values.list) {
		process.stdout.write(`${PARTS.join('\n')}\n`);
		return;
	}
	for (const name of names)
		if (!PARTS.includes(name)) {
			process.stderr.write(`no part ${name}; there are ` +
			    `${PARTS.join(', ')}\n`);
			process.exit(2);
		}
	process.env.AFFILIATED_BUILD ??= build();
	if (names.length === 0) {
		const good = await lanes(LANES.map((lane) => [
		    path.join(__dirname, 'run'), ...argv,
		    /* the stage of tests/model kills at random, too */
		    ...lane.filter((part) => values.long || part !== 'kills')]));

		process.exit(good ? 0 : 1);
	}
	const run = new Run({ long: values.long,
		random: new Random(Number(values.seed)) });
	await run.all(names);
	process.stdout.write(`1..${run.n}\n`);
	run.note(`seed ${values.seed}, ` +
	    `${Math.round((Date.now() - run.begun) / 1000)} s`);
	process.exit(run.failed === 0 ? 0 : 1);
}

module.exports = { main };
