/*
 * What a client can do to a campaign: how each is asked for on the wire, and
 * how one is made up at random, mostly one that fits the state it is in.
 */
'use strict';
const { print } = require('./money');
const { iso, gmt } = require('./wire');

const nv = (c, rest = '') => `/api/campaigns/${c.id}${rest}`;
const hood = (c, rest = '') => `/v1/hood/campaigns/${c.id}${rest}`;
const money = (c, n) => print(n, c.account.digits);

/* A line as it is sent; off: of the campaign whose days it names. */
function sent(c, l) {
	const day = (d) => d === undefined ? undefined : iso(d - c.off);

	return { ProductID: 'P', PriceType: l.price, StartDate: day(l.from),
		EndDate: day(l.to), InsertionDates: l.dates?.map(day),
		Quantity: l.quantity, Amount: money(c, l.amount),
		TaxAmount: l.tax === 0n ? undefined : money(c, l.tax) };
}

/*
 * verb: its request, and what of its answer the reference could not know.
 * quote: it has a dry run.
 */
const OPERATIONS = {
	addLines: {
		status: 201,
		request: (c, a) => ({ method: 'POST',
			path: '/api/campaigns/consolidated/create', body: {
			CampaignID: c.id, ...a.more, Lines: a.lines.map((l) =>
			    ({ ...sent(c, l), ...a.wrong })) } }),
		learn: (a, body) => a.lines.forEach((l, i) => {
			l.id = body.NewLines[i].ID;
		}),
	},
	confirm: {
		status: 200,
		request: (c) => ({ method: 'POST', path: nv(c, '/confirm') }),
	},
	prepay: {
		status: 201,
		request: (c, a) => ({ method: 'POST',
			path: nv(c, '/prepayments'), body: { Type: a.type,
				DepositDate: '2026-01-02',
				Amount: money(c, a.amount) } }),
		learn: (a, body) => { a.id = body.ID; },
	},
	bill: {
		status: 201,
		request: (c, a) => ({ method: 'POST', path: nv(c, '/invoices'),
			body: { Lines: a.lines, Month: a.month } }),
		learn: (a, body) => { a.id = body.ID; },
	},
	deliver: {
		status: 200,
		request: (c, a) => ({ method: 'PUT',
			path: nv(c, `/lines/${a.line}/delivery`), body: {
				Impressions: a.Impressions, Clicks: a.Clicks,
				AsOf: iso(a.day - c.off) } }),
	},
	pause: {
		status: 204, hood: true,
		request: (c) => ({ method: 'POST', path: hood(c, '/pause'),
			body: { reason: 'A storm' } }),
	},
	resume: {
		status: 204, hood: true,
		request: (c, a) => ({ method: 'POST', path: hood(c, '/resume'),
			body: a.at === undefined ? { run_immediately: 1 } :
			    { scheduled_time: gmt(a.at - c.off) } }),
	},
	patch: {
		status: 204, hood: true,
		request: (c, a) => ({ method: 'PATCH', path: hood(c),
			body: { description: 'Other words',
			    run_immediately: a.now ? 1 : undefined,
			    scheduled_time: a.at === undefined ? undefined :
				gmt(a.at - c.off) } }),
	},
	stop: {
		status: 200, quote: true,
		request: (c, a, dry) => ({ method: 'POST',
			path: nv(c, '/stop'), body: {
				StopDate: iso(a.day - c.off), DryRun: dry } }),
	},
	cancel: {
		status: 204, hood: true, quote: true,
		request: (c, a, dry) => ({ method: 'POST',
			path: hood(c, '/cancel'), body: { reason: a.reason,
				dry_run: dry } }),
	},
	refund: {
		status: 200, quote: true,
		request: (c, a, dry) => ({ method: 'POST',
			path: nv(c, '/refund'), body: {
				Amount: money(c, a.amount),
				Reference: a.reference,
				Lines: a.lines?.map((l) => ({ ID: l.id,
					Amount: money(c, l.amount) })),
				DryRun: dry } }),
	},
	delete: {
		status: 200, quote: true,
		request: (c, a, dry) => ({ method: 'DELETE', path: nv(c, '?' +
			(a.unapply === undefined ? '' :
			    `unapplyPaidInvoices=${a.unapply}&`) +
			(a.reverse === undefined ? '' :
			    `reversePayment=${a.reverse}&`) +
			(dry ? 'dryRun=true' : '')).replace(/[?&]$/, '') }),
	},
	view: {
		status: 200, read: true,
		request: (c) => ({ method: 'GET', path: nv(c) }),
	},
	hood: {
		status: 200, read: true, hood: true,
		request: (c) => ({ method: 'GET', path: hood(c) }),
	},
};

/* The status of what is refused; the Ocamba face has its own for two. */
const STATUS = { invalid: 400, not_found: 404, conflict: 409,
	delete_instead: 409, stopped: 409, nothing_to_bill: 409,
	refund_taken: 409, stale: 412, funds: 422, after_end: 422,
	after_stop: 422, backwards: 422, more_than_due: 422, overflow: 422, key_reused: 422 };

const statusOf = (op, slug) => op.hood && STATUS[slug] === 409 &&
    (slug === 'conflict' || slug === 'delete_instead') ? 400 : STATUS[slug];

/* Amounts of which many do not divide; of some clients, cents only. */
function amount(r) {
	return r.small ? BigInt(r.int(0, 9)) : r.weighted([[() => BigInt(r.int(0, 7)), 1],
	    [() => BigInt(r.int(8, 3333)), 4],
	    [() => BigInt(r.int(1, 1000)) * 100n, 4],
	    [() => BigInt(r.int(1, 2 ** 31)), 1],
	    [() => BigInt(r.int(1, 2 ** 20)) * 1048573n, 0.2]])();
}

function makeLine(r, today, within) {
	const price = r.pick(['CPM', 'CPM', 'CPC', 'CPD', 'CPD', 'Flat',
		'Insertion']);
	const a = amount(r);
	const l = { price, amount: a, tax: r.weighted([[0n, r.small ? 1 : 3],
		[a * 19n / 100n, 2], [amount(r), r.small ? 3 : 1]]) };
	const from = within ? r.int(within[0], within[1]) :
	    today + r.int(-20, 8);
	const to = within ? r.int(from, within[1]) : from + r.int(0, 24);

	if (price === 'CPM' || price === 'CPC')
		l.quantity = r.weighted([[BigInt(r.int(1, 12)), 1],
		    [BigInt(r.int(13, 99999)), r.small ? 0 : 2],
		    [100000n, r.small ? 0 : 1]]);
	if (price === 'Insertion')
		l.dates = Array.from({ length: r.int(1, 6) }, () =>
		    r.int(from, to)).sort((x, y) => x - y)
		    .filter((d, i, all) => d !== all[i - 1]);
	/* what is not said follows from the insertions or the whole */
	return within && r.chance(0.3) ? l : { ...l, from, to };
}

const makeLines = (r, today, within) => Array.from({ length:
    r.weighted([[1, 3], [2, 3], [3, 2], [r.int(4, 7), 1]]) }, () =>
    makeLine(r, today, within));

/* So much, or nearly, or all, or a cent more. */
const about = (r, all) => r.weighted([[r.fraction(all), 5], [all, 3],
    [all + 1n, 1], [0n, 0.3], [all * 2n + 5n, 0.5]]);

const total = (c) => c.lines.reduce((n, l) => n + l.total, 0n);

const ARGUMENTS = {
	addLines: (r, c, t) => ({ lines: makeLines(r, t, c.starts !== null &&
		r.chance(0.3) ? [c.starts, c.ends] : undefined),
		...(r.chance(0.06) ? { wrong: { Quantity: 0 } } : {}) }),
	confirm: () => ({}),
	prepay(r, c) {
		const type = r.pick(['CA', 'CC', 'CK', 'OA', 'OA']);

		return { type, amount: about(r, type === 'OA' &&
			r.chance(0.6) ? c.account.balance : r.pick([total(c),
			total(c), total(c) / 2n, 100n])) };
	},
	bill(r, c) {
		const a = {};

		if (r.chance(0.4) && c.lines.length > 0)
			a.lines = c.lines.filter(() => r.chance(0.5))
			    .map((l) => l.id);
		if (a.lines?.length === 0)
			delete a.lines;
		if (r.chance(0.05))
			a.lines = [...(a.lines ?? []), '999999999999'];
		if (r.chance(0.3)) {
			const day = r.int(c.starts ?? 0, c.ends ?? 0) - c.off;
			const [y, m] = iso(day).split('-').map(Number);

			a.month = iso(day).slice(0, 7);
			a.until = Date.UTC(y, m, 1) / 86400000 - 1 + c.off;
		}
		return a;
	},
	deliver(r, c, t) {
		const l = r.pick(c.lines);
		const of = l.price === 'CPC' ? 'Clicks' : 'Impressions';
		const day = r.chance(0.04) ? t + r.int(1, 9) : Math.min(t,
		    r.int(Math.min(l.starts, t) - 1, (c.ended ?? t) +
			(r.chance(0.2) ? 3 : 0)));
		const now = l.reported(day)[of];
		const next = l.reports.find((x) => x.day > day)?.[of];
		const top = next ?? now + (l.quantity ?? 50n) / 2n + 1n;
		const a = { line: r.chance(0.02) ? '999999999999' : l.id, day,
			[of]: r.chance(0.06) ? (now > 0n && r.chance(0.5) ?
			    now - 1n : top + 1n) :
			    now + r.fraction(top - now) };

		if (r.chance(0.1))
			a[of === 'Clicks' ? 'Impressions' : 'Clicks'] =
			    BigInt(r.int(0, 9));
		return a;
	},
	pause: () => ({}),
	resume: (r, c, t) => r.chance(0.5) ? {} : { at: t + r.int(1, 9) },
	patch: (r, c, t) => r.weighted([[{}, 3], [{ now: true }, 1],
	    [{ at: t + r.int(1, 9) }, 1]]),
	stop: (r, c, t) => ({ day: r.weighted([[t, 3],
	    [r.int(Math.min(c.starts ?? t, t) - 2, Math.max(t,
		c.ends ?? t) + 1), 4], [t + r.int(1, 6), 1],
	    [t - r.int(1, 6), 1]]) }),
	cancel: (r) => ({ reason: r.pick(['No more', 'It rains', 'Why not']) }),
	refund(r, c) {
		const owed = c.lines.filter((l) => l.owed > 0n);
		const a = { reference: `${c.tag}-${c.log.length}` };

		if (owed.length > 0 && r.chance(0.4)) {
			a.lines = owed.filter(() => r.chance(0.6))
			    .map((l) => ({ id: l.id, amount: about(r,
				l.owed) }));
			if (a.lines.length === 0 || r.chance(0.05))
				a.lines.push({ id: r.chance(0.5) ?
				    owed[0].id : '999999999999', amount: 1n });
			a.amount = a.lines.reduce((n, l) => n + l.amount, 0n) +
			    (r.chance(0.03) ? 1n : 0n);
			a.lines = a.lines.filter((l) => l.amount > 0n);
			if (a.lines.length === 0)
				delete a.lines;
		} else {
			a.amount = owed.length === 0 && r.chance(0.9) ?
			    BigInt(r.int(1, 99)) : about(r,
				owed.reduce((n, l) => n + l.owed, 0n));
		}
		if (c.references.length > 0 && r.chance(0.08))
			Object.assign(a, r.chance(0.6) ?
			    r.pick(c.references) : { reference:
				r.pick(c.references).reference });
		return a;
	},
	delete: (r) => r.chance(0.5) ? {} : { unapply: r.chance(0.5),
		reverse: r.chance(0.4) },
	view: () => ({}),
	hood: () => ({}),
};

/* What fits the state is likelier. */
function weights(c) {
	const draft = c.status === 'draft', { over, live } = c;

	return [
		['addLines', over ? 0.2 : draft ? 2 : 1],
		['confirm', draft ? 8 : 0.4],
		['prepay', over ? 1.5 : 5],
		['bill', draft ? 0.3 : over ? 1 : 5],
		['deliver', c.lines.length === 0 ? 0 : draft ? 0.3 :
		    over ? 3 : 9],
		['pause', live ? 1.5 : 0.2],
		['resume', c.status === 'paused' ? 4 : 0.2],
		['patch', over ? 0.1 : 0.7],
		['stop', live ? 2 : 0.5],
		['cancel', live ? 0.7 : c.status === 'canceled' ? 0.7 : 0.15],
		['refund', over ? 6 : 0.3],
		['delete', over ? 0.4 : 0.12],
		['pass', live ? 2.5 : over && !c.settled ? 3 : 0.2],
		['view', 1.5], ['hood', 0.7],
	];
}

module.exports = { OPERATIONS, ARGUMENTS, statusOf, weights, makeLines };
