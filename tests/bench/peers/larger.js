/*
 * The two requests that write many rows: the stop of a campaign, which is paid
 * in full here, and the deletion of referrals, 250 in a transaction.
 */
'use strict';
const crypto = require('node:crypto');

const CHUNK = 250, JOURNALS = 32, EVENTS = 50;

/* Half of a cent to even. */
function share(amount, part, whole) {
	const product = BigInt(amount) * BigInt(part);
	const cents = Number(product / BigInt(whole));
	const rest = 2 * Number(product % BigInt(whole));

	return cents + Number(rest > whole || (rest === whole &&
	    cents % 2 === 1));
}

function* chunks(list, n) {
	for (let i = 0; i < list.length; i += n)
		yield list.slice(i, i + n);
}

/* db: what server.js has for statements. */
module.exports = ({ run, row, take, transaction, now }) => {
	/* An amount to an account, which is opened where it is not there. */
	async function move(db, org, kind, owner, amount, currency, guard) {
		const place = [org, kind, owner, currency];
		const { affectedRows } = await run(db, 'account_move',
		    [amount, ...place]);

		if (affectedRows > 0)
			return;
		await run(db, 'account_open', [...place, 1, guard, amount]);
	}

	const storeMoney = (db, c, settled, at) => run(db, 'campaign_money',
	    [c.paid, c.earned, c.released, c.refunded, 0, settled, at, c.id]);

	async function writeHistory(db, me, c, data, at) {
		const last = await row(db, 'history_last', [c.id]);
		const number = (last?.number ?? 0) + 1;
		const hash = crypto.createHash('sha256');

		for (const v of [last?.hash ?? '', c.id, number, me.user_id,
		    Date.parse(`${at.replace(' ', 'T')}Z`) * 1000, 'stop',
		    'stopped', data, '']) {
			const bytes = Buffer.isBuffer(v) ? v : String(v);

			hash.update(`${bytes.length}:`).update(bytes);
		}
		await run(db, 'history_insert', [c.id, number, me.org_id,
			'stop', me.user_id, 'stopped', data, null, at,
			hash.digest()]);
	}

	async function moveCampaign(db, me, c, day, at) {
		await run(db, 'campaign_move', ['stopped', null,
			c.launched_at, day, at, c.runs, c.id]);
		await storeMoney(db, c, 0, at);
		await writeHistory(db, me, c, JSON.stringify({ as_of: day }),
		    at);
		await run(db, 'event_insert', [me.org_id, 'campaign.stopped',
			c.id, me.user_id, JSON.stringify({ status: 'stopped' }),
			at]);
	}

	async function books(db, me, c) {
		await run(db, 'invoice_list', [c.id]);
		await run(db, 'invoice_lines', [c.id]);
		await row(db, 'account_balance', [me.org_id,
			'advertiser_credit', c.advertiser_id, c.currency]);
	}

	async function post(db, me, c, was, at) {
		const all = [['campaign_reserved', c.id,
			was - c.earned - c.released],
		['campaign_earned', c.id, c.earned],
		['advertiser_credit', c.advertiser_id, c.released]];

		for (const i of [2, 0])
			await move(db, me.org_id, ...all[i], c.currency,
			    'floor');
		await run(db, 'account_open', [me.org_id, 'campaign_earned',
			c.id, c.currency, 1, 'floor', c.earned]);
		const j = await take(db, 'journal_insert', [me.org_id,
			'campaign_settled', c.id, null, at]);
		await run(db, 'entry_insert_3', all.flatMap(([kind, owner,
			amount], i) => [j, i + 1, me.org_id, kind, owner,
			c.currency, amount]));
	}

	async function settle(db, me, c, day, at) {
		const lines = await run(db, 'line_list', [day, c.id]);
		const was = c.earned + c.released;

		await books(db, me, c);
		await row(db, 'account_balance_locked', [me.org_id,
			'advertiser_credit', c.advertiser_id, c.currency]);
		c.earned = 0;
		for (const l of lines) {
			l.earned = share(l.amount, l.done, l.booked);
			l.earned_tax = share(l.tax, l.done, l.booked);
			c.earned += l.earned + l.earned_tax;
		}
		c.released = c.paid - c.earned;
		await post(db, me, c, was, at);
		for (const l of lines)
			await run(db, 'line_end', [day, l.done, l.earned,
				l.earned_tax, l.amount - l.earned,
				l.tax - l.earned_tax, 0, 0, l.id]);
		await storeMoney(db, c, 1, at);
		await run(db, 'placement_end_campaign', [at, c.id]);
		await run(db, 'placement_end_campaign_events', [at, c.id]);
	}

	async function stopped(db, me, c, day) {
		await books(db, me, c);
		const lines = await run(db, 'line_list', [day, c.id]);

		return { CampaignID: String(c.id), StopDate: day, Status: 'ST',
			Lines: lines.map((l) => ({ ID: String(l.id),
				PriceType: l.price, Amount: l.amount / 100,
				Earned: l.earned / 100, RefundDue: l.due / 100,
				TaxRefundDue: l.due_tax / 100 })),
			RefundDue: lines.reduce((n, l) => n + l.due, 0) / 100 };
	}

	const stop = (me, id, day) => transaction(async (db) => {
		const c = await row(db, 'campaign_lock', [me.org_id, id]);
		const at = now();

		if (c === undefined)
			return null;
		await moveCampaign(db, me, c, day, at);
		await settle(db, me, c, day, at);
		return stopped(db, me, c, day);
	});

	async function takeBack(db, me, unpaid, at) {
		const ids = JSON.stringify(unpaid.map((u) => u.id));
		const amounts = unpaid.map((u) => u.amount - u.reversed_amount);
		const { referrer_id: who, currency } = unpaid[0];

		const taken = await run(db, 'earning_take_back', [at, ids]);
		await run(db, 'earning_mark_taken', [ids, at]);
		await move(db, me.org_id, 'earnings_available', who,
		    -amounts.reduce((a, b) => a + b, 0), currency, 'free');
		const account = (kind, owner) => take(db, 'account_id',
		    [me.org_id, kind, owner, currency]);
		const expense = await account('commission_expense', 0);
		const earned = await account('earnings_available', who);
		let at0 = 0;

		for (const some of chunks(taken, JOURNALS)) {
			const made = await run(db,
			    `journal_insert_${some.length}`,
			    some.flatMap(({ id }) => [me.org_id,
				'commission_reversed', id, null, at]));

			await run(db, `entry_insert_at_${2 * some.length}`,
			    made.flatMap(({ id }, k) => [
				id, 1, expense, amounts[at0 + k],
				id, 2, earned, -amounts[at0 + k]]));
			at0 += some.length;
		}
	}

	async function removeSome(db, me, some) {
		const ids = JSON.stringify(some), at = now();
		const rows = await run(db, 'referral_batch_hold',
		    [ids, me.org_id]);

		await takeBack(db, me, await run(db, 'earning_unpaid',
		    [ids, me.org_id]), at);
		await run(db, 'report_active', [-1, at, ids]);
		await run(db, 'brought_active', [ids, -1]);
		await run(db, 'brought_active_promoters', [ids, -1]);
		await run(db, 'referral_batch_delete', [ids, at, me.org_id]);
		await run(db, 'referral_batch_origins', [ids, me.org_id]);
		for (const part of chunks(rows, EVENTS))
			await run(db, 'event_insert_50', part.flatMap((r) => [
				me.org_id, 'referral.deleted', r.id,
				me.user_id, JSON.stringify({
					referrerCampaignId:
					    String(r.placement_id),
					commissionsReversed: 1 }), at]));
	}

	async function remove(me, ids) {
		for (const some of chunks(ids, CHUNK))
			await transaction((db) => removeSome(db, me, some));
		return { status: 'completed', total: ids.length };
	}

	return { stop, remove };
};
