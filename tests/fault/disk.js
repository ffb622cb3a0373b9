/*
 * The disk is full; the database's files are read-only; the database is; the
 * disk takes its time with each flush.
 */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');
const { sleep, until } = require('../api/lib/test');
const { command } = require('./place');
const { under } = require('./load');

const FLUSHES = 'fsync,fdatasync';

/* Takes all that is left. */
function fill(file) {
	const fd = fs.openSync(file, 'a');
	let room = 1 << 20;

	while (room >= 512)
		try {
			if (fs.writeSync(fd, Buffer.alloc(room)) < room)
				room >>= 1;
		} catch (e) {
			if (e.code !== 'ENOSPC')
				throw e;
			room >>= 1;
		}
	fs.closeSync(fd);
}

const reads = async (x) => {
	const a = await x.c.call('GET', '/users/profile', {
		token: x.me.token, fresh: true });

	return a.status;
};

/*
 * mariadbd may end by itself on a full disk, and waits at its start until there
 * is room, for which it looks once a minute.  All others are killed: whose
 * number can't be written down is known to the keeper all the same.
 */
async function full(r, x) {
	const file = path.join(x.s.state, 'full');
	const kinds = ['mariadbd', 'supervisor', 'jobs', 'nginx'];
	const server = x.s.pid('mariadbd');

	const told = await under(x, { breaks: () => fill(file),
		during: async (load) => {
			const refused = await until(() => load.seen[503] > 3,
			    r.long ? 60000 : 8000);

			await sleep(r.long ? 20000 : 1000);
			/* but for what waits in the server for a file */
			assert.ok(await until(async () => await reads(x) ===
			    200 || x.s.pid('mariadbd') !== server, 5000),
			    'nothing can be read');
			for (const kind of kinds)
				process.kill(x.s.pid(kind), 'SIGKILL');
			/* what they had in files of no name is free now */
			for (let i = 0; i < 300; i++) {
				fill(file);
				await sleep(10);
			}
			return refused ? 'refused' : 'there was room to go on';
		}, mends: () => fs.rmSync(file), ms: 90000 });
	for (const kind of kinds)
		assert.ok(await until(() => fs.existsSync(path.join('/proc',
		    String(x.s.pid(kind)))), 5000), kind);
	return told;
}

/* The server can't start on it until it is made writable again. */
async function readOnly(r, x) {
	const db = path.join(x.s.state, 'db');

	return under(x, { breaks: () => {
		assert.equal(command('mount', '--bind', db, db), '');
		assert.equal(command('mount', '-o', 'remount,ro,bind', db), '');
		process.kill(x.s.pid('mariadbd'), 'SIGKILL');
	}, during: async (load) => {
		const before = load.seen[503] ?? 0;

		await sleep(r.long ? 20000 : 2500);
		assert.ok(load.seen[503] > before, load.told);
		assert.equal(await x.s.answers(), 503);
		assert.equal(await x.s.answers('/healthz'), 200);
	}, mends: () => assert.equal(command('umount', '-l', db), '') });
}

async function refused(r, x) {
	return under(x, { breaks: () => x.sql('SET GLOBAL read_only = ON'),
	    during: async (load) => {
		const before = load.done.length;

		await sleep(1500);
		assert.ok(load.done.length <= before + 4, load.told);
		assert.equal(await reads(x), 200);
	}, mends: () => x.sql('SET GLOBAL read_only = OFF') });
}

/* Each flush takes that long, while fn runs. */
async function slowly(x, ms, fn) {
	const tracer = spawn('strace', ['-f', '-q', '-o', '/dev/null', '-p',
	    String(x.s.pid('mariadbd')), '-e', `trace=${FLUSHES}`, '-e',
	    `inject=${FLUSHES}:delay_enter=${ms * 1000}`],
	    { stdio: 'ignore' });

	const ended = new Promise((done) => tracer.on('exit', done));
	try {
		await sleep(300);
		assert.equal(tracer.exitCode, null, 'strace ended');
		return await fn();
	} finally {
		tracer.kill();
		await ended;
	}
}

async function slow(r, x, ms, seconds) {
	let end;
	const held = new Promise((done) => { end = done; });
	let tracing;

	return under(x, { breaks: () => new Promise((done, failed) => {
		tracing = slowly(x, ms, () => {
			done();
			return held;
		});
		tracing.catch(failed);
	}), during: async (load) => {
		const before = load.done.length;

		await sleep(seconds * 1000);
		assert.equal(await reads(x), 200);
		return `${load.done.length - before} in ${seconds} s`;
	}, mends: async () => {
		end();
		await tracing;
	}, clients: 8 });
}

async function run(r) {
	const x = await r.ground();
	const traced = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true'])
	    .status === 0;

	if (x.s.disk) {
		await r.check('the disk is full, all are killed', () =>
		    full(r, x));
		await r.check('the database\'s files are read-only', () =>
		    readOnly(r, x));
	} else
		r.skip('full, read-only', 'only root can mount');
	await r.check('the database is read-only', () => refused(r, x));
	if (traced) {
		await r.check('flushes take 100 ms', () =>
		    slow(r, x, 100, r.long ? 20 : 2));
		/* longer than the program waits for an answer */
		await r.check('flushes take 6 s', () =>
		    slow(r, x, 6000, r.long ? 60 : 5));
	} else
		r.skip('slow flushes', 'strace does not run here');
	await r.check('the books are right', () => x.s.verified());
}

module.exports = { run };
