/* What the tests' stories are made of: people, organizations, purchases. */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { createHmac, randomBytes } = require('node:crypto');
const { until } = require('./test');

const PASSWORD = 'correct horse battery';
const unique = () => randomBytes(5).toString('hex');

function cookies(answer) {
	return Object.fromEntries((answer.headers['set-cookie'] ?? [])
	    .map((line) => {
		const [pair] = line.split(';');
		const at = pair.indexOf('=');

		return [pair.slice(0, at), pair.slice(at + 1)];
	}));
}

const cookieText = (jar) => Object.entries(jar)
    .map(([name, value]) => `${name}=${value}`).join('; ');

class World {
	constructor(client) {
		this.c = client;
	}

	async ok(status, method, path, options) {
		const answer = await this.c.call(method, path, options);

		assert.equal(answer.status, status,
		    `${method} ${path}: ${answer.text}`);
		return answer.data === undefined ? answer.body : answer.data;
	}

	async login(who) {
		const tokens = await this.ok(200, 'POST', '/auth/login', {
			body: { email: who.email, password: who.password } });

		who.token = tokens.accessToken;
		who.refreshToken = tokens.refreshToken;
		return who;
	}

	/* The same by his key. */
	admin() {
		return { key: this.c.service.credentials.AFFILIATED_ADMIN_KEY };
	}

	/* A user with an organization, logged in. */
	async owner({ referralCode, cookie } = {}) {
		const id = unique();
		const who = { email: `owner-${id}@example.com`,
			password: PASSWORD };
		const data = await this.ok(201, 'POST', '/users/register', {
			cookie, body: { ...who, name: `Owner ${id}`,
			    organizationName: `Company ${id}`, referralCode } });

		who.user = data.user;
		who.organization = data.organization;
		return this.login(who);
	}

	/* The administrator of the house, logged in. */
	house() {
		const e = this.c.service.credentials;

		return this.login({ email: e.AFFILIATED_ADMIN_EMAIL,
			password: e.AFFILIATED_ADMIN_PASSWORD });
	}

	/* A user without an organization, logged in. */
	async user(email = `user-${unique()}@example.com`, more = {}) {
		const who = { email, password: PASSWORD };

		Object.assign(who, await this.ok(201, 'POST',
		    '/users/register', { body: { ...who, name: 'User',
			...more } }));
		return this.login(who);
	}

	invite(who, email, role = 'member') {
		return this.ok(201, 'POST', '/organization-members/invite', {
			token: who.token, body: { email, role } });
	}

	join(who, { invitationToken }) {
		return this.ok(201, 'POST', '/organization-members/join', {
			token: who.token, body: { invitationToken } });
	}

	async key(who, scopes, more = {}) {
		const made = await this.ok(201, 'POST', '/api-keys', {
			token: who.token,
			body: { description: 'Test', scopes, ...more } });

		this.c.accounts.set(made.key, await this.c.account(who));
		return made;
	}

	/* A call of the company's face: its answer, of this status. */
	async fp(status, who, method, path, body, options = {}) {
		const a = await this.c.call(method,
		    `/api/v2/company${path}`.replace('/company/..', ''),
		    { token: who.token, key: who.key, body, ...options });

		assert.equal(a.status, status,
		    `${method} ${path}: ${a.text}`);
		return a;
	}

	/* Of his company's program, by their paths: one of each. */
	async program(who, name = 'Partners') {
		const url = `https://${name}.example/`;

		const make = async (status, path, body) =>
		    (await this.fp(status, who, 'POST', path, body)).body.id;
		const campaign = await make(201, '/campaigns', {
			name, landing_url: url, ref_token_param: '?ref',
			visitor_cookie_life: 60, signup_url: `${url}join`,
			links: [{ name, url }] });
		const reward = await make(200, '/rewards', { name,
			coupon: name, provider_coupon_id: name,
			is_promoter_reward: false, schemas: [{ amount: 10,
				unit: 'discount_per', flat_amount: true }] });
		const promoter = await this.promoter(who, {
			email: `promoter-${unique()}@example.com`,
			initial_campaign_id: campaign });

		const lead = await this.c.call('POST', '/api/v2/track/signup', {
			token: who.token, key: who.key, body: {
			    email: `lead-${unique()}@example.com`,
			    ref_id: promoter.promoter_campaigns[0].ref_token } });

		return {
			'/company/referrals/': lead.body.id,
			'/company/promoter_campaigns/':
			    promoter.promoter_campaigns[0].id,
			'/company/campaigns/': campaign,
			'/company/rewards/': reward,
			'/company/promoters/': promoter.id,
			'/company/products/': await make(201, '/products', {
				name, ext_id: name, prices: [{ ext_id: name,
					desc: name }] }),
			'/company/promo_codes/': await make(200,
			    '/promo_codes', { code: name, reward_id: reward,
				description: name, metadata: { name },
				promoter_campaign_id:
				    promoter.promoter_campaigns[0].id }),
		};
	}

	async referrer() {
		const who = await this.owner();

		who.referrer = await this.ok(201, 'POST', '/referrers/join', {
			token: who.token, body: { acceptTerms: true } });
		return who;
	}

	campaign(who, more = {}) {
		return this.ok(201, 'POST', '/referrer-campaigns', {
			token: who.token, body: { name: 'Spring',
			    landingUrl: 'https://shop.example/spring',
			    ...more } });
	}

	/* A campaign of the Ocamba face: a draft, if nothing is said. */
	hood(who, more = {}) {
		return this.ok(201, 'POST', '/v1/hood/campaigns', {
			token: who.token, body: { name: 'Spring', ...more } });
	}

	/* A running campaign of a company, where its promoters come. */
	async companyCampaign(who, more = {}) {
		const campaign = await this.hood(who, { run_immediately: 1,
			...more });
		const { body } = await this.fp(200, who, 'GET', '/settings');

		if (body.default_campaign_id === null)
			await this.fp(200, who, 'PUT', '/settings', { ...body,
				default_campaign_id: Number(campaign.id) });
		return { ...campaign, id: Number(campaign.id) };
	}

	/* A promoter in its program's campaign, if no other is named. */
	async promoter(who, more = {}) {
		const a = await this.fp(201, who, 'POST', '/promoters', {
			email: `promoter-${unique()}@example.com`, ...more });

		return a.body;
	}

	/* Of a promoter of his: a token of his own, and his numbers. */
	async affiliate(who, promoter) {
		promoter ??= await this.promoter(who);
		const { body } = await this.fp(200, who, 'POST',
		    `/promoters/iframe_login?promoter_id=${promoter.id}`);

		return this.comes(who, promoter, body.access_token);
	}

	/* The company's account is named by him too. */
	async comes(who, promoter, token) {
		this.c.accounts.set(token, await this.c.account(who));
		return { token, id: promoter.id, promoter,
			placement: promoter.promoter_campaigns?.[0]?.id };
	}

	/* By which a promoter can choose his password. */
	async offer(who, { id }) {
		const { body } = await this.fp(200, who, 'GET',
		    `/promoters/${id}`);

		return new URL(body.password_setup_url).searchParams.get('id');
	}

	/* Of what a promoter makes himself, by their paths: one of each. */
	async belongings(who, promoter) {
		const name = unique();
		const make = async (path, body) => (await this.fpa(200,
		    promoter, 'POST', path, body)).body.id;
		const reward = (await this.fp(200, who, 'POST', '/rewards', {
			name, coupon: name, provider_coupon_id: name,
			is_promoter_reward: false, schemas: [{ amount: 10,
				unit: 'discount_per', flat_amount: true }] }))
		    .body.id;

		await this.fp(200, who, 'PUT',
		    `/promoter_campaigns/${promoter.placement}`, {
			rewards_for_referrals: [{ apply_on: 'all',
				reward_id: reward }] });
		return {
			'/affiliate/promoter_campaigns/': promoter.placement,
			'/affiliate/referral_links/': await make(
			    '/referral_links', { name, promoter_campaign_id:
				promoter.placement }),
			'/affiliate/referrals/': await make('/referrals', {
				email: `lead-${name}@example.com`,
				promoter_campaign_id: promoter.placement }),
			'/affiliate/promo_codes/': await make('/promo_codes', {
				code: name, reward_id: reward,
				promoter_campaign_id: promoter.placement }),
			'/affiliate/payout_methods/': await make(
			    '/payout_methods', { method: 'wise', details: {
				wise_email: `${name}@example.com` } }),
		};
	}

	/* A call of the affiliate scope by a promoter. */
	fpa(status, promoter, method, path, body, options = {}) {
		return this.fp(status, promoter, method,
		    `/../affiliate${path}`, body, options);
	}

	async product() {
		const who = await this.demo();
		const data = await this.ok(200, 'GET', '/payments/products', {
			key: who.key });

		return data.items[0];
	}

	demo() {
		const e = this.c.service.credentials;

		return { key: e.AFFILIATED_DEMO_KEY ??
			e.AFFILIATED_DEMO_ADMIN_KEY };
	}

	/* Gives tokens to an organization, or takes them. */
	adjust(who, amount, reason = 'Test') {
		return this.ok(201, 'POST', '/admin/token-adjustments', {
			...this.admin(), body: { amount, reason,
			    organizationId: who.organization.id } });
	}

	reserve(who, amount, more = {}) {
		return this.ok(201, 'POST', '/token-reservations', {
			token: who.token, body: { amount, ...more } });
	}

	async checkout(who, more = {}) {
		return this.ok(201, 'POST', '/payments/checkout-sessions', {
			token: who.token, body: {
			    productId: (await this.product()).id,
			    successUrl: 'https://shop.example/thanks',
			    cancelUrl: 'https://shop.example/cart', ...more } });
	}

	press(session, button) {
		return this.c.site('POST', `${session.url}/${button}`, {
			headers: { 'content-length': 0, 'content-type':
			    'application/x-www-form-urlencoded' } });
	}

	session(who, id) {
		return this.ok(200, 'GET', `/payments/checkout-sessions/${id}`,
		    { token: who.token });
	}

	/* Of what holds up all commits of a machine, one of 5 s was seen. */
	paid(who, id, ms = 20000) {
		return until(async () => {
			const s = await this.session(who, id);

			return s.paymentStatus === 'paid' && s;
		}, ms);
	}

	/* The whole purchase; the session once it is paid. */
	async buy(who, more) {
		const session = await this.checkout(who, more);
		const answer = await this.press(session, 'pay');

		assert.equal(answer.status, 303, answer.text);
		const paid = await this.paid(who, session.id);
		assert.ok(paid, 'the payment was not settled');
		return paid;
	}

	/* What the sandbox says of a session that is paid. */
	callback(session, more = {}) {
		return { type: 'checkout.session.paid',
			token: session.url.split('/').pop(),
			amount: session.amount, currency: session.currency,
			...more };
	}

	/* As it signs: its key is derived from the installation's secret. */
	signed(body, { id = unique(), at = Math.floor(Date.now() / 1000),
	    more = '' } = {}) {
		const secret = Buffer.from(fs.readFileSync(path.join(
		    this.c.service.state, 'etc', 'secret'), 'utf8').trim(),
		    'hex');
		const key = createHmac('sha256', secret).update('sandbox\0')
		    .digest();
		const text = typeof body === 'string' ? body :
		    JSON.stringify(body);
		const mac = createHmac('sha256', key)
		    .update(`${id}.${at}.${text}`).digest('base64');

		return { body: text, headers: { 'webhook-id': id,
			'webhook-timestamp': String(at),
			'webhook-signature': `${more}v1,${mac}` } };
	}

	balance(who) {
		return this.ok(200, 'GET', '/token-transactions/balance', {
			token: who.token });
	}

	visit(code, { jar = {}, method = 'GET', headers = {} } = {}) {
		const cookie = cookieText(jar);

		return this.c.site(method, `/r/${code}`, { headers: {
			...(cookie ? { cookie } : {}), ...headers } });
	}

	/* A visit by a browser that keeps its cookies in jar. */
	async browse(code, jar = {}) {
		const answer = await this.visit(code, { jar });

		Object.assign(jar, cookies(answer));
		return answer;
	}

	/* Events are published a moment after their transaction. */
	async events(who, type, entityId, least = 1) {
		let found = [];

		await until(async () => {
			found = (await this.ok(200, 'GET', `/events?limit=100` +
			    `&type=${type}&entityId=${entityId}`, {
				token: who.token })).items;
			return found.length >= least;
		}, 20000, 500);
		return found;
	}

	/* A call of the Naviga face, below /api/campaigns. */
	async naviga(status, who, method, path, body, more = {}) {
		const { token, key } = who;
		const answer = await this.c.call(method,
		    `/api/campaigns${path}`, { token, key, body, ...more });

		assert.equal(answer.status, status,
		    `${method} ${path}: ${answer.text}`);
		return answer;
	}

	/* A quote with lines; more: what else is said of it. */
	async quote(who, lines, more = {}) {
		const { body } = await this.naviga(201, who, 'POST',
		    '/consolidated/create', { CampaignID: 'NEW',
			AdvertiserID: `C-${unique()}`, BrandID: 'B-1',
			ProductGroupID: 'G-1', CampaignType: 'Flexible',
			Name: 'Spring', Currency: 'USD', Lines: lines,
			...more });

		return { id: body.NewCampaignID,
			lines: body.NewLines.map((l) => l.ID) };
	}

	analytics(who, id) {
		return this.ok(200, 'GET',
		    `/referrer-campaigns/${id}/analytics`, {
			token: who.token });
	}
}

/* half to even, as the ledger rounds */
function share(amount, part, whole) {
	const n = BigInt(amount) * BigInt(part), w = BigInt(whole);
	const q = n / w, r = n % w;

	return Number(r * 2n > w || (r * 2n === w && q % 2n === 1n) ?
	    q + 1n : q);
}

module.exports = { World, PASSWORD, unique, cookies, cookieText, share };
