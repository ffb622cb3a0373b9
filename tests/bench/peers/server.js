/*
 * The same requests in Node: Fastify, and mysql2 with prepared statements on
 * a pool of connections; a process a core.
 */
'use strict';
const cluster = require('node:cluster');
const crypto = require('node:crypto');
const fs = require('node:fs');
const fastify = require('fastify');
const mysql = require('mysql2/promise');

const [socket, processes, connections] = process.argv.slice(2);
const statements = JSON.parse(fs.readFileSync(process.env.BENCH_STATEMENTS));
const jwtKey = Buffer.from(process.env.BENCH_JWT_KEY, 'hex');
const callbackKey = Buffer.from(process.env.BENCH_CALLBACK_KEY, 'hex');
const MET = new Set([1213, 1205, 1020]);
let pool;

const now = () => new Date().toISOString().slice(0, 23).replace('T', ' ');

async function run(db, name, values) {
	const { sql, args } = statements[name];

	return (await db.execute(sql, args.map((i) => values[i])))[0];
}
const insert = async (...args) => (await run(...args)).insertId;
const row = async (...args) => (await run(...args))[0];
/* Of a statement that says the id that it made. */
const take = async (...args) => (await row(...args)).id;

/* What met another's transaction is done once more. */
async function transaction(work) {
	const db = await pool.getConnection();

	try {
		for (;;)
			try {
				await db.beginTransaction();
				const done = await work(db);

				await db.commit();
				return done;
			} catch (e) {
				await db.rollback();
				if (!MET.has(e.errno))
					throw e;
			}
	} finally {
		db.release();
	}
}

async function post(db, p, amount, tokens, part, earning, at) {
	const { organization_id: org, referrer_id: who } = p;

	await run(db, 'account_move', [tokens, org, 'tokens_available', 0,
		'TOK']);
	await run(db, 'account_move', [part, 1, 'earnings_available', who,
		'USD']);
	const [bought, earned] = await run(db, 'journal_insert_2', [
		1, 'payment', p.id, null, at, 1, 'commission', earning, null,
		at]);
	await run(db, 'entry_insert_6', [
		bought.id, 1, 1, 'provider_clearing', 0, 'USD', amount,
		bought.id, 2, 1, 'revenue', 0, 'USD', -amount,
		bought.id, 3, 1, 'tokens_issued', 0, 'TOK', -tokens,
		bought.id, 4, org, 'tokens_available', 0, 'TOK', tokens,
		earned.id, 1, 1, 'commission_expense', 0, 'USD', -part,
		earned.id, 2, 1, 'earnings_available', who, 'USD', part]);
}

async function brought(db, p, amount, at) {
	const who = p.referrer_id;

	await run(db, 'brought_total', [who, 0, 0, 0, 0, 1, amount, 'USD', 1,
		'USD', at, p.placement_id]);
	await run(db, 'report_brought', [1, p.placement_id, p.lead_id, 'USD',
		0, 0, 0, 0, 1, 0, amount, at]);
	await run(db, 'brought_sales', [p.placement_id, 'USD', at.slice(0, 10),
		who, 1, amount]);
}

async function settle(db, p, at) {
	const { organization_id: org, amount, tokens } = p;
	const part = Math.floor(amount * 200000 / 1000000);

	await run(db, 'payment_paid', [at, p.id]);
	const sale = await insert(db, 'sale_insert', [1, p.id, p.lead_id,
		amount, 'USD', at]);
	const id = await take(db, 'earning_insert', [1, p.referrer_id,
		p.campaign_id, p.placement_id, sale, amount, 0, 'available',
		part, 'USD', 200000, 0, 1, null, p.lead_id, 0, null, at,
		at]);
	await run(db, 'event_insert_2', [
		org, 'payment.paid', p.id, null, JSON.stringify({ amount,
			currency: 'USD', tokens }), at,
		1, 'commission.created', id, null, JSON.stringify({
			campaignId: String(p.placement_id), amount: part,
			currency: 'USD' }), at]);
	await post(db, p, amount, tokens, part, id, at);
	await run(db, 'token_insert', [org, 'purchase', tokens, tokens,
		`payment ${p.id}`, p.id, at]);
	await brought(db, p, amount, at);
}

async function click(request, reply) {
	const at = now();
	const p = await row(pool, 'placement_by_code', ['ref', 60, at,
		request.params.code]);

	if (p === undefined)
		return reply.code(404).send();
	await transaction(async (db) => {
		await run(db, 'click_insert', [p.id, crypto.randomBytes(16),
			crypto.randomBytes(16), crypto.randomBytes(8),
			'person', 'direct', null, null, 1, at]);
		await run(db, 'count_total', [1, 1, 0, p.id]);
		await run(db, 'count_day', [p.id, at.slice(0, 10),
			p.referrer_id, 1, 1, 0]);
		await run(db, 'report_clicked', [p.organization_id, p.id,
			'direct', null, null, 1, at]);
	});
	return reply.redirect(p.landing_url, 302);
}

const same = (a, b) => a.length === b.length && crypto.timingSafeEqual(a, b);

async function callback(request, reply) {
	const { 'webhook-id': id, 'webhook-timestamp': at,
		'webhook-signature': told } = request.headers;
	const right = crypto.createHmac('sha256', callbackKey)
	    .update(`${id}.${at}.${request.body}`).digest('base64');

	if (!same(Buffer.from(told), Buffer.from(`v1,${right}`)))
		return reply.code(401).send();
	const p = await row(pool, 'payment_facts',
	    [JSON.parse(request.body).token]);
	if (p === undefined)
		return reply.code(404).send();
	const time = now();
	await transaction((db) => settle(db, p, time));
	return { success: true, message: 'Noted', data: null };
}

function claims(request) {
	const text = request.headers.authorization ?? '';
	const [head, body, mac] = text.slice(7).split('.');

	if (!text.startsWith('Bearer ') || mac === undefined)
		return null;
	const right = crypto.createHmac('sha256', jwtKey)
	    .update(`${head}.${body}`).digest();
	if (JSON.parse(Buffer.from(head, 'base64url')).alg !== 'HS256' ||
	    !same(right, Buffer.from(mac, 'base64url')))
		return null;
	const c = JSON.parse(Buffer.from(body, 'base64url'));
	return c.exp < Date.now() / 1000 || c.aud !== 'affiliated' ? null : c;
}

/* Who calls, in request.me. */
async function identify(request, reply) {
	const c = claims(request);

	request.me = c && await row(pool, 'identity_session', [c.sid, c.sub,
		now()]);
	if (!request.me)
		return reply.code(401).send();
}

const shown = (p) => ({ id: String(p.id), name: p.name, code: p.code,
	link: `https://localhost/r/${p.code}`, landingUrl: p.landing_url,
	description: p.description, status: p.status, clicks: p.clicks,
	referrals: p.referrals, startsAt: p.starts_at, endsAt: p.ends_at,
	createdAt: p.created_at, updatedAt: p.updated_at,
	endedAt: p.ended_at });

async function campaign(request, reply) {
	const p = await row(pool, 'placement_get', [request.params.id, 1,
		request.me.org_id]);

	return p === undefined ? reply.code(404).send() :
	    { success: true, message: 'Campaign', data: shown(p) };
}

async function campaigns(request) {
	const r = await row(pool, 'referrer_of', [1, request.me.org_id]);
	const list = r === undefined ? [] :
	    await run(pool, 'placement_list', [r.id, 11, 0]);

	return { success: true, message: 'Campaigns',
		data: { items: list.map(shown) } };
}

const larger = require('./larger')({ run, row, take, transaction, now });

async function stop(request, reply) {
	const { StopDate } = JSON.parse(request.body);

	return await larger.stop(request.me, request.params.id, StopDate) ??
	    reply.code(404).send();
}

const remove = (request) => larger.remove(request.me,
    JSON.parse(request.body).ids);

async function serve() {
	pool = mysql.createPool({ socketPath: process.env.BENCH_SOCKET,
		user: process.env.BENCH_USER,
		password: process.env.BENCH_PASSWORD, database: 'affiliated',
		connectionLimit: Number(connections), dateStrings: true,
		flags: ['+FOUND_ROWS'], timezone: 'Z' });
	const app = fastify({ trustProxy: true });

	app.addContentTypeParser('application/json', { parseAs: 'string' },
	    (request, body, done) => done(null, body));
	app.get('/api/v0/referrer-campaigns/:id', { onRequest: identify },
	    campaign);
	app.get('/api/v0/referrer-campaigns', { onRequest: identify },
	    campaigns);
	app.post('/api/campaigns/:id/stop', { onRequest: identify }, stop);
	app.delete('/api/v2/company/referrals', { onRequest: identify },
	    remove);
	app.get('/r/:code', click);
	app.post('/api/v0/payments/callbacks/sandbox', callback);
	app.get('/*', async () => ({ ok: true }));
	await app.listen({ path: socket });
	fs.chmodSync(socket, 0o666);
}

if (cluster.isPrimary) {
	for (let i = 0; i < Number(processes); i++)
		cluster.fork();
	process.on('SIGTERM', () => {
		for (const w of Object.values(cluster.workers))
			w.process.kill();
		process.exit(0);
	});
} else {
	serve();
}
