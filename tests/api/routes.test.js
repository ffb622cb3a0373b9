/*
 * What every operation of the API document has in common, by one loop over
 * them: 401, 403, 404, 405, 400 and the answers to a key of idempotency.
 * 429 stands in limits.test.js, 503 in faults.test.js.
 */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until } = require('./lib/test');
const { Promoters } = require('./lib/promoters');
const { World, unique, PASSWORD } = require('./lib/world');
const { Session } = require('./lib/db');
const doc = require('./lib/document');

const test = tests(__filename);
let w, c, me, house, weak, houseWeak, product, invitation, promoter, his;

const at = (o, values) => doc.address(o, values).replace(/^\/api\/v0/, '');
const declares = (o, status) => doc.statuses(o).includes(status);
const all = (status) => doc.operations.filter((o) => declares(o, status));
const errors = (o, status) => o.item.responses[status]['x-errors'] ?? [];
/* Is an id among its parameters? */
const numbered = (o) => o.parameters.some((p) => p.in === 'path' &&
    p.schema.pattern === '^[1-9][0-9]*$');
const parameter = (o) => /\{[^}]*\}/.test(o.template);
/* Who may call it: the house, somebody whose end does not matter, or me. */
async function as(o) {
	if (!doc.secured(o))
		return {};
	if (doc.house(o))
		return { token: house.token };
	if (doc.promoter(o))
		return { token: (!doc.ending(o) ? promoter :
		    await w.affiliate(me, /archive/.test(o.template) ?
			undefined : his)).token };
	return { token: (doc.ending(o) ? await w.owner() : me).token };
}

/* Bodies that say something where the schema alone does not. */
function body(o) {
	const b = doc.body(o);

	if (b === undefined)
		return undefined;
	if ('email' in b)
		b.email = `loop-${unique()}@example.com`;
	for (const name of ['password', 'currentPassword', 'newPassword'])
		if (name in b)
			b[name] = PASSWORD;
	if ('invitationToken' in b)
		b.invitationToken = invitation.invitationToken;
	if ('productId' in b)
		b.productId = product.id;
	if ('organizationId' in b)
		b.organizationId = me.organization.id;
	if (doc.keyed(o) && /^\/track\//.test(o.template))
		b.email = `loop-${unique()}@example.com`;
	if (b.CampaignID === 'NEW')
		Object.assign(b, { AdvertiserID: 'C-1', Name: 'Loop',
			Currency: 'USD' });
	if (o.id === 'createCommission')
		Object.assign(b, { referral_id: 999999999, sale_amount: 1 });
	if (o.id === 'createReferral')
		b.email = `loop-${unique()}@example.com`;
	if (o.id === 'resumeHoodCampaign')
		b.run_immediately = 1;
	return b;
}

test('the document has operations', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.referrer();
	house = await w.house();
	weak = (await w.key(me, ['files:read'])).key;
	houseWeak = (await w.key(house, ['files:read'])).key;
	product = await w.product();
	await w.companyCampaign(me);
	his = await w.promoter(me);
	promoter = await w.affiliate(me, his);
	invitation = await w.invite(await w.owner(), me.email);
	assert.ok(doc.operations.length >= 20);
	const ids = doc.operations.map((o) => o.id);
	assert.equal(new Set(ids).size, ids.length, 'an operationId twice');
});

test('401: no credential, a wrong one', async () => {
	for (const o of all(401).filter(doc.secured)) {
		for (const how of [{}, { token: 'wrong' }, { key: 'wrong' }]) {
			const a = await c.call(o.method, at(o), { ...how,
				body: body(o) });

			assert.equal(a.status, 401, `${o.id}: ${a.text}`);
			assert.ok(a.headers['www-authenticate'], o.id);
		}
	}
});

test('each list says how it can be sorted', () => {
	for (const o of doc.operations)
		for (const p of o.parameters.filter((x) => x.name === 'sort'))
			assert.match(p.description,
			    /^(\w+:(asc|desc)|-\w+), if absent/, o.id);
});

test('operations that need a credential declare 401', () => {
	for (const o of doc.operations.filter(doc.secured))
		assert.ok(declares(o, 401), o.id);
});

test('401 comes before anything is said of the body', async () => {
	for (const o of all(401).filter(doc.secured).filter((x) => body(x)))
		assert.equal((await c.call(o.method, at(o), { body: '{' }))
		    .status, 401, o.id);
});

test('403: a key without the scope', async () => {
	for (const o of all(403).filter((x) => errors(x, 403).some((slug) =>
	    ['scope', 'forbidden', 'login_only'].includes(slug))))
		for (const key of doc.house(o) ? [weak, houseWeak] : [weak]) {
			const a = await c.call(o.method, at(o), { key,
				body: body(o) });

			assert.equal(a.status, 403, `${o.id}: ${a.text}`);
		}
});

test('403: a promoter where his company calls, and the other way', async () => {
	for (const o of all(403).filter((x) => doc.secured(x) &&
	    x.face.name === 'firstpromoter')) {
		const who = doc.promoter(o) ? me : promoter;
		const a = await c.call(o.method, at(o), { token: who.token,
			body: body(o) });

		assert.equal(a.status, 403, `${o.id}: ${a.text}`);
		assert.equal(a.code, 'forbidden', o.id);
	}
});

test('401: a promoter on other faces', async () => {
	for (const path of ['/organizations/current', '/v1/hood/campaigns',
	    '/api/campaigns/1'])
		assert.equal((await c.call('GET', path, {
			token: promoter.token })).status, 401, path);
});

test('403: a test key, where what is real moves', async () => {
	const more = { test: true };
	const own = (await w.key(me, undefined, more)).key;
	const houses = (await w.key(house, undefined, more)).key;

	for (const o of all(403).filter((x) =>
	    errors(x, 403).includes('test_key'))) {
		const a = await c.call(o.method, at(o), { body: body(o),
			key: doc.house(o) ? houses : own });

		assert.equal(a.status, 403, `${o.id}: ${a.text}`);
		assert.ok(['test_key', 'login_only'].includes(
		    a.code), `${o.id}: ${a.text}`);
	}
});

test('403: a log-in without an organization', async () => {
	const { token } = await w.user();

	for (const o of all(403).filter((x) => !doc.house(x) &&
	    errors(x, 403).includes('no_organization'))) {
		const a = await c.call(o.method, at(o), { token,
			body: body(o) });

		assert.equal(a.status, 403, `${o.id}: ${a.text}`);
		assert.equal(a.code, 'no_organization', o.id);
	}
});

test('404: an id that is not there', async () => {
	for (const o of all(404).filter(parameter)) {
		const a = await c.call(o.method, at(o), { ...await as(o),
			body: body(o) });

		assert.equal(a.status, 404, `${o.id}: ${a.text}`);
	}
});

test('404: what the organization does not have', async () => {
	const plain = await w.owner();

	for (const o of all(404).filter((x) => x.method === 'GET' &&
	    !parameter(x) && !x.parameters.some((p) => p.required))) {
		const a = await c.call('GET', at(o), { token: plain.token });

		assert.equal(a.status, 404, `${o.id}: ${a.text}`);
	}
});

test('an id that is none: 400, or 404 where what is none is not there',
    async () => {
	for (const o of doc.operations.filter(numbered)) {
		const status = [400, 404].find((n) => declares(o, n) &&
		    errors(o, n).includes('bad_id'));

		for (const id of status ? ['x', '0', '-1'] : []) {
			const a = await c.call(o.method, at(o, { id }), {
				...await as(o), body: body(o) });

			assert.equal(a.status, status, `${o.id}: ${a.text}`);
		}
	}
});

test('400: what stands behind the ? cannot be read', async () => {
	for (const o of all(400).filter((x) =>
	    errors(x, 400).includes('bad_page'))) {
		const a = await c.call(o.method, `${at(o)}?%`, {
			...await as(o), body: body(o) });

		assert.equal(a.status, 400, `${o.id}: ${a.text}`);
	}
});

test('405: other methods, with Allow', async () => {
	for (const o of doc.operations) {
		const taken = doc.operations.filter((x) =>
		    x.template === o.template).map((x) => x.method);

		for (const method of ['GET', 'PUT', 'POST', 'DELETE', 'PATCH',
		    'PROPFIND']) {
			if (taken.includes(method) ||
			    doc.find(method, doc.address(o)))
				continue;
			const a = await c.request(method, doc.address(o), {
				headers: { authorization:
				    `Bearer ${me.token}` } });

			assert.equal(a.status, 405, `${method} ${o.template}` +
			    a.text);
			const allow = (a.headers.allow ?? '').split(/, */);
			for (const m of taken)
				assert.ok(allow.includes(m),
				    `${o.template}: Allow: ${allow}`);
			assert.ok(!allow.includes(method), o.template);
		}
	}
});

test('400: a part of the path that is badly encoded', async () => {
	for (const o of doc.operations.filter(parameter))
		for (const id of ['\0', 'a/b', '\\'])
			assert.equal((await c.call(o.method, at(o, { id }), {
				...await as(o), body: body(o) })).code,
			    'bad_request', o.id);
});

test('400: a body that is no JSON', async () => {
	for (const o of all(400).filter((x) => body(x))) {
		const a = await c.call(o.method, at(o), { ...await as(o),
			body: '{"name":' });

		assert.ok([400, 404].includes(a.status), `${o.id}: ${a.text}`);
	}
});

test('400: unknown members and parameters', async () => {
	for (const o of all(400).filter((x) => !x.face.lax)) {
		/* a callback without its signature is refused before that */
		if (errors(o, 400).includes('invalid') && body(o) &&
		    !/callbacks/.test(o.template)) {
			const a = await c.call(o.method, at(o), {
				...await as(o),
				body: { ...body(o), surprise: 1 } });

			assert.equal(a.status, 400, `${o.id}: ${a.text}`);
			assert.ok(a.fields.includes('surprise'), o.id);
		}
		if (o.parameters.some((p) => p.in === 'query')) {
			const a = await c.call(o.method,
			    `${at(o)}?surprise=1`, await as(o));

			assert.equal(a.status, 400, `${o.id}: ${a.text}`);
		}
	}
});

test('415: another content type', async () => {
	for (const o of all(415)) {
		const a = await c.call(o.method, at(o), { ...await as(o),
			body: JSON.stringify(body(o)),
			headers: { 'content-type': 'text/plain' } });

		assert.equal(a.status, 415, `${o.id}: ${a.text}`);
	}
});

test('413: a body that is too large', async () => {
	for (const o of doc.operations.filter((x) => body(x))) {
		const a = await c.call(o.method, at(o), { token: me.token,
			fresh: true, body: `{"x":"${'x'.repeat(3 << 20)}"}` });

		assert.equal(a.status, 413, `${o.id}: ${a.text}`);
	}
});

test('HEAD answers like GET, without a body', async () => {
	for (const o of doc.operations.filter((x) => x.method === 'GET' &&
	    doc.secured(x) && !parameter(x))) {
		const headers = { authorization: `Bearer ${me.token}` };
		const get = await c.request('GET', doc.address(o), { headers });
		const a = await c.request('HEAD', doc.address(o), { headers });

		assert.equal(a.status, get.status, o.id);
		assert.equal(a.text, '');
	}
});

test('every write of a person takes an Idempotency-Key', () => {
	for (const o of doc.operations.filter((x) => x.method !== 'GET' &&
	    doc.secured(x) && !/\/auth\//.test(x.template)))
		assert.ok(doc.keyed(o), o.id);
});

/* The key's row stands under the organization, or under the address. */
test('422: a key of idempotency that was used with another request',
    async () => {
	for (const o of doc.operations.filter(doc.keyed)) {
		const idem = `once-${unique()}`;
		const who = doc.promoter(o) ? promoter : await as(o);
		const first = doc.promoter(o) ?
		    { path: '/api/v2/affiliate/logout', body: {},
			token: (await w.affiliate(me, his)).token } :
		    who.token ? { path: '/api-keys',
			body: { description: 'First' } } : { path: at(o),
			body: body(o) };
		const b = body(o);

		if (b && 'description' in b)
			b.description = 'Another';
		const made = await c.call('POST', first.path, {
			token: who.token, ...first, idem });
		if (made.status >= 300 && !who.token)
			continue;	/* what it is about is not there */
		assert.ok([201, 204].includes(made.status),
		    `${o.id}: ${made.text}`);
		const a = await c.call(o.method, at(o), { token: who.token,
			idem, body: b });
		assert.equal(a.status, 422, `${o.id}: ${a.text}`);
	}
});

test('400: a key of idempotency that is none', async () => {
	for (const idem of ['', 'x'.repeat(300), 'a\u00e4']) {
		const a = await c.call('POST', '/api-keys', { token: me.token,
			headers: { 'idempotency-key': idem },
			body: { description: 'Odd' } });

		assert.equal(a.status, 400, `${idem.slice(0, 9)}: ${a.text}`);
	}
	for (const o of doc.operations.filter(doc.keyed)) {
		const a = await c.call(o.method, at(o), { body: body(o),
			...await as(o),
			headers: { 'idempotency-key': 'x'.repeat(256) } });

		assert.equal(a.status, 400, `${o.id}: ${a.text}`);
	}
});

/* All tables but that of the keys are held, so that a write waits in there. */
async function hold(s, tables, fn) {
	await s.run(`LOCK TABLES ${tables.map((t) => `\`${t}\` READ`)
	    .join(', ')}`);
	try {
		return await fn();
	} finally {
		await s.run('UNLOCK TABLES');
	}
}

async function deleted() {
	const owner = await w.owner();

	await w.ok(204, 'DELETE', '/organizations/current', {
		token: owner.token });
	return owner;
}

/* What takes away that on which it stands is tried on somebody of its own. */
const THROWN_AWAY = {
	deleteUser: () => w.user(),
	deleteUserPermanently: () => w.user(),
	deleteCurrentOrganization: () => w.owner(),
	deleteCurrentOrganizationPermanently: () => w.owner(),
	recoverOrganization: deleted,
	adminDeleteOrganization: () => w.owner(),
	adminRecoverOrganization: deleted,
};

/* One of each resource, made anew: what a write can be tried on. */
async function resources() {
	await w.adjust(me, 100);
	const guest = await w.user();
	const joined = await w.join(guest, await w.invite(me, guest.email));
	const open = await w.invite(me, `open-${unique()}@example.com`);
	const hook = await w.ok(201, 'POST', '/webhook-endpoints', {
		token: me.token, body: { url: 'https://shop.example/hooks' } });
	const paused = await w.hood(me, { run_immediately: 1 });
	await w.ok(204, 'POST', `/v1/hood/campaigns/${paused.id}/pause`, {
		token: me.token, body: { reason: 'Test' } });
	const own = {
		'/settle': (await w.reserve(me, 1)).id,
		'/release': (await w.reserve(me, 1)).id,
		'/organization-members/invitations': open.id,
		'/organization-members': joined.id,
		'/webhook-endpoints': hook.id,
		'/webhook-deliveries': (await w.ok(201, 'POST',
		    `/webhook-endpoints/${hook.id}/test`, {
			token: me.token })).id,
		'/referrer-campaigns': (await w.campaign(me)).id,
		'/hood/campaigns/{id}/pause': (await w.hood(me, { run_immediately: 1 })).id,
		'/hood/campaigns/{id}/resume': paused.id,
		'/hood/campaigns/{id}/cancel': (await w.hood(me, { run_immediately: 1 })).id,
		'/hood/campaigns': (await w.hood(me)).id,
		'/api-keys': (await w.key(me)).id,
		'/api/campaigns/': (await w.quote(me, [])).id,
		...await w.belongings(me, promoter),
		...await new Promoters(w).paid(await new Promoters(w)
		    .company(me)),
	};

	return async (o) => {
		const other = await THROWN_AWAY[o.id]?.();
		const place = Object.keys(own).find((p) =>
		    o.full.includes(p));

		return { id: other?.organization?.id ?? own[place] ??
			'999999999', call: other && !doc.house(o) ?
			{ token: other.token } : await as(o) };
	};
}

/*
 * What cannot succeed as it is sent here may be over before the second; what
 * can has its key, which is not yet committed.
 */
test('409: while the first with the key is in flight', async (t) => {
	const find = await resources();
	const s = new Session(c.service), dirty = new Session(c.service);
	t.after(() => [s, dirty].forEach((x) => x.close()));
	const tables = (await s.run('SHOW TABLES')).split('\n')
	    .filter((t) => t !== 'idempotency_key');
	/* what is deleted is good for nothing else afterwards; an example
	 * that is sent writes nothing that could be held */
	const writes = doc.operations.filter((o) => doc.keyed(o) &&
	    declares(o, 409) && o.id !== 'testWebhook').sort((a, b) =>
	    (a.method === 'DELETE') - (b.method === 'DELETE'));
	let met = 0;

	await dirty.run('SET SESSION TRANSACTION ISOLATION LEVEL ' +
	    'READ UNCOMMITTED');
	const keys = () => dirty.run('SELECT COUNT(*) FROM idempotency_key');

	for (const o of writes) {
		const { id, call } = await find(o);
		const sent = { ...call, idem: `flight-${unique()}`,
			body: body(o) };

		if (sent.body && 'slug' in sent.body)
			sent.body.slug = `s-${unique()}`;
		let first, second;
		await hold(s, tables, async () => {
			const before = await keys();
			let over = false;

			first = c.call(o.method, at(o, { id }), sent)
			    .finally(() => { over = true; });
			await until(async () => over ||
			    await keys() !== before, 2000, 5);
			second = await c.call(o.method, at(o, { id }), sent);
		});
		first = await first;
		if (first.status >= 300)
			continue;
		assert.equal(second.status, 409, `${o.id}: ${second.text}`);
		met++;
	}
	assert.ok(met >= 10, `${met} of ${writes.length}`);
});
