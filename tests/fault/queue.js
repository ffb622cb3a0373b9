/*
 * The queue of a pool's socket is full: its workers have died, and nobody takes
 * what comes.  nginx says so at once, the other pools know nothing of it, and
 * it passes by itself.
 */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { under } = require('./load');

const BACKLOG = 4096, AT_ONCE = 1000;

/* Connections that say nothing, until there is no room for more. */
async function crowd(file) {
	const held = [];
	const one = () => new Promise((done) => {
		const s = net.connect(file);

		s.on('connect', () => {
			held.push(s);
			done(true);
		});
		s.on('error', () => done(false));
	});

	for (let full = false; !full && held.length < BACKLOG * 2;)
		full = (await Promise.all(Array.from({ length: AT_ONCE },
		    one))).includes(false);
	return held;
}

/* Workers of a pool, by the role that they log under. */
function workers(x, pool) {
	const log = x.s.log();

	return x.s.workers().filter((pid) => log.includes(` ${pool}[${pid}]`))
	    .map(Number);
}

async function run(r) {
	const x = await r.ground();
	const socket = path.join(fs.realpathSync(path.join(x.s.state, 'run')),
	    'api.sock');
	const supervisor = x.s.pid('supervisor');
	let held = [];

	await r.check('nobody takes what comes', () => under(x, {
		breaks: async () => {
			const pids = workers(x, 'api');

			assert.ok(pids.length > 0);
			process.kill(supervisor, 'SIGSTOP');
			for (const pid of pids)
				process.kill(pid, 'SIGKILL');
			held = await crowd(socket);
		},
		during: async () => {
			const begun = Date.now();
			const a = await x.c.call('GET', '/users/profile', {
				token: x.me.token, fresh: true });

			assert.equal(a.status, 502, a.text);
			assert.ok(Number(a.headers['retry-after']) > 0);
			assert.ok(Date.now() - begun < 3000);
			const login = await x.c.call('POST', '/auth/login', {
				body: { email: x.me.email,
				    password: x.me.password } });
			assert.equal(login.status, 200, login.text);
			const click = await x.w.visit(x.campaign.code);
			assert.equal(click.status, 302, click.text);
			return `${held.length} wait`;
		},
		mends: () => {
			process.kill(supervisor, 'SIGCONT');
			for (const s of held)
				s.destroy();
		} }));
	await r.check('the books are right', () => x.s.verified());
}

module.exports = { run };
