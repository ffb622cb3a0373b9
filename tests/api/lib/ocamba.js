/*
 * Calls of the Ocamba face, and what its tests are made of.  of() gives the
 * world and the one who calls, { w, me }.
 */
'use strict';
const assert = require('node:assert/strict');

const ROOT = '/v1/hood/campaigns';
/* What each verb is told; what a patch changes. */
const BODIES = { cancel: { reason: 'No more money' },
	pause: { reason: 'A storm' }, resume: { run_immediately: 1 } };
const PATCH = { name: 'Patched' };

const gmt = (seconds) => new Date(Date.now() + seconds * 1000).toISOString()
    .replace('T', ' ').slice(0, 19);

function calls(of) {
	const call = (method, path, body, more = {}) => of().w.c.call(method,
	    ROOT + path, { token: of().me.token, body, ...more });

	async function ok(status, method, path, body, more) {
		const a = await call(method, path, body, more);

		assert.equal(a.status, status, `${method} ${path}: ${a.text}`);
		return a.body;
	}

	const make = (more = {}) => ok(201, 'POST', '', { name: 'Spring',
		...more });
	const running = (more) => make({ run_immediately: 1, ...more });
	const read = async (id) => (await ok(200, 'GET', `/${id}`)).items[0];
	const list = (search = '') => ok(200, 'GET', search);
	const history = async (id) => (await of().w.ok(200, 'GET',
	    `/campaigns/${id}/history?limit=100`, {
		token: of().me.token })).items;

	return { call, ok, make, running, read, list, history };
}

module.exports = { calls, gmt, BODIES, PATCH, ROOT };
