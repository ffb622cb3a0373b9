/*
 * The part of tests/bench/load and tests/bench/lists that speaks HTTP.
 *
 *	lists.js user			somebody new, into STATE/bench.json
 *	lists.js company N		a company new, with N campaigns
 *	lists.js compare SMALL LARGE	times of each read on two states
 *	lists.js rows SMALL LARGE	rows that MariaDB reads for each
 *
 * BENCH_ROUNDS: calls of each (60).  BENCH_ONLY: a pattern of those to make.
 * BENCH_DEEP: pages before the one by cursor (100).
 */
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { ROWS_READ, Session } = require('../api/lib/db');
const { Client } = require('../api/lib/client');
const { World } = require('../api/lib/world');
const doc = require('../api/lib/document');
const company = require('./company.js');

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 60);
const ONLY = new RegExp(process.env.BENCH_ONLY ?? '');
const DEEP = Number(process.env.BENCH_DEEP ?? 100);	/* of a hundred rows */
const MORE_ROWS = 60;	/* than twice as many as on the small side */

function client(state) {
	const credentials = Object.fromEntries(fs.readFileSync(path.join(state,
	    'credentials.env'), 'utf8').trim().split('\n')
	    .map((line) => line.split(/=(.*)/s).slice(0, 2)));

	return new Client({ state, url: credentials.AFFILIATED_URL,
		credentials, ca: fs.readFileSync(credentials.AFFILIATED_CA) });
}

const file = (state) => path.join(state, 'bench.json');

const keep = (state, who) => fs.writeFileSync(file(state), JSON.stringify(who),
    { mode: 0o600 });

async function user() {
	const state = process.env.AFFILIATED_STATE;
	const c = client(state), w = new World(c);
	const me = await w.referrer();
	const { id } = await w.ok(201, 'POST', '/webhook-endpoints', {
		token: me.token, body: { url: 'https://hooks.example/',
		    events: ['*'], active: false } });

	keep(state, { email: me.email,
		password: me.password, organization: me.organization.id,
		referrer: me.referrer.id, user: me.user.id, endpoint: id });
	c.close();
}

async function addCompany(campaigns) {
	const state = process.env.AFFILIATED_STATE, c = client(state);

	keep(state, { company: await company.make(c, campaigns) });
	c.close();
}

const day = (ago) => new Date(Date.now() - ago * 86400000).toISOString()
    .slice(0, 10);
const time = (ago) => `${day(ago)}T00:00:00Z`;
const CREATED = ['', 'sort=createdAt:asc'];
const CREATED_AMOUNT = [...CREATED, 'sort=amount:desc', 'sort=amount:asc'];

/* Each of them with each of those. */
const both = (some, others) => some.flatMap((a) => others.map((b) =>
    [a, b].filter((x) => x).join('&')));

/* How each list is asked for: its first page, and one by cursor. */
const LISTS = (k) => ({
	'/organizations': CREATED,
	'/organization-members': both(['', 'role=admin', 'role=owner'],
	    CREATED),
	'/organization-members/pending-invitations': CREATED,
	'/api-keys': both(['', 'test=true'], CREATED),
	'/referrer-campaigns': [...both(['', 'status=ACTIVE',
	    'status=INACTIVE', 'phase=running', 'phase=upcoming', 'phase=over',
	    `from=${day(90)}&to=${day(60)}`], [...CREATED, 'sort=name:asc']),
	'q=Spring', 'q=Newsletter%201', 'q=nothing',
	...both(['q=Newsletter%201'], ['status=ACTIVE', 'phase=over',
	    'phase=upcoming', `from=${day(90)}&to=${day(60)}`]),
	`code=${k.campaign.code}`],
	'/referrer-transactions': [...both(['', ...both(['',
	    'type=commission', 'type=reversal', 'type=withdrawal'],
	    ['', 'status=available', 'status=pending', 'status=reversed',
	    'status=requested', 'status=approved']).slice(1)], CREATED),
	'sort=amount:desc', 'sort=amount:asc'],
	'/payments/checkout-sessions': both(both(['', 'status=complete',
	    'status=expired', 'status=open'], ['', 'paymentStatus=paid',
	    'paymentStatus=unpaid']), CREATED),
	'/token-transactions': [...both(['', 'type=purchase', 'type=spend',
	    'type=adjustment', 'type=expiry'], CREATED_AMOUNT),
	...both([`from=${time(90)}&to=${time(60)}`,
	    `type=adjustment&from=${time(90)}&to=${time(60)}`], CREATED),
	`reference=${k.reference}`],
	'/token-reservations': both(['', 'status=held', 'status=settled',
	    'status=expired'], CREATED),
	'/events': ['', 'type=payment.paid', 'type=payment.*',
	    'type=withdrawal.requested', 'type=withdrawal.*', 'type=user.*',
	    'type=token_adjustment.*', 'type=token_reservation.*',
	    `entityId=${k.reservation}`,
	    `type=token_reservation.*&entityId=${k.reservation}`],
	'/webhook-endpoints': CREATED,
	'/webhook-endpoints/{id}/deliveries': both(['', 'status=delivered',
	    'status=failed', 'status=disabled'], CREATED),
	'/admin/organizations': [...both(['', 'deleted=true', 'deleted=false'],
	    [...CREATED, 'sort=name:asc']), ...both(['q=Load', 'q=Load%209',
	    'q=Load%2077777', 'q=Company', 'q=nothing'], ['', 'deleted=true']),
	'slug=load-7777', 'accountId=900000000077'],
	'/admin/withdrawals': both(['', 'status=requested', 'status=paid',
	    `organizationId=${k.organization}`,
	    `organizationId=${k.organization}&status=approved`], CREATED),
	'/admin/referrers': both(['', 'status=active', 'status=blocked'],
	    ['', 'sort=joinedAt:asc']),
	'/ledger/accounts': ['', 'kind=tokens_available'],
	'/ledger/statement': [`accountId=${k.account}`],
	'/admin/held-commissions': [''],
	'/admin/products': both([''], ['', 'sort=position:desc', ...CREATED]),
	'/admin/payments': both(['', 'status=complete', 'status=expired',
	    'status=open', `organizationId=${k.organization}`,
	    `organizationId=${k.organization}&status=expired`], CREATED),
	'/admin/token-adjustments': both(['',
	    `organizationId=${k.organization}`], CREATED),
});

const MORE = (k) => [
	`/referrer-campaigns/${k.campaign.id}/analytics?from=${day(365)}`,
];

/* What stands for the values of k where calls are named. */
const NAMES = { organization: 'ID', campaign: { id: '{id}', code: 'CODE' },
	reservation: 'ID', reference: 'reservation%20ID', account: 'ID' };

/* The list that names something for an address with an {id}. */
const LIST_OF = {
	'/webhook-deliveries/{id}': '/webhook-endpoints/{id}/deliveries',
	'/payments/{id}/attribution':
	    '/payments/checkout-sessions?status=complete',
	'/admin/payments/{id}': '/admin/payments?status=complete',
	'/referrer-transactions/{id}/explain':
	    '/referrer-transactions?type=commission',
};

/*
 * All but the proof of the books, which reads them; advertisers' campaigns, on
 * the other faces, are not loaded.
 */
const reads = doc.operations.filter((o) => o.face.name === 'perfectworks' &&
    o.method === 'GET' && doc.secured(o) &&
    !/^\/(ledger\/verify|campaigns|campaigns\/.*)$/.test(o.template));
const isList = (o) => o.parameters.some((p) => p.name === 'limit');

class Side {
	constructor(state) {
		this.c = client(state);
		this.w = new World(this.c);
		this.who = JSON.parse(fs.readFileSync(file(state), 'utf8'));
	}

	/* Who asks, where, and by which name a list takes its length. */
	way(uri) {
		const scope = /^\/(company|affiliate|admin)\//.exec(uri)?.[1];

		if (scope === 'company' || scope === 'affiliate')
			return { prefix: '/api/v2', length: 'per_page',
				who: this[scope], headers: {
				    'account-id': this.who.company.account } };
		return { prefix: '/api/v0', length: 'limit', headers: {},
			who: scope === 'admin' ? this.house : this.who };
	}

	async get(uri) {
		const { prefix, who, headers } = this.way(uri);
		const begun = process.hrtime.bigint();
		const a = await this.c.request('GET', prefix + uri, {
			headers: { authorization: `Bearer ${who.token}`,
			    ...headers } });
		const ms = Number(process.hrtime.bigint() - begun) / 1e6;
		const body = /json/.test(a.headers['content-type']) ?
		    JSON.parse(a.text) : {};

		if (a.status !== 200)
			throw Object.assign(new Error(`${uri}: ${a.status} ` +
			    a.text), { status: a.status });
		return { ms, bytes: a.text.length,
			data: prefix === '/api/v0' ? body.data : { items: body,
			    nextCursor: a.headers['x-next-cursor'] } };
	}

	async first(list) {
		const { data } = await this.get(
		    list.replace('{id}', this.who.endpoint));

		return data.items[0];
	}

	async ready() {
		this.all = {};
		if (this.who.company)
			await this.readyCompany();
		if (!this.who.organization)
			return;
		await this.w.login(this.who);
		this.house = await this.w.house();
		this.k = { organization: this.who.organization,
			campaign: await this.first(
			    '/referrer-campaigns?sort=createdAt:asc'),
			reservation: (await this.first(
			    '/token-reservations?status=settled')).id };
		this.k.reference = `reservation%20${this.k.reservation}`;
		this.k.account = (await this.first(
		    '/ledger/accounts?kind=tokens_available')).id;
		await this.calls();
	}

	async readyCompany() {
		const who = this.who.company;

		this.company = await this.w.login(who);
		this.affiliate = await this.w.affiliate(who, {
			id: who.promoter });
		this.k = await company.things(who, (uri) => this.get(uri));
		for (const o of company.reads)
			await this.companyCalls(o);
	}

	async companyCalls(o) {
		const names = company.variants(o, company.NAMES);
		const at = company.address(o, this.k);

		for (const [i, v] of company.variants(o, this.k).entries())
			await this.add(`${o.template}${names[i] && '?'}` +
			    names[i], `${at}${v && '?'}${v}`);
	}

	/* What is asked for; what cannot be, with what else is asked, is not. */
	async add(name, at) {
		let deep;

		if (!ONLY.test(name))
			return;
		try {
			deep = await this.deep(at);
		} catch (e) {
			if (e.status !== 400 && e.status !== 422)
				throw e;
			return;
		}
		this.all[name] = at;
		if (deep)
			this.all[`${name} by cursor`] = deep;
	}

	/* The address of a page far behind the start, if there is another. */
	async deep(uri) {
		const sep = uri.includes('?') ? '&' : '?';
		const { length } = this.way(uri);
		const cursors = [];
		let { data } = await this.get(`${uri}${sep}${length}=100`);
		const limit = data.nextCursor ? 100 : 10;

		if (limit === 10)
			data = (await this.get(`${uri}${sep}${length}=10`))
			    .data;
		for (let i = 0; i < DEEP && data.nextCursor; i++) {
			const at = `${uri}${sep}cursor=${data.nextCursor}`;

			cursors.push(at);
			data = (await this.get(`${at}&${length}=${limit}`))
			    .data;
		}
		/* the one before the last is a whole page */
		return cursors.at(data.nextCursor ? -1 : -2) ?? cursors.at(-1);
	}

	/* Name and address of each call; names are the same on both sides. */
	async calls() {
		const lists = LISTS(this.k), names = LISTS(NAMES);

		for (const o of reads) {
			if (!isList(o))
				await this.one(o);
			else if (!(o.template in lists))
				throw new Error(`${o.template} is not in LISTS`);
			else
				for (const i of lists[o.template].keys())
					await this.list(o.template,
					    lists[o.template][i],
					    names[o.template][i]);
		}
		for (const i of MORE(this.k).keys())
			this.all[MORE(NAMES)[i]] = MORE(this.k)[i];
	}

	async list(template, variant, named) {
		const uri = (v) => template + (v ? `?${v}` : '');

		await this.add(uri(named),
		    uri(variant).replace('{id}', this.who.endpoint));
	}

	async one(o) {
		const { template } = o;
		let id;

		if (!ONLY.test(template))
			return;
		if (/^\/referrer-campaigns\/\{id\}/.test(template))
			({ id } = this.k.campaign);
		else if (/\{/.test(template))
			({ id } = await this.first(LIST_OF[template] ??
			    template.split('/{')[0]));
		this.all[template] = template.replace('{id}', id);
	}
}

const median = (v) => v.sort((a, b) => a - b)[Math.floor(v.length / 2)];

/* By turns; slow ones fewer times.  Of a side: ms, and bytes of an answer. */
async function times(sides, name) {
	const all = [[], []], sizes = [];

	for (let i = -3; i < ROUNDS; i++)
		for (const k of i % 2 ? [0, 1] : [1, 0]) {
			const { ms, bytes } = await sides[k].get(
			    sides[k].all[name]);

			sizes[k] = bytes;
			if (i >= 0)
				all[k].push(ms);
			if (i >= 4 && all[k][0] > 200)
				i = ROUNDS;
		}
	return all.map((v, k) => ({ ms: median(v), bytes: sizes[k] }));
}

const column = (n, digits) => n.toFixed(digits).padStart(8);

async function compare(small, large) {
	const sides = [new Side(small), new Side(large)];
	let n = 0, late = 0, larger = 0;

	for (const s of sides)
		await s.ready();
	console.log(`${`median of ${ROUNDS} calls, ms; KiB of an answer`
	    .padEnd(74)}   small   large   ratio   small   large`);
	for (const name of Object.keys(sides[1].all)) {
		if (!(name in sides[0].all)) {
			console.log(`${name}: none on the small side`);
			continue;
		}
		const [a, b] = await times(sides, name);
		const slower = b.ms > 2 * a.ms, more = b.bytes > 2 * a.bytes;
		n++;
		late += slower;
		larger += slower && more;
		console.log(name.padEnd(74) + column(a.ms, 2) + column(b.ms, 2) +
		    column(b.ms / a.ms, 2) + column(a.bytes / 1024, 1) +
		    column(b.bytes / 1024, 1) + (slower ? ' !' : '') +
		    (slower && more ? ' more to show' : ''));
	}
	console.log(`${n} calls; ` + (late ? `${late} take more than twice as ` +
	    `long, ${larger} of them show more than twice as much` :
	    'none takes more than twice as long'));
	for (const s of sides)
		s.c.close();
}

/* What the server of a state has read. */
class Rows {
	constructor(state) {
		this.session = new Session({ pid: (name) => fs.readFileSync(
		    path.join(state, `run/${name}.pid`), 'utf8').trim() });
	}

	async read() {
		return Number(await this.session.run(ROWS_READ));
	}
}

/* The least of three: the jobs read as well. */
async function rowsOf(counter, side, name) {
	let least = Infinity;

	for (let i = 0; i < 3; i++) {
		const before = await counter.read();

		await side.get(side.all[name]);
		least = Math.min(least, await counter.read() - before);
	}
	return least;
}

async function rows(small, large) {
	const sides = [new Side(small), new Side(large)];
	const counters = [new Rows(small), new Rows(large)];
	let n = 0, more = 0;

	for (const s of sides)
		await s.ready();
	for (const name of Object.keys(sides[1].all)) {
		if (!(name in sides[0].all))
			continue;
		const a = await rowsOf(counters[0], sides[0], name);
		const b = await rowsOf(counters[1], sides[1], name);

		console.log(`${name.padEnd(74)} ${String(a).padStart(7)} ` +
		    `${String(b).padStart(7)}` +
		    (b > 2 * a + MORE_ROWS ? ' !' : ''));
		n++;
		more += b > 2 * a + MORE_ROWS;
	}
	console.log(`${n} calls; ${more} read more than twice as many rows, ` +
	    `and ${MORE_ROWS}`);
	for (const i of sides.keys()) {
		sides[i].c.close();
		counters[i].session.close();
	}
}

const [what, small, large] = process.argv.slice(2);
if (what === 'user')
	user();
else if (what === 'company')
	addCompany(Number(small));
else
	(what === 'rows' ? rows : compare)(small, large);
