/* What batches say of rows that they left as they were: their state. */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');
const { Promoters } = require('./lib/promoters');

const test = tests(__filename);
let w, p, me, ann;

const fp = async (status, method, path, body) =>
    (await w.fp(status, me, method, path, body)).body;
const custom = async (more = {}) => (await fp(200, 'POST', '/commissions', {
	commission_type: 'custom', promoter_campaign_id: ann.placement,
	amount: 100, ...more }))[0].id;
const lead = async (email = `lead-${unique()}@example.com`) =>
    fp(200, 'POST', '/referrals', { email, uid: unique(),
	promoter_campaign_id: ann.placement });
const sale = async (event_id, email) => {
	const r = await lead(email);

	await p.track(200, me, 'sale', { uid: r.uid, amount: 1000, event_id });
	return r;
};
const ids = async (event) => (await fp(200, 'GET', `/commissions?q=${event}`))
    .map((c) => c.id);
const act = async (path, id, more = {}) => {
	const b = await fp(200, path.endsWith('destroy') ? 'DELETE' : 'POST',
	    path, { ids: [id], ...more });

	return b.data ?? b;
};

/* Each leaves it as it was, and says the same. */
async function refuses(paths, id, code, text, more) {
	for (const path of paths) {
		const b = await act(path, id, more);
		const [item] = await fp(200, 'GET',
		    `/batch_processes/${b.id}/items`);

		/* payouts say it in members */
		assert.deepEqual([b.failed_count, b.processing_errors.map(
		    (e) => e.message ?? e)], [1, [`${id}: ${text}`]], path);
		assert.deepEqual([item.error, item.message], [code, text]);
	}
}

const on = (what, actions) => actions.map((x) => `/${what}/${x}`);
const commission = (...actions) => on('commissions', actions);
const GENERATE = 'generate_payouts';

test('a company with a promoter', async () => {
	w = new World((await service()).client);
	p = new Promoters(w);
	me = await p.company();
	ann = await p.promoter(me);
});

test('a commission: pending, approved, on hold, denied', async () => {
	await sale('self', ann.email);
	const [waits] = await ids('self');
	await refuses(commission('mark_fulfilled', 'mark_unfulfilled',
	    GENERATE), waits, 'commission_pending', 'The commission is ' +
	    'pending: approve or deny it first');

	const due = await custom();
	await refuses(commission('approve', 'mark_fulfilled',
	    'mark_unfulfilled'), due, 'commission_approved', 'The commission ' +
	    'is approved: it can be paid out, denied or destroyed');
	await p.sql(`UPDATE earning SET status = 'pending' WHERE id = ${due}`);
	await refuses(commission('approve', GENERATE), due, 'commission_held',
	    'The commission is approved, but on hold: it can be paid out ' +
	    'when that is over, denied or destroyed');
	await p.sql(`UPDATE earning SET status = 'available'
	    WHERE id = ${due}`);

	assert.equal((await act('/commissions/deny', due)).failed_count, 0);
	await refuses(commission('approve', 'deny', 'mark_fulfilled',
	    'mark_unfulfilled', GENERATE), due, 'commission_denied',
	    'The commission is denied: it can only be destroyed');
});

test('a commission in a payout, and paid; the payout', async () => {
	const id = await custom();
	await act(`/commissions/${GENERATE}`, id);
	await refuses(commission('approve', 'deny', 'destroy', GENERATE), id,
	    'commission_chosen', 'The commission is in a payout: destroy ' +
	    'that payout first');
	const [payout] = await fp(200, 'GET', '/payouts');
	await refuses(on('payouts', ['mark_as_unpaid']), payout.id,
	    'payout_pending', 'The payout is pending: it can be marked as ' +
	    'paid, or destroyed');

	await act('/payouts/mark_as_paid', payout.id);
	await refuses(on('payouts', ['mark_as_paid', 'destroy']), payout.id,
	    'payout_paid', 'The payout is paid: mark it as unpaid first');
	await refuses(commission('approve', 'deny', 'destroy',
	    'mark_fulfilled', 'mark_unfulfilled', GENERATE), id,
	    'commission_paid', 'The commission is paid: mark its payout as ' +
	    'unpaid, and destroy that, first');
});

test('a commission of points', async () => {
	const id = await custom({ unit: 'points' });
	await refuses(commission('approve', 'mark_unfulfilled', GENERATE), id,
	    'commission_owed', 'The commission is approved, and no money: ' +
	    'it can be marked as fulfilled, denied or destroyed');
	await act('/commissions/mark_fulfilled', id);
	await refuses(commission('approve', 'deny', 'destroy',
	    'mark_fulfilled', GENERATE), id, 'commission_given',
	    'The commission is fulfilled: mark it as unfulfilled first');
});

test('a commission that was refunded', async () => {
	const { uid } = await sale('back');
	await p.track(200, me, 'refund', { uid, amount: 1000,
		event_id: unique(), sale_event_id: 'back' });
	const [part, whole] = await ids('back');
	await refuses(commission('approve', 'deny', 'mark_fulfilled'), whole,
	    'commission_refunded', 'All of the commission was refunded: it ' +
	    'can only be paid out, as nothing, or destroyed');
	await refuses(commission('approve', 'deny', 'destroy'), part,
	    'commission_part', 'This is what a refund took of a commission, ' +
	    'and goes along with that: name the commission instead');
});

test('a referral', async () => {
	const { id } = await lead();
	const referral = (...actions) => on('referrals', actions);

	await refuses(referral('approve', 'enable'), id, 'referral_approved',
	    'The referral is approved already: it can be disabled');
	await refuses(referral('move_to_promoter'), id, 'referral_there',
	    'The referral is that promoter\'s in that campaign already',
	    { promoter_campaign_id: ann.placement });
	await act('/referrals/disable', id);
	await refuses(referral('approve', 'disable'), id, 'referral_denied',
	    'The referral is disabled: it can only be enabled');
	await p.sql(`UPDATE referral SET state = 'pending' WHERE id = ${id}`);
	await refuses(referral('enable'), id, 'referral_pending',
	    'The referral is pending: approve or disable it first');
	await p.sql(`UPDATE referral SET state = 'denied' WHERE id = ${id}`);

	const bob = await p.promoter(me);
	await act('/referrals/move_to_promoter', id, {
		promoter_campaign_id: bob.placement });
	await refuses(referral('approve', 'disable', 'enable'), id,
	    'referral_moved', 'This referral went over to another promoter: ' +
	    'change the one that it became');
});

test('a promoter in a campaign', async () => {
	const bob = await p.promoter(me), at = { campaign_id: me.campaign };

	await refuses(['/promoters/reject'], bob.id, 'promoter_accepted',
	    'The promoter was accepted in this campaign: he can be blocked, ' +
	    'but rejected no more', at);
	await act('/promoters/block', bob.id, at);
	await refuses(['/promoters/reject'], bob.id, 'promoter_blocked',
	    'The promoter is blocked in this campaign: he can only be ' +
	    'accepted', at);
});

test('the books are clean', async () => {
	const { code, out } = await w.c.service.verify();

	assert.equal(code, 0, out);
});
