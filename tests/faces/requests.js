/* Requests for an operation, from its parameters and the schema of its body. */
'use strict';
const doc = require('../api/lib/document');
const { Values } = require('./values');

/* Bytes as UTF-8; half of a surrogate pair is U+FFFD. */
const percent = (v) => [...Buffer.from(String(v))].map((b) =>
    /[A-Za-z0-9_.~-]/.test(String.fromCharCode(b)) ? String.fromCharCode(b) :
	`%${b.toString(16).padStart(2, '0')}`).join('');
const plain = (v) => v !== null && typeof v === 'object' ? JSON.stringify(v) :
    String(v);

/* filters[a][b] = v as { a: { b: v } } */
function nest(pairs) {
	const top = {};

	for (const [name, value] of pairs) {
		const parts = [...name.matchAll(/\[([^\]]+)\]/g)]
		    .map((m) => m[1]);
		let at = top;

		for (const part of parts.slice(0, -1))
			at = at[part] ??= {};
		at[parts.at(-1)] = value;
	}
	return top;
}

class Requests {
	constructor(random, ids) {
		this.r = random;
		this.ids = ids;
		this.values = new Values(random, ids);
		this.keys = ['again', 'a'.repeat(255), 'x'];
		this.etags = ['"1"', 'W/"1"', '*', '"', ''];
	}

	/* A part of the path: mostly of a row that is there. */
	part(o, name) {
		const p = o.parameters.find((x) => x.in === 'path' &&
		    x.name === name);

		return this.r.weighted([
			[() => this.ids.at(this.r, o, name) ??
			    this.values.good(p.schema, name), 16],
			[() => '999999999', 1],
			[() => this.values.edge(p.schema, name), 1],
			[() => this.values.hostile(), 1]])();
	}

	path(o) {
		return o.full.replace(/\{([^}]*)\}/g, (whole, name) =>
		    percent(plain(this.part(o, name) ?? 'null')) || '%20');
	}

	queryText(pairs) {
		const { r } = this;
		const filters = pairs.filter(([name]) => /^filters\[/.test(name));
		const one = ([name, v]) => Array.isArray(v) ?
		    v.map((x) => `${percent(name)}[]=${percent(plain(x))}`)
			.join('&') :
		    `${r.chance(0.5) ? name : percent(name)}=` +
		    percent(plain(v));

		if (filters.length > 0 && r.chance(0.3))
			pairs = [...pairs.filter((p) => !filters.includes(p)),
				['filters', nest(filters)]];
		const parts = pairs.map(one).filter((text) => text !== '');
		if (r.chance(0.05))
			parts.push(r.pick(['x=1', '%zz=1', 'a', '=', '%00=%ff',
				'page=1&page=2', 'ids=1', 'filters=[]',
				'filters={', '&&']).replace(/[{[\]]/g, percent));
		return parts.length > 0 ? `?${parts.join('&')}` : '';
	}

	query(o, good) {
		const pairs = [];
		/* by one thing at a time */
		const sort = this.r.pick(o.parameters.filter((p) =>
		    p.name.startsWith('sorting[')));

		for (const p of o.parameters.filter((x) => x.in === 'query' &&
		    !(good && x !== sort && x.name.startsWith('sorting['))))
			if (p.required || /^Needed/.test(p.schema.description) ?
			    good || this.r.chance(0.95) :
			    this.r.chance(0.2))
				pairs.push([p.name, good ?
				    this.values.good(p.schema, p.name) :
				    this.values.any(p.schema, p.name)]);
		return this.queryText(pairs);
	}

	/* Some of its members are others. */
	spoil(o, schema, body) {
		const { r, values } = this;
		const s = doc.resolve(o.face, schema);
		const names = Object.keys(s.properties ?? {});

		if (names.length === 0 || body === null ||
		    typeof body !== 'object')
			return values.hostile();
		for (let i = r.int(1, 3); i > 0; i--) {
			const name = r.pick(names);

			r.weighted([[() => { delete body[name]; }, 1],
				[() => { body[name] = values.edge(o.face,
				    s.properties[name], name); }, 3],
				[() => { body[name] = values.hostile(); }, 3],
				[() => { body[r.pick(['x', '', '__proto__ ',
				    'id'])] = values.hostile(); }, 1]])();
		}
		return body;
	}

	/* No JSON, or JSON that is refused. */
	raw(body) {
		const { r } = this;
		const text = JSON.stringify(body) ?? '';

		return r.pick(['', '{', 'null', '[]', '"x"', '{}', '[{}]', '1',
			text.slice(0, r.int(0, text.length)), `${text}x`,
			text.replace('{', '{"a":1,"a":2,'), `\ufeff${text}`,
			text.replace(/[0-9]+/, '1e400'), `[${text}]`,
			'['.repeat(40), '{"a":'.repeat(1000),
			text.replace(/"/g, '\''), '\xff\xfe', '{"a":"\\ud800"}',
			text.replace(/:/, ':/**/')]);
	}

	body(o, good) {
		const content = doc.resolve(o.face, o.item.requestBody)
		    ?.content;
		const type = content && Object.keys(content)[0];
		const schema = content?.[type]?.schema;

		if (!content)
			return good || this.r.chance(0.9) ? {} :
			    { body: this.values.hostile() ?? undefined };
		if (!/json/.test(type))
			return { body: `a=${percent(plain(this.values
			    .hostile()))}`, headers: { 'content-type': type } };
		const made = this.values.good(schema);
		if (good)
			return { body: made };
		return this.r.weighted([
			[() => ({ body: this.spoil(o, schema, made) }), 14],
			[() => ({ body: this.raw(made) }), 3],
			[() => ({ body: JSON.stringify(made), headers:
			    { 'content-type': this.r.pick(['text/plain', '',
				'application/json; charset=latin1']) } }), 1],
			[() => ({}), 1]])();
	}

	/* { uri, options } */
	make(o) {
		const { r } = this;
		const good = r.chance(0.55);

		this.values.begin(o);
		const { headers = {}, ...options } = this.body(o, good);
		if (doc.keyed(o) && r.chance(0.3))
			options.idem = r.chance(0.5) ? true : r.pick(this.keys);
		if (r.chance(0.05))
			headers['if-match'] = r.pick(this.etags);
		if (/^\/api\/v2\//.test(o.full) && r.chance(0.03))
			headers['account-id'] = r.pick(['', '1', 'x'.repeat(40),
				'0']);
		return { uri: this.path(o) + this.query(o, good),
			options: { ...options, headers } };
	}

	/* What an answer shows can be sent. */
	learn(o, answer) {
		if (answer.status < 300)
			this.ids.learn(o, answer.body);
		if (answer.headers.etag)
			this.etags[this.r.int(5, 15)] = answer.headers.etag;
		this.etags = this.etags.filter((e) => e !== undefined);
	}
}

module.exports = { Requests };
