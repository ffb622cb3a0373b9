/*
 * The API documents, one a face: finds the operation of a request, holds every
 * answer against it, and keeps account of what was produced (see
 * coverage.test.js).
 */
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const assert = require('node:assert/strict');
const Ajv = require('ajv/dist/2020');
const formats = require('ajv-formats');

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

const ajv = new Ajv({ strict: false, allErrors: true });
formats(ajv);
for (const name of ['currency', 'slug', 'code', 'id'])
	ajv.addFormat(name, true);
ajv.addFormat('idn-email', /^[^\s@]+@[A-Za-z0-9.-]+$/);

/*
 * Where the program's errors have what, and what all of them have; untraced,
 * they can be compared.
 */
const FACES = {
	perfectworks: {
		code: (body) => body.error?.code,
		fields: (body) => body.error?.fields?.map((f) => f.field),
		check(answer, where) {
			const { body, status } = answer;

			assert.equal(body?.success, false,
			    `${where}: ${answer.text}`);
			assert.equal(typeof body.message, 'string', where);
			assert.equal(typeof body.error?.message, 'string',
			    where);
			assert.equal(body.error.statusCode, status, where);
			assert.equal(body.error.requestId,
			    answer.headers['x-request-id'], where);
		},
		untraced: (body) => delete body.error?.requestId,
	},
	firstpromoter: {
		lax: true,	/* unknown and empty members are left out */
		/* its 401 has no body, its code is of a few kinds only */
		code: (body, headers) => headers['x-error-code'] ?? body?.code,
		fields: (body) => body && Object.keys(body.errors ?? {}),
		check({ body, status, text, headers }, where) {
			assert.ok(headers['x-error-code'] || status === 429 ||
			    status >= 500 || status === 413, where);
			if (status === 401)
				return assert.equal(text, '', where);
			if (body.transaction_id)
				return;
			assert.equal(typeof body.message, 'string', where);
			assert.equal(typeof body.code, 'string', where);
		},
		untraced: () => {},
	},
	ocamba: {
		/* it says so in words only, which begin with one's text */
		code(body) {
			this.texts ??= Object.values(this.document.paths)
			    .flatMap((item) => Object.values(item))
			    .flatMap((o) => Object.values(o.responses))
			    .flatMap((r) => r.description.split('; or: ')
				.map((text, i) => [text, r['x-errors']?.[i]]));
			return this.texts.find(([text, slug]) => slug &&
			    body.message?.startsWith(text))?.[1];
		},
		fields: (body) => body.message?.replace(/^.*?: |\.$/g, '')
		    .split('; ').map((part) => part.split(' ')[0]),
		check({ body, status, headers, text }, where) {
			const { code, title, message, trace_id: trace,
				...more } = body;

			assert.equal(code, status, where);
			assert.match(title, /^[A-Z].*\.$/, where);
			if (status === 500)
				assert.equal(message, undefined, where);
			else
				assert.match(message, /^[A-Z][^]*\.$/, where);
			assert.match(trace,
			    /^[^-]{8}(-[^-]{4}){3}-[^-]{12}$/, where);
			assert.equal(trace.replaceAll('-', ''),
			    headers['x-request-id'], where);
			assert.deepEqual(more, {}, `${where}: ${text}`);
		},
		untraced: (body) => delete body.trace_id,
	},
	naviga: {
		code: (body) => body.Code,
		fields: (body) => body.Errors?.map((f) => f.Field),
		check(answer, where) {
			const { body } = answer;

			assert.equal(typeof body?.Message, 'string', where);
			assert.equal(body.TraceID,
			    answer.headers['x-request-id'], where);
		},
		untraced: (body) => delete body.TraceID,
	},
};

const faces = Object.entries(FACES).map(([name, face]) => {
	const file = path.join(__dirname,
	    `../../../docs/openapi-${name}.json`);
	const document = JSON.parse(fs.readFileSync(file, 'utf8'));

	ajv.addSchema(document, name);
	return { ...face, name, document, prefix: document.servers[0].url
	    .replace(/^https?:\/\/[^/]*/, '') };
});

/* The longest prefix, as in the program; by default the first. */
const faceOf = (uri) => faces.find((f) => uri.startsWith(f.prefix)) ??
    faces[0];

function pointer(face, ...parts) {
	return `${face.name}#/` + parts.map((p) => encodeURIComponent(
	    String(p).replace(/~/g, '~0').replace(/\//g, '~1'))).join('/');
}

/* A $ref in the document of a face. */
function resolve(face, object) {
	let o = object;

	while (o && o.$ref)
		o = o.$ref.replace(/^#\//, '').split('/').reduce((at, key) =>
		    at[key.replace(/~1/g, '/').replace(/~0/g, '~')],
		    face.document);
	return o;
}

/* The place of a schema, for ajv: follows the response's own $ref. */
function place(object, ...parts) {
	if (object && object.$ref)
		return object.$ref.replace(/^#\//, '').split('/');
	return parts;
}

function operationsOf(face) {
	return Object.entries(face.document.paths).flatMap(([template, item]) =>
	    METHODS.filter((method) => item[method]).map((method) => ({
		id: item[method].operationId,
		method: method.toUpperCase(),
		face, template,
		full: face.prefix + template,
		item: item[method],
		parameters: [...(item.parameters ?? []),
		    ...(item[method].parameters ?? [])]
		    .map((p) => resolve(face, p)),
		match: new RegExp('^' + (face.prefix + template)
		    .replace(/[.]/g, '\\.')
		    .replace(/\{[^}]*\}/g, '[^/]+') + '$'),
	    })));
}

const operations = faces.flatMap(operationsOf);

/* A fixed path wins over one with a parameter in the same place. */
function find(method, uri) {
	const at = uri.replace(/[?#].*$/, '');
	const hits = operations.filter((o) =>
	    o.method === method && o.match.test(at));

	hits.sort((a, b) => (a.full.match(/\{/g) ?? []).length -
	    (b.full.match(/\{/g) ?? []).length);
	return hits[0];
}

function statuses(operation) {
	return Object.keys(operation.item.responses).filter((s) =>
	    /^\d\d\d$/.test(s)).map(Number);
}

function secured(operation) {
	const list = operation.item.security ??
	    operation.face.document.security ?? [];

	return list.length > 0 && list.every((s) => Object.keys(s).length > 0);
}

/* Only for administrators of the house? */
function house(operation) {
	return /administrators of the house/.test(operation.item.description);
}

/* Only for a promoter himself? */
function promoter(operation) {
	return /For a promoter himself/.test(operation.item.description);
}

/* Only for persons, not for API keys? */
function login(operation) {
	return /Needs a log-in/.test(operation.item.description);
}

/* Is there an Idempotency-Key among its parameters? */
function keyed(operation) {
	return operation.parameters.some((p) => p.in === 'header' &&
	    p.name.toLowerCase() === 'idempotency-key');
}

/* Does it end who calls it: his log-in, himself, his organization? */
function ending(operation) {
	return /\/((auth|affiliate)\/logout|affiliate\/promoters\/archive)$/
	    .test(operation.template) ||
	    (operation.method === 'DELETE' &&
	    !/\{/.test(operation.template));
}

/*
 * "operationId status slug": the slug is the code of the program's own errors;
 * where there is none it is a "*".
 */
const seen = new Set();

/* What the other processes of one run have seen: each leaves it there. */
const SEEN = process.env.AFFILIATED_TEST_SEEN;

if (SEEN)
	process.on('exit', () => fs.writeFileSync(path.join(SEEN,
	    `${process.pid}`), JSON.stringify([...seen])));

function seenByAll() {
	for (const name of SEEN ? fs.readdirSync(SEEN) : [])
		for (const what of JSON.parse(fs.readFileSync(path.join(SEEN,
		    name), 'utf8')))
			seen.add(what);
}

/* What the server can answer to any request, whatever the operation. */
const COMMON = [405, 413, 414, 431, 502, 504];

function slugs(operation, status) {
	return resolve(operation.face, operation.item.responses[status])
	    ['x-errors'] ?? [];
}

/* What the document declares and no test has produced. */
function missing(operation, except = []) {
	return statuses(operation).filter((status) =>
	    !except.includes(status)).flatMap((status) => {
		const made = (slug) =>
		    seen.has(`${operation.id} ${status} ${slug}`);

		if (slugs(operation, status).length === 0)
			return made('*') ? [] : [`${status}`];
		return made('*') ? [] : slugs(operation, status)
		    .filter((slug) => !made(slug))
		    .map((slug) => `${status} ${slug}`);
	});
}

const validators = new Map();

function validator(ref) {
	if (!validators.has(ref))
		validators.set(ref, ajv.compile({ $ref: ref }));
	return validators.get(ref);
}

function explain(check) {
	return (check.errors ?? []).slice(0, 5).map((e) =>
	    `${e.instancePath || '/'} ${e.message} ` +
	    JSON.stringify(e.params)).join('; ');
}

function checkBody(operation, answer, where) {
	const { face, item, method, template } = operation;
	const outer = item.responses[answer.status];
	const response = resolve(face, outer);
	const type = (answer.headers['content-type'] ?? '').split(';')[0];
	const content = response.content ?? {};

	if (Object.keys(content).length === 0) {
		assert.equal(answer.text, '', `${where}: there is a body`);
		return;
	}
	assert.ok(content[type], `${where}: undeclared content type ${type}`);
	if (!content[type].schema || !/json$/.test(type))
		return;
	const check = validator(pointer(face, ...place(outer, 'paths',
	    template, method.toLowerCase(), 'responses', answer.status),
	    'content', type, 'schema'));
	assert.ok(check(answer.body), `${where}: ${explain(check)}\n` +
	    answer.text.slice(0, 500));
}

function checkHeaders(operation, answer, where) {
	const { face, item } = operation;
	const response = resolve(face, item.responses[answer.status]);

	for (const [name, header] of Object.entries(response.headers ?? {}))
		if (resolve(face, header).required)
			assert.ok(answer.headers[name.toLowerCase()] !==
			    undefined, `${where}: no ${name}`);
}

/* Without what a form left empty, at any depth. */
function filledIn(sent) {
	if (Array.isArray(sent))
		return sent.map(filledIn);
	if (sent === null || typeof sent !== 'object')
		return sent;
	return Object.fromEntries(Object.entries(sent)
	    .filter(([, v]) => v !== '').map(([k, v]) => [k, filledIn(v)]));
}

/* What was taken must be what the document says can be sent. */
function checkRequest(operation, sent, where) {
	const { face, item, method, template } = operation;
	const outer = item.requestBody;
	const schema = resolve(face, outer)?.content
	    ?.['application/json']?.schema;

	if (!schema || sent === undefined || typeof sent === 'string' ||
	    Buffer.isBuffer(sent))
		return;
	const check = validator(pointer(face, ...place(outer, 'paths',
	    template, method.toLowerCase(), 'requestBody'), 'content',
	    'application/json', 'schema'));
	assert.ok(check(sent) || (face.lax && check(filledIn(sent))),
	    `${where}: was taken, though the document ` +
	    `refuses it: ${explain(check)}`);
}

/* Holds an answer against the document; { status, headers, text, body }. */
function hold(method, uri, answer, sent) {
	const operation = find(method, uri);
	const where = `${method} ${uri} -> ${answer.status}`;
	const slug = answer.code ?? '*';

	if (!operation)
		return undefined;
	seen.add(`${operation.id} ${answer.status} ${slug}`);
	if (COMMON.includes(answer.status) &&
	    !statuses(operation).includes(answer.status))
		return operation;
	assert.ok(statuses(operation).includes(answer.status),
	    `${where}: ${operation.id} does not declare that status: ` +
	    answer.text.slice(0, 300));
	if (slug !== '*')
		assert.ok(slugs(operation, answer.status).includes(slug),
		    `${where}: ${operation.id} does not declare ${slug}`);
	if (!/problem\+json/.test(answer.headers['content-type'] ?? ''))
		checkBody(operation, answer, where);
	checkHeaders(operation, answer, where);
	if (answer.status < 300)
		checkRequest(operation, sent, where);
	return operation;
}

/* A body that an operation takes, made of its schema. */
function sample(face, schemaOrRef) {
	const s = resolve(face, schemaOrRef);

	if (s.example !== undefined)
		return s.example;
	if (s.examples?.length)
		return s.examples[0];
	if (s.const !== undefined)
		return s.const;
	if (s.enum)
		return s.enum[0];
	const type = Array.isArray(s.type) ? s.type[0] : s.type;
	if (type === 'object' || s.properties)
		return Object.fromEntries((s.required ?? []).map((name) =>
		    [name, sample(face, s.properties[name])]));
	if (type === 'array')
		return [];
	if (type === 'integer' || type === 'number')
		return s.minimum ?? 1;
	if (type === 'boolean')
		return true;
	if (s.pattern && /\[0-9\]|\\d/.test(s.pattern))
		return '1';
	if (s.format === 'email')
		return 'somebody@example.com';
	if (s.format === 'uri')
		return 'https://shop.example/';
	if (s.format === 'date-time')
		return '2030-01-01T00:00:00Z';
	return 'x'.repeat(Math.max(s.minLength ?? 1, 12));
}

function body(operation) {
	const content = resolve(operation.face, operation.item.requestBody)
	    ?.content;
	const schema = content?.['application/json']?.schema;

	return schema ? sample(operation.face, schema) : undefined;
}

/* The operation's address with the parameters filled in that it must have. */
function address(operation, values = {}) {
	const value = (name) => encodeURIComponent(values[name] ??
	    values.id ?? '999999999');
	const query = operation.parameters.filter((p) => p.in === 'query' &&
	    p.required).map((p) => `${p.name}=${value(p.name)}`).join('&');

	return operation.full.replace(/\{([^}]*)\}/g, (whole, name) =>
	    value(name)) + (query && `?${query}`);
}

module.exports = { faceOf, operations, resolve, find, hold, statuses, secured,
	keyed, house, login, promoter, ending, body, address, seen, seenByAll,
	missing };
