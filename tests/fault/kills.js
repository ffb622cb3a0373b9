/*
 * Workers, the supervisor, the jobs, nginx and the database are killed at
 * random, while clients do what the model test does: every answer, state and
 * balance must be the reference's to the cent (tests/model).
 */
'use strict';
const path = require('node:path');
const { spawn } = require('node:child_process');

const MODEL = path.join(__dirname, '../model/run');

async function run(r) {
	const seconds = r.long ? 600 : 10;
	const child = spawn(MODEL, ['--kill', '--seconds', String(seconds),
		'--seed', String(r.random.int(1, 1000000))], {
		stdio: ['ignore', 'pipe', 'inherit'] });
	let text = '';

	child.stdout.on('data', (d) => { text += d; });
	await new Promise((done) => child.on('close', done));
	for (const line of text.split('\n')) {
		const m = /^(ok|not ok) \d+ - (?:model: )?(.*)/.exec(line);

		/* too short for all that can come up */
		if (m && (r.long || !m[2].startsWith('what is expected')))
			r.say(m[1] === 'ok', `kills: ${m[2]}`);
		else if (line.startsWith('# '))
			r.note(line.slice(2));
	}
	if (child.exitCode !== 0 && !/^not ok/m.test(text))
		r.say(false, `kills: it ended with ${child.exitCode}`);
}

module.exports = { run };
