/* The FirstPromoter face: webhook subscriptions, and what they are sent. */
'use strict';
const assert = require('node:assert/strict');
const { createHmac } = require('node:crypto');
const { tests, sleep, until } = require('./lib/test');
const { unique } = require('./lib/world');
const { query } = require('./lib/db');
const { verify } = require('./lib/receiver');
const { begin, calls } = require('./lib/hooks');

const test = tests(__filename);
const TYPES = ['commission.created', 'commission.deleted',
	'commission.updated', 'contract_document.signed',
	'payments_batch.created', 'payments_batch.deleted',
	'payments_batch.updated', 'payout.commissions.created',
	'payout.commissions.deleted', 'payout.commissions.updated',
	'payout.created', 'payout.deleted', 'payout.updated',
	'payout_method.created', 'payout_method.deleted',
	'payout_method.updated', 'promoter.balance.updated',
	'promoter.created', 'promoter.deleted', 'promoter.profile.updated',
	'promoter.updated', 'promoter_campaign.created',
	'promoter_campaign.deleted', 'promoter_campaign.updated',
	'referral.created', 'referral.deleted', 'referral.moved',
	'referral.updated'];
/* And those that name a state which a record has come into. */
const STATES = ['commission.approved', 'commission.denied',
	'commission.pending', 'payments_batch.completed',
	'payments_batch.failed', 'payments_batch.initiated',
	'payments_batch.processing', 'payout.cancelled',
	'payout.commissions.added', 'payout.commissions.removed',
	'payout.completed', 'payout.failed', 'payout.pending',
	'payout.processing', 'promoter_campaign.accepted',
	'promoter_campaign.blocked', 'promoter_campaign.inactive',
	'promoter_campaign.pending', 'promoter_campaign.rejected',
	'referral.cancelled', 'referral.converted'];
let s, c, w, p, me, other, receiver, ann;
const { fp, subscribe, came, deliveries } = calls(() => ({ w, me, receiver }));

const drop = (hook, who = me) => fp(200, 'DELETE', `/webhooks/${hook.id}`,
    undefined, who);
const wrong = async (body, path = '/webhooks', method = 'POST', status = 422) =>
    (await fp(status, method, path, body)).message;

test('a company', async () => {
	({ s, c, w, p, me, other, receiver } = await begin());
	ann = await p.promoter(me);
	assert.deepEqual(await fp(200, 'GET', '/webhooks/event_types'),
	    { data: [...TYPES, ...STATES].sort() });
	assert.deepEqual(await fp(200, 'GET', '/webhooks'), []);
});

test('a subscription is made, its secret is shown once', async () => {
	const made = await subscribe(['referral.created']);
	const { id, secret_key, created_at, updated_at, ...rest } = made;

	assert.equal(typeof id, 'number');
	assert.match(secret_key, /^whsec_[A-Za-z0-9+/]{43}=$/);
	assert.equal(created_at, updated_at);
	assert.deepEqual(rest, { url: `${receiver.url}/hook`,
		description: null, event_types: ['referral.created'],
		campaign_ids: [1], active: true, timeout: 30, max_retries: 3,
		headers: {}, basic_auth_user: null,
		basic_auth_enabled: false });
	const shown = await fp(200, 'GET', `/webhooks/${id}`);
	assert.deepEqual(shown, { id, ...rest, created_at, updated_at });
	const full = await subscribe(['payout.updated', 'payout.created'], {
		active: false, timeout: 120, max_retries: 0,
		description: 'Bank', campaign_ids: [me.campaign],
		headers: { 'X-Api-Key': 'top-secret' },
		basic_auth_user: 'shop', basic_auth_password: 'pass-word' });
	assert.deepEqual([full.active, full.timeout, full.max_retries,
		full.description, full.campaign_ids, full.headers,
		full.basic_auth_user, full.basic_auth_enabled,
		full.event_types], [false, 120, 0, 'Bank', [me.campaign],
		{ 'X-Api-Key': 'top-secret' }, 'shop', true,
		['payout.updated', 'payout.created']]);
	const list = await w.fp(200, me, 'GET', '/webhooks');
	assert.deepEqual(list.body.map((h) => h.id), [full.id, id]);
	assert.ok(!/whsec_|pass-word/.test(list.text));
	const dump = Buffer.from(await query(s, 'SELECT HEX(CONCAT(headers, ' +
	    'basic_password)) FROM webhook_endpoint WHERE ' +
	    `id = ${full.id}`), 'hex').toString('latin1');
	assert.ok(!/top-secret|pass-word/.test(dump));
	const one = await w.fp(200, me, 'GET', '/webhooks?per_page=1');
	assert.deepEqual((await w.fp(200, me, 'GET', '/webhooks?per_page=1' +
	    `&cursor=${one.headers['x-next-cursor']}`)).body, [shown]);
	assert.deepEqual((await drop(full)).id, full.id);
	await drop(made);
	await fp(404, 'DELETE', `/webhooks/${id}`);
	await fp(404, 'GET', `/webhooks/${id}`);
});

test('what is wrong with one is said', async () => {
	const good = { url: 'https://shop.example/', event_types:
	    ['referral.created'] };

	for (const [more, field] of [
		[{ url: undefined }, 'url'],
		[{ event_types: undefined }, 'event_types'],
		[{ event_types: [] }, 'event_types'],
		[{ event_types: ['referral.created', 'payment.paid'] },
		    'event_types[1]'],
		[{ event_types: ['referral.*'] }, 'event_types[0]'],
		[{ url: 'http://shop.example/' }, 'url'],
		[{ url: 'https://u:p@shop.example/' }, 'url'],
		[{ timeout: 0 }, 'timeout'],
		[{ timeout: 121 }, 'timeout'],
		[{ max_retries: -1 }, 'max_retries'],
		[{ max_retries: 11 }, 'max_retries'],
		[{ campaign_ids: [other.campaign] }, 'campaign_ids[0]'],
		[{ campaign_ids: [me.campaign, 999999] }, 'campaign_ids[1]'],
		[{ headers: { 'a b': 'x' } }, 'headers.a b'],
		[{ headers: { 'X-A': 'x\r\nHost: y' } }, 'headers.X-A'],
		[{ headers: { 'X-A': '' } }, 'headers.X-A'],
		[{ headers: { 'X-A': 1 } }, 'headers.X-A'],
		[{ headers: { 'X-A': 'x', 'x-a': 'y' } }, 'headers.x-a'],
		[{ headers: { Host: 'x' } }, 'headers.Host'],
		[{ headers: { 'Webhook-Id': 'x' } }, 'headers.Webhook-Id'],
		[{ headers: Object.fromEntries(Array.from({ length: 21 },
		    (_, i) => [`X-${i}`, 'x'])) }, 'headers'],
		[{ basic_auth_user: 'x' }, 'basic_auth_password'],
		[{ basic_auth_password: 'x' }, 'basic_auth_user'],
		[{ basic_auth_user: 'a:b', basic_auth_password: 'x' },
		    'basic_auth_user'],
		[{ basic_auth_user: 'a', basic_auth_password: 'x', headers: {
		    authorization: 'Bearer x' } }, 'headers.authorization'],
	]) {
		const a = await fp(422, 'POST', '/webhooks', { ...good,
			...more });

		assert.equal(a.code, 'invalid_params');
		assert.ok(a.message.startsWith(`Validation failed: ${field} `),
		    `${field}: ${a.message}`);
	}
});

test('changed: what is given', async () => {
	const hook = await subscribe(['referral.created'], {
		headers: { 'X-A': 'x' } });
	const at = `/webhooks/${hook.id}`;
	const { secret_key, ...was } = hook;
	const put = async (body, headers = {}, status = 200) => w.fp(status,
	    me, 'PUT', at, body, { headers });
	let a = await put({ max_retries: 5, unknown: 1 });

	assert.ok(secret_key);
	assert.deepEqual({ ...a.body, updated_at: 0 }, { ...was,
		max_retries: 5, updated_at: 0 });
	const { etag } = a.headers;
	a = await put({ url: `${receiver.url}/new`, campaign_ids:
	    [me.campaign], event_types: ['referral.moved'], active: false,
		description: 'x', timeout: 1, basic_auth_user: 'me',
		basic_auth_password: 'pw' }, { 'if-match': etag });
	assert.deepEqual([a.body.url, a.body.campaign_ids, a.body.event_types,
		a.body.active, a.body.description, a.body.timeout,
		a.body.basic_auth_enabled, a.body.headers],
	[`${receiver.url}/new`, [me.campaign], ['referral.moved'], false, 'x',
		1, true, { 'X-A': 'x' }]);
	await put({ active: true }, { 'if-match': etag }, 412);
	/* another user keeps the password; none takes it away */
	assert.equal((await put({ basic_auth_user: 'you' })).body
	    .basic_auth_enabled, true);
	await wrong({ headers: { authorization: 'x' } }, at, 'PUT');
	a = await put({ basic_auth_user: null, campaign_ids: [1],
		headers: null, description: null });
	assert.deepEqual([a.body.basic_auth_enabled, a.body.basic_auth_user,
		a.body.campaign_ids, a.body.headers, a.body.description],
	[false, null, [1], {}, null]);
	await wrong({ basic_auth_password: 'x' }, at, 'PUT');
	await wrong({ url: 'http://x.example/' }, at, 'PUT');
	await wrong({ event_types: [] }, at, 'PUT');
	await drop(hook);
	await put({ active: true }, {}, 404);
});

test('no more than the installation allows, of both forms', async () => {
	const many = [];

	for (let i = 0; i < 20; i++)
		many.push(await subscribe(['referral.created']));
	assert.match((await fp(422, 'POST', '/webhooks', { url: receiver.url,
		event_types: ['referral.created'] })).message, /delete one/);
	assert.equal((await c.call('POST', '/webhook-endpoints', {
		token: me.token, body: { url: receiver.url } })).status, 422);
	for (const one of many)
		await drop(one);
});

test('each face has its own subscriptions', async () => {
	const hook = await subscribe(['referral.created']);
	const ours = await w.ok(201, 'POST', '/webhook-endpoints', {
		token: me.token, body: { url: `${receiver.url}/ours`,
			events: ['api_key.created'] } });

	for (const [method, path] of [['GET', ''], ['PUT', ''],
		['DELETE', ''], ['POST', '/test'], ['GET', '/deliveries'],
		['POST', '/rotate-secret']])
		assert.equal((await c.call(method,
		    `/webhook-endpoints/${hook.id}${path}`, {
			token: me.token, body: method === 'PUT' ||
			    path === '/rotate-secret' ? {} : undefined }))
		    .status, 404, `${method} ${path}`);
	assert.deepEqual((await w.ok(200, 'GET', '/webhook-endpoints', {
		token: me.token })).items.map((e) => e.id), [ours.id]);
	await fp(404, 'GET', `/webhooks/${ours.id}`);
	await fp(404, 'PUT', `/webhooks/${ours.id}`, { active: false });
	await fp(404, 'DELETE', `/webhooks/${ours.id}`);
	await fp(404, 'GET', `/webhooks/${ours.id}/webhook_deliveries`);
	assert.deepEqual((await fp(200, 'GET', '/webhooks')).map((h) => h.id),
	    [hook.id]);
	await w.ok(204, 'DELETE', `/webhook-endpoints/${ours.id}`, {
		token: me.token });
	await drop(hook);
});

test('a sign-up arrives: signed, with the record as the face shows it',
    async () => {
	const hook = await subscribe(TYPES, { headers: { 'X-Shop': 'one' },
		basic_auth_user: 'shop', basic_auth_password: 'p:w' });
	const before = Date.now();
	const made = await p.track(200, me, 'signup', { ref_id: ann.code,
		email: 'lead@shop.example', uid: 'u-1' });
	const [got] = await came('referral.created');

	verify(hook.secret_key, got);
	assert.throws(() => verify(hook.secret_key, { ...got,
		text: got.text.replace('lead@', 'load@') }));
	assert.equal(got.method, 'POST');
	assert.equal(got.headers['content-type'], 'application/json');
	assert.equal(got.headers['x-event-id'], got.id);
	assert.equal(got.headers['x-event-type'], 'referral.created');
	assert.equal(got.headers['x-webhook-signature'], createHmac('sha256',
	    hook.secret_key).update(got.text).digest('hex'));
	assert.equal(got.headers['x-shop'], 'one');
	assert.equal(got.headers.authorization,
	    `Basic ${Buffer.from('shop:p:w').toString('base64')}`);
	const { timestamp, ...rest } = got.body;
	assert.ok(Date.parse(timestamp) >= before - 1000);
	assert.deepEqual(rest, { event_id: got.id,
		event_type: 'referral.created', action: 'created',
		entity_type: 'Referral', entity_id: made.id, changes: {},
		data: await fp(200, 'GET', `/referrals/${made.id}`) });
	await until(async () => (await deliveries(hook))[0]?.status ===
	    'delivered');
	const [d] = await deliveries(hook);
	assert.deepEqual({ ...d, id: 0, created_at: 0, delivered_at: 0 }, {
		id: 0, event_id: got.id, event_type: 'referral.created',
		action: 'created', entity_type: 'Referral',
		entity_id: made.id, status: 'delivered', attempts: 1,
		last_error: null, response_code: 204, response_body: null,
		object_changes: {}, payload: got.body, created_at: 0,
		delivered_at: 0 });
	assert.ok(Date.parse(d.delivered_at) >= Date.parse(d.created_at));
	assert.deepEqual(await fp(200, 'GET',
	    `/webhooks/${hook.id}/webhook_deliveries/${d.id}`), d);
	/* what the events themselves keep has no personal data */
	assert.equal(await query(s, 'SELECT COUNT(*) FROM event WHERE ' +
	    'data LIKE \'%shop.example%\''), '0');
	receiver.got.length = 0;
	await drop(hook);
	await fp(404, 'GET',
	    `/webhooks/${hook.id}/webhook_deliveries/${d.id}`);
	await fp(404, 'GET', `/webhooks/${hook.id}/webhook_deliveries`);
	await until(async () => await query(s, 'SELECT COUNT(*) FROM ' +
	    `webhook_delivery WHERE endpoint_id = ${hook.id}`) === '0');
	assert.equal(await query(s, 'SELECT COUNT(*) FROM webhook_delivery ' +
	    `WHERE endpoint_id = ${hook.id}`), '0');
	assert.equal(await query(s, 'SELECT COUNT(headers) + COUNT(' +
	    'basic_password) FROM webhook_endpoint WHERE ' +
	    `id = ${hook.id}`), '0');
});

test('a sale: the customer, the commission, the balance', async () => {
	const hook = await subscribe(TYPES);
	const lead = await p.track(200, me, 'signup', { ref_id: ann.code,
		email: 'buyer@shop.example' });
	await p.track(200, me, 'sale', { email: 'buyer@shop.example',
		event_id: `e-${unique()}`, amount: 2000 });
	const [created] = await came('commission.created');
	const [updated] = await came('referral.updated');
	const [balance] = await came('promoter.balance.updated');

	const now = await fp(200, 'GET', `/referrals/${lead.id}`);
	assert.deepEqual(updated.body.changes, { state: ['signup', 'active'],
		customer_since: [null, now.customer_since] });
	assert.deepEqual(updated.body.data, now);
	assert.equal(updated.body.action, 'updated');
	const [commission] = await fp(200, 'GET',
	    `/commissions?ids[]=${created.body.entity_id}`);
	assert.equal(created.body.entity_type, 'Commission');
	assert.deepEqual(created.body.data, commission);
	assert.equal(commission.amount, 400);
	assert.equal(balance.body.entity_type, 'Promoter');
	assert.equal(balance.body.entity_id, ann.id);
	assert.equal(balance.body.data.balances.cash, 400);
	assert.deepEqual(balance.body.changes, { balances: [null,
		balance.body.data.balances] });
	const ids = [created, updated, balance].map((r) => r.id);
	assert.equal(new Set(ids).size, 3);
	for (const id of ids)
		assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
	for (const r of [created, updated, balance])
		verify(hook.secret_key, r);

	/* a second sale changes nothing of the referral */
	receiver.got.length = 0;
	await p.track(200, me, 'sale', { email: 'buyer@shop.example',
		event_id: `e-${unique()}`, amount: 1000 });
	await came('commission.created');
	await came('promoter.balance.updated');
	assert.equal(receiver.got.length, 2);

	/* and a refund takes back: a commission below zero */
	receiver.got.length = 0;
	await p.track(200, me, 'refund', { email: 'buyer@shop.example',
		event_id: `e-${unique()}`, amount: 3000 });
	const back = await came('commission.created', 2);
	assert.deepEqual(back.map((r) => r.body.data.amount).sort(),
	    [-200, -400]);
	assert.deepEqual((await came('referral.updated'))[0].body.changes,
	    { state: ['active', 'refunded'] });
	await came('promoter.balance.updated', 2);
	receiver.got.length = 0;
	await drop(hook);
});

test('referrals: changed, cancelled, disabled, moved, deleted', async () => {
	const bob = await p.promoter(me);
	const lead = await p.track(200, me, 'signup', { ref_id: ann.code,
		email: 'one@shop.example' });
	await w.events(me, 'referral.created', lead.id);
	const hook = await subscribe(TYPES);
	const at = `/referrals/${lead.id}`;
	const changes = async (type) => {
		const [r] = await came(type);

		receiver.got.length = 0;
		return r.body;
	};

	await fp(200, 'PUT', at, { email: 'two@shop.example', uid: 'two',
		fraud_check: 'ad_source' });
	let b = await changes('referral.updated');
	assert.deepEqual(b.changes, { email: [null, 'two@shop.example'],
		uid: [null, 'two'], fraud_check: ['no_suspicion',
		    'ad_source'] });
	assert.equal(b.data.email, 'two@shop.example');
	await fp(200, 'PUT', at, { split_details: [{ promoter_campaign_id:
	    bob.placement, percentage: 50 }] });
	b = await changes('referral.updated');
	assert.deepEqual(b.changes, { split_details: [null,
		b.data.split_details] });
	assert.equal(b.data.split_details.length, 1);
	await fp(200, 'POST', '/referrals/disable', { ids: [lead.id] });
	assert.deepEqual((await changes('referral.updated')).changes,
	    { state: ['signup', 'denied'] });
	await fp(200, 'POST', '/referrals/enable', { ids: [lead.id] });
	assert.deepEqual((await changes('referral.updated')).changes,
	    { state: ['denied', 'signup'] });
	await p.track(200, me, 'cancellation', { email: 'two@shop.example' });
	assert.deepEqual((await changes('referral.updated')).changes,
	    { state: ['signup', 'cancelled'] });
	await fp(200, 'PUT', at, { promoter_campaign_id: bob.placement });
	b = await changes('referral.moved');
	assert.deepEqual(b.changes.id, [lead.id, b.entity_id]);
	assert.deepEqual(b.changes.promoter_campaign, [
		{ id: ann.placement }, { id: bob.placement }]);
	assert.equal(b.action, 'updated');
	assert.equal(b.data.promoter_campaign.id, bob.placement);
	await fp(200, 'DELETE', '/referrals', { ids: [b.entity_id] });
	const gone = await changes('referral.deleted');
	assert.equal(gone.action, 'deleted');
	assert.deepEqual([gone.entity_id, gone.changes, gone.data],
	    [b.entity_id, {}, { id: b.entity_id }]);
	await drop(hook);
});

test('commissions: approved or not, noted, destroyed', async () => {
	const make = async () => (await fp(200, 'POST', '/commissions', {
		commission_type: 'custom', amount: 700,
		promoter_campaign_id: ann.placement }))[0];
	const one = await make();
	await w.events(me, 'commission.created', one.id);
	const hook = await subscribe(TYPES);
	const two = await make();

	assert.equal((await came('commission.created'))[0].body.entity_id,
	    two.id);
	await fp(200, 'PUT', `/commissions/${one.id}`, { internal_note: 'n' });
	assert.deepEqual((await came('commission.updated'))[0].body.changes,
	    { internal_note: [null, 'n'] });
	receiver.got.length = 0;
	await fp(200, 'POST', '/commissions/deny', { ids: [one.id] });
	const [denied] = await came('commission.updated');
	assert.deepEqual(denied.body.changes,
	    { status: ['approved', 'denied'] });
	assert.equal(denied.body.data.status, 'denied');
	assert.equal((await came('promoter.balance.updated'))[0].body
	    .entity_id, ann.id);
	await fp(200, 'DELETE', '/commissions/destroy', { ids: [two.id] });
	const [gone] = await came('commission.deleted');
	assert.deepEqual([gone.body.entity_id, gone.body.data],
	    [two.id, { id: two.id }]);
	receiver.got.length = 0;
	await drop(hook);
});

test('promoters and their campaigns', async () => {
	const hook = await subscribe(TYPES);
	const made = await w.promoter(me, { email: 'pro@shop.example',
		initial_campaign_id: me.campaign, always_approve: false });
	const placed = made.promoter_campaigns[0];
	const at = `/promoters/${made.id}`;

	const [created] = await came('promoter.created');
	/* a way in for him is in the answer alone */
	assert.deepEqual(created.body.data, { ...made,
		password_setup_url: null });
	assert.equal((await came('promoter_campaign.created'))[0].body
	    .entity_id, placed.id);
	await fp(200, 'PUT', at, { cust_id: 'c-1', profile: {
		first_name: 'Pro' } });
	assert.deepEqual((await came('promoter.updated'))[0].body.changes,
	    { cust_id: [null, 'c-1'] });
	const [profile] = await came('promoter.profile.updated');
	assert.equal(profile.body.changes.profile[1].first_name, 'Pro');
	assert.equal(profile.body.data.profile.first_name, 'Pro');
	receiver.got.length = 0;
	await fp(200, 'PUT', at, { cust_id: 'c-1' });
	await fp(200, 'POST', '/promoters/accept', { ids: [made.id],
		campaign_id: placed.campaign_id });
	const [accepted] = await came('promoter_campaign.updated');
	assert.deepEqual(accepted.body.changes,
	    { state: ['pending', 'accepted'] });
	assert.equal(accepted.body.entity_type, 'PromoterCampaign');
	assert.equal(accepted.body.data.state, 'accepted');
	assert.equal(receiver.got.length, 1, 'what did not change was told');
	receiver.got.length = 0;
	await fp(200, 'PUT', `/promoter_campaigns/${placed.id}`, {
		ref_token: 'brand-new' });
	assert.deepEqual((await came('promoter_campaign.updated'))[0].body
	    .changes, { ref_token: [null, 'brand-new'] });
	await fp(200, 'POST', '/promoters/assign_parent', { ids: [made.id],
		parent_promoter_id: ann.id });
	assert.deepEqual((await came('promoter.updated'))[0].body.changes,
	    { parent_promoter: [null, { id: ann.id }] });
	receiver.got.length = 0;
	await fp(200, 'POST', '/promoters/archive', { ids: [made.id] });
	const [archived] = await came('promoter.updated');
	assert.deepEqual(archived.body.changes, { archived_at: [null,
		archived.body.data.archived_at] });
	receiver.got.length = 0;
	await drop(hook);
});

test('payouts, their methods and batches', async () => {
	const carl = await p.promoter(me);
	await w.events(me, 'promoter.created', carl.id);
	const hook = await subscribe(TYPES);
	const method = await fp(200, 'POST', '/payout_methods', {
		promoter_id: carl.id, method: 'wise', details: {
		    wise_email: 'wise@shop.example' } });
	const [made] = await came('payout_method.created');

	assert.deepEqual(made.body.data, method);
	await fp(200, 'PUT', `/payout_methods/${method.id}`, {
		promoter_id: carl.id, method: 'wise', is_selected: true,
		is_disabled: false, details: {
		    wise_email: 'other@shop.example' } });
	assert.deepEqual((await came('payout_method.updated'))[0].body.changes,
	    { details: [null, { wise_email: 'other@shop.example' }] });
	const [commission] = await fp(200, 'POST', '/commissions', {
		commission_type: 'custom', amount: 900,
		promoter_campaign_id: carl.placement });
	await fp(200, 'POST', '/commissions/generate_payouts', {
		ids: [commission.id] });
	const [payout] = await came('payout.created');
	assert.equal(payout.body.data.amount, 900);
	assert.equal((await came('payout.commissions.created'))[0].body
	    .entity_id, payout.body.entity_id);
	const { data } = await fp(201, 'POST',
	    '/payouts/create_payments_batch', { method: 'wise' });
	assert.equal((await came('payments_batch.created'))[0].body.data.id,
	    data.id);
	receiver.got.length = 0;
	await fp(200, 'POST', '/payouts/mark_as_paid', {
		ids: [payout.body.entity_id] });
	const [paid] = await came('payout.updated');
	assert.deepEqual(paid.body.changes,
	    { status: ['pending', 'completed'] });
	assert.equal(paid.body.data.status, 'completed');
	await came('payout.commissions.updated');
	assert.equal((await came('promoter.balance.updated'))[0].body.data
	    .balances.cash, 0);
	await fp(200, 'DELETE', `/payments_batches/${data.id}`);
	const [gone] = await came('payments_batch.deleted');
	assert.deepEqual(gone.body.data, { id: data.id });
	receiver.got.length = 0;
	await drop(hook);
});

/* What was told of a record that came into a state, in the order of letters. */
test('states, each under a name of its own', async () => {
	const hook = await subscribe(STATES);
	const told = async (n) => {
		await until(() => receiver.got.length >= n);
		const all = receiver.got.map((r) => [r.body.event_type,
			r.body.entity_id]).sort();

		receiver.got.length = 0;
		return all;
	};
	const email = `state-${unique()}@shop.example`;

	const lead = await p.track(200, me, 'signup', { ref_id: ann.code,
		email });
	await p.track(200, me, 'sale', { email, amount: 5000,
		event_id: `e-${unique()}` });
	const [commission] = await fp(200, 'GET', `/commissions?q=${email}`);
	assert.deepEqual(await told(2), [['commission.approved',
		commission.id], ['referral.converted', lead.id]]);
	await p.track(200, me, 'sale', { email, amount: 5000,
		event_id: `e-${unique()}` });
	assert.deepEqual((await told(1)).map(([type]) => type),
	    ['commission.approved']);
	await fp(200, 'POST', '/commissions/deny', { ids: [commission.id] });
	assert.deepEqual(await told(1), [['commission.denied',
		commission.id]]);
	await p.track(200, me, 'cancellation', { email });
	assert.deepEqual(await told(1), [['referral.cancelled', lead.id]]);

	/* a suspect's waits */
	await fp(200, 'POST', '/referrals', { promoter_campaign_id:
	    ann.placement, email: ann.email });
	await p.track(200, me, 'sale', { email: ann.email, amount: 5000,
		event_id: `e-${unique()}` });
	const [[waits, id], ...more] = await told(2);
	assert.equal(waits, 'commission.pending');
	assert.deepEqual(more.map(([type]) => type), ['referral.converted']);
	await fp(200, 'POST', '/commissions/approve', { ids: [id] });
	assert.deepEqual(await told(1), [['commission.approved', id]]);

	const made = await w.promoter(me, { initial_campaign_id: me.campaign,
		always_approve: false });
	const [placed] = made.promoter_campaigns;
	assert.deepEqual(await told(1), [['promoter_campaign.pending',
		placed.id]]);
	for (const [verb, state] of [['reject', 'rejected'],
		['accept', 'accepted'], ['block', 'blocked']]) {
		await fp(200, 'POST', `/promoters/${verb}`, { ids: [made.id],
			campaign_id: me.campaign });
		assert.deepEqual(await told(1), [[`promoter_campaign.${state}`,
			placed.id]]);
	}
	const carl = await p.promoter(me);
	assert.deepEqual(await told(1), [['promoter_campaign.accepted',
		carl.placement]]);
	const [own] = await fp(200, 'POST', '/commissions', { amount: 900,
		commission_type: 'custom',
		promoter_campaign_id: carl.placement });
	assert.deepEqual(await told(1), [['commission.approved', own.id]]);
	await fp(200, 'POST', '/commissions/generate_payouts', {
		ids: [own.id] });
	const [[, payout]] = await told(2);
	await fp(200, 'POST', '/payouts/mark_as_paid', { ids: [payout] });
	assert.deepEqual(await told(1), [['payout.completed', payout]]);
	await fp(200, 'POST', '/payouts/mark_as_unpaid', { ids: [payout] });
	assert.deepEqual(await told(1), [['payout.pending', payout]]);
	await fp(200, 'DELETE', '/payouts/destroy', { ids: [payout] });
	assert.deepEqual(await told(2), [['payout.cancelled', payout],
		['payout.commissions.removed', payout]]);
	await sleep(300);
	assert.equal(receiver.got.length, 0);
	await drop(hook);
});

test('campaigns: what happens in others is not sent', async () => {
	const second = await p.campaign(me);
	const there = await p.place(me, ann.id, { campaign: second });
	const hook = await subscribe(TYPES, { campaign_ids: [second],
		url: `${receiver.url}/second` });
	const all = await subscribe(['referral.created'], { campaign_ids:
	    [second, 1], url: `${receiver.url}/all` });

	await p.track(200, me, 'signup', { ref_id: ann.code,
		email: 'first@shop.example' });
	await p.track(200, me, 'signup', { ref_id: there.code,
		email: 'second@shop.example' });
	await came('referral.created', 3);
	assert.deepEqual(receiver.got.filter((r) => r.path === '/second')
	    .map((r) => r.body.data.email), ['second@shop.example']);
	/* a promoter is in no campaign of his own */
	await w.promoter(me, { initial_campaign_id: me.campaign });
	assert.equal((await came('promoter.created'))[0].path, '/second');
	await sleep(300);
	assert.ok(!receiver.got.some((r) => r.body.event_type ===
	    'promoter_campaign.created'));
	receiver.got.length = 0;
	await drop(hook);
	await drop(all);
});

test('another company hears nothing, and finds nothing', async () => {
	const mine = await subscribe(['referral.created']);
	const theirs = await subscribe(TYPES, { url: `${receiver.url}/theirs` },
	    other);

	await p.track(200, me, 'signup', { ref_id: ann.code,
		email: `x-${unique()}@shop.example` });
	const [got] = await came('referral.created');
	assert.equal(got.path, '/hook');
	const [d] = await deliveries(mine);
	const at = `/webhooks/${mine.id}`;
	for (const [method, path, body] of [['GET', at],
		['PUT', at, { active: false }], ['DELETE', at],
		['GET', `${at}/webhook_deliveries`],
		['GET', `${at}/webhook_deliveries/${d.id}`],
		['POST', `${at}/webhook_deliveries/${d.id}/retry_delivery`],
		['GET', `/webhooks/${theirs.id}/webhook_deliveries/${d.id}`]])
		await fp(404, method, path, body, other);
	assert.deepEqual((await fp(200, 'GET', '/webhooks', undefined, other))
	    .map((h) => h.id), [theirs.id]);
	assert.deepEqual(await deliveries(theirs, other), []);
	await drop(mine);
	await drop(theirs, other);
});

test('who may not read records can\'t have them sent', async () => {
	const who = await w.key(me, ['webhooks:write', 'webhooks:read']);

	await fp(403, 'POST', '/webhooks', { url: receiver.url,
		event_types: ['referral.created'] }, who);
	await fp(200, 'GET', '/webhooks', undefined, who);
});

test('an end', async () => {
	await receiver.stop();
	s.client.close();
});
