/* docs/backup.md: a backup while sales go on, restored in another place. */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { service, Service } = require('./lib/service');
const { tests } = require('./lib/test');
const { World } = require('./lib/world');

const test = tests(__filename);

test('what was backed up is there again, and proved', async () => {
	const s = await service();
	const w = new World(s.client);
	const referrer = await w.referrer();
	const campaign = await w.campaign(referrer);
	const buyer = await w.owner({ referralCode: campaign.code });
	const file = path.join(s.home, 'all.backup');
	let going = true, sales = 1;

	await w.buy(buyer);
	const sell = (async () => {
		while (going && ++sales)
			await w.buy(buyer);
	})();
	const made = await s.quickstart('backup', file);
	going = false;
	await sell;
	assert.equal(made.code, 0, made.out);
	assert.equal(fs.statSync(file).mode & 0o77, 0, 'others may read it');
	assert.notEqual((await s.quickstart('backup', file)).code, 0);

	const other = new Service();
	await other.prepare();
	const restored = await other.quickstart('restore', file, '--yes');
	assert.equal(restored.code, 0, restored.out);
	other.connect();
	const there = new World(other.client);
	await there.login(buyer);
	const { available } = await there.balance(buyer);
	const { items } = await there.ok(200, 'GET',
	    '/payments/products', there.demo());
	assert.ok(available >= items[0].tokens &&
	    available <= sales * items[0].tokens, `${available}`);
	await there.login(referrer);
	assert.equal((await there.ok(200, 'GET', '/referrer-campaigns', {
		token: referrer.token })).items[0].code, campaign.code);
	const proof = await other.verify();
	assert.equal(proof.code, 0, proof.out);
	await there.buy(buyer);
	other.stop();
});

test('what is no backup is refused', async () => {
	const s = await service();
	const file = path.join(s.home, 'no.backup');

	fs.writeFileSync(file, 'nothing');
	for (const args of [['restore', file, '--yes'], ['restore'],
	    ['backup'], ['restore', '/nowhere']]) {
		const { code, out } = await s.quickstart(...args);

		assert.notEqual(code, 0, `${args}: ${out}`);
	}
});
