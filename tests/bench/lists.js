/*
 * The part of tests/bench/load and tests/bench/lists that speaks HTTP.
 *
 *	lists.js user			somebody new, into STATE/bench.json
 *	lists.js compare SMALL LARGE	times of each read on two states
 */
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { Client } = require('../api/lib/client');
const { World } = require('../api/lib/world');
const doc = require('../api/lib/document');

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 100);
const DEEP = 40;	/* pages before the one by cursor */

function client(state) {
	const credentials = Object.fromEntries(fs.readFileSync(path.join(state,
	    'credentials.env'), 'utf8').trim().split('\n')
	    .map((line) => line.split(/=(.*)/s).slice(0, 2)));

	return new Client({ state, url: credentials.AFFILIATED_URL,
		credentials, ca: fs.readFileSync(credentials.AFFILIATED_CA) });
}

const file = (state) => path.join(state, 'bench.json');

async function user() {
	const state = process.env.AFFILIATED_STATE;
	const c = client(state), w = new World(c);
	const me = await w.referrer();

	fs.writeFileSync(file(state), JSON.stringify({ email: me.email,
		password: me.password, organization: me.organization.id,
		referrer: me.referrer.id }), { mode: 0o600 });
	c.close();
}

const lists = doc.operations.filter((o) => o.method === 'GET' &&
    o.parameters.some((p) => p.name === 'limit'));
const reads = doc.operations.filter((o) => o.method === 'GET' &&
    !/\{/.test(o.template) && !lists.includes(o) && doc.secured(o));

/* Beside the first page and a deep one of each list. */
const day = (ago) => new Date(Date.now() - ago * 86400000).toISOString()
    .slice(0, 10);
const MORE = (k) => [
	'/referrer-campaigns?sort=createdAt:asc',
	'/referrer-campaigns?sort=name:asc',
	'/referrer-campaigns?q=Spring',
	'/referrer-campaigns?q=Newsletter%201&status=ACTIVE',
	'/referrer-campaigns?status=INACTIVE',
	'/referrer-campaigns?phase=running',
	'/referrer-campaigns?phase=upcoming',
	`/referrer-campaigns?code=${k.code}`,
	`/referrer-campaigns?from=${day(90)}&to=${day(60)}`,
	'/referrer-transactions?sort=amount:desc',
	'/referrer-transactions?type=commission',
	'/referrer-transactions?status=available&sort=createdAt:asc',
	'/token-transactions?sort=amount:asc',
	`/referrer-campaigns/${k.id}`,
	`/referrer-campaigns/${k.id}/analytics`,
	`/referrer-campaigns/${k.id}/analytics?from=${day(365)}`,
];

class Side {
	constructor(state) {
		this.c = client(state);
		this.w = new World(this.c);
		this.who = JSON.parse(fs.readFileSync(file(state), 'utf8'));
	}

	async get(uri) {
		const begun = process.hrtime.bigint();
		const a = await this.c.request('GET', `/api/v0${uri}`, {
			headers: { authorization: `Bearer ${this.who.token}` } });
		const ms = Number(process.hrtime.bigint() - begun) / 1e6;

		return { ms, status: a.status, data: a.status < 300 &&
			/json/.test(a.headers['content-type']) ?
			JSON.parse(a.text).data : undefined };
	}

	/* The address of a page far behind the start, or as far as it goes. */
	async deep(uri) {
		let at = `${uri}?limit=10`;

		for (let i = 0; i < DEEP; i++) {
			const { data } = await this.get(at);

			if (!data?.nextCursor)
				break;
			at = `${uri}?limit=10&cursor=${data.nextCursor}`;
		}
		return at;
	}

	async calls() {
		const all = {};
		const { data } = await this.get(
		    '/referrer-campaigns?sort=createdAt:asc&limit=1');

		for (const o of reads)
			all[o.template] = o.template;
		for (const o of lists.filter((x) => !/\{/.test(x.template))) {
			all[o.template] = o.template;
			all[`${o.template} by cursor`] =
			    await this.deep(o.template);
		}
		for (const uri of MORE(data.items[0]))
			all[uri.replace(data.items[0].id, 'ID')
			    .replace(data.items[0].code, 'CODE')] = uri;
		return all;
	}
}

const median = (v) => v.sort((a, b) => a - b)[Math.floor(v.length / 2)];

async function compare(small, large) {
	const sides = [new Side(small), new Side(large)];
	let late = 0;

	for (const s of sides) {
		await s.w.login(s.who);
		s.all = await s.calls();
	}
	console.log(`${'median of ' + ROUNDS + ' calls, ms'.padEnd(40)}`
	    .padEnd(62) + '   small   large   ratio');
	for (const name of Object.keys(sides[0].all)) {
		const times = [[], []];

		if (!(name in sides[1].all))
			continue;
		for (let i = -5; i < ROUNDS; i++)
			for (const k of i % 2 ? [0, 1] : [1, 0]) {
				const a = await sides[k].get(
				    sides[k].all[name]);

				if (a.status >= 500)
					throw new Error(`${name}: ${a.status}`);
				if (i >= 0)
					times[k].push(a.ms);
			}
		const [a, b] = times.map(median);
		late += b > 2 * a;
		console.log(`${name.padEnd(60)} ${a.toFixed(2).padStart(8)}` +
		    `${b.toFixed(2).padStart(8)}${(b / a).toFixed(2)
			.padStart(8)}${b > 2 * a ? ' !' : ''}`);
	}
	console.log(late ? `${late} take more than twice as long` :
	    'none takes more than twice as long');
	for (const s of sides)
		s.c.close();
}

const [what, small, large] = process.argv.slice(2);
if (what === 'user')
	user();
else
	compare(small, large);
