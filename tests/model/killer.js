/*
 * Kills what serves: one of the workers, the supervisor, the jobs role, nginx,
 * the database; each of them once, and then at random.  The keeper starts them
 * again.
 */
'use strict';
const { until } = require('../api/lib/test');
const { sleep } = require('./wire');

const OFTEN = [['worker', 8], ['jobs', 3], ['supervisor', 2],
	['mariadbd', 2], ['nginx', 2]];

class Killer {
	constructor(service, random, coverage) {
		Object.assign(this, { service, r: random, coverage, n: 0 });
	}

	pids(what) {
		return what === 'worker' ? [this.r.pick(this.service
		    .workers())] : [this.service.pid(what)];
	}

	async ready() {
		return until(async () => {
			try {
				return (await this.service.client.site('GET',
				    '/readyz', { fresh: true })).status === 200;
			} catch {
				return false;
			}
		}, 60000, 100);
	}

	async run() {
		let first = OFTEN;

		while (!this.ended) {
			await sleep(this.r.int(100, 2500));
			const what = this.r.weighted(first.length > 0 ?
			    first : OFTEN);

			try {
				for (const pid of this.pids(what))
					process.kill(Number(pid), 'SIGKILL');
			} catch {
				continue;	/* it is gone already */
			}
			first = first.filter(([kind]) => kind !== what);
			this.n++;
			this.coverage.count('killed', what);
			if (what !== 'worker' && !await this.ready())
				throw new Error(`not ready again: ${what}`);
		}
		if (!await this.ready())
			throw new Error('not ready at the end');
	}

	stop() { this.ended = true; }
}

module.exports = { Killer };
