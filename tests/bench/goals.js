#!/usr/bin/env node
/*
 * Which goals were met, as a table in Markdown, of what tests/bench/all left in a
 * directory:
 *
 *	tests/bench/goals.js DIR
 */
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { read, of, table, NAMES, KINDS } = require('./report');

/* At least so much of what another side does. */
const RATES = [
	...['constant', 'read', 'list', 'click', 'pay', 'hot', 'order', 'keyed',
		'stop'].map((kind) => [kind, 'worker', 0.85]),
	['read', 'php', 2.6], ['read', 'node', 1.7], ['read', 'go', 1.1],
	...['pay', 'stop'].flatMap((kind) => [[kind, 'bare', 0.85],
		[kind, 'php', 2], [kind, 'node', 2.3], [kind, 'go', 1.7]]),
	['hot', 'bare', 0.65], ['click', 'bare', 1.5], ['bulk', 'sql', 0.2],
];
/* Their 99th percentile is to be below that of each peer. */
const SOON = ['read', 'list', 'click', 'pay', 'hot', 'order', 'keyed', 'stop'];
const PEERS = ['worker', 'php', 'node', 'go'];

const row = (what, goal, is, met) => [what, goal, is, met ? 'met' :
	'**missed**'];

function rates(rows) {
	return RATES.map(([kind, side, least]) => {
		const what = `${KINDS[kind]}, of ${NAMES[side]}`;
		const is = of(rows, { kind, side: 'affiliated' }).rate /
		    of(rows, { kind, side })?.rate;

		return Number.isNaN(is) ? [what, `≥ ${least}`, '',
			'not measured'] :
		    row(what, `≥ ${least}`, is.toFixed(2), is >= least);
	});
}

function percentiles(rows) {
	return SOON.map((kind) => {
		const [ours, ...peers] = ['affiliated', ...PEERS]
		    .flatMap((side) => of(rows, { kind, side })?.p99 ?? [])
		    .map((us) => us / 1000);

		return row(`${KINDS[kind]}, p99 ms`,
		    `< ${Math.min(...peers).toFixed(1)}`, ours.toFixed(1),
		    ours < Math.min(...peers));
	});
}

/* The last column is the jobs role, which is no worker. */
function memory(log) {
	const most = Math.max(...log.split('\n').filter((l) =>
	    /, open: /.test(l)).flatMap((l) =>
	    l.split(',')[0].trim().split(' ').slice(1, -1).map(Number)));

	return row('the largest worker, KiB', '≤ 2048', String(most),
	    most <= 2048);
}

function grown(log) {
	const [line] = /^(flat|GROWN).*$/m.exec(log);

	return row('memory over a million requests', 'flat', line.split(':')[0],
	    line.startsWith('flat'));
}

function ready(log) {
	const [, ms] = /first 200 .* longest (\d+)/.exec(log);

	return row('from the start to the first 200, ms', '≤ 300', ms,
	    Number(ms) <= 300);
}

function main(dir) {
	const log = (name) => fs.readFileSync(path.join(dir, `${name}.log`),
	    'utf8');
	const rows = read(path.join(dir, 'all'), false);

	console.log(table(['', 'goal', 'is', ''], [...rates(rows),
		...percentiles(rows), memory(log('memory')),
		grown(log('memory')), ready(log('start'))]));
}

main(process.argv[2]);
