/* What became of money: sums over everything, and how they changed. */
'use strict';

/* Everything that money does, as sums. */
const EFFECT = `
	SELECT CONCAT('journal ', kind), COUNT(*) FROM journal GROUP BY kind
	UNION ALL SELECT CONCAT('entries ', a.kind), COUNT(*)
	    FROM entry e JOIN account a ON a.id = e.account_id GROUP BY a.kind
	UNION ALL SELECT CONCAT('sum ', a.kind, ' ', a.currency), SUM(e.amount)
	    FROM entry e JOIN account a ON a.id = e.account_id
	    GROUP BY a.kind, a.currency
	UNION ALL SELECT CONCAT('balance ', kind, ' ', currency), SUM(balance)
	    FROM account GROUP BY kind, currency
	UNION ALL SELECT CONCAT('event ', type), COUNT(*) FROM event
	    GROUP BY type
	UNION ALL SELECT CONCAT('token ', type), COUNT(*)
	    FROM token_transaction GROUP BY type
	${['payment', 'refund', 'sale', 'earning', 'referral', 'payout',
	'payments_batch', 'campaign', 'prepayment', 'invoice',
	'campaign_refund', 'token_reservation', 'task'].map((t) =>
	`UNION ALL SELECT 'rows ${t}', COUNT(*) FROM ${t}`).join('\n')}`;

async function effects(x) {
	return new Map((await x.sql(EFFECT.replace(/\s+/g, ' '))).split('\n')
	    .map((line) => {
		const [name, n] = line.split('\t');

		return [name, BigInt(n === 'NULL' ? 0 : n)];
	}));
}

/* What became more or less, as text. */
function change(before, after) {
	const names = new Set([...before.keys(), ...after.keys()]);

	return [...names].map((name) => [name, (after.get(name) ?? 0n) -
	    (before.get(name) ?? 0n)]).filter(([, n]) => n !== 0n)
	    .map(([name, n]) => `${name} ${n}`).sort().join('\n');
}

module.exports = { effects, change };
