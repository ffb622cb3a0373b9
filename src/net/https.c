/* HTTPS by libcurl, a connection a call. */
#include "net/https.h"

#include "net/outside.h"
#include "base/banned.h"

#define CONNECT_MS 2000
#define ANSWER_MOST ((size_t)64 * 1024)

struct answer {
	struct buf text;
	size_t most;
	bool cut;
};

static size_t
take_answer(char *data, size_t size, size_t n, void *arg)
{
	struct answer *a = arg;

	size_t room = a->most - a->text.n, got = size * n;

	if (got > room && !a->cut)
		return 0;
	buf_put(&a->text, data, got < room ? got : room);
	return got;
}

bool
https_call(struct arena *a, const struct https *h, struct https_answer *out,
    struct str *why)
{
	struct outside to = { .url = str_c(a, h->url), .protocols = "https",
	    .ca = h->ca, .own = h->own, .connect_ms = CONNECT_MS, .total_ms =
	    (h->seconds != 0 ? h->seconds : HTTPS_SECONDS) * 1000 };
	struct answer answer = { .most = h->most != 0 ? h->most :
	    ANSWER_MOST, .cut = h->cut };
	struct curl_slist *headers = outside_list(h->headers,
	    HTTPS_HEADERS_MAX);
	CURL *c = outside_open(&to);
	CURLcode code;

	buf_init(&answer.text, a, 1024);
	if (h->body.p != NULL)
		outside_body(c, h->body);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &answer);
	code = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &out->status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(c);
	out->body = buf_view(&answer.text);
	out->refused = to.refused;
	*why = str_of(curl_easy_strerror(code));
	return code == CURLE_OK;
}

static void
put_encoded(struct buf *b, struct str s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

	for (size_t i = 0; i < s.n; i++)
		if (memchr(plain, s.p[i], sizeof(plain) - 1) != NULL)
			buf_char(b, s.p[i]);
		else
			buf_printf(b, "%%%02X", (unsigned char)s.p[i]);
}

void
form_put(struct buf *b, const char *name, struct str value)
{
	if (b->n > 0)
		buf_char(b, '&');
	put_encoded(b, str_of(name));
	buf_char(b, '=');
	put_encoded(b, value);
}

void
form_int(struct buf *b, const char *name, int64_t value)
{
	form_put(b, name, str_printf(b->arena, "%lld", (long long)value));
}
