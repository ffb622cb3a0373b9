#!/usr/bin/env node
/*
 * How soon a service answers: from the start of the process, and over a reload.
 *
 *	tests/bench/start.js [ROUNDS]
 *
 * It starts a service of its own by quickstart, and beside it, on the same
 * database, `affiliated serve` with sockets of its own, which it asks over
 * FastCGI, without nginx.
 */
'use strict';
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { spawn, execFileSync } = require('node:child_process');

const ROOT = path.join(__dirname, '..', '..');
const rounds = Number(process.argv[2] ?? 9);
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'aff-start-'));
const state = path.join(dir, 'state');
const env = { ...process.env, AFFILIATED_STATE: state,
	AFFILIATED_HTTPS_PORT: process.env.AFFILIATED_HTTPS_PORT ?? '20443',
	AFFILIATED_HTTP_PORT: process.env.AFFILIATED_HTTP_PORT ?? '20080',
	AFFILIATED_METRICS_PORT:
	    process.env.AFFILIATED_METRICS_PORT ?? '20081' };
const build = process.env.AFFILIATED_BUILD ?? path.join(ROOT, 'build');
const socket = path.join(dir, 'api.sock');
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const ms = (since) => Number(process.hrtime.bigint() - since) / 1e6;

const quickstart = (...args) => execFileSync(path.join(ROOT, 'quickstart'),
    args, { env, stdio: ['ignore', fs.openSync(path.join(dir, 'log'), 'a'),
	'inherit'] });

function record(type, content) {
	const head = Buffer.from([1, type, 0, 1, content.length >> 8,
		content.length & 255, 0, 0]);

	return Buffer.concat([head, content]);
}

const pair = ([name, value]) => Buffer.concat([
	Buffer.from([name.length, value.length]), Buffer.from(name + value)]);

/* GET /readyz: its status; 0 while nobody answers. */
function ask() {
	const params = Buffer.concat(Object.entries({ REQUEST_METHOD: 'GET',
		REQUEST_URI: '/readyz', SERVER_PROTOCOL: 'HTTP/1.1' })
	    .map(pair));

	return new Promise((done) => {
		const c = net.connect(socket);
		let text = '';

		c.on('error', () => done(0));
		c.on('data', (d) => { text += d.toString('latin1'); });
		c.on('close', () => done(/Status: (\d+)/.test(text) ?
		    Number(/Status: (\d+)/.exec(text)[1]) :
		    text.includes('Content-Type') ? 200 : 0));
		c.write(Buffer.concat([
			record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])),
			record(4, params), record(4, Buffer.alloc(0)),
			record(5, Buffer.alloc(0))]));
	});
}

function configuration() {
	const sockets = fs.readFileSync(path.join(state, 'etc',
	    'affiliated.conf'), 'utf8').replace(/^listen_(\w+) = .*/gm,
	    (line, pool) => `listen_${pool} = ${path.join(dir, pool)}.sock`);

	fs.writeFileSync(path.join(dir, 'conf'), sockets);
}

async function start() {
	const begun = process.hrtime.bigint();
	const serve = spawn(path.join(build, 'affiliated'), ['serve',
		'--config', path.join(dir, 'conf')], { stdio: 'ignore' });

	while (await ask() !== 200)
		await sleep(1);
	return { serve, took: ms(begun) };
}

function stop(serve) {
	return new Promise((done) => {
		serve.on('exit', done);
		serve.kill('SIGTERM');
	});
}

/* One request after the other while it reloads: the slowest, and failures. */
async function reload(serve) {
	const end = Date.now() + 2000;
	let slowest = 0, n = 0, failed = 0;

	serve.kill('SIGHUP');
	while (Date.now() < end) {
		const begun = process.hrtime.bigint();

		if (await ask() !== 200)
			failed++;
		slowest = Math.max(slowest, ms(begun));
		n++;
	}
	return { slowest, n, failed };
}

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

async function main() {
	const starts = [], slowest = [];
	let asked = 0, failed = 0;

	quickstart('start');
	configuration();
	for (let i = 0; i < rounds; i++) {
		const { serve, took } = await start();
		const r = await reload(serve);

		starts.push(took);
		slowest.push(r.slowest);
		asked += r.n;
		failed += r.failed;
		await stop(serve);
	}
	console.log(`${rounds} rounds; milliseconds`);
	console.log(`from the start to the first 200 of /readyz: median ` +
	    `${median(starts).toFixed(0)}, longest ` +
	    `${Math.max(...starts).toFixed(0)}`);
	console.log(`in the 2 s from a reload: ${asked} requests, ${failed} ` +
	    `failed, the slowest of a round ${median(slowest).toFixed(1)} ` +
	    `(median), ${Math.max(...slowest).toFixed(1)} (longest)`);
}

main().finally(() => {
	try {
		quickstart('stop');
	} finally {
		fs.rmSync(dir, { recursive: true });
	}
});
