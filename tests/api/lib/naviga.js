/*
 * Calls of the Naviga face, and what its tests are made of.  of() gives the
 * world and the one who calls, { w, me }.
 */
'use strict';
const assert = require('node:assert/strict');
const { unique } = require('./world');

const DAY = 86400000;
const day = (n) => new Date(Date.now() + n * DAY).toISOString().slice(0, 10);

/* The text of a number, which JSON.parse would spoil: "Amount":100.10 */
const has = (answer, text) => assert.ok(answer.text.includes(text),
    `${text} is not in ${answer.text}`);

const cpm = (more = {}) => ({ ProductID: 'P', PriceType: 'CPM',
	StartDate: day(-10), EndDate: day(10), Quantity: 100000,
	Amount: '100.00', ...more });

function calls(of) {
	const nv = (...args) => of().w.naviga(...args);
	const post = (status, id, verb, body, how) => nv(status, of().me,
	    'POST', `/${id}/${verb}`, body, how);
	const get = async (id, who = of().me) =>
	    (await nv(200, who, 'GET', `/${id}`)).body;
	const confirm = (id) => post(200, id, 'confirm');
	const prepay = (status, id, Amount, Type = 'CA', more = {}) =>
	    post(status, id, 'prepayments', { Type, DepositDate: day(0),
		Amount, ...more });
	const stop = (status, id, StopDate, more = {}, how) =>
	    post(status, id, 'stop', { StopDate, ...more }, how);
	const refund = (status, id, Amount, more = {}, how) =>
	    post(status, id, 'refund', { Amount,
		Reference: `R-${unique()}`, ...more }, how);
	const deliver = (status, id, line, more) => nv(status, of().me,
	    'PUT', `/${id}/lines/${line}/delivery`, { AsOf: day(0),
		...more });

	/* Confirmed, and paid where an amount is given. */
	async function running(lines, paid, more) {
		const q = await of().w.quote(of().me, lines, more);

		await confirm(q.id);
		if (paid !== undefined)
			await prepay(201, q.id, paid);
		return q;
	}

	/* A call of the Ocamba face on the same campaign. */
	async function hood(status, method, id, verb = '', body = undefined) {
		const a = await of().w.c.call(method,
		    `/v1/hood/campaigns/${id}${verb}`, {
			token: of().me.token, body });

		assert.equal(a.status, status, a.text);
		return a.body?.items?.[0];
	}

	return { nv, get, confirm, prepay, stop, refund, deliver, running,
		hood };
}

module.exports = { calls, cpm, day, has };
