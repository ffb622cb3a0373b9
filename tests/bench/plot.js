#!/usr/bin/env node
/*
 * A picture of what tests/bench/growth -o wrote: requests a second and the 99th
 * percentile over connections, a row for each kind of request.
 *
 *	tests/bench/plot.js FILE >PICTURE.svg
 */
'use strict';
const { read, of, unique, NAMES, KINDS } = require('./report');

const LEFT = 64, TOP = 34, PLOT_W = 330, PLOT_H = 150, W = 430, H = 226;
/* Color and dashes. */
const STYLES = { 'affiliated 1': ['#c0392b', ''],
	'affiliated 10': ['#c0392b', '7 3'],
	'affiliated 100': ['#c0392b', '2 3'], 'worker 1': ['#7f8c8d', ''],
	'php 1': ['#8e44ad', ''], 'node 1': ['#27ae60', ''],
	'go 1': ['#2980b9', ''] };

const rows = read(process.argv[2], true);
const kinds = unique(rows.map((r) => r.kind));
const steps = unique(rows.map((r) => r.connections)).sort((a, b) => a - b);
const measured = new Set(rows.map((r) => `${r.side} ${r.times}`));
const lines = Object.keys(STYLES).filter((line) => measured.has(line));
const stroke = (line) => `stroke="${STYLES[line][0]}" ` +
    `stroke-dasharray="${STYLES[line][1]}" class="l"`;
const x = (i) => LEFT + PLOT_W * i / (steps.length - 1);
const label = (v) => v >= 1000 ? `${v / 1000} k` : String(+v.toPrecision(3));

/* Decades that hold all values. */
function scale(values) {
	const low = 10 ** Math.floor(Math.log10(Math.min(...values)));
	const high = Math.max(10 * low,
	    10 ** Math.ceil(Math.log10(Math.max(...values))));

	return { low, high, y: (v) => TOP + PLOT_H * (1 - Math.log(v / low) /
	    Math.log(high / low)) };
}

function chart(kind, title, column, unit, at, row) {
	/* what answered nothing at all has no point */
	const values = Object.fromEntries(lines.map((line) => {
		const [side, times] = line.split(' ');

		return [line, steps.map((connections, i) => [i, of(rows, {
			kind, side, times: Number(times), connections,
		})?.[column] / unit]).filter(([, v]) => v > 0)];
	}).filter(([, v]) => v.length > 0));
	const { low, high, y } = scale(Object.values(values).flat()
	    .map(([, v]) => v));
	const out = [`<g transform="translate(${at},${row * H})">`,
		`<text x="${LEFT}" y="20" class="t">${title}</text>`];

	for (let v = low; v <= high * 1.001; v *= 10)
		out.push(`<path d="M${LEFT} ${y(v).toFixed(1)}H${LEFT +
		    PLOT_W}" class="g"/><text x="${LEFT - 6}" ` +
		    `y="${(y(v) + 4).toFixed(1)}" class="r">${label(v)}</text>`);
	steps.forEach((c, i) => out.push(`<text x="${x(i).toFixed(1)}" ` +
	    `y="${TOP + PLOT_H + 16}" class="m">${c}</text>`));
	for (const [line, v] of Object.entries(values))
		out.push(`<path d="M${v.map(([i, n]) => `${x(i).toFixed(1)} ` +
		    y(n).toFixed(1)).join('L')}" ${stroke(line)}/>`);
	return `${out.join('\n')}\n</g>`;
}

const legend = lines.map((line, i) => {
	const [side, times] = line.split(' ');

	const at = `${16 + i * 128} ${kinds.length * H + 14}`;

	return `<g transform="translate(${at})"><path d="M0 0H24" ` +
	    `${stroke(line)}/><text x="29" y="4">${NAMES[side]}, ×${times}` +
	    '</text></g>';
}).join('\n');

console.log(`<svg xmlns="http://www.w3.org/2000/svg" width="${2 * W}" ` +
    `height="${kinds.length * H + 34}" font-family="sans-serif" ` +
    `font-size="12">
<style>.t{font-size:13px}.g{stroke:#ddd}.l{fill:none;stroke-width:2}
.r{text-anchor:end}.m{text-anchor:middle}</style>
<rect width="100%" height="100%" fill="#fff"/>
${kinds.map((kind, i) => chart(kind, `${KINDS[kind]}: a second, by connections`,
    'rate', 1, 0, i) + chart(kind, `${KINDS[kind]}: p99 in ms, by connections`,
    'p99', 1000, W, i)).join('\n')}
${legend}
</svg>`);
