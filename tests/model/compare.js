/* What is said and is not so; what nobody speaks of may be anything. */
'use strict';

const text = (v) => typeof v === 'object' ? JSON.stringify(v, (k, x) =>
    typeof x === 'bigint' ? `${x}` : x) : String(v);

function differences(want, got, path = '') {
	if (Array.isArray(want) && Array.isArray(got)) {
		const long = want.length === got.length ? [] :
		    [`${path}: ${got.length} items, not ${want.length}`];

		return long.concat(want.slice(0, got.length).flatMap((w, i) =>
		    differences(w, got[i], `${path}[${i}]`)));
	}
	if (want !== null && typeof want === 'object' && got !== null &&
	    typeof got === 'object')
		return Object.keys(want).flatMap((k) => differences(want[k],
		    got[k], path === '' ? k : `${path}.${k}`));
	/* a warning goes on with advice */
	return want === got || (/Warnings/.test(path) &&
	    got?.startsWith?.(want)) ? [] :
	    [`${path}: ${text(got)}, not ${text(want)}`];
}

module.exports = { differences };
