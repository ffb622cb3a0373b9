/* How often each operation came to each outcome, and which must come up. */
'use strict';

const COMMON = {
	create: [201],
	createHood: [201],
	addLines: [201, '400 invalid', '409 conflict'],
	confirm: [200, '409 conflict'],
	prepay: [201, '400 invalid', '409 conflict', '422 funds'],
	bill: [201, '404 not_found', '409 conflict', '409 nothing_to_bill'],
	deliver: [200, '400 invalid', '404 not_found', '409 conflict',
		'422 after_stop', '422 backwards'],
	pause: [204, '400 conflict', '404 not_found'],
	resume: [204, '400 conflict', '404 not_found'],
	patch: [204, '400 conflict', '404 not_found'],
	stop: [200, '409 conflict', '409 stopped', '422 after_end'],
	cancel: [200, 204, '400 conflict', '404 not_found'],
	refund: [200, '400 invalid', '404 not_found', '409 conflict',
		'409 refund_taken', '412 stale', '422 more_than_due'],
	delete: [200],
	view: [200],
	hood: [200, '404 not_found'],
	quote: ['kept', 'stale', 'refused'],
	again: ['replayed', 'done anew', '422 key_reused'],
	lost: ['connection'],
	clock: ['finish', 'settle', 'start', 'nothing'],
	storm: ['explained'],
	price: ['CPM', 'CPC', 'CPD', 'Flat', 'Insertion'],
	money: ['credited', 'back from the account', 'unbilled',
		'more refunded than due'],
	end: ['running', 'stopped', 'finished', 'canceled', 'deleted'],
};
/* Once in some thousand operations. */
const RARE = {
	create: ['400 invalid'],
	addLines: ['404 not_found'],
	confirm: ['404 not_found'],
	prepay: ['404 not_found'],
	resume: ['400 invalid'],
	patch: ['400 invalid'],
	stop: ['404 not_found', '409 delete_instead', '412 stale'],
	cancel: ['400 delete_instead', '412 stale'],
	refund: ['422 funds'],
	delete: ['404 not_found', '412 stale'],
	view: ['404 not_found'],
	end: ['draft', 'scheduled', 'paused'],
};
const KILLED = { killed: ['worker', 'jobs', 'supervisor', 'mariadbd'] };

class Coverage {
	constructor() { this.seen = new Map(); }

	count(what, outcome) {
		const key = `${what} ${outcome}`;

		this.seen.set(key, (this.seen.get(key) ?? 0) + 1);
	}

	/* Of what so many operations must bring. */
	missing(operations, killed) {
		return [operations >= 3000 ? COMMON : {},
		    operations >= 40000 ? RARE : {},
		    operations >= 3000 && killed ? KILLED : {}]
		    .flatMap((list) => Object.entries(list))
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
