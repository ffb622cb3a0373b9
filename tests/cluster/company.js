/*
 * A company whose customers click, buy and get back while the cluster suffers.
 * A sale brings three commissions in one statement each of rows and journals;
 * one that got no answer is sent again with its key.  A click has no key: it is
 * stored where it was answered, and may be where it was not.
 */
'use strict';
const { World, unique } = require('../api/lib/world');
const { Promoters } = require('../api/lib/promoters');
const { sleep } = require('../api/lib/test');

const COMMISSIONS = 3;	/* of a sale */
const PATIENCE = 90000;

class Company {
	constructor(cluster, random) {
		Object.assign(this, { r: random, c: cluster.client, sales: 0,
			refunds: 0, again: 0, clicks: 0, tried: 0,
			leads: Array.from({ length: 8 }, () =>
			    `lead-${unique()}@example.com`) });
	}

	async make() {
		const w = new World(this.c);
		const p = new Promoters(w);
		const me = await p.company();
		const parent = await p.promoter(me);
		const reward = async (schemas, more = {
			promoter_reward_type: 'sale' }) => ({
			apply_on: 'all', product_ids: [], reward_id: (await
			w.fp(200, me, 'POST', '/rewards', { name: unique(),
				is_promoter_reward: true, schemas,
				...more })).body.id });
		const part = { unit: 'cash', amount: 10, flat_amount: false };

		this.ann = await p.promoter(me, { parent: parent.id });
		await w.fp(200, me, 'PUT', `/campaigns/${me.campaign}`, {
			rewards_for_promoters: [
				await reward([part, { ...part, amount: 100,
					unit: 'points', flat_amount: true }]),
				await reward([part], { tier_level: 2,
					promoter_reward_type: 'tier',
					tier_reward_mode:
					    'tier_commission_mode' })] });
		Object.assign(this, { p, me, headers: this.c.headers({
			token: me.token, body: '' }) });
		this.headers['account-id'] = await this.c.account(me);
	}

	/* Until it is answered, with the same key. */
	async track(what, body) {
		const text = JSON.stringify(body);
		const headers = { ...this.headers, 'idempotency-key': unique(),
			'content-length': Buffer.byteLength(text) };

		for (const end = Date.now() + PATIENCE; Date.now() < end;) {
			const a = await this.c.request('POST',
			    `/api/v2/track/${what}`, { headers, body: text })
			    .catch(() => ({ status: 0 }));

			if (a.status === 200)
				return;
			if (![0, 409, 502, 503, 504].includes(a.status))
				throw new Error(`${what}: ${a.status} ${a.text}`);
			this.again++;
			await sleep(100);
		}
		throw new Error(`${what}: no end`);
	}

	async sell() {
		const lead = this.r.pick(this.leads);

		await this.track('sale', { email: lead, event_id: unique(),
			ref_id: this.ann.code, amount: 2000 });
		this.sales++;
		/* of two sales, where there are two */
		if (this.r.chance(0.1)) {
			await this.track('sale', { email: lead, amount: 2000,
				ref_id: this.ann.code, event_id: unique() });
			this.sales++;
			await this.track('refund', { email: lead,
				event_id: unique(), amount: 3000 });
			this.refunds++;
		}
	}

	async click() {
		this.tried++;
		const a = await this.c.site('GET', `/r/${this.ann.code}`, {
			fresh: true }).catch(() => undefined);

		if (a?.status === 302)
			this.clicks++;
		await sleep(20);
	}

	/* Both until stop(). */
	run() {
		const until = async (work) => {
			while (!this.ended)
				await work.call(this);
		};

		this.work = Promise.all([until(this.sell), until(this.click)]);
		this.work.catch(() => {});
	}

	stop() {
		this.ended = true;
		return this.work;
	}

	/* What is stored otherwise than it was answered. */
	async wrong() {
		const number = async (q) => Number(await this.p.sql(q));
		const of = `organization_id = ${this.me.org}`;
		const bad = [];
		const same = (what, got, want) => got !== want &&
		    bad.push(`${got} ${what}, not ${want}`);

		same('sales', await number(`SELECT COUNT(*) FROM sale
		    WHERE ${of}`), this.sales);
		same('commissions', await number(`SELECT COUNT(*) FROM earning
		    WHERE ${of} AND type = 'commission'`),
		    COMMISSIONS * this.sales);
		same('refunded', await number(`SELECT SUM(amount) FROM
		    sale_refund WHERE ${of}`), 3000 * this.refunds);
		same('revenue', await number(`SELECT revenue FROM
		    placement_total WHERE placement_id =
		    ${this.ann.placement}`), 2000 * this.sales -
		    3000 * this.refunds);
		const stored = await number(`SELECT COUNT(*) FROM click
		    WHERE placement_id = ${this.ann.placement}`);
		if (stored < this.clicks || stored > this.tried)
			bad.push(`${stored} clicks, of ${this.tried}, ` +
			    `${this.clicks} answered`);
		return bad;
	}

	summary() {
		return `${this.sales} sales, ${this.refunds} refunds, ` +
		    `${this.again} sent again; ${this.clicks} clicks of ` +
		    `${this.tried}`;
	}
}

module.exports = { Company };
