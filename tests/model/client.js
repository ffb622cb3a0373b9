/*
 * One client with an organization of its own: does one random operation after
 * the other, and each answer and each state must be what the reference says.
 * What it does follows from its seed and from the reference alone.
 */
'use strict';
const { Account, Campaign, Refusal } = require('./campaign');
const { OPERATIONS, ARGUMENTS, statusOf, weights, makeLines } =
    require('./operations');
const { understand, iso, gmt, dayOf, sleep } = require('./wire');
const { differences } = require('./compare');
const { proveHistory, proveLedger } = require('./proof');

const CURRENCIES = [['USD', 2], ['JPY', 0], ['KWD', 3]];
const LIVES = 4;		/* campaigns at a time */
const show = (v) => JSON.stringify(v, (k, x) => typeof x === 'bigint' ?
    `${x}` : x);

/* What the reference says, and does. */
function expected(c, today, verb, args) {
	try {
		return { body: c[verb](today, args) };
	} catch (e) {
		if (!(e instanceof Refusal))
			throw e;
		return { slug: e.slug };
	}
}

/* What is not as the reference has it: { body } or { slug }. */
function unlike(c, op, answer, expected, status = op.status) {
	const want = expected.slug ? statusOf(op, expected.slug) : status;

	if (answer.status !== want || (expected.slug &&
	    answer.slug !== expected.slug))
		return [`${answer.status} ${answer.slug ?? ''}, not ${want} ` +
		    `${expected.slug ?? ''}`];
	return expected.slug || status === 204 ? [] :
	    differences(expected.body, understand('',
		answer.body?.items?.[0] ?? answer.body, c.account.digits,
		c.off));
}

class Client {
	constructor({ name, wire, clock, random, coverage, keys, budget }) {
		Object.assign(this, { name, wire, clock, r: random, coverage,
			keys, budget, n: 0, k: 0, campaigns: [], accounts: [],
			advertisers: 6, references: new Map() });
	}

	fail(c, what, detail) {
		const e = new Error(`${what}\n${detail}`);

		Object.assign(e, { client: this.name, operation: this.n,
			log: c?.log ?? [], campaign: c?.id });
		throw e;
	}

	get wires() { return [this.wire]; }

	today(c) { return dayOf(Date.now()) + c.off; }

	/* The same request and key again, or gone before the answer. */
	manner() {
		const idem = this.keys.always || this.r.chance(0.5) ?
		    `${this.keys.prefix}-${this.name}-${++this.k}` : undefined;

		return idem === undefined ? {} : { idem,
			drop: this.r.chance(0.05) ? this.r.int(0, 6) :
			undefined };
	}

	expected(c, verb, args) {
		return expected(c, this.today(c), verb, args);
	}

	compare(c, op, verb, answer, expected, status = op.status) {
		const want = expected.slug ? statusOf(op, expected.slug) :
		    status;
		const bad = unlike(c, op, answer, expected, status);

		this.coverage.count(verb, expected.slug ?
		    `${want} ${expected.slug}` : want);
		if (bad.length > 0)
			this.fail(c, `${verb}: another answer`,
			    `${bad.join('\n')}\n${answer.text}`);
	}

	same(c, verb, body, answer) {
		const bad = unlike(c, {}, answer, { body }, answer.status);

		if (bad.length > 0)
			this.fail(c, `${verb}: another answer`,
			    `${bad.join('\n')}\n${answer.text}`);
	}

	/* One operation, made up or given, with all that goes with it. */
	async act(c, verb, args) {
		const op = OPERATIONS[verb];
		const how = op.read ? {} : this.manner();

		c.log.push(`${this.n} ${iso(this.today(c) - c.off)} ${verb} ` +
		    show(args));
		if (op.quote && this.r.chance(0.4))
			return this.quoted(c, verb, args, how);
		const request = { ...op.request(c, args), ...how };
		const answer = await this.wire.call(request);
		if (how.drop !== undefined)
			this.coverage.count('lost', 'connection');
		await this.account(c, verb, args, answer);
		if (how.idem && this.r.chance(0.15))
			await this.again(c, verb, args, request, answer);
	}

	async account(c, verb, args, answer, status) {
		const op = OPERATIONS[verb];

		if (answer.status < 300)
			op.learn?.(args, answer.body);
		const { released } = c;
		const expected = this.expected(c, verb, args);

		this.compare(c, op, verb, answer, expected, status);
		if (!expected.slug && verb === 'refund')
			c.references.push(args);
		if (!op.read && !expected.slug)
			this.notice(c, verb, released);
		await this.wait(c);
	}

	/* For the account of what came up. */
	notice(c, verb, released) {
		const yes = (is, what) => is && this.coverage.count('money',
		    what);

		yes(c.parts.some((p) => p.credited > 0n), 'credited');
		yes(c.released < released && verb === 'deliver',
		    'back from the account');
		yes(c.settled && c.view(this.today(c)).Unbilled > 0n,
		    'unbilled');
		yes(c.lines.some((l) => l.ended !== null &&
		    l.paidBack > l.undelivered), 'more refunded than due');
	}

	async again(c, verb, args, request, first) {
		const op = OPERATIONS[verb];
		const answer = await this.wire.call({ ...request,
			drop: undefined });

		if (first.status < 300) {
			if (answer.text !== first.text || !answer.replayed ||
			    answer.status !== first.status)
				this.fail(c, `${verb} again: no replay`,
				    `${first.text}\n${answer.text}`);
			this.coverage.count('again', 'replayed');
			const other = await this.wire.call({ ...request,
				drop: undefined, method: 'POST', path:
				`/api/campaigns/${c.id}/refund`, body: {
				    Amount: '1', Reference: 'another' } });
			if (other.slug !== 'key_reused')
				this.fail(c, 'another request with the key',
				    other.text);
			this.coverage.count('again', '422 key_reused');
			return;
		}
		c.log.push(`${this.n} again`);
		this.coverage.count('again', 'done anew');
		if (answer.status < 300)
			op.learn?.(args, answer.body);
		this.compare(c, op, verb, answer, this.expected(c, verb, args));
		await this.wait(c);
	}

	/* A dry run; perhaps something else; and then just that, or 412. */
	async quoted(c, verb, args, how) {
		const op = OPERATIONS[verb];
		const trial = c.copy();
		const said = this.expected(trial, verb, args);
		const dry = await this.wire.call(op.request(c, args, true));

		this.compare(c, op, verb, dry, said, 200);
		if (said.slug) {
			this.coverage.count('quote', 'refused');
			return;
		}
		if (this.r.chance(0.35))
			await this.act(c, ...this.choose(c, ['prepay', 'bill',
				'deliver', 'stop', 'refund', 'pause']));
		const was = trial.print(said.body);
		const now = c.copy();
		const next = this.expected(now, verb, args);
		const holds = !next.slug && now.print(next.body) === was;
		const real = await this.wire.call({ ...op.request(c, args),
			...how, match: dry.etag });

		c.log.push(`${this.n} ${verb} as quoted: ${holds}`);
		this.coverage.count('quote', holds ? 'kept' : 'stale');
		if (!holds) {
			const slug = next.slug === 'invalid' || next.slug ===
			    'not_found' ? next.slug : 'stale';

			this.compare(c, op, verb, real, { slug });
			return;
		}
		await this.account(c, verb, args, real);
		if (real.etag !== dry.etag || (real.status === 200 &&
		    real.text !== dry.text))
			this.fail(c, `${verb} is not what was quoted`,
			    `${dry.text}\n${real.text}`);
	}

	/* Until the clock's work is done, where there is some. */
	async wait(c) {
		const status = c.status;

		if (!c.tick(this.today(c)))
			return false;
		this.coverage.count('clock', c.status === status ? 'settle' :
		    { running: 'start', finished: 'finish' }[c.status]);
		const want = c.view(this.today(c));
		const request = OPERATIONS.view.request(c);

		for (const end = Date.now() + 60000;;) {
			await this.clock.nudge();
			const idle = await this.clock.idle(c.id);
			const answer = await this.wire.call(request);
			const bad = differences(want, understand('',
			    answer.body, c.account.digits, c.off))
			    .concat(idle ? [] : ['it is not worked out']);
			if (bad.length === 0)
				return true;
			if (Date.now() > end)
				this.fail(c, 'what the clock does',
				    bad.join('\n'));
			await sleep(20);
		}
	}

	async pass(c) {
		let days = this.r.weighted([[1, 3], [this.r.int(2, 9), 2],
		    [this.r.int(10, 40), 1]]);

		if (c.starts === null)
			return;
		/* over its beginning and its end at once nobody can jump */
		if (c.status === 'scheduled')
			days = Math.min(days, Math.max(1, c.ends -
			    this.today(c)));
		c.log.push(`${this.n} pass ${days}`);
		await this.clock.pass(c.id, days, iso(c.starts - c.off));
		c.off += days;
		if (!await this.wait(c))
			this.coverage.count('clock', 'nothing');
	}

	choose(c, among) {
		const all = weights(c).filter(([verb, w]) => w > 0 &&
		    (!among || among.includes(verb)));
		const verb = this.r.weighted(all);

		return [verb, ARGUMENTS[verb]?.(this.r, c, this.today(c))];
	}

	accountOf(i) {
		const [currency, digits] = CURRENCIES[i % CURRENCIES.length];

		this.accounts[i] ??= Object.assign(new Account(digits,
		    this.references), { currency, name: `C-${i}` });
		return this.accounts[i];
	}

	/* A quote of the Naviga face; or a campaign of the other, and lines. */
	async create() {
		const { r } = this;
		const account = this.accountOf(r.int(0, this.advertisers - 1));
		const c = { account, off: 0, log: [], references: [] };
		const today = this.today(c);
		const more = { AdvertiserID: account.name,
			Currency: account.currency };

		if (r.chance(0.2))
			return this.createHood(c, more, today);
		const lines = makeLines(r, today);
		const frame = r.chance(0.3) ? [Math.min(...lines.map((l) =>
		    l.from)) - r.int(0, 3), Math.max(...lines.map((l) =>
		    l.to)) + r.int(0, 3)] : undefined;
		c.id = 'NEW';
		const wrong = r.chance(0.03) ? { Amount: '1e3' } : undefined;
		const request = OPERATIONS.addLines.request(c, { lines, wrong,
			more: { ...more, Name: 'Model',
			    StartDate: frame && iso(frame[0]),
			    EndDate: frame && iso(frame[1]) } });
		const a = await this.wire.call({ ...request,
			...this.manner() });
		this.coverage.count('create', wrong ? `${a.status} ${a.slug}` :
		    a.status);
		if (a.status !== (wrong ? 400 : 201))
			this.fail(c, 'create', a.text);
		if (wrong)
			return undefined;
		c.id = a.body.NewCampaignID;
		OPERATIONS.addLines.learn({ lines }, a.body);
		const made = this.made(c);
		if (frame)
			[made.starts, made.ends] = frame;
		this.same(made, 'create', made.addLines(today, { lines }),
		    a);
		made.log.push(`${this.n} ${iso(today)} create ${show(lines)}`);
		return made;
	}

	async createHood(c, more, today) {
		const { r } = this;
		const at = r.chance(0.5) ? today + r.int(1, 5) : undefined;
		const now = at === undefined && r.chance(0.5);
		const draft = at !== undefined && r.chance(0.3);
		const a = await this.wire.call({ ...this.manner(),
			method: 'POST', path: '/v1/hood/campaigns', body: {
			    name: 'Model', status: draft ? 'draft' : undefined,
			    run_immediately: now ? 1 : undefined,
			    scheduled_time: at && gmt(at) } });

		this.coverage.count('createHood', a.status);
		if (a.status !== 201)
			this.fail(c, 'create', a.text);
		c.id = a.body.id;
		const made = this.made(c);
		if (draft)
			made.begins = at;
		else if (now || at !== undefined)
			made.begin(today, at ?? null);
		made.log.push(`${this.n} ${iso(today)} create there, ` +
		    `${made.status} ${at}`);
		this.same(made, 'createHood', made.hood(), a);
		const lines = makeLines(r, today);
		await this.act(made, 'addLines', { lines, more: {
			...more, Name: 'Model' } });
		return made;
	}

	made(c) {
		return new Campaign(c.account, { id: c.id, off: 0, steps: 0,
			tag: `${this.keys.prefix}-${this.name}-${c.id}`,
			log: c.log, references: c.references });
	}

	/* Somebody else's, or nobody's: as if it were not there. */
	async strange(c) {
		const verb = this.r.pick(Object.keys(OPERATIONS));
		const stranger = c.copy();

		stranger.id = this.r.chance(0.5) ? '999999999999' :
		    this.keys.strangers[0] ?? '999999999998';
		if (verb === 'deliver' && c.lines.length === 0)
			return;
		const op = OPERATIONS[verb];
		const args = verb === 'deliver' ? { line: c.lines[0].id,
			day: this.today(c) - 1, Impressions: 1n } :
		    verb === 'addLines' ? { lines: makeLines(this.r,
			this.today(c)) } : ARGUMENTS[verb](this.r, c,
			this.today(c));
		this.compare(c, op, verb, await this.wire.call(op.request(
		    stranger, args)), { slug: 'not_found' });
	}

	async retire(c) {
		await this.wait(c);
		this.coverage.count('end', c.status);
		c.lines.forEach((l) => this.coverage.count('price', l.price));
		for (const verb of ['view', 'hood'])
			await this.act(c, verb, {});
		await proveHistory(this, c);
		await proveLedger(this, c, this.r.chance(0.1));
		this.campaigns.splice(this.campaigns.indexOf(c), 1);
	}

	async step() {
		const { r } = this;
		const day = dayOf(Date.now());

		this.n++;
		/* at midnight all begins anew: who knows which day it was */
		if (day !== this.day) {
			this.crossed ||= this.day !== undefined;
			this.campaigns = [];
			this.day = day;
		}
		if (this.campaigns.length < LIVES && r.chance(0.15 +
		    (this.campaigns.length === 0 ? 1 : 0))) {
			const c = await this.create();

			if (c)
				this.campaigns.push(c);
			return;
		}
		const c = r.pick(this.campaigns);
		if (r.chance(0.01)) {
			await this.strange(c);
			return;
		}
		const [verb, args] = this.choose(c);
		if (verb === 'pass')
			await this.pass(c);
		else
			await this.act(c, verb, args);
		if (!OPERATIONS[verb]?.read && r.chance(0.3))
			await this.act(c, 'view', {});
		c.steps += c.status === 'deleted' ? 4 : 1;
		if (r.chance(c.steps > 25 ? 0.06 : 0.002))
			await this.retire(c);
	}

	async run() {
		while (this.budget.take(this)) {
			const day = dayOf(Date.now());

			await this.step().catch((e) => {
				if (day === dayOf(Date.now()))
					throw Object.assign(e, { client:
					    this.name, operation: this.n });
			});
		}
		while (this.campaigns.length > 0)
			await this.retire(this.campaigns[0]);
	}
}

module.exports = { Client, expected, unlike, show };
