/* Somebody who takes webhooks: an HTTPS server on loopback. */
'use strict';
const fs = require('node:fs');
const https = require('node:https');
const path = require('node:path');
const { Webhook } = require('standardwebhooks');
const { sleep, until } = require('./test');

class Receiver {
	/* answer(request): a status, or { status, headers, body, delay } */
	constructor(service, answer = () => 204) {
		this.service = service;
		this.answer = answer;
		this.got = [];
	}

	async start() {
		const tls = path.join(this.service.state, 'tls');

		this.server = https.createServer({
			key: fs.readFileSync(path.join(tls, 'server.key')),
			cert: fs.readFileSync(path.join(tls, 'server.pem')),
		}, (req, res) => this.take(req, res));
		await new Promise((done) => this.server.listen(0, '127.0.0.1',
		    done));
		this.url = `https://127.0.0.1:${this.server.address().port}`;
		return this;
	}

	async take(req, res) {
		const parts = [];

		res.on('error', () => {});
		req.on('error', () => {});
		for await (const part of req)
			parts.push(part);
		const one = { path: req.url, method: req.method,
			headers: req.headers, id: req.headers['webhook-id'],
			text: Buffer.concat(parts).toString(), at: Date.now() };

		one.body = JSON.parse(one.text);
		this.got.push(one);
		const a = await this.answer(one);
		const { status = a, headers = {}, body = '', delay = 0 } =
		    typeof a === 'object' ? a : {};

		if (delay > 0)
			await sleep(delay);
		res.writeHead(status, headers);
		res.end(body);
	}

	/* Those of a type, once there are so many. */
	async of(type, n = 1, ms = 10000) {
		const found = () => this.got.filter((r) =>
		    r.body.type === type);

		await until(() => found().length >= n, ms);
		return found();
	}

	stop() {
		this.server.closeAllConnections();
		return new Promise((done) => this.server.close(done));
	}
}

/* Throws where the signature does not fit. */
const verify = (secret, request) => new Webhook(secret)
    .verify(request.text, request.headers);

module.exports = { Receiver, verify };
