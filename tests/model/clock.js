/*
 * Days that pass for one campaign and nobody lives: all of its dates go back
 * in the database, and the jobs role is told to take its turn.
 */
'use strict';
const { Session } = require('../api/lib/db');
const { sleep } = require('./wire');

const DATES = [
	['campaign', 'id = :id', ['starts_on', 'ends_on', 'ended_on',
		'begins_at', 'launched_at']],
	['campaign_line', 'campaign_id = :id', ['starts_on', 'ends_on',
		'ended_on', 'delivered_on']],
	...['line_insertion', 'line_delivery'].map((table) => [table,
		'line_id IN (SELECT id FROM campaign_line WHERE ' +
		'campaign_id = :id)', ['day'], 'ORDER BY day']),
];

class Clock {
	constructor(service) {
		this.service = service;
		this.queue = Promise.resolve();
	}

	/* One after the other, and again where the database went away. */
	run(work) {
		const done = this.queue.then(async () => {
			for (const end = Date.now() + 60000;;) {
				try {
					this.session ??= new Session(
					    this.service);
					return await work((q) =>
					    this.session.run(q));
				} catch (e) {
					this.session?.child.kill();
					this.session = undefined;
					if (Date.now() > end)
						throw e;
					await sleep(200);
				}
			}
		});

		this.queue = done.catch(() => {});
		return done;
	}

	/*
	 * was: its first day, by which it is seen whether it was done; one
	 * block, since the client may send it again after a lost connection.
	 */
	pass(id, days, was) {
		const back = DATES.map(([table, where, columns, order]) =>
		    `UPDATE ${table} SET ` + columns.map((c) =>
			`${c} = ${c} - INTERVAL ${days} DAY`).join(', ') +
		    ` WHERE ${where.replace(':id', id)} ${order ?? ''};`);

		return this.run((query) => query('DELIMITER //\n' +
		    'BEGIN NOT ATOMIC\nDECLARE EXIT HANDLER FOR SQLEXCEPTION ' +
		    'BEGIN ROLLBACK; RESIGNAL; END; START TRANSACTION; IF ' +
		    `(SELECT starts_on FROM campaign WHERE id = ${id} ` +
		    `FOR UPDATE) = '${was}' THEN ${back.join(' ')} END IF; ` +
		    'COMMIT; END//\nDELIMITER ;\n'));
	}

	/* Its turn now; a lease that a killed one left runs out. */
	nudge() {
		this.nudging ??= sleep(40).then(() => {
			this.nudging = undefined;
			return this.run((query) => query('UPDATE schedule ' +
			    'SET next_run_at = UTC_TIMESTAMP(6), lease_until = ' +
			    "NULL, lease_owner = NULL WHERE name = 'campaigns'"));
		});
		return this.nudging;
	}

	/* Nothing is left that the jobs role works out unseen. */
	idle(id) {
		return this.run(async (query) => await query(`SELECT COUNT(*)
		    FROM campaign c LEFT JOIN campaign_line l
		    ON l.campaign_id = c.id AND l.ended_on IS NULL
		    AND l.ends_on < UTC_DATE()
		    WHERE c.id = ${id} AND ((c.settled = 0 AND
		    c.ended_on < UTC_DATE()) OR (l.id IS NOT NULL AND
		    c.status IN ('scheduled', 'running', 'paused')))`) ===
		    '0');
	}

	close() { this.session?.close(); }
}

module.exports = { Clock };
