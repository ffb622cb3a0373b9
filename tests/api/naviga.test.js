/*
 * The Naviga face: quotes with lines, confirmation, money, delivery, and the
 * three endings.  Days are counted from today, so that it is always the same
 * story.
 */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World, unique } = require('./lib/world');

const test = tests(__filename);
let c, w, me;

const DAY = 86400000;
const day = (n) => new Date(Date.now() + n * DAY).toISOString().slice(0, 10);
const nv = (...args) => w.naviga(...args);
const get = async (id, who = me) => (await nv(200, who, 'GET', `/${id}`)).body;
const confirm = (id) => nv(200, me, 'POST', `/${id}/confirm`);
const prepay = (status, id, Amount, Type = 'CA', more = {}) => nv(status, me,
    'POST', `/${id}/prepayments`, { Type, DepositDate: day(0), Amount,
	...more });
const stop = (status, id, StopDate, more = {}, how) => nv(status, me, 'POST',
    `/${id}/stop`, { StopDate, ...more }, how);
const refund = (status, id, Amount, more = {}, how) => nv(status, me, 'POST',
    `/${id}/refund`, { Amount, Reference: `R-${unique()}`, ...more }, how);
const deliver = (status, id, line, more) => nv(status, me, 'PUT',
    `/${id}/lines/${line}/delivery`, { AsOf: day(0), ...more });
/* The text of a number, which JSON.parse would spoil: "Amount":100.10 */
const has = (answer, text) => assert.ok(answer.text.includes(text),
    `${text} is not in ${answer.text}`);

const cpm = (more = {}) => ({ ProductID: 'P', PriceType: 'CPM',
	StartDate: day(-10), EndDate: day(10), Quantity: 100000,
	Amount: '100.00', ...more });

/* Confirmed, and paid where an amount is given. */
async function running(lines, paid, more) {
	const q = await w.quote(me, lines, more);

	await confirm(q.id);
	if (paid !== undefined)
		await prepay(201, q.id, paid);
	return q;
}

test('somebody', async () => {
	c = (await service()).client;
	w = new World(c);
	me = await w.owner();
});

test('the worked example', async () => {
	const q = await running([
		{ ProductID: '8486', PriceType: 'Insertion', Amount: 80,
		  InsertionDates: [day(-2), day(5)] },
		{ ProductID: '8487', PriceType: 'Insertion', Amount: '55.50',
		  InsertionDates: [day(-13)] },
		cpm({ ThirdPartyLineID: 'X-8488' }),
	], '235.50', { StartDate: day(-14), EndDate: day(10) });
	const { text, body } = await stop(200, q.id, day(0));

	assert.equal(body.Status, 'ST');
	assert.equal(body.CampaignID, q.id);
	assert.equal(body.RefundDue, 140);
	assert.deepEqual(body.Lines.map((l) => [l.ID, l.Earned, l.RefundDue]),
	    [[q.lines[0], 40, 40], [q.lines[1], 55.5, 0],
		[q.lines[2], 0, 100]]);
	assert.match(text, /"RefundDue":140.00,/);
	assert.equal(body.Lines[2].Formula,
	    '100.00 x (1 - 0/100000 impressions) = 100.00');
	assert.equal(body.Lines[0].Formula,
	    '80.00 x (1 - 1/2 insertions) = 40.00');
	assert.equal(body.OnAccount, 140);
});
