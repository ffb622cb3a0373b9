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

const FACES = ['perfectworks', 'ocamba'];
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

const ajv = new Ajv({ strict: false, allErrors: true });
formats(ajv);
for (const name of ['currency', 'slug', 'code', 'id'])
	ajv.addFormat(name, true);
ajv.addFormat('idn-email', /^[^\s@]+@[A-Za-z0-9.-]+$/);

/* With what every $ref points to in its place. */
function whole(document, o) {
	if (o === null || typeof o !== 'object')
		return o;
	if (o.$ref)
		return whole(document, o.$ref.replace(/^#\//, '').split('/')
		    .reduce((at, key) => at[key.replace(/~1/g, '/')
			.replace(/~0/g, '~')], document));
	return Array.isArray(o) ? o.map((v) => whole(document, v)) :
	    Object.fromEntries(Object.entries(o).map(([name, v]) =>
		[name, whole(document, v)]));
}

function load(name) {
	const document = JSON.parse(fs.readFileSync(path.join(__dirname,
	    `../../../docs/openapi-${name}.json`), 'utf8'));

	return { name, document: whole(document, document), prefix:
	    new URL(document.servers[0].url).pathname.replace(/\/$/, '') };
}

const faces = FACES.map(load);
const operations = [];
for (const face of faces)
	for (const [template, item] of Object.entries(face.document.paths))
		for (const method of METHODS.filter((m) => item[m])) {
			const full = face.prefix + template;
			operations.push({
				id: item[method].operationId,
				method: method.toUpperCase(),
				face, template, full,
				item: item[method],
				parameters: [...(item.parameters ?? []),
				    ...(item[method].parameters ?? [])],
				match: new RegExp('^' + full
				    .replace(/[.]/g, '\\.')
				    .replace(/\{[^}]*\}/g, '[^/]+') + '$'),
			});
		}

/* The face that an address belongs to. */
function face(uri) {
	return faces.find((f) => uri.startsWith(`${f.prefix}/`));
}

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
	return /\/auth\/logout$/.test(operation.template) ||
	    (operation.method === 'DELETE' &&
	    !/\{/.test(operation.template));
}

/*
 * "operationId status slug": the slug is error.code of the program's own
 * errors; nginx's have none, which is then a "*".
 */
const seen = new Set();

/* What the server can answer to any request, whatever the operation. */
const COMMON = [405, 413, 414, 431, 502, 504];

function slugs(operation, status) {
	return operation.item.responses[status]?.['x-errors'] ?? [];
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

function validator(schema) {
	if (!validators.has(schema))
		validators.set(schema, ajv.compile(schema));
	return validators.get(schema);
}

function explain(check) {
	return (check.errors ?? []).slice(0, 5).map((e) =>
	    `${e.instancePath || '/'} ${e.message} ` +
	    JSON.stringify(e.params)).join('; ');
}

function checkBody(operation, answer, where) {
	const content = operation.item.responses[answer.status].content ?? {};
	const type = (answer.headers['content-type'] ?? '').split(';')[0];

	if (Object.keys(content).length === 0) {
		assert.equal(answer.text, '', `${where}: there is a body`);
		return;
	}
	assert.ok(content[type], `${where}: undeclared content type ${type}`);
	if (!content[type].schema || !/json$/.test(type))
		return;
	const check = validator(content[type].schema);
	assert.ok(check(answer.body), `${where}: ${explain(check)}\n` +
	    answer.text.slice(0, 500));
}

function checkHeaders(operation, answer, where) {
	const response = operation.item.responses[answer.status];

	for (const [name, header] of Object.entries(response.headers ?? {}))
		if (header.required)
			assert.ok(answer.headers[name.toLowerCase()] !==
			    undefined, `${where}: no ${name}`);
}

/* What was taken must be what the document says can be sent. */
function checkRequest(operation, sent, where) {
	const content = operation.item.requestBody?.content;
	const schema = content?.['application/json']?.schema;

	if (!schema || sent === undefined || typeof sent === 'string' ||
	    Buffer.isBuffer(sent))
		return;
	const check = validator(schema);
	assert.ok(check(sent), `${where}: was taken, though the document ` +
	    `refuses it: ${explain(check)}`);
}

/*
 * Which error it is.  Where a face says so in words only, its message begins
 * with the text of one of those that the document declares.
 */
function slugOf(operation, answer) {
	const { body, status } = answer;
	const code = body?.error?.code ?? body?.code ?? body?.Code;

	if (typeof code === 'string' || !body?.message)
		return code === undefined ? '*' : String(code);
	const texts = (operation.item.responses[status]?.description ?? '')
	    .split('; or: ');
	const said = texts.filter((t) => body.message.startsWith(t))
	    .sort((a, b) => b.length - a.length)[0];
	return slugs(operation, status)[texts.indexOf(said)] ?? '*';
}

/* Holds an answer against the document; { status, headers, text, body }. */
function hold(method, uri, answer, sent) {
	const operation = find(method, uri);
	const where = `${method} ${uri} -> ${answer.status}`;

	if (!operation)
		return undefined;
	const slug = answer.slug = slugOf(operation, answer);
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
function sample(s) {
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
		    [name, sample(s.properties[name])]));
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
	const content = operation.item.requestBody?.content;
	const schema = content?.['application/json']?.schema;

	return schema ? sample(schema) : undefined;
}

/* The operation's address with its parameters filled in. */
function address(operation, values = {}) {
	return operation.full.replace(/\{([^}]*)\}/g, (whole, name) =>
	    encodeURIComponent(values[name] ?? values.id ?? '999999999'));
}

module.exports = { face, operations, find, hold, statuses, secured, keyed,
	house, login, ending, sample, body, address, seen, missing };
