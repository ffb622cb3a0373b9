/* Another tenant's ids, on every route, answer like ids that are not there. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until } = require('./lib/test');
const { Promoters } = require('./lib/promoters');
const { World } = require('./lib/world');
const doc = require('./lib/document');

const test = tests(__filename);
const UNKNOWN = '999999999';
const CHART = '?period_from=2026-01-01&period_to=2026-01-31&selection=clicks';
let w, c, owner, stranger, promoter, strangers, ids;

/* id: or several, by their names */
const at = (o, id) => doc.address(o, typeof id === 'object' ? id : { id })
    .replace(/^\/api\/v0/, '');
/* House administrators see all tenants. */
const routes = doc.operations.filter((o) => /\{/.test(o.template) &&
    !doc.house(o) && doc.secured(o));

/* The owner's resource that belongs in a path; each must have one here. */
function foreign(o) {
	const place = Object.keys(ids).find((p) => o.full.includes(p));

	assert.ok(place, `tenant.test.js knows no resource for ${o.template}`);
	return ids[place];
}

test('two tenants, one with everything', async () => {
	c = (await service()).client;
	w = new World(c);
	owner = await w.referrer();
	stranger = await w.referrer();
	const campaign = await w.campaign(owner);
	const buyer = await w.owner({ referralCode: campaign.code });
	await w.buy(buyer);
	const session = await w.buy(owner);
	const [earned] = (await w.ok(200, 'GET', '/referrer-transactions', {
		token: owner.token })).items;
	const [tokens] = (await w.ok(200, 'GET', '/token-transactions', {
		token: owner.token })).items;
	const invited = await w.invite(owner, 'somebody@example.com');
	const guest = await w.user();
	const joined = await w.join(guest, await w.invite(owner, guest.email));
	const [event] = await w.events(owner, 'referrer_campaign.created',
	    campaign.id);
	const hook = await w.ok(201, 'POST', '/webhook-endpoints', {
		token: owner.token, body: { url: 'https://shop.example/' } });
	await w.companyCampaign(owner);
	const told = (await w.fp(201, owner, 'POST', '/webhooks', {
		url: 'https://shop.example/', active: false,
		event_types: ['promoter.created'] })).body;
	promoter = await w.affiliate(owner);
	await w.companyCampaign(stranger);
	strangers = [await w.affiliate(owner), await w.affiliate(stranger)];
	const [delivery] = await until(async () => {
		const { body } = await w.fp(200, owner, 'GET',
		    `/webhooks/${told.id}/webhook_deliveries`);

		return body.length > 0 && body;
	});
	ids = {
		'/webhook_deliveries/{id}': { webhook_id: told.id,
			id: delivery.id },
		'/company/webhooks/': told.id,
		...await w.belongings(owner, promoter),
		'/company/promoters/': promoter.id,
		'/company/promoter_campaigns/': promoter.placement,
		'/organization-members/invitations/': invited.id,
		'/organization-members/': joined.id,
		'/events/': event.id,
		'/webhook-endpoints/': hook.id,
		'/webhook-deliveries/': (await w.ok(201, 'POST',
		    `/webhook-endpoints/${hook.id}/test`, {
			token: owner.token })).id,
		'/referrer-campaigns/': campaign.id,
		'/hood/campaigns/': (await w.hood(owner)).id,
		'/v0/campaigns/': (await w.hood(owner)).id,
		'/referrer-transactions/': earned.id,
		'/token-transactions/': tokens.id,
		'/token-reservations/': (await w.reserve(owner, 1)).id,
		'/checkout-sessions/': session.id,
		'/payments/{id}/': session.id,
		'/api-keys/': (await w.key(owner)).id,
		'/organizations/': owner.organization.id,
		'/api/campaigns/': (await w.quote(owner, [])).id,
		...await w.program(owner),
		...await new Promoters(w).paid(owner),
		'/batch_processes/': (await w.fp(200, owner, 'DELETE',
		    '/referrals', { ids: [UNKNOWN] })).body.id,
	};
});

test('the owner can read all of it', async () => {
	for (const o of routes.filter((r) => r.method === 'GET'))
		await w.ok(200, 'GET', at(o, foreign(o)) +
		    (o.template.endsWith('/chart_data') ? CHART : ''), {
			token: (doc.promoter(o) ? promoter : owner).token });
});

test('another tenant gets 404, the same as for unknown ids', async () => {
	const { key } = await w.key(stranger);

	for (const o of routes)
		for (const how of doc.promoter(o) ?
		    strangers.map(({ token }) => ({ token })) :
		    [{ token: stranger.token },
		    ...(doc.login(o) ? [] : [{ key }])]) {
			const options = { ...how, body: doc.body(o) };
			const there = await c.call(o.method,
			    at(o, foreign(o)), options);
			const unknown = await c.call(o.method,
			    at(o, UNKNOWN), options);

			assert.equal(there.status, 404, `${o.id}: ` +
			    there.text);
			assert.deepEqual(there.body, unknown.body, o.id);
		}
});

test('a stale If-Match does not tell that it is there', async () => {
	for (const o of routes.filter((r) => r.method === 'PUT'))
		assert.equal((await c.call('PUT', at(o, foreign(o)), {
			token: (doc.promoter(o) ? strangers[0] : stranger)
			    .token, body: doc.body(o),
			headers: { 'if-match': '"1"' } })).status, 404, o.id);
});

test('an organization that one is no member of can\'t be chosen', async () => {
	for (const organizationId of [owner.organization.id, '1', UNKNOWN])
		assert.equal((await c.call('PUT',
		    '/users/active-organization', { token: stranger.token,
			body: { organizationId } })).status, 404);
	const now = await w.ok(200, 'GET', '/organizations/current', {
		token: stranger.token });
	assert.equal(now.id, stranger.organization.id);
});

test('lists hold one\'s own rows only', async () => {
	for (const path of ['/referrer-campaigns', '/referrer-transactions',
	    '/token-transactions', '/token-reservations'])
		assert.deepEqual((await w.ok(200, 'GET', path, {
			token: stranger.token })).items, [], path);
	const keys = await w.ok(200, 'GET', '/api-keys', {
		token: stranger.token });
	assert.ok(keys.items.every((k) => k.id !== ids['/api-keys/']));
	const events = await w.ok(200, 'GET', '/events?limit=100', {
		token: stranger.token });
	assert.ok(events.items.every((e) =>
	    e.entityId !== ids['/checkout-sessions/'] ||
	    !e.type.startsWith('checkout')));
});

test('nothing of the owner\'s has changed', async () => {
	const at1 = `/referrer-campaigns/${ids['/referrer-campaigns/']}`;
	const campaign = await w.ok(200, 'GET', at1, { token: owner.token });

	assert.equal(campaign.status, 'ACTIVE');
	assert.equal(campaign.name, 'Spring');
	await w.ok(200, 'GET', `/api-keys/${ids['/api-keys/']}`, {
		token: owner.token });
});

test('a referrer\'s own organization buys without a commission', async () => {
	const { items } = await w.ok(200, 'GET', '/referrer-transactions', {
		token: owner.token });

	assert.equal(items.length, 1);
});
