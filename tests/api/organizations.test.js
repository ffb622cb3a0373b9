/* Organizations: slugs, the public page, numbers; and those of the house. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { calls, code } = require('./lib/organizations');

const test = tests(__filename);
let w, c, me;
const { current, change, remove, erase, recover, page, join } =
    calls(() => w);

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
	assert.equal((await w.events(own, 'organization.deleted', id, 2))
	    .length, 2);
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
