/*
 * A real browser, Debian's Chromium, over its debugging pipe: messages are
 * JSON, each with a NUL behind it.
 */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { until } = require('./test');

const PROGRAM = '/usr/bin/chromium';
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 ' +
    '(KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

class Browser {
	static there() {
		return fs.existsSync(PROGRAM);
	}

	constructor() {
		this.home = fs.mkdtempSync(path.join(os.tmpdir(), 'browser-'));
		this.child = spawn(PROGRAM, ['--headless=new', '--no-sandbox',
		    '--disable-gpu', '--disable-dev-shm-usage',
		    '--no-first-run', '--disable-background-networking',
		    '--ignore-certificate-errors', `--user-agent=${AGENT}`,
		    '--remote-debugging-pipe', `--user-data-dir=${this.home}`],
		    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
			detached: true });
		this.waiting = new Map();
		this.n = 0;
		let text = '';

		this.child.stdio[4].on('data', (d) => {
			const parts = (text + d).split('\0');

			text = parts.pop();
			parts.forEach((p) => this.hear(JSON.parse(p)));
		});
		this.child.stdio[3].on('error', () => {});
	}

	hear(message) {
		const { done, failed } = this.waiting.get(message.id) ?? {};

		this.waiting.delete(message.id);
		if (message.error)
			failed?.(new Error(message.error.message));
		else
			done?.(message.result);
	}

	send(method, params = {}, sessionId = undefined) {
		const id = ++this.n;

		this.child.stdio[3].write(JSON.stringify({ id, method, params,
			sessionId }) + '\0');
		return new Promise((done, failed) =>
		    this.waiting.set(id, { done, failed }));
	}

	/* A page of a profile of its own; script runs before each document. */
	async page(script = '') {
		const { browserContextId } = await this.send(
		    'Target.createBrowserContext');
		const { targetId } = await this.send('Target.createTarget', {
			url: 'about:blank', browserContextId });
		const { sessionId } = await this.send('Target.attachToTarget',
		    { targetId, flatten: true });
		const call = (method, params) => this.send(method, params,
		    sessionId);

		await call('Page.enable');
		if (script)
			await call('Page.addScriptToEvaluateOnNewDocument', {
				source: script });
		return {
			go: (url) => call('Page.navigate', { url }),
			eval: async (expression) => (await call(
			    'Runtime.evaluate', { expression,
				awaitPromise: true })).result.value,
		};
	}

	async close() {
		const gone = new Promise((done) => this.child.on('exit', done));

		/* with those that it has started: they write to its home */
		process.kill(-this.child.pid, 'SIGKILL');
		await gone;
		assert.ok(await until(() => {
			try {
				fs.rmSync(this.home, { recursive: true,
					force: true });
				return true;
			} catch {
				return false;
			}
		}), `${this.home} is not empty`);
	}
}

module.exports = { Browser };
