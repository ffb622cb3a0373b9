/*
 * Who trades on a service that is hurt: the house, which sells by the stub of
 * Stripe; a referrer and a buyer of his; a company with campaigns, promoters
 * and tokens.
 */
'use strict';
const assert = require('node:assert/strict');
const { Stub } = require('../api/lib/stripe');
const { World, unique } = require('../api/lib/world');
const { Promoters } = require('../api/lib/promoters');
const { until } = require('../api/lib/test');
const { Session } = require('../api/lib/db');
const { Clock } = require('../model/clock');
const shop = require('../api/lib/shop');
const naviga = require('../api/lib/naviga');
const { Place } = require('./place');

const SETTINGS = { access_seconds: 86400, jobs_poll_ms: 50, hold_days: 1,
	hold_checked: 'on', seal_seconds: 1, seal_age_seconds: 10,
	db_statement_seconds: 2, db_lock_seconds: 1 };

class Ground {
	async open() {
		this.stub = await new Stub().start();
		this.s = new Place({ settings: { ...SETTINGS,
			...this.stub.settings() } });
		await this.s.start();
		this.c = this.s.client;
		this.w = new World(this.c);
		this.p = new Promoters(this.w);
		this.house = await this.w.house();
		this.referrer = await this.w.referrer();
		this.campaign = await this.w.campaign(this.referrer);
		this.buyer = await this.w.owner({
			referralCode: this.campaign.code });
		this.product = await this.w.product();
		this.shop = shop.calls(() => this);
		this.nv = naviga.calls(() => this);
		await this.company();
		return this;
	}

	async company() {
		this.me = await this.p.company();
		await this.w.adjust(this.me, 1000000);
		await this.fp(200, 'PUT', '/settings', {
			...await this.fp(200, 'GET', '/settings'),
			min_payment: 0 });
		this.ann = await this.p.promoter(this.me);
		await this.fp(200, 'POST', '/payout_methods', {
			method: 'wise', promoter_id: this.ann.id, details: {
			    wise_email: `${unique()}@example.com` } });
	}

	/* Days that pass for a campaign. */
	async pass(id, days) {
		this.clock ??= new Clock(this.s);
		await this.clock.pass(id, days, await this.sql(
		    `SELECT starts_on FROM campaign WHERE id = ${id}`));
	}

	close() {
		this.clock?.close();
		this.db?.close();
		this.stub.close();
		this.c.close();
		this.s.stop();
	}

	/* One connection for all of it; a new one where the server went. */
	async sql(text) {
		if (!this.db || this.db.gone)
			this.db = new Session(this.s);
		try {
			return await this.db.run(text);
		} catch (e) {
			if (!/ERROR (2006|2013)/.test(e.message))
				throw e;
			this.db = new Session(this.s);
			return this.db.run(text);
		}
	}

	/* A call of the company's face: what it answers. */
	async fp(status, method, path, body) {
		return (await this.w.fp(status, this.me, method, path, body))
		    .body;
	}

	/* The jobs take their turn at it now, whoever held it before. */
	nudge(schedule) {
		return this.sql(`UPDATE schedule SET lease_until = NULL,
		    lease_owner = NULL, next_run_at = UTC_TIMESTAMP(6)
		    WHERE name = '${schedule}'`);
	}

	/* --- what is there to be moved -------------------------------- */

	lead() {
		return this.fp(200, 'POST', '/referrals', {
			email: `lead-${unique()}@example.com`, uid: unique(),
			promoter_campaign_id: this.ann.placement });
	}

	/* Past its hold, if it is not to wait. */
	async commission(waits = false) {
		const [made] = await this.fp(200, 'POST', '/commissions', {
			commission_type: 'custom', amount: 100,
			promoter_campaign_id: this.ann.placement });

		if (!waits)
			await this.release(`id = ${made.id}`);
		return made;
	}

	async payout() {
		const { id } = await this.commission();

		await this.fp(200, 'POST', '/commissions/generate_payouts', {
			ids: [id] });
		return Number(await this.sql(`SELECT MAX(id) FROM payout
		    WHERE organization_id = ${this.me.org}`));
	}

	async paymentsBatch() {
		await this.payout();
		return (await this.fp(201, 'POST',
		    '/payouts/create_payments_batch', { method: 'wise' }))
		    .data.id;
	}

	async release(which) {
		await this.sql(`UPDATE earning SET available_at =
		    UTC_TIMESTAMP(6) WHERE status = 'pending' AND ${which}`);
		assert.ok(await until(async () => {
			await this.nudge('release_earnings');
			return await this.sql(`SELECT COUNT(*) FROM earning
			    WHERE status = 'pending' AND ${which}`) === '0';
		}, 20000));
	}

	/* Earnings of the referrer, past their hold. */
	async earn(quantity = 1) {
		await this.shop.buy({ quantity });
		await this.release('organization_id = 1');
	}

	withdrawal() {
		return this.w.ok(201, 'POST',
		    '/referrer-transactions/withdraw', {
			token: this.referrer.token,
			body: { amount: 1, currency: 'USD' } });
	}
}

module.exports = { Ground };
