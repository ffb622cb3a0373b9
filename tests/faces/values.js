/*
 * Values for a schema of an API document: good ones, ones at and beyond its
 * bounds, and ones that nobody sends by mistake.
 */
'use strict';
const { PASSWORD, unique } = require('../api/lib/world');
const doc = require('../api/lib/document');

const WORDS = ['Spring', 'a', 'Jörg €', 'שלום', '😀😀', 'x y', 'O\'Brien',
	'<b>&amp;', '"q"', 'a\\b', '%41', '=1+1', 'null', '0', 'true', '-'];
const HOSTILE = [null, true, false, 0, -0, -1, 1.5, 1e308, -1e308, 2 ** 53,
	-(2 ** 63), 2 ** 64, '', ' ', '\u0000', 'a\u0000b', '\ud800', '\u202e',
	'\r\nSet-Cookie: a=b', '\' OR 1=1 -- ', '%00', '%', '../../etc/passwd',
	'{{7*7}}', '${x}', '%s%n', '9'.repeat(400), 'x'.repeat(70000), '1e9',
	'0x10', '١٢', 'NaN', [], [[]], [null], {}, { a: 1 }, { $ne: 1 },
	{ toString: 1, constructor: {} }, '9223372036854775807',
	'9223372036854775808', '18446744073709551615', '0001', '+1', ' 1',
	'2026-02-30', '0000-00-00', '9999-12-31', '1969-12-31', '10000-01-01',
	'2026-11-21T02:19:60Z', '9999-12-31T23:59:59-14:00', 'a@b', 'javascript:0',
	'https://[::1]/', 'https://x@y:99999/', 'USDX', '\ufeff', 'ﬀ', 'İ'];

const day = (r, from = -400, to = 400) => new Date(Date.now() +
    r.int(from, to) * 864e5).toISOString().slice(0, 10);
const time = (r) => new Date(Date.now() + r.int(-4000, r.chance(0.3) ? 4000 :
    0) * 36e5).toISOString();

const FORMATS = {
	email: (r) => `${r.pick(['a', 'b', 'promoter', 'jörg'])}-${unique()}` +
	    '@example.com',
	uri: (r) => `https://${r.pick(['shop', 'www.b', 'c-d'])}.example/` +
	    r.pick(['', 'a?b=c', 'ä/%20x', '#f']),
	date: (r) => day(r),
	'date-time': time,
	currency: (r) => r.pick(['USD', 'EUR', 'JPY', 'BHD', 'TOK']),
	slug: () => `s-${unique()}`,
	code: () => `c${unique()}`,
};
FORMATS['idn-email'] = FORMATS.email;

/* What a member is mostly, where the schema does not say all. */
const USUAL = { CampaignID: () => 'NEW', Currency: FORMATS.currency,
	run_immediately: () => 1, event_id: unique, uid: unique,
	start_date: (r) => day(r, -300, -30), end_date: (r) => day(r, -29, 0),
	columns: (r, o) => o.parameters.map((p) => /^sorting\[(.*)\]/
	    .exec(p.name)?.[1]).filter((c) => c && r.chance(0.3))
	    .concat('revenue_amount') };

class Values {
	/* ids: see ids.js */
	constructor(random, ids) {
		this.r = random;
		this.ids = ids;
	}

	/* For this operation; often with what must be there, and no more. */
	begin(o) {
		this.o = o;
		this.face = o.face;
		this.more = this.r.pick([0, 0.2, 0.6]);
	}

	type(s) {
		const types = [s.type ?? (s.properties ? 'object' : 'string')]
		    .flat();
		const number = types.find((t) => /integer|number/.test(t));

		if (number && !s.format && this.r.chance(0.7))
			return number;
		return types.length > 1 && this.r.chance(0.9) ?
		    this.r.pick(types.filter((t) => t !== 'null')) :
		    this.r.pick(types);
	}

	text(s, name) {
		const { r } = this;
		const known = !/currency|date|uri/.test(s.format ?? '') &&
		    r.chance(/^(ref_|tid|promo)/.test(name) ? 0.9 : 0.5) ?
		    this.ids.known(r, name) : undefined;
		let t = /password/i.test(name) ? PASSWORD : known ??
		    (/\[0-9\]/.test(s.pattern ?? '') ?
			String(r.int(1, 50)) :
			FORMATS[s.format]?.(r) ?? r.pick(WORDS));

		if (/GMT|YYYY-MM-DD HH/.test(s.description ?? ''))
			t = time(r).slice(0, 19).replace('T', ' ');
		if (s.format || s.pattern)
			return t;
		while ([...t].length < (s.minLength ?? 0))
			t += t || 'x';
		return [...t].slice(0, s.maxLength ?? 1000).join('');
	}

	number(s) {
		const { r } = this;
		const low = Math.max(s.minimum ?? -1000, -1e6);
		const high = Math.min(s.maximum ?? 100000, 1e9);
		const n = r.chance(0.7) ? r.int(low, Math.min(high, low + 200)) :
		    r.int(low, high);

		return s.type === 'integer' || r.chance(0.5) ? n :
		    Math.round(n * 100) / 100;
	}

	object(s, depth) {
		const o = {};

		for (const [name, of] of Object.entries(s.properties ?? {}))
			if ((s.required ?? []).includes(name) ||
			    this.r.chance(this.more))
				o[name] = this.good(of, name, depth + 1);
		return o;
	}

	/* What the schema allows. */
	good(schema, name = '', depth = 0) {
		const s = doc.resolve(this.face, schema);
		const { r } = this;

		if (Object.hasOwn(USUAL, name) && r.chance(0.7))
			return USUAL[name](r, this.o);
		if (s.oneOf ?? s.anyOf)
			return this.good(r.pick(s.oneOf ?? s.anyOf), name,
			    depth);
		if (s.const !== undefined)
			return s.const;
		if (s.enum)
			return r.pick(s.enum);
		if (s.example !== undefined && r.chance(0.3))
			return s.example;
		const type = this.type(s);
		const id = ['string', 'integer', 'number'].includes(type) &&
		    r.chance(0.85) ? this.ids.named(r, this.o, name) :
		    undefined;
		if (id !== undefined)
			return type === 'string' ? id : Number(id);
		switch (type) {
		case 'null': return null;
		case 'boolean': return r.chance(0.5);
		case 'integer': case 'number': return this.number(s);
		case 'object': return this.object(s, depth);
		case 'array': return Array.from({ length: r.int(s.minItems ?? 0,
		    Math.min(s.maxItems ?? 4, 7)) }, () =>
			this.good(s.items ?? {}, name, depth + 1));
		}
		return this.text(s, name);
	}

	/* At the bounds, and one beyond. */
	edge(schema, name) {
		const s = doc.resolve(this.face, schema);
		const { r } = this;
		const type = this.type(s);
		const beyond = r.int(-1, 1);

		if (type === 'integer' || type === 'number')
			return r.pick([s.minimum, s.maximum, 2 ** 53 - 1, 0]
			    .filter((n) => n !== undefined)) + beyond;
		if (type === 'array')
			return Array.from({ length: Math.max(0, Math.min(2000,
			    r.pick([s.minItems ?? 0, s.maxItems ?? 1000]) +
			    beyond)) }, () => this.good(s.items ?? {}, name));
		if (type === 'string' && !s.enum)
			return r.pick(['x', 'é', '😀', '0']).repeat(Math.max(0,
			    r.pick([s.minLength ?? 0, s.maxLength ?? 5000]) +
			    beyond));
		return null;
	}

	hostile() {
		return this.r.pick(HOSTILE);
	}

	/* Mostly good. */
	any(schema, name) {
		return this.r.weighted([[() => this.good(schema, name),
		    6], [() => this.edge(schema, name), 2],
		    [() => this.hostile(), 2]])();
	}
}

module.exports = { Values };
