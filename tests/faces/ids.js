/*
 * What is there: ids of rows by the address that they stand behind, and words
 * by the member that had them.  Answers tell of both.
 */
'use strict';
const doc = require('../api/lib/document');

const MOST = 30;	/* of one kind: the newest, and the first */

const before = (o) => o.full.split('/{').slice(0, -1).join('/{');
const places = [...new Set(doc.operations.filter((o) => /\{/.test(o.full))
    .map(before))].sort((a, b) => b.length - a.length);

/* Of /company/promoters/accept: /company/promoters. */
function placeOf(o) {
	return /\{/.test(o.full) ? before(o) : places.find((p) =>
	    `${o.full}/`.startsWith(`${p}/`)) ?? o.full;
}

const plural = (name) => [`${name}s`, `${name}es`,
	`${name.replace(/y$/, 'ie')}s`, name];
/* productId, parent_promoter_id, filters[campaign_id] */
const stem = (name) => name.replace(/^.*\[(?=.)|\]/g, '')
    .replace(/_?ids?$/i, '').replace(/^(parent|initial|to|from|new)_/, '')
    .replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
const isId = (name) => /(^|_|[a-z])I?ids?\]?(\[\])?$/i.test(name);
const word = (name) => name.replace(/^ref_id$/, 'ref_token')
    .replace(/^.*\[(?=.)|\]/g, '');

class Pools {
	constructor() {
		this.of = new Map();
	}

	add(name, value) {
		const pool = this.of.get(name) ??
		    this.of.set(name, []).get(name);

		if (!pool.includes(value))
			pool.push(value);
		if (pool.length > MOST)
			pool.splice(1, 1);
	}

	pick(r, name) {
		const pool = this.of.get(name);

		return pool && r.pick(pool);
	}
}

class Ids {
	constructor(seeds) {
		this.ids = new Pools();
		this.words = new Pools();
		this.seed(seeds);
	}

	/* { "/company/promoters/": id } */
	seed(seeds) {
		for (const [end, id] of Object.entries(seeds))
			for (const p of places.filter((x) =>
			    `${x}/`.endsWith(end))) {
				this.ids.of.delete(p);
				this.add(p, id);
			}
	}

	add(at, id) {
		/* the house itself, and who runs it, stay as they are */
		if (at && /^[1-9][0-9]*$/.test(id) && (Number(id) > 9 ||
		    !/\/(organizations|users|webhook-endpoints)$/.test(at)))
			this.ids.add(at, String(id));
	}

	at(r, o, part) {
		return this.ids.pick(r, o.full.split(`/{${part}}`)[0]);
	}

	/* The address of what a member names: of its own face first. */
	place(o, name) {
		const ends = plural(stem(name));
		const fit = [...new Set([...places, ...this.ids.of.keys()])]
		    .filter((p) => ends.includes(p.split('/').at(-1)));

		return fit.find((p) => p.startsWith(o.face.prefix)) ?? fit[0];
	}

	/* A known id for a member of that name. */
	named(r, o, name) {
		if (!isId(name))
			return undefined;
		return this.ids.pick(r, this.place(o, name)) ??
		    (stem(name) === '' ? this.ids.pick(r, placeOf(o)) :
			undefined);
	}

	known(r, name) {
		return this.words.pick(r, word(name));
	}

	learn(o, v, at = placeOf(o), depth = 0) {
		if (v === null || typeof v !== 'object' || depth > 5)
			return;
		if (Array.isArray(v)) {
			for (const one of v.slice(0, 5))
				this.learn(o, one, at, depth + 1);
			return;
		}
		for (const [name, value] of Object.entries(v)) {
			if (value && typeof value === 'object')
				this.learn(o, value, /^(data|items)$/
				    .test(name) ? at : this.place(o, name),
				    depth + 1);
			else if (/^id$/i.test(name))
				this.add(at, value);
			else if (isId(name))
				this.add(this.place(o, name), value);
			else if (typeof value === 'string' &&
			    value.length < 100)
				this.words.add(word(name), value);
		}
	}
}

module.exports = { Ids };
