/* What the faces show of a campaign: methods of the reference. */
'use strict';
const { refuse } = require('./line');
const { portion, max, sum, print } = require('./money');

const UNITS = { CPM: 'impressions', CPC: 'clicks', CPD: 'days',
	Flat: 'begun', Insertion: 'insertions' };

module.exports = {
	UNITS,

	formula(l) {
		const text = (n) => print(n, this.account.digits);
		const rest = l.amount - l.earned;
		const why = l.due < rest ? ', of which was paid: ' :
		    l.due > rest ? ', but refunded before: ' : null;

		return `${text(l.amount)} x (1 - ${l.counted}/${l.booked} ` +
		    `${UNITS[l.price]}) = ${text(rest)}` +
		    (why ? why + text(l.due) : '');
	},

	code() {
		return { draft: 'Q1', stopped: 'ST',
			canceled: this.billed ? 'KI' : 'DE',
			deleted: this.billed ? 'AC' : 'DE' }[this.status] ??
		    'CO';
	},

	/* Kept once it has ended; before that up to a day. */
	earnedOf(l, day) {
		return l.ended !== null || this.launched === null ? l.earned :
		    portion(l.amount, l.done(day), l.booked);
	},

	viewLine(l, day) {
		return { ID: l.id, PriceType: l.price, StartDate: l.starts,
			EndDate: l.ends, InsertionDates: l.dates ?? [],
			Quantity: l.price === 'CPD' ? 1n : l.booked,
			Amount: l.amount, TaxAmount: l.tax,
			TotalWithTax: l.total,
			Impressions: l.last?.Impressions ?? 0n,
			Clicks: l.last?.Clicks ?? 0n,
			AsOf: l.last?.day ?? null, Invoiced: this.billedOf(l),
			Earned: this.earnedOf(l, day), RefundDue: l.owed,
			TaxRefundDue: l.dueTax - l.refundedTax,
			Refunded: l.refunded, TaxRefunded: l.refundedTax };
	},

	view(today) {
		const day = this.ended ?? today;
		const of = (name) => sum(this.invoices, (n) => n[name]);
		const all = (name) => sum(this.lines, (l) => l[name]);
		const claims = max(this.earned, of('amount') - of('credited'));

		return { CampaignID: this.id, Status: this.code(),
			State: this.status, StartDate: this.starts,
			EndDate: this.ends, StopDate: this.ended,
			Amount: all('amount'), TaxAmount: all('tax'),
			Invoiced: of('amount'), Applied: of('applied'),
			Credited: of('credited'), Open: of('amount') -
			    of('applied') - of('credited'),
			Prepaid: this.paid, EarnedAndPaid: this.earned,
			Released: this.released, Reserved: this.paid -
			    this.earned - this.released,
			Earned: sum(this.lines, (l) => this.earnedOf(l, day)),
			Unbilled: max(0n, this.gainedByEnded() - claims),
			RefundDue: all('owed'), TaxRefundDue: all('dueTax') -
			    all('refundedTax'), Refunded: all('refunded'),
			TaxRefunded: all('refundedTax'),
			OnAccount: this.account.balance,
			Lines: this.lines.map((l) => this.viewLine(l, day)),
			Invoices: this.invoices.map((n) => ({ ID: n.id,
				TotalWithTax: n.amount, Applied: n.applied,
				Credited: n.credited, Open: n.amount -
				    n.applied - n.credited })),
			Prepayments: this.payments.map((p) => ({ ID: p.id,
				Type: p.type, Amount: p.amount,
				Reversed: p.reversed })) };
	},

	/* As the Ocamba face has it. */
	hood() {
		refuse(this.status === 'deleted', 'not_found');
		return { id: this.id, status: ['stopped', 'finished']
			.includes(this.status) ? 'sent' : this.status,
			was_launched: this.launched !== null,
			run_counter: this.runs, next_run_time: this.begins };
	},

	/* A quote holds as long as this is the same. */
	print(answer) {
		return JSON.stringify([answer, this.paid, this.invoices
		    .map((n) => [n.applied, n.credited]), this.lines
		    .map((l) => [l.refunded, l.refundedTax])], (k, v) =>
		    typeof v === 'bigint' ? `${v}` : v);
	},
};
