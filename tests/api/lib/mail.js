/*
 * A mail server on loopback, and a service that sends its mail there.  One of
 * each serves all tests that ask for no others.
 */
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { SMTPServer } = require('smtp-server');
const { Service } = require('./service');
const { until } = require('./test');
const { World } = require('./world');

const USER = 'affiliated', PASSWORD = 'mail password';

function unquoted(text) {
	return Buffer.from(text.replace(/=\r\n/g, '').replace(
	    /=([0-9A-F]{2})/g, (whole, hex) =>
		String.fromCharCode(parseInt(hex, 16))), 'latin1').toString();
}

/* "=?utf-8?q?...?=" to what it says */
function decoded(header) {
	return header.replace(/\?=\s+=\?/g, '?==?').replace(
	    /=\?utf-8\?q\?([^?]*)\?=/g, (whole, word) =>
		unquoted(word.replace(/_/g, ' ')));
}

function parsed(raw) {
	const at = raw.indexOf('\r\n\r\n');
	const headers = {};

	for (const line of raw.slice(0, at).replace(/\r\n[ \t]/g, ' ')
	    .split('\r\n')) {
		const colon = line.indexOf(': ');

		headers[line.slice(0, colon).toLowerCase()] =
		    line.slice(colon + 2);
	}
	return { raw, headers, subject: decoded(headers.subject),
		text: unquoted(raw.slice(at + 4)).replace(/\r\n/g, '\n') };
}

class Post {
	/* How it answers: replies to recipients, first come; null: taken. */
	constructor(options = {}) {
		this.mails = [];
		this.replies = [];
		this.refused = 0;
		this.server = new SMTPServer({ logger: false,
			authOptional: true, ...options,
			onAuth: (auth, session, done) =>
			    auth.username === USER && auth.password === PASSWORD ?
			    done(null, { user: USER }) :
			    done(Object.assign(new Error('who are you'),
				{ responseCode: 535 })),
			onRcptTo: (address, session, done) => {
				const code = this.replies.shift();

				if (!code)
					return done();
				this.refused++;
				done(Object.assign(new Error('not now'),
				    { responseCode: code }));
			},
			onData: (stream, session, done) => {
				const parts = [];

				stream.on('data', (d) => parts.push(d));
				stream.on('end', () => {
					this.take(Buffer.concat(parts)
					    .toString('latin1'), session);
					done();
				});
			} });
		this.server.on('error', () => {});
	}

	take(raw, { envelope, secure, user, hostNameAppearsAs }) {
		this.mails.push({ ...parsed(raw), secure, user,
			hello: hostNameAppearsAs,
			from: envelope.mailFrom.address,
			to: envelope.rcptTo.map((r) => r.address) });
	}

	listen(port = 0) {
		return new Promise((done) => this.server.listen(port,
		    '127.0.0.1', () => {
			this.port = this.server.server.address().port;
			this.server.server.unref();
			done(this);
		    }));
	}

	close() {
		return new Promise((done) => this.server.close(done));
	}

	to(address) {
		return this.mails.filter((m) => m.to.includes(address));
	}

	/* The n-th mail to an address, once it is there. */
	async mail(address, n = 1, ms = 15000) {
		await until(() => this.to(address).length >= n, ms);
		if (this.to(address).length < n)
			throw new Error(`no mail ${n} to ${address}`);
		return this.to(address)[n - 1];
	}

	/* What a mail asks its reader to send back. */
	async token(address, n = 1) {
		return /[?&]token=([\w-]+)/.exec((await this.mail(address, n))
		    .text)[1];
	}
}

async function open(options) {
	const service = await new Service(options).start();
	const tls = (name) => fs.readFileSync(path.join(service.state, 'tls',
	    name));
	const certificate = { key: tls('server.key'), cert: tls('server.pem') };
	const post = await new Post(certificate).listen();
	const settings = {
		smtp_url: `smtp://127.0.0.1:${post.port}`, smtp_user: USER,
		smtp_password: PASSWORD, smtp_tls: undefined,
		smtp_ca: path.join(service.state, 'tls', 'ca.pem'),
		mail_from: 'post@affiliated.example', mail_name: 'Würfel & Co',
	};

	await service.configure(settings);
	return { service, post, settings, certificate, c: service.client,
		w: new World(service.client) };
}

let main;

function office() {
	main ??= open();
	return main;
}

module.exports = { Post, office, open };
