/*
 * Who sends the requests.  Some end what they are by them, or lose a key; then
 * another one takes the place.
 */
'use strict';
const assert = require('node:assert/strict');
const doc = require('../api/lib/document');
const { Promoters } = require('../api/lib/promoters');
const { World, unique } = require('../api/lib/world');

/* Batches over ids are no ends. */
const ends = (o) => doc.ending(o) && (o.method !== 'DELETE' ||
    !/^\/api\/v2\//.test(o.full));

class Actors {
	constructor(client) {
		this.w = new World(client);
		this.renewed = 0;
	}

	/* Two tenants, one with something of everything: its ids by place. */
	async start() {
		const { w } = this;

		this.house = await w.house();
		this.stranger = await w.owner();
		await this.renew();
		const session = await w.buy(this.owner);
		const seeds = await this.seeds();
		const buyer = await w.owner({ referralCode: this.code });

		await w.buy(buyer);
		const [earned] = (await w.ok(200, 'GET',
		    '/referrer-transactions', { token: this.owner.token }))
		    .items;
		return { ...seeds, '/payments/': session.id,
			'/checkout-sessions/': session.id,
			'/referrer-transactions/': earned.id,
			'/token-reservations/':
			    (await w.reserve(this.owner, 1)).id };
	}

	async renew() {
		this.owner = await this.w.referrer();
		this.key = (await this.w.key(this.owner)).key;
		this.weak = (await this.w.key(this.owner, ['files:read'])).key;
		await this.w.companyCampaign(this.owner);
		this.promoter = await this.w.affiliate(this.owner);
	}

	async seeds() {
		const { w, owner } = this;
		const campaign = await w.campaign(owner);
		const guest = await w.user();
		const joined = await w.join(guest, await w.invite(owner,
		    guest.email));
		const hook = await w.ok(201, 'POST', '/webhook-endpoints', {
			token: owner.token, body: { url: 'https://a.example/' } });
		const { promoter } = this.promoter;
		const quote = await w.quote(owner, []);

		this.code = campaign.code;
		return {
			'/organization-members/': joined.id,
			'/invitations/': (await w.invite(owner,
			    'somebody@example.com')).id,
			'/webhook-deliveries/': (await w.ok(201, 'POST',
			    `/webhook-endpoints/${hook.id}/test`, {
				token: owner.token })).id,
			'/promoters/': promoter.id,
			'/promoter_campaigns/':
			    promoter.promoter_campaigns[0].id,
			'/webhook-endpoints/': hook.id,
			'/referrer-campaigns/': campaign.id,
			'/hood/campaigns/': (await w.hood(owner)).id,
			'/v0/campaigns/': (await w.hood(owner)).id,
			'/api/campaigns/': quote.id,
			'/batch_processes/': (await w.fp(200, owner, 'DELETE',
			    '/referrals', { ids: ['999999999'] })).body.id,
			...await w.program(owner, `p${unique()}`),
			...await w.belongings(owner, this.promoter),
			...await new Promoters(w).paid(owner),
		};
	}

	/* A promoter more, where there is still a campaign for him. */
	another() {
		return this.w.affiliate(this.owner).catch(() => ({}));
	}

	token({ token }) {
		return token === undefined ? {} : { token };
	}

	/* The credential with which an operation is asked for. */
	async of(r, o) {
		/* a bad credential is a 401 there too, which none declares */
		if (!doc.secured(o))
			return {};
		if (doc.promoter(o))
			return this.token(r.weighted([[ends(o) ?
			    await this.another() : this.promoter, 9],
			    [this.owner, 1], [{}, 1]]));
		if (ends(o))
			return { token: (await this.w.owner()).token };
		return r.weighted(doc.house(o) ? [
			[{ token: this.house.token }, 9],
			[{ token: this.owner.token }, 1]] : [
			[{ token: this.owner.token }, 12],
			[{ key: this.key }, 4],
			[{ key: this.weak }, 1],
			[{ token: this.stranger.token }, 2],
			[{ token: this.house.token }, doc.keyed(o) ? 0 : 1],
			[{}, 1]]);
	}

	async good(how) {
		const a = await this.w.c.request('GET',
		    '/api/v0/organizations/current', {
			headers: this.w.c.headers(how) });

		return a.status === 200;
	}

	/* After a 401 that need not have been. */
	async mend() {
		if (!await this.good({ token: this.house.token })) {
			this.house = await this.w.house();
			assert.ok(await this.good({ token: this.house.token }),
			    'the house is locked out');
		}
		if (!await this.good({ token: this.stranger.token }))
			this.stranger = await this.w.owner();
		if (await this.good({ token: this.owner.token }) &&
		    await this.good({ key: this.key }) &&
		    await this.good({ key: this.weak }) &&
		    (this.promoter = await this.another()).token)
			return undefined;
		this.renewed++;
		return this.anew();
	}

	/* Others delete organizations at random: this one too, half made. */
	async anew() {
		for (let tries = 1;; tries++) {
			try {
				await this.renew();
				return await this.seeds();
			} catch (e) {
				if (tries === 5 ||
				    await this.good({ token: this.owner.token }))
					throw e;
			}
		}
	}
}

module.exports = { Actors, ends };
