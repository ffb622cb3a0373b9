/*
 * The vendor's own OpenAPI documents of the face /api/v2, where FP_REFERENCE
 * names their folder: every answer is held against them as well.
 *
 * They are OpenAPI 3.0, where null is allowed by "nullable".  It stands there
 * for some members that can't have a value always, and not for others; so null
 * in a member that need not be there is taken as if it were not there.
 */
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const assert = require('node:assert/strict');
const Ajv = require('ajv/dist/2020');
const formats = require('ajv-formats');

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];
const folder = process.env.FP_REFERENCE;
const held = new Set();		/* "GET /company/referrals 200" */

/* A schema of OpenAPI 3.0 as one of JSON Schema; free: null is allowed. */
function convert(schema, document, free = false) {
	if (schema.$ref)
		return convert(resolve(schema, document), document, free);
	const { nullable, properties, items, example, ...s } = schema;

	for (const name of ['allOf', 'oneOf', 'anyOf'])
		if (s[name])
			s[name] = s[name].map((x) => convert(x, document));
	if (typeof s.additionalProperties === 'object')
		s.additionalProperties = convert(s.additionalProperties,
		    document, true);
	if (items)
		s.items = convert(items, document);
	if (properties)
		s.properties = Object.fromEntries(Object.entries(properties)
		    .map(([name, p]) => [name, convert(p, document,
			!(Array.isArray(s.required) &&
			    s.required.includes(name)))]));
	return nullable || free ? { anyOf: [{ type: 'null' }, s] } : s;
}

function resolve(object, document) {
	let o = object;

	while (o?.$ref)
		o = o.$ref.replace(/^#\//, '').split('/').reduce((at, key) =>
		    at[key.replace(/~1/g, '/').replace(/~0/g, '~')], document);
	return o;
}

function load() {
	const ajv = new Ajv({ strict: false, allErrors: true });
	const list = [];

	formats(ajv);
	for (const file of fs.readdirSync(folder).sort()) {
		const document = JSON.parse(fs.readFileSync(path.join(folder,
		    file), 'utf8'));
		const prefix = new URL(document.servers[0].url).pathname;

		for (const [template, item] of Object.entries(document.paths))
			for (const method of METHODS.filter((m) => item[m]))
				list.push({ ajv, file, document,
					method: method.toUpperCase(),
					template: prefix + template,
					responses: item[method].responses,
					match: new RegExp(`^${prefix}` +
					    template.replace(/\{[^}]*\}/g,
						'[^/]+') + '$') });
	}
	return list;
}

const operations = folder ? load() : [];
const schemas = new Map();

function validator(o, status) {
	const name = `${o.file} ${o.method} ${o.template} ${status}`;

	if (!schemas.has(name)) {
		const schema = resolve(o.responses[status], o.document)
		    ?.content?.['application/json']?.schema;

		schemas.set(name, schema && o.ajv.compile(convert(schema,
		    o.document)));
	}
	return schemas.get(name);
}

/* A fixed path wins over one with a parameter in the same place. */
function found(method, uri) {
	const at = uri.replace(/[?#].*$/, '');
	const hits = operations.filter((o) => o.method === method &&
	    o.match.test(at));
	const least = Math.min(...hits.map((o) => o.template.split('{').length));

	return hits.filter((o) => o.template.split('{').length === least);
}

/*
 * A batch all of whose rows failed says so; the vendor has that state, but not
 * in the answers that begin one.  One that is in work by now is pending there.
 */
function begun(body) {
	const known = { failed: 'completed', in_progress: 'pending' };
	const as = (b) => b?.action_label && known[b.status] ?
	    { ...b, status: known[b.status] } : b;

	return body?.data?.action_label ? { ...body, data: as(body.data) } :
	    as(body);
}

/* A success is one of the vendor's, but what is many rows may be going on. */
const success = (o, status) => status >= 300 || status === 202 ||
    status in o.responses ||
    !Object.keys(o.responses).some((s) => s.startsWith('2'));

/* What the vendor says nothing of is ours alone. */
/* An address that no route can be found by is told of in no face's shape. */
const isOurs = (answer) => answer.code === 'bad_request' &&
    answer.headers['content-type'] === 'application/problem+json';

function hold(method, uri, answer) {
	if (isOurs(answer))
		return;
	for (const o of found(method, uri)) {
		assert.ok(success(o, answer.status),
		    `${o.file}: ${method} ${uri} -> ${answer.status}`);
		const check = validator(o, answer.status);

		if (!check || answer.text === '')
			continue;
		assert.ok(check(method === 'GET' ? answer.body :
		    begun(answer.body)), `${o.file}: ${method} ${uri} -> ` +
		    `${answer.status}: ` + check.errors?.slice(0, 5).map((e) =>
			`${e.instancePath || '/'} ${e.message}`).join('; ') +
		    `\n${answer.text.slice(0, 500)}`);
		held.add(`${method} ${o.template} ${answer.status}`);
	}
}

module.exports = { given: Boolean(folder), held, hold };
