/* Calls about organizations; of() gives the world. */
'use strict';
const assert = require('node:assert/strict');
const { PASSWORD } = require('./world');
const { enrol } = require('./db');

const code = (answer) => answer.body.error.code;

function calls(of) {
	const call = (...args) => of().c.call(...args);
	const current = (who) => call('GET', '/organizations/current', {
		token: who.token });
	const change = (who, body, headers) => call('PUT',
	    '/organizations/current', { token: who.token, body, headers });
	const remove = (who) => call('DELETE', '/organizations/current', {
		token: who.token });
	const erase = (who, password = PASSWORD) => call('DELETE',
	    '/organizations/current/permanent', { token: who.token,
		body: { password } });
	const recover = (who, id) => call('POST',
	    `/organizations/${id}/recover`, { token: who.token });
	const choose = (who, organizationId) => call('PUT',
	    '/users/active-organization', { token: who.token,
		body: { organizationId } });
	const page = (slug) => call('GET', `/organizations/slug/${slug}`);

	/* Somebody more in the organization of owner. */
	async function join(owner, role, who) {
		const member = who ?? await of().user();

		await enrol(of().c.service, owner.organization, member.user,
		    role);
		assert.equal((await choose(member, owner.organization.id))
		    .status, 200);
		return member;
	}

	return { current, change, remove, erase, recover, choose, page,
		join };
}

module.exports = { calls, code };
