/*
 * Clients that hold tokens, each with a key of idempotency: they repeat what
 * failed until it is done.  prove(): every one was held once.
 */
'use strict';
const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');
const { sleep } = require('../api/lib/test');

const TRANSIENT = [0, 409, 502, 503, 504];

class Load {
	constructor(x, clients = 4) {
		Object.assign(this, { x, seen: {}, done: [], open: 0,
			slowest: 0, bad: [], going: true });
		this.all = Array.from({ length: clients }, () => this.client());
	}

	async client() {
		while (this.going)
			await this.one(randomUUID());
	}

	async one(key) {
		this.open++;
		for (const end = Date.now() + 90000;;) {
			const a = await this.send(key);

			this.seen[a.status] = (this.seen[a.status] ?? 0) + 1;
			if (a.status === 201) {
				this.done.push(key);
				break;
			}
			if (!TRANSIENT.includes(a.status) || (a.status > 500 &&
			    !(Number(a.headers['retry-after']) > 0)) ||
			    Date.now() > end) {
				this.bad.push(`${a.status}: ${a.text}`);
				break;
			}
			await sleep(50);
		}
		this.open--;
	}

	async send(key) {
		const begun = Date.now();

		try {
			return await this.x.c.call('POST',
			    '/token-reservations', { token: this.x.me.token,
				idem: key, fresh: true, body: { amount: 1,
				    reference: key } });
		} catch (e) {
			return { status: 0, text: e.message };
		} finally {
			this.slowest = Math.max(this.slowest,
			    Date.now() - begun);
		}
	}

	/* What is under way is insisted on. */
	async stop() {
		this.going = false;
		await Promise.all(this.all);
		assert.deepEqual(this.bad, []);
		return this;
	}

	async prove() {
		const rows = (await this.x.sql(`SELECT reference, COUNT(*)
		    FROM token_reservation WHERE reference IN ('-',
		    ${this.done.map((k) => `'${k}'`).join(',')})
		    GROUP BY reference`)).split('\n').filter(Boolean)
		    .map((line) => line.split('\t'));

		assert.equal(rows.length, this.done.length, 'some were lost');
		assert.deepEqual(rows.filter(([, n]) => n !== '1'), [],
		    'some were done twice');
	}

	/* "201: 300, 503: 4" */
	get told() {
		return Object.entries(this.seen).map(([s, n]) => `${s}: ${n}`)
		    .join(', ');
	}
}

/*
 * While clients write, something goes wrong; it is mended, and the service is
 * well again within that time.  during: may look how it answers meanwhile.
 */
async function under(x, { breaks, during, mends, ms = 20000, clients }) {
	const load = new Load(x, clients);
	let more;

	await sleep(500);
	try {
		await breaks();
		more = await during?.(load);
	} finally {
		await mends();
	}
	const took = await x.s.well(ms);
	await load.stop();
	await load.prove();
	return `${more ? `${more}; ` : ''}well ${took} ms after it; ` +
	    `slowest ${load.slowest} ms; ${load.told}`;
}

module.exports = { Load, under };
