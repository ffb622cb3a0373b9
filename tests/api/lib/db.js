/*
 * The private MariaDB of a service, as its administrator: to make what nobody
 * could make from outside, as faults and the passing of time, and to look
 * whether something is left.
 */
'use strict';
const fs = require('node:fs');
const os = require('node:os');
const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { until } = require('./test');

function socket(service) {
	const line = fs.readFileSync(
	    `/proc/${service.pid('mariadbd')}/cmdline`, 'utf8').split('\0');
	const given = line.find((a) => a.startsWith('--socket='));

	return given.slice('--socket='.length);
}

/*
 * Entries of tables and indexes that a server has read, with those that the
 * storage engine passed over by itself.
 */
const ROWS_READ = `SELECT SUM(IF(variable_name = 'Handler_icp_match', -1, 1)
    * variable_value) FROM information_schema.global_status
    WHERE variable_name IN ('Handler_read_key', 'Handler_read_first',
    'Handler_read_last', 'Handler_read_next', 'Handler_read_prev',
    'Handler_icp_attempts', 'Handler_icp_match')`;

/* A session that stays open: each run() answers when its statement is done. */
class Session {
	constructor(service, database = 'affiliated') {
		this.child = spawn('mariadb', ['--no-defaults', '-N', '-B',
		    '-n', '--unbuffered', ...service.database ?? ['-S',
			socket(service), '-u', os.userInfo().username],
		    database], { stdio: ['pipe', 'pipe', 'pipe'] });
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
		/* what it could not be told any more, its exit says */
		this.child.stdin.on('error', () => {});
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

/* All rows of all tables as text. */
async function dump(service) {
	const tables = (await query(service, 'SHOW TABLES')).split('\n');
	const parts = [];

	for (const t of tables)
		parts.push(`${t}\n${await query(service,
		    `SELECT * FROM \`${t}\``)}`);
	return parts.join('\n');
}

/*
 * The jobs role takes its turn at a schedule now; one that was killed in it has
 * a lease of twelve seconds.
 */
async function turn(service, name) {
	const taken = () => query(service, `SELECT last_run_at IS NOT NULL
	    FROM schedule WHERE name = '${name}'`);

	await query(service, `UPDATE schedule SET last_run_at = NULL,
	    next_run_at = UTC_TIMESTAMP(6) WHERE name = '${name}'`);
	assert.ok(await until(async () => await taken() === '1', 20000), name);
}

/* The jobs role leaves a schedule alone until turn(). */
async function hold(service, name) {
	assert.ok(await until(async () => await query(service, `UPDATE schedule
	    SET next_run_at = '2100-01-01' WHERE name = '${name}'
	    AND lease_until IS NULL; SELECT ROW_COUNT()`) === '1'), name);
}

/* Makes a user a member of an organization, without asking either. */
async function enrol(service, organization, user, role) {
	await query(service, `INSERT INTO member (organization_id, user_id,
	    role, created_at) VALUES (${organization.id}, ${user.id},
	    '${role}', UTC_TIMESTAMP(6))`);
}

module.exports = { ROWS_READ, Session, socket, query, dump, turn, hold,
	enrol };
