/* How often each operation came to each outcome, and which must come up. */
'use strict';

/* Of a thousand operations. */
const ALWAYS = {
	create: [201],
	createHood: [201],
	addLines: [201],
	confirm: [200],
	prepay: [201],
	bill: [201],
	deliver: [200],
	pause: [204],
	resume: [204],
	patch: [204],
	stop: [200],
	cancel: [204],
	refund: [200],
	delete: [200],
	view: [200],
	hood: [200],
	quote: ['kept', 'refused'],
	again: ['replayed', 'done anew', '422 key_reused'],
	lost: ['connection'],
	clock: ['finish', 'settle'],
	storm: ['explained'],
	price: ['CPM', 'CPC', 'CPD', 'Flat', 'Insertion'],
	money: ['credited', 'unbilled'],
};
/* Of some thousands. */
const COMMON = {
	addLines: ['409 conflict'],
	confirm: ['409 conflict'],
	prepay: ['400 invalid', '409 conflict', '422 funds'],
	bill: ['404 not_found', '409 conflict', '409 nothing_to_bill'],
	deliver: ['400 invalid', '404 not_found', '409 conflict',
		'422 after_stop', '422 backwards'],
	pause: ['400 conflict', '404 not_found'],
	resume: ['400 conflict', '404 not_found'],
	patch: ['400 conflict'],
	stop: ['409 conflict', '409 stopped', '422 after_end'],
	cancel: [200, '400 conflict'],
	refund: ['400 invalid', '404 not_found', '409 conflict',
		'409 refund_taken', '422 more_than_due'],
	hood: ['404 not_found'],
	quote: ['stale'],
	clock: ['start', 'nothing'],
	money: ['back from the account', 'more refunded than due'],
	end: ['running', 'stopped', 'finished', 'canceled', 'deleted'],
};
/* Of many thousands. */
const RARE = {
	create: ['400 invalid'],
	addLines: ['400 invalid', '404 not_found'],
	confirm: ['404 not_found'],
	prepay: ['404 not_found'],
	resume: ['400 invalid'],
	patch: ['400 invalid', '404 not_found'],
	stop: ['404 not_found', '409 delete_instead', '412 stale'],
	cancel: ['400 delete_instead', '404 not_found', '412 stale'],
	refund: ['412 stale', '422 funds'],
	delete: ['404 not_found', '412 stale'],
	view: ['404 not_found'],
	end: ['draft', 'scheduled', 'paused'],
};
const KILLED = { killed: ['worker', 'jobs', 'supervisor', 'nginx',
	'mariadbd'] };

class Coverage {
	constructor() { this.seen = new Map(); }

	count(what, outcome) {
		const key = `${what} ${outcome}`;

		this.seen.set(key, (this.seen.get(key) ?? 0) + 1);
	}

	/* Of what so many operations must bring. */
	missing(operations, killed) {
		return [[1000, ALWAYS], [6000, COMMON], [40000, RARE],
			[6000, killed ? KILLED : {}]]
		    .flatMap(([n, list]) => operations >= n ?
			Object.entries(list) : [])
		    .flatMap(([what, all]) => all.map((o) => `${what} ${o}`))
		    .filter((key) => !this.seen.has(key));
	}

	table() {
		const by = new Map();

		for (const [key, n] of [...this.seen].sort()) {
			const [what, ...rest] = key.split(' ');

			by.set(what, [...(by.get(what) ?? []),
				`${rest.join(' ')}: ${n}`]);
		}
		return [...by].map(([what, all]) =>
		    `${what.padEnd(10)} ${all.join(', ')}`).join('\n');
	}
}

module.exports = { Coverage };
