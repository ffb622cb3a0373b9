/* Members and invitations: who comes, who goes, and who may say so. */
'use strict';
const assert = require('node:assert/strict');
const { tests, times, tally } = require('./lib/test');
const { unique, PASSWORD } = require('./lib/world');
const { query } = require('./lib/db');
const { office } = require('./lib/mail');

const test = tests(__filename);
const AT = '/organization-members';
let o, c, w, me;

const slug = (a) => a.body.error.code;
const sql = (text) => query(o.service, text);

const invite = (who, body) => c.call('POST', `${AT}/invite`, {
	token: who.token, body: { role: 'member', ...body } });
const join = (who, invitationToken) => c.call('POST', `${AT}/join`, {
	token: who.token, body: { invitationToken } });
const members = (who, more = '') => w.ok(200, 'GET',
    `${AT}?limit=100&sort=createdAt:asc${more}`, { token: who.token });
const put = (who, id, role) => c.call('PUT', `${AT}/${id}`, {
	token: who.token, body: { role } });
const remove = (who, id) => c.call('DELETE', `${AT}/${id}`, {
	token: who.token });

const user = (...more) => w.user(...more);

/* One more member of the owner's organization; his id as one in .member. */
async function member(owner, role) {
	const who = await user();

	who.member = await w.join(who, await w.invite(owner, who.email, role));
	assert.equal(who.member.role, role);
	return who;
}

/* A new organization; .member is its owner as a member. */
async function owner() {
	const who = await w.owner();

	[who.member] = (await members(who)).items;
	return who;
}

test('the invitation comes by mail, and joining makes a member', async () => {
	o = await office();
	({ c, w } = o);
	me = await owner();
	const guest = await user();
	const a = await invite(me, { email: guest.email, role: 'admin',
		message: 'Come and see' });

	assert.equal(a.status, 201);
	assert.deepEqual(Object.keys(a.data).sort(), ['createdAt', 'email',
		'expired', 'expiresAt', 'id', 'invitationToken', 'message',
		'role']);
	assert.equal(Date.parse(a.data.expiresAt) -
	    Date.parse(a.data.createdAt), 7 * 86400000);
	const m = await o.post.mail(guest.email);
	assert.ok(m.text.includes('Come and see'));
	assert.ok(m.text.includes(`\n${o.service.url}?token=` +
	    `${a.data.invitationToken}\n`));
	const joined = await join(guest, a.data.invitationToken);
	assert.equal(joined.status, 201, joined.text);
	assert.deepEqual(joined.data, { id: joined.data.id,
		userId: guest.user.id, email: guest.email, name: 'User',
		role: 'admin', joinedAt: joined.data.joinedAt,
		organizationId: me.organization.id,
		organizationName: me.organization.name });
	const again = await join(guest, a.data.invitationToken);
	assert.equal(again.status, 200);
	assert.deepEqual(again.data, joined.data);
	const now = await w.ok(200, 'GET', '/organizations/current', {
		token: guest.token });
	assert.equal(now.id, me.organization.id, 'he had none before');
	const { organizationId, organizationName, ...plain } = joined.data;
	assert.deepEqual(await w.ok(200, 'GET', `${AT}/${plain.id}`, {
		token: me.token }), plain);
	assert.deepEqual((await members(me)).items[1], plain);
}, 300);

test('the active organization of another stays', async () => {
	const guest = await owner();
	const { data } = await invite(me, { email: guest.email });

	assert.equal((await join(guest, data.invitationToken)).status, 201);
	assert.equal((await w.ok(200, 'GET', '/organizations/current', {
		token: guest.token })).id, guest.organization.id);
	await w.ok(200, 'PUT', '/users/active-organization', {
		token: guest.token,
		body: { organizationId: me.organization.id } });
});

test('an invitation is for its address, in any case of letters', async () => {
	const guest = await user(), other = await user();
	const { data } = await invite(me, { email: guest.email.toUpperCase() });
	const a = await join(other, data.invitationToken);

	assert.equal(a.status, 403);
	assert.equal(slug(a), 'not_invited');
	assert.equal((await join(guest, data.invitationToken)).status, 201);
	/* letters that the database takes for others */
	const plain = await user(`jose-${unique()}@example.com`);
	const body = JSON.stringify({ role: 'admin',
		email: plain.email.replace('jose', 'jos\u00e9') });
	const near = await c.request('POST', `/api/v0${AT}/invite`, { body,
		headers: c.headers({ token: me.token, body }) });
	assert.equal(near.status, 201, near.text);
	assert.equal((await join(plain, JSON.parse(near.text).data
	    .invitationToken)).status, 403);
});

test('inviting again renews: the token before stops', async () => {
	const guest = await user();
	const first = (await invite(me, { email: guest.email })).data;
	const second = (await invite(me, { email: guest.email,
		role: 'admin' })).data;

	assert.equal(second.id, first.id);
	assert.equal(second.role, 'admin');
	assert.equal(second.createdAt, first.createdAt);
	assert.equal((await join(guest, first.invitationToken)).status, 404);
	const third = await w.ok(200, 'POST',
	    `${AT}/invitations/${first.id}/resend`, { token: me.token });
	assert.equal((await join(guest, second.invitationToken)).status, 404);
	const m = await o.post.mail(guest.email, 3);
	assert.ok(m.text.includes(third.invitationToken));
	assert.equal((await join(guest, third.invitationToken)).status, 201);
	const taken = await invite(me, { email: guest.email });
	assert.equal(taken.status, 409);
	assert.equal(slug(taken), 'already_member');
	assert.equal((await c.call('POST',
	    `${AT}/invitations/${first.id}/resend`, { token: me.token }))
	    .status, 404);
});

test('pending invitations: listed, by pages, withdrawn', async () => {
	const who = await owner();
	const made = [];
	const pending = (more) => w.ok(200, 'GET',
	    `${AT}/pending-invitations?limit=2${more}`, { token: who.token });

	assert.deepEqual((await pending('')).items, []);
	for (let i = 0; i < 5; i++)
		made.push((await invite(who, {
			email: `p-${unique()}@example.com` })).data);
	const seen = [];
	let cursor = '';
	do {
		const page = await pending(cursor);

		seen.push(...page.items);
		cursor = page.nextCursor && `&cursor=${page.nextCursor}`;
	} while (cursor);
	assert.deepEqual(seen.map((i) => i.id),
	    made.map((i) => i.id).reverse());
	assert.ok(seen.every((i) => !i.expired && !('invitationToken' in i)));
	assert.deepEqual((await pending('&sort=createdAt:asc')).items
	    .map((i) => i.id), made.slice(0, 2).map((i) => i.id));
	const at = `${AT}/invitations/${made[0].id}`;
	await w.ok(204, 'DELETE', at, { token: who.token });
	assert.equal((await c.call('DELETE', at, { token: who.token })).status,
	    404);
	assert.equal((await join(await user(made[0].email),
	    made[0].invitationToken)).status, 404);
	assert.equal((await c.call('DELETE', `${AT}/invitations/${made[1].id}`,
	    { token: me.token })).status, 404, 'of another organization');
	assert.equal((await w.ok(200, 'GET',
	    `${AT}/pending-invitations?limit=100`, { token: who.token }))
	    .items.length, 4);
});

test('an invitation runs out', async () => {
	const who = await owner(), guest = await user();
	const { data } = await invite(who, { email: guest.email });

	await sql(`UPDATE invitation SET expires_at = UTC_TIMESTAMP(6) - ` +
	    `INTERVAL 1 SECOND WHERE id = ${data.id}`);
	const late = await join(guest, data.invitationToken);
	assert.equal(late.status, 410);
	assert.equal(slug(late), 'invitation_over');
	const { items } = await w.ok(200, 'GET', `${AT}/pending-invitations`, {
		token: who.token });
	assert.equal(items[0].expired, true);
	const { data: fresh } = await c.call('POST',
	    `${AT}/invitations/${data.id}/resend`, { token: who.token });
	assert.equal(fresh.expired, false);
	assert.equal((await join(guest, fresh.invitationToken)).status, 201);
	assert.equal((await join(guest, 'x'.repeat(43))).status, 404);
	await w.ok(204, 'DELETE', `${AT}/${(await members(who)).items[1].id}`,
	    { token: who.token });
	const used = await join(guest, fresh.invitationToken);
	assert.equal(used.status, 409);
	assert.equal(slug(used), 'invitation_used');
});

test('only so many invitations are open', async () => {
	const who = await owner();

	await o.service.configure({ invitations_max: 3 });
	for (let i = 0; i < 3; i++)
		assert.equal((await invite(who, {
			email: `m${i}-${who.email}` })).status, 201);
	const a = await invite(who, { email: `m3-${who.email}` });
	assert.equal(a.status, 422);
	assert.equal(slug(a), 'limit');
	assert.match(a.body.error.message, /withdraw some/);
	assert.equal((await invite(who, { email: `m0-${who.email}` })).status,
	    201, 'renewing needs no room');
	await sql('UPDATE invitation SET expires_at = UTC_TIMESTAMP(6) - ' +
	    `INTERVAL 1 SECOND WHERE email LIKE 'm1-${who.email}'`);
	const answers = await times(4, (i) => invite(who, {
		email: `n${i}-${who.email}` }));
	assert.deepEqual(tally(answers), { 201: 1, 422: 3 });
	await o.service.configure({ invitations_max: undefined });
});

test('only so many are sent within a day', async () => {
	const who = await owner();
	const { data } = await invite(who, { email: `r0-${who.email}` });
	const resend = () => c.call('POST',
	    `${AT}/invitations/${data.id}/resend`, { token: who.token });

	await o.service.configure({ invitation_letters: 3 });
	assert.equal((await resend()).status, 200);
	await w.ok(204, 'DELETE', `${AT}/invitations/${data.id}`, {
		token: who.token });
	const next = await invite(who, { email: `r0-${who.email}` });
	assert.equal(next.status, 201);
	assert.notEqual(next.data.id, data.id);
	for (const a of [await c.call('POST',
	    `${AT}/invitations/${next.data.id}/resend`, { token: who.token }),
	    await invite(who, { email: `r1-${who.email}` })]) {
		assert.equal(a.status, 422);
		assert.equal(slug(a), 'limit');
	}
	await sql('UPDATE invitation SET sent_at = sent_at - INTERVAL 1 DAY ' +
	    `WHERE organization_id = ${who.organization.id}`);
	assert.equal((await invite(who, { email: `r1-${who.email}` })).status,
	    201);
	await o.service.configure({ invitation_letters: undefined });
});

test('registering with an invitation', async () => {
	const email = `new-${unique()}@example.com`;
	const { data } = await invite(me, { email });
	const body = { email, password: PASSWORD, name: 'New',
		invitationToken: data.invitationToken };

	for (const wrong of [{ email: `x${email}` },
	    { invitationToken: 'x'.repeat(43) }]) {
		const a = await c.call('POST', '/users/register', {
			body: { ...body, ...wrong } });

		assert.equal(a.status, 400);
		assert.deepEqual(a.fields, ['invitationToken']);
	}
	const made = await w.ok(201, 'POST', '/users/register', { body });
	assert.equal(made.organization.id, me.organization.id);
	const who = await w.login({ email, password: PASSWORD });
	assert.equal((await w.ok(200, 'GET', '/organizations/current', {
		token: who.token })).id, me.organization.id);
	const both = `both-${unique()}@example.com`;
	const second = (await invite(me, { email: both })).data;
	const own = await user(both, { organizationName: 'Own',
		invitationToken: second.invitationToken });
	assert.equal(own.organization.name, 'Own');
	assert.deepEqual((await w.ok(200, 'GET',
	    '/organizations?sort=createdAt:asc', { token: own.token }))
	    .items.map((x) => x.id).sort(),
	    [me.organization.id, own.organization.id].sort());
	assert.equal((await w.ok(200, 'GET', '/organizations/current', {
		token: own.token })).id, own.organization.id);
});

test('the list: by pages, by role', async () => {
	const who = await owner();
	const all = [who.member];

	for (const role of ['admin', 'member', 'member', 'owner'])
		all.push((await member(who, role)).member);
	const seen = (await members(who)).items;
	assert.deepEqual(seen.map((m) => m.id), all.map((m) => m.id));
	assert.deepEqual((await members(who, '&role=member')).items
	    .map((m) => m.id), [all[2].id, all[3].id]);
	const page = await w.ok(200, 'GET', `${AT}?limit=2&role=owner`, {
		token: who.token });
	assert.deepEqual(page.items.map((m) => m.id), [all[4].id, all[0].id]);
	assert.equal(page.nextCursor, null);
	for (const bad of ['role=king', 'sort=name:asc', 'limit=0'])
		assert.equal((await c.call('GET', `${AT}?${bad}`, {
			token: who.token })).status, 400, bad);
});

test('who may do what to whom', async () => {
	const who = await owner();
	const second = await member(who, 'owner');
	const admin = await member(who, 'admin');
	const plain = await member(who, 'member');
	const said = (a) => `${a.status} ${slug(a)}`;

	assert.equal(said(await put(admin, plain.member.id, 'owner')),
	    '403 forbidden');
	assert.equal(said(await put(admin, second.member.id, 'member')),
	    '403 forbidden');
	assert.equal(said(await remove(admin, second.member.id)),
	    '403 forbidden');
	assert.equal(said(await invite(admin, { role: 'owner',
		email: `a-${unique()}@example.com` })), '403 forbidden');
	assert.equal(said(await put(plain, plain.member.id, 'admin')),
	    '403 scope');
	assert.equal(said(await remove(plain, admin.member.id)), '403 scope');
	assert.equal(said(await remove(plain, '999999999')), '404 not_found');
	assert.equal(said(await invite(plain, {
		email: `a-${unique()}@example.com` })), '403 scope');
	assert.equal((await put(admin, plain.member.id, 'admin')).data.role,
	    'admin');
	assert.equal((await put(admin, plain.member.id, 'admin')).status, 200);
	assert.equal((await put(plain, plain.member.id, 'member')).status, 200);
	assert.equal((await put(who, second.member.id, 'admin')).status, 200);
	assert.equal(said(await put(who, who.member.id, 'admin')),
	    '409 last_owner');
	assert.equal(said(await remove(who, who.member.id)), '409 last_owner');
	assert.equal((await put(who, who.member.id, 'owner')).status, 200);
	const stranger = await owner();
	assert.equal((await put(stranger, plain.member.id, 'admin')).status,
	    404);
	assert.equal((await remove(stranger, plain.member.id)).status, 404);
	const [event] = await w.events(who, 'member.changed',
	    second.member.id);
	assert.deepEqual(event.data, { userId: second.user.id,
		role: 'admin' });
}, 200);

test('what is open for an owner is no admin\'s', async () => {
	const who = await owner();
	const admin = await member(who, 'admin');
	const email = `o-${unique()}@example.com`;
	const { data } = await invite(who, { email, role: 'owner' });
	const at = `${AT}/invitations/${data.id}`;

	for (const a of [await invite(admin, { email, role: 'member' }),
	    await c.call('POST', `${at}/resend`, { token: admin.token }),
	    await c.call('DELETE', at, { token: admin.token })]) {
		assert.equal(a.status, 403, a.text);
		assert.equal(slug(a), 'forbidden');
	}
	assert.equal((await join(await user(email), data.invitationToken))
	    .data.role, 'owner');
});

test('a member who is gone is gone at once', async () => {
	const who = await owner();
	const gone = await member(who, 'admin');
	const key = (await w.key(gone)).key;
	const read = (how) => c.call('GET', '/organizations/current', how);

	assert.equal((await read({ key })).status, 200);
	await w.ok(204, 'DELETE', `${AT}/${gone.member.id}`, {
		token: who.token });
	assert.equal((await read({ key })).status, 401);
	const a = await read({ token: gone.token });
	assert.equal(a.status, 403);
	assert.equal(slug(a), 'no_organization');
	assert.equal((await c.call('GET', '/users/profile', {
		token: gone.token })).status, 200);
	assert.deepEqual((await w.ok(200, 'GET', '/api-keys', {
		token: who.token })).items, []);
	assert.equal((await remove(who, gone.member.id)).status, 404);
	const back = (await invite(who, { email: gone.email })).data;
	assert.equal((await join(gone, back.invitationToken)).data.role,
	    'member');
	assert.equal((await read({ key })).status, 401, 'revoked for good');
	assert.equal((await w.events(who, 'member.removed', gone.member.id))
	    .length, 1);
});

test('a plain member leaves by himself', async () => {
	const who = await owner();
	const plain = await member(who, 'member');

	assert.equal((await remove(plain, plain.member.id)).status, 204);
	assert.equal((await members(who)).items.length, 1);
	assert.equal((await remove(plain, plain.member.id)).status, 403);
});

test('at once: two owners leave, and one stays', async () => {
	for (let i = 0; i < 5; i++) {
		const one = await owner();
		const two = await member(one, 'owner');
		const answers = await Promise.all(i % 2 === 0 ?
		    [remove(one, one.member.id), remove(two, two.member.id)] :
		    [put(one, two.member.id, 'member'),
			remove(two, one.member.id)]);
		const left = Number(await sql('SELECT COUNT(*) FROM member ' +
		    `WHERE organization_id = ${one.organization.id} AND ` +
		    "role = 'owner'"));

		assert.equal(left, 1, JSON.stringify(tally(answers)));
		assert.equal(answers.filter((a) => a.status < 300).length, 1);
	}
});

test('at once: joining six times makes one member', async () => {
	const guest = await user();
	const { data } = await invite(me, { email: guest.email });
	const answers = await times(6, () => join(guest,
	    data.invitationToken));

	assert.deepEqual(tally(answers), { 200: 5, 201: 1 });
	assert.equal(new Set(answers.map((a) => a.data.id)).size, 1);
	assert.equal((await w.events(me, 'member.joined', answers[0].data.id))
	    .length, 1);
});

test('at once: inviting six times is one invitation', async () => {
	const guest = await user();
	const answers = await times(6, () => invite(me, {
		email: guest.email }));

	assert.deepEqual(tally(answers), { 201: 6 });
	assert.equal(new Set(answers.map((a) => a.data.id)).size, 1);
	const joined = [];
	for (const a of answers)
		joined.push((await join(guest, a.data.invitationToken))
		    .status);
	assert.deepEqual(joined.sort(), [201, 404, 404, 404, 404, 404]);
});

test('the answer that is kept with a key has no token', async () => {
	const call = { token: me.token, idem: true, body: { role: 'member',
		email: `k-${unique()}@example.com` } };

	call.idem = unique();
	const first = await c.call('POST', `${AT}/invite`, call);
	const again = await c.call('POST', `${AT}/invite`, call);
	assert.equal(again.status, 201);
	assert.equal(again.data.id, first.data.id);
	assert.equal(again.data.invitationToken, null);
});

test('no token stands in the database', async () => {
	const guest = await user();
	const { data } = await invite(me, { email: guest.email });
	const mailed = await o.post.token(guest.email);
	const tables = (await sql('SHOW TABLES')).split('\n');
	let rows = 0;

	assert.equal(mailed, data.invitationToken);
	for (const t of tables) {
		const text = await sql(`SELECT * FROM \`${t}\``);

		rows += text.length;
		for (const secret of [mailed, guest.refreshToken, PASSWORD])
			assert.ok(!text.includes(secret), t);
	}
	assert.ok(rows > 10000);
});
