#!/usr/bin/env node
/*
 * Tables in Markdown of what was measured:
 *
 *	tests/bench/report.js run FILE		what tests/bench/run -o wrote
 *	tests/bench/report.js growth FILE	what tests/bench/growth -o wrote
 *	tests/bench/report.js commands DIR	what tests/bench/all left there: each
 *					command with the machine, in short
 *	tests/bench/report.js fill PAGE NAME <TEXT	puts it into a page, between
 *					<!-- NAME --> and <!-- end -->
 *
 * Of each side the median over its rounds; latencies in milliseconds.
 */
'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const NAMES = { affiliated: 'affiliated', nginx: 'nginx, a constant',
	bare: 'bare C client', worker: 'least worker', php: 'PHP-FPM',
	node: 'Node', go: 'Go', sql: 'plain `DELETE`' };
const KINDS = { constant: 'no database', read: 'read of a campaign',
	list: 'list of ten campaigns', click: 'click',
	visit: 'click, a connection each',
	pay: 'payment, 16 buyers', hot: 'payment, one buyer',
	order: 'checkout session', keyed: 'checkout session, with a key',
	stop: 'stop of 50 lines', bulk: 'rows deleted in bulk' };

const median = (list) => [...list].sort((a, b) => a - b)[(list.length - 1) >>
    1];
const ms = (us) => us === 0 ? '' : (us / 1000).toFixed(us < 10000 ? 1 : 0);
const unique = (list) => [...new Set(list)];

/* Calls that were answered wrongly, or after two seconds. */
const failed = (m) => [[m.wrong, 'wrong'], [m.late, 'late']]
    .filter(([n]) => n > 0).map((f) => f.join(' ')).join(', ');

/* { times, kind, side, connections, rate, p50, p99, wrong, late } */
function read(file, grown) {
	return fs.readFileSync(file, 'utf8').trim().split('\n').map((line) => {
		const f = line.split(' ');
		const times = grown ? Number(f.shift()) : 1;
		const [kind, side, ...n] = f;
		const [connections, rate, p50, p99, wrong, late] = n.map(Number);

		return { times, kind, side, connections, rate, p50, p99, wrong,
			late };
	});
}

/* The medians of those rows that have all of these values. */
function of(rows, what) {
	const some = rows.filter((r) => Object.entries(what).every(([k, v]) =>
	    r[k] === v));

	return some.length === 0 ? undefined : Object.fromEntries([
		...['rate', 'p50', 'p99'].map((k) => [k, median(some.map((r) =>
		    r[k]))]),
		...['wrong', 'late'].map((k) => [k, some.reduce((n, r) =>
		    n + r[k], 0)])]);
}

function table(head, rows) {
	return [head, head.map(() => '---'), ...rows]
	    .map((r) => `| ${r.join(' | ')} |`).join('\n');
}

function run(rows) {
	const out = [];

	for (const kind of unique(rows.map((r) => r.kind))) {
		const ours = of(rows, { kind, side: 'affiliated' });

		for (const side of Object.keys(NAMES)) {
			const m = of(rows, { kind, side });

			if (m !== undefined)
				out.push([KINDS[kind], NAMES[side],
					String(m.rate), ms(m.p50), ms(m.p99),
					ours && m !== ours && side !==
					    'affiliated' ?
					    (ours.rate / m.rate).toFixed(2) :
					    '', failed(m)]);
		}
	}
	return table(['', '', 'a second', 'p50 ms', 'p99 ms', 'ratio',
		'failed'], out);
}

function growth(rows) {
	const steps = unique(rows.map((r) => r.connections));
	const out = [];

	for (const kind of unique(rows.map((r) => r.kind)))
		for (const side of unique(rows.map((r) => r.side)))
			for (const times of unique(rows.map((r) => r.times))) {
				const some = steps.map((connections) => of(rows,
				    { kind, side, times, connections }));

				if (some.some((m) => m === undefined))
					continue;
				out.push([KINDS[kind], NAMES[side],
					`×${times}`, ...some.map((m) =>
					(m.p99 ? `${m.rate}, ${ms(m.p99)}` :
					    m.rate) +
					(failed(m) && ` (${failed(m)})`))]);
			}
	return table(['', '', 'rows', ...steps], out);
}

/* Durable writes of a block, in a second. */
function flushes(dir) {
	const file = path.join(dir, 'flushed');
	const fd = fs.openSync(file, 'w');
	const end = Date.now() + 1000;
	let n = 0;

	for (; Date.now() < end; n++) {
		fs.writeSync(fd, Buffer.alloc(4096), 0, 4096, 0);
		fs.fdatasyncSync(fd);
	}
	fs.closeSync(fd);
	fs.unlinkSync(file);
	return n;
}

function version(program, flag) {
	const { stdout, stderr } = spawnSync(program, [flag]);

	return /\d+(\.\d+)+/.exec(`${stdout}${stderr}`)?.[0];
}

function machine(dir) {
	return `${os.cpus().length} cores of ${os.cpus()[0].model}, ` +
	    `${Math.round(os.totalmem() / 2 ** 30)} GiB, a disk that flushes ` +
	    `${flushes(dir)} times a second; Linux ${os.release()}, MariaDB ` +
	    `${version('mariadbd', '--version')}, nginx ` +
	    `${version('nginx', '-v')}, PHP ${version('php-fpm8.2', '-v')}, ` +
	    `Node ${process.versions.node}, Go ${version('go', 'version') ??
	    'absent'}`;
}

/* Of each kind ours, and how much that is of a peer's. */
function runShort(rows) {
	const peers = ['php', 'node', 'go'].filter((side) => of(rows,
	    { side }));
	const short = unique(rows.map((r) => r.kind)).map((kind) => {
		const ours = of(rows, { kind, side: 'affiliated' }).rate;
		const ratios = peers.flatMap((side) => of(rows, { kind, side })
		    ?.rate ?? []).map((n) => (ours / n).toFixed(2));

		return `${KINDS[kind]} ${ours}` + (ratios.length > 0 ?
		    ` (${ratios.join(', ')})` : '');
	}).join('; ');

	return `${short}: a second (beside ${peers.map((side) => NAMES[side])
	    .join(', ')})`;
}

/* Of each kind with the fewest rows and with the most. */
function growthShort(rows) {
	const times = unique(rows.map((r) => r.times));
	const few = times[0], most = times.at(-1);

	return unique(rows.map((r) => r.kind)).map((kind) => KINDS[kind] + ' ' +
	    [few, most].map((n) => of(rows, { kind, side: 'affiliated',
		times: n, connections: 64 }).rate).join(', ')).join('; ') +
	    `: a second, with ×${few} and ×${most} the rows`;
}

const SHORT = {
	run: (dir) => runShort(read(path.join(dir, 'run'), false)),
	stop: (dir) => runShort(read(path.join(dir, 'stop'), false)),
	bulk: (dir) => runShort(read(path.join(dir, 'bulk'), false)),
	growth: (dir) => growthShort(read(path.join(dir, 'growth'), true)),
	start: (dir, lines) => lines.slice(-2).join('; '),
	memory: (dir, lines) => lines.find((l) => /^(flat|GROWN)/.test(l)),
};

function commands(dir) {
	const logs = Object.keys(SHORT).map((name) => [name,
		path.join(dir, `${name}.log`)]);
	const rows = logs.filter(([, log]) => fs.existsSync(log)).map(([name,
		log]) => {
		const lines = fs.readFileSync(log, 'utf8').trim().split('\n');

		return [`\`${lines[0].replace(/ -[do] \S+/g, '')}\``,
			SHORT[name](dir, lines)];
	});

	return `On ${machine(dir)}:\n\n${table(['command', 'printed, in short'],
	    rows)}`;
}

function fill(page, name) {
	const text = fs.readFileSync(page, 'utf8');
	const from = `<!-- ${name} -->\n`;
	const [at, end] = [text.indexOf(from), text.indexOf('<!-- end -->',
	    text.indexOf(from))];

	if (at < 0 || end < 0)
		throw new Error(`${page} has no place for ${name}`);
	fs.writeFileSync(page, text.slice(0, at + from.length) +
	    fs.readFileSync(0, 'utf8') + text.slice(end));
}

module.exports = { read, of, table, unique, NAMES, KINDS };

if (require.main === module) {
	const [what, file, name] = process.argv.slice(2);

	if (what === 'fill')
		fill(file, name);
	else
		console.log(what === 'commands' ? commands(file) :
		    what === 'growth' ? growth(read(file, true)) :
		    run(read(file, false)));
}
