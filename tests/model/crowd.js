/*
 * Several clients of one organization at once, on the same campaigns and the
 * same account.  Nobody knows who comes first, so it is looked for: there must
 * be an order, in which nothing stands before what was answered before it was
 * asked, in which the reference gives each of them its very answer and ends in
 * what the service then says.
 */
'use strict';
const { Client, expected, unlike, show } = require('./client');
const { OPERATIONS } = require('./operations');
const { historyOf } = require('./proof');
const { Wire } = require('./wire');

const STEPS = 20000;	/* of a search */

/* Campaigns that share an account, and what was quoted and done by key. */
class World {
	constructor(account, campaigns, quotes = {}, keys = {}) {
		this.account = account;
		this.campaigns = campaigns.map((c) => {
			const to = c.copy();

			to.account = account;
			return to;
		});
		Object.assign(this, { quotes, keys });
	}

	copy() {
		return new World(this.account.copy(), this.campaigns,
		    { ...this.quotes }, { ...this.keys });
	}

	print() {
		return this.campaigns.map((c) => c.print(show(c.view(0)) +
		    c.history.length + c.settled)).join() + show(this.quotes);
	}
}

/* What the reference answers otherwise, here and now; it has done it. */
function unfit(world, m) {
	const c = world.campaigns[m.at], op = OPERATIONS[m.verb];

	if (m.idem in world.keys && m.answer.status < 300)
		return world.keys[m.idem] === m.answer.text ? [] :
		    ['no replay'];
	if (m.answer.status < 300)
		op.learn?.(m.args, m.answer.body);
	if (m.dry) {
		const trial = c.copy();
		const said = expected(trial, m.today, m.verb, m.args);

		world.quotes[m.quote] = said.slug ? null :
		    trial.print(said.body);
		return unlike(c, op, m.answer, said, 200);
	}
	if (m.quote !== undefined && !holds(world, c, m))
		return m.answer.slug === 'stale' ? [] : ['not stale'];
	const bad = unlike(c, op, m.answer, expected(c, m.today, m.verb,
	    m.args));
	if (m.idem && m.answer.status < 300)
		world.keys[m.idem] = m.answer.text;
	return bad;
}

function holds(world, c, m) {
	const trial = c.copy();
	const said = expected(trial, m.today, m.verb, m.args);

	return said.slug === 'not_found' || said.slug === 'invalid' ||
	    (!said.slug && trial.print(said.body) === world.quotes[m.quote]);
}

/* Where the histories so far are not as they were written. */
const written = (world, histories) => world.campaigns.flatMap((c, i) =>
    c.history.filter((h, k) => h !== histories[i][k])
	.map((h) => `${h} was not written there`));

/*
 * queues: of each client, what it did.  Looks for an order that explains it
 * all: { world } at its end, as it was then shown, or { why } it did not go on
 * after the longest.
 */
function explain(start, queues, histories, today, shown = () => true) {
	const known = new Set();
	const far = { n: -1 };
	let steps = 0;

	function next(world, at) {
		const heads = queues.map((q, i) => q[at[i]]);
		const n = at.reduce((a, b) => a + b);

		if (n > far.n)
			Object.assign(far, { n, why: [] });
		if (heads.every((m) => m === undefined) && shown(world))
			return world;
		const key = `${at} ${world.print()}`;
		if (known.has(key) || ++steps > STEPS)
			return undefined;
		known.add(key);
		const limit = Math.min(...heads.map((m) => m?.answered ??
		    Infinity));
		for (const [i, m] of heads.entries()) {
			if (!m || m.asked > limit)
				continue;
			const w = world.copy();
			const bad = unfit(w, m).concat(written(w, histories));
			const found = bad.length === 0 && next(w, at.map(
			    (k, j) => j === i ? k + 1 : k));
			if (found)
				return found;
			if (n === far.n && bad.length > 0)
				far.why.push(`${i} ${m.verb} ${bad}`);
		}
		/* or it was the clock's turn */
		for (const [i, c] of world.campaigns.entries()) {
			const w = world.copy();
			const found = w.campaigns[i].tick(today(c)) &&
			    written(w, histories).length === 0 && next(w, at);
			if (found)
				return found;
		}
		return undefined;
	}
	const world = next(start, queues.map(() => 0));
	return { world, why: [`${steps} steps, at most ${far.n} done`,
		...far.why] };
}

class Crowd extends Client {
	constructor(options) {
		super(options);
		this.advertisers = 2;
		this.members = Array.from({ length: options.members }, () =>
		    new Wire(this.wire.service, this.wire.key, {
			patient: this.wire.patient }));
	}

	get wires() { return [this.wire, ...this.members]; }

	/* What one member is going to do. */
	plan(campaigns, shared) {
		const { r } = this, list = [];

		for (let i = r.int(1, 4); i > 0; i--) {
			const at = r.int(0, campaigns.length - 1);
			const [verb, args] = this.choose(campaigns[at]);
			const op = OPERATIONS[verb];

			if (!op || !args)
				continue;
			const m = { at, verb, args, idem: op.read ? undefined :
				`${this.keys.prefix}-${this.name}-${++this.k}` };
			const quote = this.k;

			if (op.quote && r.chance(0.3))
				list.push({ ...m, dry: true, quote,
					idem: undefined }, { ...m, quote });
			else
				list.push(m);
			/* a second click, elsewhere */
			if (!op.read && r.chance(0.15))
				shared.push({ ...m, idem: r.chance(0.7) ?
				    m.idem : this.keys.always ? `${m.idem}-2` :
				    undefined });
		}
		return list;
	}

	async play(wire, campaigns, list) {
		const etags = {};

		for (const m of list) {
			const c = campaigns[m.at], op = OPERATIONS[m.verb];

			m.today = this.today(c);
			m.asked = performance.now();
			m.answer = await wire.call({ ...op.request(c, m.args,
			    m.dry), idem: m.idem, match: m.dry ? undefined :
				etags[m.quote] });
			m.answered = performance.now();
			if (m.dry)
				etags[m.quote] = m.answer.etag;
			/* what could not be quoted is asked for as it is */
			else if (m.quote !== undefined &&
			    !etags[m.quote])
				delete m.quote;
		}
	}

	async storm() {
		const { account } = this.r.pick(this.campaigns);
		const campaigns = this.campaigns.filter((c) =>
		    c.account === account && c.status !== 'deleted').slice(-3);

		if (campaigns.length === 0)
			return;
		const shared = [];
		const queues = this.members.map(() => this.plan(campaigns,
		    shared));
		for (const m of shared)
			this.r.pick(queues).push(m);
		await Promise.all(queues.map((q, i) => this.play(
		    this.members[i], campaigns, q)));
		this.n += queues.flat().length;
		await this.judge(account, campaigns, queues);
	}

	async judge(account, campaigns, queues) {
		const histories = [];

		for (const c of campaigns)
			histories.push(await historyOf(this, c));
		const shown = await this.shown(campaigns);
		const find = (last) => explain(new World(account.copy(),
		    campaigns), queues, histories, (c) => this.today(c), last);
		let { world: end, why } = find(shown);

		if (!end)	/* the clock may have been between two reads */
			({ world: end, why } = find());
		const told = queues.flatMap((q, i) => q.map((m) => [m.asked,
			`${i}: ${m.asked.toFixed(2)} to ` +
			`${m.answered.toFixed(2)} ${campaigns[m.at].id} ` +
			`${m.verb} ${m.dry ? 'dry ' : ''}` +
			`${m.quote ?? ''} ${show(m.args)} -> ` +
			`${m.answer.status} ${m.answer.replayed ? 'replayed ' :
			    ''}${m.answer.text}`]))
		    .sort(([a], [b]) => a - b).map(([, text]) => text);
		if (!end)
			this.fail({ id: campaigns.map((c) => c.id).join(),
				log: [...campaigns.flatMap((c) => c.log),
				    ...told] },
			'no order explains what several clients were told',
			why.concat(told).join('\n'));
		this.adopt(account, campaigns, end);
		for (const q of queues)
			for (const m of q)
				this.coverage.count(m.verb, `${m.answer.status}` +
				    (m.answer.slug ? ` ${m.answer.slug}` : ''));
		this.coverage.count('storm', 'explained');
		for (const c of campaigns) {
			c.log.push(`${this.n} storm`, ...told);
			await this.wait(c);
		}
		for (const c of campaigns)
			await this.act(c, 'view', {});
	}

	/* Is a world what the campaigns show?  Orders may differ in that alone. */
	async shown(campaigns) {
		const op = OPERATIONS.view, answers = [];

		for (const c of campaigns)
			answers.push(await this.wire.call(op.request(c, {})));
		return (world) => world.campaigns.every((was, i) => {
			const c = was.copy();

			return unlike(c, op, answers[i], expected(c,
			    this.today(campaigns[i]), 'view', {})).length === 0;
		});
	}

	/* The state at the end of that order is what is so from now on. */
	adopt(account, campaigns, end) {
		account.balance = end.account.balance;
		for (const [k, v] of end.account.references)
			this.references.set(k, v);
		campaigns.forEach((c, i) => {
			const { log, references } = c;

			Object.assign(c, end.campaigns[i], { account, log,
				references });
		});
	}

	async step() {
		if (this.campaigns.length > 0 && this.r.chance(0.1))
			await this.storm();
		else
			await super.step();
	}
}

module.exports = { Crowd };
