/* Organizations: their end and their return. */
'use strict';
const assert = require('node:assert/strict');
const { placed } = require('./lib/counted');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { query, dump, turn } = require('./lib/db');
const { calls, code } = require('./lib/organizations');

const test = tests(__filename);
let w, c;
const { current, change, remove, erase, recover, choose, page, join } =
    calls(() => w);
const sql = (text) => query(c.service, text);
const jobs = () => turn(c.service, 'erase');
const over = (id) => sql(`UPDATE organization SET erase_at = UTC_TIMESTAMP(6)
    WHERE id = ${id}`);

test('only an owner deletes, and with the right password', async () => {
	c = (await service()).client;
	w = new World(c);
	const own = await w.owner();

	for (const role of ['admin', 'member']) {
		const other = await join(own, role);

		for (const a of [await remove(other), await erase(other)]) {
			assert.equal(a.status, 403, role);
			assert.equal(code(a), 'forbidden');
		}
	}
	const wrong = await erase(own, 'not the password');
	assert.equal(wrong.status, 403);
	assert.deepEqual(wrong.fields, ['password']);
	const { key } = await w.key(own, ['organization:read']);
	const a = await c.call('DELETE', '/organizations/current', { key });
	assert.equal(code(a), 'scope');
	assert.equal((await current(own)).status, 200);
	const all = await w.key(own);
	assert.equal((await c.call('DELETE', '/organizations/current', {
		key: all.key })).status, 204);
	assert.equal(code(await remove(own)), 'no_organization');
	assert.equal(code(await erase(own)), 'no_organization');
});

test('a deleted organization: nothing of it goes on', async () => {
	const own = await w.referrer();
	const { id, slug } = own.organization;
	const member = await join(own, 'member');
	const campaign = await w.campaign(own);
	const ended = await w.campaign(own);
	const { key } = await w.key(own);
	const session = await w.checkout(own);

	await w.ok(204, 'DELETE', `/referrer-campaigns/${ended.id}`, {
		token: own.token });
	await w.browse(campaign.code);
	assert.equal((await remove(own)).status, 204);
	for (const who of [own, member]) {
		const a = await current(who);

		assert.equal(code(a), 'no_organization');
		assert.equal((await choose(who, id)).status, 404);
	}
	assert.equal((await c.call('GET', '/referrer-campaigns', { key }))
	    .status, 401);
	assert.equal((await page(slug)).status, 404);
	const visit = await w.visit(campaign.code);
	assert.equal(visit.status, 302);
	assert.equal(visit.headers['set-cookie'], undefined);
	const paid = await w.press(session, 'pay');
	assert.equal(paid.status, 409);
	const lead = await w.owner({ referralCode: campaign.code });
	assert.ok(lead.organization.id);

	const lists = async (q) => (await w.ok(200, 'GET',
	    `/organizations${q}`, { token: own.token })).items;
	assert.deepEqual(await lists(''), []);
	const [one] = await lists('?deleted=true');
	assert.equal(one.id, id);
	assert.ok(new Date(one.deletedAt) <= new Date());
	const days = (new Date(one.recoverableUntil) -
	    new Date(one.deletedAt)) / 86400e3;
	assert.equal(days, 30);
	assert.deepEqual((await w.ok(200, 'GET',
	    '/organizations?deleted=true', { token: member.token })).items,
	    []);

	assert.equal((await recover(member, id)).status, 404);
	assert.equal((await recover(await w.owner(), id)).status, 404);
	const back = await recover(own, id);
	assert.equal(back.status, 200);
	assert.equal(back.data.slug, slug);
	assert.equal((await recover(own, id)).status, 200);
	assert.equal((await current(own)).data.id, id);
	assert.equal((await current(member)).data.id, id);
	const after = (await w.ok(200, 'GET', '/referrer-campaigns', { key }))
	    .items;
	const [gone, goes] = [ended, campaign].map((x) =>
	    after.find((y) => y.id === x.id));
	assert.equal(gone.status, 'INACTIVE');
	assert.equal(goes.status, 'ACTIVE');
	assert.equal(goes.endedAt, null);
	assert.equal(goes.clicks, 1);
	assert.equal(goes.referrals, 0);
	assert.equal((await w.ok(200, 'GET',
	    '/payments/checkout-sessions/' + session.id, {
		token: own.token })).status, 'expired');
	assert.equal((await w.events(own, 'organization.deleted', id)).length,
	    1);
	assert.equal((await w.events(own, 'referrer_campaign.resumed',
	    campaign.id)).length, 1);
});

test('choosing the active organization, and again', async () => {
	const own = await w.owner();
	const { id } = await w.ok(201, 'POST', '/organizations', {
		token: own.token, body: { name: 'A second one' } });

	for (let i = 0; i < 2; i++) {
		assert.equal((await choose(own, id)).data.id, id);
		assert.equal((await current(own)).data.id, id);
	}
	assert.equal((await remove(own)).status, 204);
	assert.equal((await choose(own, id)).status, 404);
	assert.equal((await choose(own, own.organization.id)).status, 200);
	assert.equal((await current(own)).data.id, own.organization.id);
});

test('deleting at once: done once', async () => {
	const own = await w.owner();
	const answers = await Promise.all(Array.from({ length: 6 }, () =>
	    remove(own)));

	for (const a of answers)
		assert.ok([204, 403].includes(a.status), a.text);
	assert.ok(answers.some((a) => a.status === 204));
	await w.ok(200, 'POST', `/organizations/${own.organization.id}` +
	    '/recover', { token: own.token });
	assert.equal((await w.events(own, 'organization.deleted',
	    own.organization.id)).length, 1);
});

test('deleting, recovering and erasing while others work in it', async () => {
	const own = await w.referrer();
	const { id } = own.organization;
	const calls = Array.from({ length: 40 }, (unused, i) => [
		() => remove(own), () => recover(own, id),
		() => c.call('POST', '/api-keys', { token: own.token,
			body: { description: 'Race' } }),
		() => c.call('POST', '/referrer-campaigns', {
			token: own.token, body: { name: 'Race',
			    landingUrl: 'https://a.example/' } }),
		() => current(own)][i % 5]());

	for (const a of await Promise.all(calls))
		assert.ok(a.status < 500 && a.status !== 401, a.text);
	await recover(own, id);
	assert.equal((await current(own)).status, 200);
	await Promise.all([erase(own), erase(own), ...Array.from({ length: 12 },
	    () => c.call('POST', '/api-keys', { token: own.token,
		body: { description: 'Race' } }))]);
	assert.equal(await sql(`SELECT COUNT(*) FROM api_key WHERE
	    organization_id = ${id} AND (revoked_at IS NULL OR
	    description <> '')`), '0');
});

test('too late to recover, and then erased', async () => {
	const own = await w.referrer();
	const { id } = own.organization;

	await remove(own);
	await over(id);
	assert.equal((await recover(own, id)).status, 404);
	assert.deepEqual((await w.ok(200, 'GET',
	    '/organizations?deleted=true', { token: own.token })).items, []);
	const state = () => sql(`SELECT CONCAT(name, ' ', slug IS NULL, ' ',
	    erased_at IS NOT NULL, ' ', erase_at IS NULL) FROM organization
	    WHERE id = ${id}`);
	await jobs();
	assert.equal(await state(), 'Deleted organization 1 1 0');
	assert.equal((await recover(own, id)).status, 404);
	await over(id);
	await jobs();
	assert.equal(await state(), 'Deleted organization 1 1 1');
	assert.equal((await c.call('GET', '/users/profile', {
		token: own.token })).status, 200);
});

test('erased: nothing that names it is left, the money is', async () => {
	const mark = `zq${unique()}`;
	const own = await w.referrer();
	const { id } = own.organization;
	const idem = unique();

	await w.ok(200, 'PUT', '/organizations/current', { token: own.token,
		idem, body: { name: `Firm ${mark}`, slug: `firm-${mark}` } });
	const campaign = await w.campaign(own, { name: `Of ${mark}`,
		description: `About ${mark}`,
		landingUrl: `https://${mark}.example/` });
	await w.ok(201, 'POST', '/api-keys', { token: own.token,
		idem: unique(), body: { description: `Key ${mark}` } });
	const member = await join(own, 'admin');
	await w.buy(own, { successUrl: `https://${mark}.example/ok`,
		cancelUrl: `https://${mark}.example/no` });
	await w.buy(await w.owner({ referralCode: campaign.code }));
	await w.reserve(own, 1, { reference: `Job of ${mark}` });
	const hook = () => w.ok(201, 'POST', '/webhook-endpoints', {
		token: own.token, body: { url: `https://${mark}.example/hook`,
		    description: `Hook of ${mark}` } });
	await hook();
	await w.ok(204, 'DELETE', `/webhook-endpoints/${(await hook()).id}`, {
		token: own.token });
	await w.fp(201, own, 'POST', '/webhooks', {
		url: `https://${mark}.example/records`, headers: { 'X-A': 'x' },
		event_types: ['referral.created'], basic_auth_user: mark,
		basic_auth_password: 'x' });
	await w.ok(200, 'POST', `/admin/referrers/${own.referrer.id}/block`, {
		...w.admin(), body: { reason: `It is ${mark}` } });
	const made = await w.program(own, mark);
	/* how it is paid, and how it pays */
	for (const [who, promoter_id] of [[await w.house(), own.referrer.id],
	    [own, made['/company/promoters/']]])
		await w.fp(200, who, 'POST', '/payout_methods', { method:
		    'wise', promoter_id: Number(promoter_id), details: {
			wise_email: `pay@${mark}.example` } });
	await w.fp(200, own, 'PUT', '/custom_referral_statuses/update', {
		custom_referral_statuses: [{ name: mark, order: 1 }] });
	await w.fp(200, own, 'PUT', '/settings', { ...(await w.fp(200, own,
	    'GET', '/settings')).body, stripe_key: `rk_live_${mark}` });
	assert.ok((await dump(c.service)).includes(mark));

	assert.equal((await erase(own)).status, 204);
	assert.equal(code(await current(own)), 'no_organization');
	assert.equal(code(await current(member)), 'no_organization');
	const left = (await dump(c.service)).split('\n').filter((line) =>
	    line.includes(mark));
	assert.deepEqual(left, []);
	assert.equal(await sql(`SELECT COUNT(*) FROM program
	    WHERE organization_id = ${id} AND stripe_key IS NOT NULL`), '0');
	assert.equal((await recover(own, id)).status, 404);
	assert.equal((await w.visit(campaign.code)).status, 404);
	assert.equal(await sql(`SELECT COUNT(*) FROM payment WHERE
	    organization_id = ${id} AND payment_status = 'paid'`), '1');
	assert.equal(await sql(`SELECT COUNT(*) FROM member WHERE
	    organization_id = ${id}`), '0');
	assert.equal(await sql(`SELECT COUNT(*) FROM webhook_endpoint WHERE
	    organization_id = ${id} AND (active OR deleted_at IS NULL OR
	    secret <> '' OR COALESCE(old_secret, headers, basic_password)
	    IS NOT NULL)`), '0');
	assert.equal(await sql(`SELECT COUNT(*) FROM referral WHERE
	    referred_organization_id = ${id} AND address_hash IS NOT NULL`),
	    '0');
	const { out, code: status } = await c.service.verify();
	assert.equal(status, 0, out);
	/* the slug is free again */
	assert.equal((await change(await w.owner(), {
		slug: `firm-${mark}` })).status, 200);
});

test('what was under way when it was erased goes a while later', async () => {
	const own = await w.referrer();
	const { id } = own.organization;

	assert.equal((await erase(own)).status, 204);
	await sql(`INSERT INTO webhook_endpoint (organization_id, url, events,
	    active, secret, created_at, updated_at) VALUES (${id},
	    'https://late.example/', '*', 1, 'x', UTC_TIMESTAMP(6),
	    UTC_TIMESTAMP(6))`);
	await sql(`INSERT INTO placement (organization_id, campaign_id,
	    referrer_id, name, code, landing_url, status, created_at,
	    updated_at) VALUES (1, 1, ${own.referrer.id}, 'Late',
	    '${unique()}', 'https://late.example/', 'ACTIVE',
	    UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`);
	await sql(`INSERT INTO placement_total (placement_id) SELECT id FROM
	    placement WHERE referrer_id = ${own.referrer.id}`);
	await sql(placed(1));
	const late = () => sql(`SELECT (SELECT COUNT(*) FROM webhook_endpoint
	    WHERE organization_id = ${id} AND active) + (SELECT COUNT(*)
	    FROM placement WHERE referrer_id = ${own.referrer.id} AND
	    (status = 'ACTIVE' OR landing_url <> ''))`);
	await jobs();
	assert.equal(await late(), '2');
	await over(id);
	await jobs();
	assert.equal(await late(), '0');
});

test('what is more than one turn erases is finished by jobs', async () => {
	const own = await w.owner();
	const { id } = own.organization;

	await sql(`INSERT INTO api_key (organization_id, user_id, public_id,
	    secret_hash, description, scopes, created_at) SELECT ${id},
	    ${own.user.id}, CONCAT('many', seq), '', 'Many', 0,
	    UTC_TIMESTAMP(6) FROM seq_1_to_5200`);
	assert.equal((await erase(own)).status, 204);
	const left = () => sql(`SELECT COUNT(*) FROM api_key WHERE
	    organization_id = ${id} AND description <> ''`);
	assert.equal(await left(), '200');
	await over(id);
	await jobs();
	assert.equal(await left(), '0');
	assert.equal(await sql(`SELECT erase_at IS NULL FROM organization
	    WHERE id = ${id}`), '1');
});

test('the ledger verifies', async () => {
	const { code: status, out } = await c.service.verify();

	assert.equal(status, 0, out);
});
