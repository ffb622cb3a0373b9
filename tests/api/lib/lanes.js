/*
 * Programs of tests side by side.  What they say comes out a test at a time,
 * each with all that belongs to it.
 */
'use strict';
const { spawn } = require('node:child_process');

/* Where the last test begins that stands in the text. */
const last = (text) => Math.max(text.lastIndexOf('\nok '),
    text.lastIndexOf('\nnot ok ')) + 1;

/* argv: of node; were all its tests passed? */
function lane(argv, env) {
	return new Promise((done) => {
		const child = spawn(process.execPath, argv, {
			env: { ...process.env, ...env },
			stdio: ['ignore', 'pipe', 'inherit'] });
		const end = () => child.kill();
		let text = '';

		process.on('exit', end);
		child.stdout.setEncoding('utf8').on('data', (d) => {
			text += d;
			const at = last(text);

			process.stdout.write(text.slice(0, at));
			text = text.slice(at);
		});
		child.on('error', () => done(false));
		/* exit, not close: what it leaves may hold the pipe */
		child.on('exit', (code) => setTimeout(() => {
			process.off('exit', end);
			child.stdout.destroy();
			process.stdout.write(text);
			done(code === 0);
		}, 100));
	});
}

/* All at once; did all pass? */
async function lanes(all, env) {
	return (await Promise.all(all.map((argv) => lane(argv, env))))
	    .every(Boolean);
}

module.exports = { lanes };
