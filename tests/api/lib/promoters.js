/* A company with a campaign and promoters, as its rows stand. */
'use strict';
const assert = require('node:assert/strict');
const { counted, placed } = require('./counted');
const { query } = require('./db');
const { unique } = require('./world');

const NOW = 'UTC_TIMESTAMP(6)';

/* What it is like; SQL where it is null or a number. */
const text = (v) => v === null || typeof v === 'number' ? String(v) : `'${v}'`;

class Promoters {
	constructor(world) {
		this.w = world;
	}

	sql(statement) {
		return query(this.w.c.service, statement);
	}

	async company(who = undefined) {
		who ??= await this.w.owner();
		who.org = Number(who.organization.id);
		who.campaign = await this.campaign(who);
		return who;
	}

	/* A lead of a promoter of his. */
	async lead(who) {
		const { code } = await this.promoter(await this.company(who));

		return this.track(200, who, 'signup', { ref_id: code,
			email: `lead-${unique()}@example.com` });
	}

	/* A commission, a payout method and a payments batch, by their paths. */
	async paid(who) {
		const { id, placement } = await this.promoter(who);
		const fp = async (status, path, body) => (await this.w.fp(status,
		    who, 'POST', path, body)).body;
		const [commission] = await fp(200, '/commissions', {
			commission_type: 'custom', amount: 100,
			promoter_campaign_id: placement });
		const method = await fp(200, '/payout_methods', {
			promoter_id: id, method: 'wise', details: {
			    wise_email: `wise-${unique()}@example.com` } });

		await fp(200, '/commissions/generate_payouts', {
			ids: [commission.id] });
		const { data } = await fp(201,
		    '/payouts/create_payments_batch', { method: 'wise' });
		return { '/company/commissions/': commission.id,
			'/payout_methods/': method.id,
			'/payments_batches/': data.id };
	}

	async campaign(who, program) {
		const { id } = await this.w.hood(who, { run_immediately: 1 });

		if (program)
			await this.sql(`INSERT INTO campaign_program
			    (campaign_id, organization_id, color, cookie_days,
			    parameter, approve_leads, approve_promoters,
			    private, ad_traffic) VALUES (${id}, ${who.org},
			    '#123456', ${program.days ?? 60}, 'ref',
			    ${program.approve ?? 0}, 0, 0, 'allow')`);
		return Number(id);
	}

	/* A promoter in the company's campaign: his numbers, code and email. */
	async promoter(who, { email = `promoter-${unique()}@example.com`,
	    parent = null } = {}) {
		const { id, promoter_campaigns: [placed] } =
		    await this.w.promoter(who, { email, ref_token:
			`p${unique()}`, initial_campaign_id: who.campaign });

		await this.sql(`UPDATE referrer r JOIN promoter_total t
		    ON t.referrer_id = r.id SET r.parent_id = ${parent},
		    t.parent_id = ${parent} WHERE r.id = ${id};
		    UPDATE promoter SET name = 'Promoter ${id}'
		    WHERE referrer_id = ${id};
		    UPDATE placement SET landing_url = 'https://shop.example/'
		    WHERE id = ${placed.id}`);
		return { id, email, placement: placed.id,
			code: placed.ref_token, coupon: null };
	}

	async place(who, referrer, { campaign = who.campaign, coupon = null,
	    landing = 'https://shop.example/' } = {}) {
		const code = `p${unique()}`;
		const placement = Number(await this.sql(`INSERT INTO placement
		    (organization_id, campaign_id, referrer_id, name, code,
		    landing_url, status, coupon, created_at, updated_at)
		    VALUES (${who.org}, ${campaign}, ${referrer}, 'P', '${code}',
		    '${landing}', 'ACTIVE', ${text(coupon)}, ${NOW}, ${NOW});
		    SELECT LAST_INSERT_ID()`));

		await this.sql(`INSERT INTO placement_total (placement_id)
		    VALUES (${placement}); ${placed(who.org)}`);
		return { placement, code, coupon };
	}

	/* What is counted of it follows. */
	async set(table, id, values) {
		await this.sql(`UPDATE ${table} SET ${Object.entries(values)
		    .map(([k, v]) => `${k} = ${text(v)}`).join(', ')}
		    WHERE ${table === 'promoter' ? 'referrer_id' : 'id'} =
		    ${id}`);
		const org = await this.sql(`SELECT DISTINCT organization_id
		    FROM referrer WHERE member_organization_id IS NULL`);

		for (const one of org.split('\n'))
			await this.sql(counted(one));
	}

	/* A click of a visitor; who he is, or a new one. */
	async click(placement, visitor = unique() + unique() + unique() + 'ab') {
		const first = await this.sql(`SELECT COUNT(*) FROM click
		    WHERE placement_id = ${placement}
		    AND visitor = UNHEX('${visitor}')`) === '0';
		const id = Number(await this.sql(`INSERT INTO click
		    (placement_id, token, visitor, address_hash, kind, first,
		    created_at) VALUES (${placement}, RANDOM_BYTES(16),
		    UNHEX('${visitor}'), RANDOM_BYTES(8), 'person',
		    ${first ? 1 : 'NULL'}, ${NOW}); SELECT LAST_INSERT_ID()`));
		const more = `clicks = clicks + 1,
		    unique_clicks = unique_clicks + ${Number(first)}`;

		await this.sql(`UPDATE placement_total SET ${more}
		    WHERE placement_id = ${placement}`);
		await this.sql(`INSERT INTO placement_day (placement_id, day,
		    referrer_id, clicks, unique_clicks) SELECT id,
		    CURRENT_DATE, referrer_id, 1, ${Number(first)}
		    FROM placement WHERE id = ${placement}
		    ON DUPLICATE KEY UPDATE ${more}`);
		await this.sql(`INSERT INTO report_change (organization_id,
		    placement_id, clicks, created_at) SELECT organization_id,
		    id, 1, ${NOW} FROM placement WHERE id = ${placement}`);
		return { id, visitor };
	}

	/* A call of tracking: its answer, of this status, or of success. */
	async track(status, who, what, body, options = {}) {
		const a = await this.w.c.call('POST', `/api/v2/track/${what}`,
		    { token: who.token, key: who.key, body, ...options });

		assert.equal(a.status, status ?? 200, `${what}: ${a.text}`);
		return a.body;
	}

	/* The rows of a lead's commissions, oldest first. */
	async earned(referral) {
		const rows = await this.sql(`SELECT e.type, e.status, e.amount,
		    e.currency, e.part, e.available_at IS NULL
		    FROM earning e JOIN sale s ON s.id = e.sale_id
		    WHERE s.referral_id = ${referral} ORDER BY e.id`);

		return rows === '' ? [] : rows.split('\n').map((line) => {
			const [type, status, amount, currency, part, waits] =
			    line.split('\t');

			return { type, status, amount: Number(amount),
				currency, part: Number(part),
				waits: waits === '1' };
		});
	}
}

module.exports = { Promoters };
