/* Where clicks come from, what they bring, and the referrer's dashboard. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until, sleep, times } = require('./lib/test');
const { World, cookies } = require('./lib/world');
const { reported } = require('./lib/counted');
const { Session, query } = require('./lib/db');

const test = tests(__filename);
const DAY = 86400000;
let w, c, me;

const day = (ms) => new Date(ms).toISOString().slice(0, 10);
const at = (k, q = '') => `/referrer-campaigns/${k.id}/analytics${q}`;
const analytics = (k, q) => w.ok(200, 'GET', at(k, q), { token: me.token });
const dashboard = (who) => w.ok(200, 'GET', '/referrers/dashboard', {
	token: who.token });
const rows = (list) => list.map((s) => [s.source, s.clicks, s.uniqueClicks,
	s.botClicks]);
const total = (list, name) => list.reduce((n, s) => n + s[name], 0);

function visit(k, q = '', headers = {}) {
	return c.site('GET', `/r/${k.code}${q}`, { headers });
}

/* Once all that was clicked before is summed up. */
async function summed(k, q) {
	const after = new Date(Date.now() + 1000).toISOString();
	let a;

	assert.ok(await until(async () => {
		a = await analytics(k, q);
		return a.sourcesUntil > after;
	}, 30000, 300), 'the sources were not summed up');
	return a;
}

async function verified() {
	const { code, out } = await c.service.verify();

	assert.equal(code, 0, out);
}

test('clicks by source, exact up to the time that is stated', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.referrer();
	const k = await w.campaign(me), jar = {};

	for (const [q, referer] of [[''], ['?src=Newsletter'],
	    ['?utm_source=newsletter', 'https://other.example/'],
	    ['?src=&utm_source=x&src=y'], ['?src=a%20B%2Bc+d'],
	    ['?src=%F0%9F%98%80'], [`?src=${'y'.repeat(100)}`],
	    ['?src=--a__b..c--'], ['?src=%zz'],
	    ['', 'https://www.Search.example:8443/path?q=1#x'],
	    ['?x=1', 'http://user@blog.example'], ['', 'android-app://com.x/'],
	    ['', 'nonsense'], ['?src=\'%20OR%201=1']])
		assert.equal((await visit(k, q, referer ? { referer } : {}))
		    .status, 302, q);
	await visit(k, '?src=newsletter', { 'user-agent': 'Googlebot/2.1' });
	Object.assign(jar, cookies(await w.visit(k.code)));
	await w.visit(k.code, { jar });
	const a = await summed(k);
	assert.deepEqual(rows(a.sources), [
		['direct', 6, 5, 0],
		['newsletter', 2, 2, 1],
		['a-b-c-d', 1, 1, 0],
		['a__b..c', 1, 1, 0],
		['blog.example', 1, 1, 0],
		['or-1-1', 1, 1, 0],
		['search.example', 1, 1, 0],
		['x', 1, 1, 0],
		['y'.repeat(40), 1, 1, 0],
		['zz', 1, 1, 0],
	]);
	assert.deepEqual([a.clicks, a.uniqueClicks, a.botClicks], [16, 15, 1]);
	assert.match(a.sourcesUntil, /:\d\d\.000Z$/);
	assert.deepEqual((await analytics(k, `?to=${day(Date.now() - DAY)}`))
	    .sources, []);
});

test('a campaign without clicks', async () => {
	const a = await analytics(await w.campaign(me));

	assert.deepEqual(a.sources, []);
	assert.ok(a.sourcesUntil);
	assert.equal(a.conversionRate, null);
	assert.equal(a.daily.length, 30);
	assert.ok(a.daily.every((d) => d.clicks === 0 && d.botClicks === 0));
	assert.deepEqual(a.earnings, []);
});

test('fifty sources are named, the rest is other', async () => {
	const k = await w.campaign(me);

	await times(60, (i) => visit(k, `?src=s${String(i).padStart(2, '0')}`));
	await times(3, () => visit(k, '?src=s59'));
	await times(2, () => visit(k, '?src=s58'));
	const { sources } = await summed(k);
	assert.equal(sources.length, 51);
	assert.deepEqual(rows(sources.slice(0, 3)), [['s59', 4, 4, 0],
		['s58', 3, 3, 0], ['s00', 1, 1, 0]]);
	assert.deepEqual(rows(sources.slice(-1)), [['other', 10, 10, 0]]);
	assert.equal(total(sources, 'clicks'), 65);
});

test('invented sources take no room of others', async () => {
	const k = await w.campaign(me);

	await visit(k, '?src=mine');
	await summed(k);
	await times(250, (i) => visit(k, `?src=made-up-${i}`));
	await visit(k, '?src=mine');
	const { sources, clicks } = await summed(k);
	assert.deepEqual(rows(sources.slice(0, 1)), [['mine', 2, 2, 0]]);
	assert.equal(total(sources, 'clicks'), 252);
	assert.equal(clicks, 252);
	assert.equal(await query(c.service, 'SELECT COUNT(*) FROM ' +
	    `click_source_days WHERE days = 1 AND placement_id = ${k.id}`),
	'201');
});

test('a link that is fetched ahead is asked for again', async () => {
	const k = await w.campaign(me);

	for (const [name, value] of [['sec-purpose', 'prefetch;prerender'],
	    ['sec-purpose', 'prefetch'], ['purpose', 'prefetch'],
	    ['x-moz', 'prefetch']]) {
		const a = await visit(k, '', { [name]: value });

		assert.equal(a.status, 503, name);
		assert.equal(a.headers['set-cookie'], undefined);
		assert.equal(a.headers.location, undefined);
	}
	assert.equal((await visit(k)).status, 302);
	const a = await analytics(k);
	assert.deepEqual([a.clicks, a.botClicks], [1, 0]);
});

test('from and to', async () => {
	const k = await w.campaign(me), now = Date.now();

	await visit(k);
	for (const [q, days] of [['', 30], [`?from=${day(now)}`, 1],
	    [`?from=${day(now - 365 * DAY)}`, 366],
	    [`?from=${day(now - DAY)}&to=${day(now + DAY)}`, 3]]) {
		const a = await analytics(k, q);

		assert.equal(a.daily.length, days, q);
		assert.equal(a.clicks, 1, q);
		assert.equal(total(a.daily, 'clicks'), 1, q);
	}
	assert.equal((await analytics(k, `?to=${day(now - DAY)}`)).clicks, 0);
	assert.equal((await analytics(k, '?from=9999-12-01&to=9999-12-31'))
	    .daily.length, 31);
	for (const q of [`?from=${day(now - 366 * DAY)}`,
	    `?from=${day(now + DAY)}`, '?from=2026-02-02&to=2026-02-01']) {
		const a = await c.call('GET', at(k, q), { token: me.token });

		assert.equal(a.status, 400, q);
		assert.deepEqual(a.fields, ['from']);
	}
	assert.equal((await c.call('GET', at(k, '?from=2026-02-30'), {
		token: me.token })).body.error.code, 'bad_page');
});

test('the dashboard is the sum of the campaigns, at once', async () => {
	const who = await w.referrer();
	const empty = await dashboard(who);

	assert.equal(empty.conversionRate, null);
	assert.equal(empty.uniqueClicks, 0);
	assert.deepEqual(empty.dailyEarnings, []);
	const made = await times(5, () => w.campaign(who)), jar = {};
	for (const k of made) {
		await w.browse(k.code, jar);
		await w.browse(k.code, jar);
		await visit(k, '', { 'user-agent': 'bot' });
	}
	const buyer = await w.owner({ referralCode: made[0].code });
	await w.owner({ referralCode: made[1].code });
	const sale = await w.buy(buyer);
	const d = await dashboard(who);
	assert.deepEqual([d.clicks, d.uniqueClicks, d.botClicks, d.referrals,
		d.conversions], [10, 5, 5, 2, 1]);
	assert.equal(d.conversionRate, '0.2000');
	assert.equal(d.daily.length, 30);
	assert.deepEqual(d.daily[29], { date: day(Date.now()), clicks: 10,
		referrals: 2, conversions: 1 });
	assert.deepEqual(d.dailyEarnings, [{ date: day(Date.now()),
		currency: sale.currency, amount: sale.amount / 5 }]);
	const a = await w.analytics(who, made[0].id);
	assert.equal(a.conversionRate, '1.0000');
});

/* What the clock would take days for: all that was clicked is older now. */
function shift(days) {
	return query(c.service, 'START TRANSACTION; UPDATE click SET ' +
	    `created_at = created_at - INTERVAL ${days} DAY; ` +
	    `UPDATE placement_day SET day = day - INTERVAL ${days} DAY ` +
	    'ORDER BY day; DELETE FROM click_source_days; ' +
	    'DELETE FROM referrer_day; DELETE FROM placement_earned; ' +
	    'DELETE FROM referrer_earned; DELETE FROM organization_bought; ' +
	    'UPDATE promoter_total SET clicks = 0; ' +
	    'UPDATE rollup SET last_id = 0, ' +
	    `done_until = '2000-01-01'; ${reported}; COMMIT`);
}

test('days that are over are summed up; the sums stay the same', async () => {
	const who = await w.referrer();
	const made = await times(4, () => w.campaign(who));
	const closed = () => query(c.service, 'SELECT COUNT(*) FROM ' +
	    'referrer_day d JOIN referrer r ON r.id = d.referrer_id WHERE ' +
	    `r.member_organization_id = ${who.organization.id}`);
	const same = async (want) => {
		const d = await dashboard(who);

		assert.deepEqual([d.clicks, d.uniqueClicks, d.daily
		    .map((x) => x.clicks).filter((n) => n > 0)], want);
	};

	await times(8, (i) => visit(made[i % 4]));
	await shift(40);
	await same([8, 8, []]);
	await times(4, (i) => visit(made[i]));
	await shift(3);
	await times(3, () => visit(made[0]));
	await same([15, 15, [4, 3]]);
	assert.ok(await until(async () => await closed() === '2', 20000));
	await same([15, 15, [4, 3]]);
	await visit(made[1]);
	await same([16, 16, [4, 4]]);
	me = who;
	const a = await summed(made[0], `?from=${day(Date.now() - 50 * DAY)}`);
	assert.deepEqual(rows(a.sources), [['direct', 6, 6, 0]]);
	await verified();
});

test('what was bought is summed up; the numbers stay the same', async () => {
	const buyer = await w.owner();
	const bought = async (sessions, payments, amount) => {
		const s = await w.ok(200, 'GET',
		    '/organizations/current/statistics',
		    { token: buyer.token });

		assert.deepEqual([s.checkoutSessions, s.payments], [sessions, {
			count: payments, amounts: payments === 0 ? [] :
				[{ currency: 'USD', amount }] }]);
	};
	const rolled = () => query(c.service, 'SELECT CONCAT(sessions, \' \',' +
	    ' payments, \' \', amount) FROM organization_bought WHERE ' +
	    `organization_id = ${buyer.organization.id}`);

	await bought(0, 0, 0);
	await w.checkout(buyer);
	await bought(1, 0, 0);
	const { amount } = await w.buy(buyer);
	await bought(2, 1, amount);
	assert.ok(await until(async () => await rolled() === `2 1 ${amount}`,
	    20000));
	await bought(2, 1, amount);
	await w.buy(buyer);
	await bought(3, 2, 2 * amount);
	await verified();
});

test('reversals count against earnings, withdrawals do not', async () => {
	const k = await w.campaign(me);
	const buyer = await w.owner({ referralCode: k.code });
	const { amount } = await w.buy(buyer);
	const add = (type, status, n, placement) => query(c.service,
	    'INSERT INTO earning (organization_id, referrer_id, campaign_id, ' +
	    'placement_id, type, status, amount, currency, created_at) SELECT ' +
	    `1, referrer_id, 1, ${placement}, '${type}', '${status}', ${n}, ` +
	    `'USD', UTC_TIMESTAMP(6) FROM placement WHERE id = ${k.id}`);

	await add('reversal', 'reversed', -30, k.id);
	await add('withdrawal', 'paid', -100, 'NULL');
	assert.deepEqual((await analytics(k)).earnings, [{ currency: 'USD',
		amount: amount / 5 - 30 }]);
	assert.deepEqual((await dashboard(me)).dailyEarnings, [{
		date: day(Date.now()), currency: 'USD',
		amount: amount / 5 - 30 }]);
	await query(c.service, 'DELETE FROM earning WHERE sale_id IS NULL ' +
	    'AND type <> \'commission\' AND amount IN (-30, -100) AND ' +
	    'referrer_id = (SELECT referrer_id FROM placement WHERE ' +
	    `id = ${k.id})`);
});

/* Kills the jobs role and waits until another one is there. */
async function killed() {
	const pid = c.service.pid('jobs');

	process.kill(pid, 'SIGKILL');
	assert.ok(await until(() => {
		try {
			return c.service.pid('jobs') !== pid;
		} catch {
			return false;
		}
	}, 15000));
}

test('jobs that are killed lose and double nothing', async () => {
	const made = await times(3, () => w.campaign(me));

	for (let i = 0; i < 4; i++) {
		await times(30, (n) => visit(made[n % 3], `?src=s${n % 7}`));
		await killed();
		await sleep(300 + i * 300);
	}
	for (const k of made) {
		const { sources } = await summed(k);

		assert.equal(sources.length, 7);
		assert.equal(total(sources, 'clicks'), 40);
	}
	await verified();
});

test('a turn whose process was killed is soon taken up', async () => {
	const k = await w.campaign(me), lock = new Session(c.service);
	const held = () => query(c.service, 'SELECT lease_owner IS NOT NULL ' +
	    'FROM schedule WHERE name = \'roll_up\'');

	await visit(k);
	await lock.run('BEGIN');
	try {
		await lock.run('SELECT * FROM rollup FOR UPDATE');
		assert.ok(await until(async () => await held() === '1'));
		await killed();
		assert.equal(await held(), '1');
	} finally {
		await lock.run('ROLLBACK');
		lock.close();
	}
	assert.equal(total((await summed(k)).sources, 'clicks'), 1);
});
