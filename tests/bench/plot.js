#!/usr/bin/env node
/*
 * A picture of what tests/bench/run -o wrote over numbers of connections:
 * requests a second and the 99th percentile, a line for each side.
 *
 *	tests/bench/plot.js FILE KIND >PICTURE.svg
 */
'use strict';
const fs = require('node:fs');

const [file, kind] = process.argv.slice(2);
const W = 420, H = 260, LEFT = 64, TOP = 34, PLOT_W = 330, PLOT_H = 180;
const COLORS = { affiliated: '#c0392b', worker: '#7f8c8d', php: '#8e44ad',
	node: '#27ae60', bare: '#2c3e50', nginx: '#2980b9' };
const NAMES = { affiliated: 'affiliated', worker: 'least worker',
	php: 'PHP-FPM', node: 'Node', bare: 'bare client', nginx: 'nginx' };

const rows = fs.readFileSync(file, 'utf8').trim().split('\n')
    .map((line) => line.split(' '))
    .filter(([k, side]) => k === kind && side !== 'bare')
    .map(([, side, ...n]) => [side, ...n.map(Number)]);
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const sides = [...new Set(rows.map(([side]) => side))];
const steps = [...new Set(rows.map(([, c]) => c))].sort((a, b) => a - b);

/* Of each side, the median at each number of connections. */
const series = (column) => Object.fromEntries(sides.map((side) => [side,
	steps.map((c) => median(rows.filter((r) => r[0] === side &&
	    r[1] === c).map((r) => r[column])))]));

function scale(values) {
	const low = 10 ** Math.floor(Math.log10(Math.min(...values)));
	const high = 10 ** Math.ceil(Math.log10(Math.max(...values)));

	return { low, high, y: (v) => TOP + PLOT_H * (1 - Math.log(v / low) /
	    Math.log(high / low)) };
}

const x = (i) => LEFT + PLOT_W * i / (steps.length - 1);
const number = (v) => v >= 1000 ? `${v / 1000} k` : String(v);

function chart(title, column, unit, at) {
	const lines = series(column);
	const { low, high, y } = scale(Object.values(lines).flat());
	const out = [`<g transform="translate(${at},0)">`,
		`<text x="${LEFT}" y="18" class="t">${title}</text>`];

	for (let v = low; v <= high; v *= 10)
		out.push(`<path d="M${LEFT} ${y(v)}H${LEFT + PLOT_W}" ` +
		    `class="g"/><text x="${LEFT - 6}" y="${y(v) + 4}" ` +
		    `class="r">${number(v / unit)}</text>`);
	steps.forEach((c, i) => out.push(`<text x="${x(i)}" ` +
	    `y="${TOP + PLOT_H + 16}" class="m">${c}</text>`));
	for (const side of sides)
		out.push(`<path d="M${lines[side].map((v, i) =>
		    `${x(i).toFixed(1)} ${y(v).toFixed(1)}`).join('L')}" ` +
		    `stroke="${COLORS[side]}" class="l"/>`);
	return `${out.join('\n')}\n</g>`;
}

const legend = sides.map((side, i) =>
    `<text x="${LEFT + i * 110}" y="${H - 8}" fill="${COLORS[side]}">` +
    `${NAMES[side]}</text>`).join('\n');

console.log(`<svg xmlns="http://www.w3.org/2000/svg" width="${2 * W}" ` +
    `height="${H}" font-family="sans-serif" font-size="12">
<style>.t{font-size:13px}.g{stroke:#ddd}.l{fill:none;stroke-width:2}
.r{text-anchor:end}.m{text-anchor:middle}</style>
<rect width="100%" height="100%" fill="#fff"/>
${chart(`${kind}: requests a second, by connections`, 2, 1, 0)}
${chart(`${kind}: 99th percentile in ms, by connections`, 4, 1000, W)}
${legend}
</svg>`);
