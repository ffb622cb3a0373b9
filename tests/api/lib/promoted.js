/*
 * A program with very many referrals and commissions, put into the database as
 * calls would have done it, but at once.
 */
'use strict';
const { counted } = require('./counted');
const { Session } = require('./db');
const { unique } = require('./world');

const AMOUNT = 2000, COMMISSION = 400, CURRENCY = 'USD';

class Program {
	/* who: an owner */
	constructor(world, who) {
		this.w = world;
		this.who = who;
		this.org = Number(who.organization.id);
		this.db = new Session(world.c.service);
	}

	close() {
		this.db.close();
	}

	async insert(sql) {
		await this.db.run(sql);
		return Number(await this.db.run('SELECT LAST_INSERT_ID()'));
	}

	/* One promoter in the program's campaign; his placement. */
	async promoter() {
		this.campaign ??= Number((await this.w.hood(this.who)).id);
		const name = unique();
		const referrer = await this.insert(`INSERT INTO referrer
		    (organization_id, status, joined_at) VALUES (${this.org},
		    'active', UTC_TIMESTAMP(6))`);

		await this.db.run(`INSERT INTO promoter (referrer_id,
		    organization_id, email, name, profile, fields, auth_token,
		    updated_at) VALUES (${referrer}, ${this.org},
		    '${name}@example.com', 'P ${name}', '{}', '{}', '${name}',
		    UTC_TIMESTAMP(6))`);
		const id = await this.insert(`INSERT INTO placement
		    (organization_id, campaign_id, referrer_id, name, code,
		    landing_url, status, created_at, updated_at)
		    VALUES (${this.org}, ${this.campaign}, ${referrer},
		    'P ${name}', '${name}', 'https://shop.example/', 'ACTIVE',
		    UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`);
		await this.db.run(counted(this.org));
		return { id, referrer };
	}

	/*
	 * n referrals of a placement, each with a sale and its commission
	 * unless sales is false; their ids.
	 */
	async referrals(p, n, { state = 'signup', sales = true } = {}) {
		const mark = unique(), run = (sql) => this.db.run(sql);
		const book = async (kind, owner, kept, sum) => {
			const where = `organization_id = ${this.org} AND kind
			    = '${kind}' AND owner_id = ${owner} AND currency =
			    '${CURRENCY}'`;

			await run(`INSERT IGNORE INTO account (organization_id,
			    kind, owner_id, currency, kept, guard, balance)
			    VALUES (${this.org}, '${kind}', ${owner},
			    '${CURRENCY}', ${kept}, 'free', 0)`);
			await run(`UPDATE account SET balance = balance +
			    ${sum * kept} WHERE ${where}`);
			return `(SELECT id FROM account WHERE ${where})`;
		};

		await run('START TRANSACTION');
		await run(`INSERT INTO referral (organization_id, campaign_id,
		    placement_id, referrer_id, state, email, uid, first_name,
		    created_at, customer_at, sales)
		    SELECT ${this.org}, ${this.campaign}, ${p.id},
		    ${p.referrer}, '${state}',
		    CONCAT('r', seq, '-${mark}@example.com'),
		    CONCAT('u', seq, '-${mark}'), 'Jo', UTC_TIMESTAMP(6),
		    ${sales ? 'UTC_TIMESTAMP(6)' : 'NULL'}, ${Number(sales)}
		    FROM seq_1_to_${n}`);
		const mine = `r.organization_id = ${this.org} AND r.uid LIKE
		    '%-${mark}'`;
		const bought = sales ? n : 0, revenue = bought * AMOUNT;
		await run(`UPDATE placement_total SET referrals = referrals +
		    ${n}, conversions = conversions + ${bought}, sales = sales
		    + ${bought}, revenue = revenue + ${revenue}, active = active
		    + ${sales && state === 'active' ? n : 0}
		    WHERE placement_id = ${p.id}`);
		await run(`UPDATE promoter_total SET referrals = referrals +
		    ${n}, customers = customers + ${bought}, sales = sales +
		    ${bought}, revenue = revenue + ${revenue}, active = active
		    + ${sales && state === 'active' ? n : 0}
		    WHERE referrer_id = ${p.referrer}`);
		await run(`INSERT INTO placement_sales (placement_id, currency,
		    day, referrer_id, sales, amount) VALUES (${p.id},
		    '${CURRENCY}', UTC_DATE(), ${p.referrer}, ${bought},
		    ${revenue}) ON DUPLICATE KEY UPDATE sales = sales +
		    ${bought}, amount = amount + ${revenue}`);
		await run(`INSERT INTO placement_day (placement_id, day,
		    referrer_id, referrals, conversions) VALUES (${p.id},
		    UTC_DATE(), ${p.referrer}, ${n}, ${sales ? n : 0})
		    ON DUPLICATE KEY UPDATE referrals = referrals + ${n},
		    conversions = conversions + ${sales ? n : 0}`);
		if (sales) {
			const expense = await book('commission_expense', 0, 0,
			    -n * COMMISSION);
			const earned = await book('earnings_available',
			    p.referrer, 1, n * COMMISSION);

			await run(`INSERT INTO sale (organization_id, kind,
			    event, referral_id, amount, currency, created_at)
			    SELECT ${this.org}, 'tracked', CONCAT('e-', r.id),
			    r.id, ${AMOUNT}, '${CURRENCY}', r.customer_at
			    FROM referral r WHERE ${mine}`);
			await run(`INSERT INTO earning (organization_id,
			    referrer_id, campaign_id, placement_id, sale_id,
			    sale_amount, referral_id, first, type, status,
			    amount, currency, rate_ppm, available_at,
			    created_at) SELECT ${this.org}, ${p.referrer},
			    ${this.campaign}, ${p.id}, s.id, s.amount, r.id, 1,
			    'commission', 'available', ${COMMISSION},
			    '${CURRENCY}', 200000, UTC_TIMESTAMP(6),
			    UTC_TIMESTAMP(6) FROM referral r JOIN sale s
			    ON s.referral_id = r.id WHERE ${mine}`);
			await run(`INSERT INTO journal (organization_id, kind,
			    subject_id, created_at)
			    SELECT ${this.org}, 'commission', e.id,
			    UTC_TIMESTAMP(6) FROM referral r JOIN earning e
			    ON e.referral_id = r.id WHERE ${mine}`);
			for (const [line, account, amount] of [
			    [1, expense, -COMMISSION], [2, earned, COMMISSION]])
				await run(`INSERT INTO entry (journal_id, line,
				    account_id, amount) SELECT j.id, ${line},
				    ${account}, ${amount} FROM referral r
				    JOIN earning e ON e.referral_id = r.id
				    JOIN journal j ON j.kind = 'commission'
				    AND j.subject_id = e.id WHERE ${mine}`);
		}
		await run('COMMIT');
		await run(counted(this.org));
		return (await run(`SELECT r.id FROM referral r WHERE ${mine}
		    ORDER BY r.id`)).split('\n').map(Number);
	}
}

module.exports = { Program, AMOUNT, COMMISSION, CURRENCY };
