/* A line of the reference: what it earned, and what is due back of it. */
'use strict';
const { portion, min, max } = require('./money');

class Refusal extends Error {
	constructor(slug) {
		super(slug);
		this.slug = slug;
	}
}

function refuse(when, slug) {
	if (when)
		throw new Refusal(slug);
}

class Line {
	constructor(given) {
		Object.assign(this, { reports: [], ended: null, counted: 0n,
			earned: 0n, earnedTax: 0n, due: 0n, dueTax: 0n,
			refunded: 0n, refundedTax: 0n }, given);
	}

	get total() { return this.amount + this.tax; }
	get gained() { return this.earned + this.earnedTax; }
	get undelivered() { return this.total - this.gained; }
	get paidBack() { return this.refunded + this.refundedTax; }
	get owed() { return this.due - this.refunded; }
	get last() { return this.reports[this.reports.length - 1]; }

	/* What was reported up to a day. */
	reported(day) {
		return this.reports.filter((r) => r.day <= day).pop() ??
		    { Impressions: 0n, Clicks: 0n };
	}

	get booked() {
		return this.price === 'CPD' ? BigInt(this.ends - this.starts) +
		    1n : this.price === 'Insertion' ?
		    BigInt(this.dates.length) : this.price === 'Flat' ? 1n :
		    this.quantity;
	}

	/* How much of the booked is done by the end of a day. */
	done(day, seen = day) {
		if (day < this.starts)
			return 0n;
		return min(this.booked, {
			CPM: () => this.reported(seen).Impressions,
			CPC: () => this.reported(seen).Clicks,
			CPD: () => BigInt(day - this.starts) + 1n,
			Flat: () => 1n,
			Insertion: () => BigInt(this.dates.filter((d) =>
			    d <= seen).length),
		}[this.price]());
	}

	/* It ended as of a day; reports that were seen up to another count. */
	end(day, seen) {
		this.ended = min(day, this.ends);
		this.counted = this.done(day, seen);
		this.earned = portion(this.amount, this.counted, this.booked);
		this.earnedTax = portion(this.tax, this.counted, this.booked);
	}

	report({ day, Impressions, Clicks }) {
		const now = this.reported(day);
		const next = this.reports.find((r) => r.day > day);
		const r = { day, Impressions: Impressions ?? now.Impressions,
			Clicks: Clicks ?? now.Clicks };

		refuse(['Impressions', 'Clicks'].some((m) => r[m] < now[m] ||
		    (next && r[m] > next[m])), 'backwards');
		this.reports = [...this.reports.filter((o) => o.day !== day),
			r].sort((a, b) => a.day - b.day);
	}

	/* given: what of its whole is due, with tax and what went back. */
	advise(given) {
		const room = given - this.paidBack;

		this.due = this.refunded;
		this.dueTax = this.refundedTax;
		if (room <= 0n)
			return;
		this.due = max(this.refunded, min(this.refunded + room,
		    portion(this.amount - this.earned, given,
			this.undelivered)));
		this.dueTax = given - this.due;
	}
}

module.exports = { Refusal, refuse, Line };
