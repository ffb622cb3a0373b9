/* Random numbers that a seed repeats (mulberry32). */
'use strict';

class Random {
	constructor(...seeds) {
		this.state = 0x9e3779b9;
		for (const s of seeds) {
			this.state = Math.imul(this.state ^ s, 0x85ebca6b);
			this.next();
		}
	}

	next() {
		this.state = this.state + 0x6d2b79f5 | 0;
		let t = Math.imul(this.state ^ this.state >>> 15,
		    1 | this.state);
		t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
		return ((t ^ t >>> 14) >>> 0) / 4294967296;
	}

	/* From a to b, both included. */
	int(a, b) { return a + Math.floor(this.next() * (b - a + 1)); }
	chance(p) { return this.next() < p; }
	pick(list) { return list[this.int(0, list.length - 1)]; }

	/* Of [[value, weight], ...]. */
	weighted(pairs) {
		let at = this.next() * pairs.reduce((n, [, w]) => n + w, 0);

		return pairs.find(([, w]) => (at -= w) < 0)?.[0] ??
		    pairs[0][0];
	}

	/* Of a BigInt: from 0n to it, both included. */
	fraction(most) {
		return most <= 0n ? 0n : BigInt(Math.floor(this.next() *
		    Number(most + 1n)));
	}
}

module.exports = { Random };
