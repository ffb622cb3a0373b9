/*
 * Requests over TLS to a running service.  Every answer of the API is held
 * against the API document; see document.js.
 */
'use strict';
const https = require('node:https');
const http2 = require('node:http2');
const tls = require('node:tls');
const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');
const doc = require('./document');
const vendor = require('./vendor');

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0';

function parse(answer) {
	const type = answer.headers['content-type'] ?? '';

	if (/json/.test(type) && answer.text !== '')
		try {
			answer.body = JSON.parse(answer.text);
		} catch (e) {
			assert.fail(`no JSON: ${answer.text.slice(0, 300)}`);
		}
	answer.data = answer.body?.data;
	answer.fields = [];
	return answer;
}

/* The shape that every error of a face has; its code and fields. */
function checkError(uri, answer, where) {
	const { body, status } = answer;
	const face = doc.faceOf(uri);

	if (/problem\+json/.test(answer.headers['content-type'])) {
		assert.equal(body.status, status, where);
		answer.code = body.code;
		answer.fields = body.errors?.map((e) => e.field) ?? [];
		return;
	}
	face.check(answer, where);
	answer.code = face.code(body, answer.headers);
	answer.fields = face.fields(body) ?? [];
}

class Client {
	constructor(service) {
		this.service = service;
		this.url = new URL(service.url);
		this.agent = new https.Agent({ keepAlive: true, ca: service.ca,
		    maxSockets: 64 });
		this.accounts = new Map();
		this.secrets = new Set();	/* see security.test.js */
	}

	/* What was shown once, to be used again. */
	keep(text) {
		const found = /"(?:accessToken|refreshToken|invitationToken|key|secret)":"([^"]{20,})"|\/sandbox\/([^"/]{20,})"/g;

		for (const m of text.matchAll(found))
			this.secrets.add(m[1] ?? m[2]);
	}

	/* One request as it is; path is sent untouched. */
	request(method, path, { headers = {}, body, fresh, from } = {}) {
		const options = {
			host: this.url.hostname, port: this.url.port,
			method, path, headers, ca: this.service.ca,
			agent: fresh || from ? false : this.agent,
			localAddress: from, servername: 'localhost',
			family: 4,
		};

		return new Promise((done, failed) => {
			const req = https.request(options, (res) => {
				const parts = [];

				res.on('data', (d) => parts.push(d));
				res.on('error', failed);
				res.on('end', () => done({
					status: res.statusCode,
					headers: res.headers,
					text: Buffer.concat(parts).toString(),
				}));
			});

			req.setTimeout(40000, () => req.destroy(
			    new Error(`no answer: ${method} ${path}`)));
			req.on('error', (e) => req.reusedSocket &&
			    e.code === 'ECONNRESET' && !fresh ?
			    this.request(method, path, { headers, body,
				fresh: true }).then(done, failed) :
			    failed(e));
			req.end(body);
		});
	}

	headers({ body, token, key, idem, cookie, headers = {} }) {
		const h = { 'user-agent': BROWSER };

		if (body !== undefined)
			h['content-type'] = 'application/json';
		if (token)
			h.authorization = `Bearer ${token}`;
		if (key)
			h['x-api-key'] = key;
		if (idem)
			h['idempotency-key'] = idem === true ? randomUUID() :
			    idem;
		if (cookie)
			h.cookie = cookie;
		return { ...h, ...headers };
	}

	/* The account of a credential, which the company's face asks for. */
	async account({ token, key }) {
		const credential = token ?? key;

		if (credential === undefined)
			return '0';
		if (!this.accounts.has(credential)) {
			const a = await this.request('GET',
			    '/api/v0/organizations/current', {
				headers: this.headers({ token, key }) });

			this.accounts.set(credential, a.status !== 200 ? '0' :
			    JSON.parse(a.text).data.accountId);
		}
		return this.accounts.get(credential);
	}

	/*
	 * A call of the API, below /api/v0 or with the face's own prefix:
	 * { body, token, key, idem, cookie, headers, fresh, from }.  body: an
	 * object, or text sent as it is.
	 */
	async call(method, path, options = {}) {
		const uri = /^\/(api|v1)\//.test(path) ? path : `/api/v0${path}`;
		const { body } = options;
		const sent = body === undefined || typeof body === 'string' ||
		    Buffer.isBuffer(body) ? body : JSON.stringify(body);
		const headers = this.headers(options);

		if (/^\/api\/v2\//.test(path))
			headers['account-id'] ??= await this.account(options);
		if (sent !== undefined)
			headers['content-length'] = Buffer.byteLength(sent);
		return this.hold(method, uri, await this.request(method, uri,
		    { ...options, headers, body: sent }), body);
	}

	hold(method, uri, raw, sent) {
		const answer = parse(raw);

		this.keep(answer.text);
		const where = `${method} ${uri} -> ${answer.status}`;

		assert.ok(answer.headers['x-request-id'],
		    `${where}: no X-Request-Id`);
		if (answer.status >= 400)
			checkError(uri, answer, where);
		answer.operation = doc.hold(method, uri, answer, sent);
		if (uri.startsWith('/api/v2/'))
			vendor.hold(method, uri, answer);
		if (answer.status >= 400)
			doc.faceOf(uri).untraced(answer.body);
		if (answer.status === 204)
			assert.equal(answer.text, '', where);
		return answer;
	}

	/* What stands at the root: /r/, /sandbox/, /healthz. */
	site(method, path, { headers = {}, ...rest } = {}) {
		return this.request(method, path.replace(this.service.url, ''),
		    { ...rest, headers: { 'user-agent': BROWSER, ...headers } });
	}

	/* All at once over one HTTP/2 connection: [{ method, uri, headers }] */
	burst(calls, { from } = {}) {
		const session = http2.connect(this.service.url, {
			ca: this.service.ca,
			createConnection: () => tls.connect({
				host: '127.0.0.1', port: this.url.port,
				localAddress: from, ca: this.service.ca,
				servername: 'localhost',
				ALPNProtocols: ['h2'],
			}),
		});
		const one = (c) => new Promise((done, failed) => {
			const req = session.request({ ':method': c.method,
			    ':path': c.uri, ...c.headers });
			const answer = { text: '' };

			req.setEncoding('utf8');
			req.on('response', (h) => {
				answer.status = h[':status'];
				answer.headers = h;
			});
			req.on('data', (d) => { answer.text += d; });
			req.on('end', () => done(answer));
			req.on('error', failed);
			req.end(c.body);
		});
		const all = new Promise((done, failed) => {
			session.on('error', failed);
			session.on('connect', () => Promise.all(calls.map(one))
			    .then(done, failed));
		});

		return all.finally(() => session.close());
	}

	/* Bytes as they are; what comes back until the end or a pause. */
	bytes(text, wait = 3000) {
		return new Promise((done, failed) => {
			const s = tls.connect({ host: '127.0.0.1',
			    port: this.url.port, ca: this.service.ca,
			    servername: 'localhost' }, () => s.write(text));
			let got = '';

			s.setTimeout(wait, () => s.destroy());
			s.on('data', (d) => { got += d; });
			s.on('error', failed);
			s.on('close', () => done(got));
		});
	}

	close() {
		this.agent.destroy();
	}
}

module.exports = { Client, BROWSER, checkError };
