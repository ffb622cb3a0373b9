/* Draws a QR code's SVG, of boxes in a path, and reads it like a camera. */
'use strict';
const assert = require('node:assert/strict');
const jsqr = require('jsqr');
const { PNG } = require('pngjs');

const SCALE = 4;	/* pixels a module */

/* { width, height, modules, side, black(x, y) } */
function parse(svg) {
	const head = /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="(\d+)" height="(\d+)" viewBox="0 0 (\d+) (\d+)" shape-rendering="crispEdges">/
	    .exec(svg);
	const paths = [...svg.matchAll(/<path( fill="#fff")? ?d="([^"]*)"\/>/g)];

	assert.ok(head, svg.slice(0, 200));
	const [width, height, side, other] = head.slice(1).map(Number);
	assert.equal(side, other);
	const black = new Set();
	const path = paths.find((p) => !p[1])[2];
	const boxes = [...path.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)];
	assert.equal(boxes.map((b) => b[0]).join(''), path);
	for (const [, x, y, w, back] of boxes) {
		assert.equal(w, back);
		for (let i = 0; i < Number(w); i++)
			black.add(`${Number(x) + i},${y}`);
	}
	return { width, height, side, black: (x, y) => black.has(`${x},${y}`),
		dark: [...black].map((at) => at.split(',').map(Number)) };
}

/* What a reader of QR codes sees in it. */
function read(svg) {
	const { side, black } = parse(svg);
	const png = new PNG({ width: side * SCALE, height: side * SCALE });

	for (let y = 0; y < png.height; y++)
		for (let x = 0; x < png.width; x++)
			png.data.set(black(Math.floor(x / SCALE),
			    Math.floor(y / SCALE)) ? [0, 0, 0, 255] :
			    [255, 255, 255, 255], (y * png.width + x) * 4);
	const again = PNG.sync.read(PNG.sync.write(png));
	return jsqr(new Uint8ClampedArray(again.data), again.width,
	    again.height)?.data;
}

module.exports = { parse, read };
