/*
 * docs/roles.md, cell by cell: each operation of the API document is called
 * once by each role, and refused exactly where the table says no.
 */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { tests } = require('./lib/test');
const { unique } = require('./lib/world');
const { office } = require('./lib/mail');
const doc = require('./lib/document');

const test = tests(__filename);
const lines = fs.readFileSync(path.join(__dirname, '../../docs/roles.md'),
    'utf8').split('\n').filter((l) => l.startsWith('|'))
    .map((l) => l.split('|').slice(1, -1).map((cell) => cell.trim()));
const [heads, , ...rows] = lines;
const table = new Map(rows.map((cells) => [cells[0], Object.fromEntries(
    cells.map((cell, i) => [heads[i], cell]))]));
const roles = heads.slice(3);
let c, w, boss, asker;

/* What ends the asker himself, or his organization, is not done. */
const own = (o) => (o.method === 'DELETE' && !/\{/.test(o.template)) ||
    (doc.promoter(o) && doc.ending(o));
const deletes = (o) => o.method === 'DELETE';
const operations = [...doc.operations.filter((o) => !deletes(o)),
	...doc.operations.filter(deletes)];

function body(o) {
	const b = doc.body(o);

	if (b && 'email' in b)
		b.email = `role-${unique()}@example.com`;
	return b;
}

/* One call; a key of idempotency that is none is refused after the rights. */
function call(o, how) {
	const headers = own(o) ? { 'idempotency-key': 'x'.repeat(256) } : {};

	if (own(o))
		assert.ok(doc.keyed(o), `${o.id} would be done`);
	return c.call(o.method, doc.address(o).replace(/^\/api\/v0/, ''), {
		...how, body: body(o), headers });
}

const refused = (a) => a.status === 403 &&
    ['scope', 'forbidden', 'login_only'].includes(a.code);

async function member(of, role) {
	const who = await w.user();

	await w.join(who, await w.invite(of, who.email, role));
	return who;
}

async function promoter() {
	await w.companyCampaign(boss);
	return w.affiliate(boss);
}

test('an organization with one of each role', async () => {
	const o = await office();

	({ c, w } = o);
	boss = await w.owner();
	const house = await w.login({
		email: o.service.credentials.AFFILIATED_ADMIN_EMAIL,
		password: o.service.credentials.AFFILIATED_ADMIN_PASSWORD });
	asker = {
		'owner': await member(boss, 'owner'),
		'admin': await member(boss, 'admin'),
		'member': await member(boss, 'member'),
		'house administrator': await member(house, 'admin'),
		'API key': { key: (await w.key(boss)).key },
		'promoter': await promoter(),
	};
	assert.deepEqual(Object.keys(asker), roles);
}, 300);

test('the table has every operation once', () => {
	assert.deepEqual([...table.keys()].sort(),
	    doc.operations.map((o) => o.id).sort());
	assert.equal(rows.length, table.size);
	for (const [id, row] of table)
		for (const role of roles)
			assert.ok(['yes', 'no', 'self'].includes(row[role]),
			    `${id} ${role}: ${row[role]}`);
});

for (const role of roles)
	test(`${role}: refused where the table says no`, async () => {
		const who = asker[role];

		for (const o of operations) {
			const cell = table.get(o.id)[role];
			const known = role !== 'promoter' ||
			    o.face.name === 'firstpromoter';

			if (!known && !doc.secured(o))
				continue;
			const a = await call(o, who.key ? { key: who.key } :
			    { token: who.token });

			assert.equal(refused(a) ||
			    (!known && a.status === 401), cell === 'no',
			    `${role} ${o.id}: ${cell}, but ${a.text}`);
			if (doc.secured(o) && known)
				assert.notEqual(a.status, 401, o.id);
			assert.ok(a.status < 500, a.text);
			if (o.id === 'logout' && a.status === 200)
				await w.login(who);
			else if (own(o) && cell !== 'no')
				assert.equal(a.status, 400, o.id);
		}
	});

test('the scopes: all but one are too few, and its own are enough',
    async () => {
	const { scopes } = await w.key(boss);
	const keys = {};

	const only = async (some) => (keys[some.join()] ??=
	    (await w.key(boss, some)).key);
	const without = (scope) => only(scopes.filter((s) => s !== scope));

	for (const o of operations) {
		const row = table.get(o.id);

		if (row.scope === '' || row.scope === 'public')
			continue;
		const own_scopes = row.scope.split(', ');
		for (const scope of own_scopes) {
			const a = await call(o, { key: await without(scope) });

			assert.ok(refused(a), `${o.id}: ${a.text}`);
		}
		const b = await call(o, { key: await only(own_scopes) });
		assert.equal(refused(b), row['API key'] === 'no',
		    `${o.id}: ${b.text}`);
	}
});

test('nobody has lost what he had', async () => {
	await w.fpa(200, asker.promoter, 'GET', '/promoters/current');
	for (const role of roles.filter((r) => asker[r].token &&
	    r !== 'promoter'))
		await w.ok(200, 'GET', '/organizations/current', {
			token: asker[role].token });
});
