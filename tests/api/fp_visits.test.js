/* Visits that a company's own page tells of, and the script that does. */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { service } = require('./lib/service');
const { tests, until, sleep } = require('./lib/test');
const { World, unique, cookies } = require('./lib/world');
const { Promoters } = require('./lib/promoters');
const { Browser } = require('./lib/browser');

const test = tests(__filename);
const PATH = '/api/v2/track/visit';
let w, c, p, me, ann, bob, shop, browser;

const visit = (body, more) => c.call('POST', PATH, { body, ...more });
const counts = (x) => p.sql(`SELECT clicks, unique_clicks, bot_clicks
    FROM placement_total WHERE placement_id = ${x.placement}`);
const email = () => `lead-${unique()}@example.com`;
const owner = async (tid) => (await p.sql(`SELECT placement_id FROM referral
    WHERE id = ${(await p.track(200, me, 'signup', { email: email(), tid }))
	.id}`)).trim();

async function verify() {
	const { code, out } = await c.service.verify();

	assert.equal(code, 0, out);
}

/* A shop with the script on its pages, on a name of its own. */
function open() {
	const server = http.createServer((req, res) => {
		const [, attributes] = /^\/([^?]*)/.exec(req.url);

		res.setHeader('content-type', 'text/html');
		res.end(`<!doctype html><script src="${c.service.url}/aff.js"
		    ${decodeURIComponent(attributes)}></script>`);
	});

	return new Promise((done) => server.listen(0, '127.0.0.1', () =>
	    done(server)));
}

const at = (attributes, query) => `http://127.0.0.1:${shop.address().port}/` +
    `${encodeURIComponent(attributes)}?${query}`;
const GRANTED = 'data-consent="granted"';
const tid = (page) => page.eval('affiliated.tid()');
const told = (page, old) => until(async () => {
	const now = await tid(page).catch(() => undefined);

	return now && now !== old && now;
}, 20000);

test('a company, promoters and a shop', async () => {
	c = (await service()).client;
	w = new World(c);
	p = new Promoters(w);
	me = await p.company();
	ann = await p.promoter(me);
	bob = await p.promoter(me);
	shop = await open();
});

test('a visit is a click, and names the visitor', async () => {
	const first = await visit({ code: ann.code, url: '?utm_source=News',
		more: 1 });

	assert.equal(first.status, 200);
	assert.match(first.body.tid, /^[0-9a-f]{32}$/);
	assert.equal(first.body.max_age, 60 * 86400);
	assert.equal(first.headers['access-control-allow-origin'], '*');
	assert.equal(first.headers['access-control-allow-credentials'],
	    undefined);
	assert.equal(first.headers['set-cookie'], undefined);
	assert.equal(await counts(ann), '1\t1\t0');
	const again = await visit({ code: ann.code, tid: first.body.tid });
	assert.equal(again.body.tid, first.body.tid);
	assert.equal(await counts(ann), '2\t1\t0');
	const other = await visit({ code: bob.code, tid: first.body.tid });
	assert.equal(other.body.tid, first.body.tid);
	assert.equal(await owner(first.body.tid), String(bob.placement));
	const odd = await visit({ code: bob.code, tid: 'no number' });
	assert.notEqual(odd.body.tid, first.body.tid);
	assert.match(odd.body.tid, /^[0-9a-f]{32}$/);
});

test('its life is the campaign\'s', async () => {
	const campaign = await p.campaign(me, { days: 3 });
	const short = await p.place(me, ann.id, { campaign });

	assert.equal((await visit({ code: short.code })).body.max_age,
	    3 * 86400);
});

test('a robot is counted as one, and named nothing', async () => {
	const before = await counts(bob);
	const a = await visit({ code: bob.code }, {
		headers: { 'user-agent': 'Crawlbot/1.0' } });

	assert.deepEqual([a.status, a.body.tid], [200, null]);
	assert.equal(await counts(bob), before.replace(/0$/, '1'));
});

test('a visit that is wrong', async () => {
	assert.equal((await visit({ code: 'unknown' })).status, 404);
	assert.equal((await visit({ code: '' })).status, 400);
	assert.deepEqual((await visit({ tid: 'x' })).fields, ['code']);
	assert.equal((await visit('{')).status, 400);
	const ended = await p.promoter(me);
	await p.set('placement', ended.placement, { status: 'INACTIVE' });
	const a = await visit({ code: ended.code });
	assert.deepEqual([a.status, a.body.code], [404, 'not_found']);
	assert.equal(await counts(ended), '0\t0\t0');
	for (const method of ['GET', 'PUT', 'DELETE'])
		assert.equal((await c.call(method, PATH)).status, 405);
	assert.equal((await c.call('POST', PATH, { fresh: true,
		body: `{"x":"${'x'.repeat(20000)}"}` })).status, 413);
});

test('any page may ask', async () => {
	const a = await c.request('OPTIONS', PATH, { headers: {
		origin: 'https://shop.example',
		'access-control-request-method': 'POST',
		'access-control-request-headers': 'content-type' } });

	assert.equal(a.status, 204);
	assert.equal(a.headers['access-control-allow-origin'], '*');
	assert.match(a.headers['access-control-allow-methods'], /POST/);
	assert.match(a.headers['access-control-allow-headers'],
	    /content-type/);
});

test('a link leads to a page that can tell the same visit', async () => {
	const eve = await p.promoter(me);
	const answer = await w.visit(eve.code);
	const page = new URL(answer.headers.location);
	const click = page.searchParams.get('aff_click');
	const { aff_vid: visitor, aff_ref: ref } = cookies(answer);

	assert.equal(page.searchParams.get('ref'), eve.code);
	assert.equal(ref, undefined, 'not of the house\'s program');
	const same = await visit({ code: eve.code, click });
	assert.equal(same.body.tid, visitor);
	assert.equal(await counts(eve), '1\t1\t0');
	/* whom the page knows already stays who he is, and is not counted */
	const known = (await visit({ code: ann.code })).body.tid;
	const more = await visit({ code: eve.code, click, tid: known });
	assert.equal(more.body.tid, known);
	assert.equal(await counts(eve), '1\t1\t0');
	assert.equal(await owner(known), String(eve.placement));
	/* a click on another's link is none on this one */
	const before = await counts(bob);
	await visit({ code: bob.code, click });
	assert.notEqual(await counts(bob), before);
	await verify();
});

test('the house\'s own links are as they were', async () => {
	const k = await w.campaign(await w.referrer(), {
		landingUrl: 'https://shop.example/a?b=c#d' });
	const { headers } = await w.visit(k.code);

	assert.match(headers.location,
	    /^https:\/\/shop\.example\/a\?b=c&aff_click=[0-9a-f]{32}#d$/);
});

test('the script: small, and for everybody', async () => {
	const a = await c.request('GET', '/aff.js', {});

	assert.equal(a.status, 200);
	assert.match(a.headers['content-type'], /^text\/javascript/);
	assert.equal(a.headers['access-control-allow-origin'], '*');
	assert.match(a.headers['cache-control'], /max-age/);
	assert.equal(a.text, fs.readFileSync(path.join(__dirname,
	    '../../nginx/aff.js'), 'utf8'));
	assert.ok(a.text.length < 3072);
});

const real = (name, fn) => test(name, async (t) => {
	if (!Browser.there())
		return t.skip('there is no chromium');
	browser ??= new Browser();
	return fn();
}, 90);

real('a browser: the cookie is the page\'s own, and stays', async () => {
	const page = await browser.page();
	const before = await counts(ann);

	await page.go(at(GRANTED, `ref=${ann.code}`));
	const first = await told(page);
	assert.match(first, /^[0-9a-f]{32}$/);
	assert.notEqual(await counts(ann), before);
	assert.match(await page.eval('document.cookie'),
	    new RegExp(`^_fprom_tid=${first}$`));
	assert.equal(await owner(first), String(ann.placement));
	/* loaded again: the same visit */
	const now = await counts(ann);
	await page.go(at(GRANTED, `ref=${ann.code}`));
	await sleep(500);
	assert.equal(await counts(ann), now);
	/* by another's link: the same visitor, whose click is the last */
	const others = await counts(bob);
	await page.go(at(GRANTED, `ref=${bob.code}`));
	assert.ok(await until(async () => await counts(bob) !== others));
	assert.equal(await told(page), first);
	assert.equal(await owner(first), String(bob.placement));
	/* a page without a code tells nothing, and knows him */
	await page.go(at(GRANTED, ''));
	assert.equal(await told(page), first);
});

real('a browser: over the link of the service', async () => {
	const dan = await p.promoter(me);

	await p.sql(`UPDATE placement SET landing_url =
	    '${at(GRANTED, 'a=b')}' WHERE id = ${dan.placement}`);
	const page = await browser.page();
	await page.go(`${c.service.url}/r/${dan.code}`);
	const visitor = await told(page);
	assert.equal(await counts(dan), '1\t1\t0');
	assert.equal(await owner(visitor), String(dan.placement));
});

real('a browser: nothing without consent, which can end', async () => {
	const eve = await p.promoter(me);
	const page = await browser.page();

	await page.go(at('', `ref=${eve.code}`));
	await until(() => page.eval('!!window.affiliated'));
	await sleep(500);
	assert.equal(await page.eval('document.cookie'), '');
	assert.equal(await page.eval('sessionStorage.length'), 0);
	assert.equal(await counts(eve), '0\t0\t0');
	await page.eval('affiliated.consent(true)');
	assert.ok(await told(page));
	assert.equal(await counts(eve), '1\t1\t0');
	await page.eval('affiliated.consent(false)');
	assert.equal(await page.eval('document.cookie'), '');
	assert.equal(await tid(page), null);
	assert.equal(await page.eval('sessionStorage.length'), 0);
});

real('a browser that asks not to be tracked', async () => {
	for (const wish of ['globalPrivacyControl\', { value: true',
	    'doNotTrack\', { value: \'1\'']) {
		const eve = await p.promoter(me);
		const page = await browser.page(
		    `Object.defineProperty(navigator, '${wish} })`);

		await page.go(at(GRANTED, `ref=${eve.code}`));
		await until(() => page.eval('!!window.affiliated'));
		await sleep(500);
		assert.equal(await page.eval('document.cookie'), '');
		assert.equal(await counts(eve), '0\t0\t0');
		await page.go(at(`${GRANTED} data-privacy="ignore"
		    data-parameter="via"`, `via=${eve.code}`));
		assert.ok(await told(page));
	}
	await verify();
});

test('the shop closes', async () => {
	shop.closeAllConnections();
	shop.close();
	await browser?.close();
});
