/*
 * Batches of the FirstPromoter face: a few rows at once, many in the
 * background; what is done to referrals, and what becomes of commissions.
 */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests, until } = require('./lib/test');
const { World } = require('./lib/world');
const { Program, COMMISSION } = require('./lib/promoted');
const { told } = require('./lib/counted');
const { query } = require('./lib/db');

const test = tests(__filename);
const BATCHES = '/batch_processes';
const MEMBERS = ['id', 'status', 'total', 'selected_total', 'processed_count',
	'failed_count', 'action_label', 'created_at', 'updated_at', 'meta',
	'progress', 'processing_errors'];
let s, w, me, other, mine, his, a, b, c;

const post = (status, verb, body, who = me, more = {}) => w.fp(status, who,
    verb === 'delete' ? 'DELETE' : 'POST', verb === 'delete' ? '/referrals' :
    `/referrals/${verb}`, body, more).then((r) => r.body);
const get = (id, who = me) => w.fp(200, who, 'GET', `${BATCHES}/${id}`)
    .then((r) => r.body);
const list = (query, who = me) => w.fp(200, who, 'GET', `${BATCHES}?${query}`)
    .then((r) => r.body);
const items = (id, query = '') => w.fp(200, me, 'GET',
    `${BATCHES}/${id}/items?${query}`).then((r) => r.body);
const ended = async (id, who = me) => {
	let last;

	assert.ok(await until(async () => {
		last = await get(id, who);
		return !['pending', 'in_progress'].includes(last.status);
	}, 60000, 100), `batch ${id} is ${JSON.stringify(last)}`);
	return last;
};
const row = async (id, columns) => (await query(s, `SELECT ${columns}
    FROM referral WHERE id = ${id}`)).split('\t');
const balance = async (p) => Number(await query(s, `SELECT balance FROM account
    WHERE kind = 'earnings_available' AND owner_id = ${p.referrer}`));
async function clean() {
	const { code, out } = await s.verify();

	assert.equal(code, 0, out);
}

/* The jobs role stands still while fn runs. */
async function still(fn) {
	process.kill(s.pid('jobs'), 'SIGSTOP');
	try {
		return await fn();
	} finally {
		process.kill(s.pid('jobs'), 'SIGCONT');
	}
}

test('two companies and their promoters', async () => {
	s = await service();
	w = new World(s.client);
	me = await w.owner();
	other = await w.owner();
	mine = new Program(w, me);
	his = new Program(w, other);
	[a, b] = [await mine.promoter(), await mine.promoter()];
	c = await his.promoter();
});

test('no ids are no ids', async () => {
	for (const verb of ['delete', 'approve', 'disable', 'enable'])
		for (const body of [undefined, {}, { ids: [] }, { ids: null }])
			assert.equal((await post(422, verb, body)).code,
			    'invalid_params');
	const a = await post(400, 'delete', { ids: [1, 'x', 0, -2, 1.5] });
	assert.deepEqual(Object.keys(a.errors), ['ids[1]', 'ids[2]', 'ids[3]',
		'ids[4]']);
	for (const verb of ['approve', 'disable', 'enable', 'move_to_promoter',
	    'delete'])
		await post(400, verb, { ids: 7 });
	const ids = new Array(100001).fill(1);
	assert.equal((await post(422, 'delete', { ids })).code,
	    'invalid_params');
	await post(400, 'delete', { ids: new Array(300001).fill(1) });
});

test('five at once', async () => {
	const ids = await mine.referrals(a, 5);
	const before = await balance(a);
	const done = await post(200, 'delete', { ids: [...ids, ids[0],
		String(ids[1])], unknown: 1 });

	assert.deepEqual(Object.keys(done), MEMBERS);
	assert.equal(done.status, 'completed');
	assert.equal(done.total, 5);
	assert.equal(done.selected_total, 5);
	assert.equal(done.processed_count, 5);
	assert.equal(done.failed_count, 0);
	assert.equal(done.action_label, 'referral/delete');
	assert.equal(done.progress, 100);
	assert.equal(done.meta, null);
	assert.deepEqual(done.processing_errors, []);
	assert.deepEqual(await get(done.id), done);
	assert.equal(await balance(a), before - 5 * COMMISSION);
	assert.deepEqual(await row(ids[0], `email IS NULL AND uid IS NULL AND
	    first_name IS NULL, live IS NULL, deleted_at IS NOT NULL`),
	    ['1', '1', '1']);
	assert.equal((await w.events(me, 'referral.deleted', ids[4])).length,
	    1);
	assert.equal((await w.events(me, 'batch.finished', done.id))[0].data
	    .total, 5);
	await clean();

	const again = await post(200, 'delete', { ids });
	assert.equal(again.status, 'failed');
	assert.equal(again.failed_count, 5);
	assert.equal(again.processed_count, 5);
	assert.equal(again.processing_errors.length, 5);
	assert.match(again.processing_errors[0], new RegExp(`^${ids[0]}: `));
});

test('an address is free again, the id is not', async () => {
	const [id] = await mine.referrals(a, 1, { sales: false });
	const [email] = await row(id, 'email');

	await post(200, 'delete', { ids: [id] });
	const [next] = await mine.referrals(a, 1, { sales: false });
	assert.ok(next > id);
	await query(s, `UPDATE referral SET email = '${email}'
	    WHERE id = ${next}`);
});

test('some fail, the rest goes on', async () => {
	const ids = await mine.referrals(a, 3);
	const [foreign] = await his.referrals(c, 1);
	const done = await post(200, 'delete', { ids: [...ids, foreign,
		999999999] });

	assert.equal(done.status, 'completed');
	assert.equal(done.failed_count, 2);
	assert.equal(done.processing_errors.length, 2);
	assert.deepEqual(await row(foreign, 'live, deleted_at'), ['1', 'NULL']);
	const all = await items(done.id);
	assert.deepEqual(all.map((i) => i.status), ['done', 'done', 'done',
		'failed', 'failed']);
	assert.deepEqual(all[3], { id: foreign, status: 'failed', error:
		'not_found', message: 'Resource not found' });
	assert.equal(all[0].error, null);
});

test('a batch of another company is not there', async () => {
	const [id] = await mine.referrals(a, 1);
	const done = await post(200, 'delete', { ids: [id] });

	for (const [method, tail] of [['GET', ''], ['GET', '/items'],
	    ['POST', '/stop'], ['POST', '/retry']])
		for (const other_id of [done.id, 999999999, 'x'])
			await w.fp(404, other, method,
			    `${BATCHES}/${other_id}${tail}`);
});

test('many in the background', async () => {
	const ids = await mine.referrals(a, 1230);
	const before = await balance(a);
	const lost = [ids[3], ids[777]];
	await post(200, 'delete', { ids: lost });
	const begun = await still(async () => {
		const begun = await post(202, 'delete', { ids });

		assert.equal(begun.status, 'pending');
		assert.equal(begun.total, 1230);
		assert.equal(begun.progress, 0);
		assert.deepEqual((await list('')).map((x) => x.id),
		    [begun.id]);
		assert.deepEqual((await w.fp(200, me, 'GET',
		    `${BATCHES}/progress`)).body, { [begun.id]: 0 });
		assert.equal((await items(begun.id, 'per_page=3'))[2].status,
		    'pending');
		assert.equal((await w.fp(422, me, 'POST',
		    `${BATCHES}/${begun.id}/retry`)).body.code,
		    'operation_failed');
		return begun;
	});
	const done = await ended(begun.id);

	assert.equal(done.status, 'completed');
	assert.equal(done.processed_count, 1230);
	assert.equal(done.failed_count, 2);
	assert.equal(done.progress, 100);
	assert.equal(done.processing_errors.length, 2);
	assert.equal(await balance(a), before - 1230 * COMMISSION);
	assert.equal((await w.events(me, 'batch.created', begun.id)).length, 1);
	assert.equal((await w.events(me, 'batch.finished', begun.id)).length,
	    1);
	await clean();
});

test('results, page by page', async () => {
	const [last] = await list('filters[status]=completed&per_page=1');
	const seen = [];
	let cursor = '';

	for (;;) {
		const page = await w.fp(200, me, 'GET',
		    `${BATCHES}/${last.id}/items?per_page=100${cursor}`);

		seen.push(...page.body);
		if (page.headers['x-next-cursor'] === undefined)
			break;
		cursor = `&cursor=${page.headers['x-next-cursor']}`;
	}
	assert.equal(seen.length, 1230);
	assert.equal(new Set(seen.map((i) => i.id)).size, 1230);
	assert.equal(seen.filter((i) => i.status === 'failed').length, 2);
	const failed = await items(last.id, 'filters[status]=failed');
	assert.deepEqual(failed, seen.filter((i) => i.status === 'failed'));
	const done = await items(last.id,
	    'filters[status]=done&page=3&per_page=100');
	assert.deepEqual(done, seen.filter((i) => i.status === 'done')
	    .slice(200, 300));
	assert.deepEqual(await items(last.id, 'page=13&per_page=100'),
	    seen.slice(1200));
	assert.deepEqual(await items(last.id, 'page=50&per_page=100'), []);
	assert.deepEqual(await items(last.id, 'filters[status]=pending'), []);
	assert.deepEqual(await items(last.id, 'filters[status]=stopped'), []);
	await w.fp(400, me, 'GET', `${BATCHES}/${last.id}/items?cursor=x`);
	await w.fp(400, me, 'GET', `${BATCHES}/${last.id}/items?` +
	    'filters[status]=odd');
});

test('batches by status, one or several, in pages', async () => {
	const both = 'filters[status][]=completed&filters[status][]=failed';
	const all = await list(`${both}&per_page=100`);

	assert.deepEqual(all.map((x) => x.id), [...all.map((x) => x.id)]
	    .sort((x, y) => y - x));
	assert.ok(all.some((x) => x.status === 'failed'));
	assert.deepEqual(await list(`filters=${encodeURIComponent(
	    '{"status":["completed","failed"]}')}&per_page=100`), all);
	assert.deepEqual(await list('filters[status]=failed&per_page=100'),
	    all.filter((x) => x.status === 'failed'));
	assert.deepEqual(await list(`${both}&per_page=2&page=2`),
	    all.slice(2, 4));
	const first = await w.fp(200, me, 'GET',
	    `${BATCHES}?${both}&per_page=2`);
	assert.deepEqual(await list(`${both}&per_page=2&cursor=` +
	    first.headers['x-next-cursor']), all.slice(2, 4));
	assert.deepEqual(await list('filters[status]=completed', other), []);
	assert.deepEqual(Object.keys((await w.fp(200, me, 'GET',
	    `${BATCHES}/progress?filters[status]=failed`)).body).map(Number)
	    .sort((x, y) => y - x), all.filter((x) => x.status === 'failed')
	    .map((x) => x.id));
	for (const empty of ['filters[status]=', 'filters[status][]=',
	    `filters=${encodeURIComponent('{"status":""}')}`])
		assert.deepEqual(await list(empty), []);
	assert.deepEqual(await list('filters[status][]=&' +
	    'filters[status][]=failed&per_page=100'),
	    all.filter((x) => x.status === 'failed'));
	await w.fp(400, me, 'GET', `${BATCHES}?filters[status]=odd`);
	await w.fp(400, me, 'GET', `${BATCHES}/progress?filters[status]=odd`);
});

test('stopped, and again over what failed', async () => {
	const ids = await mine.referrals(a, 40, { sales: false });
	const stopped = await still(async () => {
		const { id } = await post(202, 'delete', { ids });
		const x = await w.fp(200, me, 'POST', `${BATCHES}/${id}/stop`);

		assert.equal(x.body.status, 'stopped');
		assert.deepEqual((await w.fp(200, me, 'POST',
		    `${BATCHES}/${id}/stop`)).body, x.body);
		assert.equal((await items(id))[0].status, 'stopped');
		assert.equal((await items(id, 'filters[status]=stopped&' +
		    'per_page=100')).length, 40);
		return x.body;
	});

	assert.deepEqual(await get(stopped.id), stopped);
	assert.deepEqual(await list('filters[status]=stopped'), [stopped]);
	assert.equal((await w.events(me, 'batch.stopped', stopped.id)).length,
	    1);
	assert.deepEqual(await row(ids[0], 'live'), ['1']);
	assert.equal((await w.fp(422, me, 'POST',
	    `${BATCHES}/${stopped.id}/retry`)).body.code, 'operation_failed');

	const approved = await post(202, 'approve', { ids });
	const failed = await ended(approved.id);
	assert.equal(failed.status, 'failed');
	assert.equal(failed.failed_count, 40);
	await w.fp(422, me, 'POST', `${BATCHES}/${failed.id}/stop`);
	await query(s, `UPDATE referral SET state = 'pending'
	    WHERE id BETWEEN ${ids[0]} AND ${ids[37]}`);
	const again = await w.fp(202, me, 'POST',
	    `${BATCHES}/${failed.id}/retry`);
	assert.equal(again.body.action_label, 'referral/approve');
	assert.equal(again.body.total, 40);
	const second = await ended(again.body.id);
	assert.equal(second.status, 'completed');
	assert.equal(second.failed_count, 2);
	assert.deepEqual(await row(ids[0], 'state'), ['signup']);
	await query(s, `UPDATE referral SET state = 'pending'
	    WHERE id > ${ids[37]} AND id <= ${ids[39]}`);
	const third = await w.fp(200, me, 'POST',
	    `${BATCHES}/${second.id}/retry`);
	assert.equal(third.body.status, 'completed');
	assert.equal(third.body.total, 2);
	await clean();
});

test('stopped in the middle', async () => {
	const ids = await mine.referrals(a, 4000);
	const { id } = await post(202, 'delete', { ids });

	await until(async () => (await get(id)).processed_count > 0, 20000, 10);
	const { body } = await w.fp(200, me, 'POST', `${BATCHES}/${id}/stop`);
	assert.equal(body.status, 'stopped');
	assert.ok(body.processed_count > 0 && body.processed_count < 4000);
	assert.equal(body.progress, Math.floor(body.processed_count / 40));
	const [done] = (await query(s, `SELECT COUNT(*) FROM referral
	    WHERE id BETWEEN ${ids[0]} AND ${ids[3999]}
	    AND deleted_at IS NOT NULL`)).split('\n');
	assert.equal(Number(done), body.processed_count);
	assert.deepEqual(await get(id), body);
	await clean();
});

test('denied, and taken back', async () => {
	const [lead] = await mine.referrals(a, 1, { sales: false });
	const [customer] = await mine.referrals(a, 1, { state: 'active' });
	const ids = [lead, customer], before = await balance(a);

	assert.equal((await post(200, 'enable', { ids })).failed_count, 2);
	assert.equal((await post(200, 'disable', { ids })).failed_count, 0);
	assert.deepEqual(await row(lead, 'state'), ['denied']);
	assert.equal((await post(200, 'disable', { ids })).status, 'failed');
	assert.equal((await post(200, 'approve', { ids })).status, 'failed');
	assert.equal((await post(200, 'enable', { ids })).status, 'completed');
	assert.deepEqual(await row(lead, 'state'), ['signup']);
	assert.deepEqual(await row(customer, 'state'), ['active']);
	assert.equal(await balance(a), before);
	for (const type of ['disabled', 'enabled'])
		assert.equal((await w.events(me, `referral.${type}`, lead))
		    .length, 1);
});

test('denied, and taken back, in the background', async () => {
	const ids = await mine.referrals(a, 7, { sales: false });

	for (const [verb, state] of [['disable', 'denied'],
		['enable', 'signup']]) {
		const { id } = await post(202, verb, { ids });

		assert.equal((await ended(id)).failed_count, 0);
		for (const lead of ids)
			assert.deepEqual(await row(lead, 'state'), [state]);
	}
});

test('moved, with and without commissions', async () => {
	const ids = await mine.referrals(a, 30);
	const [first, second] = [await balance(a), await balance(b) || 0];
	const move = (status, more) => post(status, 'move_to_promoter', {
		ids, promoter_campaign_id: b.id, ...more });

	for (const wrong of [undefined, null, 999999999, c.id])
		assert.equal((await move(422, { promoter_campaign_id:
			wrong })).code, 'invalid_params');
	await move(422, { ids: [] });
	const one = await move(200, { ids: [ids[0]] });
	assert.deepEqual(one.meta, { promoter_campaign_id: b.id,
		move_associated_commissions: false });
	assert.equal(await balance(a), first);
	const [state, live, to] = await row(ids[0], 'state, live, moved_to');
	assert.deepEqual([state, live], ['moved', 'NULL']);
	assert.deepEqual(await row(to, 'placement_id, live, first_name'),
	    [String(b.id), '1', 'Jo']);
	const all = await ended((await move(202, {
		move_associated_commissions: true })).id);
	assert.equal(all.failed_count, 1);
	assert.equal(await balance(a), first - 29 * COMMISSION);
	assert.equal(await balance(b), second + 29 * COMMISSION);
	assert.equal((await move(200, { ids: [Number(to)] })).status, 'failed');
	await clean();

	/* there and back again; then nothing of it is left */
	const [, there] = (await query(s, `SELECT id, moved_to FROM referral
	    WHERE id = ${ids[5]}`)).split('\t');
	await post(200, 'move_to_promoter', { ids: [Number(there)],
		promoter_campaign_id: a.id,
		move_associated_commissions: true });
	const [back] = await row(there, 'moved_to');
	assert.equal(await balance(a), first - 28 * COMMISSION);
	await post(200, 'delete', { ids: [Number(back)] });
	assert.equal(await balance(a), first - 29 * COMMISSION);
	for (const id of [ids[5], there, back])
		assert.deepEqual(await row(id, 'email'), ['NULL']);
	await clean();
});

test('what a payout has taken up stays', async () => {
	const ids = await mine.referrals(a, 2);
	const commission = Number(await query(s, `SELECT id FROM earning
	    WHERE referral_id = ${ids[0]}`));

	await w.fp(200, me, 'POST', '/commissions/generate_payouts', {
		ids: [commission] });
	const before = await balance(a);
	await post(200, 'delete', { ids });
	assert.equal(await balance(a), before - COMMISSION);
	await clean();
});

test('what was given stays given', async () => {
	const ids = await mine.referrals(a, 2);
	const rows = () => query(s, `SELECT id, referrer_id, amount, fulfilled_at
	    IS NOT NULL, status FROM earning WHERE referral_id IN (${ids})
	    OR referral_id IN (SELECT moved_to FROM referral
	    WHERE id IN (${ids})) ORDER BY id`);
	/* as if their reward had been no money */
	await query(s, `UPDATE earning SET currency = 'QPT'
	    WHERE referral_id IN (${ids})`);
	const commissions = (await query(s, `SELECT id FROM earning
	    WHERE referral_id IN (${ids})`)).split('\n').map(Number);

	await w.fp(200, me, 'POST', '/commissions/mark_fulfilled', {
		ids: commissions });
	const before = await rows();
	await post(200, 'move_to_promoter', { ids: [ids[0]],
		promoter_campaign_id: b.id,
		move_associated_commissions: true });
	await post(200, 'delete', { ids: [ids[1]] });
	assert.equal(await rows(), before);
	/* for the books */
	await query(s, `UPDATE earning SET currency = 'USD',
	    fulfilled_at = NULL WHERE id IN (${commissions})`);
	await clean();
});

test('what a payout has a part of stays', async () => {
	const [id, next] = await mine.referrals(a, 2);
	const of = async (referral) => Number(await query(s, `SELECT id
	    FROM earning WHERE referral_id = ${referral}`));
	const fp = (method, path, body) => w.fp(200, me, method, path, body);
	const pay = async (referral) => {
		await fp('POST', '/commissions/generate_payouts', {
			ids: [await of(referral)] });
		return Number(await query(s, 'SELECT MAX(id) FROM payout'));
	};
	const first = await pay(id);

	assert.equal((await w.c.call('POST', '/api/v2/track/refund', {
		token: me.token, body: { uid: (await row(id, 'uid'))[0],
		    event_id: `part-${id}`, amount: 500,
		    sale_event_id: `e-${id}` } })).status, 200);
	await pay(next);
	await fp('DELETE', '/payouts/destroy', { ids: [first] });
	const before = await balance(a);
	await post(200, 'move_to_promoter', { ids: [id],
		promoter_campaign_id: b.id,
		move_associated_commissions: true });
	await post(200, 'delete', { ids: [Number((await row(id,
	    'moved_to'))[0])] });
	assert.equal(await balance(a), before);
	await clean();
});

test('a part of a commission was reversed before', async () => {
	const ids = await mine.referrals(a, 6);
	const part = COMMISSION / 4;

	for (const id of ids) {
		await query(s, `UPDATE earning SET reversed_amount = ${part}
		    WHERE referral_id = ${id}`);
		await query(s, `UPDATE sale SET refunded_amount = amount / 4
		    WHERE referral_id = ${id}`);
		await query(s, `INSERT INTO sale_refund (organization_id,
		    sale_id, position, amount, created_at)
		    SELECT organization_id, id, 0, refunded_amount, created_at
		    FROM sale WHERE referral_id = ${id}`);
		await query(s, `INSERT INTO earning (organization_id,
		    referrer_id, campaign_id, placement_id, sale_id, refund_id,
		    referral_id, first, type, status, amount, currency,
		    rate_ppm, available_at, created_at) SELECT organization_id,
		    referrer_id, campaign_id, placement_id, sale_id,
		    (SELECT f.id FROM sale_refund f
		    WHERE f.sale_id = earning.sale_id), referral_id, first,
		    'reversal', status, -${part}, currency, rate_ppm,
		    available_at, UTC_TIMESTAMP(6) FROM earning
		    WHERE referral_id = ${id}`);
		await query(s, `INSERT INTO journal (organization_id, kind,
		    subject_id, created_at) SELECT organization_id,
		    'commission_reversed', id, created_at FROM earning
		    WHERE referral_id = ${id} AND type = 'reversal'`);
		await query(s, `INSERT INTO entry (journal_id, line, account_id,
		    amount) SELECT j.id, IF(a.kept, 2, 1), a.id, IF(a.kept,
		    -${part}, ${part}) FROM earning e JOIN journal j
		    ON j.kind = 'commission_reversed' AND j.subject_id = e.id
		    JOIN account a ON a.organization_id = e.organization_id
		    AND a.kind IN ('commission_expense', 'earnings_available')
		    AND a.owner_id IN (0, e.referrer_id) WHERE e.referral_id =
		    ${id} AND e.type = 'reversal'`);
	}
	for (const table of ['placement_total', 'promoter_total'])
		await query(s, `UPDATE ${table} SET revenue = revenue - 3000
		    ${table === 'placement_total' ? `, refunded = refunded +
		    3000` : ''} WHERE ${table === 'promoter_total' ? `referrer_id =
		    ${a.referrer}` : `placement_id = ${a.id}`}`);
	await query(s, `UPDATE placement_sales SET amount = amount - 3000,
	    refunded = refunded + 3000
	    WHERE placement_id = ${a.id}`);
	await query(s, told(me.organization.id));
	await query(s, `UPDATE account SET balance = balance - ${6 * part}
	    WHERE kind = 'earnings_available' AND owner_id = ${a.referrer}`);
	await clean();
	const before = [await balance(a), await balance(b)];
	await post(200, 'move_to_promoter', { ids: ids.slice(0, 3),
		promoter_campaign_id: b.id,
		move_associated_commissions: true });
	assert.deepEqual([await balance(a), await balance(b)],
	    [before[0] - 9 * part, before[1] + 9 * part]);
	await post(200, 'delete', { ids: ids.slice(3) });
	assert.equal(await balance(a), before[0] - 18 * part);
	await clean();
});

test('a refund finds a commission that was moved', async () => {
	const [id] = await mine.referrals(a, 1);
	const before = [await balance(a), await balance(b)];

	await post(200, 'move_to_promoter', { ids: [id],
		promoter_campaign_id: b.id,
		move_associated_commissions: true });
	const [to, email] = await row(id, 'moved_to, email');
	await w.c.call('POST', '/api/v2/track/refund', { token: me.token,
		body: { email, event_id: `back-${id}`, amount: 500,
		    sale_event_id: `e-${id}` } });
	assert.deepEqual([await balance(a), await balance(b)],
	    [before[0] - COMMISSION, before[1] + COMMISSION * 3 / 4]);
	await post(200, 'delete', { ids: [Number(to)] });
	assert.equal(await balance(b), before[1]);
	await clean();
});

test('two companies at once: neither waits for the other', async () => {
	const many = await mine.referrals(a, 5000);
	const few = await his.referrals(c, 100);
	const [large, small] = await still(async () => [
		await post(202, 'delete', { ids: many }),
		await post(202, 'delete', { ids: few }, other)]);
	const done = await ended(small.id, other);
	const rest = await get(large.id);

	assert.equal(done.failed_count, 0);
	assert.ok(rest.processed_count <= 1000, `${rest.processed_count} rows` +
	    ' of one company before the first of another');
	assert.equal((await ended(large.id)).failed_count, 0);
	await clean();
});

test('the same request twice is one batch', async () => {
	const ids = await mine.referrals(a, 20);
	const idem = `batch-${ids[0]}`;
	const first = await post(202, 'delete', { ids }, me, { idem });
	const again = await post(202, 'delete', { ids }, me, { idem });

	assert.deepEqual(again, first);
	assert.equal((await ended(first.id)).failed_count, 0);
	await post(422, 'delete', { ids: ids.slice(1) }, me, { idem });
});

test('who may not pay does not by stopping or retrying either', async () => {
	const half = await w.key(me, ['referrals:read', 'referrals:write']);
	const full = await w.key(me, ['referrals:write', 'earnings:write']);
	const [lead] = await mine.referrals(a, 1);
	const id = Number(await query(s, `SELECT id FROM earning
	    WHERE referral_id = ${lead}`));
	const failed = async (path, of) => (await w.fp(200, me, 'POST', path,
	    { ids: [of] })).body;
	const retry = (status, who, batch) => w.fp(status, who, 'POST',
	    `${BATCHES}/${batch.id}/retry`);

	for (const batch of [await failed('/commissions/approve', id),
	    await failed('/payouts/mark_as_paid', 999999999)
		.then((b) => b.data)]) {
		assert.equal(batch.failed_count, 1);
		assert.equal((await retry(403, half, batch))
		    .headers['x-error-code'], 'scope');
		await w.fp(403, half, 'POST', `${BATCHES}/${batch.id}/stop`);
		await retry(200, full, batch);
		await w.fp(422, full, 'POST', `${BATCHES}/${batch.id}/stop`);
	}
	await retry(200, half, await failed('/referrals/enable', lead));
});

test('who may', async () => {
	const reader = await w.key(me, ['referrals:read']);
	const blind = await w.key(me, ['tokens:read']);

	await w.fp(200, reader, 'GET', BATCHES);
	await w.fp(403, blind, 'GET', BATCHES);
	await w.fp(403, reader, 'DELETE', '/referrals', { ids: [1] });
});

test('an end', async () => {
	mine.close();
	his.close();
	await clean();
});
