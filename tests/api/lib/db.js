/*
 * The private MariaDB of a service, as its administrator: only to make the
 * faults that nobody could make from outside.
 */
'use strict';
const fs = require('node:fs');
const os = require('node:os');
const { spawn } = require('node:child_process');

function socket(service) {
	const line = fs.readFileSync(
	    `/proc/${service.pid('mariadbd')}/cmdline`, 'utf8').split('\0');
	const given = line.find((a) => a.startsWith('--socket='));

	return given.slice('--socket='.length);
}

/* A session that stays open: each run() answers when its statement is done. */
class Session {
	constructor(service, database = 'affiliated') {
		this.child = spawn('mariadb', ['--no-defaults', '-N', '-B',
		    '-n', '--unbuffered', '-S', socket(service), '-u',
		    os.userInfo().username, database], { stdio: ['pipe', 'pipe', 'pipe'] });
		this.out = '';
		this.child.stdout.on('data', (d) => {
			this.out += d;
			this.look?.();
		});
		this.child.stderr.on('data', (d) => { this.error =
			(this.error ?? '') + d; });
		this.child.on('exit', () => {
			this.gone = true;
			this.look?.();
		});
		this.n = 0;
	}

	run(sql) {
		const mark = `done-${++this.n}`;

		this.out = '';
		this.child.stdin.write(`${sql};\nSELECT '${mark}';\n`);
		return new Promise((done, failed) => {
			const timer = setTimeout(() => failed(new Error(
			    `no end of: ${sql}`)), 20000);

			timer.unref();
			this.look = () => {
				if (this.out.includes(`${mark}\n`))
					done(this.out.replace(`${mark}\n`, '')
					    .trim());
				else if (this.gone)
					failed(new Error(this.error ??
					    'mariadb ended'));
			};
			this.look();
		});
	}

	close() {
		this.child.stdin.end();
	}
}

async function query(service, sql) {
	const s = new Session(service);

	try {
		return await s.run(sql);
	} finally {
		s.close();
	}
}

module.exports = { Session, query };
