/* Referral links: what is counted, what the visitor takes along. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until } = require('./lib/test');
const { World, cookies, unique } = require('./lib/world');

const test = tests(__filename);
let w, c, me;

async function made(more) {
	const campaign = await w.campaign(me, more);

	campaign.counts = async () => {
		const a = await w.analytics(me, campaign.id);

		return [a.clicks, a.uniqueClicks, a.botClicks];
	};
	return campaign;
}

test('a click is there when its answer is', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.referrer();
	const k = await made();

	for (let i = 1; i <= 5; i++) {
		assert.equal((await w.visit(k.code)).status, 302);
		assert.deepEqual(await k.counts(), [i, i, 0]);
	}
});

test('the redirect is not stored anywhere', async () => {
	const answer = await w.visit((await made()).code);

	assert.match(answer.headers['cache-control'], /no-store/);
});

test('cookies: for this site only, out of reach of scripts', async () => {
	const answer = await w.visit((await made()).code);
	const lines = answer.headers['set-cookie'];

	assert.equal(lines.length, 2);
	for (const line of lines) {
		assert.match(line, /^aff_(ref|vid)=[0-9a-f]{32};/);
		for (const part of ['Secure', 'HttpOnly', 'SameSite=Lax',
		    'Path=/', 'Max-Age=2592000'])
			assert.ok(line.includes(part), `${line}: ${part}`);
	}
});

for (const [landingUrl, want] of [
    ['https://shop.example', /^https:\/\/shop\.example\/?\?aff_click=\w+$/],
    ['https://shop.example/a?b=c', /\/a\?b=c&aff_click=\w+$/],
    ['https://shop.example/a#b', /\/a\?aff_click=\w+#b$/],
    ['https://shop.example/a?#b?c', /\/a\?&?aff_click=\w+#b\?c$/],
    ['http://shop.example:8080/x', /^http:\/\/shop\.example:8080\/x\?aff/]])
	test(`landing page ${landingUrl}`, async () => {
		const k = await made({ landingUrl });
		const answer = await w.visit(k.code);
		const token = cookies(answer).aff_ref;

		assert.match(answer.headers.location, want);
		assert.ok(answer.headers.location.includes(
		    `aff_click=${token}`));
	});

test('a visitor who comes again is a click, not a new visitor', async () => {
	const k = await made(), jar = {};

	for (let i = 0; i < 4; i++)
		await w.browse(k.code, jar);
	assert.deepEqual(await k.counts(), [4, 1, 0]);
	const other = await made();
	await w.browse(other.code, jar);
	assert.deepEqual(await other.counts(), [1, 1, 0]);
});

test('each click has a token of its own; the visitor keeps his', async () => {
	const k = await made(), jar = {};

	await w.browse(k.code, jar);
	const first = { ...jar };
	await w.browse(k.code, jar);
	assert.equal(jar.aff_vid, first.aff_vid);
	assert.notEqual(jar.aff_ref, first.aff_ref);
});

for (const agent of ['Googlebot/2.1', 'facebookexternalhit/1.1',
    'Mozilla/5.0 (compatible; bingbot/2.0)', 'Slackbot-LinkExpanding 1.0',
    'HeadlessChrome/99', ''])
	test(`a bot is told apart: ${agent || 'no name'}`, async () => {
		const k = await made();
		const answer = await w.visit(k.code, {
			headers: { 'user-agent': agent } });

		assert.equal(answer.status, 302);
		assert.deepEqual(cookies(answer), {});
		assert.deepEqual(await k.counts(), [0, 0, 1]);
	});

test('HEAD redirects and counts nothing', async () => {
	const k = await made();
	const answer = await w.visit(k.code, { method: 'HEAD' });

	assert.equal(answer.status, 302);
	assert.equal(answer.headers.location, k.landingUrl);
	assert.deepEqual(await k.counts(), [0, 0, 0]);
});

for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
	test(`${method} counts nothing`, async () => {
		const k = await made();
		const { status } = await w.visit(k.code, { method,
			headers: { 'content-length': 0 } });

		assert.ok(status === 405, String(status));
		assert.deepEqual(await k.counts(), [0, 0, 0]);
	});

test('visitor cookies that make no sense', async () => {
	const k = await made();
	const odd = ['', 'x', 'z'.repeat(32), '0'.repeat(31), '0'.repeat(33),
		'a'.repeat(4000), '"', "' OR 1=1 --"];

	for (const aff_vid of odd)
		assert.equal((await w.visit(k.code, { jar: { aff_vid } }))
		    .status, 302, aff_vid.slice(0, 20));
	assert.deepEqual(await k.counts(), [odd.length, odd.length, 0]);
});

for (const code of [`none-${unique()}`, 'x'.repeat(41), '%00', '%ff', 'a%2Fb',
    "'", 'a b'.replace(' ', '%20'), '..%2f', 'x'.repeat(3000)])
	test(`an unknown code: ${code.slice(0, 20)}`, async () => {
		const { status, headers } = await w.visit(code);

		assert.ok([302, 400, 404].includes(status), String(status));
		assert.equal(headers['set-cookie'], undefined);
	});

for (const path of ['/r', '/r/', '/r//', '/r/a/b'])
	test(`no code at all: ${path}`, async () => {
		const { status } = await c.site('GET', path);

		assert.ok([400, 404].includes(status), String(status));
	});

test('a code is found in any case, with a query', async () => {
	const k = await made({ code: `Upper-${unique()}` });

	assert.equal((await w.visit(k.code.toLowerCase())).status, 302);
	assert.equal((await w.visit(`${k.code}?utm_source=x`)).status, 302);
	assert.deepEqual(await k.counts(), [2, 2, 0]);
});

test('before its start and after its end nothing counts', async () => {
	const early = await made({ startsAt: '2090-01-01T00:00:00Z' });

	assert.equal((await w.visit(early.code)).status, 302);
	assert.deepEqual(await early.counts(), [0, 0, 0]);
	const late = await made({
		endsAt: new Date(Date.now() + 1500).toISOString() });
	await w.visit(late.code);
	assert.deepEqual(await late.counts(), [1, 1, 0]);
	assert.ok(await until(async () => (await w.ok(200, 'GET',
	    `/referrer-campaigns/${late.id}`, { token: me.token })).status ===
	    'INACTIVE', 15000), 'it was not ended when its time came');
	assert.equal((await w.events(me, 'referrer_campaign.ended', late.id))
	    .length, 1);
	await w.visit(late.code);
	assert.deepEqual(await late.counts(), [1, 1, 0]);
});

test('the last click wins; a code given wins over a cookie', async () => {
	const [a, b] = [await made(), await made()];
	const jar = {};

	await w.browse(a.code, jar);
	await w.browse(b.code, jar);
	await w.owner({ cookie: `aff_ref=${jar.aff_ref}` });
	assert.equal((await w.analytics(me, b.id)).referrals, 1);
	await w.owner({ cookie: `aff_ref=${jar.aff_ref}`,
		referralCode: a.code });
	assert.equal((await w.analytics(me, a.id)).referrals, 1);
	assert.equal((await w.analytics(me, b.id)).referrals, 1);
});

test('sign-ups with codes and cookies that mean nothing', async () => {
	await w.owner({ referralCode: `none-${unique()}` });
	for (const v of ['x', '0'.repeat(32), 'a'.repeat(2000), '%00'])
		await w.owner({ cookie: `aff_ref=${v}` });
});

test('no address of a visitor stands in the clear', async () => {
	const { query } = require('./lib/db');
	const rows = await query(c.service,
	    'SELECT DISTINCT HEX(address_hash) FROM click');

	assert.ok(rows.split('\n').every((r) => /^[0-9A-F]{16}$/.test(r)));
	assert.ok(!rows.includes('7F000001'));
});
