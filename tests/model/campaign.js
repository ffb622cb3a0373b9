/*
 * The reference: what a campaign answers and what becomes of its money, by the
 * words of docs/campaigns.md and not by the program.  Small and slow.  Days
 * are numbers, money is BigInt; what is refused is thrown as a Refusal.
 */
'use strict';
const { portion, allot, min, max, sum } = require('./money');
const { Refusal, refuse, Line } = require('./line');
const { UNITS, ...views } = require('./view');

const LIVE = ['scheduled', 'running', 'paused'];
const OVER = ['stopped', 'finished', 'canceled', 'deleted'];
const MOST = 2n ** 53n - 1n;	/* that a JSON number can say */

/* An advertiser's account in one currency; references are an organization's. */
class Account {
	constructor(digits, references) {
		this.digits = digits;
		this.references = references;
		this.balance = 0n;
	}

	copy() {
		const to = new Account(this.digits, new Map(this.references));

		to.balance = this.balance;
		return to;
	}
}

class Campaign {
	constructor(account, given) {
		Object.assign(this, { account, status: 'draft', lines: [],
			payments: [], invoices: [], history: [], reason: null,
			starts: null, ends: null, ended: null, begins: null,
			launched: null, runs: 0, billed: false,
			settled: false, earned: 0n, released: 0n }, given);
		this.note('create');
	}

	/* To try something out on. */
	copy() {
		const { account, lines, log, ...rest } = this;

		return Object.assign(Object.create(Campaign.prototype),
		    structuredClone(rest), { log, account: account.copy(),
			lines: lines.map((l) => new Line({ ...l })) });
	}

	get over() { return OVER.includes(this.status); }
	get live() { return LIVE.includes(this.status); }
	get paid() { return sum(this.payments, (p) => p.amount - p.reversed); }
	get refunded() { return sum(this.lines, (l) => l.paidBack); }
	get parts() { return this.invoices.flatMap((n) => n.parts); }

	/* what: the ids and counts that are written with it. */
	note(action, what = [], by = true) {
		this.history.push([action, this.status, by, ...what]
		    .join(' '));
	}

	billedOf(line) {
		return sum(this.parts.filter((p) => p.line === line.id),
		    (p) => p.amount + p.tax - p.credited);
	}

	move(verb, status, today, by) {
		this.status = status;
		if (status !== 'scheduled')
			this.begins = null;
		if (status === 'running') {
			this.runs++;
			this.launched ??= today;
		}
		this.note(verb, [], by);
	}

	/* At once, or by its dates, or at a day that is named. */
	begin(today, at = this.starts) {
		if (at !== null && at > today) {
			this.begins = at;
			this.move('schedule', 'scheduled', today);
		} else {
			this.move('start', 'running', today);
		}
	}

	/* The six rules.  today: lines whose last day is before it have ended. */
	workOut(over, today) {
		const seen = this.ended ?? today;

		for (const l of this.lines)
			if (over)
				l.end(this.ended, seen);
			else if (this.status !== 'draft' && l.ends < today)
				l.end(l.ends, seen);
		if (over)
			this.credit();
		this.share(over);
		let money = this.paid - this.released;
		for (const n of this.invoices) {
			n.applied = min(money, n.amount - n.credited);
			money -= n.applied;
		}
		if (over)
			this.advise(this.released, this.lines);
	}

	credit() {
		const parts = this.invoices.flatMap((n) => n.parts
		    .map((p) => [n, p])).reverse();

		for (const [n, p] of parts) {
			const line = this.lines.find((l) => l.id === p.line);
			const more = max(0n, min(this.billedOf(line) -
			    line.gained, p.amount + p.tax - p.credited));

			p.credited += more;
			n.credited += more;
		}
	}

	/* Earned as far as money came in; when it is over, the rest released. */
	share(over) {
		const gained = this.gainedByEnded();
		const lacking = gained - (this.paid - this.released);

		if (lacking > 0n) {
			const back = min(lacking, this.account.balance,
			    this.released - this.refunded);

			this.release(-back);
		}
		this.earned = min(gained, this.paid - this.released);
		if (over)
			this.release(this.paid - this.earned - this.released);
	}

	release(amount) {
		this.released += amount;
		this.account.balance += amount;
	}

	gainedByEnded() {
		return sum(this.lines.filter((l) => l.ended !== null),
		    (l) => l.gained);
	}

	/* Where more went back than is due now, the others share the rest. */
	advise(money, lines) {
		const given = allot(min(money, sum(lines,
		    (l) => l.undelivered)), lines.map((l) => l.undelivered));
		const spent = lines.filter((l, i) => l.paidBack > given[i]);

		if (spent.length === 0) {
			lines.forEach((l, i) => l.advise(given[i]));
			return;
		}
		spent.forEach((l) => l.advise(0n));
		this.advise(money - sum(spent, (l) => l.paidBack),
		    lines.filter((l) => !spent.includes(l)));
	}

	settle(today) {
		this.settled = this.over && this.ended <= today;
		this.workOut(this.settled, today);
	}

	/* What the clock does: true where something was to be done. */
	tick(today) {
		const before = this.history.length;
		const due = (this.live && this.lines.some((l) =>
		    l.ended === null && l.ends < today)) || (this.over &&
		    !this.settled && this.ended < today);

		if (this.status === 'scheduled' && this.begins <= today)
			this.move('start', 'running', today, false);
		if (due)
			this.settle(today);
		/* what is entered late can be stopped for a day */
		if (this.live && this.ends !== null && this.ends < today &&
		    (this.launched === null || this.launched <= this.ends ||
		    this.launched < today)) {
			this.ended = this.ends;
			this.move('finish', 'finished', today, false);
			this.settle(today);
		}
		return due || this.history.length > before;
	}

	addLines(today, { lines, wrong = false }) {
		refuse(wrong, 'invalid');
		refuse(this.over, 'conflict');
		for (const given of lines) {
			const { dates } = given;
			const l = new Line({ ...given, starts: given.from ??
				dates?.[0] ?? this.starts, ends: given.to ??
				dates?.[dates.length - 1] ?? this.ends });

			this.lines.push(l);
			if (this.starts === null || l.starts < this.starts) {
				if (this.status === 'scheduled' &&
				    this.begins === this.starts)
					this.begins = l.starts;
				this.starts = l.starts;
			}
			this.ends = this.ends === null ? l.ends :
			    Math.max(this.ends, l.ends);
			this.note('add_line', [l.id]);
		}
		if (lines.length > 0)
			this.note('update');
		return { NewCampaignID: this.id, NewLines: lines.map((l) => ({
			ID: l.id, Amount: l.amount, TaxAmount: l.tax,
			TotalWithTax: l.amount + l.tax })) };
	}

	confirm(today) {
		refuse(this.over, 'conflict');
		const known = this.begins > today && (this.ends === null ||
		    this.begins <= this.ends);
		if (this.status === 'draft')
			this.begin(today, known ? this.begins : this.starts);
		return this.view(today);
	}

	prepay(today, { id, type, amount }) {
		refuse(amount === 0n, 'invalid');
		refuse(this.paid + amount > MOST, 'overflow');
		refuse(this.status === 'deleted', 'conflict');
		refuse(type === 'OA' && this.account.balance < amount, 'funds');
		if (type === 'OA')
			this.account.balance -= amount;
		this.payments.push({ id, type, amount, reversed: 0n });
		this.note('prepay', [id, amount]);
		this.settle(today);
		return { Type: type, Amount: amount, Prepaid: this.paid,
			OnAccount: this.account.balance };
	}

	/* What of a line belongs on an invoice, up to the end of a month. */
	billable(line, until) {
		let [amount, tax] = this.settled ?
		    [line.earned, line.earnedTax] : [line.amount, line.tax];

		if (until !== null) {
			const last = line.ended === null ? line.ends :
			    Math.max(line.starts, line.ended);
			const days = BigInt(last - line.starts + 1);
			const run = max(0n, min(days,
			    BigInt(until - line.starts + 1)));

			amount = portion(amount, run, days);
			tax = portion(tax, run, days);
		}
		const all = amount + tax - this.billedOf(line);
		if (all <= 0n)
			return [];
		const net = portion(amount, all, amount + tax);
		return [{ line: line.id, amount: net, tax: all - net,
			credited: 0n }];
	}

	bill(today, { id, lines, until = null }) {
		refuse(this.status === 'draft' || this.status === 'deleted',
		    'conflict');
		refuse(lines?.some((i) => !this.lines.some((l) => l.id === i)),
		    'not_found');
		const now = this.copy();
		now.settle(today);
		const parts = now.lines.filter((l) => lines?.includes(l.id) ??
		    true).flatMap((l) => now.billable(l, until));
		refuse(parts.length === 0, 'nothing_to_bill');
		this.settle(today);
		const n = { id, parts, applied: 0n, credited: 0n,
			amount: sum(parts, (p) => p.amount + p.tax) };
		const said = structuredClone(parts);
		this.invoices.push(n);
		this.billed = true;
		this.note('bill', [id, n.amount]);
		this.settle(today);
		return { Lines: said.map((p) => ({ ID: p.line,
			Amount: p.amount, TaxAmount: p.tax,
			TotalWithTax: p.amount + p.tax })),
			TotalWithTax: n.amount, Applied: n.applied,
			Open: n.amount - n.applied - n.credited };
	}

	deliver(today, { line: id, day, ...counts }) {
		refuse(day > today, 'invalid');
		const line = this.lines.find((l) => l.id === id);
		refuse(!line, 'not_found');
		refuse(this.status === 'draft' || this.status === 'deleted',
		    'conflict');
		refuse(this.ended !== null && day > this.ended, 'after_stop');
		const same = line.last?.day === day && ['Impressions',
			'Clicks'].every((m) => counts[m] === undefined ||
		    counts[m] === line.last[m]);
		if (!same) {
			line.report({ day, ...counts });
			this.note('deliver', [id,
				line.reported(day).Impressions,
				line.reported(day).Clicks]);
			this.settle(today);
		}
		return this.viewLine(line, this.ended ?? today);
	}

	pause(today) {
		refuse(this.status === 'deleted', 'not_found');
		refuse(!['scheduled', 'running'].includes(this.status),
		    'conflict');
		this.move('pause', 'paused', today);
	}

	resume(today, { at }) {
		refuse(this.status === 'deleted', 'not_found');
		refuse(this.status !== 'paused', 'conflict');
		refuse(at !== undefined && (at <= today ||
		    (this.ends !== null && at > this.ends)), 'invalid');
		this.begin(today, at);
	}

	/* What the Ocamba face may change, and when that begins. */
	patch(today, { now = false, at }) {
		const starts = now || at !== undefined;

		refuse(this.status === 'deleted', 'not_found');
		refuse(!(this.status === 'draft' || this.status ===
		    'scheduled' || (this.status === 'paused' && !starts)),
		    'conflict');
		refuse(at !== undefined && (at <= today ||
		    (this.ends !== null && at > this.ends)), 'invalid');
		this.note('update');
		if (starts)
			this.begin(today, at);
	}

	close(verb, status, day, today) {
		this.ended = day;
		this.move(verb, status, today);
		this.settle(today);
	}

	stop(today, { day }) {
		if (this.status === 'stopped') {
			refuse(this.ended !== day, 'stopped');
		} else {
			refuse(this.ends !== null && day > this.ends,
			    'after_end');
			refuse(this.status === 'draft', 'delete_instead');
			refuse(!this.live, 'conflict');
			this.close('stop', 'stopped', day, today);
		}
		/* of a day to come it says what would be */
		const as = this.settled ? this : this.copy();
		const { balance } = as.account;
		if (!this.settled)
			as.workOut(true, as.ended);
		return { CampaignID: this.id, StopDate: day, Status: 'ST',
			Lines: as.lines.map((l) => ({ ID: l.id,
				PriceType: l.price, Amount: l.amount,
				Earned: l.earned, RefundDue: l.due,
				TaxRefundDue: l.dueTax,
				Formula: this.formula(l) })),
			RefundDue: sum(as.lines, (l) => l.due),
			TaxRefundDue: sum(as.lines, (l) => l.dueTax),
			OnAccount: balance };
	}

	cancel(today, { reason }) {
		refuse(this.status === 'deleted', 'not_found');
		if (this.status === 'canceled') {
			refuse(reason !== this.reason, 'conflict');
		} else {
			refuse(this.status === 'draft', 'delete_instead');
			refuse(!this.live, 'conflict');
			this.reason = reason;
			this.close('cancel', 'canceled', this.ends === null ?
			    today : Math.min(today, this.ends), today);
		}
		return { refund_due: sum(this.lines, (l) => l.due),
			tax_refund_due: sum(this.lines, (l) => l.dueTax),
			on_account: this.account.balance,
			lines: this.lines.map((l) => ({ id: l.id,
				earned: l.earned, refund_due: l.due,
				tax_refund_due: l.dueTax })) };
	}

	refund(today, { reference, amount, lines }) {
		const asked = JSON.stringify([this.id, amount, lines],
		    (k, v) => typeof v === 'bigint' ? `${v}` : v);
		const known = this.account.references.get(reference);

		refuse(amount === 0n || (lines && sum(lines, (l) =>
		    l.amount) !== amount), 'invalid');
		refuse(known !== undefined && known !== asked, 'refund_taken');
		if (known === undefined)
			this.payBack(amount, lines, reference, asked);
		return { CampaignID: this.id,
			Refunded: sum(this.lines, (l) => l.refunded),
			TaxRefunded: sum(this.lines, (l) => l.refundedTax),
			RefundDue: sum(this.lines, (l) => l.owed),
			TaxRefundDue: sum(this.lines, (l) => l.dueTax -
			    l.refundedTax),
			OnAccount: this.account.balance };
	}

	payBack(amount, lines, reference, asked) {
		refuse(this.status === 'deleted' || !this.settled, 'conflict');
		refuse(amount > sum(this.lines, (l) => l.owed),
		    'more_than_due');
		const given = lines ? this.lines.map(() => 0n) :
		    allot(amount, this.lines.map((l) => l.owed));
		for (const one of lines ?? []) {
			const i = this.lines.findIndex((l) => l.id === one.id);

			refuse(i < 0, 'not_found');
			given[i] += one.amount;
			refuse(given[i] > this.lines[i].owed, 'more_than_due');
		}
		const taxes = this.lines.map((l, i) => given[i] === 0n ? 0n :
		    max(0n, portion(l.dueTax, l.refunded + given[i], l.due) -
			l.refundedTax));
		const all = amount + sum(taxes, (t) => t);
		refuse(all > this.account.balance, 'funds');
		this.lines.forEach((l, i) => {
			l.refunded += given[i];
			l.refundedTax += taxes[i];
		});
		this.account.balance -= all;
		this.account.references.set(reference, asked);
		this.note('refund', [amount, all - amount]);
	}

	delete(today, { unapply = true, reverse = true }) {
		if (this.status !== 'deleted')
			this.undo(today, unapply || reverse, reverse);
		const credited = this.invoices.filter((n) => n.credited > 0n);
		const back = this.payments.filter((p) => p.reversed > 0n);
		const at = Math.min(this.ended, today);
		return { CampaignID: this.id, Status: this.code(),
			InvoicesCredited: credited.map((n) => n.id),
			AmountCredited: sum(credited, (n) => n.credited),
			PaymentsReversed: back.map((p) => p.id),
			AmountReversed: sum(back, (p) => p.reversed),
			OnAccount: this.account.balance,
			Warnings: this.lines.filter((l) =>
			    this.launched !== null && l.done(at) > 0n)
			    .map((l) => `Of line ${l.id} was delivered: ` +
				`${l.done(at)}/${l.booked} ` +
				UNITS[l.price]) };
	}

	undo(today, unapply, reverse) {
		this.ended ??= today;
		this.move('delete', 'deleted', today);
		for (const n of this.invoices) {
			if (unapply)
				n.applied = 0n;
			let more = n.amount - n.applied - n.credited;
			n.credited += more;
			for (const p of [...n.parts].reverse()) {
				const one = min(more, p.amount + p.tax -
				    p.credited);

				p.credited += one;
				more -= one;
			}
		}
		for (const l of this.lines) {
			l.ended ??= this.ended;
			l.counted = l.earned = l.earnedTax = 0n;
			l.due = l.refunded;
			l.dueTax = l.refundedTax;
		}
		this.settled = true;
		this.earned = sum(this.invoices, (n) => n.applied);
		this.release(this.paid - this.earned - this.released);
		if (reverse)
			this.reverse();
	}

	/* The last that came in first; what was drawn stays on the account. */
	reverse() {
		let left = max(0n, min(this.account.balance, this.paid -
		    this.refunded));

		for (const p of [...this.payments].reverse()) {
			const amount = min(left, p.amount - p.reversed);

			p.reversed += amount;
			left -= amount;
			this.released -= amount;
			if (p.type !== 'OA')
				this.account.balance -= amount;
		}
	}
}

Object.assign(Campaign.prototype, views);

module.exports = { Account, Campaign, Refusal };
