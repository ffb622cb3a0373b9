/*
 * At the end of a campaign: its history is what was done, its accounts of the
 * ledger hold what the reference says, and by them the two identities.
 */
'use strict';
const { sum } = require('./money');

const KINDS = { campaign_reserved: (c) => c.paid - c.earned - c.released,
	campaign_earned: (c) => c.earned,
	invoice_open: (c) => sum(c.invoices, (n) => n.amount - n.applied -
	    n.credited),
	invoice_applied: (c) => sum(c.invoices, (n) => n.applied),
	invoice_credited: (c) => sum(c.invoices, (n) => n.credited) };

async function all(client, path) {
	const items = [];

	for (let cursor = ''; cursor !== undefined;) {
		const a = await client.wire.call({ method: 'GET',
			path: `/api/v0${path}limit=100` + (cursor &&
			    `&cursor=${encodeURIComponent(cursor)}`) });

		if (a.status !== 200)
			throw new Error(`${path}: ${a.text}`);
		items.push(...a.body.data.items);
		cursor = a.body.data.nextCursor ?? undefined;
	}
	return items;
}

const WRITTEN = { add_line: ['line'], prepay: ['prepayment', 'amount'],
	bill: ['invoice', 'amount'], deliver: ['line', 'impressions', 'clicks'],
	refund: ['amount', 'tax'] };

/* Entries as the reference writes them. */
const historyOf = async (client, c) => (await all(client,
    `/campaigns/${c.id}/history?`)).map((h) => [h.action, h.status,
	h.userId !== null, ...(WRITTEN[h.action] ?? []).map((name) =>
	    h.data[name])].join(' '));

async function proveHistory(client, c) {
	const got = await historyOf(client, c);

	if (got.join('\n') !== c.history.join('\n'))
		client.fail(c, 'the history is another', got.map((g, i) =>
		    g === c.history[i] ? g : `${g}, not ${c.history[i]}`)
		    .join('\n'));
}

/* Entries of an account, the first one first; each says the balance. */
async function statement(client, c, account) {
	const rows = (await all(client,
	    `/ledger/statement?accountId=${account.id}&`)).reverse();
	let balance = 0n;

	for (const r of rows) {
		balance += BigInt(r.amount);
		if (balance !== BigInt(r.balance) || balance < 0n)
			client.fail(c, `a statement of ${account.kind}`,
			    `${r.journalId}: ${r.balance}, not ${balance}`);
	}
	if (balance !== BigInt(account.balance))
		client.fail(c, `a balance of ${account.kind}`,
		    `${account.balance}, not ${balance}`);
	return rows;
}

const of = (rows, ...kinds) => sum(rows.filter((r) => kinds.includes(r.kind)),
    (r) => BigInt(r.amount));

/* The identities by the entries themselves, on cumulative flows. */
async function identities(client, c, accounts) {
	const rows = {};

	for (const a of accounts)
		rows[a.kind] = await statement(client, c, a);
	const { campaign_reserved: money = [], campaign_earned: earned = [],
		invoice_open: open = [], invoice_applied: applied = [],
		invoice_credited: credited = [] } = rows;
	const billed = of(open, 'invoice_issued');
	const total = (list) => sum(list, (r) => BigInt(r.amount));
	const came = of(money, 'prepaid', 'credit_drawn');
	const released = came - total(money) - total(earned);

	if (billed !== total(open) + total(applied) + total(credited))
		client.fail(c, 'billed = applied + credited + open',
		    JSON.stringify(rows));
	/* what was reversed came in and went back by the account */
	const reversed = sum(c.payments, (p) => p.reversed);
	if (came !== c.paid + reversed || released !== c.released + reversed)
		client.fail(c, 'paid = earned + released + reserved',
		    `${came} came in, ${released} were released`);
}

async function proveLedger(client, c, closely) {
	const accounts = (await all(client, `/ledger/accounts?ownerId=${c.id}&`))
	    .filter((a) => a.kind in KINDS);
	const bad = Object.entries(KINDS).filter(([kind, want]) =>
	    BigInt(accounts.find((a) => a.kind === kind)?.balance ?? 0) !==
	    want(c));

	if (bad.length > 0)
		client.fail(c, 'the ledger says otherwise', bad.map(([kind,
		    want]) => `${kind} not ${want(c)}`).join('\n') +
		    JSON.stringify(accounts));
	if (closely)
		await identities(client, c, accounts);
}

/* What each advertiser has on account, at the end. */
async function proveAccounts(client) {
	const rows = await all(client,
	    '/ledger/accounts?kind=advertiser_credit&');
	const sorted = (list) => list.map(String).filter((b) => b !== '0')
	    .sort().join(' ');
	const got = sorted(rows.map((a) => `${a.currency}${a.balance}`)
	    .filter((t) => !/^...0$/.test(t)));
	const want = sorted(client.accounts.filter((a) => a?.balance > 0n)
	    .map((a) => `${a.currency}${a.balance}`));

	if (got !== want && !client.crossed)
		client.fail(undefined, 'what is on account', `${got}\n${want}`);
	for (const a of rows)
		await statement(client, undefined, a);
}

module.exports = { historyOf, proveHistory, proveLedger, proveAccounts };
