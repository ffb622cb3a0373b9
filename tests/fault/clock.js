/*
 * A clock that jumps, for our programs, nginx and MariaDB: an hour and a day
 * forward, two hours back.  Tokens, leases, what is due, events and seals go
 * on; no due row is forgotten, and none is done twice.
 */
'use strict';
const assert = require('node:assert/strict');
const { until } = require('../api/lib/test');
const { Session } = require('../api/lib/db');
const { World } = require('../api/lib/world');
const { FAKETIME, Place } = require('./place');

const HOUR = 3600, DAY = 24 * HOUR;
const SETTINGS = { jobs_poll_ms: 50, seal_seconds: 1, seal_age_seconds: 10,
	access_seconds: 900 };

class Times {
	async open() {
		this.s = await new Place({ clock: true, settings: SETTINGS })
		    .start();
		this.w = new World(this.s.client);
		this.me = await this.w.owner();
		this.key = await this.w.key(this.me, ['tokens:read',
			'tokens:write']);
		await this.w.adjust(this.me, 1000);
		this.db = new Session(this.s);
		return this;
	}

	close() {
		this.db.close();
		this.s.client.close();
		this.s.stop();
	}

	reserve(seconds) {
		return this.w.ok(201, 'POST', '/token-reservations', {
			key: this.key.key, body: { amount: 1,
			    expiresInSeconds: seconds } });
	}

	async status(id) {
		return (await this.w.ok(200, 'GET',
		    `/token-reservations/${id}`, { key: this.key.key })).status;
	}

	/* What runs out does so, once. */
	async due() {
		const { id } = await this.reserve(1);

		assert.ok(await until(async () => await this.status(id) ===
		    'expired', 20000, 100), 'nothing runs out any more');
		assert.equal(await this.db.run(`SELECT COUNT(*) FROM journal
		    WHERE kind = 'token_released' AND subject_id = ${id}`),
		    '1');
		return id;
	}

	/* Events get their places: they can be read. */
	async published(id) {
		await this.w.login(this.me);
		const found = await this.w.events(this.me,
		    'token_reservation.created', id);

		assert.equal(found.length, 1, 'no event comes out any more');
	}

	/* A token that was given before. */
	async token(token, valid) {
		const a = await this.w.c.call('GET', '/users/profile', {
			token });

		assert.equal(a.status, valid ? 200 : 401, a.text);
	}
}

async function jump(t, seconds, { expires }) {
	const { token, refreshToken } = await t.w.login(t.me);

	t.s.jump(seconds);
	await t.s.well();
	await t.token(token, !expires);
	const fresh = await t.w.ok(200, 'POST', '/auth/refresh', {
		body: { refreshToken } });
	await t.token(fresh.accessToken, true);
	const begun = Date.now();
	const id = await t.due();
	await t.published(id);
	return `what was due was done after ${Date.now() - begun} ms`;
}

async function sealed(t) {
	const seals = () => t.db.run('SELECT COALESCE(MAX(last_journal), 0) ' +
	    'FROM seal');
	const last = await t.db.run('SELECT MAX(id) FROM journal');

	assert.ok(await until(async () => Number(await seals()) >=
	    Number(last), 30000, 250), `sealed to ${await seals()} of ${last}`);
	return `${last} journals`;
}

async function run(r) {
	if (!FAKETIME) {
		r.skip('all', 'the package faketime is not installed');
		return;
	}
	const t = await new Times().open();
	const at = (name, seconds, how = {}) => r.check(name, () =>
	    jump(t, seconds, how));

	await at('it does not jump', 0);
	await at('an hour forward', HOUR, { expires: true });
	/* nor is one taken from the future */
	await at('two hours back', -HOUR, { expires: true });
	if (r.long) {
		await at('a day forward', DAY - HOUR, { expires: true });
		await at('a day back', 0, { expires: true });
	}
	await r.check('what was entered is sealed when the clock is right',
	    async () => {
		t.s.jump(2 * DAY);
		return sealed(t);
	});
	t.s.jump(0);
	await r.check('the books are right', () => t.s.verified());
	t.close();
}

module.exports = { run };
