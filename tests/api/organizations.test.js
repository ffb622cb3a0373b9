/* Organizations: slugs, the public page, numbers, their end and their return. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, PASSWORD, unique } = require('./lib/world');
const { query, dump, turn, enrol } = require('./lib/db');

const test = tests(__filename);
let w, c, me;

const sql = (text) => query(c.service, text);
const current = (who) => c.call('GET', '/organizations/current', {
	token: who.token });
const change = (who, body, headers) => c.call('PUT', '/organizations/current',
    { token: who.token, body, headers });
const remove = (who) => c.call('DELETE', '/organizations/current', {
	token: who.token });
const erase = (who, password = PASSWORD) => c.call('DELETE',
    '/organizations/current/permanent', { token: who.token,
	body: { password } });
const recover = (who, id) => c.call('POST', `/organizations/${id}/recover`, {
	token: who.token });
const choose = (who, organizationId) => c.call('PUT',
    '/users/active-organization', { token: who.token,
	body: { organizationId } });
const page = (slug) => c.call('GET', `/organizations/slug/${slug}`);
const code = (answer) => answer.body.error.code;

/* Somebody more in the organization of owner. */
async function join(owner, role, who) {
	const member = who ?? await w.user();

	await enrol(c.service, owner.organization, member.user, role);
	assert.equal((await choose(member, owner.organization.id)).status,
	    200);
	return member;
}

const jobs = () => turn(c.service, 'erase');

const over = (id) => sql(`UPDATE organization SET erase_at = UTC_TIMESTAMP(6)
    WHERE id = ${id}`);

test('name and slug change; what is not given stays', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.owner();
	const first = await current(me);
	const slug = `new-${unique()}`;

	const named = await change(me, { name: 'Other name' });
	assert.equal(named.data.name, 'Other name');
	assert.equal(named.data.slug, first.data.slug);
	const both = await change(me, { slug });
	assert.equal(both.data.slug, slug);
	assert.equal(both.data.name, 'Other name');
	assert.equal((await change(me, { slug })).status, 200);
	assert.equal((await page(slug)).data.name, 'Other name');
	assert.equal((await page(first.data.slug)).status, 404);
});

test('If-Match: a stale one is 412 and changes nothing', async () => {
	const { etag } = (await current(me)).headers;

	assert.ok(etag);
	const headers = { 'if-match': etag };
	const done = await change(me, { name: 'Once' }, headers);
	assert.equal(done.status, 200);
	assert.notEqual(done.headers.etag, etag);
	assert.equal(done.headers.etag, (await current(me)).headers.etag);
	assert.equal((await change(me, { name: 'Twice' }, headers)).status,
	    412);
	assert.equal((await current(me)).data.name, 'Once');
});

test('changes at once without If-Match are all done', async () => {
	const answers = await Promise.all(Array.from({ length: 6 },
	    (unused, i) => change(me, { name: `At once ${i}` })));

	for (const a of answers)
		assert.ok([200, 412].includes(a.status), a.text);
});

test('a slug is one organization\'s, readable and not reserved', async () => {
	const other = await w.owner();

	const taken = await change(me, { slug: other.organization.slug });
	assert.equal(taken.status, 409);
	assert.equal(code(taken), 'slug_taken');
	for (const slug of ['admin', 'api', 'current', 'ab', 'Upper', '-a-b',
	    'a b', 'x'.repeat(49), 'h\u00e4user', ''])
		assert.deepEqual((await change(me, { slug })).fields,
		    ['slug'], slug);
	const made = await c.call('POST', '/organizations', {
		token: me.token, body: { name: 'X', slug: 'house' } });
	assert.equal(made.status, 400);
});

const SLUGS = {
	'\u00c4rzte & S\u00f6hne': 'aerzte-soehne',
	'Stra\u00dfen\u00dc': 'strassenue',
	'Cr\u00e8me Br\u00fbl\u00e9e': 'creme-brulee',
	'\u0141\u00f3d\u017a \u017b\u00f3\u0142w': 'lodz-zolw',
	'\u0160koda \u010cesk\u00e1': 'skoda-ceska',
	'\u00c6r\u00f8 \u0152uvre': 'aeroe-oeuvre',
	'e\u0301toile': 'etoile',
	'  spaces  and --- hyphens  ': 'spaces-and-hyphens',
	'\u6771\u4eac': 'organization',
	'Admin': 'admin',
};

for (const [name, want] of Object.entries(SLUGS))
	test(`a slug made from ${JSON.stringify(name)}`, async () => {
		const { slug } = await w.ok(201, 'POST', '/organizations', {
			token: me.token, body: { name } });

		assert.match(slug, new RegExp(`^${want}(-\\d{6})?$`));
		if (['admin', 'organization'].includes(want))
			assert.notEqual(slug, 'admin');
	});

test('a slug from a long name is cut', async () => {
	const { slug } = await w.ok(201, 'POST', '/organizations', {
		token: me.token, body: { name: '\u00e4'.repeat(120) } });

	assert.match(slug, /^(ae){20,24}(-\d{6})?$/);
	assert.equal((await page(slug)).status, 200);
});

test('the public page tells name, slug and age, and nothing else',
    async () => {
	const a = await page(me.organization.slug);

	if (a.status === 404)
		me.organization = (await current(me)).data;
	const { data } = await page(me.organization.slug);
	assert.deepEqual(Object.keys(data).sort(), ['createdAt', 'name',
		'slug']);
	for (const slug of ['nobody-has-this', '%C3%A4', 'x'.repeat(150),
	    "a'b"])
		assert.equal((await page(slug)).status, 404, slug);
});

test('the numbers agree with the lists', async () => {
	const own = await w.referrer();
	const one = await w.campaign(own);
	const two = await w.campaign(own);

	await w.browse(one.code);
	await w.browse(two.code);
	await w.browse(two.code);
	const buyer = await w.owner({ referralCode: one.code });
	await w.buy(buyer);
	await w.ok(204, 'DELETE', `/referrer-campaigns/${two.id}`, {
		token: own.token });
	await w.buy(own);
	const last = await w.buy(own, { quantity: 2, currency: 'EUR' });
	await w.checkout(own);
	const gone = await w.key(own);
	await w.key(own);
	await w.ok(204, 'DELETE', `/api-keys/${gone.id}`, {
		token: own.token });
	await join(own, 'member');

	const s = await w.ok(200, 'GET', '/organizations/current/statistics',
	    { token: own.token });
	const list = async (path) => (await w.ok(200, 'GET',
	    `${path}?limit=100`, { token: own.token })).items;
	const campaigns = await list('/referrer-campaigns');
	const sum = (name) => campaigns.reduce((n, x) => n + x[name], 0);
	assert.deepEqual(s.referrerCampaigns, { total: campaigns.length,
		active: campaigns.filter((x) => x.status === 'ACTIVE')
		    .length });
	assert.equal(s.clicks, sum('clicks'));
	assert.equal(s.clicks, 3);
	assert.equal(s.referrals, sum('referrals'));
	assert.equal(s.conversions, 1);
	assert.equal(s.apiKeys, (await list('/api-keys')).length);
	assert.equal(s.members, 2);
	assert.equal(s.checkoutSessions, 3);
	assert.equal(s.payments.count, 2);
	assert.deepEqual(s.payments.amounts, [
		{ currency: 'EUR', amount: last.amount },
		{ currency: 'USD', amount: 1000 }]);
	const b = await w.balance(own);
	assert.deepEqual(s.tokens, { available: b.available,
		reserved: b.reserved });
	assert.equal(s.createdAt, own.organization.createdAt);
	assert.equal(s.organizationId, own.organization.id);
});

test('the numbers of an organization that has nothing', async () => {
	const s = await w.ok(200, 'GET', '/organizations/current/statistics',
	    { token: (await w.owner()).token });

	assert.deepEqual({ ...s, organizationId: 0, createdAt: 0 }, {
		organizationId: 0, createdAt: 0, members: 1, apiKeys: 0,
		referrerCampaigns: { total: 0, active: 0 }, clicks: 0,
		referrals: 0, conversions: 0, checkoutSessions: 0,
		payments: { count: 0, amounts: [] },
		tokens: { available: 0, reserved: 0 } });
});

test('only an owner deletes, and with the right password', async () => {
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
	await w.ok(200, 'POST', `/admin/referrers/${own.referrer.id}/block`, {
		...w.admin(), body: { reason: `It is ${mark}` } });
	assert.ok((await dump(c.service)).includes(mark));

	assert.equal((await erase(own)).status, 204);
	assert.equal(code(await current(own)), 'no_organization');
	assert.equal(code(await current(member)), 'no_organization');
	const left = (await dump(c.service)).split('\n').filter((line) =>
	    line.includes(mark));
	assert.deepEqual(left, []);
	assert.equal((await recover(own, id)).status, 404);
	assert.equal((await w.visit(campaign.code)).status, 404);
	assert.equal(await sql(`SELECT COUNT(*) FROM payment WHERE
	    organization_id = ${id} AND payment_status = 'paid'`), '1');
	assert.equal(await sql(`SELECT COUNT(*) FROM member WHERE
	    organization_id = ${id}`), '0');
	assert.equal(await sql(`SELECT COUNT(*) FROM webhook_endpoint WHERE
	    organization_id = ${id} AND (active OR deleted_at IS NULL OR
	    secret <> '' OR old_secret IS NOT NULL)`), '0');
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

/* --- administrators of the house --- */

const admin = (method, path, options) => c.call(method,
    `/admin/organizations${path}`, { ...w.admin(), ...options });

test('the house lists all, by how they begin, by account', async () => {
	const mark = `q${unique()}`;
	const many = [];

	for (const name of [`${mark} one`, `${mark.toUpperCase()} two`,
	    `${mark}%three`, `${mark}_four`]) {
		const own = await w.owner();

		await change(own, { name });
		many.push(own);
	}
	await change(many[3], { slug: `s${mark}` });
	const ids = async (q) => (await admin('GET', `?${q}`)).data.items
	    .map((o) => o.id);
	const want = many.map((o) => o.organization.id);
	const found = await ids(`q=${mark}`);
	assert.deepEqual([...found].sort(), [...want].sort());
	assert.deepEqual(found.filter((id) => want.indexOf(id) < 2),
	    want.slice(0, 2));
	assert.deepEqual(await ids(`q=${mark}&sort=name:asc`), found);
	assert.deepEqual(await ids(`q=${mark}%25`), [want[2]]);
	assert.deepEqual(await ids(`q=${mark}_`), [want[3]]);
	assert.deepEqual(await ids(`slug=s${mark}`), [want[3]]);
	assert.deepEqual(await ids(`slug=s${mark}&q=${mark}_`), [want[3]]);
	assert.deepEqual(await ids(`slug=${mark}`), []);
	assert.deepEqual(await ids(`q=${mark}-nothing`), []);
	assert.deepEqual(await ids('q=%E4%BA%AC'), []);
	assert.deepEqual(await ids('accountId=' +
	    many[1].organization.accountId), [want[1]]);
	assert.deepEqual(await ids('accountId=0'), []);
	const first = await admin('GET', `?q=${mark}&limit=3`);
	assert.equal(first.data.items.length, 3);
	assert.deepEqual(await ids(`q=${mark}&limit=3&cursor=` +
	    first.data.nextCursor), found.slice(3));
	for (const q of ['accountId=%C3%A4', 'deleted=maybe', 'slug=%C3%A4',
	    `q=${mark}&sort=createdAt:asc`])
		assert.equal((await admin('GET', `?${q}`)).status, 400, q);
	const walked = [];
	for (let cursor = ''; cursor !== null;) {
		const { data } = await admin('GET', '?sort=name:asc&limit=7' +
		    cursor);

		walked.push(...data.items.map((o) => o.id));
		cursor = data.nextCursor && `&cursor=${data.nextCursor}`;
	}
	assert.equal(new Set(walked).size, walked.length);
	assert.ok(want.every((id) => walked.includes(id)));
});

test('the house reads, deletes and recovers any of them', async () => {
	const own = await w.owner();
	const { id, name } = own.organization;
	const at = `/${id}`;

	const { data } = await admin('GET', at);
	assert.equal(data.ownerEmail, own.email);
	assert.equal(data.name, name);
	assert.equal(data.statistics.members, 1);
	assert.equal(data.deletedAt, null);
	assert.equal((await admin('DELETE', at)).status, 204);
	assert.equal((await admin('DELETE', at)).status, 204);
	assert.equal(code(await current(own)), 'no_organization');
	assert.notEqual((await admin('GET', at)).data.deletedAt, null);
	const deleted = (await admin('GET', '?deleted=true&limit=100')).data
	    .items;
	assert.ok(deleted.some((o) => o.id === id));
	assert.ok(deleted.every((o) => o.deletedAt !== null));
	assert.deepEqual((await admin('GET', '?accountId=' +
	    own.organization.accountId)).data.items, []);
	const back = await admin('POST', `${at}/recover`);
	assert.equal(back.data.deletedAt, null);
	assert.equal((await admin('POST', `${at}/recover`)).status, 200);
	assert.equal((await current(own)).status, 200);
	await erase(own);
	const late = await admin('POST', `${at}/recover`);
	assert.equal(late.status, 409);
	const erased = (await admin('GET', at)).data;
	assert.equal(erased.slug, null);
	assert.equal(erased.ownerEmail, null);
	assert.notEqual(erased.erasedAt, null);
	assert.equal((await admin('GET', '/999999999')).status, 404);
});

test('what the house deleted its owner does not bring back', async () => {
	const own = await w.owner();
	const { id } = own.organization;
	const deleted = async () => (await w.ok(200, 'GET',
	    '/organizations?deleted=true', { token: own.token })).items;

	/* whoever was first */
	for (const first of [() => admin('DELETE', `/${id}`),
	    () => remove(own)]) {
		assert.equal((await first()).status, 204);
		assert.equal((await admin('DELETE', `/${id}`)).status, 204);
		assert.equal((await recover(own, id)).status, 404);
		assert.deepEqual(await deleted(), []);
		assert.equal((await admin('POST', `/${id}/recover`)).status,
		    200);
	}
	assert.equal((await w.events(own, 'organization.deleted', id)).length,
	    2);
	assert.equal((await remove(own)).status, 204);
	assert.equal((await recover(own, id)).status, 200);
});

test('the house is not deleted', async () => {
	assert.equal((await admin('DELETE', '/1')).status, 409);
	const e = c.service.credentials;
	const house = await w.login({ email: e.AFFILIATED_ADMIN_EMAIL,
		password: e.AFFILIATED_ADMIN_PASSWORD });

	for (const a of [await remove(house), await erase(house,
	    house.password)]) {
		assert.equal(a.status, 409);
		assert.equal(code(a), 'conflict');
	}
	assert.equal((await current(house)).data.id, '1');
});

test('who is no administrator of the house, or lacks the scope', async () => {
	const own = await w.owner();
	const { key } = await w.ok(201, 'POST', '/api-keys', { ...w.admin(),
		body: { description: 'Files', scopes: ['files:read'] } });
	const other = await w.ok(201, 'POST', '/api-keys', { ...w.admin(),
		body: { description: 'Test', test: true } });
	const calls = [['GET', ''], ['GET', '/1'], ['DELETE', '/1'],
		['POST', '/1/recover']];

	for (const [method, path] of calls) {
		assert.equal(code(await admin(method, path, { key,
			token: undefined })), 'scope', method + path);
		assert.equal(code(await admin(method, path, { key: undefined,
			token: own.token })), 'forbidden', method + path);
	}
	assert.equal(code(await admin('DELETE', '/1', { key: other.key })),
	    'test_key');
});

test('the ledger verifies', async () => {
	const { code: status, out } = await c.service.verify();

	assert.equal(status, 0, out);
});
