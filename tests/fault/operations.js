/*
 * Everything that moves money: how each is brought about, once.
 *
 * request(x): makes what it is done to and gives the call.  With `turn` it is
 * no call but a schedule of the jobs role, which from counts statements: its
 * request gives the condition that holds when it is done.
 */
'use strict';
const { unique } = require('../api/lib/world');
const { cpm, day } = require('../api/lib/naviga');

const post = (x, who, path, body, more) => ({ method: 'POST', path,
	token: who.token, body, ...more });
const nv = (x, method, path, body) => ({ method,
	path: `/api/campaigns${path}`, token: x.me.token, body });
const fp = (x, method, path, body) => ({ method, token: x.me.token,
	path: `/api/v2/company${path}`, body });
const track = (x, what, body) => post(x, x.me, `/api/v2/track/${what}`, body);
/* Signed by the provider, which repeats it as it is. */
const told = (x, type, object, more) => ({ method: 'POST', unkeyed: true,
	path: '/payments/callbacks/stripe',
	...x.stub.event(type, object, more) });

const LINE = () => cpm({ Amount: '100.00' });
const stopped = async (x, more) => {
	const q = await x.nv.running([LINE()], '100.00', more);

	await x.nv.stop(200, q.id, day(0));
	return q;
};
const customer = async (x) => {
	const lead = { email: `lead-${unique()}@example.com`,
		event: unique() };

	await x.p.track(200, x.me, 'signup', { email: lead.email,
		ref_id: x.ann.code });
	await x.p.track(200, x.me, 'sale', { email: lead.email, amount: 2000,
		event_id: lead.event });
	return lead;
};

const OPERATIONS = {
	'checkout': { role: 'outside',
	/* one that died on its way is looked at by the jobs */
	again: async (x) => {
		await x.sql(`UPDATE payment SET look_at = UTC_TIMESTAMP(6)
		    WHERE status = 'creating'`);
		await x.nudge('look_at_payments');
	}, request: (x) => post(x, x.buyer,
	    '/payments/checkout-sessions', x.shop.body()) },
	'payment': { request: async (x) => told(x,
	    'checkout.session.completed', x.stub.pay(
		await x.shop.checkout())) },
	'refund of a payment': {
		request: async (x) => {
			const bought = await x.shop.buy();

			return { ...post(x, x.house,
			    `/admin/payments/${bought.id}/refunds`, {
				reason: 'Asked for' }), payment: bought.id };
		},
		/* Stripe is asked by the jobs */
		after: (x, r) => x.shop.state(r.payment, 'done', 20000),
	},
	'refund, done by the jobs': {
		role: 'jobs', from: 'refund_finish', turn: 'look_at_payments',
		request: async (x) => {
			const bought = await x.shop.buy();

			return { begin: async () => {
				await x.shop.refund(bought.id);
			}, again: () => x.sql(`UPDATE payment SET look_at =
			    UTC_TIMESTAMP(6) WHERE id = ${bought.id}
			    AND look_at IS NOT NULL`),
			done: `SELECT COUNT(*) FROM refund WHERE payment_id =
			    ${bought.id} AND status = 'done'` };
		},
	},
	'dispute': { request: async (x) => told(x, 'charge.dispute.created',
	    x.stub.dispute((await x.shop.buy()).at)) },
	'dispute that is won': { request: async (x) => {
		const d = x.stub.dispute((await x.shop.buy()).at);

		await x.shop.told('charge.dispute.created', d);
		return told(x, 'charge.dispute.closed', d, { status: 'won' });
	} },
	'earnings released by the jobs': {
		role: 'jobs', from: 'earning_release',
		turn: 'release_earnings', request: async (x) => {
			const { id } = await x.commission(true);

			return { begin: () => x.sql(`UPDATE earning SET
			    available_at = UTC_TIMESTAMP(6) WHERE id = ${id}`),
			done: `SELECT status = 'available' FROM earning
			    WHERE id = ${id}` };
		},
	},

	'tokens given': { request: (x) => post(x, x.house,
	    '/admin/token-adjustments', { amount: 5, reason: 'Test',
		organizationId: x.me.organization.id }) },
	'reservation': { request: (x) => post(x, x.me, '/token-reservations',
	    { amount: 10 }) },
	'reservation settled': { request: async (x) => post(x, x.me,
	    `/token-reservations/${(await x.w.reserve(x.me, 10)).id}/settle`,
	    { amount: 4 }) },
	'reservation released': { request: async (x) => post(x, x.me,
	    `/token-reservations/${(await x.w.reserve(x.me, 10)).id}/release`) },
	'reservation that runs out': {
		role: 'jobs', from: 'reservation_release',
		turn: 'expire_reservations', request: async (x) => {
			const { id } = await x.w.reserve(x.me, 10);

			return { begin: () => x.sql(`UPDATE token_reservation
			    SET expires_at = UTC_TIMESTAMP(6) WHERE id = ${id}`),
			done: `SELECT status = 'expired' OR status = 'released'
			    FROM token_reservation WHERE id = ${id}` };
		},
	},
	'tokens that run out': {
		role: 'jobs', from: 'account_balance_locked',
		turn: 'expire_tokens', request: async (x) => {
			await x.sql(`UPDATE product SET valid_days = 30
			    WHERE id = ${x.product.id}`);
			const bought = await x.shop.buy();
			await x.sql(`UPDATE product SET valid_days = NULL
			    WHERE id = ${x.product.id}`);
			return { begin: () => x.sql(`UPDATE token_lot SET
			    expires_at = UTC_TIMESTAMP(6)
			    WHERE payment_id = ${bought.id}`),
			done: `SELECT COUNT(*) FROM token_transaction WHERE
			    type = 'expiry' AND reference =
			    'payment ${bought.id}'` };
		},
	},

	'withdrawal': { request: (x) => post(x, x.referrer,
	    '/referrer-transactions/withdraw', { amount: 1,
		currency: 'USD' }) },
	'withdrawal refused': { request: async (x) => post(x, x.house,
	    `/admin/withdrawals/${(await x.withdrawal()).id}/refuse`, {
		reason: 'No account' }) },
	'withdrawal paid': { request: async (x) => {
		const at = `/admin/withdrawals/${(await x.withdrawal()).id}`;

		await x.w.ok(200, 'POST', `${at}/approve`, {
			token: x.house.token });
		return post(x, x.house, `${at}/paid`, { reference: unique() });
	} },

	'campaign made': { request: (x) => nv(x, 'POST',
	    '/consolidated/create', { CampaignID: 'NEW', AdvertiserID:
		`C-${unique()}`, BrandID: 'B-1', ProductGroupID: 'G-1',
		CampaignType: 'Flexible', Name: 'Spring', Currency: 'USD',
		Lines: [LINE()] }) },
	'prepayment': { request: async (x) => nv(x, 'POST',
	    `/${(await x.nv.running([LINE()])).id}/prepayments`, {
		Type: 'CA', DepositDate: day(0), Amount: '100.00' }) },
	'prepayment from the account': { request: async (x) => {
		const AdvertiserID = `C-${unique()}`;

		await stopped(x, { AdvertiserID });
		const q = await x.nv.running([LINE()], undefined, {
			AdvertiserID });

		return nv(x, 'POST', `/${q.id}/prepayments`, { Type: 'OA',
			DepositDate: day(0), Amount: '60.00' });
	} },
	'invoice': { request: async (x) => {
		const q = await x.nv.running([LINE()]);

		return nv(x, 'POST', `/${q.id}/invoices`, { Lines: q.lines });
	} },
	'delivery': { request: async (x) => {
		const q = await x.nv.running([LINE()], '100.00');

		return nv(x, 'PUT', `/${q.id}/lines/${q.lines[0]}/delivery`, {
			AsOf: day(0), Impressions: 40000 });
	} },
	'delivery after a stop': { request: async (x) => {
		const q = await stopped(x);

		return nv(x, 'PUT', `/${q.id}/lines/${q.lines[0]}/delivery`, {
			AsOf: day(0), Impressions: 40000 });
	} },
	'stop': { request: async (x) => {
		const q = await x.nv.running([LINE(), LINE()], '150.00');

		return nv(x, 'POST', `/${q.id}/stop`, { StopDate: day(0) });
	} },
	'cancel': { request: async (x) => post(x, x.me,
	    `/v1/hood/campaigns/${(await x.nv.running([LINE()], '100.00')).id}` +
	    '/cancel', { reason: 'No more money' }) },
	'refund of a campaign': { request: async (x) => nv(x, 'POST',
	    `/${(await stopped(x)).id}/refund`, { Amount: '30.00',
		Reference: unique() }) },
	'delete': { request: async (x) => {
		const q = await x.nv.running([LINE()]);

		await x.nv.nv(201, x.me, 'POST', `/${q.id}/invoices`, {
			Lines: q.lines });
		await x.nv.prepay(201, q.id, '40.00');
		return nv(x, 'DELETE', `/${q.id}`);
	} },
	'campaign that ends by itself': {
		role: 'jobs', from: 'campaign_lock', turn: 'campaigns',
		request: async (x) => {
			const q = await x.nv.running([LINE()], '100.00');

			return { begin: () => x.pass(q.id, 40),
			done: `SELECT settled AND status = 'finished'
			    FROM campaign WHERE id = ${q.id}` };
		},
	},

	'sale': { request: (x) => track(x, 'sale', { amount: 2000,
		email: `lead-${unique()}@example.com`, ref_id: x.ann.code,
		event_id: unique() }) },
	'refund of a sale': { request: async (x) => {
		const lead = await customer(x);

		return track(x, 'refund', { email: lead.email, amount: 500,
			event_id: unique(), sale_event_id: lead.event });
	} },
	'commission': { request: (x) => fp(x, 'POST', '/commissions', {
		commission_type: 'custom', amount: 100,
		promoter_campaign_id: x.ann.placement }) },
	'commission of a sale': { request: async (x) => fp(x, 'POST',
	    '/commissions', { commission_type: 'sale', sale_amount: 2000,
		referral_id: (await x.lead()).id }) },
	'commission denied': { request: async (x) => fp(x, 'POST',
	    '/commissions/deny', { ids: [(await x.commission()).id] }) },
	'commission destroyed': { request: async (x) => fp(x, 'DELETE',
	    '/commissions/destroy', { ids: [(await x.commission()).id] }) },
	'referrals deleted': { request: async (x) => {
		const { id } = await x.lead();

		await x.fp(200, 'POST', '/commissions', {
			commission_type: 'sale', sale_amount: 2000,
			referral_id: id });
		return fp(x, 'DELETE', '/referrals', { ids: [id] });
	} },
	'referrals deleted by the jobs': {
		role: 'jobs', from: 'batch_hold', request: async (x) => {
			const ids = [];

			for (let i = 0; i < 6; i++)
				ids.push((await x.lead()).id);
			await x.fp(200, 'POST', '/commissions', {
				commission_type: 'sale', sale_amount: 2000,
				referral_id: ids[0] });
			return { begin: () => x.fp(202, 'DELETE',
			    '/referrals', { ids }),
			again: () => x.sql(`UPDATE batch_turn SET lease_until =
			    NULL, due_at = UTC_TIMESTAMP(6) WHERE due_at > 0
			    AND organization_id = ${x.me.org}`),
			done: `SELECT COUNT(*) = 6 FROM referral WHERE
			    id IN (${ids}) AND deleted_at IS NOT NULL` };
		},
	},
	'payout made': { request: async (x) => fp(x, 'POST',
	    '/commissions/generate_payouts', { ids: [
		(await x.commission()).id] }) },
	'payouts by the month': {
		role: 'jobs', from: 'payout_sum', turn: 'make_payouts',
		request: async (x) => {
			const { id } = await x.commission();
			const org = `organization_id = ${x.me.org}`;

			return { begin: () => x.sql(`UPDATE earning SET
			    created_at = DATE_FORMAT(UTC_DATE() - INTERVAL 1
			    MONTH, '%Y-%m-15') WHERE id = ${id};
			    UPDATE program SET payouts_until = '1970-01-31'
			    WHERE ${org}`),
			again: () => x.sql(`UPDATE payout_again SET try_at =
			    UTC_TIMESTAMP(6) WHERE ${org}`),
			done: `SELECT payouts_until > '1970-01-31' AND NOT
			    EXISTS (SELECT 1 FROM payout_again WHERE ${org})
			    FROM program WHERE ${org}`, commission: id };
		},
		/* which is not what the sums by day know */
		after: (x, r) => x.sql(`UPDATE earning SET created_at =
		    UTC_TIMESTAMP(6) WHERE id = ${r.commission}`),
	},
	'payout paid': { request: async (x) => fp(x, 'POST',
	    '/payouts/mark_as_paid', { ids: [await x.payout()] }) },
	'payout unpaid': { request: async (x) => {
		const ids = [await x.payout()];

		await x.fp(200, 'POST', '/payouts/mark_as_paid', { ids });
		return fp(x, 'POST', '/payouts/mark_as_unpaid', { ids });
	} },
	'payout destroyed': { request: async (x) => fp(x, 'DELETE',
	    '/payouts/destroy', { ids: [await x.payout()] }) },
	'payments batch': { request: async (x) => {
		await x.payout();
		return fp(x, 'POST', '/payouts/create_payments_batch', {
			method: 'wise' });
	}, after: async (x) => {
		/* which takes all that waits: the next finds one again */
		const id = await x.sql('SELECT MAX(id) FROM payments_batch');

		await x.fp(200, 'POST', `/payments_batches/${id}/pay`, {});
	} },
	'payments batch paid': { request: async (x) => fp(x, 'POST',
	    `/payments_batches/${await x.paymentsBatch()}/pay`, {}) },
	'payments batch deleted': { request: async (x) => fp(x, 'DELETE',
	    `/payments_batches/${await x.paymentsBatch()}`),
	after: async (x) => {
		const id = await x.sql(`SELECT MAX(id) FROM payout WHERE
		    organization_id = ${x.me.org}`);

		await x.fp(200, 'POST', '/payouts/mark_as_paid', {
			ids: [Number(id)] });
	} },
};

module.exports = { OPERATIONS };
