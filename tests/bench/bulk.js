#!/usr/bin/env node
/*
 * The deletion of referrals by one call, each with a commission that is taken
 * back, by one side; for tests/bench/run, whose DIR it is:
 *
 *	bulk.js DIR SIDE URL ROWS
 *
 * ROWS is a multiple of 250.  Prints rows a second, and what run prints behind
 * that: nothing.  The program works it off as a batch in the background, and is
 * asked until that is over; peers and the bare client do it in the call.  sql is
 * less than the others do: a plain DELETE with the same postings from a file
 * that the mariadb client reads.
 */
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { Client } = require('../api/lib/client');
const { until } = require('../api/lib/test');
const { World } = require('../api/lib/world');
const { Program, COMMISSION } = require('../api/lib/promoted');
const { connect } = require('./setup');

const CHUNK = 250;
const [dir, side, url, count] = process.argv.slice(2);
const rows = Number(count);

const chunks = (list) => Array.from({ length: list.length / CHUNK }, (u, i) =>
    list.slice(i * CHUNK, (i + 1) * CHUNK));

/* The world's owner, who is known to the peers as well. */
function owner(c) {
	const file = path.join(dir, 'bulk.json');

	if (fs.existsSync(file))
		return JSON.parse(fs.readFileSync(file, 'utf8'));
	return new World(c).owner().then((who) => {
		fs.writeFileSync(file, JSON.stringify(who));
		return who;
	});
}

const seconds = (since) => Number(process.hrtime.bigint() - since) / 1e9;

/* Each gives the seconds that it took. */
const ways = {
	async affiliated(w, who, ids) {
		const { body } = await w.fp(202, who, 'DELETE', '/referrals',
		    { ids });
		let last;

		await until(async () => {
			last = (await w.fp(200, who, 'GET',
			    `/batch_processes/${body.id}`)).body;
			return last.progress === 100;
		}, 600000, 50);
		if (last.failed_count !== 0)
			throw new Error(`${last.failed_count} rows failed`);
		return (Date.parse(last.updated_at) -
		    Date.parse(body.created_at)) / 1000;
	},

	async peer(w, who, ids) {
		const peer = new Client({ ...w.c.service, url });
		const body = JSON.stringify({ ids });
		const begun = process.hrtime.bigint();
		const a = await peer.request('DELETE',
		    '/api/v2/company/referrals', { body,
			headers: { 'content-length': body.length,
				...peer.headers({ body, token: who.token }) } });

		if (a.status !== 200)
			throw new Error(`${side}: ${a.status} ${a.text}`);
		return seconds(begun);
	},

	async bare(w, who, ids) {
		const file = path.join(dir, 'chunks');

		fs.writeFileSync(file, chunks(ids).map((some) =>
		    `[${some}]\n`).join(''));
		const begun = process.hrtime.bigint();
		execFileSync(path.join(dir, 'bare'), ['bulk', '600', '1',
			who.user.id, who.organization.id, file]);
		return seconds(begun);
	},

	async sql(w, who, ids, program, p) {
		const account = (kind, of) => program.db.run(`SELECT id FROM
		    account WHERE organization_id = ${program.org} AND kind =
		    '${kind}' AND owner_id = ${of}`);
		const expense = await account('commission_expense', 0);
		const earned = await account('earnings_available', p.referrer);
		const earnings = (await program.db.run(`SELECT id FROM earning
		    WHERE referral_id BETWEEN ${ids[0]} AND ${ids.at(-1)}
		    ORDER BY id`)).split('\n');
		const text = ['SET foreign_key_checks = 0'];

		chunks(ids).forEach((some, i) => {
			const taken = earnings.slice(i * CHUNK, (i + 1) * CHUNK);

			text.push('START TRANSACTION', `UPDATE account SET
			    balance = balance - ${CHUNK * COMMISSION}
			    WHERE id = ${earned}`, `INSERT INTO journal
			    (organization_id, kind, subject_id, created_at)
			    VALUES ${taken.map((e) => `(${program.org},
			    'commission_reversed', ${e}, UTC_TIMESTAMP(6))`)}`,
			    'SET @j = LAST_INSERT_ID()', `INSERT INTO entry
			    VALUES ${taken.map((_, n) => `(@j + ${n}, 1,
			    ${expense}, ${COMMISSION}), (@j + ${n}, 2,
			    ${earned}, -${COMMISSION})`)}`, `DELETE FROM
			    referral WHERE id IN (${some})`, 'COMMIT');
		});
		const input = text.join(';\n') + ';\n';
		const begun = process.hrtime.bigint();
		execFileSync('mariadb', ['--no-defaults', '-S',
			process.env.BENCH_SOCKET, 'affiliated'], { input });
		return seconds(begun);
	},
};

/* All are gone, told, and what they brought is taken back, whoever did it. */
async function check(program, ids) {
	const of = `BETWEEN ${ids[0]} AND ${ids.at(-1)}`;
	const done = await program.db.run(`SELECT
	    (SELECT COUNT(deleted_at) FROM referral WHERE id ${of}),
	    (SELECT COUNT(*) FROM earning WHERE referral_id ${of}
		AND type = 'commission' AND status = 'reversed'
		AND reversed_amount = amount),
	    (SELECT COUNT(*) FROM event WHERE entity_id ${of}
		AND type = 'referral.deleted')`);

	if (done !== [rows, rows, rows].join('\t'))
		throw new Error(`${side}: of ${rows} rows ${done} are done`);
}

async function main() {
	const c = connect();
	const w = new World(c);
	/* what the DELETE leaves is not for the proof */
	const who = side === 'sql' ? await w.owner() : await owner(c);
	const program = new Program(w, who);
	const p = await program.promoter();
	const ids = await program.referrals(p, rows);
	/* what the side before has left to the jobs role is not this one's */
	await until(async () => await program.db.run(`SELECT COUNT(*) FROM event
	    WHERE seq IS NULL`) === '0', 60000, 50);
	const took = await (ways[side] ?? ways.peer)(w, who, ids, program, p);

	if (side !== 'sql')
		await check(program, ids);
	console.log(`${(rows / took).toFixed(0)} 0 0 0 0`);
}

main().then(() => process.exit(0), (e) => {
	console.error(e);
	process.exit(1);
});
