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
const { all } = require('./proof');
const { Wire, sleep } = require('./wire');

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

/* Does the reference answer so, here and now?  It has done it then. */
function fits(world, m) {
	const c = world.campaigns[m.at], op = OPERATIONS[m.verb];

	if (m.idem in world.keys && m.answer.status < 300)
		return world.keys[m.idem] === m.answer.text;
	if (m.answer.status < 300)
		op.learn?.(m.args, m.answer.body);
	if (m.dry) {
		const trial = c.copy();
		const said = expected(trial, m.today, m.verb, m.args);

		world.quotes[m.quote] = said.slug ? null :
		    trial.print(said.body);
		return unlike(c, op, m.answer, said, 200).length === 0;
	}
	if (m.quote !== undefined && !holds(world, c, m))
		return m.answer.slug === 'stale';
	if (unlike(c, op, m.answer, expected(c, m.today, m.verb, m.args))
	    .length > 0)
		return false;
	if (m.idem && m.answer.status < 300)
		world.keys[m.idem] = m.answer.text;
	return true;
}

function holds(world, c, m) {
	const trial = c.copy();
	const said = expected(trial, m.today, m.verb, m.args);

	return said.slug === 'not_found' || said.slug === 'invalid' ||
	    (!said.slug && trial.print(said.body) === world.quotes[m.quote]);
}

/* So far the histories are as they were written. */
const written = (world, histories) => world.campaigns.every((c, i) =>
    c.history.length <= histories[i].length && c.history.every((h, k) =>
	h.join(' ') === histories[i][k]));

/*
 * queues: of each client, what it did.  Returns the world at the end of an
 * order that explains it all, or undefined.
 */
function explain(start, queues, histories, today) {
	const known = new Set();
	let steps = 0;

	function next(world, at) {
		const heads = queues.map((q, i) => q[at[i]]);

		if (heads.every((m) => m === undefined))
			return world.campaigns.every((c, i) =>
			    c.history.length <= histories[i].length) ? world :
			    undefined;
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
			const found = fits(w, m) && written(w, histories) &&
			    next(w, at.map((n, k) => k === i ? n + 1 : n));
			if (found)
				return found;
		}
		/* or it was the clock's turn */
		for (const [i, c] of world.campaigns.entries()) {
			const w = world.copy();
			const found = w.campaigns[i].tick(today(c)) &&
			    written(w, histories) && next(w, at);
			if (found)
				return found;
		}
		return undefined;
	}
	return next(start, queues.map(() => 0));
}

class Crowd extends Client {
	constructor(options) {
		super({ ...options, advertisers: 2 });
		this.advertisers = 2;
		this.members = Array.from({ length: options.members }, () =>
		    new Wire(this.wire.service, this.wire.key, {
			patient: this.wire.patient }));
	}

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
				shared.push(r.chance(0.7) ? { ...m } : {
					...m, idem: undefined });
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
			histories.push((await all(this,
			    `/campaigns/${c.id}/history?`)).map((h) =>
			    `${h.action} ${h.status} ${h.userId !== null}`));
		const end = explain(new World(account.copy(), campaigns),
		    queues, histories, (c) => this.today(c));
		const told = queues.flatMap((q, i) => q.map((m) => [m.asked,
			`${i}: ${m.asked.toFixed(2)} to ` +
			`${m.answered.toFixed(2)} ${campaigns[m.at].id} ` +
			`${m.verb} ${m.dry ? 'dry ' : ''}` +
			`${m.quote ?? ''} ${show(m.args)} -> ` +
			`${m.answer.status} ${m.answer.text}`]))
		    .sort(([a], [b]) => a - b).map(([, text]) => text);
		if (!end)
			this.fail({ id: campaigns.map((c) => c.id).join(),
				log: [...campaigns.flatMap((c) => c.log),
				    ...told] },
			'no order explains what several clients were told',
			told.join('\n'));
		this.adopt(account, campaigns, end);
		for (const q of queues)
			for (const m of q)
				this.coverage.count(m.verb, `${m.answer.status}` +
				    (m.answer.slug ? ` ${m.answer.slug}` : ''));
		this.coverage.count('storm', 'explained');
		for (const c of campaigns) {
			c.log.push(`${this.n} storm`, ...told);
			await this.wait(c);
			await this.act(c, 'view', {});
		}
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
