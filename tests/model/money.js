/* Minor units as BigInt, exactly: rounding, sharing, decimal text. */
'use strict';

/* n / d, half to even; neither is below zero. */
function divide(n, d) {
	const q = n / d, r = n % d;

	return 2n * r > d || (2n * r === d && q % 2n === 1n) ? q + 1n : q;
}

const portion = (amount, part, whole) => divide(amount * part, whole);

/* By largest remainder; of those alike the first gets more. */
function allot(total, weights) {
	const sum = weights.reduce((a, w) => a + w, 0n);

	if (sum === 0n)
		return weights.map(() => 0n);
	const given = weights.map((w) => total * w / sum);
	const order = weights.map((w, i) => [total * w % sum, i])
	    .sort(([a, i], [b, k]) => (a < b) - (a > b) || i - k);
	const rest = total - given.reduce((a, g) => a + g, 0n);

	for (let k = 0; k < rest; k++)
		given[order[k][1]]++;
	return given;
}

const min = (...all) => all.reduce((a, b) => b < a ? b : a);
const max = (...all) => all.reduce((a, b) => b > a ? b : a);
const sum = (list, of) => list.reduce((n, x) => n + of(x), 0n);

/* 1050n with 2 digits: "10.50" */
function print(minor, digits) {
	const text = String(minor < 0n ? -minor : minor)
	    .padStart(digits + 1, '0');
	const at = text.length - digits;

	return (minor < 0n ? '-' : '') + text.slice(0, at) +
	    (digits > 0 ? `.${text.slice(at)}` : '');
}

/* The reverse; only with as many digits as the currency has. */
function parse(text, digits) {
	const m = /^(-?\d+)(?:\.(\d+))?$/.exec(text);

	if (!m || (m[2] ?? '').length !== digits)
		throw new Error(`${text}: not money with ${digits} digits`);
	return BigInt(m[1] + (m[2] ?? ''));
}

module.exports = { portion, allot, min, max, sum, print, parse };
