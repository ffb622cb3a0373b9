/*
 * How many rows the database reads for a page of what a promoter with very many
 * referrals has: about as many as are shown, whatever is asked for.
 */
'use strict';
const assert = require('node:assert/strict');
const { service } = require('./lib/service');
const { tests } = require('./lib/test');
const { Session } = require('./lib/db');
const { World } = require('./lib/world');
const { Program } = require('./lib/promoted');

const test = tests(__filename);
const MANY = 3000, MOST = 1000;
let w, me, ann, program, db, other;

test('a promoter with many referrals', async () => {
	const s = await service();

	w = new World(s.client);
	me = await w.owner();
	program = new Program(w, me);
	const place = await program.promoter();
	await program.referrals(place, MANY, { state: 'signup', sales: false });
	await program.referrals(place, MANY, { state: 'pending',
		sales: false });
	other = (await w.hood(me)).id;
	ann = await w.affiliate(me, { id: place.referrer,
		promoter_campaigns: [{ id: place.id }] });
	db = new Session(s);
	await db.run('ANALYZE TABLE referral');
});

const handled = async () => Number(await db.run('SELECT SUM(variable_value) ' +
    'FROM information_schema.global_status WHERE variable_name LIKE ' +
    '\'Handler_read_%\' AND variable_name NOT LIKE \'Handler_read_rnd%\''));

/* The least of some: the jobs read as well. */
async function rows(get) {
	let least = Infinity;

	for (let i = 0; i < 5; i++) {
		const before = await handled();

		await get();
		least = Math.min(least, await handled() - before);
	}
	return least;
}

const few = async (name, get) => {
	const n = await rows(get);

	assert.ok(n < MOST, `${name} read ${n} rows`);
};

test('his own lists: of a state, of a campaign', async () => {
	for (const q of ['', '?filters[state]=signup', '?filters[state]=denied',
		'?filters[state]=pending&sorting[state]=asc',
		'?sorting[state]=desc', `?filters[campaign_id][]=${other}`])
		await few(q, () => w.fpa(200, ann, 'GET', `/referrals${q}`));
});

test('he and his suspicions', async () => {
	await few('himself', () => w.fpa(200, ann, 'GET',
	    '/promoters/current'));
	for (const q of ['', '&filters[fraud_suspicions][]=ad_source',
		'&filters[fraud_suspicions][]=no_suspicion'])
		await few(`promoters ${q}`, () => w.fp(200, me, 'GET',
		    `/promoters?per_page=20${q}`));
});

test('the end', async () => {
	db.close();
	program.close();
});
