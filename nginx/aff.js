/*
 * affiliated: tells of visits by promoters' links, and keeps who the visitor
 * is in the cookie _fprom_tid of the page's own site.
 *
 *	<script src="https://HOST/aff.js" data-consent="granted" async></script>
 *
 * Without data-consent="granted" nothing is kept or told before the page calls
 * affiliated.consent(true); affiliated.consent(false) takes the cookie away. A
 * browser that asks not to be tracked (Global Privacy Control, Do Not Track) is
 * left alone, unless data-privacy="ignore" says that the visitor was asked.
 * data-parameter: of the address, if not "ref"; data-click: of the click, if
 * not "aff_click"; data-domain: of the cookie, if not this host alone.
 */
(function () {
	'use strict';
	var me = document.currentScript, data = me.dataset;
	var NAME = '_fprom_tid', told = false;
	var query = new URLSearchParams(location.search);
	var code = query.get(data.parameter || 'ref');
	var click = query.get(data.click || 'aff_click');

	function quiet() {
		return data.privacy !== 'ignore' &&
		    (navigator.globalPrivacyControl === true ||
		    navigator.doNotTrack === '1');
	}

	function tid() {
		var found = document.cookie.match(
		    new RegExp('(?:^|; )' + NAME + '=([0-9a-f]{32})'));

		return found ? found[1] : null;
	}

	function keep(value, seconds) {
		document.cookie = NAME + '=' + value + '; Max-Age=' + seconds +
		    '; Path=/; SameSite=Lax' +
		    (data.domain ? '; Domain=' + data.domain : '') +
		    (location.protocol === 'https:' ? '; Secure' : '');
	}

	/* A page that is loaded again is the same visit. */
	function again() {
		var mark = code + ' ' + click;

		try {
			if (sessionStorage.getItem(NAME) === mark)
				return true;
			sessionStorage.setItem(NAME, mark);
		} catch (e) {
			/* then it is told once more */
		}
		return false;
	}

	function tell() {
		if (!code || told || quiet() || (again() && tid()))
			return;
		told = true;
		fetch(new URL('/api/v2/track/visit', me.src), {
			method: 'POST', credentials: 'omit', keepalive: true,
			body: JSON.stringify({ code: code, click: click,
			    tid: tid(), url: location.search,
			    referrer: document.referrer })
		}).then(function (answer) {
			return answer.ok ? answer.json() : {};
		}).then(function (visit) {
			if (visit.tid && told)
				keep(visit.tid, visit.max_age);
		}).catch(function () {});
	}

	window.affiliated = {
		consent: function (given) {
			if (given)
				return tell();
			told = false;
			keep('', 0);
			try {
				sessionStorage.removeItem(NAME);
			} catch (e) { /* nothing was kept */ }
		},
		tid: tid
	};
	if (data.consent === 'granted')
		tell();
})();
