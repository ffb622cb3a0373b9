/*
 * The service as one client sees it: requests, and answers as the reference
 * says them: money in minor units, days as numbers.  Where patient, a client
 * repeats with the same key what got no answer, as a good one does.
 */
'use strict';
const https = require('node:https');
const { parse } = require('./money');

const DAY = 86400000;
const dayOf = (ms) => Math.floor(ms / DAY);
const iso = (day) => new Date(day * DAY).toISOString().slice(0, 10);
const gmt = (day) => `${iso(day)} 00:00:00`;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const MONEY = new Set(['Amount', 'TaxAmount', 'TotalWithTax', 'Invoiced',
	'Applied', 'Credited', 'Open', 'Prepaid', 'Reserved', 'EarnedAndPaid',
	'Released', 'Earned', 'Unbilled', 'RefundDue', 'TaxRefundDue',
	'Refunded', 'TaxRefunded', 'OnAccount', 'AmountCredited',
	'AmountReversed', 'Reversed']);
const DAYS = new Set(['StartDate', 'EndDate', 'StopDate', 'AsOf',
	'InsertionDates', 'next_run_time']);
const COUNTS = new Set(['Quantity', 'Impressions', 'Clicks', 'refund_due',
	'tax_refund_due', 'on_account', 'earned']);

/* off: how many days have passed for this campaign that nobody lived. */
function understand(name, value, digits, off) {
	if (value === null)
		return null;
	if (Array.isArray(value))
		return value.map((v) => understand(name, v, digits, off));
	if (typeof value === 'object')
		return Object.fromEntries(Object.entries(value).map(([k, v]) =>
		    [k, understand(k, v, digits, off)]));
	if (MONEY.has(name))
		return parse(value, digits);
	if (COUNTS.has(name))
		return BigInt(value);
	if (DAYS.has(name))
		return dayOf(Date.parse(`${value.slice(0, 10)}T00:00:00Z`)) +
		    off;
	return name === 'run_counter' ? Number(value) : value;
}

/* Numbers stay the texts they are. */
function decode(text) {
	return text === '' ? null : JSON.parse(text.replace(
	    /(":)(-?\d+(?:\.\d+)?)(?=[,}\]])/g, '$1"$2"'));
}

class Wire {
	constructor(service, key, { patient = false } = {}) {
		Object.assign(this, { service, key, patient, lost: 0,
			replayed: 0, again: 0, requests: 0 });
		this.agent = new https.Agent({ keepAlive: true,
			ca: service.ca, maxSockets: 8 });
		this.port = new URL(service.url).port;
	}

	/* One request; drop: after so many milliseconds the client is gone. */
	once({ method, path, body, idem, match, drop }) {
		const text = body === undefined ? undefined :
		    JSON.stringify(body, (k, v) => typeof v === 'bigint' ?
			Number(v) : v);
		const headers = { 'x-api-key': this.key,
			accept: 'application/problem+json' };

		if (text !== undefined) {
			headers['content-type'] = 'application/json';
			headers['content-length'] = Buffer.byteLength(text);
		}
		if (idem)
			headers['idempotency-key'] = idem;
		if (match)
			headers['if-match'] = match;
		this.requests++;
		return new Promise((done, failed) => {
			const req = https.request({ host: '127.0.0.1',
				port: this.port, method, path, headers,
				agent: this.agent, servername: 'localhost' },
			(res) => {
				let got = '';

				res.setEncoding('utf8');
				res.on('data', (d) => { got += d; });
				res.on('error', failed);
				res.on('end', () => done({ text: got,
					status: res.statusCode,
					etag: res.headers.etag,
					replayed: res.headers[
					    'idempotent-replayed'] }));
			});

			if (drop !== undefined)
				setTimeout(() => req.destroy(new Error(
				    'dropped')), drop);
			req.setTimeout(60000, () => req.destroy(
			    new Error('no answer')));
			req.on('error', failed);
			req.end(text);
		});
	}

	/* Is it said that it was not answered, and to be repeated? */
	static passing(a) {
		return [502, 503, 504].includes(a.status);
	}

	async call(request) {
		const end = Date.now() + 90000;
		let { drop } = request;

		for (;;) {
			let a;

			try {
				a = await this.once({ ...request, drop });
			} catch (e) {
				if (drop === undefined && !this.patient &&
				    e.code !== 'ECONNRESET')
					throw e;
				this.lost++;
			}
			if (a && a.status < 300 && a.replayed)
				this.replayed++;
			if (a && !Wire.passing(a) && !(a.status === 409 &&
			    a.text.includes('"key_in_flight"')))
				return this.read(a);
			if ((a && Wire.passing(a) && !this.patient) ||
			    Date.now() > end)
				throw new Error(`no end of ${request.method} ` +
				    `${request.path}: ${a?.text}`);
			this.again++;
			drop = undefined;
			await sleep(a?.status === 409 ? 10 :
			    this.patient ? 100 : 1);
		}
	}

	read(a) {
		a.body = decode(a.text);
		if (a.status >= 400)
			a.slug = a.body?.code ?? a.body?.Code;
		return a;
	}

	close() { this.agent.destroy(); }
}

module.exports = { Wire, understand, iso, gmt, dayOf, sleep };
