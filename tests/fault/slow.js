/*
 * Slow clients: headers that do not end, bodies that trickle, answers that
 * nobody reads.  Others are served as ever; who does not end his headers is sent
 * away in time, and of bodies no more than limit_conn lets in.
 */
'use strict';
const assert = require('node:assert/strict');
const tls = require('node:tls');
const { spawn, spawnSync } = require('node:child_process');
const { sleep } = require('../api/lib/test');
const { World } = require('../api/lib/world');
const { Place } = require('./place');

const CROWD = 150;		/* of connections; 100 may have a request */
const ELSEWHERE = '127.0.0.3';	/* where the others come from */
const SLOWEST = 5000;		/* ms that one of the others may wait, here */

/* A connection of our own: what was told to it, and when it ended. */
class Slow {
	constructor(s, text) {
		this.got = '';
		this.begun = Date.now();
		this.ended = new Promise((done) => {
			this.socket = tls.connect({ host: '127.0.0.1',
				port: s.client.url.port, ca: s.ca,
				servername: 'localhost' }, () =>
			    this.socket.write(text));
			this.socket.on('data', (d) => {
				this.got += d;
				if (this.deaf)
					this.socket.pause();
			});
			this.socket.on('error', () => {});
			this.socket.on('close', () => {
				clearInterval(this.timer);
				this.took = Date.now() - this.begun;
				done();
			});
		});
	}

	trickle(text, ms) {
		this.timer = setInterval(() => this.socket.writable &&
		    this.socket.write(text), ms);
		return this;
	}

	get status() {
		return Number(/^HTTP\/1\.1 (\d+)/.exec(this.got)?.[1] ?? 0);
	}
}

const crowd = (fn) => Array.from({ length: CROWD }, fn);

/* Somebody else, twice a second; how long it took at most, in ms. */
function others(s, me) {
	const seen = {};
	let going = true, slowest = 0;
	const all = (async () => {
		while (going) {
			const begun = Date.now();
			const a = await s.client.call('GET', '/users/profile',
			    { token: me.token, from: ELSEWHERE });

			seen[a.status] = (seen[a.status] ?? 0) + 1;
			slowest = Math.max(slowest, Date.now() - begun);
			await sleep(450);
		}
	})();

	return async () => {
		going = false;
		await all;
		assert.deepEqual(Object.keys(seen), ['200'],
		    JSON.stringify(seen));
		assert.ok(slowest < SLOWEST, `${slowest} ms`);
		return `others waited ${slowest} ms at most`;
	};
}

const tally = (all) => Object.entries(all.reduce((t, c) => ({ ...t,
	[c.status]: (t[c.status] ?? 0) + 1 }), {}))
    .map(([s, n]) => `${s || 'closed'}: ${n}`).join(', ');

async function crowded(s, me, make, { ms, prove }) {
	const stop = others(s, me);
	const all = crowd(make);

	await Promise.race([Promise.all(all.map((c) => c.ended)), sleep(ms)]);
	const left = all.filter((c) => c.took === undefined);
	all.forEach((c) => c.socket.destroy());
	const how = await stop();
	prove(all, left);
	await s.well();
	return `${how}; ${tally(all)}`;
}

const HEAD = (who) => `POST /api/v0/token-reservations HTTP/1.1\r\n` +
    `Host: localhost\r\nAuthorization: Bearer ${who.token}\r\n` +
    'Content-Type: application/json\r\nContent-Length: 4000\r\n\r\n{"a';

async function headers(s, me, them) {
	return crowded(s, me, () => new Slow(s, 'GET / HTTP/1.1\r\n' +
	    'Host: localhost\r\nX-').trickle('a', 1000), { ms: 20000,
	    prove: (all, left) => {
		assert.equal(left.length, 0, 'some are still there');
		assert.ok(all.every((c) => c.took < 15000));
	} });
}

/* Those beyond limit_conn at once; the others hold nothing but nginx. */
async function bodies(s, me, them) {
	return crowded(s, me, () => new Slow(s, HEAD(them)).trickle('a', 1000),
	    { ms: 4000, prove: (all) => {
		assert.ok(all.filter((c) => c.status === 429).length >=
		    CROWD - 100, tally(all));
	} });
}

/* Requests one behind the other, and nobody reads what is answered. */
async function deaf(s, me, them) {
	const many = (`GET /api/v0/users/profile HTTP/1.1\r\nHost: localhost\r\n` +
	    `Authorization: Bearer ${them.token}\r\n\r\n`).repeat(200);

	return crowded(s, me, () => {
		const c = new Slow(s, many);

		c.deaf = true;
		return c;
	}, { ms: 4000, prove: () => {} });
}

/* The tool that is made for it, for a while. */
async function tool(s, me, name, options) {
	const stop = others(s, me);
	const child = spawn('slowhttptest', [...options, '-c', '500', '-r',
		'200', '-l', '20', '-i', '2', '-p', '3', '-u',
		`${s.url}/api/v0/users/profile`],
	    { stdio: ['ignore', 'pipe', 'ignore'] });
	let said = '';

	child.stdout.on('data', (d) => {
		said += d;
	});
	await new Promise((done) => child.on('close', done));
	const how = await stop();
	const most = Math.max(...[...said.replace(/\x1b\[[\d;]*m/g, '')
	    .matchAll(/connected: *(\d+)/g)].map(([, n]) => Number(n)));

	assert.ok(most > 100, `it had ${most} connections at most`);
	await s.well();
	return how;
}

const TOOLS = { headers: ['-H'], bodies: ['-B', '-s', '8192'],
	reading: ['-X', '-w', '10', '-y', '20', '-n', '5', '-z', '32',
		'-k', '3'] };

async function run(r) {
	const s = await new Place({ limits: true }).start();
	const w = new World(s.client);
	const me = await w.owner(), them = await w.owner();

	const others = spawnSync('slowhttptest', ['-h']).error === undefined;
	await r.check('headers that do not end', () => headers(s, me,
	    them));
	await r.check('bodies that trickle', () => bodies(s, me,
	    them));
	await r.check('answers that nobody reads', () => deaf(s, me,
	    them));
	for (const [name, options] of Object.entries(r.long ? TOOLS : {}))
		if (others)
			await r.check(`slowhttptest: ${name}`, () => tool(s,
			    me, name, options));
		else
			r.skip(`slowhttptest: ${name}`, 'it is not installed');
	s.client.close();
	s.stop();
}

module.exports = { run };
